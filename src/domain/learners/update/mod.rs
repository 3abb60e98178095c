//! Updating a learner, under an optimistic lock (rules.md 2.6, 2.15, 4.4).

mod decision;

use self::decision::{all_fields, decide, subset};
use super::{FieldChange, Learners};
use crate::domain::format::{FieldError, FieldTexts};
use crate::domain::names::search_keys;
use crate::domain::{Caller, Error, codes};
use crate::model::{Learner, Permission, SearchKeys, Timestamp, Uln};
use crate::store::learners::{self as rows, Stored};
use crate::store::{StoreError, Transaction, audit};

/// A change of a learner.
#[derive(Clone, Copy, Default)]
pub struct LearnerChange<'a> {
    /// The learner's number; `None` if the text is not a ULN.
    pub uln: Option<Uln>,
    /// The version that the caller read.
    pub version: i32,
    /// The fields. One that is not sent stays as it is; empty text clears it, unless it is
    /// mandatory.
    pub fields: FieldTexts<'a>,
}

/// The outcome of an update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Updated {
    /// Changed, and the version incremented (WSRC0006).
    Updated,
    /// Changed by someone else since it was read (WSRC0013): the learner as they are now. Nothing
    /// of this change was made.
    Stale(Box<Learner>),
    /// The ability to share may not change in this way (WSRC0014).
    InvalidSharing,
    /// There is no such learner (WSRC0019).
    NotFound,
    /// Nothing differs (WSRC0020).
    NoChange,
    /// The change may not be made (WSRC0015).
    Insufficient(Insufficient),
    /// The ULN was merged; update its master instead (WSRC0022).
    Linked,
}

/// Why an update has insufficient data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Insufficient {
    /// A mandatory field would be empty, or a text is no value of its kind.
    Detail(FieldError),
    /// Too many of the five demographics would change: it would be another person's record.
    AnotherPerson,
}

impl Updated {
    /// The response code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Updated => codes::UPDATED,
            Self::Stale(_) => codes::STALE,
            Self::InvalidSharing => codes::INVALID_SHARING,
            Self::NotFound => codes::NOT_FOUND_FOR_UPDATE,
            Self::NoChange => codes::NO_CHANGE,
            Self::Insufficient(_) => codes::INSUFFICIENT_DATA,
            Self::Linked => codes::MASTER_SUBSTITUTED,
        }
    }
}

impl From<FieldError> for Updated {
    fn from(error: FieldError) -> Self {
        Self::Insufficient(Insufficient::Detail(error))
    }
}

impl Learners<'_> {
    /// updateSingleLearner.
    pub fn update(&self, caller: &Caller<'_>, change: &LearnerChange<'_>) -> Result<Updated, Error> {
        self.change(caller, change, all_fields)
    }

    /// UpdateLearnerSubsetFields: e-mail address, telephone number, ability to share, school and
    /// preferred given name.
    pub fn update_subset(&self, caller: &Caller<'_>, change: &LearnerChange<'_>) -> Result<Updated, Error> {
        self.change(caller, change, subset)
    }

    /// What an update of the learner with these texts would change, for a person who checks it
    /// first. It is decided as [`Learners::update`] decides, but nothing is read or written.
    ///
    /// # Errors
    /// Why the update would be refused.
    pub fn preview(&self, learner: &Learner, fields: &FieldTexts<'_>) -> Result<Vec<FieldChange>, Updated> {
        let change = LearnerChange { uln: Some(learner.uln), version: learner.version, fields: *fields };
        let current = Stored { learner: learner.clone(), has_linked: false };
        let changed = decide(Some(current), &change, all_fields, self.0.inner.settings.kept_demographics)?;
        Ok(FieldChange::between(learner, &changed.learner))
    }

    /// Decides on what was read; the write then fails if the learner changed meanwhile.
    fn change(
        &self,
        caller: &Caller<'_>,
        change: &LearnerChange<'_>,
        apply: fn(&FieldTexts<'_>, &Learner) -> Result<Learner, FieldError>,
    ) -> Result<Updated, Error> {
        let service = self.0;
        caller.require(Permission::UpdateLearner)?;
        caller.call.must_be_able_to_block()?;
        service.may_look(caller)?;
        let current = match change.uln {
            Some(uln) => service.inner.store.read(|store| rows::by_uln(store, uln))?,
            None => None,
        };
        match decide(current, change, apply, service.inner.settings.kept_demographics) {
            Ok(changed) => self.replace(caller, change.version, changed),
            Err(refusal) => {
                service.missed(caller, usize::from(refusal == Updated::NotFound && change.uln.is_some()));
                caller.trail([change.uln], refusal.code());
                Ok(refusal)
            }
        }
    }

    fn replace(&self, caller: &Caller<'_>, version: i32, changed: Stored) -> Result<Updated, Error> {
        let inner = &self.0.inner;
        let now = inner.clock.now();
        let (changed, keys) = next_version(changed, version, now);
        let entry = caller.entry(now, Some(changed.learner.uln), codes::UPDATED);
        Ok(inner.store.write(move |store| {
            let outcome = if rows::replace(store, &changed, &keys, version)? {
                Updated::Updated
            } else {
                rows::by_uln(store, changed.learner.uln)?
                    .map_or(Updated::NotFound, |theirs| Updated::Stale(Box::new(theirs.learner)))
            };
            let mut entry = entry.clone();
            outcome.code().clone_into(&mut entry.outcome);
            audit::insert(store, std::iter::once(&entry))?;
            Ok(outcome)
        })?)
    }
}

/// Updates a learner read in the same transaction, who must not have changed since
/// ([`StoreError::Overtaken`]).
pub(in crate::domain) fn change_in(
    store: &mut Transaction<'_>,
    change: &LearnerChange<'_>,
    kept_demographics: usize,
    now: Timestamp,
) -> Result<Updated, StoreError> {
    let current = match change.uln {
        Some(uln) => rows::by_uln(store, uln)?,
        None => None,
    };
    match decide(current, change, all_fields, kept_demographics) {
        Err(refusal) => Ok(refusal),
        Ok(changed) => {
            let (changed, keys) = next_version(changed, change.version, now);
            if rows::replace(store, &changed, &keys, change.version)? {
                Ok(Updated::Updated)
            } else {
                Err(StoreError::Overtaken)
            }
        }
    }
}

fn next_version(mut changed: Stored, version: i32, now: Timestamp) -> (Stored, SearchKeys) {
    changed.learner.version = version.saturating_add(1);
    changed.learner.updated_at = now;
    let keys = search_keys(&changed.learner);
    (changed, keys)
}
