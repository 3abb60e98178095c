//! What a session keeps about learners, under the random handles that stand in addresses.

use serde::{Deserialize, Serialize};

use super::details::Details;
use crate::domain::format::Field;
use crate::domain::{Dismissal, Found, FoundLearner, NoneOfThese};
use crate::model::Uln;
use crate::portal::problem::Problem;
use crate::portal::visit::{Kept, Visit};

/// A learner whom the user found, registered or verified: their page may be opened.
#[derive(Serialize, Deserialize)]
pub(in crate::portal) struct Known {
    uln: String,
}

/// A search, and the registration that may follow it.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Search {
    /// What was searched for, with what was entered for a registration since.
    pub(super) details: Details,
    /// The response code of the search; empty before it was made.
    pub(super) code: String,
    /// The learners found.
    ulns: Vec<String>,
    /// Those of them that stand for a merged record, which is what matched.
    masters: Vec<String>,
    /// The optional details that would narrow the search.
    narrowing: Vec<String>,
    /// Why none of the learners found is the one.
    reason: String,
    /// The number of the learner who was registered.
    registered: String,
}

/// A change of a learner that is being made.
#[derive(Serialize, Deserialize)]
pub(super) struct Change {
    uln: String,
    /// The handle of the learner's page.
    pub(super) learner: String,
    /// The part of the record.
    pub(super) section: String,
    /// The record's version when the user opened the form.
    pub(super) version: i32,
    /// The record then.
    pub(super) before: Details,
    /// What the user changed.
    pub(super) fields: Vec<(String, String)>,
}

impl Kept for Known {
    const KIND: &'static str = "learner";
}

impl Kept for Search {
    const KIND: &'static str = "search";
}

impl Kept for Change {
    const KIND: &'static str = "change";
}

impl Known {
    /// The address of the page of a learner, whom the session knows from now on.
    pub(super) fn page(visit: &Visit<'_>, uln: Uln) -> Result<String, Problem> {
        let handle = visit.keep(&Self { uln: uln.as_str().to_owned() })?;
        Ok(format!("/learners/{handle}"))
    }

    /// The learner under the handle of the address.
    pub(in crate::portal) fn of(visit: &Visit<'_>) -> Result<Uln, Problem> {
        visit.kept::<Self>(visit.parameter("handle"))?.uln.parse().map_err(|_| Problem::NotFound)
    }
}

impl Search {
    /// A search that was made.
    pub(super) fn made(details: Details, found: &Found) -> Self {
        let narrowing = match found {
            Found::TooMany { narrowing } => narrowing.iter().map(|field| field.name().to_owned()).collect(),
            _ => Vec::new(),
        };
        let number = |each: &FoundLearner| each.learner.uln.as_str().to_owned();
        let ulns = found.learners().iter().map(number).collect();
        let masters = found.learners().iter().filter(|each| each.substituted).map(number).collect();
        Self { details, code: found.code().to_owned(), ulns, masters, narrowing, ..Self::default() }
    }

    /// Details that are carried over to the next search.
    pub(super) fn with(details: Details) -> Self {
        Self { details, ..Self::default() }
    }

    /// The search under the handle of the address.
    pub(super) fn of(visit: &Visit<'_>) -> Result<Self, Problem> {
        visit.kept(visit.parameter("handle"))
    }

    /// The learners found.
    pub(super) fn ulns(&self) -> Vec<Uln> {
        self.ulns.iter().filter_map(|uln| uln.parse().ok()).collect()
    }

    /// Whether this learner stands for a merged record, which is what matched.
    pub(super) fn is_master(&self, uln: Uln) -> bool {
        self.masters.iter().any(|master| master == uln.as_str())
    }

    /// The optional details that would narrow the search.
    pub(super) fn narrowing(&self) -> impl Iterator<Item = Field> {
        self.narrowing.iter().filter_map(|name| Field::by_name(name))
    }

    /// That the user said why none of these learners is the one.
    pub(super) fn dismiss(&mut self, reason: NoneOfThese) {
        reason.code().clone_into(&mut self.reason);
    }

    /// Why none of these learners is the one, if the user has said so.
    pub(super) fn reason(&self) -> Option<NoneOfThese> {
        self.reason.parse().ok()
    }

    /// The same for the domain, with the learners that were shown.
    pub(super) fn dismissal<'a>(&self, shown: &'a [Uln]) -> Option<Dismissal<'a>> {
        self.reason().map(|reason| Dismissal { reason, shown })
    }

    /// The number of the learner who was registered, once that is done.
    pub(super) fn registered(&self) -> Option<Uln> {
        self.registered.parse().ok()
    }

    /// That the learner was registered.
    pub(super) fn register(&mut self, uln: Uln) {
        uln.as_str().clone_into(&mut self.registered);
    }
}

impl Change {
    /// A change that begins.
    pub(super) fn begin(learner: String, uln: Uln, section: &str, version: i32, before: Details) -> Self {
        let (uln, section) = (uln.as_str().to_owned(), section.to_owned());
        Self { uln, learner, section, version, before, fields: Vec::new() }
    }

    /// The learner's number.
    pub(super) fn uln(&self) -> Result<Uln, Problem> {
        self.uln.parse().map_err(|_| Problem::NotFound)
    }

    /// The fields that the user changed, with their new texts; empty text clears a field.
    pub(super) fn fields(&self) -> impl Iterator<Item = (Field, &str)> {
        self.fields.iter().filter_map(|(name, text)| Some((Field::by_name(name)?, text.as_str())))
    }
}
