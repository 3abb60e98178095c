//! What became of a job's records: by code with its meaning, the files to download, and what to do
//! next.

use super::words;
use crate::domain::Action;
use crate::domain::exceptions::{ExceptionQuery, WayOfWorking};
use crate::domain::jobs::JobReport;
use crate::model::{JobKind, JobState};
use crate::portal::blocks::{Act, Anchor, Blocks};
use crate::portal::components::{Button, Cell, Html, Table};
use crate::portal::problem::Problem;
use crate::portal::visit::Visit;

/// Worked exceptions that the page lists.
const WORKED: usize = 50;

/// Adds what became of the records.
pub(super) fn view(visit: &Visit<'_>, page: Blocks, report: &JobReport, address: &str) -> Result<Blocks, Problem> {
    let job = &report.job;
    let page = page.with(&counts(report));
    let attention = report.count(|code| words::needs_attention(job.kind, code));
    let mut links = Vec::new();
    let mut link = |words: &str, end: &str| links.push((words.to_owned(), format!("{address}/{end}")));
    let is_complete = job.state == JobState::Successful;
    match job.kind {
        JobKind::Registration if is_complete => {
            link("Download the output (CSV)", "output");
            link("Download the output (XML)", "output?format=xml");
            if attention > 0 {
                link("Work through the exceptions", "exceptions");
                link("Download the exceptions, to correct and upload again (CSV)", "errors");
            }
        }
        JobKind::Verification if is_complete => {
            link("Download the output (CSV)", "output");
            link("Download the output (XML)", "output?format=xml");
            if attention > 0 {
                link("Download only the records that do not match (CSV)", "errors");
            }
        }
        JobKind::Achievement if attention > 0 => {
            link("Download the error file (CSV)", "errors");
            link("Download the failed records, to correct and upload again (CSV)", "rows");
        }
        JobKind::Registration | JobKind::Verification | JobKind::Achievement => {}
    }
    let mut page = page.links(links);
    if job.kind == JobKind::Achievement && attention > 0 {
        let words =
            format!("Submit the {} again as they are", words::count(attention, "failed record", "failed records"));
        let act = Act::new(visit, format!("{address}/resubmit"));
        page = page
            .say("If what was missing is there now, such as a learner or a qualification, submit the failed records again.")
            .with(&act.with(&Button::new(words).secondary().once()));
    }
    if job.kind == JobKind::Registration { history(visit, page, report) } else { Ok(page) }
}

fn counts(report: &JobReport) -> Table {
    let kind = report.job.kind;
    let head = [Cell::from("Code"), Cell::from("What it means"), Cell::from("What to do"), Cell::numeric("Records")];
    report.counts.iter().fold(Table::new("What became of the records").head(head), |table, (code, count)| {
        let (meaning, advice) = words::meaning(kind, code);
        table.row([
            Cell::from(code.as_str()),
            Cell::from(meaning),
            Cell::from(advice),
            Cell::numeric(count.to_string()),
        ])
    })
}

/// The exceptions of the job that were worked: who did it, when and how.
fn history(visit: &Visit<'_>, page: Blocks, report: &JobReport) -> Result<Blocks, Problem> {
    let query = ExceptionQuery { job: Some(report.job.id), worked: true, limit: WORKED, ..ExceptionQuery::default() };
    let service = visit.service();
    let worked = visit.call(Action::WorkExceptions, |caller| service.exceptions().list(caller, &query))?;
    if worked.exceptions.is_empty() {
        return Ok(page);
    }
    let rows = worked.exceptions.iter().filter_map(|each| {
        let done = each.worked.as_ref()?;
        Some([
            Cell::from(Html::of(&Anchor::new(
                format!("Record {}", each.id.number),
                format!("/exceptions/{}", each.id),
            ))),
            Cell::from(each.code.as_str()),
            Cell::from(way(done.way)),
            Cell::from(done.code.as_str()),
            Cell::from(done.user_name.as_str()),
            Cell::from(words::time(done.at)),
        ])
    });
    let head = ["Record", "Code in the batch", "What was done", "Code now", "By", "When"];
    Ok(page.with(&rows.fold(Table::new("Exceptions worked since").head(head), |table, row| table.row(row))))
}

/// How an exception was worked.
pub(in crate::portal) const fn way(way: WayOfWorking) -> &'static str {
    match way {
        WayOfWorking::Confirmed => "Learner chosen, not changed",
        WayOfWorking::Updated => "Learner chosen and updated",
        WayOfWorking::Corrected => "Record corrected",
        WayOfWorking::Registered => "Registered as a new learner",
        WayOfWorking::Closed => "Closed without a change",
    }
}
