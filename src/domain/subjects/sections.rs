//! The sections of a report about one person.

use chrono::NaiveDate;

use super::SubjectSection;
use crate::domain::format::Field;
use crate::domain::learners::text_of;
use crate::model::{EventField, EventTexts, LearnerStatus, Uln, london_text};
use crate::store::learners::Stored;
use crate::store::{
    AnyConnection, StoreError, achievements, audit, cases, challenges, events, links, plans, uln_problems,
};

/// All sections, with what was disclosed as the last.
pub(super) fn all(
    store: &mut AnyConnection,
    learners: &[Stored],
    ulns: &[Uln],
) -> Result<Vec<SubjectSection>, StoreError> {
    let mut sections = vec![details(learners)];
    sections.extend(learning(store, ulns)?);
    sections.push(plans_of(store, ulns)?);
    sections.push(problems(store, ulns)?);
    sections.push(link_changes(store, ulns)?);
    sections.push(disclosures(store, ulns)?);
    Ok(sections)
}

/// A row for each field that has a value, of each ULN.
fn details(learners: &[Stored]) -> SubjectSection {
    let mut section = section("Details", &["ULN", "Field", "Value"]);
    for Stored { learner, .. } in learners {
        let uln = learner.uln.to_string();
        let mut add = |field: &str, value: String| section.rows.push(vec![uln.clone(), field.to_owned(), value]);
        for field in Field::all().filter(|field| *field != Field::Uln) {
            if let Some(text) = text_of(learner, field) {
                add(field.name(), text.into_owned());
            }
        }
        add("LearnerStatus", status(learner.status).to_owned());
        if let Some(master) = learner.master {
            add("MasterULN", master.to_string());
        }
        add("VersionNumber", learner.version.to_string());
        add("RegisteredBy", learner.registered_by.map(|by| by.to_string()).unwrap_or_default());
        add("Created", london_text(learner.created_at));
        add("Updated", london_text(learner.updated_at));
    }
    section
}

const fn status(status: LearnerStatus) -> &'static str {
    match status {
        LearnerStatus::Active => "Active",
        LearnerStatus::Merged => "Merged",
        LearnerStatus::Deleted => "Deleted",
    }
}

/// The events, what was done to achievements, what events had before corrections, and their
/// challenges.
fn learning(store: &mut AnyConnection, ulns: &[Uln]) -> Result<[SubjectSection; 5], StoreError> {
    let mut columns = vec!["ID", "ULN", "Source", "Status", "DateLoaded", "UnderDataChallenge"];
    columns.extend(EventField::ALL.iter().map(|field| field.code()));
    let mut listed = section("Learning events", &columns);
    let mut done = section(
        "What was done to achievements",
        &["ID", "At", "User", "Done", "Standing", "AwardDate", "Grade", "Language", "ActionDate", "ActionReason"],
    );
    let mut earlier =
        section("Earlier values of learning events", &["ID", "At", "Challenge", "Field", "Before", "After"]);
    let mut found = events::of(store, ulns)?;
    found.sort_unstable_by_key(|event| event.id);
    for event in &found {
        let mut row = vec![
            event.id.to_string(),
            event.uln.to_string(),
            event.source.code().to_owned(),
            event.status.code().to_owned(),
            event.date_loaded.map(london_text).unwrap_or_default(),
            if event.under_data_challenge { "Y" } else { "N" }.to_owned(),
        ];
        row.extend(EventField::ALL.iter().map(|field| field.text_of(event)));
        listed.rows.push(row);
        for step in achievements::steps::of(store, event.id)? {
            let date = |date: Option<NaiveDate>| date.map(|date| date.to_string()).unwrap_or_default();
            done.rows.push(vec![
                event.id.to_string(),
                london_text(step.at),
                step.user_name,
                step.done.code().to_owned(),
                step.standing.code().to_owned(),
                date(step.award_date),
                step.grade.unwrap_or_default(),
                step.language.unwrap_or_default(),
                date(step.action_date),
                step.action_reason.unwrap_or_default(),
            ]);
        }
        for version in challenges::versions(store, event.id)? {
            for (field, before) in &version.before {
                earlier.rows.push(vec![
                    event.id.to_string(),
                    london_text(version.at),
                    version.challenge.to_string(),
                    field.code().to_owned(),
                    before.clone(),
                    version.after.get(field).cloned().unwrap_or_default(),
                ]);
            }
        }
    }
    let [raised, steps] = challenges_of(store, ulns)?;
    Ok([listed, done, earlier, raised, steps])
}

