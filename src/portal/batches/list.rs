//! The organisation's batches: files that wait for a decision, and jobs, newest first.

use super::words;
use crate::domain::Action;
use crate::domain::jobs::{Job, JobQuery, JobState};
use crate::domain::uploads::Upload;
use crate::model::JobId;
use crate::portal::answer::Answer;
use crate::portal::blocks::{Anchor, Blocks};
use crate::portal::components::{Button, Cell, Html, Table};
use crate::portal::form::Form;
use crate::portal::problem::Problem;
use crate::portal::visit::Visit;

/// Jobs on a page.
const JOBS: usize = 25;
/// Files on the page: more than may wait for a decision.
const FILES: usize = 100;
/// The last files and jobs that the home page shows.
pub(in crate::portal) const FEW: usize = 5;

/// `GET /batches`
pub(in crate::portal) fn list(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let asked = Form::of(visit.asked().query.as_bytes());
    let before = asked.text("before").parse().ok().map(JobId);
    let service = visit.service();
    let (files, jobs) = visit.call(Action::ListJobs, |caller| {
        let files = service.uploads().list(caller, None, FILES)?;
        let jobs = service.jobs().list(caller, &JobQuery { before, limit: JOBS, ..JobQuery::default() })?;
        Ok((files.uploads, jobs))
    })?;
    let mut page = Blocks::new(visit, "Batches").with(&Button::link("Upload a file", "/batches/new"));
    if before.is_none() && !files.is_empty() {
        page = page.with(&files_table(&files));
    }
    page = match jobs.jobs.as_slice() {
        [] => page.say("Your organisation has no batches yet."),
        jobs => page.with(&jobs_table("Submitted batches", jobs)),
    };
    if let Some(next) = jobs.next {
        page = page.link("Older batches", format!("/batches?before={next}"));
    }
    Answer::page(&page)
}

/// Files that wait for a decision, with a link to each.
pub(in crate::portal) fn files_table(files: &[Upload]) -> Table {
    let rows = files.iter().map(|file| {
        [
            Cell::from(Html::of(&Anchor::new(file.file_name.as_str(), format!("/batches/file-{}", file.id)))),
            Cell::from(words::kind_of(file)),
            Cell::from(words::time(file.received_at)),
            Cell::from(Html::of(&words::state_of(file))),
        ]
    });
    let head = ["File", "Kind", "Received", "State"];
    rows.fold(Table::new("Files that are not submitted").head(head), |table, row| table.row(row))
}

/// Jobs with their state, and a link to each.
pub(in crate::portal) fn jobs_table(caption: &str, jobs: &[Job]) -> Table {
    let rows = jobs.iter().map(|job| {
        let name = job.file_name.clone().unwrap_or_else(|| "By web service".to_owned());
        [
            Cell::from(Html::of(&Anchor::new(format!("Batch {}", job.id), format!("/batches/{}", job.id)))),
            Cell::from(name),
            Cell::from(words::kind(job.kind)),
            Cell::from(words::time(job.submitted_at)),
            Cell::numeric(progress(job)),
            Cell::from(Html::of(&words::state(job, attention(job)))),
        ]
    });
    let head = [
        Cell::from("Batch"),
        Cell::from("File"),
        Cell::from("Kind"),
        Cell::from("Submitted"),
        Cell::numeric("Records"),
        Cell::from("State"),
    ];
    rows.fold(Table::new(caption).head(head), |table, row| table.row(row))
}

fn progress(job: &Job) -> String {
    if job.state == JobState::InProgress {
        format!("{} of {}", job.records_done, job.records)
    } else {
        job.records.to_string()
    }
}

/// How many records of a finished job need attention.
fn attention(job: &Job) -> i64 {
    let counters: std::collections::BTreeMap<String, i64> =
        job.counters.as_deref().and_then(|counters| serde_json::from_str(counters).ok()).unwrap_or_default();
    counters.iter().filter(|(code, _)| words::needs_attention(job.kind, code)).map(|(_, count)| count).sum()
}
