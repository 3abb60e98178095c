//! Learners taken over from another register, field by field.

use super::super::format::{Field, FieldError, FieldTexts, Format, Rule};
use super::super::learners::{new_learner, value};
use crate::model::{Learner, Timestamp};

/// The fields that every imported learner must have.
pub const MANDATORY_ON_IMPORT: [Field; 8] = [
    Field::Uln,
    Field::GivenName,
    Field::FamilyName,
    Field::LastKnownPostCode,
    Field::DateOfBirth,
    Field::Gender,
    Field::VerificationType,
    Field::AbilityToShare,
];

/// A learner of version 1 from the texts of its fields, kept as they stand.
///
/// Another register's data may be older than today's rules, so an import is more lenient than a
/// registration: a name may contain a line break, and only the length of e-mail address,
/// nationality, UCI and UPN is checked.
///
/// # Errors
/// The first text that breaks a rule, or the first mandatory field that is empty.
pub fn imported_learner(submitted: &FieldTexts<'_>, now: Timestamp) -> Result<Learner, FieldError> {
    if let Some((field, rule)) = submitted.iter().find_map(|(field, text)| Some((field, broken(field, text)?))) {
        return Err(FieldError { field, rule });
    }
    let uln = submitted.filled(Field::Uln).ok_or(Field::Uln.missing())?;
    new_learner(submitted, value(Field::Uln, uln)?, None, now)
}

fn broken(field: Field, text: &str) -> Option<Rule> {
    // No message could carry them.
    let is_control = |byte: u8| byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r');
    if text.bytes().any(is_control) {
        return Some(Rule::ControlCharacters);
    }
    match field.format() {
        Format::Day | Format::ScottishCandidateNumber => field.broken(text).next(),
        // Reading them as values says the rest.
        format => format.too_long(text),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::model::{LearnerStatus, TierLevel};

    fn with(field: Field, text: &str) -> Result<Learner, FieldError> {
        let good = FieldTexts::default()
            .with(Field::Uln, "1000000000")
            .with(Field::GivenName, "Ada")
            .with(Field::FamilyName, "Example ")
            .with(Field::LastKnownPostCode, "zz99zz")
            .with(Field::DateOfBirth, "2004-02-29")
            .with(Field::Gender, "2")
            .with(Field::VerificationType, "2")
            .with(Field::AbilityToShare, "1");
        imported_learner(&good.with(field, text), Timestamp::default())
    }

    #[test]
    fn a_good_row_is_a_learner_of_version_one_with_text_as_given() {
        let learner = with(Field::Title, "").unwrap();
        assert_eq!((learner.version, learner.status), (1, LearnerStatus::Active));
        assert_eq!(learner.names.family, "Example ");
        assert_eq!(learner.names.title, None);
        assert_eq!(learner.evidence.tier_level(), TierLevel::Two);
    }

    #[test]
    fn each_mandatory_field_is_missed() {
        for field in MANDATORY_ON_IMPORT {
            assert_eq!(with(field, "").unwrap_err(), field.missing());
        }
        let undescribed = with(Field::VerificationType, "999").unwrap_err();
        assert_eq!(undescribed.rule, Rule::DescriptionOfOther);
    }

    #[test]
    fn a_broken_rule_names_its_field_and_never_the_value() {
        for (field, text, rule) in [
            (Field::Uln, "1000000001", Rule::CheckDigit),
            (Field::GivenName, "   ", Rule::Mandatory),
            (Field::FamilyName, "Example-Example-Example-Example-Exam", Rule::MaxLength(35)),
            (Field::LastKnownPostCode, "nowhere", Rule::Postcode),
            (Field::DateOfBirth, "2003-02-29", Rule::DayOfCalendar),
            (Field::DateOfBirth, "1799-12-31", Rule::YearOfDate),
            (Field::DateOfBirth, "2004-2-29", Rule::Date),
            (Field::Gender, "3", Field::Gender.unreadable("3").rule),
            (Field::Nationality, "ABCD", Rule::MaxLength(3)),
            (Field::ScottishCandidateNumber, "12345678X", Rule::ScottishCandidateNumber),
            (Field::VerificationType, "8", Field::VerificationType.unreadable("8").rule),
            (Field::AbilityToShare, "3", Field::AbilityToShare.unreadable("3").rule),
            (Field::Notes, "a\u{1}b", Rule::ControlCharacters),
        ] {
            let error = with(field, text).unwrap_err();
            assert_eq!(error, FieldError { field, rule });
            let told = error.to_string();
            assert!(told.starts_with(field.name()) && !told.contains(text), "{told}");
        }
    }

    #[test]
    fn an_import_asks_less_than_a_registration() {
        for (field, text) in [
            (Field::GivenName, &*"é".repeat(35)),
            (Field::GivenName, "Ann\nMarie"),
            (Field::EmailAddress, "nobody"),
            (Field::Nationality, "UK"),
            (Field::Uci, "123"),
            (Field::Notes, "a\r\nb\tc"),
        ] {
            assert!(with(field, text).is_ok(), "{field:?}");
        }
        assert_eq!(with(Field::GivenName, &"é".repeat(36)).unwrap_err().rule, Rule::MaxLength(35));
    }
}
