//! Raising a data challenge about an event of a learner's record, or about one that is missing.

use super::fields::{self, Filled};
use super::words;
use crate::domain::challenges::{NewChallenge, Raised};
use crate::domain::{Action, LearnerRecord};
use crate::model::{ChallengeKind, EventField, EventTexts, LearningEvent, Uln};
use crate::portal::answer::Answer;
use crate::portal::blocks::{Act, Blocks};
use crate::portal::components::{Button, Html, Input, InsetText, Item, Radios, Select, Textarea};
use crate::portal::form::FormErrors;
use crate::portal::learners::kept::Known;
use crate::portal::problem::Problem;
use crate::portal::records;
use crate::portal::visit::Visit;

/// What stands in the address in place of an event that is missing.
const MISSING: &str = "missing";

/// What is challenged: an event of a record, or one that the record lacks.
struct Challenged {
    uln: Uln,
    record: LearnerRecord,
    /// The event; `None` if it is missing.
    event: Option<LearningEvent>,
}

/// `GET /learners/{handle}/record/{event}/problem`
pub(in crate::portal) fn form(visit: &Visit<'_>) -> Result<Answer, Problem> {
    match challenged(visit)? {
        Ok(challenged) => Answer::page(&page(visit, &challenged, &FormErrors::default())),
        Err(refused) => Ok(refused),
    }
}

/// `POST /learners/{handle}/record/{event}/problem`
pub(in crate::portal) fn raise(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let challenged = match challenged(visit)? {
        Ok(challenged) => challenged,
        Err(refused) => return Ok(refused),
    };
    let (form, mut errors) = (visit.form(), FormErrors::default());
    let Some(kind) = kind(visit, &challenged) else {
        errors.add("kind", "Select what is wrong");
        return Answer::form_again(&page(visit, &challenged, &errors));
    };
    let other_event = form.text("other").parse().ok().filter(|_| kind == ChallengeKind::DuplicateEvents);
    if kind == ChallengeKind::DuplicateEvents && other_event.is_none() {
        errors.add("other", "Select the other event");
    }
    let new = NewChallenge {
        kind,
        event: challenged.event.as_ref().map(|event| event.id),
        other_event,
        supplied: supplied(visit, kind, challenged.event.as_ref(), &mut errors),
        contact_name: form.text("contact_name"),
        telephone: form.text("telephone"),
        email: form.text("email"),
        information: form.text("information"),
    };
    for (field, text) in new.faults().into_iter().map(words::fault) {
        errors.add(field, text);
    }
    if !errors.is_empty() {
        return Answer::form_again(&page(visit, &challenged, &errors));
    }
    match visit
        .call(Action::RaiseChallenge, |caller| visit.service().challenges().raise(caller, challenged.uln, &new))?
    {
        Raised::Raised(id) => return Ok(Answer::redirect(format!("/challenges/{id}?done=raised"))),
        Raised::AlreadyOpen(id) => errors.add("kind", format!("Your organisation has challenged this event: see {id}")),
        Raised::NoEvent => errors.add("other", "Select another event of this record"),
        Raised::Faulty(fault) => {
            let (field, text) = words::fault(fault);
            errors.add(field, text);
        }
        Raised::InvalidUln | Raised::NotVerified | Raised::NotShared => return Err(Problem::NotFound),
    }
    Answer::form_again(&page(visit, &challenged, &errors))
}

/// What the address is about, or the page that stands in its place.
fn challenged(visit: &Visit<'_>) -> Result<Result<Challenged, Answer>, Problem> {
    let uln = Known::of(visit)?;
    let record = match records::opened(visit, uln)? {
        Ok(record) => record,
        Err(refused) => return Ok(Err(refused)),
    };
    let event = match visit.parameter("event") {
        MISSING => None,
        _ => Some(records::named(visit, &record)?.clone()),
    };
    Ok(Ok(Challenged { uln, record, event }))
}

/// What the form says is wrong. Of an event that is missing nothing else can be.
fn kind(visit: &Visit<'_>, challenged: &Challenged) -> Option<ChallengeKind> {
    match challenged.event {
        None => Some(ChallengeKind::MissingEvent),
        Some(_) => visit.form().text("kind").parse().ok().filter(|kind| *kind != ChallengeKind::MissingEvent),
    }
}

