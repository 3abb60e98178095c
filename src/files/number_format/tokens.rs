//! The parts of a number format code: its sections, and the tokens of each.

use std::iter::Peekable;
use std::str::Chars;

/// The sections for positive numbers, negative numbers, zero and text.
pub(super) fn sections(code: &str) -> Vec<String> {
    let mut sections = vec![String::new()];
    let (mut quoted, mut escaped) = (false, false);
    for character in code.chars() {
        let divides = character == ';' && !quoted && !escaped;
        quoted ^= character == '"' && !escaped;
        escaped = !escaped && !quoted && matches!(character, '\\' | '_' | '*');
        if divides {
            sections.push(String::new());
        } else if let Some(section) = sections.last_mut() {
            section.push(character);
        }
    }
    sections
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    General,
    /// `@`: the text as typed.
    AsText,
    /// `0`, `#` or `?`: a digit placeholder.
    Digit(char),
    Point,
    Comma,
    Percent,
    /// A letter of a date or time code, in lower case.
    Letter(char),
    /// `[h]`: elapsed hours, which may exceed 24.
    Elapsed,
    Literal(String),
    /// Fractions, scientific notation, conditions: not supported here.
    Other,
}

pub(super) struct Tokens<'c>(Peekable<Chars<'c>>);

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let character = self.0.next()?;
        Some(match character {
            '"' => Token::Literal(self.0.by_ref().take_while(|next| *next != '"').collect()),
            '\\' => Token::Literal(self.0.next().into_iter().collect()),
            // `_` leaves a gap as wide as the next character; `*` repeats the next character to
            // fill the cell.
            '_' | '*' => {
                self.0.next();
                Token::Literal(String::new())
            }
            '[' => bracketed(&self.0.by_ref().take_while(|next| *next != ']').collect::<String>()),
            '0' | '#' | '?' => Token::Digit(character),
            '.' => Token::Point,
            ',' => Token::Comma,
            '%' => Token::Percent,
            '@' => Token::AsText,
            '/' => Token::Other,
            'E' | 'e' if matches!(self.0.peek(), Some('+' | '-')) => Token::Other,
            'G' | 'g' if self.rest_of("eneral") => Token::General,
            'S' | 's' if self.rest_of("tandard") => Token::General,
            'y' | 'Y' | 'm' | 'M' | 'd' | 'D' | 'h' | 'H' | 's' | 'S' | 'e' | 'E' => {
                Token::Letter(character.to_ascii_lowercase())
            }
            letter if letter.is_alphabetic() => Token::Other,
            other => Token::Literal(other.to_string()),
        })
    }
}

impl<'c> Tokens<'c> {
    pub(super) fn of(section: &'c str) -> Self {
        Tokens(section.chars().peekable())
    }

    fn rest_of(&mut self, word: &str) -> bool {
        let mut ahead = self.0.clone();
        let same = word.chars().all(|letter| ahead.next().is_some_and(|next| next.eq_ignore_ascii_case(&letter)));
        if same {
            self.0 = ahead;
        }
        same
    }
}

/// Brackets hold elapsed time, a currency with a locale, a colour, or a condition.
fn bracketed(inner: &str) -> Token {
    let letters = inner.to_ascii_lowercase();
    if !letters.is_empty() && ['h', 'm', 's'].iter().any(|letter| letters.chars().all(|other| other == *letter)) {
        return Token::Elapsed;
    }
    if let Some(currency) = inner.strip_prefix('$') {
        return Token::Literal(currency.split('-').next().unwrap_or_default().to_owned());
    }
    if inner.starts_with(['<', '>', '=']) { Token::Other } else { Token::Literal(String::new()) }
}
