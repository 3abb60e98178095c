//! Registering a learner: who may be registered (rules.md 2.5, 4.5).

mod dismissal;
mod number;
mod procedure;

use chrono::NaiveDate;

pub use self::dismissal::{Dismissal, NoneOfThese, UnknownReason};
use self::number::issue;
pub(in crate::domain) use self::number::lock_key;
pub(super) use self::number::random_uln;
use self::procedure::Procedure;
use super::details::{names_stand_on_one_line, new_learner};
use super::find::probe;
use super::{Learners, details_hash};
use crate::domain::format::{FieldError, FieldTexts};
use crate::domain::names::search_keys;
use crate::domain::{Action, Caller, Error, RuleSettings, codes, matching};
use crate::model::{AuditEntry, Learner, Names, OrgRef, Permission, SearchKeys, Timestamp, Uln, london_day};
use crate::store::{StoreError, Transaction, audit, lock};

/// A learner to register.
#[derive(Clone, Copy, Default)]
pub struct NewLearner<'a> {
    /// The details.
    pub fields: FieldTexts<'a>,
    /// That none of the possible matches is this learner. A person at the portal must say so if the
    /// search found any; a program has no field for it.
    pub dismissal: Option<Dismissal<'a>>,
}

impl<'a> From<FieldTexts<'a>> for NewLearner<'a> {
    fn from(fields: FieldTexts<'a>) -> Self {
        Self { fields, dismissal: None }
    }
}

/// The outcome of a registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registered {
    /// The new ULN (WSRC0005).
    Registered(Uln),
    /// Nobody was registered (WSRC0021).
    Refused(NotRegistered),
}

/// Why a learner was not registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotRegistered {
    /// A detail is missing, or is no value of its kind.
    Detail(FieldError),
    /// The learner is too young or too old.
    OutsideAge,
    /// The organisation has not searched for these details lately.
    NoRecentFind,
    /// The search showed possible matches only a moment ago: nobody can have looked at them yet.
    InHaste,
    /// The search found possible matches, or too many, and nobody has said that none of them is
    /// this learner.
    NotDismissed,
    /// A learner of these details is registered.
    Exists,
}

impl Registered {
    /// The response code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Registered(_) => codes::REGISTERED,
            Self::Refused(_) => codes::NOT_REGISTERED,
        }
    }
}

impl Learners<'_> {
    /// Whether a person with this date of birth may be registered today, for those who ask before
    /// they have all details.
    pub fn of_age(&self, date_of_birth: NaiveDate) -> bool {
        let inner = &self.0.inner;
        of_age(date_of_birth, london_day(inner.clock.now()), &inner.settings)
    }

    /// registerSingleLearner. The check for an existing learner, the new number and the audit lines
    /// are one transaction, and no node registers the same details meanwhile. Each match that was
    /// dismissed has a line of its own, with the reason.
    pub fn register(&self, caller: &Caller<'_>, new: &NewLearner<'_>) -> Result<Registered, Error> {
        let service = self.0;
        caller.require(Permission::RegisterLearner)?;
        caller.call.must_be_able_to_block()?;
        service.may_look(caller)?;
        let now = service.inner.clock.now();
        let settings = &service.inner.settings;
        let organisation = caller.organisation()?;
        let registration = match Registration::prepare(&new.fields, organisation.org_ref, now) {
            Ok(one) if of_age(one.learner.birth.date, london_day(now), settings) => one,
            refused => {
                caller.trail([None], codes::NOT_REGISTERED);
                return Ok(Registered::Refused(refused.err().map_or(NotRegistered::OutsideAge, NotRegistered::Detail)));
            }
        };
        let is_dismissed = new.dismissal.is_some();
        let procedure =
            Procedure::of(settings, caller.call.door(), organisation.id, &registration.details, is_dismissed, now);
        let entry = caller.entry(now, None, codes::NOT_REGISTERED);
        let dismissed = new.dismissal.map(|dismissal| dismissed(&entry, &dismissal)).unwrap_or_default();

        let registered = service.inner.store.write(move |store| {
            lock(store, lock_key(&registration.details))?;
            let registered = match procedure.departed_from(store)? {
                Some(reason) => Registered::Refused(reason),
                None => registration.run(store)?,
            };
            let mut entry = entry.clone();
            registered.code().clone_into(&mut entry.outcome);
            let mut dismissed = dismissed.as_slice();
            match registered {
                Registered::Registered(uln) => entry.uln = Some(uln),
                Registered::Refused(_) => dismissed = &[],
            }
            audit::insert(store, dismissed.iter().chain([&entry]))?;
            Ok(registered)
        })?;
        // A refusal may reveal that the learner exists.
        service.missed(caller, usize::from(matches!(registered, Registered::Refused(_))));
        Ok(registered)
    }
}