/// What the event should have: of a wrong event what the user changed, of a missing one all that is
/// known.
fn supplied(
    visit: &Visit<'_>,
    kind: ChallengeKind,
    event: Option<&LearningEvent>,
    errors: &mut FormErrors,
) -> EventTexts {
    if !matches!(kind, ChallengeKind::WrongDetail | ChallengeKind::MissingEvent) {
        return EventTexts::new();
    }
    let mut texts = fields::read(visit.form(), errors);
    if let Some(event) = event {
        texts.retain(|field, text| *text != field.text_of(event));
    }
    texts
}

fn page(visit: &Visit<'_>, challenged: &Challenged, errors: &FormErrors) -> Blocks {
    let record = format!("/learners/{}/record", visit.parameter("handle"));
    let here = format!("{record}/{}/problem", visit.parameter("event"));
    let act = Act::new(visit, here);
    match &challenged.event {
        Some(event) => {
            let act = about(act.with(&kinds(visit, challenged, event, errors)), visit, errors);
            Blocks::new(visit, "Report a problem with a learning event")
                .caption(event.subject.as_str())
                .back(&format!("{record}/{}", event.id))
                .errors(errors)
                .with(&act.with(&Button::new("Raise the data challenge").once()))
        }
        None => {
            let nothing = EventTexts::new();
            let act = act.with(&fields::controls(filled(visit, &nothing), errors));
            Blocks::new(visit, "Report a missing learning event")
                .caption("Learning record")
                .back(&record)
                .errors(errors)
                .with(&InsetText::new("Enter what you know of the event, and leave the rest empty."))
                .with(&about(act, visit, errors).with(&Button::new("Raise the data challenge").once()))
        }
    }
}

/// What is wrong with an event, and for a wrong detail all values to change.
fn kinds(visit: &Visit<'_>, challenged: &Challenged, event: &LearningEvent, errors: &FormErrors) -> Radios {
    let has: EventTexts = EventField::ALL.iter().map(|field| (*field, field.text_of(event))).collect();
    let change = [
        Html::of(&InsetText::new(
            "Change each detail that is wrong to what it should be, and leave the rest as it is.",
        )),
        fields::controls(filled(visit, &has), errors),
    ];
    let others = challenged.record.events.iter().filter(|other| other.id != event.id);
    let others = others.fold(Select::new("other", "The other event").choice("", "Select an event"), |select, other| {
        let day = or_nothing(EventField::AwardDate, other);
        select.choice(other.id.to_string(), format!("{}, {}{day}", other.subject, other.subject_code))
    });
    let others = others.value(visit.form().text("other")).error(errors.of("other"));
    let item = |kind: ChallengeKind| Item::new(kind.code(), words::kind(kind));
    Radios::new("kind", "What is wrong?")
        .item(item(ChallengeKind::WrongDetail).conditional(Html::all(change)))
        .item(item(ChallengeKind::DuplicateEvents).conditional(Html::of(&others)))
        .item(item(ChallengeKind::NotMine).hint("The learner did not achieve this"))
        .item(item(ChallengeKind::Other))
        .value(visit.form().text("kind"))
        .error(errors.of("kind"))
}

fn or_nothing(field: EventField, event: &LearningEvent) -> String {
    let text = field.text_of(event);
    if text.is_empty() { text } else { format!(", {}", words::or_dash(field, Some(&text))) }
}

/// What was typed, once something was sent; before that what is known.
fn filled<'f>(visit: &'f Visit<'_>, known: &'f EventTexts) -> Filled<'f> {
    let is_sent = visit.form().fields().any(|(name, _)| name == "contact_name");
    if is_sent { Filled::Typed(visit.form()) } else { Filled::Known(known) }
}

/// The evidence, and whom to ask.
fn about(act: Act, visit: &Visit<'_>, errors: &FormErrors) -> Act {
    let form = visit.form();
    let session = visit.visitor();
    let or = |name: &str, known: Option<&str>| match form.as_typed(name) {
        "" if errors.is_empty() => known.unwrap_or_default().to_owned(),
        typed => typed.to_owned(),
    };
    act.with(
        &Textarea::new("information", "What do you know about it?")
            .hint("For example which documents you have seen. What you write here is seen by who decides")
            .value(form.as_typed("information"))
            .error(errors.of("information")),
    )
    .with(
        &Input::new("contact_name", "Whom to ask")
            .unspelled()
            .value(or("contact_name", session.map(|session| session.name.as_str())))
            .error(errors.of("contact_name")),
    )
    .with(
        &Input::new("telephone", "Telephone number")
            .width(20)
            .value(form.as_typed("telephone"))
            .error(errors.of("telephone")),
    )
    .with(
        &Input::new("email", "Email address")
            .email()
            .value(or("email", session.map(|session| session.email.as_str())))
            .error(errors.of("email")),
    )
}
