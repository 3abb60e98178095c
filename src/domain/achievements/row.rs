//! An achievement record as every door submits it, its format, and its values.

use chrono::NaiveDate;

use crate::domain::format::{Finding, Findings, GENDERS, MIS_IDENTIFIER, Rule, batch_row, is_postcode, is_uln_pattern};
use crate::model::{AchievementAction, AssessmentLanguage, Gender, LONGEST_GRADE, Reference, SubmissionType};

batch_row! {
    /// An achievement record, with the headings of achievement files (rules.md 5.8); the web
    /// service spells some of them differently.
    AchievementRow {
        /// The submitter's identifier for the record, returned with its errors.
        mis_identifier = "MISIdentifier",
        /// The ULN.
        uln = "ULN",
        /// Given name.
        given_name = "GivenName",
        /// Family name.
        family_name = "FamilyName",
        /// Date of birth, `yyyy-MM-dd`; compared only if given.
        date_of_birth = "DateOfBirth",
        /// Gender code; compared only if given.
        gender = "Gender",
        /// Postcode. Not compared, because people move.
        postcode = "LearnerPostcode",
        /// The UKPRN of the provider where the learner achieved it.
        provider_ukprn = "ProviderUKPRN",
        /// The number of the qualification or unit, with or without slashes.
        reference = "UnitOrQualificationReferenceNumber",
        /// The award date, `yyyy-MM-dd`.
        award_date = "AchievementAwardDate",
        /// Grade.
        grade = "Grade",
        /// The language of assessment.
        language = "LanguageForAssessment",
        /// 1 create, 2 update, 3 withdraw, 4 reinstate.
        action = "Action",
        /// When the action takes effect, `yyyy-MM-dd`.
        action_date = "ActionDate",
        /// The reason for a withdrawal or reinstatement.
        action_reason = "ActionReason",
    }
}

/// The codes of [`AchievementAction`].
const ACTIONS: &[&str] = &["1", "2", "3", "4"];
/// The words of [`AssessmentLanguage`].
const LANGUAGES: &[&str] = &["English", "Welsh", "Irish"];
/// The maximum length of a reason (our choice).
const LONGEST_REASON: usize = 255;

/// What the format of a row depends on beside the row. By default nothing is an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RowTerms {
    /// Whether the records are provisional or final; `None` if that is not known.
    pub submission_type: Option<SubmissionType>,
    /// The day in London.
    pub today: NaiveDate,
}

impl RowTerms {
    /// Whether a record with this award date, and with a grade or without one, is an entry: it is
    /// provisional, has no grade, and expects its award after today. Only entries may lack the
    /// grade of a qualification, and only they may have an award date in the future (rules.md 6.3,
    /// our choice).
    pub fn is_entry(self, award_date: Option<NaiveDate>, grade: Option<&str>) -> bool {
        self.submission_type == Some(SubmissionType::Provisional)
            && grade.is_none()
            && award_date.is_some_and(|date| date > self.today)
    }
}