/// A line for each learner that was dismissed, like that of the registration.
fn dismissed(registration: &AuditEntry, dismissal: &Dismissal<'_>) -> Vec<AuditEntry> {
    let line = |uln: &Uln| AuditEntry {
        action: Action::DismissMatch.text().into(),
        uln: Some(*uln),
        outcome: dismissal.reason.code().to_owned(),
        ..registration.clone()
    };
    dismissal.shown.iter().map(line).collect()
}

/// A learner who may be registered.
pub(in crate::domain) struct Registration {
    learner: Learner,
    keys: SearchKeys,
    /// Identifies the same five demographics.
    details: blake3::Hash,
    existing: matching::Probe,
}

impl Registration {
    /// The record that would be made, still with a placeholder for its number.
    ///
    /// # Errors
    /// When a detail is missing, or is no value of its kind.
    pub(in crate::domain) fn prepare(
        submitted: &FieldTexts<'_>,
        registered_by: OrgRef,
        now: Timestamp,
    ) -> Result<Self, FieldError> {
        names_stand_on_one_line(submitted)?;
        let learner = new_learner(submitted, random_uln(), Some(registered_by), now)?;
        let keys = search_keys(&learner);
        let (Names { given, family, .. }, born) = (&learner.names, learner.birth.date);
        let (gender, postcode) = (learner.gender, &learner.address.postcode);
        let details = details_hash(given, family, born, gender, postcode);
        let query = matching::Query::new(given, family, born, gender, postcode);
        let existing = matching::exact_probe(&query);
        Ok(Self { learner, keys, details, existing })
    }

    /// Issues the number, unless a learner with the same details exists. The caller must hold the
    /// lock on the details ([`lock_key`]).
    pub(in crate::domain) fn run(&self, store: &mut Transaction<'_>) -> Result<Registered, StoreError> {
        let exists = probe(store, &self.existing)?
            .iter()
            .any(|other| other.keys.given == self.keys.given && other.gender == self.learner.gender);
        if exists {
            Ok(Registered::Refused(NotRegistered::Exists))
        } else {
            issue(store, &self.learner, &self.keys).map(Registered::Registered)
        }
    }
}

/// Whether a person with this date of birth may be registered on the day; those born on 29 February
/// have their birthday on 1 March.
pub(in crate::domain) fn of_age(date_of_birth: NaiveDate, today: NaiveDate, settings: &RuleSettings) -> bool {
    today.years_since(date_of_birth).is_some_and(|age| (settings.minimum_age..=settings.maximum_age).contains(&age))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn age_window() {
        let settings = RuleSettings::default();
        let today = NaiveDate::from_ymd_opt(2025, 3, 1).unwrap();
        let born = |text: &str| of_age(text.parse().unwrap(), today, &settings);
        assert!(born("2012-03-01") && !born("2012-03-02"));
        assert!(born("1914-03-02") && !born("1914-03-01"));
        assert!(!born("2025-03-02"));
        assert!(born("2012-02-29"));
    }
}
