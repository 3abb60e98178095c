//! The format rules shared by all kinds of row: each kind of job builds its row's format from them,
//! and jobs, batch files and the checking tool use that. A finding says which field breaks which
//! rule, what kind of value it has, and what to do, but never the value itself (rules.md 2.1, 5.3,
//! 5.5).

mod error;
mod field;
mod formats;
mod nationalities;
mod patterns;
mod row;
mod rule;
mod texts;
mod value;

use chrono::NaiveDate;

pub use error::FieldError;
pub use field::Field;
pub use formats::Format;
pub use nationalities::is_nationality;
pub use patterns::{is_date, is_email, is_one_line, is_postcode, is_uci, is_uln_pattern, is_upn};
pub(crate) use row::batch_row;
pub use rule::Rule;
pub use texts::FieldTexts;
pub use value::{class_of_value, is_error_value};

/// The most characters of `MISIdentifier`, a submitter's own name for a record.
pub const MIS_IDENTIFIER: usize = 128;

/// What is wrong with one field of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The field's name in the contract; files have headings of their own.
    pub field: &'static str,
    /// The violated rule.
    pub rule: Rule,
    /// The kind of value ("9 digits", "text of 40 characters"), never the value itself.
    pub class: String,
}

/// The codes of [`crate::model::Gender`].
pub const GENDERS: &[&str] = &["0", "1", "2", "9"];
/// The codes of [`crate::model::VerificationType`].
pub const VERIFICATION_TYPES: &[&str] = &["0", "1", "2", "3", "4", "5", "6", "7", "999"];
/// The codes of [`crate::model::AbilityToShare`].
pub const ABILITIES_TO_SHARE: &[&str] = &["0", "1", "2"];
/// The codes of `PrivacyNoticeSeen` in files of version 3A (rules.md 5.1).
pub const PRIVACY_NOTICE_SEEN: &[&str] = &["0", "1"];

impl Finding {
    /// A finding about a field with this text.
    pub fn of(field: &'static str, text: Option<&str>, rule: Rule) -> Self {
        Finding { field, rule, class: class_of_value(text.unwrap_or_default()) }
    }
}

/// Collects the findings of a row, in the order in which its fields are checked.
#[derive(Default)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// The findings.
    pub fn into_vec(self) -> Vec<Finding> {
        self.0
    }

    /// Adds a finding: the field breaks the rule.
    pub fn add(&mut self, field: &'static str, text: Option<&str>, rule: Rule) {
        self.0.push(Finding::of(field, text, rule));
    }

    /// The field must not be blank.
    pub fn mandatory(&mut self, field: &'static str, text: Option<&str>) {
        if text.is_none_or(|text| text.trim().is_empty()) {
            self.add(field, text, Rule::Mandatory);
        }
    }

    /// The field has at most this many characters.
    pub fn at_most(&mut self, field: &'static str, text: Option<&str>, most: usize) {
        // A text never has more characters than bytes.
        if text.is_some_and(|text| text.len() > most && text.chars().count() > most) {
            self.add(field, text, Rule::MaxLength(most));
        }
    }

    /// If filled, the field satisfies the condition.
    pub fn holds(&mut self, field: &'static str, text: Option<&str>, rule: Rule, condition: impl FnOnce(&str) -> bool) {
        if text.is_some_and(|text| !condition(text)) {
            self.add(field, text, rule);
        }
    }

    /// If filled, the field is a date.
    pub fn day(&mut self, field: &'static str, text: Option<&str>) {
        if let Some(rule) = text.and_then(no_day) {
            self.add(field, text, rule);
        }
    }

    /// The field of a learner, if it is filled, breaks no rule of its own.
    pub fn learner_field(&mut self, field: Field, text: Option<&str>) {
        for rule in text.into_iter().flat_map(|text| field.broken(text)) {
            self.add(field.name(), text, rule);
        }
    }

    /// If filled, the field is one of these codes.
    pub fn one_of(&mut self, field: &'static str, text: Option<&str>, codes: &'static [&'static str]) {
        self.holds(field, text, Rule::OneOf(codes), |text| codes.contains(&text));
    }
}

/// The rule that a text breaks which should be a day.
fn no_day(text: &str) -> Option<Rule> {
    if is_day(text) {
        return None;
    }
    Some(match text.parse::<NaiveDate>() {
        _ if !has_form_of_date(text) => Rule::Date,
        Err(_) => Rule::DayOfCalendar,
        Ok(_) => Rule::YearOfDate,
    })
}

/// A date in the published format that also exists: the published format allows 29 February 1900.
fn is_day(text: &str) -> bool {
    is_date(text) && text.parse::<NaiveDate>().is_ok()
}

/// Nine digits.
fn has_nine_digits(text: &str) -> bool {
    text.len() == 9 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Four, two and two digits, separated by hyphens.
fn has_form_of_date(text: &str) -> bool {
    text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(at, byte)| if [4, 7].contains(&at) { byte == b'-' } else { byte.is_ascii_digit() })
}