/// The format errors of an achievement row; [`super::codes::of_field`] gives the code of each.
pub fn format(row: &AchievementRow, terms: RowTerms) -> Vec<Finding> {
    let mut found = Findings::default();
    let text = |field| row.get(field);
    let action = row.action.as_deref().and_then(|code| code.parse().ok());
    let writes = matches!(action, Some(AchievementAction::Create | AchievementAction::Update));
    let takes_back = matches!(action, Some(AchievementAction::Withdraw | AchievementAction::Reinstate));
    let is_qualification = matches!(row.reference.as_deref().map(str::parse), Some(Ok(Reference::Qualification(_))));

    found.at_most("MISIdentifier", text("MISIdentifier"), MIS_IDENTIFIER);
    found.mandatory("ULN", text("ULN"));
    found.holds("ULN", text("ULN"), Rule::UlnPattern, is_uln_pattern);
    for name in ["GivenName", "FamilyName"] {
        found.mandatory(name, text(name));
        found.at_most(name, text(name), 35);
    }
    found.day("DateOfBirth", text("DateOfBirth"));
    found.one_of("Gender", text("Gender"), GENDERS);
    found.holds("LearnerPostcode", text("LearnerPostcode"), Rule::Postcode, is_postcode);
    found.mandatory("ProviderUKPRN", text("ProviderUKPRN"));
    found.holds("ProviderUKPRN", text("ProviderUKPRN"), Rule::Ukprn, |text| {
        text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
    });
    found.mandatory("UnitOrQualificationReferenceNumber", text("UnitOrQualificationReferenceNumber"));
    found.holds(
        "UnitOrQualificationReferenceNumber",
        text("UnitOrQualificationReferenceNumber"),
        Rule::Reference,
        |text| text.parse::<Reference>().is_ok(),
    );
    found.mandatory("AchievementAwardDate", text("AchievementAwardDate"));
    found.day("AchievementAwardDate", text("AchievementAwardDate"));
    let awarded = text("AchievementAwardDate").and_then(|date| date.parse().ok());
    if writes && is_qualification && text("Grade").is_none() && !terms.is_entry(awarded, None) {
        found.add("Grade", None, Rule::GradeOfQualification);
    }
    found.at_most("Grade", text("Grade"), LONGEST_GRADE);
    found.one_of("LanguageForAssessment", text("LanguageForAssessment"), LANGUAGES);
    found.mandatory("Action", text("Action"));
    found.one_of("Action", text("Action"), ACTIONS);
    found.mandatory("ActionDate", text("ActionDate"));
    found.day("ActionDate", text("ActionDate"));
    if takes_back && text("ActionReason").is_none_or(|reason| reason.trim().is_empty()) {
        found.add("ActionReason", text("ActionReason"), Rule::ReasonOfAction);
    }
    found.at_most("ActionReason", text("ActionReason"), LONGEST_REASON);
    found.into_vec()
}

/// The values of a well-formed row.
pub(super) struct Submitted<'r> {
    pub(super) mis_identifier: Option<&'r str>,
    pub(super) uln: &'r str,
    pub(super) given_name: &'r str,
    pub(super) family_name: &'r str,
    pub(super) date_of_birth: Option<NaiveDate>,
    pub(super) gender: Option<Gender>,
    pub(super) provider_ukprn: &'r str,
    pub(super) reference: Reference,
    pub(super) award_date: NaiveDate,
    pub(super) grade: Option<&'r str>,
    pub(super) language: Option<AssessmentLanguage>,
    pub(super) action: AchievementAction,
    pub(super) action_date: NaiveDate,
    pub(super) action_reason: Option<&'r str>,
}

impl<'r> Submitted<'r> {
    /// Parses a row; `None` if it is malformed.
    pub(super) fn read(row: &'r AchievementRow) -> Option<Self> {
        let filled = |text: &'r Option<String>| text.as_deref().filter(|text| !text.is_empty());
        let AchievementRow {
            mis_identifier,
            uln,
            given_name,
            family_name,
            date_of_birth,
            gender,
            postcode: _,
            provider_ukprn,
            reference,
            award_date,
            grade,
            language,
            action,
            action_date,
            action_reason,
        } = row;
        Some(Self {
            mis_identifier: filled(mis_identifier),
            uln: filled(uln)?,
            given_name: filled(given_name)?,
            family_name: filled(family_name)?,
            date_of_birth: filled(date_of_birth).map(str::parse).transpose().ok()?,
            gender: filled(gender).map(str::parse).transpose().ok()?,
            provider_ukprn: filled(provider_ukprn)?,
            reference: filled(reference)?.parse().ok()?,
            award_date: filled(award_date)?.parse().ok()?,
            grade: filled(grade),
            language: filled(language).map(str::parse).transpose().ok()?,
            action: filled(action)?.parse().ok()?,
            action_date: filled(action_date)?.parse().ok()?,
            action_reason: filled(action_reason),
        })
    }
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    pub(in super::super) fn complete() -> AchievementRow {
        let text = |text: &str| Some(text.to_owned());
        AchievementRow {
            mis_identifier: text("row 1"),
            uln: text("1000000000"),
            given_name: text("Adalind"),
            family_name: text("Testcase"),
            date_of_birth: text("2004-02-03"),
            gender: text("2"),
            postcode: text("CV4 9EE"),
            provider_ukprn: text("TEST0038"),
            reference: text("600/1166/X"),
            award_date: text("2024-08-22"),
            grade: text("7"),
            language: text("English"),
            action: text("1"),
            action_date: text("2024-08-23"),
            action_reason: None,
        }
    }

