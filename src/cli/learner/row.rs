//! Turns a row of an import file into a learner, or into the rule that it breaks. Errors never
//! quote a value.

use chrono::NaiveDate;
use std::fmt;
use std::str::FromStr;

use crate::model::{
    AbilityToShare, Address, Birth, Contact, Evidence, Gender, Identifiers, Learner, LearnerStatus, Names, Postcode,
    Timestamp, Uln, VerificationType,
};

/// A column of the file, with the contract's names; UCI and UPN are named as in batch files
/// (rules.md 5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Uln,
    Title,
    GivenName,
    MiddleOtherName,
    FamilyName,
    PreferredGivenName,
    PreviousFamilyName,
    FamilyNameAtAge16,
    SchoolAtAge16,
    LastKnownAddressLine1,
    LastKnownAddressLine2,
    LastKnownAddressTown,
    LastKnownAddressCountyOrCity,
    LastKnownPostCode,
    DateOfAddressCapture,
    DateOfBirth,
    PlaceOfBirth,
    Gender,
    EmailAddress,
    Nationality,
    ScottishCandidateNumber,
    VerificationType,
    OtherVerificationDescription,
    AbilityToShare,
    Notes,
    TelephoneNumber,
    Uci,
    Upn,
}

/// Every column, with its heading and the rule for its cells.
pub const COLUMNS: [(Column, &str, &str); 28] = [
    (Column::Uln, "ULN", "a ULN of ten digits with a valid check digit"),
    (Column::Title, "Title", "at most 35 characters"),
    (Column::GivenName, "GivenName", "1 to 35 characters, not all of them spaces"),
    (Column::MiddleOtherName, "MiddleOtherName", "at most 35 characters"),
    (Column::FamilyName, "FamilyName", "1 to 35 characters, not all of them spaces"),
    (Column::PreferredGivenName, "PreferredGivenName", "at most 35 characters"),
    (Column::PreviousFamilyName, "PreviousFamilyName", "at most 35 characters"),
    (Column::FamilyNameAtAge16, "FamilyNameAtAge16", "at most 35 characters"),
    (Column::SchoolAtAge16, "SchoolAtAge16", "at most 254 characters"),
    (Column::LastKnownAddressLine1, "LastKnownAddressLine1", "at most 50 characters"),
    (Column::LastKnownAddressLine2, "LastKnownAddressLine2", "at most 50 characters"),
    (Column::LastKnownAddressTown, "LastKnownAddressTown", "at most 50 characters"),
    (Column::LastKnownAddressCountyOrCity, "LastKnownAddressCountyOrCity", "at most 50 characters"),
    (Column::LastKnownPostCode, "LastKnownPostCode", "a postcode"),
    (Column::DateOfAddressCapture, "DateOfAddressCapture", "a date (yyyy-mm-dd) from 1800 to 2099"),
    (Column::DateOfBirth, "DateOfBirth", "a date (yyyy-mm-dd) from 1800 to 2099"),
    (Column::PlaceOfBirth, "PlaceOfBirth", "at most 35 characters"),
    (Column::Gender, "Gender", "0, 1, 2 or 9"),
    (Column::EmailAddress, "EmailAddress", "at most 254 characters"),
    (Column::Nationality, "Nationality", "at most 3 characters"),
    (Column::ScottishCandidateNumber, "ScottishCandidateNumber", "9 digits"),
    (Column::VerificationType, "VerificationType", "0 to 7, or 999"),
    (
        Column::OtherVerificationDescription,
        "OtherVerificationDescription",
        "at most 255 characters; required if VerificationType is 999",
    ),
    (Column::AbilityToShare, "AbilityToShare", "0, 1 or 2"),
    (Column::Notes, "Notes", "at most 4000 characters"),
    (Column::TelephoneNumber, "TelephoneNumber", "at most 35 characters"),
    (Column::Uci, "UCI", "at most 13 characters"),
    (Column::Upn, "UPN", "at most 13 characters"),
];

/// The required columns, whose cells must not be empty.
pub const REQUIRED: [Column; 8] = [
    Column::Uln,
    Column::GivenName,
    Column::FamilyName,
    Column::LastKnownPostCode,
    Column::DateOfBirth,
    Column::Gender,
    Column::VerificationType,
    Column::AbilityToShare,
];

