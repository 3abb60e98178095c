//! Turns a batch file into a request: its records, under the contract's names.

use crate::client::fields::{Content, Node};
use crate::contract::Element;
use crate::domain::registrations::JobType;
use crate::files::{Batch, Placed, Records};

/// The operation that takes a batch, and the fields of its request beside credentials and records.
pub(super) fn operation(batch: &Batch, job_type: JobType) -> (&'static str, Vec<(&'static str, String)>) {
    let count = batch.len().to_string();
    match &batch.records {
        Records::Registration(_) => {
            let job_type = match job_type {
                JobType::Full => "FUL",
                JobType::Check => "CHK",
            };
            ("submitBatchRegistration", vec![("JobType", job_type.to_owned()), ("LearnerRecordCount", count)])
        }
        Records::Verification(_) => {
            let mut fields = vec![("LearnerRecordCount", count)];
            if !batch.header.email.is_empty() {
                fields.push(("OrgEmail", batch.header.email.clone()));
            }
            ("submitVerifyBatch", fields)
        }
        Records::Achievement(_) => (
            "SubmitAchievementBatchJob",
            // The contract requires an address; files have no column for one.
            vec![("emailAddress", String::new()), ("submissionType", batch.header.submission.clone())],
        ),
    }
}

/// Whether records have identifiers (version 3A) that the web service has no fields for.
pub(super) fn loses_identifiers(batch: &Batch) -> bool {
    match &batch.records {
        Records::Registration(rows) => {
            rows.iter().any(|each| ["UCI", "UPN"].iter().any(|field| each.row.get(field).is_some()))
        }
        Records::Verification(_) | Records::Achievement(_) => false,
    }
}

/// Adds the records to a request.
pub(super) fn add_records(request: &mut Node, batch: &Batch) {
    let root = request.element;
    let Content::Members(members) = &mut request.content else { return };
    let list = |name: &str| root.children.iter().find(|child| child.name == name);
    match &batch.records {
        Records::Registration(rows) => {
            let Some(learner) = list("Learner") else { return };
            members.extend(rows.iter().map(|Placed { row, .. }| {
                record(learner, |name| match name {
                    "AbilityToShare" => row.sharing(),
                    other => row.get(other),
                })
            }));
        }
        Records::Verification(rows) => {
            let Some(learner) = list("Learner") else { return };
            members.extend(rows.iter().map(|Placed { row, .. }| record(learner, |name| row.get(name))));
        }
        Records::Achievement(rows) => {
            let Some(achievements) = list("achievements") else { return };
            let Some(achievement) = achievements.children.first() else { return };
            let records = rows.iter().map(|Placed { row, .. }| {
                record(achievement, |name| {
                    let heading = crate::domain::achievements::AchievementRow::FIELDS
                        .iter()
                        .find(|field| field.eq_ignore_ascii_case(name));
                    heading.and_then(|heading| row.get(heading))
                })
            });
            members.push(Node { element: achievements, content: Content::Members(records.collect()) });
        }
    }
}

/// One record, with every element that has a value.
fn record<'r>(element: &'static Element, value: impl Fn(&str) -> Option<&'r str>) -> Node {
    let members = element
        .children
        .iter()
        .filter_map(|child| {
            let text = value(child.name)?;
            // Files have a date where the contract has a date and time.
            let text = if child.type_name.ends_with("dateTime") { format!("{text}T00:00:00") } else { text.to_owned() };
            Some(Node { element: child, content: Content::Text(text) })
        })
        .collect();
    Node { element, content: Content::Members(members) }
}
