//! Learning event data challenges: those that the organisation raised or decides, one of them with
//! all that was said, what is done about it, and the form that raises one.

mod act;
mod fields;
mod forms;
mod list;
mod raise;
mod show;
pub(super) mod words;

pub(super) use act::act;
pub(super) use list::list;
pub(super) use raise::{form as raise_form, raise};
pub(super) use show::show;

use super::problem::Problem;
use super::visit::Visit;
use crate::domain::Action;
use crate::domain::challenges::ShownChallenge;
use crate::model::ChallengeId;

/// The challenge that the address names, if the user has a part in it.
fn named(visit: &Visit<'_>) -> Result<ShownChallenge, Problem> {
    let id: ChallengeId = visit.parameter("id").parse().map_err(|_| Problem::NotFound)?;
    let shown = visit.call(Action::ViewChallenges, |caller| visit.service().challenges().get(caller, id))?;
    shown.ok_or(Problem::NotFound)
}
