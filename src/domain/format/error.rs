//! What is wrong with a field of a learner.

use std::fmt;

use super::{Field, Rule};

/// What is wrong with a field. It names field and rule, never the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub struct FieldError {
    /// The field.
    pub field: Field,
    /// The rule that its text breaks.
    pub rule: Rule,
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.field.name(), self.rule.requirement())
    }
}

impl Field {
    /// The error for a text that is not a value of the field.
    pub fn unreadable(self, text: &str) -> FieldError {
        let rule =
            if text.is_empty() { Rule::Mandatory } else { self.format().broken(text).unwrap_or(self.format().rule()) };
        FieldError { field: self, rule }
    }

    /// The error for a mandatory field that is empty.
    pub const fn missing(self) -> FieldError {
        FieldError { field: self, rule: Rule::Mandatory }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_field_and_rule() {
        for (field, text, told) in [
            (Field::Uln, "1000000001", "ULN must have the check digit that belongs to it"),
            (Field::Uln, "0000000042", "ULN must have ten digits, the first of them not 0"),
            (Field::GivenName, "", "GivenName must not be empty"),
            (Field::FamilyName, &*"ö".repeat(36), "FamilyName must have at most 35 characters"),
            (Field::DateOfBirth, "2004-02-30", "DateOfBirth must be a day of the calendar"),
            (Field::Gender, "3", "Gender must be one of 0, 1, 2, 9"),
        ] {
            assert_eq!(field.unreadable(text).to_string(), told);
        }
    }
}
