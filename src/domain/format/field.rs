//! The fields of a learner: the name of each in the contract, the format of its text, and where it
//! must be filled. The web service's facets are held to this table by a test; batch files, imports
//! and web forms ask it.

use super::{ABILITIES_TO_SHARE, Format, GENDERS, Rule, VERIFICATION_TYPES, is_one_line};

/// A field of a learner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub enum Field {
    Uln,
    Title,
    GivenName,
    PreferredGivenName,
    MiddleOtherName,
    FamilyName,
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
    EmailAddress,
    Gender,
    Nationality,
    ScottishCandidateNumber,
    AbilityToShare,
    VerificationType,
    OtherVerificationDescription,
    Notes,
    TelephoneNumber,
    Uci,
    Upn,
}

/// Every field, in the order in which a batch file has them: its name in the contract, and its
/// format.
const TABLE: [(Field, &str, Format); Field::COUNT] = [
    (Field::Uln, "ULN", Format::Uln),
    (Field::Title, "Title", Format::Text(35)),
    (Field::GivenName, "GivenName", Format::Name),
    (Field::PreferredGivenName, "PreferredGivenName", Format::Name),
    (Field::MiddleOtherName, "MiddleOtherName", Format::Name),
    (Field::FamilyName, "FamilyName", Format::Name),
    (Field::PreviousFamilyName, "PreviousFamilyName", Format::Name),
    (Field::FamilyNameAtAge16, "FamilyNameAtAge16", Format::Name),
    (Field::SchoolAtAge16, "SchoolAtAge16", Format::Text(254)),
    (Field::LastKnownAddressLine1, "LastKnownAddressLine1", Format::Text(50)),
    (Field::LastKnownAddressLine2, "LastKnownAddressLine2", Format::Text(50)),
    (Field::LastKnownAddressTown, "LastKnownAddressTown", Format::Text(50)),
    (Field::LastKnownAddressCountyOrCity, "LastKnownAddressCountyOrCity", Format::Text(50)),
    (Field::LastKnownPostCode, "LastKnownPostCode", Format::Postcode),
    (Field::DateOfAddressCapture, "DateOfAddressCapture", Format::Day),
    (Field::DateOfBirth, "DateOfBirth", Format::Day),
    (Field::PlaceOfBirth, "PlaceOfBirth", Format::Text(35)),
    (Field::EmailAddress, "EmailAddress", Format::Email),
    (Field::Gender, "Gender", Format::Code(GENDERS)),
    (Field::Nationality, "Nationality", Format::Nationality),
    (Field::ScottishCandidateNumber, "ScottishCandidateNumber", Format::ScottishCandidateNumber),
    (Field::AbilityToShare, "AbilityToShare", Format::Code(ABILITIES_TO_SHARE)),
    (Field::VerificationType, "VerificationType", Format::Code(VERIFICATION_TYPES)),
    (Field::OtherVerificationDescription, "OtherVerificationDescription", Format::Text(255)),
    (Field::Notes, "Notes", Format::Text(4000)),
    (Field::TelephoneNumber, "TelephoneNumber", Format::Text(35)),
    (Field::Uci, "UCI", Format::Uci),
    (Field::Upn, "UPN", Format::Upn),
];

impl Field {
    /// How many fields there are.
    pub const COUNT: usize = 28;
    /// The fields that hold a name.
    pub const NAMES: [Self; 6] = [
        Self::GivenName,
        Self::PreferredGivenName,
        Self::MiddleOtherName,
        Self::FamilyName,
        Self::PreviousFamilyName,
        Self::FamilyNameAtAge16,
    ];
    /// The details that a search needs (rules.md 2.4).
    pub const DEMOGRAPHICS: [Self; 5] =
        [Self::GivenName, Self::FamilyName, Self::DateOfBirth, Self::Gender, Self::LastKnownPostCode];
    /// The optional details of a search (rules.md 2.4).
    pub const REFINERS: [Self; 4] =
        [Self::PreviousFamilyName, Self::SchoolAtAge16, Self::PlaceOfBirth, Self::EmailAddress];
    /// What every record has besides its number (rules.md 2.5). `OtherVerificationDescription` is
    /// mandatory too if the verification type is 999.
    pub const MANDATORY: [Self; 7] = [
        Self::GivenName,
        Self::FamilyName,
        Self::LastKnownPostCode,
        Self::DateOfBirth,
        Self::Gender,
        Self::VerificationType,
        Self::AbilityToShare,
    ];

    /// Every field.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|(field, ..)| *field)
    }

    /// The field of a name, in any letter case.
    pub fn by_name(name: &str) -> Option<Self> {
        TABLE.iter().find(|(_, other, _)| other.eq_ignore_ascii_case(name)).map(|(field, ..)| *field)
    }

    /// The name in the contract, which is also the heading in files.
    pub fn name(self) -> &'static str {
        TABLE.get(self.place()).map_or("", |(_, name, _)| name)
    }

    /// What its text must look like.
    pub fn format(self) -> Format {
        TABLE.get(self.place()).map_or(Format::Text(0), |(.., format)| *format)
    }

    /// Its place in the table.
    #[expect(clippy::as_conversions, reason = "the discriminant of an enum without values")]
    pub(super) const fn place(self) -> usize {
        self as usize
    }

    /// The rules that a text breaks. Empty text breaks none: whether a field is mandatory depends
    /// on the operation.
    pub fn broken(self, text: &str) -> impl Iterator<Item = Rule> {
        let format = self.format();
        let first = if text.is_empty() { None } else { format.broken(text) };
        let second = (format == Format::Name && !is_one_line(text)).then_some(Rule::OneLine);
        first.into_iter().chain(second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_every_field_in_its_place() {
        for (place, (field, name, format)) in TABLE.iter().enumerate() {
            assert_eq!((field.place(), field.name(), field.format()), (place, *name, *format));
            assert_eq!(Field::by_name(&name.to_lowercase()), Some(*field));
        }
        assert_eq!(Field::by_name("FamilyNames"), None);
    }

    #[test]
    fn a_name_may_break_two_rules() {
        let long = "Ann\n".repeat(12);
        assert!(Field::GivenName.broken(&long).eq([Rule::MaxLength(35), Rule::OneLine]));
        assert_eq!(Field::GivenName.broken("").next(), None);
    }
}
