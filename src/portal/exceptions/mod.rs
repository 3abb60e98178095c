//! Exceptions: records of registration batches that need somebody's attention. The queue is here;
//! `one` shows a single exception, `work` takes what people decide about it.

mod candidates;
mod fields;
mod one;
mod work;

pub(super) use one::show;
pub(super) use work::{choose, close, correct, register};

use chrono::TimeDelta;

use super::answer::Answer;
use super::batches::{download, named_job, time, ukprn};
use super::blocks::{Anchor, Blocks};
use super::components::{Cell, Html, SummaryList, Table};
use super::form::Form;
use super::problem::Problem;
use super::visit::Visit;
use crate::domain::Action;
use crate::domain::exceptions::{CODES, Exception, ExceptionId, ExceptionQuery};
use crate::domain::registrations::codes::lookup;
use crate::files::{self, Answered, Extension};
use crate::model::JobId;

/// Exceptions on a page.
const ON_A_PAGE: usize = 50;
/// The ages that the queue can be filtered by, in days.
const AGES: [i64; 3] = [7, 30, 60];

/// What the queue is filtered by.
#[derive(Default)]
struct Filter {
    job: Option<JobId>,
    code: Option<&'static str>,
    days: Option<i64>,
    worked: bool,
    after: Option<ExceptionId>,
}

/// `GET /exceptions`
pub(super) fn list(visit: &Visit<'_>) -> Result<Answer, Problem> {
    queue(visit, Filter::of(visit), "/exceptions")
}

/// `GET /batches/{id}/exceptions`
pub(super) fn of_batch(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let job = named_job(visit)?;
    super::batches::report(visit, job)?;
    queue(visit, Filter { job: Some(job), ..Filter::of(visit) }, &format!("/batches/{job}/exceptions"))
}

/// `GET /exceptions/export`: what the filter finds, in the layout of an output file.
pub(super) fn export(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let filter = Filter::of(visit);
    let service = visit.service();
    let rows = visit
        .call(Action::WorkExceptions, |caller| service.exceptions().export(caller, &filter.query(&filter.codes())))?;
    let answered = Answered { name: None, ukprn: ukprn(visit)?, submitted_at: service.clock().now() };
    let text = files::registration_output(&answered, &rows, Extension::Csv);
    download(text.ok_or(Problem::NotFound)?)
}

fn queue(visit: &Visit<'_>, filter: Filter, address: &str) -> Result<Answer, Problem> {
    let service = visit.service();
    let (counts, found) = visit.call(Action::WorkExceptions, |caller| {
        let exceptions = service.exceptions();
        Ok((exceptions.counts(caller)?, exceptions.list(caller, &filter.query(&filter.codes()))?))
    })?;
    let mut page = Blocks::new(visit, "Exceptions")
        .say("Records of registration batches that need your attention before they get a ULN or are updated.");
    if let Some(job) = filter.job {
        page = page.caption(format!("Batch {job}")).back(&format!("/batches/{job}"));
    }
    let link = |words: String, change: &dyn Fn(&mut Filter)| {
        let mut other = Filter { after: None, ..filter.copy() };
        change(&mut other);
        (words, other.address(address))
    };
    let mut codes = vec![link("All codes".to_owned(), &|other| other.code = None)];
    for (code, count) in &counts {
        let Some(entry) = lookup(code) else { continue };
        let words = format!("{code}: {} ({count} in all batches)", entry.meaning);
        codes.push(link(words, &|other| other.code = Some(entry.code)));
    }
    let mut others = vec![
        link("Open exceptions".to_owned(), &|other| other.worked = false),
        link("Exceptions that were worked".to_owned(), &|other| other.worked = true),
        link("Of any age".to_owned(), &|other| other.days = None),
    ];
    others.extend(AGES.map(|days| link(format!("Older than {days} days"), &|other| other.days = Some(days))));
    page = page
        .with(&filter.shown())
        .heading("Filter by code")
        .links(codes)
        .heading("Filter by state and age")
        .links(others);
    if found.exceptions.is_empty() {
        return Answer::page(&page.say("There are no exceptions with this filter."));
    }
    page = page.with(&table(&found.exceptions));
    if let Some(next) = found.next {
        let further = Filter { after: Some(next), ..filter.copy() };
        page = page.link("Next page", further.address(address));
    }
    Answer::page(
        &page.link("Download these as a file in the output layout (CSV)", filter.address("/exceptions/export")),
    )
}

fn table(exceptions: &[Exception]) -> Table {
    let head = ["Record", "File", "Learner", "Code", "What it means", "Since"];
    exceptions.iter().fold(Table::new("Exceptions").head(head), |table, each| {
        let row = each.row().unwrap_or_default();
        let name =
            format!("{} {}", row.get("GivenName").unwrap_or_default(), row.get("FamilyName").unwrap_or_default());
        let words = format!("Batch {}, record {}", each.id.job, each.id.number);
        table.row([
            Cell::from(Html::of(&Anchor::new(words, format!("/exceptions/{}", each.id)))),
            Cell::from(each.file_name.clone().unwrap_or_default()),
            Cell::from(name),
            Cell::from(each.code.as_str()),
            Cell::from(lookup(&each.code).map_or("", |entry| entry.meaning)),
            Cell::from(time(each.since)),
        ])
    })
}

impl Filter {
    fn of(visit: &Visit<'_>) -> Self {
        let asked = Form::of(visit.asked().query.as_bytes());
        Self {
            job: asked.text("job").parse().ok().map(JobId),
            code: CODES.into_iter().find(|code| *code == asked.text("code")),
            days: asked.text("days").parse().ok().filter(|days| AGES.contains(days)),
            worked: asked.text("state") == "worked",
            after: asked.text("after").parse().ok(),
        }
    }

    fn copy(&self) -> Self {
        Self { ..*self }
    }

    fn codes(&self) -> Vec<&'static str> {
        self.code.into_iter().collect()
    }

    fn query<'c>(&self, codes: &'c [&'c str]) -> ExceptionQuery<'c> {
        let older_than = self.days.map(TimeDelta::days);
        ExceptionQuery { job: self.job, codes, older_than, worked: self.worked, after: self.after, limit: ON_A_PAGE }
    }

    /// The address of the queue with this filter. It names no learner.
    fn address(&self, of: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some(job) = self.job.filter(|_| !of.starts_with("/batches")) {
            query.append_pair("job", &job.to_string());
        }
        if let Some(code) = self.code {
            query.append_pair("code", code);
        }
        if let Some(days) = self.days {
            query.append_pair("days", &days.to_string());
        }
        if self.worked {
            query.append_pair("state", "worked");
        }
        if let Some(after) = self.after {
            query.append_pair("after", &after.to_string());
        }
        let query = query.finish();
        if query.is_empty() { of.to_owned() } else { format!("{of}?{query}") }
    }

    fn shown(&self) -> SummaryList {
        SummaryList::new()
            .row("Code", self.code.unwrap_or("All"))
            .row("Age", self.days.map_or_else(|| "Any".to_owned(), |days| format!("Older than {days} days")))
            .row("State", if self.worked { "Worked" } else { "Open" })
    }
}
