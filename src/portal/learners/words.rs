//! The words for a learner's fields and their values, and for what is wrong with them.

use chrono::NaiveDate;

use crate::domain::format::{Field, FieldError, Rule};
use crate::model::{AbilityToShare, Gender, VerificationType};

/// How a page asks for a field.
pub(super) struct Asked {
    /// The name of its control.
    pub(super) name: &'static str,
    /// What it is called.
    pub(super) label: &'static str,
    /// What to do where it is empty and must not be.
    pub(super) instruction: &'static str,
}

const fn asked(name: &'static str, label: &'static str, instruction: &'static str) -> Asked {
    Asked { name, label, instruction }
}

impl Asked {
    /// How pages ask for this field.
    pub(super) const fn of(field: Field) -> Self {
        match field {
            Field::Uln => asked("uln", "ULN", "Enter a ULN"),
            Field::Title => asked("title", "Title", "Enter a title"),
            Field::GivenName => asked("given_name", "Given name", "Enter a given name"),
            Field::PreferredGivenName => {
                asked("preferred_given_name", "Preferred given name", "Enter a preferred given name")
            }
            Field::MiddleOtherName => asked("middle_name", "Middle or other names", "Enter a middle name"),
            Field::FamilyName => asked("family_name", "Family name", "Enter a family name"),
            Field::PreviousFamilyName => {
                asked("previous_family_name", "Previous family name", "Enter a previous family name")
            }
            Field::FamilyNameAtAge16 => {
                asked("family_name_at_16", "Family name at age 16", "Enter a family name at age 16")
            }
            Field::SchoolAtAge16 => asked("school", "School at age 16", "Enter a school"),
            Field::LastKnownAddressLine1 => asked("address_1", "Address line 1", "Enter an address"),
            Field::LastKnownAddressLine2 => asked("address_2", "Address line 2", "Enter an address"),
            Field::LastKnownAddressTown => asked("town", "Town", "Enter a town"),
            Field::LastKnownAddressCountyOrCity => asked("county", "County or city", "Enter a county or city"),
            Field::LastKnownPostCode => asked("postcode", "Last known postcode", "Enter a postcode"),
            Field::DateOfAddressCapture => {
                asked("address_date", "When the address was given", "Enter the date when the address was given")
            }
            Field::DateOfBirth => asked("date_of_birth", "Date of birth", "Enter a date of birth"),
            Field::PlaceOfBirth => asked("place_of_birth", "Place of birth", "Enter a place of birth"),
            Field::EmailAddress => asked("email", "E-mail address", "Enter an e-mail address"),
            Field::Gender => asked("gender", "Gender", "Choose a gender, or \u{201c}Not known\u{201d}"),
            Field::Nationality => asked("nationality", "Nationality", "Enter a nationality"),
            Field::ScottishCandidateNumber => {
                asked("scottish_number", "Scottish candidate number", "Enter a Scottish candidate number")
            }
            Field::AbilityToShare => {
                asked("sharing", "Privacy notice and sharing", "Choose whether the learner has seen the privacy notice")
            }
            Field::VerificationType => {
                asked("evidence", "Proof of identity", "Choose what you saw as proof of identity")
            }
            Field::OtherVerificationDescription => {
                asked("other_evidence", "What you saw", "Describe what you saw as proof of identity")
            }
            Field::Notes => asked("notes", "Notes", "Enter a note"),
            Field::TelephoneNumber => asked("telephone", "Telephone number", "Enter a telephone number"),
            Field::Uci => asked("uci", "Unique candidate identifier (UCI)", "Enter a UCI"),
            Field::Upn => asked("upn", "Unique pupil number (UPN)", "Enter a UPN"),
        }
    }
}

/// What is wrong with a field, as its page says it.
pub(super) fn error(error: FieldError) -> String {
    let asked = Asked::of(error.field);
    match error.rule {
        Rule::Mandatory | Rule::DescriptionOfOther => asked.instruction.to_owned(),
        Rule::UlnPattern => "ULN must have 10 digits, and the first must not be 0".to_owned(),
        Rule::CheckDigit => "Check the ULN: its last digit does not fit the others".to_owned(),
        Rule::Date | Rule::DayOfCalendar => format!("{} must be a real date", asked.label),
        Rule::Postcode => "Postcode must be complete, such as CV1 2WT".to_owned(),
        Rule::Email => "E-mail address must look like name@example.org".to_owned(),
        Rule::OneOf(_) => asked.instruction.to_owned(),
        rule => format!("{} {}", asked.label, rule.requirement()),
    }
}

/// The value of a field as a person reads it.
pub(in crate::portal) fn value(field: Field, text: &str) -> String {
    let words = match field {
        Field::DateOfBirth | Field::DateOfAddressCapture => text.parse().ok().map(date),
        Field::Gender => text.parse().ok().map(|gender| self::gender(gender).to_owned()),
        Field::AbilityToShare => text.parse().ok().map(|sharing| self::sharing(sharing).to_owned()),
        Field::VerificationType => text.parse().ok().map(|evidence| self::evidence(evidence).to_owned()),
        _ => None,
    };
    words.unwrap_or_else(|| text.to_owned())
}

/// A day: 3 February 2004.
pub(in crate::portal) fn date(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}

/// A gender.
pub(super) const fn gender(gender: Gender) -> &'static str {
    match gender {
        Gender::Female => "Female",
        Gender::Male => "Male",
        Gender::NotKnown => "Not known",
        Gender::NotSpecified => "Not specified",
    }
}

/// The ability to share.
pub(super) const fn sharing(sharing: AbilityToShare) -> &'static str {
    match sharing {
        AbilityToShare::NotSeen => "Has not seen the privacy notice",
        AbilityToShare::Shares => "Has seen the privacy notice, and shares data",
        AbilityToShare::DoesNotShare => "Has seen the privacy notice, and does not share data",
    }
}

/// What proved the learner's identity.
pub(super) const fn evidence(evidence: VerificationType) -> &'static str {
    match evidence {
        VerificationType::NotProvided => "Nothing was shown",
        VerificationType::RelationshipWithSchool => "The school knows the learner",
        VerificationType::Passport => "Passport",
        VerificationType::DrivingLicence => "Driving licence",
        VerificationType::IdentityCard => "ID card or other national identification",
        VerificationType::NationalInsuranceCard => "National Insurance card",
        VerificationType::FundingCertificate => "Certificate of entitlement to funding",
        VerificationType::BankCard => "Bank, credit or debit card",
        VerificationType::Other => "Something else",
    }
}
