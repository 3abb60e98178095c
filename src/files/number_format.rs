//! A workbook's number formats: whether a format shows a number, a date or a time, and a number's
//! text as its cell displays it.

use std::iter::Peekable;
use std::str::Chars;

/// The number of significant digits that a workbook stores.
const DIGITS: usize = 15;

/// What cells with a format display.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Date,
    Time,
}

/// What a format code displays.
pub(super) fn kind(code: &str) -> Kind {
    let section = sections(code).into_iter().next().unwrap_or_default();
    let mut found = Kind::Number;
    for token in Tokens(section.chars().peekable()) {
        match token {
            Token::Letter('y' | 'd' | 'e') => return Kind::Date,
            Token::Letter('m') if found == Kind::Number => found = Kind::Date,
            Token::Letter('h' | 's') | Token::Elapsed => found = Kind::Time,
            Token::General => return Kind::Number,
            _ => {}
        }
    }
    found
}

/// A number as its cell displays it. `None` if that is uncertain, or if the file lacks some of the
/// digits.
pub(super) fn shown(number: f64, code: &str) -> Option<String> {
    let sections = sections(code);
    let (section, absolute) = match sections.as_slice() {
        [_, negative, ..] if number < 0.0 => (negative, true),
        [_, _, zero, ..] if number == 0.0 => (zero, true),
        [first, ..] => (first, false),
        [] => return general(number),
    };
    let tokens: Vec<Token> = Tokens(section.chars().peekable()).collect();
    if sections.iter().all(String::is_empty) && sections.len() == 1
        || matches!(tokens.as_slice(), [Token::General | Token::AsText])
    {
        return general(number);
    }
    let sign = if number < 0.0 && !absolute { "-" } else { "" };
    Some(format!("{sign}{}", Pattern::of(tokens)?.fill(number)?))
}

/// The codes of the built-in formats, which an XLS workbook need not define.
pub(super) fn builtin(number: u16) -> &'static str {
    match number {
        1 => "0",
        2 => "0.00",
        3 => "#,##0",
        4 => "#,##0.00",
        9 => "0%",
        10 => "0.00%",
        11 | 48 => "0.00E+00",
        12 => "# ?/?",
        13 => "# ??/??",
        14 => "dd/mm/yyyy",
        15 => "d-mmm-yy",
        16 => "d-mmm",
        17 => "mmm-yy",
        18..=21 => "h:mm:ss",
        22 => "dd/mm/yyyy h:mm",
        37 | 38 => "#,##0;(#,##0)",
        39 | 40 => "#,##0.00;(#,##0.00)",
        45..=47 => "mm:ss",
        _ => "General",
    }
}

