//! A new achievement or entry: the learner is verified first. What is entered is kept for the
//! session, under the handle of the pages that follow.

use serde::{Deserialize, Serialize};

use crate::domain::achievements::AchievementRow;
use crate::domain::format::Field;
use crate::portal::answer::Answer;
use crate::portal::form::FormErrors;
use crate::portal::learners::verify;
use crate::portal::problem::Problem;
use crate::portal::visit::{Kept, Visit};

/// What is entered. The pages are the same; an entry has no grade and is not final.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Achievement,
    Entry,
}

impl Flow {
    /// What the address says.
    pub(super) fn of(visit: &Visit<'_>) -> Self {
        if visit.asked().path.starts_with("/entries") { Self::Entry } else { Self::Achievement }
    }

    /// The address of the first page; the others stand below it.
    pub(super) const fn address(self) -> &'static str {
        match self {
            Self::Achievement => "/achievements/new",
            Self::Entry => "/entries/new",
        }
    }

    const fn heading(self) -> &'static str {
        match self {
            Self::Achievement => "Enter an achievement: verify the learner first",
            Self::Entry => "Make an entry: verify the learner first",
        }
    }
}

/// A new achievement while it is entered.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct New {
    /// What was entered so far.
    pub(super) row: AchievementRow,
    /// P or F.
    pub(super) submission_type: String,
    /// What the verification of the learner said.
    pub(super) verified: String,
    /// What qualifications and units were searched for.
    pub(super) search: String,
    /// The title of the one that was chosen.
    pub(super) title: String,
    /// The number of the achievement, once it is created.
    pub(super) created: Option<i32>,
    /// The learner's present ULN, if the one that was entered was merged into it.
    pub(super) master: Option<String>,
}

impl Kept for New {
    const KIND: &'static str = "new-achievement";
}

impl New {
    /// The one under the handle of the address.
    pub(super) fn of(visit: &Visit<'_>) -> Result<Self, Problem> {
        visit.kept(visit.parameter("handle"))
    }

    /// The learner's name, as entered.
    pub(super) fn learner(&self) -> String {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        format!("{} {}", text(&self.row.given_name), text(&self.row.family_name))
    }
}

/// `GET /achievements/new` and `/entries/new`
pub(in crate::portal) fn form(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let flow = Flow::of(visit);
    Answer::page(&verify::form_page(visit, flow.heading(), flow.address(), FormErrors::default()))
}

/// `POST /achievements/new` and `/entries/new`
pub(in crate::portal) fn verify(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let (details, verification) = match verify::ask(visit)? {
        Ok(verified) => verified,
        Err(errors) => return again(visit, errors),
    };
    if !verification.outcome.is_verified() {
        return verify::outcome_page(visit, &details, &verification);
    }
    let text = |field| Some(details.get(field).to_owned()).filter(|text| !text.is_empty());
    let row = AchievementRow {
        uln: text(Field::Uln),
        given_name: text(Field::GivenName),
        family_name: text(Field::FamilyName),
        date_of_birth: text(Field::DateOfBirth),
        gender: text(Field::Gender),
        action: Some("1".to_owned()),
        ..AchievementRow::default()
    };
    let verified = verify::told(&verification).0.to_owned();
    let handle = visit.keep(&New { row, verified, ..New::default() })?;
    Ok(Answer::redirect(format!("{}/{handle}/qualification", Flow::of(visit).address())))
}

/// The form again, with what is wrong with it.
pub(super) fn again(visit: &Visit<'_>, errors: FormErrors) -> Result<Answer, Problem> {
    let flow = Flow::of(visit);
    Answer::form_again(&verify::form_page(visit, flow.heading(), flow.address(), errors))
}
