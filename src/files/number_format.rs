//! A workbook's number formats: whether a format shows a number, a date or a time, and a number's
//! text as its cell displays it.

mod pattern;
#[cfg(test)]
mod tests;
mod tokens;

use pattern::Pattern;
use tokens::{Token, Tokens, sections};

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
    for token in Tokens::of(&section) {
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
    let tokens: Vec<Token> = Tokens::of(section).collect();
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
