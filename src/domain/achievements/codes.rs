//! All errors of achievement records, with cause and advice: the single table behind error files,
//! reports and help (rules.md 5.8). The codes are our choice, and so is everything after B008.

/// The three classes of error that the contract counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErrorClass {
    /// A field is missing or malformed.
    Field,
    /// The learner is unknown or a different one.
    Learner,
    /// A rule about achievements is violated.
    Business,
}

impl ErrorClass {
    /// The name used in error files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Field => "Field",
            Self::Learner => "Learner",
            Self::Business => "Business",
        }
    }
}

/// An error of an achievement record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorCode {
    /// The code.
    pub code: &'static str,
    /// Its class.
    pub class: ErrorClass,
    /// The heading of the field at fault; empty if there is no single one.
    pub field: &'static str,
    /// Its meaning.
    pub meaning: &'static str,
    /// What to do about it.
    pub advice: &'static str,
}

/// No learner has the ULN.
pub const ULN_NOT_FOUND: &str = "L001";
/// The details differ from the learner's.
pub const LEARNER_DIFFERS: &str = "L002";
/// The ULN was merged; the record was accepted. The only code here that is not a refusal.
pub const ULN_MERGED: &str = "L003";
/// The reference is not in the catalogue.
pub const UNKNOWN_REFERENCE: &str = "B001";
/// The awarding organisation may not submit achievements of it.
pub const NOT_OWNED: &str = "B002";
/// The award date is after the end of certification.
pub const NOT_CERTIFICATED: &str = "B003";
/// The achievement already exists.
pub const EXISTS: &str = "B004";
/// There is no achievement to change.
pub const NOTHING_TO_CHANGE: &str = "B005";
/// The award date is in the future.
pub const FUTURE_AWARD: &str = "B006";
/// The grade does not exist.
pub const UNKNOWN_GRADE: &str = "B007";
/// The achievement is withdrawn.
pub const WITHDRAWN: &str = "B008";
/// The awarding organisation was not recognised on the award date.
pub const NOT_RECOGNISED: &str = "B009";
/// The achievement is final.
pub const FINAL: &str = "B010";

