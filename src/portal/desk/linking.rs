//! Changing links: what would change is shown first, then it is done.

use serde::{Deserialize, Serialize};

use super::log::read_words;
use super::problems::{InHand, in_hand, number, page};
use crate::domain::{Action, LinkEffect, LinkRequest, Linked, Standing};
use crate::model::{LearnerStatus, Reason, Uln};
use crate::portal::answer::Answer;
use crate::portal::blocks::{Act, Blocks};
use crate::portal::components::{Button, Cell, Table, WarningText};
use crate::portal::form::FormErrors;
use crate::portal::learners::compare;
use crate::portal::problem::Problem;
use crate::portal::visit::{Kept, Visit};

/// A change that was chosen and is to be checked.
#[derive(Serialize, Deserialize)]
struct Chosen {
    act: String,
    first: String,
    second: String,
    reason: String,
    case: i32,
}

impl Kept for Chosen {
    const KIND: &'static str = "change of links";
}

/// `POST /desk/uln-problems/{number}/links`: a change was chosen.
pub(in crate::portal) fn choose(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let form = visit.form();
    let (case, with) = (number(visit)?, form.text("with"));
    let hand = in_hand(visit, with)?;
    let mut errors = FormErrors::default();
    let act = form.text("act");
    let chosen = request(&hand, act);
    if chosen.is_none() {
        errors.add("act", "Select what to do");
    }
    let reason = read_words(form, "reason", "Enter why", &mut errors);
    let (Some(_), Some(reason)) = (chosen, reason) else {
        return Answer::form_again(&page(visit, &hand, with, form, &errors));
    };
    let text = |uln: Option<Uln>| uln.map(|uln| uln.as_str().to_owned()).unwrap_or_default();
    let chosen = Chosen {
        act: act.to_owned(),
        first: text(Some(hand.problem.uln)),
        second: text(hand.second.as_ref().map(|record| record.learner.uln)),
        reason: reason.as_str().to_owned(),
        case,
    };
    Ok(Answer::redirect(format!("/desk/uln-problems/{case}/links/{}", visit.keep(&chosen)?)))
}

/// `GET /desk/uln-problems/{number}/links/{handle}`: what would change.
pub(in crate::portal) fn check(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let (chosen, request, _) = chosen(visit)?;
    let linked = visit.call(Action::PreviewLinks, |caller| visit.service().linking().preview(caller, &request))?;
    let case = chosen.case;
    let page = Blocks::new(visit, "Check the change")
        .caption(format!("Case {case}"))
        .back(&format!("/desk/uln-problems/{case}"));
    let effects = match linked {
        Linked::Done(effects) => effects,
        Linked::Refused { why, .. } => return Answer::page(&page.say(format!("This cannot be done: {why}."))),
    };
    let act = Act::new(visit, visit.asked().path.as_str()).with(&Button::new("Change the links").warning().once());
    let warning = match request {
        LinkRequest::Merge { .. } => {
            "The merged ULN then means the master, at every door. No learning event is moved: unmerging undoes it."
        }
        LinkRequest::Unmerge(_) => "The ULN then means its own learner again, with the events under that ULN.",
        LinkRequest::Delete(_) => "Every door then answers that the learner is not found. Restoring undoes it.",
        LinkRequest::Restore(_) => "Every door then finds the learner again.",
    };
    Answer::page(
        &page.with(&table(&effects)).say(format!("Why: {}", chosen.reason)).with(&WarningText::new(warning)).with(&act),
    )
}

/// `POST /desk/uln-problems/{number}/links/{handle}`: it is done.
pub(in crate::portal) fn change(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let (chosen, request, reason) = chosen(visit)?;
    let service = visit.service();
    match visit.call(request.action(), |caller| service.linking().change(caller, &request, &reason))? {
        Linked::Done(_) => Ok(Answer::redirect(format!("/desk/uln-problems/{}?changed", chosen.case))),
        // Somebody else changed the links meanwhile: the page says why it cannot be done.
        Linked::Refused { .. } => Ok(Answer::redirect(visit.asked().path.as_str())),
    }
}

fn chosen(visit: &Visit<'_>) -> Result<(Chosen, LinkRequest, Reason), Problem> {
    let chosen: Chosen = visit.kept(visit.parameter("handle"))?;
    if chosen.case != number(visit)? {
        return Err(Problem::NotFound);
    }
    let request = of(&chosen.act, chosen.first.parse().ok(), chosen.second.parse().ok()).ok_or(Problem::NotFound)?;
    let reason = chosen.reason.parse().map_err(|_| Problem::NotFound)?;
    Ok((chosen, request, reason))
}

fn request(hand: &InHand, act: &str) -> Option<LinkRequest> {
    let uln = |record: Option<&crate::domain::LinkRecord>| record.map(|record| record.learner.uln);
    of(act, uln(hand.first.as_ref()), uln(hand.second.as_ref()))
}

/// The request that a choice stands for.
fn of(act: &str, first: Option<Uln>, second: Option<Uln>) -> Option<LinkRequest> {
    Some(match act {
        "merge-first" => LinkRequest::Merge { merged: vec![first?], master: second? },
        "merge-second" => LinkRequest::Merge { merged: vec![second?], master: first? },
        "unmerge-first" => LinkRequest::Unmerge(vec![first?]),
        "unmerge-second" => LinkRequest::Unmerge(vec![second?]),
        "delete-first" => LinkRequest::Delete(vec![first?]),
        "delete-second" => LinkRequest::Delete(vec![second?]),
        "restore-first" => LinkRequest::Restore(vec![first?]),
        "restore-second" => LinkRequest::Restore(vec![second?]),
        _ => return None,
    })
}

fn table(effects: &[LinkEffect]) -> Table {
    let head = ["ULN", "Now", "Afterwards", "Learning events under it"];
    effects.iter().fold(Table::new("What changes").caption_size("m").head(head), |table, effect| {
        table.row([
            Cell::from(compare::number(effect.uln)),
            Cell::from(words(effect.before)),
            Cell::from(if effect.before == effect.after { "As now".to_owned() } else { words(effect.after) }),
            Cell::from(effect.events.to_string()),
        ])
    })
}

fn words(standing: Standing) -> String {
    match (standing.status, standing.master) {
        (LearnerStatus::Merged, Some(master)) => format!("Merged into {}", compare::number(master)),
        (LearnerStatus::Merged, None) => "Merged".to_owned(),
        (LearnerStatus::Active, _) => "Active".to_owned(),
        (LearnerStatus::Deleted, _) => "Deleted".to_owned(),
    }
}