/// A number in the format General: as a user would type it.
fn general(number: f64) -> Option<String> {
    let (whole, fraction) = decimal(number)?;
    let sign = if number < 0.0 { "-" } else { "" };
    let fraction = fraction.trim_end_matches('0');
    Some(if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") })
}

/// Whether a number has more digits than a workbook stores.
pub(super) fn loses_digits(number: f64) -> bool {
    number.abs() >= 1e15
}

/// The digits before and after the decimal point, without a sign, limited to the fifteen that a
/// workbook stores.
fn decimal(number: f64) -> Option<(String, String)> {
    if !number.is_finite() || loses_digits(number) {
        return None;
    }
    let number = number.abs();
    let whole_digits = if number < 1.0 { 1 } else { format!("{:.0}", number.trunc()).len() };
    // A number below 1 has more decimal places; twenty are more than any cell displays.
    let places =
        if number < 1.0 { 20.min(DIGITS + leading_zeros(number)) } else { DIGITS.saturating_sub(whole_digits) };
    let text = format!("{number:.places$}");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    Some((whole.to_owned(), fraction.to_owned()))
}

fn leading_zeros(number: f64) -> usize {
    let text = format!("{number:.20}");
    text.chars().skip(2).take_while(|digit| *digit == '0').count()
}

/// The sections for positive numbers, negative numbers, zero and text.
fn sections(code: &str) -> Vec<String> {
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
enum Token {
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

struct Tokens<'c>(Peekable<Chars<'c>>);

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

impl Tokens<'_> {
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

/// A format made of digit placeholders and literal text.
#[derive(Default)]
struct Pattern {
    whole: Vec<Token>,
    fraction: Vec<Token>,
    thousands: bool,
    percent: bool,
}

impl Pattern {
    fn of(tokens: Vec<Token>) -> Option<Pattern> {
        let mut pattern = Pattern::default();
        let mut behind_point = false;
        let mut tokens = tokens.into_iter().peekable();
        let mut digits = 0;
        while let Some(token) = tokens.next() {
            match token {
                Token::Point if behind_point => return None,
                Token::Point => behind_point = true,
                // A comma after the last digit divides by a thousand, so the cell does not display
                // its value.
                Token::Comma if digits > 0 && !behind_point && matches!(tokens.peek(), Some(Token::Digit(_))) => {
                    pattern.thousands = true;
                }
                Token::Digit(_) | Token::Literal(_) | Token::Percent => {
                    digits += usize::from(matches!(token, Token::Digit(_)));
                    let token = if token == Token::Percent {
                        pattern.percent = true;
                        Token::Literal("%".to_owned())
                    } else {
                        token
                    };
                    if behind_point { pattern.fraction.push(token) } else { pattern.whole.push(token) }
                }
                _ => return None,
            }
        }
        (digits > 0).then_some(pattern)
    }

    fn fill(&self, number: f64) -> Option<String> {
        let (mut whole, mut fraction) = decimal(number)?;
        if self.percent {
            let mut moved: String = fraction.chars().chain("00".chars()).take(2).collect();
            moved.insert_str(0, &whole);
            fraction = fraction.chars().skip(2).collect();
            whole = moved;
        }
        let places = self.fraction.iter().filter(|token| matches!(token, Token::Digit(_))).count();
        let (whole, fraction) = rounded(&whole, &fraction, places);
        let mut text = self.fill_whole(&whole);
        if places > 0 {
            let mut fraction_text = String::new();
            let mut digits = fraction.chars();
            for token in &self.fraction {
                match token {
                    Token::Digit(place) => {
                        let digit = digits.next().unwrap_or('0');
                        let no_more = digit == '0' && digits.clone().all(|digit| digit == '0');
                        match place {
                            '#' if no_more => {}
                            '?' if no_more => fraction_text.push(' '),
                            _ => fraction_text.push(digit),
                        }
                    }
                    Token::Literal(literal) => fraction_text.push_str(literal),
                    _ => {}
                }
            }
            text.push('.');
            text.push_str(&fraction_text);
        } else {
            for token in &self.fraction {
                if let Token::Literal(literal) = token {
                    text.push_str(literal);
                }
            }
        }
        Some(text.trim().to_owned())
    }

    /// Fills the placeholders from the right; the leftmost takes all remaining digits.
    fn fill_whole(&self, whole: &str) -> String {
        let mut digits = whole.trim_start_matches('0').chars().rev().peekable();
        let mut places = self.whole.iter().filter(|token| matches!(token, Token::Digit(_))).count();
        let mut written = 0;
        let mut reversed: Vec<char> = Vec::new();
        for token in self.whole.iter().rev() {
            match token {
                Token::Digit(place) => {
                    places -= 1;
                    let digit = digits.next().or(match place {
                        '0' => Some('0'),
                        '?' => Some(' '),
                        _ => None,
                    });
                    let rest = if places == 0 { digits.by_ref().collect() } else { Vec::new() };
                    for digit in digit.into_iter().chain(rest) {
                        if self.thousands && written > 0 && written % 3 == 0 && digit != ' ' {
                            reversed.push(',');
                        }
                        reversed.push(digit);
                        written += 1;
                    }
                }
                Token::Literal(literal) => reversed.extend(literal.chars().rev()),
                _ => {}
            }
        }
        reversed.into_iter().rev().collect()
    }
}

/// Rounds to a number of decimal places, halves away from zero.
fn rounded(whole: &str, fraction: &str, places: usize) -> (String, String) {
    let kept: String = fraction.chars().chain(std::iter::repeat('0')).take(places).collect();
    let up = fraction.chars().nth(places).is_some_and(|digit| digit >= '5');
    let mut digits: Vec<char> = whole.chars().chain(kept.chars()).collect();
    let mut carry = up;
    for digit in digits.iter_mut().rev() {
        if !carry {
            break;
        }
        carry = *digit == '9';
        *digit = if carry { '0' } else { char::from_digit(digit.to_digit(10).unwrap_or(0) + 1, 10).unwrap_or('0') };
    }
    if carry {
        digits.insert(0, '1');
    }
    let split = digits.len().saturating_sub(places);
    (digits.iter().take(split).collect(), digits.iter().skip(split).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_as_its_cell_shows_it() {
        for (number, code, text) in [
            (123.0, "000000", Some("000123")),
            (0.85, "0%", Some("85%")),
            (0.855, "0.0%", Some("85.5%")),
            (42.0, "\"STU-\"0000", Some("STU-0042")),
            (42.0, "\\S\\T\\U\\-0000", Some("STU-0042")),
            (1_234_567.0, "#,##0", Some("1,234,567")),
            (12.0, "#,##0.00", Some("12.00")),
            (-5.0, "#,##0_);(#,##0)", Some("(5)")),
            (-5.0, "0", Some("-5")),
            (123_456.0, "000-000", Some("123-456")),
            (0.125, "0.00", Some("0.13")),
            (9.5, "0", Some("10")),
            (5.0, "[$£-809]0.00", Some("£5.00")),
            (0.30000000000000004, "General", Some("0.3")),
            (1_000_000_042.0, "@", Some("1000000042")),
            (1e15, "General", None),
            (0.5, "# ?/?", None),
            (5.0, "0.00E+00", None),
            (5000.0, "0,", None),
            (5.0, ";;;", None),
            (5.0, "\"hidden\"", None),
        ] {
            assert_eq!(shown(number, code).as_deref(), text, "{number} as {code}");
        }
    }

    #[test]
    fn dates_and_times_are_told_from_numbers() {
        for (code, expected) in [
            ("dd/mm/yyyy", Kind::Date),
            ("[$-809]d mmmm yyyy;@", Kind::Date),
            ("d-mmm", Kind::Date),
            ("mmm-yy", Kind::Date),
            ("m/d/yy h:mm", Kind::Date),
            ("h:mm AM/PM", Kind::Time),
            ("[h]:mm:ss", Kind::Time),
            ("mm:ss", Kind::Time),
            ("General", Kind::Number),
            ("\"Standard\"0", Kind::Number),
            ("[Red]0.00", Kind::Number),
            ("\"day \"0", Kind::Number),
        ] {
            assert_eq!(kind(code), expected, "{code}");
        }
    }
}
