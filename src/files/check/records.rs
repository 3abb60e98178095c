//! Checks each record by the domain's rules: its format, and whatever the service must reply
//! regardless of what its register contains.

use std::collections::HashMap;

use super::{Expected, looks};
use crate::domain::achievements::{self, AchievementRow, RowTerms, codes};
use crate::domain::format;
use crate::domain::registrations::{self, RegistrationRow, codes as return_codes};
use crate::domain::verifications::{self, VerificationRow};
use crate::files::batch::{Batch, Placed, Records};
use crate::files::finding::{Finding, Remarks};
use crate::files::layout::Layout;
use crate::model::{SubmissionType, Uln};

/// The code for a verify record whose ULN nobody has.
const ULN_NOT_FOUND: &str = "WSVRC006";

pub(super) fn check(batch: &Batch, expected: &Expected, findings: &mut Vec<Finding>) {
    let mut report = Report { batch, findings, remarks: Remarks::default() };
    match &batch.records {
        Records::Registration(rows) => {
            for Placed { place, row } in rows {
                report.registration(*place, row, expected);
                report.look(*place, RegistrationRow::FIELDS, |field| row.get(field));
            }
            let details = ["GivenName", "FamilyName", "DateOfBirth", "Gender", "LastKnownPostCode"];
            report.repeated(rows.iter().map(|each| (each.place, vec![each.row.get("ULN")])));
            report.repeated(
                rows.iter()
                    .filter(|each| each.row.get("ULN").is_none())
                    .map(|each| (each.place, details.map(|field| each.row.get(field)).to_vec())),
            );
        }
        Records::Verification(rows) => {
            for Placed { place, row } in rows {
                report.verification(*place, row);
                report.look(*place, VerificationRow::FIELDS, |field| row.get(field));
            }
        }
        Records::Achievement(rows) => {
            let submission_type = SubmissionType::from_word(&batch.header.submission);
            let terms = RowTerms { submission_type, today: expected.today };
            for Placed { place, row } in rows {
                report.achievement(*place, row, terms);
                report.look(*place, AchievementRow::FIELDS, |field| row.get(field));
            }
            let key = ["ULN", "UnitOrQualificationReferenceNumber", "AchievementAwardDate", "Action"];
            report.repeated(rows.iter().map(|each| (each.place, key.map(|field| each.row.get(field)).to_vec())));
        }
    }
    let Report { findings, remarks, .. } = report;
    findings.extend(remarks.into_findings());
}

/// Whether a text contains characters that XML does not allow (XML 1.0, 2.2).
pub(in crate::files) fn has_control(value: &str) -> bool {
    value.chars().any(|character| match character {
        '\t' | '\n' | '\r' => false,
        '\u{fffe}' | '\u{ffff}' => true,
        other => other < ' ',
    })
}

struct Report<'r> {
    batch: &'r Batch,
    findings: &'r mut Vec<Finding>,
    remarks: Remarks,
}

impl Report<'_> {
    fn registration(&mut self, place: usize, row: &RegistrationRow, expected: &Expected) {
        for finding in registrations::format(row) {
            self.record(place, return_codes::of_rule(finding.rule), finding);
        }
        for finding in registrations::missing_for_new_learner(row) {
            self.record(place, return_codes::INSUFFICIENT_DATA, finding);
        }
        self.check_digit(place, row.get("ULN"), return_codes::NOT_FOUND);
        self.age(place, row, expected);
    }

    fn verification(&mut self, place: usize, row: &VerificationRow) {
        for finding in verifications::format(row) {
            self.record(place, verifications::INCORRECT_FORMAT, finding);
        }
        self.check_digit(place, row.get("ULN"), ULN_NOT_FOUND);
    }

    fn achievement(&mut self, place: usize, row: &AchievementRow, terms: RowTerms) {
        for finding in achievements::format(row, terms) {
            self.record(place, codes::of_field(finding.field), finding);
        }
        self.check_digit(place, row.get("ULN"), codes::ULN_NOT_FOUND);
    }

    fn record(&mut self, place: usize, code: &'static str, finding: format::Finding) {
        let heading = self.heading(finding.field);
        self.findings
            .push(Finding::record(code, heading, finding.class, finding.rule.text(), finding.rule.advice()).at(place));
    }

    /// The heading of a field in this file. The field for sharing has a different name in each
    /// version.
    fn heading(&self, field: &'static str) -> &'static str {
        let layout: &'static Layout = self.batch.layout;
        layout.heading_of(field).unwrap_or(if field == "AbilityToShare" { "PrivacyNoticeSeen" } else { field })
    }

    /// A ULN with a wrong check digit was never issued, so no learner can have it.
    fn check_digit(&mut self, place: usize, uln: Option<&str>, code: &'static str) {
        let Some(uln) = uln.filter(|uln| format::is_uln_pattern(uln) && uln.parse::<Uln>().is_err()) else { return };
        let found = format::class_of_value(uln);
        let rule = "must have a valid check digit";
        let advice = "Copy the ULN again from its source; a digit is wrong, or two are swapped.";
        self.findings.push(Finding::record(code, "ULN", found, rule, advice).at(place));
    }

    /// Ages matter only where a new ULN is requested.
    fn age(&mut self, place: usize, row: &RegistrationRow, expected: &Expected) {
        let (None, Some(value)) = (row.get("ULN"), row.get("DateOfBirth")) else { return };
        let Some(born) = value.parse().ok().filter(|_| format::is_date(value)) else { return };
        let (youngest, oldest) = expected.ages;
        if expected.today.years_since(born).is_some_and(|age| (youngest..=oldest).contains(&age)) {
            return;
        }
        let rule = format!("must be the date of birth of somebody aged {youngest} to {oldest}");
        let advice = "Check the year of the date of birth.";
        self.findings.push(
            Finding::record(return_codes::OUTSIDE_AGE, "DateOfBirth", format::class_of_value(value), rule, advice)
                .at(place),
        );
    }

    /// Reports values that are valid but probably mistakes.
    fn look<'v>(&mut self, place: usize, fields: &[&'static str], get: impl Fn(&str) -> Option<&'v str>) {
        for field in fields {
            let Some((found, rule, advice)) = get(field).and_then(|value| looks::of(field, value)) else { continue };
            let heading = self.heading(field);
            let of_record = self.findings.iter().rev().take_while(|finding| finding.row == Some(place));
            if of_record.map(|finding| &finding.column).all(|column| column != heading) {
                self.remarks.add(place, Finding::remark(heading, found, rule, advice));
            }
        }
    }

    /// Duplicate records are both processed (our choice), but the second one changes nothing.
    fn repeated<'v>(&mut self, keys: impl Iterator<Item = (usize, Vec<Option<&'v str>>)>) {
        let mut first: HashMap<Vec<&str>, usize> = HashMap::new();
        for (place, key) in keys {
            let Some(key) = key.into_iter().collect::<Option<Vec<&str>>>() else { continue };
            let earlier = *first.entry(key).or_insert(place);
            if earlier != place {
                let found = format!("the same as in row {earlier}");
                self.findings.push(
                    Finding::remark("", found, "processed anyway", "Delete one of the two rows if it is a mistake.")
                        .at(place),
                );
            }
        }
    }
}
