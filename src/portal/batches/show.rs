//! The page of a batch, one view for each state.

use super::words::{self, count, time};
use super::{Batch, finished, named};
use crate::domain::jobs::{JobReport, JobState};
use crate::domain::uploads::{CheckSummary, FindingPage, Upload, UploadId, UploadState};
use crate::domain::{Action, Service};
use crate::model::JobId;
use crate::portal::answer::Answer;
use crate::portal::blocks::{Act, Blocks};
use crate::portal::components::{Button, Item, NotificationBanner, Pagination, Radios, SummaryList};
use crate::portal::form::Form;
use crate::portal::live::{Progress, ProgressNow};
use crate::portal::problem::Problem;
use crate::portal::visit::Visit;

/// `GET /batches/{id}`
pub(in crate::portal) fn show(visit: &Visit<'_>) -> Result<Answer, Problem> {
    match named(visit)? {
        Batch::File(id) => file(visit, id),
        Batch::Job(id) => job(visit, id),
    }
}

/// `GET /batches/{id}/progress`: how it stands, for the script of the page.
pub(in crate::portal) fn progress(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let (words, finished) = match named(visit)? {
        Batch::File(id) => {
            let upload = upload(visit, id)?;
            let is_checked = !matches!(upload.state, UploadState::Received | UploadState::Checking);
            (if is_checked { "The check is done." } else { "The file is being checked." }.to_owned(), is_checked)
        }
        Batch::Job(id) => {
            let report = report(visit, id)?;
            let is_over = report.job.state.is_over();
            (if is_over { "The batch is finished.".to_owned() } else { standing(&report) }, is_over)
        }
    };
    Answer::json(&ProgressNow { words, finished })
}

pub(super) fn upload(visit: &Visit<'_>, id: UploadId) -> Result<Upload, Problem> {
    let service = visit.service();
    visit.call(Action::ViewUpload, |caller| service.uploads().get(caller, id))?.ok_or(Problem::NotFound)
}

pub(in crate::portal) fn report(visit: &Visit<'_>, id: JobId) -> Result<JobReport, Problem> {
    let service: &Service = visit.service();
    visit.call(Action::ListJobs, |caller| service.jobs().report(caller, id))?.ok_or(Problem::NotFound)
}

fn file(visit: &Visit<'_>, id: UploadId) -> Result<Answer, Problem> {
    let upload = upload(visit, id)?;
    if let Some(job) = upload.job_id {
        return Ok(Answer::redirect(format!("/batches/{job}")));
    }
    let address = format!("/batches/file-{id}");
    let page = Blocks::new(visit, upload.file_name.as_str()).caption("Uploaded file").back("/batches");
    let page = page.with(&about_file(&upload));
    let page = match upload.state {
        UploadState::Received | UploadState::Checking => page
            .with(&Progress {
                words: "The file is received and being checked. You can close this page; nothing is lost.".to_owned(),
                source: format!("{address}/progress"),
                result: address.clone(),
                result_words: "See what the check found",
            })
            .link("Refresh", &address)
            .with(&cancel(visit, &address, "Cancel the file")),
        UploadState::Ready | UploadState::Refused => checked(visit, page, &upload, &address)?,
        UploadState::Submitted | UploadState::Cancelled => page.say("The file was cancelled and deleted."),
    };
    Answer::page(&page)
}

fn about_file(upload: &Upload) -> SummaryList {
    let list = SummaryList::new()
        .row("State", crate::portal::components::Html::of(&words::state_of(upload)))
        .row("Kind", words::kind_of(upload))
        .row("Received", format!("{}, by {}", time(upload.received_at), upload.user_name))
        .row("Size", words::size(upload.size));
    let Some(CheckSummary { format, encoding, version, records, good }) = upload.summary() else { return list };
    let encoding = encoding.map(|encoding| format!(", {encoding}")).unwrap_or_default();
    let version = if version.is_empty() { version } else { format!(", version {version}") };
    list.row("Format", format!("{format}{encoding}{version}"))
        .row("Records", format!("{records}, of which {good} without errors"))
}

