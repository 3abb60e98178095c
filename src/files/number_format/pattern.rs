//! A number format made of digit placeholders and literal text, and how a number fills it.

use super::decimal;
use super::tokens::Token;

/// A format made of digit placeholders and literal text.
#[derive(Default)]
pub(super) struct Pattern {
    whole: Vec<Token>,
    fraction: Vec<Token>,
    thousands: bool,
    percent: bool,
}

impl Pattern {
    pub(super) fn of(tokens: Vec<Token>) -> Option<Pattern> {
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

    pub(super) fn fill(&self, number: f64) -> Option<String> {
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
