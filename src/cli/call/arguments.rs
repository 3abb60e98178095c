//! Reads the fields of a call: `--Name value` and `--Name=value`.

use crate::client::fields::Field;

/// Why arguments are not fields.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArgumentError {
    /// An argument is not `--Name`.
    #[error("unexpected '{0}'; give fields as --Name value")]
    NotAName(String),
    /// `--Name` without a value, at the end.
    #[error("--{0} has no value; to send it empty, give --{0} ''")]
    NoValue(String),
}

/// Reads `--Name value` and `--Name=value` pairs.
pub fn parse(arguments: &[String]) -> Result<Vec<Field>, ArgumentError> {
    let mut fields = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let name = argument
            .strip_prefix("--")
            .filter(|name| !name.is_empty() && !name.starts_with('='))
            .ok_or_else(|| ArgumentError::NotAName(argument.clone()))?;
        let field = match name.split_once('=') {
            Some((name, value)) => Field::new(name, value),
            None => {
                let value = rest.next().ok_or_else(|| ArgumentError::NoValue(name.to_owned()))?;
                Field::new(name, value)
            }
        };
        fields.push(field);
    }
    Ok(fields)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn arguments(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn both_ways_of_writing_a_field_are_read() {
        let fields = parse(&arguments(&["--ULN", "1000000000", "--Learner.Notes=a=b", "--Title", ""])).unwrap();
        assert_eq!(
            fields,
            [Field::new("ULN", "1000000000"), Field::new("Learner.Notes", "a=b"), Field::new("Title", "")]
        );
    }

    #[test]
    fn a_word_without_dashes_and_a_name_without_value_are_refused() {
        assert_eq!(parse(&arguments(&["ULN"])), Err(ArgumentError::NotAName("ULN".into())));
        assert_eq!(parse(&arguments(&["--"])), Err(ArgumentError::NotAName("--".into())));
        assert_eq!(parse(&arguments(&["--ULN"])), Err(ArgumentError::NoValue("ULN".into())));
    }
}
