//! Moving the learning events of one of two people who shared a ULN: events are selected, what
//! would move is shown, then it is done.

use serde::{Deserialize, Serialize};

use super::log::read_words;
use super::problems::{InHand, in_hand, is_active, number};
use crate::domain::{Action, Split, listing_day};
use crate::model::{LearningEvent, Reason, Uln};
use crate::portal::answer::Answer;
use crate::portal::blocks::{Act, Blocks};
use crate::portal::components::{Button, Cell, Checkboxes, Input, Item, Table, WarningText};
use crate::portal::form::{Form, FormErrors};
use crate::portal::learners::{compare, words::date};
use crate::portal::problem::Problem;
use crate::portal::visit::{Kept, Visit};

/// The two lists of events on the page, and the field of each in the form.
const FIELDS: [&str; 2] = ["first", "second"];

/// Events that were chosen, to be checked before they move.
#[derive(Serialize, Deserialize)]
struct Chosen {
    from: String,
    to: String,
    events: Vec<i32>,
    reason: String,
    case: i32,
}

impl Kept for Chosen {
    const KIND: &'static str = "events to move";
}

/// Two learners with the events under the ULN of each.
type Pair = [(Uln, Vec<LearningEvent>); 2];

/// `GET /desk/uln-problems/{number}/split`
pub(in crate::portal) fn form(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let asked = Form::of(visit.asked().query.as_bytes());
    let with = asked.text("with");
    let pair = pair(visit, &in_hand(visit, with)?)?;
    Answer::page(&page(visit, &pair, with, &Form::default(), &FormErrors::default())?)
}

/// `POST /desk/uln-problems/{number}/split`: events were selected.
pub(in crate::portal) fn choose(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let (case, form) = (number(visit)?, visit.form());
    let with = form.text("with");
    let pair = pair(visit, &in_hand(visit, with)?)?;
    let mut errors = FormErrors::default();
    let selected = FIELDS.map(|field| form.all(field).filter_map(|value| value.parse().ok()).collect::<Vec<i32>>());
    let [(first, _), (second, _)] = &pair;
    let chosen = match selected {
        [events, others] if others.is_empty() && !events.is_empty() => Some((*first, *second, events)),
        [others, events] if others.is_empty() && !events.is_empty() => Some((*second, *first, events)),
        [none, _] if none.is_empty() => {
            errors.add(FIELDS[0], "Select the events that move to the other ULN");
            None
        }
        _ => {
            errors.add(FIELDS[0], "Select events of one of the two ULNs only");
            None
        }
    };
    let reason = read_words(form, "reason", "Enter why", &mut errors);
    let (Some((from, to, events)), Some(reason)) = (chosen, reason) else {
        return Answer::form_again(&page(visit, &pair, with, form, &errors)?);
    };
    let (from, to) = (from.as_str().to_owned(), to.as_str().to_owned());
    let chosen = Chosen { from, to, events, reason: reason.as_str().to_owned(), case };
    Ok(Answer::redirect(format!("/desk/uln-problems/{case}/split/{}", visit.keep(&chosen)?)))
}

/// `GET /desk/uln-problems/{number}/split/{handle}`: what would move.
pub(in crate::portal) fn check(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let (split, reason) = chosen(visit)?;
    let events = visit.call(Action::ViewLinks, |caller| visit.service().linking().events(caller, split.from))?;
    let moving = events.iter().filter(|event| split.events.contains(&event.id));
    let (from, to) = (compare::number(split.from), compare::number(split.to));
    let table = Table::new(format!("Events that move from {from} to {to}")).caption_size("m").head(["Learning event"]);
    let table = moving.fold(table, |table, event| table.row([Cell::from(words(event))]));
    let act = Act::new(visit, visit.asked().path.as_str()).with(&Button::new("Move the events").warning().once());
    let warning = "Both learners' records answer accordingly at once, at every door. Moving the events back undoes it.";
    Answer::page(
        &check_page(visit)?
            .with(&table)
            .say(format!("Why: {}", reason.as_str()))
            .with(&WarningText::new(warning))
            .with(&act),
    )
}

