//! An event of a learning record: all that it has, what it had before each correction, and the way
//! to report a problem with it.

use super::{refused, words};
use crate::domain::{Action, LearnerRecord};
use crate::model::{Challenge, EventField, EventVersion, LearningEvent, Uln};
use crate::portal::answer::Answer;
use crate::portal::batches::time;
use crate::portal::blocks::{Anchor, Blocks};
use crate::portal::challenges::words as challenges;
use crate::portal::components::{Button, Cell, Html, SummaryList, Table};
use crate::portal::learners::kept::Known;
use crate::portal::problem::Problem;
use crate::portal::visit::Visit;

/// `GET /learners/{handle}/record/{event}`
pub(in crate::portal) fn page(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let uln = Known::of(visit)?;
    let record = match opened(visit, uln)? {
        Ok(record) => record,
        Err(refused) => return Ok(refused),
    };
    let event = named(visit, &record)?;
    let service = visit.service();
    let history = visit.call(Action::ViewRecord, |caller| service.challenges().history(caller, event))?;
    let own = visit.call(Action::ViewChallenges, |caller| service.challenges().of_learner(caller, uln))?;
    let own: Vec<&Challenge> = own.iter().filter(|each| each.event == Some(event.id)).collect();
    let address = format!("/learners/{}/record", visit.parameter("handle"));
    let mut page = Blocks::new(visit, event.subject.as_str())
        .caption("Learning event")
        .back(&address)
        .with(&facts(event, !history.is_empty()));
    if !history.is_empty() {
        page = page.with(&corrections(&history));
    }
    if !own.is_empty() {
        page = page.with(&challenges_of(&own));
    }
    Answer::page(&page.with(&Button::link("Report a problem", format!("{address}/{}/problem", event.id))))
}

/// The learning record of the learner of the address, or the page that stands in its place.
pub(in crate::portal) fn opened(visit: &Visit<'_>, uln: Uln) -> Result<Result<LearnerRecord, Answer>, Problem> {
    let record = visit.call(Action::ViewRecord, |caller| visit.service().records().view(caller, uln))?;
    if record.outcome.shows_record() {
        return Ok(Ok(record));
    }
    refused::page(visit, &format!("/learners/{}", visit.parameter("handle")), &record).map(Err)
}

/// The event that the address names, if the record has it.
pub(in crate::portal) fn named<'r>(visit: &Visit<'_>, record: &'r LearnerRecord) -> Result<&'r LearningEvent, Problem> {
    let id: i32 = visit.parameter("event").parse().map_err(|_| Problem::NotFound)?;
    record.events.iter().find(|event| event.id == id).ok_or(Problem::NotFound)
}

fn facts(event: &LearningEvent, is_corrected: bool) -> SummaryList {
    let list = EventField::ALL.iter().fold(SummaryList::new(), |list, field| {
        list.row(challenges::field(*field), challenges::or_dash(*field, Some(&field.text_of(event))))
    });
    list.row("Source", event.source.code()).row("State", Html::all(words::tags(event, is_corrected)))
}

/// What was corrected, field by field.
fn corrections(history: &[EventVersion]) -> Table {
    let head = ["Corrected", "Data challenge", "Detail", "Before", "After"];
    let table = Table::new("What was corrected").caption_size("m").head(head);
    history.iter().fold(table, |table, version| {
        version.after.iter().fold(table, |table, (field, after)| {
            table.row([
                time(version.at),
                version.challenge.to_string(),
                challenges::field(*field).to_owned(),
                challenges::or_dash(*field, version.before.get(field)),
                challenges::or_dash(*field, Some(after)),
            ])
        })
    })
}

/// The challenges of this organisation about the event.
fn challenges_of(own: &[&Challenge]) -> Table {
    let head = ["Reference", "What is wrong", "State", "Raised"];
    let table = Table::new("Data challenges of your organisation").caption_size("m").head(head);
    own.iter().fold(table, |table, each| {
        table.row([
            Cell::from(Html::of(&Anchor::new(each.id.to_string(), format!("/challenges/{}", each.id)))),
            Cell::from(challenges::kind(each.kind)),
            Cell::from(Html::of(&challenges::state(each.state))),
            Cell::from(time(each.created_at)),
        ])
    })
}