impl Column {
    /// The column with this heading, ignoring case.
    pub fn by_heading(heading: &str) -> Option<Column> {
        COLUMNS.iter().find(|(_, name, _)| name.eq_ignore_ascii_case(heading.trim())).map(|(column, ..)| *column)
    }

    /// The column's heading.
    pub fn heading(self) -> &'static str {
        COLUMNS.iter().find(|(column, ..)| *column == self).map_or("", |(_, heading, _)| heading)
    }

    fn rule(self) -> &'static str {
        COLUMNS.iter().find(|(column, ..)| *column == self).map_or("", |(.., rule)| rule)
    }
}

/// What is wrong with a row. The text has column and rule, never the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowError {
    /// A cell is invalid.
    Breaks(Column),
    /// A required cell is empty.
    Missing(Column),
    /// A cell has a control character, which cannot be sent in XML.
    ControlCharacter(Column),
    /// The row has more or fewer cells than the file has headings.
    CellCount,
    /// The row is not UTF-8 text.
    NotUtf8,
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RowError::Breaks(column) => write!(f, "{} must be {}", column.heading(), column.rule()),
            RowError::Missing(column) => write!(f, "{} is required", column.heading()),
            RowError::ControlCharacter(column) => write!(f, "{} must not contain control characters", column.heading()),
            RowError::CellCount => f.write_str("the row must have as many cells as the file has headings"),
            RowError::NotUtf8 => f.write_str("the row must be UTF-8 text"),
        }
    }
}

/// A learner from the cells of a row with their columns. Imported learners start at version 1.
pub fn learner<'a>(cells: impl Iterator<Item = (Column, &'a str)>, now: Timestamp) -> Result<Learner, RowError> {
    let mut draft = Draft::default();
    for (column, cell) in cells {
        draft.take(column, cell)?;
    }
    draft.finish(now)
}

#[derive(Default)]
struct Draft {
    uln: Option<Uln>,
    title: Option<String>,
    given_name: Option<String>,
    middle_other_name: Option<String>,
    family_name: Option<String>,
    preferred_given_name: Option<String>,
    previous_family_name: Option<String>,
    family_name_at_age_16: Option<String>,
    school_at_age_16: Option<String>,
    address_line_1: Option<String>,
    address_line_2: Option<String>,
    address_town: Option<String>,
    address_county_or_city: Option<String>,
    postcode: Option<Postcode>,
    date_of_address_capture: Option<NaiveDate>,
    date_of_birth: Option<NaiveDate>,
    place_of_birth: Option<String>,
    gender: Option<Gender>,
    email_address: Option<String>,
    nationality: Option<String>,
    scottish_candidate_number: Option<String>,
    verification_type: Option<VerificationType>,
    other_verification_description: Option<String>,
    ability_to_share: Option<AbilityToShare>,
    notes: Option<String>,
    telephone_number: Option<String>,
    unique_candidate_identifier: Option<String>,
    unique_pupil_number: Option<String>,
}

