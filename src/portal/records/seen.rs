//! Who has seen a learning record.

use crate::domain::{Action, AuditLine};
use crate::portal::answer::Answer;
use crate::portal::blocks::Blocks;
use crate::portal::components::{Pagination, Table};
use crate::portal::form::Form;
use crate::portal::learners::kept::Known;
use crate::portal::problem::Problem;
use crate::portal::times::moment;
use crate::portal::visit::Visit;

/// `GET /learners/{handle}/record/seen`
pub(in crate::portal) fn page(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let uln = Known::of(visit)?;
    let asked = Form::of(visit.asked().query.as_bytes()).text("page").parse().unwrap_or(1);
    let seen = visit.call(Action::ViewAudit, |caller| visit.service().audit().view_known(caller, uln, asked))?;
    let record = format!("/learners/{}/record", visit.parameter("handle"));
    let mut page = Blocks::new(visit, "Who has seen this learning record").caption("Learning record").back(&record);
    if seen.entries.is_empty() {
        return Answer::page(&page.say("Nobody has seen this learning record."));
    }
    let table = Table::new("The latest first").head(["When", "Organisation", "User", "What they did"]);
    page = page.with(&seen.entries.iter().fold(table, |table, line| {
        table.row([moment(line.at), line.organisation.clone(), line.user_name.clone(), did(line).to_owned()])
    }));
    let (current, last) =
        (usize::try_from(seen.page_index).unwrap_or(1), usize::try_from(seen.page_count).unwrap_or(1));
    if last > 1 {
        page = page.with(&Pagination::numbered(current, last, |number| format!("{record}/seen?page={number}")));
    }
    Answer::page(&page)
}

/// What somebody did, by the action of the audit line.
fn did(line: &AuditLine) -> &'static str {
    match Action::of_line(&line.action) {
        Some(Action::ViewEvents) => "Fetched the events",
        Some(Action::ReportRecord) => "Made a report",
        _ => "Viewed the learning record",
    }
}
