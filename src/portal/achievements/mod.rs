//! Achievements of the awarding organisation, one by one: the newest, those of a learner, a new one
//! from the verification to the check of the form, and one with what happened to it.

mod award;
mod change;
mod check;
mod entries;
mod list;
mod new;
mod qualification;
mod show;
mod words;

pub(super) use award::{form as award_form, submit as award};
pub(super) use change::{form as change_form, submit as change};
pub(super) use check::{check, create, done};
pub(super) use entries::{complete, list as entries, show as entry};
pub(super) use list::{find, found, list};
pub(super) use new::{form as new_form, verify};
pub(super) use qualification::{choose, form as qualification_form, search};
pub(super) use show::show;

use super::answer::Answer;
use super::blocks::Blocks;
use super::problem::Problem;
use super::visit::Visit;
use crate::domain::Action;
use crate::domain::achievements::ShownAchievement;

/// The achievement that the address names, if it is the organisation's.
fn own(visit: &Visit<'_>) -> Result<ShownAchievement, Problem> {
    let id: i32 = visit.parameter("id").parse().map_err(|_| Problem::NotFound)?;
    let service = visit.service();
    let shown = visit.call(Action::ViewAchievements, |caller| service.achievements().get(caller, id))?;
    shown.ok_or(Problem::NotFound)
}

/// The page for an organisation that may not submit achievements.
fn not_configured(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let page = Blocks::new(visit, "Your organisation may not submit achievements").back("/achievements");
    Answer::page(
        &page
            .say("It lacks the permission, or it is not recognised as an awarding organisation. Ask the service desk.")
            .with(&words::Code("WSRC0043")),
    )
}