/// All errors, in the order of the codes.
pub const ERROR_CODES: &[ErrorCode] = &[
    field("F001", "MISIdentifier", "Longer than 128 characters.", "Shorten it."),
    field(
        "F002",
        "ULN",
        "Missing, or not ten digits of which the first is not 0.",
        "Copy the number again from its source. Spreadsheets turn long numbers into powers of ten: format the column as text.",
    ),
    field(
        "F003",
        "GivenName",
        "Missing, or longer than 35 characters.",
        "Fill in the name as the learner's record has it.",
    ),
    field(
        "F004",
        "FamilyName",
        "Missing, or longer than 35 characters.",
        "Fill in the name as the learner's record has it.",
    ),
    field("F005", "DateOfBirth", "Not a date.", "Write it as 2008-03-31, or leave it out."),
    field("F006", "Gender", "Not one of 0, 1, 2, 9.", "Use one of the codes, or leave it out."),
    field("F007", "LearnerPostcode", "Not a postcode.", "Write the whole postcode, or leave it out."),
    field(
        "F008",
        "ProviderUKPRN",
        "Missing, or not eight letters or digits.",
        "Fill in the UKPRN of the provider with which the learner achieved it.",
    ),
    field(
        "F009",
        "UnitOrQualificationReferenceNumber",
        "Missing, or neither a qualification number with a right check character nor a unit number.",
        "Copy the number again from its source, with or without slashes: 600/1166/X, K/501/5773.",
    ),
    field("F010", "AchievementAwardDate", "Missing, or not a date.", "Write it as 2024-08-22."),
    field(
        "F011",
        "Grade",
        "Missing where a qualification is created or updated, or longer than 20 characters.",
        "Fill in the grade as the catalogue spells it.",
    ),
    field(
        "F012",
        "LanguageForAssessment",
        "Not one of English, Welsh, Irish.",
        "Use one of the words, or leave it out.",
    ),
    field("F013", "Action", "Missing, or not one of 1, 2, 3, 4.", "1 creates, 2 updates, 3 withdraws, 4 reinstates."),
    field("F014", "ActionDate", "Missing, or not a date.", "Write it as 2024-08-22."),
    field(
        "F015",
        "ActionReason",
        "Missing where an achievement is withdrawn or reinstated, or longer than 255 characters.",
        "Say why.",
    ),
    learner(
        ULN_NOT_FOUND,
        "ULN",
        "No learner has this ULN.",
        "Verify the learner first; the number may have a wrong digit.",
    ),
    learner(
        LEARNER_DIFFERS,
        "",
        "The learner of this ULN has other details.",
        "Verify the learner first. Names must be the learner's or similar; date of birth and gender are compared where they are given.",
    ),
    learner(
        ULN_MERGED,
        "ULN",
        "The ULN was merged into another. The record was accepted for the learner's present ULN.",
        "Use the learner's present ULN from now on.",
    ),
    business(
        UNKNOWN_REFERENCE,
        "UnitOrQualificationReferenceNumber",
        "The catalogue has no qualification or unit of this reference.",
        "Check the number. A new qualification is known here some time after the regulator has published it.",
    ),
    business(
        NOT_OWNED,
        "UnitOrQualificationReferenceNumber",
        "The awarding organisation neither owns the qualification or unit nor may share it.",
        "Ask its owner to submit the achievement, or to share it.",
    ),
    business(
        NOT_CERTIFICATED,
        "AchievementAwardDate",
        "The qualification or unit could no longer be awarded on the award date.",
        "Check reference and award date: they are those of the certificate.",
    ),
    business(
        EXISTS,
        "",
        "The achievement exists: learner, reference and award date are the same.",
        "Update it (action 2) where it has changed. Nothing is to be done where it has not.",
    ),
    business(
        NOTHING_TO_CHANGE,
        "",
        "There is no such achievement to be updated, withdrawn or reinstated, or nothing about it would change.",
        "Check learner, reference and award date; create the achievement (action 1) where it is missing.",
    ),
    business(
        FUTURE_AWARD,
        "AchievementAwardDate",
        "The award date lies in the future.",
        "Submit the achievement once it is awarded.",
    ),
    business(
        UNKNOWN_GRADE,
        "Grade",
        "The grade is none of those with which the qualification or unit can be achieved.",
        "Use a grade as the catalogue spells it; a unit has Pass alone.",
    ),
    business(
        WITHDRAWN,
        "",
        "The achievement is withdrawn and cannot be updated.",
        "Reinstate it first (action 4), or create it anew (action 1).",
    ),
    business(
        NOT_RECOGNISED,
        "AchievementAwardDate",
        "The awarding organisation was not recognised on the award date.",
        "Check the award date; otherwise the organisation that took the qualification over submits the achievement.",
    ),
    business(
        FINAL,
        "",
        "The achievement is final and cannot become provisional.",
        "Submit the change as final, or withdraw the achievement.",
    ),
];

const fn field(code: &'static str, field: &'static str, meaning: &'static str, advice: &'static str) -> ErrorCode {
    ErrorCode { code, class: ErrorClass::Field, field, meaning, advice }
}

const fn learner(code: &'static str, field: &'static str, meaning: &'static str, advice: &'static str) -> ErrorCode {
    ErrorCode { code, class: ErrorClass::Learner, field, meaning, advice }
}

const fn business(code: &'static str, field: &'static str, meaning: &'static str, advice: &'static str) -> ErrorCode {
    ErrorCode { code, class: ErrorClass::Business, field, meaning, advice }
}

/// The entry of a code.
pub fn lookup(code: &str) -> Option<&'static ErrorCode> {
    ERROR_CODES.iter().find(|entry| entry.code == code)
}

/// The code for a finding about a field.
pub fn of_field(field: &str) -> &'static str {
    ERROR_CODES
        .iter()
        .find(|entry| entry.class == ErrorClass::Field && entry.field == field)
        .map_or("F000", |entry| entry.code)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]

    use super::super::AchievementRow;
    use super::*;

    #[test]
    fn codes_are_in_order_and_every_field_has_one() {
        assert!(ERROR_CODES.is_sorted_by_key(|entry| (entry.class, entry.code)));
        for entry in ERROR_CODES {
            assert_eq!(entry.class.word().get(..1), entry.code.get(..1));
            assert_eq!(lookup(entry.code), Some(entry));
            assert!(entry.field.is_empty() || AchievementRow::FIELDS.contains(&entry.field), "{}", entry.code);
        }
        for (field, number) in AchievementRow::FIELDS.iter().zip(1..) {
            assert_eq!(of_field(field), format!("F{number:03}"));
        }
    }
}
