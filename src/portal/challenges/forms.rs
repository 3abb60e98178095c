//! The forms of a data challenge: what each party may do while it waits for a decision.

use super::fields::{self, Filled};
use crate::domain::challenges::ShownChallenge;
use crate::model::{EventField, EventStatus, EventTexts, LearningEvent};
use crate::portal::blocks::{Act, Blocks};
use crate::portal::components::{Button, Item, Radios, Textarea};
use crate::portal::form::FormErrors;
use crate::portal::visit::Visit;

/// Adds the forms of what this user may do now.
pub(super) fn forms(visit: &Visit<'_>, page: Blocks, shown: &ShownChallenge, errors: &FormErrors) -> Blocks {
    if !shown.challenge.state.is_open() {
        return page;
    }
    let address = format!("/challenges/{}", shown.challenge.id);
    let form = |act: &'static str| Act::new(visit, address.as_str()).hidden("act", act);
    let said = |name: &'static str, label: &'static str| {
        Textarea::new(name, label).value(visit.form().as_typed(name)).error(errors.of(name))
    };
    let page = if shown.part.decides {
        let ask = form("ask").with(&said("question", "What do you want to know?"));
        let message = said("message", "What do you want to say about it?")
            .hint("You can leave this out if you change or withdraw the event");
        let decide = form("decide").with(&decisions(visit, shown, errors)).with(&message);
        page.heading("Ask who raised it")
            .with(&ask.with(&Button::new("Ask").secondary().once()))
            .heading("Decide")
            .with(&decide.with(&Button::new("Save the decision").once()))
    } else {
        page
    };
    if !shown.part.raised {
        return page;
    }
    let answer = form("answer").with(&said("answer", "Answer a question, or add what you know"));
    page.heading("Answer")
        .with(&answer.with(&Button::new("Send the answer").once()))
        .heading("Withdraw")
        .say("If the event is right after all, withdraw the data challenge.")
        .with(&form("withdraw").with(&Button::new("Withdraw the data challenge").secondary().once()))
}

fn decisions(visit: &Visit<'_>, shown: &ShownChallenge, errors: &FormErrors) -> Radios {
    let mut radios = Radios::new("decision", "What do you decide?");
    if let Some(event) = event(shown) {
        let mut proposed: EventTexts = EventField::ALL.iter().map(|field| (*field, field.text_of(event))).collect();
        proposed.extend(shown.challenge.supplied.clone());
        let is_sent = visit.form().text("act") == "decide";
        let filled = if is_sent { Filled::Typed(visit.form()) } else { Filled::Known(&proposed) };
        radios = radios
            .item(
                Item::new("correct", "Accept it, and correct the event")
                    .hint("The fields have what was proposed")
                    .conditional(fields::controls(filled, errors)),
            )
            .item(
                Item::new("withdraw-event", "Accept it, and withdraw the event")
                    .hint("It is a duplicate, or another learner\u{2019}s"),
            );
    }
    radios
        .item(
            Item::new("elsewhere", "Accept it: it was put right in another way")
                .hint("For example by a batch that enters the event. Say how"),
        )
        .item(Item::new("no-change", "Settle it without a change").hint("Say why"))
        .item(Item::new("reject", "Reject it").hint("Say why"))
        .value(visit.form().text("decision"))
        .error(errors.of("decision"))
}

/// The event, if there is one to change.
pub(super) fn event(shown: &ShownChallenge) -> Option<&LearningEvent> {
    shown.event.as_ref().filter(|event| event.status != EventStatus::Withdrawn)
}