/// `POST /desk/uln-problems/{number}/split/{handle}`: they move.
pub(in crate::portal) fn change(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let (split, reason) = chosen(visit)?;
    let moved = visit.call(Action::SplitLearner, |caller| visit.service().linking().split(caller, &split, &reason))?;
    match moved {
        Ok(_) => Ok(Answer::redirect(format!("/desk/uln-problems/{}?moved", number(visit)?))),
        Err(why) => Answer::page(&check_page(visit)?.say(format!("Nothing was moved: {why}."))),
    }
}

fn check_page(visit: &Visit<'_>) -> Result<Blocks, Problem> {
    let case = number(visit)?;
    let back = format!("/desk/uln-problems/{case}");
    Ok(Blocks::new(visit, "Check the events that move").caption(format!("Case {case}")).back(&back))
}

fn chosen(visit: &Visit<'_>) -> Result<(Split, Reason), Problem> {
    let chosen: Chosen = visit.kept(visit.parameter("handle"))?;
    if chosen.case != number(visit)? {
        return Err(Problem::NotFound);
    }
    let uln = |text: &str| text.parse::<Uln>().map_err(|_| Problem::NotFound);
    let split = Split { from: uln(&chosen.from)?, to: uln(&chosen.to)?, events: chosen.events };
    Ok((split, chosen.reason.parse().map_err(|_| Problem::NotFound)?))
}

/// The two learners of a problem, if events can move between them.
fn pair(visit: &Visit<'_>, hand: &InHand) -> Result<Pair, Problem> {
    let (Some(first), Some(second)) = (&hand.first, &hand.second) else { return Err(Problem::NotFound) };
    if ![first, second].into_iter().all(is_active) {
        return Err(Problem::NotFound);
    }
    let (first, second) = (first.learner.uln, second.learner.uln);
    visit.call(Action::ViewLinks, |caller| {
        let linking = visit.service().linking();
        Ok([(first, linking.events(caller, first)?), (second, linking.events(caller, second)?)])
    })
}

fn page(visit: &Visit<'_>, pair: &Pair, with: &str, form: &Form, errors: &FormErrors) -> Result<Blocks, Problem> {
    let case = number(visit)?;
    let page = Blocks::new(visit, "Move learning events")
        .caption(format!("Case {case}"))
        .back(&format!("/desk/uln-problems/{case}"))
        .errors(errors)
        .say("Two people shared a ULN. Select the events of the person who is to have the other ULN.");
    let mut act = Act::new(visit, format!("/desk/uln-problems/{case}/split")).hidden("with", with);
    let mut has_events = false;
    for (field, (uln, events)) in FIELDS.into_iter().zip(pair) {
        if events.is_empty() {
            continue;
        }
        has_events = true;
        let boxes = Checkboxes::new(field, format!("Learning events under {}", compare::number(*uln)));
        let boxes = events.iter().fold(boxes, |boxes, event| boxes.item(Item::new(event.id.to_string(), words(event))));
        act = act.with(&boxes.values(form.all(field)).error(errors.of(field)));
    }
    if !has_events {
        return Ok(page.say("Neither ULN has a learning event."));
    }
    let reason = Input::new("reason", "Why?").hint("It is kept with the change");
    let act = act
        .with(&reason.value(form.as_typed("reason")).error(errors.of("reason")))
        .with(&Button::new("Check what moves"));
    Ok(page.with(&act))
}

/// An event in one line.
fn words(event: &LearningEvent) -> String {
    let day = listing_day(event).map(date);
    let grade = event.grade.as_deref().filter(|grade| !grade.is_empty()).map(|grade| format!("grade {grade}"));
    let parts = [Some(event.subject.clone()), Some(event.subject_code.clone()), grade, day];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
