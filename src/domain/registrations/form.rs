//! The format of a registration row, field by field (rules.md 2.7, 5.5).

use super::RegistrationRow;
use crate::domain::format::{Field, Finding, Findings, MIS_IDENTIFIER, PRIVACY_NOTICE_SEEN, Rule};

/// What is wrong with the format of a registration row. That a field is missing which only a new
/// learner needs is no matter of format: it is RC006, and only when there is no number (rules.md
/// 5.5).
pub fn format(row: &RegistrationRow) -> Vec<Finding> {
    let mut found = Findings::default();
    found.at_most("MISIdentifier", row.get("MISIdentifier"), MIS_IDENTIFIER);
    for name in [Field::GivenName, Field::FamilyName] {
        found.mandatory(name.name(), row.get(name.name()));
    }
    for field in Field::all() {
        found.learner_field(field, row.get(field.name()));
    }
    found.one_of("PrivacyNoticeSeen", row.get("PrivacyNoticeSeen"), PRIVACY_NOTICE_SEEN);
    if row.get("VerificationType") == Some("999") && row.get("OtherVerificationDescription").is_none() {
        found.add("OtherVerificationDescription", None, Rule::DescriptionOfOther);
    }
    found.into_vec()
}

/// What a row without a number lacks to become a new learner (RC006). It does not break the format:
/// the learner may be found all the same.
pub fn missing_for_new_learner(row: &RegistrationRow) -> Vec<Finding> {
    if row.get("ULN").is_some() {
        return Vec::new();
    }
    let texts = row.texts();
    // The names are mandatory in any case.
    let needed = Field::MANDATORY.into_iter().filter(|field| !Field::NAMES.contains(field));
    needed
        .filter(|field| texts.filled(*field).is_none())
        .map(|field| Finding::of(field.name(), None, Rule::Mandatory))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::format::{ABILITIES_TO_SHARE, GENDERS, VERIFICATION_TYPES};

    fn complete() -> RegistrationRow {
        let text = |text: &str| Some(text.to_owned());
        RegistrationRow {
            given_name: text("Synthia"),
            family_name: text("Example"),
            date_of_birth: text("2008-02-29"),
            gender: text("2"),
            postcode: text("CV1 2WT"),
            ability_to_share: text("1"),
            verification_type: text("2"),
            ..RegistrationRow::default()
        }
    }

    fn broken(field: &str, value: &str) -> Vec<(&'static str, Rule)> {
        let mut row = complete();
        assert!(row.set(field, Some(value.to_owned())), "{field}");
        format(&row).into_iter().map(|finding| (finding.field, finding.rule)).collect()
    }

    #[test]
    fn a_complete_row_and_one_of_names_alone_are_well_formed() {
        assert_eq!(format(&complete()), []);
        let names = RegistrationRow {
            given_name: Some("Synthia".into()),
            family_name: Some("Example".into()),
            ..RegistrationRow::default()
        };
        assert_eq!(format(&names), []);
    }

    #[test]
    fn each_field_has_its_rule() {
        for (field, value, rule) in [
            ("ULN", "012345678", Rule::UlnPattern),
            ("MISIdentifier", &*"x".repeat(129), Rule::MaxLength(128)),
            ("GivenName", "  ", Rule::Mandatory),
            ("FamilyName", "", Rule::Mandatory),
            ("GivenName", "Ann\nMarie", Rule::OneLine),
            ("FamilyName", "Example\t", Rule::OneLine),
            ("FamilyNameAtAge16", "Exam\u{2028}ple", Rule::OneLine),
            ("FamilyName", &*"ö".repeat(36), Rule::MaxLength(35)),
            ("SchoolAtAge16", &*"x".repeat(255), Rule::MaxLength(254)),
            ("LastKnownAddressTown", &*"x".repeat(51), Rule::MaxLength(50)),
            ("LastKnownPostCode", "CV1 2CO", Rule::Postcode),
            ("DateOfBirth", "31/03/2008", Rule::Date),
            ("DateOfBirth", "2008-3-31", Rule::Date),
            ("DateOfBirth", "1900-02-29", Rule::DayOfCalendar),
            ("DateOfBirth", "2008-31-03", Rule::DayOfCalendar),
            ("DateOfBirth", "0208-03-31", Rule::YearOfDate),
            ("DateOfAddressCapture", "2008-02-30", Rule::DayOfCalendar),
            ("EmailAddress", "nobody", Rule::Email),
            ("Gender", "M", Rule::OneOf(GENDERS)),
            ("Nationality", "XXX", Rule::Nationality),
            ("ScottishCandidateNumber", "12345678", Rule::ScottishCandidateNumber),
            ("AbilityToShare", "3", Rule::OneOf(ABILITIES_TO_SHARE)),
            ("PrivacyNoticeSeen", "2", Rule::OneOf(PRIVACY_NOTICE_SEEN)),
            ("VerificationType", "8", Rule::OneOf(VERIFICATION_TYPES)),
            ("Notes", &*"x".repeat(4001), Rule::MaxLength(4000)),
            ("UCI", "123", Rule::Uci),
            ("UPN", "B000000000000", Rule::Upn),
        ] {
            assert_eq!(broken(field, value), [(field, rule)], "{field}");
        }
        assert_eq!(broken("VerificationType", "999"), [("OtherVerificationDescription", Rule::DescriptionOfOther)]);
        assert_eq!(broken("FamilyName", &"ö".repeat(35)), []);
    }

    #[test]
    fn a_finding_never_shows_the_value() {
        let mut row = complete();
        row.email_address = Some("somebody secret".into());
        let findings = format(&row);
        assert!(!format!("{findings:?}").contains("secret"));
        assert_eq!(findings.first().map(|finding| finding.class.as_str()), Some("text of 15 characters"));
    }
}