impl Draft {
    fn take(&mut self, column: Column, cell: &str) -> Result<(), RowError> {
        if cell.is_empty() {
            return Ok(());
        }
        if cell.bytes().any(|byte| byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r')) {
            return Err(RowError::ControlCharacter(column));
        }
        match column {
            Column::Uln => self.uln = Some(value(column, cell)?),
            Column::Title => self.title = Some(text(column, cell, 35)?),
            Column::GivenName => self.given_name = Some(name(column, cell)?),
            Column::MiddleOtherName => self.middle_other_name = Some(text(column, cell, 35)?),
            Column::FamilyName => self.family_name = Some(name(column, cell)?),
            Column::PreferredGivenName => self.preferred_given_name = Some(text(column, cell, 35)?),
            Column::PreviousFamilyName => self.previous_family_name = Some(text(column, cell, 35)?),
            Column::FamilyNameAtAge16 => self.family_name_at_age_16 = Some(text(column, cell, 35)?),
            Column::SchoolAtAge16 => self.school_at_age_16 = Some(text(column, cell, 254)?),
            Column::LastKnownAddressLine1 => self.address_line_1 = Some(text(column, cell, 50)?),
            Column::LastKnownAddressLine2 => self.address_line_2 = Some(text(column, cell, 50)?),
            Column::LastKnownAddressTown => self.address_town = Some(text(column, cell, 50)?),
            Column::LastKnownAddressCountyOrCity => self.address_county_or_city = Some(text(column, cell, 50)?),
            Column::LastKnownPostCode => self.postcode = Some(value(column, cell)?),
            Column::DateOfAddressCapture => self.date_of_address_capture = Some(date(column, cell)?),
            Column::DateOfBirth => self.date_of_birth = Some(date(column, cell)?),
            Column::PlaceOfBirth => self.place_of_birth = Some(text(column, cell, 35)?),
            Column::Gender => self.gender = Some(value(column, cell)?),
            Column::EmailAddress => self.email_address = Some(text(column, cell, 254)?),
            Column::Nationality => self.nationality = Some(text(column, cell, 3)?),
            Column::ScottishCandidateNumber => self.scottish_candidate_number = Some(nine_digits(column, cell)?),
            Column::VerificationType => self.verification_type = Some(value(column, cell)?),
            Column::OtherVerificationDescription => {
                self.other_verification_description = Some(text(column, cell, 255)?)
            }
            Column::AbilityToShare => self.ability_to_share = Some(value(column, cell)?),
            Column::Notes => self.notes = Some(text(column, cell, 4000)?),
            Column::TelephoneNumber => self.telephone_number = Some(text(column, cell, 35)?),
            Column::Uci => self.unique_candidate_identifier = Some(text(column, cell, 13)?),
            Column::Upn => self.unique_pupil_number = Some(text(column, cell, 13)?),
        }
        Ok(())
    }

    fn finish(self, now: Timestamp) -> Result<Learner, RowError> {
        let missing = RowError::Missing;
        let verification_type = self.verification_type.ok_or(missing(Column::VerificationType))?;
        if verification_type == VerificationType::Other && self.other_verification_description.is_none() {
            return Err(missing(Column::OtherVerificationDescription));
        }
        Ok(Learner {
            id: 0,
            uln: self.uln.ok_or(missing(Column::Uln))?,
            version: 1,
            status: LearnerStatus::Active,
            master: None,
            names: Names {
                title: self.title,
                given: self.given_name.ok_or(missing(Column::GivenName))?,
                middle_other: self.middle_other_name,
                family: self.family_name.ok_or(missing(Column::FamilyName))?,
                preferred_given: self.preferred_given_name,
                previous_family: self.previous_family_name,
                family_at_16: self.family_name_at_age_16,
            },
            birth: Birth { date: self.date_of_birth.ok_or(missing(Column::DateOfBirth))?, place: self.place_of_birth },
            gender: self.gender.ok_or(missing(Column::Gender))?,
            nationality: self.nationality,
            school_at_16: self.school_at_age_16,
            address: Address {
                line_1: self.address_line_1,
                line_2: self.address_line_2,
                town: self.address_town,
                county_or_city: self.address_county_or_city,
                postcode: self.postcode.ok_or(missing(Column::LastKnownPostCode))?,
                captured_on: self.date_of_address_capture,
            },
            contact: Contact { email: self.email_address, telephone: self.telephone_number },
            identifiers: Identifiers {
                scottish_candidate_number: self.scottish_candidate_number,
                uci: self.unique_candidate_identifier,
                upn: self.unique_pupil_number,
            },
            evidence: Evidence { verification_type, other_description: self.other_verification_description },
            ability_to_share: self.ability_to_share.ok_or(missing(Column::AbilityToShare))?,
            notes: self.notes,
            registered_by: None,
            created_at: now,
            updated_at: now,
        })
    }
}

fn value<T: FromStr>(column: Column, cell: &str) -> Result<T, RowError> {
    cell.parse().map_err(|_| RowError::Breaks(column))
}

