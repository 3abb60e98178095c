//! Describes the kind of value in a field, so that reports and logs need not quote it.

use super::is_one_line;

/// Such as "empty", "blank", "9 digits", "a date with slashes", "text of 40 characters".
pub fn class_of_value(text: &str) -> String {
    let length = text.chars().count();
    if text.is_empty() {
        return "empty".to_owned();
    }
    if text.trim().is_empty() {
        return "blank".to_owned();
    }
    if !is_one_line(text) {
        return format!("text of {length} character{} with a line break or tab", plural(length));
    }
    if text.trim().len() < text.len() {
        return format!("{} with spaces around it", class_of_value(text.trim()));
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return format!("{length} digit{}", plural(length));
    }
    if looks_like_a_date(text) {
        let separator = if text.contains('/') {
            "slashes"
        } else if text.contains('.') {
            "dots"
        } else {
            "hyphens"
        };
        return format!("a date with {separator}");
    }
    if is_error_value(text) {
        return "a spreadsheet's error value".to_owned();
    }
    if text.split_once(['T', ' ']).is_some_and(|(day, time)| looks_like_a_date(day) && time.contains(':')) {
        return "a date with a time".to_owned();
    }
    if text.split_once('.').is_some_and(|(whole, rest)| [whole, rest].iter().all(|part| is_digits(part))) {
        return "a number with a decimal point".to_owned();
    }
    if is_in_powers_of_ten(text) {
        return "a number that a spreadsheet wrote as a power of ten".to_owned();
    }
    if !text.is_ascii() {
        return format!("text of {length} character{}, some of them not ASCII", plural(length));
    }
    if text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return format!("{length} letter{}", plural(length));
    }
    format!("text of {length} character{}", plural(length))
}

/// Whether the text is a spreadsheet error value, such as `#N/A` or, in LibreOffice, `Err:502`.
pub fn is_error_value(text: &str) -> bool {
    let word = text.trim();
    let is_number_of_error = |number: &str| number.len() == 3 && is_digits(number);
    ERROR_VALUES.iter().any(|known| known.eq_ignore_ascii_case(word))
        || word.strip_prefix("Err:").is_some_and(is_number_of_error)
}

const ERROR_VALUES: [&str; 17] = [
    "#N/A",
    "#REF!",
    "#VALUE!",
    "#NAME?",
    "#DIV/0!",
    "#NUM!",
    "#NULL!",
    "#SPILL!",
    "#CALC!",
    "#GETTING_DATA",
    "#FIELD!",
    "#BLOCKED!",
    "#CONNECT!",
    "#BUSY!",
    "#PYTHON!",
    "#EXTERNAL!",
    "#UNKNOWN!",
];

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn plural(length: usize) -> &'static str {
    if length == 1 { "" } else { "s" }
}

fn looks_like_a_date(text: &str) -> bool {
    ['/', '-', '.'].iter().any(|separator| {
        let parts: Vec<&str> = text.split(*separator).collect();
        parts.len() == 3
            && parts.iter().all(|part| matches!(part.len(), 1..=4) && part.bytes().all(|b| b.is_ascii_digit()))
    })
}

fn is_in_powers_of_ten(text: &str) -> bool {
    text.split_once(['E', 'e']).is_some_and(|(number, power)| {
        number.parse::<f64>().is_ok() && power.trim_start_matches('+').parse::<u8>().is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes() {
        for (text, class) in [
            ("", "empty"),
            ("  ", "blank"),
            ("123456789", "9 digits"),
            ("1", "1 digit"),
            ("31/03/2008", "a date with slashes"),
            ("2008-03-31", "a date with hyphens"),
            (" 12 ", "2 digits with spaces around it"),
            ("1.00E+09", "a number that a spreadsheet wrote as a power of ten"),
            ("Zoë", "text of 3 characters, some of them not ASCII"),
            ("GBR", "3 letters"),
            ("2005.5", "a number with a decimal point"),
            ("31.03.2008", "a date with dots"),
            ("2008-03-31T00:00:00", "a date with a time"),
            ("#N/A", "a spreadsheet's error value"),
            (" #ref! ", "a spreadsheet's error value with spaces around it"),
            ("#SPILL!", "a spreadsheet's error value"),
            ("Err:508", "a spreadsheet's error value"),
            ("Err:or", "text of 6 characters"),
            ("a@b", "text of 3 characters"),
            ("a\nb", "text of 3 characters with a line break or tab"),
        ] {
            assert_eq!(class_of_value(text), class);
        }
    }
}
