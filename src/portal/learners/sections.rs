//! The parts of a learner's record, as its page shows them and as they are changed.

use crate::domain::format::Field;
use crate::portal::problem::Problem;
use crate::portal::visit::Visit;

/// A part of a record.
pub(super) struct Section {
    /// Its name in addresses.
    pub(super) name: &'static str,
    pub(super) heading: &'static str,
    /// What is shown.
    pub(super) fields: &'static [Field],
    /// What must not be empty.
    pub(super) mandatory: &'static [Field],
}

/// The parts, in the order of the page.
pub(super) static SECTIONS: [Section; 8] = [
    Section {
        name: "names",
        heading: "Names",
        fields: &[
            Field::Title,
            Field::GivenName,
            Field::PreferredGivenName,
            Field::MiddleOtherName,
            Field::FamilyName,
            Field::PreviousFamilyName,
            Field::FamilyNameAtAge16,
        ],
        mandatory: &[Field::GivenName, Field::FamilyName],
    },
    Section {
        name: "birth",
        heading: "Birth and gender",
        fields: &[Field::DateOfBirth, Field::PlaceOfBirth, Field::Gender, Field::Nationality],
        mandatory: &[Field::DateOfBirth, Field::Gender],
    },
    Section {
        name: "address",
        heading: "Last known address",
        fields: &[
            Field::LastKnownAddressLine1,
            Field::LastKnownAddressLine2,
            Field::LastKnownAddressTown,
            Field::LastKnownAddressCountyOrCity,
            Field::LastKnownPostCode,
            Field::DateOfAddressCapture,
        ],
        mandatory: &[Field::LastKnownPostCode],
    },
    Section {
        name: "contact",
        heading: "Contact",
        fields: &[Field::EmailAddress, Field::TelephoneNumber],
        mandatory: &[],
    },
    Section {
        name: "school",
        heading: "School and other numbers",
        fields: &[Field::SchoolAtAge16, Field::ScottishCandidateNumber, Field::Uci, Field::Upn],
        mandatory: &[],
    },
    Section {
        name: "evidence",
        heading: "Proof of identity",
        fields: &[Field::VerificationType, Field::OtherVerificationDescription],
        mandatory: &[Field::VerificationType],
    },
    Section {
        name: "sharing",
        heading: "Privacy notice and sharing",
        fields: &[Field::AbilityToShare],
        mandatory: &[Field::AbilityToShare],
    },
    Section { name: "notes", heading: "Notes", fields: &[Field::Notes], mandatory: &[] },
];

impl Section {
    /// The part that the address names.
    pub(super) fn of(visit: &Visit<'_>) -> Result<&'static Self, Problem> {
        Self::named(visit.parameter("section"))
    }

    /// The part of this name.
    pub(super) fn named(name: &str) -> Result<&'static Self, Problem> {
        SECTIONS.iter().find(|section| section.name == name).ok_or(Problem::NotFound)
    }

    /// The fields that a user may change. The UPN never changes.
    pub(super) fn changeable(&self) -> Vec<Field> {
        self.fields.iter().copied().filter(|field| *field != Field::Upn).collect()
    }
}