fn text(column: Column, cell: &str, most: usize) -> Result<String, RowError> {
    if cell.len() > most && cell.chars().count() > most {
        return Err(RowError::Breaks(column));
    }
    Ok(cell.to_owned())
}

fn name(column: Column, cell: &str) -> Result<String, RowError> {
    if cell.trim().is_empty() {
        return Err(RowError::Breaks(column));
    }
    text(column, cell, 35)
}

fn date(column: Column, cell: &str) -> Result<NaiveDate, RowError> {
    let years = cell.starts_with("18") || cell.starts_with("19") || cell.starts_with("20");
    let plain = cell.len() == 10 && cell.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    if !(years && plain) {
        return Err(RowError::Breaks(column));
    }
    value(column, cell)
}

fn nine_digits(column: Column, cell: &str) -> Result<String, RowError> {
    if cell.len() != 9 || !cell.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(RowError::Breaks(column));
    }
    Ok(cell.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const GOOD: [(Column, &str); 8] = [
        (Column::Uln, "1000000000"),
        (Column::GivenName, "Ada"),
        (Column::FamilyName, "Example "),
        (Column::LastKnownPostCode, "zz99zz"),
        (Column::DateOfBirth, "2004-02-29"),
        (Column::Gender, "2"),
        (Column::VerificationType, "2"),
        (Column::AbilityToShare, "1"),
    ];

    fn with(column: Column, cell: &str) -> Result<Learner, RowError> {
        let now = Timestamp::default();
        learner(GOOD.iter().copied().filter(|(other, _)| *other != column).chain([(column, cell)]), now)
    }

    #[test]
    fn a_good_row_is_a_learner_of_version_one_with_text_as_given() {
        let learner = with(Column::Title, "").unwrap();
        assert_eq!((learner.version, learner.status), (1, LearnerStatus::Active));
        assert_eq!(learner.names.family, "Example ");
        assert_eq!(learner.names.title, None);
        assert_eq!(learner.evidence.tier_level(), VerificationType::Passport.tier_level());
    }

    #[test]
    fn each_required_column_is_missed() {
        for column in REQUIRED {
            assert_eq!(with(column, "").unwrap_err(), RowError::Missing(column));
        }
        assert_eq!(
            with(Column::VerificationType, "999").unwrap_err(),
            RowError::Missing(Column::OtherVerificationDescription)
        );
    }

    #[test]
    fn a_broken_rule_names_its_column_and_never_the_value() {
        let broken = [
            (Column::Uln, "1000000001"),
            (Column::GivenName, "   "),
            (Column::FamilyName, "Example-Example-Example-Example-Exam"),
            (Column::LastKnownPostCode, "nowhere"),
            (Column::DateOfBirth, "2003-02-29"),
            (Column::DateOfBirth, "1799-12-31"),
            (Column::DateOfBirth, "2004-2-29"),
            (Column::Gender, "3"),
            (Column::Nationality, "ABCD"),
            (Column::ScottishCandidateNumber, "12345678X"),
            (Column::VerificationType, "8"),
            (Column::AbilityToShare, "3"),
        ];
        for (column, cell) in broken {
            let error = with(column, cell).unwrap_err();
            assert_eq!(error, RowError::Breaks(column));
            let text = error.to_string();
            assert!(text.starts_with(column.heading()) && !text.contains(cell), "{text}");
        }
    }

    #[test]
    fn lengths_are_counted_in_characters() {
        assert!(with(Column::GivenName, &"é".repeat(35)).is_ok());
        assert!(with(Column::GivenName, &"é".repeat(36)).is_err());
    }

    #[test]
    fn control_characters_are_refused() {
        assert_eq!(with(Column::Notes, "a\u{1}b").unwrap_err(), RowError::ControlCharacter(Column::Notes));
        assert!(with(Column::Notes, "a\r\nb\tc").is_ok());
    }

    #[test]
    fn headings_are_found_in_any_letter_case() {
        assert_eq!(Column::by_heading(" givenname"), Some(Column::GivenName));
        assert_eq!(Column::by_heading("FamilyNames"), None);
        for (column, heading, _) in COLUMNS {
            assert_eq!(Column::by_heading(heading), Some(column));
        }
    }
}