    fn found(changes: &[(&str, &str)]) -> Vec<(&'static str, Rule)> {
        let mut row = complete();
        for (field, value) in changes {
            assert!(row.set(field, Some((*value).to_owned())), "{field}");
        }
        let findings = format(&row, RowTerms::default());
        assert_eq!(
            Submitted::read(&row).is_none(),
            findings.iter().any(|finding| unreadable(finding.rule)),
            "{changes:?}"
        );
        findings.into_iter().map(|finding| (finding.field, finding.rule)).collect()
    }

    fn unreadable(rule: Rule) -> bool {
        !matches!(
            rule,
            Rule::MaxLength(_)
                | Rule::UlnPattern
                | Rule::Postcode
                | Rule::Ukprn
                | Rule::GradeOfQualification
                | Rule::ReasonOfAction
        )
    }

    #[test]
    fn each_field_has_its_rule() {
        assert_eq!(found(&[]), []);
        let of_reference = "UnitOrQualificationReferenceNumber";
        for (field, value, rule) in [
            ("MISIdentifier", &*"x".repeat(129), Rule::MaxLength(128)),
            ("ULN", "", Rule::Mandatory),
            ("ULN", "1.00E+09", Rule::UlnPattern),
            ("GivenName", "", Rule::Mandatory),
            ("FamilyName", &*"ö".repeat(36), Rule::MaxLength(35)),
            ("DateOfBirth", "03/02/2004", Rule::Date),
            ("Gender", "F", Rule::OneOf(GENDERS)),
            ("LearnerPostcode", "CV4", Rule::Postcode),
            ("ProviderUKPRN", "", Rule::Mandatory),
            ("ProviderUKPRN", "1000001", Rule::Ukprn),
            (of_reference, "", Rule::Mandatory),
            (of_reference, "600/1166/1", Rule::Reference),
            ("AchievementAwardDate", "", Rule::Mandatory),
            ("AchievementAwardDate", "2024-02-30", Rule::DayOfCalendar),
            ("Grade", "", Rule::GradeOfQualification),
            ("Grade", &*"x".repeat(21), Rule::MaxLength(20)),
            ("LanguageForAssessment", "French", Rule::OneOf(LANGUAGES)),
            ("Action", "", Rule::Mandatory),
            ("Action", "5", Rule::OneOf(ACTIONS)),
            ("ActionDate", "", Rule::Mandatory),
            ("ActionDate", "today", Rule::Date),
            ("ActionReason", &*"x".repeat(256), Rule::MaxLength(255)),
        ] {
            assert_eq!(found(&[(field, value)]), [(field, rule)], "{field} {value}");
        }
        assert_eq!(found(&[("Action", "3")]), [("ActionReason", Rule::ReasonOfAction)]);
        assert_eq!(
            found(&[("Action", "4"), ("ActionReason", " "), ("Grade", "")]),
            [("ActionReason", Rule::ReasonOfAction)]
        );
        assert_eq!(found(&[(of_reference, "K/501/5773"), ("Grade", "")]), []);
        for optional in ["MISIdentifier", "DateOfBirth", "Gender", "LearnerPostcode", "LanguageForAssessment"] {
            assert_eq!(found(&[(optional, "")]), [], "{optional}");
        }
    }

    #[test]
    fn an_entry_has_no_grade_and_expects_one() {
        let today = NaiveDate::from_ymd_opt(2025, 7, 31).unwrap();
        let found = |submission_type, award_date: &str, grade: &str| {
            let mut row = complete();
            row.award_date = Some(award_date.to_owned());
            row.grade = Some(grade.to_owned());
            format(&row, RowTerms { submission_type, today }).len()
        };
        let (provisional, last) = (Some(SubmissionType::Provisional), Some(SubmissionType::Final));
        assert_eq!(found(provisional, "2025-08-01", ""), 0);
        assert_eq!(found(provisional, "2025-07-31", ""), 1);
        assert_eq!(found(provisional, "2025-08-00", ""), 2);
        assert_eq!(found(last, "2025-08-01", ""), 1);
        assert_eq!(found(None, "2025-08-01", ""), 1);
        assert_eq!(found(provisional, "2025-07-31", "7"), 0);
    }

    proptest! {
        /// A row without findings can be parsed, whatever its text.
        #[test]
        fn a_row_without_findings_is_readable(field in proptest::sample::select(AchievementRow::FIELDS), text in "\\PC{0,12}|[0-9/-]{0,10}") {
            let mut row = complete();
            row.set(field, Some(text));
            prop_assert!(!format(&row, RowTerms::default()).is_empty() || Submitted::read(&row).is_some());
        }
    }
}
