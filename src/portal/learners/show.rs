//! The page of a learner.

use askama::Template;

use super::kept::Known;
use super::register::spaced;
use super::sections::{SECTIONS, Section};
use super::words::{self, Asked};
use crate::domain::{Action, FoundLearner, codes, text_of};
use crate::model::{AbilityToShare, Learner, Permission, Uln};
use crate::portal::answer::Answer;
use crate::portal::components::{InsetText, NotificationBanner, RowAction, SummaryList};
use crate::portal::layout::Layout;
use crate::portal::live::CopyButton;
use crate::portal::problem::Problem;
use crate::portal::visit::Visit;

/// A learner's record.
#[derive(Template)]
#[template(path = "learners/show.html")]
struct Page {
    layout: Layout,
    /// What was just done.
    done: Option<NotificationBanner>,
    name: String,
    uln: String,
    copy: CopyButton,
    /// The number that was asked for, if it was merged into this one.
    merged: Option<String>,
    /// The numbers that were merged into this one.
    linked: Vec<String>,
    notice: Option<InsetText>,
    sections: Vec<SummaryList>,
    updated: String,
    /// The address of the learning record, for those who may see it.
    record: Option<String>,
    code: &'static str,
    /// The address of the learner's plans, for those who may see them.
    plans: Option<String>,
}

/// `GET /learners/{handle}`
pub(in crate::portal) fn page(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let asked = Known::of(visit)?;
    let found = view(visit, asked)?;
    let learner = &found.learner;
    let may_change = visit.may(Permission::UpdateLearner);
    let handle = visit.parameter("handle");
    let others = found.linked_ulns.iter().filter(|uln| !found.substituted || **uln != asked);
    Answer::page(&Page {
        layout: visit.layout(),
        done: done(&visit.asked().query),
        name: format!("{} {}", learner.names.given, learner.names.family),
        uln: spaced(learner.uln),
        copy: CopyButton { value: learner.uln.as_str().to_owned(), what: "ULN" },
        merged: found.substituted.then(|| spaced(asked)),
        linked: others.map(|uln| spaced(*uln)).collect(),
        notice: (learner.ability_to_share != AbilityToShare::Shares).then(|| {
            InsetText::new(
                "The learning record of this learner is not shared. See \u{201c}Privacy notice and sharing\u{201d}.",
            )
        }),
        sections: SECTIONS.iter().map(|section| list(section, learner, may_change.then_some(handle))).collect(),
        plans: visit.may(Permission::MaintainPlans).then(|| format!("/learners/{handle}/plans")),
        updated: words::date(crate::model::london_day(learner.updated_at)),
        record: visit.may(Permission::ViewRecord).then(|| format!("/learners/{handle}/record")),
        code: if found.substituted { codes::MASTER_SUBSTITUTED } else { codes::FOUND },
    })
}

/// Reads a learner whom the session knows.
pub(super) fn view(visit: &Visit<'_>, uln: Uln) -> Result<FoundLearner, Problem> {
    let found = visit.call(Action::ViewLearner, |caller| visit.service().learners().view(caller, uln))?;
    found.ok_or(Problem::NotFound)
}

fn list(section: &Section, learner: &Learner, handle: Option<&str>) -> SummaryList {
    let mut list = SummaryList::titled(section.heading);
    if let Some(handle) = handle {
        let href = format!("/learners/{handle}/change/{}", section.name);
        list = list.action(RowAction::new("Change", href));
    }
    section.fields.iter().fold(list, |list, field| match text_of(learner, *field) {
        Some(text) => list.row(Asked::of(*field).label, words::value(*field, &text)),
        None => list.row(Asked::of(*field).label, "Not held"),
    })
}

/// What the user has just done, by the end of the address.
fn done(query: &str) -> Option<NotificationBanner> {
    match query {
        "changed" => Some(NotificationBanner::success(format!("The learner was changed ({})", codes::UPDATED))),
        "unchanged" => Some(NotificationBanner::important(format!(
            "The record already has this, so nothing was changed ({})",
            codes::NO_CHANGE
        ))),
        _ => None,
    }
}