/// What the check found, and what can be done.
fn checked(visit: &Visit<'_>, page: Blocks, upload: &Upload, address: &str) -> Result<Blocks, Problem> {
    let asked = Form::of(visit.asked().query.as_bytes());
    let kind = asked.text("kind").parse().ok();
    let number = asked.text("page").parse().unwrap_or(1);
    let service = visit.service();
    let found = visit.call(Action::ViewUpload, |caller| service.uploads().findings(caller, upload.id, kind, number))?;
    let FindingPage { kinds, findings, page: current, pages } = found.ok_or(Problem::NotFound)?;
    let CheckSummary { records, good, .. } = upload.summary().unwrap_or_default();
    let refused = upload.state == UploadState::Refused;
    let verdict = match (refused, records - good.min(records)) {
        (true, _) => "The file would be refused as a whole. Correct it and upload it again.".to_owned(),
        (false, 0) => {
            format!("All {} are without errors.", count(i64::try_from(records).unwrap_or(0), "record", "records"))
        }
        (false, bad) => format!("{bad} of {records} records would be refused."),
    };
    let mut page = page.with(&NotificationBanner::important(verdict));
    if !refused && !upload.check_only {
        page = page.with(&submission(visit, upload, address, records, good));
    }
    let mut links = vec![("Upload a corrected file".to_owned(), "/batches/new".to_owned())];
    if records > 0 && !kinds.is_empty() {
        links.insert(
            0,
            ("Download your file with the errors beside the rows (CSV)".to_owned(), format!("{address}/errors")),
        );
    }
    if good < records && good > 0 {
        links.insert(1, ("Download only the rows with errors (CSV)".to_owned(), format!("{address}/rows")));
    }
    page = page.heading("Correct and upload again").links(links);
    if !kinds.is_empty() {
        page = page.with(&words::kinds(&kinds, |kind| format!("{address}?kind={kind}")));
        if kind.is_some() {
            page = page.link("Show all findings", address);
        }
        page = page.with(&words::plain_findings(&kinds, &findings));
        if pages > 1 {
            let of_kind = kind.map(|kind| format!("kind={kind}&")).unwrap_or_default();
            page =
                page.with(&Pagination::numbered(current, pages, |number| format!("{address}?{of_kind}page={number}")));
        }
    }
    Ok(page.with(&cancel(visit, address, "Delete the file")))
}

fn submission(visit: &Visit<'_>, upload: &Upload, address: &str, records: usize, good: usize) -> Act {
    let mut act = Act::new(visit, format!("{address}/submit"));
    if upload.kind == Some(crate::model::JobKind::Registration) {
        let job_type = Radios::new("job_type", "What should be done with the learners?")
            .item(Item::new("FUL", "Find them, update them, or register those who are not found"))
            .item(Item::new("CHK", "Only find them, and change nothing"))
            .value("FUL");
        act = act.with(&job_type);
    }
    if good == records {
        return act.with(&Button::new("Submit the batch").named("rows", "all").once());
    }
    if good > 0 {
        let words =
            format!("Submit the {} without errors", count(i64::try_from(good).unwrap_or(0), "record", "records"));
        act = act.with(&Button::new(words).named("rows", "good").once());
    }
    act.with(&Button::new("Submit all records").secondary().named("rows", "all").once())
}

pub(super) fn cancel(visit: &Visit<'_>, address: &str, words: &str) -> Act {
    Act::new(visit, format!("{address}/cancel")).with(&Button::new(words).warning())
}

fn job(visit: &Visit<'_>, id: JobId) -> Result<Answer, Problem> {
    let report = report(visit, id)?;
    let address = format!("/batches/{id}");
    let job = &report.job;
    let attention: i64 = report.count(|code| words::needs_attention(job.kind, code));
    let mut list = SummaryList::new()
        .row("State", crate::portal::components::Html::of(&words::state(job, attention)))
        .row("Kind", words::kind(job.kind))
        .row("File", job.file_name.clone().unwrap_or_else(|| "By web service".to_owned()))
        .row("Submitted", format!("{}, by {}", time(job.submitted_at), job.user_name))
        .row("Records", job.records.to_string());
    if let Some(at) = job.finished_at {
        list = list.row("Ended", time(at));
    }
    let page = Blocks::new(visit, format!("Batch {id}")).back("/batches").with(&list);
    let page = match job.state {
        JobState::Waiting | JobState::InProgress => page
            .with(&Progress {
                words: standing(&report),
                source: format!("{address}/progress"),
                result: address.clone(),
                result_words: "See what became of the records",
            })
            .link("Refresh", &address)
            .with(&cancel(visit, &address, "Cancel the batch")),
        JobState::Successful => finished::view(visit, page, &report, &address)?,
        JobState::Failed | JobState::Cancelled => {
            let reason = job.rejection_reason.clone().unwrap_or_else(|| "The batch was cancelled.".to_owned());
            let page = page.say(reason);
            if job.records_done > 0 { finished::view(visit, page, &report, &address)? } else { page }
        }
    };
    Answer::page(&page)
}

/// How far a job is.
fn standing(report: &JobReport) -> String {
    let job = &report.job;
    let attention = report.count(|code| words::needs_attention(job.kind, code));
    match job.started_at {
        None => format!("The batch waits for its turn, since {}.", time(job.submitted_at)),
        Some(started) => format!(
            "{} of {} records are done, {attention} of them need attention. In progress since {}.",
            job.records_done,
            job.records,
            time(started)
        ),
    }
}