fn challenges_of(store: &mut AnyConnection, ulns: &[Uln]) -> Result<[SubjectSection; 2], StoreError> {
    let columns = [
        "Reference",
        "ULN",
        "RaisedBy",
        "Kind",
        "State",
        "Event",
        "Original",
        "Supplied",
        "ContactName",
        "Telephone",
        "EmailAddress",
        "Information",
        "Created",
        "Resolved",
    ];
    let mut raised = section("Data challenges", &columns);
    let mut steps =
        section("What was said about data challenges", &["Reference", "At", "By", "User", "State", "Message"]);
    for challenge in challenges::about(store, ulns)? {
        let reference = challenge.id.to_string();
        for step in challenges::steps(store, challenge.id)? {
            steps.rows.push(vec![
                reference.clone(),
                london_text(step.at),
                step.organisation,
                step.user_name,
                step.state.code().to_owned(),
                step.message,
            ]);
        }
        raised.rows.push(vec![
            reference,
            challenge.uln.to_string(),
            challenge.raised_by_name,
            challenge.kind.code().to_owned(),
            challenge.state.code().to_owned(),
            challenge.event.map(|event| event.to_string()).unwrap_or_default(),
            texts(&challenge.original),
            texts(&challenge.supplied),
            challenge.contact_name,
            challenge.telephone,
            challenge.email,
            challenge.information,
            london_text(challenge.created_at),
            challenge.resolved_at.map(london_text).unwrap_or_default(),
        ]);
    }
    Ok([raised, steps])
}

fn texts(values: &EventTexts) -> String {
    let each = values.iter().map(|(field, text)| format!("{}: {text}", field.code()));
    each.collect::<Vec<_>>().join("; ")
}

/// Every version of every plan, as it is stored.
fn plans_of(store: &mut AnyConnection, ulns: &[Uln]) -> Result<SubjectSection, StoreError> {
    let mut section = section("Learner plans", &["Plan", "Version", "At", "User", "Content"]);
    for plan in plans::of_learner(store, ulns)? {
        for version in plans::versions(store, plan.id)? {
            section.rows.push(vec![
                plan.id.0.to_string(),
                version.version.to_string(),
                london_text(version.changed_at),
                version.user_name,
                version.content,
            ]);
        }
    }
    Ok(section)
}

fn problems(store: &mut AnyConnection, ulns: &[Uln]) -> Result<SubjectSection, StoreError> {
    let columns = ["Case", "ULN", "OtherULN", "Problem", "Explanation", "Logged", "By", "Advice"];
    let mut section = section("Reported problems with the ULN", &columns);
    for problem in uln_problems::about(store, ulns)? {
        let case = cases::find(store, problem.case)?;
        let (logged, by, advice) = case.map_or_else(Default::default, |case| {
            let advice = case.rectified.map(|how| how.advice.as_str().to_owned()).unwrap_or_default();
            (london_text(case.logged_at), case.logged_by, advice)
        });
        section.rows.push(vec![
            problem.case.to_string(),
            problem.uln.to_string(),
            problem.other.map(|uln| uln.to_string()).unwrap_or_default(),
            problem.kind.code().to_owned(),
            problem.explanation.as_str().to_owned(),
            logged,
            by,
            advice,
        ]);
    }
    Ok(section)
}

fn link_changes(store: &mut AnyConnection, ulns: &[Uln]) -> Result<SubjectSection, StoreError> {
    let mut section = section("Changes of links", &["At", "Change", "ULN", "MasterULN", "Reason", "User"]);
    for change in links::about(store, ulns)? {
        section.rows.push(vec![
            london_text(change.at),
            change.kind.code().to_owned(),
            change.uln.to_string(),
            change.master.map(|uln| uln.to_string()).unwrap_or_default(),
            change.reason.as_str().to_owned(),
            change.user_name,
        ]);
    }
    Ok(section)
}

/// Every audit line about the person, the newest first.
fn disclosures(store: &mut AnyConnection, ulns: &[Uln]) -> Result<SubjectSection, StoreError> {
    let columns = ["At", "ULN", "Organisation", "User", "Door", "Action", "Outcome", "RecordShown"];
    let mut section = section("What was disclosed and done", &columns);
    for line in audit::about(store, ulns)? {
        section.rows.push(vec![
            london_text(line.at),
            line.uln,
            line.organisation,
            line.user_name,
            line.door,
            line.action,
            line.outcome,
            if line.record_shown { "Y" } else { "N" }.to_owned(),
        ]);
    }
    Ok(section)
}

fn section(title: &'static str, columns: &[&'static str]) -> SubjectSection {
    SubjectSection { title, columns: columns.to_vec(), rows: Vec::new() }
}
