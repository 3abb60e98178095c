//! Finding learners: by ULN and names, and by demographics (rules.md 2.3, 2.4, 4.2). Every find is audited, and every
//! find by demographics is remembered for the rule that it precedes a registration.

mod probing;

use std::str::FromStr;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{NaiveDate, TimeDelta};

use self::probing::find;
pub(in crate::domain) use self::probing::probe;
use super::{details_hash, present};
use crate::domain::matching::{Agreement, Query};
use crate::domain::{Caller, Error, Service, codes};
use crate::model::{Gender, Learner, Permission, Postcode, Timestamp, Uln, london_day};
use crate::store::searches::RecentSearch;
use crate::store::{AnyConnection, Record, StoreError};

/// What a find returns (rules.md 2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindType {
    /// The whole learners.
    Full,
    /// The code alone.
    Check,
}

impl FromStr for FindType {
    type Err = ();

    fn from_str(code: &str) -> Result<Self, ()> {
        match code {
            "FUL" => Ok(Self::Full),
            "CHK" => Ok(Self::Check),
            _ => Err(()),
        }
    }
}

/// A find by ULN.
#[derive(Clone, Copy)]
pub struct FindByUln<'a> {
    /// The number; text that is no ULN finds nobody.
    pub uln: &'a str,
    /// Family name.
    pub family_name: &'a str,
    /// Given name.
    pub given_name: &'a str,
    /// What to return.
    pub find_type: FindType,
}

/// A find by demographics: five mandatory ones, and four that refine. Empty text is absent.
#[derive(Clone, Copy)]
pub struct Demographics<'a> {
    /// What to return.
    pub find_type: FindType,
    /// Family name.
    pub family_name: &'a str,
    /// Given name.
    pub given_name: &'a str,
    /// Date of birth, `yyyy-MM-dd`; a day that does not exist finds nobody.
    pub date_of_birth: &'a str,
    /// Gender code.
    pub gender: &'a str,
    /// Last known postcode.
    pub postcode: &'a str,
    /// Previous family name.
    pub previous_family_name: Option<&'a str>,
    /// School at age 16.
    pub school_at_age_16: Option<&'a str>,
    /// Place of birth.
    pub place_of_birth: Option<&'a str>,
    /// E-mail address.
    pub email_address: Option<&'a str>,
}

/// A learner as found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundLearner {
    /// The record; the master's where the number was merged.
    pub learner: Learner,
    /// The numbers merged into it.
    pub linked_ulns: Vec<Uln>,
    /// Whether it stands in for a merged number (`MasterSubstituted`).
    pub substituted: bool,
}

/// What a find comes to. With [`FindType::Check`] a door shows the code alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Nobody (WSRC0001).
    None,
    /// Exactly this learner (WSRC0004).
    Exact(Box<FoundLearner>),
    /// The master of the number that matched (WSRC0022).
    MasterSubstituted(Box<FoundLearner>),
    /// One to ten similar learners, best first (WSRC0003).
    Possible(Vec<FoundLearner>),
    /// More than ten (WSRC0002).
    TooMany,
}

impl Found {
    /// The response code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::None => codes::NO_MATCH,
            Self::Exact(_) => codes::FOUND,
            Self::MasterSubstituted(_) => codes::MASTER_SUBSTITUTED,
            Self::Possible(_) => codes::POSSIBLE_MATCHES,
            Self::TooMany => codes::TOO_MANY_MATCHES,
        }
    }

    /// The learners in it.
    pub fn learners(&self) -> &[FoundLearner] {
        match self {
            Self::None | Self::TooMany => &[],
            Self::Exact(one) | Self::MasterSubstituted(one) => std::slice::from_ref(one),
            Self::Possible(several) => several,
        }
    }
}

impl Service {
    /// learnerByULN and LearnerByUln: the learner of a number, if the names agree.
    pub fn find_by_uln(&self, caller: &Caller<'_>, query: &FindByUln<'_>) -> Result<Found, Error> {
        caller.require(Permission::FindLearner)?;
        self.may_look(caller)?;
        let found = match self.resolve(query.uln)? {
            None => Found::None,
            Some(resolved) => {
                let agreement = resolved.agreement(query.given_name, query.family_name);
                let substituted = resolved.is_substituted();
                let learner =
                    FoundLearner { learner: resolved.learner, linked_ulns: resolved.linked_ulns, substituted };
                match agreement {
                    Agreement::Exact if substituted => Found::MasterSubstituted(Box::new(learner)),
                    Agreement::Exact => Found::Exact(Box::new(learner)),
                    Agreement::Similar => Found::Possible(vec![learner]),
                    Agreement::No => Found::None,
                }
            }
        };
        match found.learners() {
            [] => {
                let uln: Option<Uln> = query.uln.parse().ok();
                self.missed(caller, usize::from(uln.is_some()));
                caller.trail([uln], found.code());
            }
            learners => caller.trail(learners.iter().map(|each| Some(each.learner.uln)), found.code()),
        }
        Ok(found)
    }

    /// learnerByDemographics: who has these details, or similar ones.
    pub fn find_by_demographics(&self, caller: &Caller<'_>, query: &Demographics<'_>) -> Result<Found, Error> {
        caller.require(Permission::FindLearner)?;
        self.may_look(caller)?;
        let now = self.inner.clock.now();
        let Some(search) = Search::of(query) else {
            caller.trail([None], codes::NO_MATCH);
            return Ok(Found::None);
        };
        let found = self.inner.store.read(|store| search.find(store, london_day(now)))?;
        let learners = found.learners();
        self.missed(caller, usize::from(found == Found::None));
        let ulns = learners.iter().map(|each| Some(each.learner.uln)).chain(learners.is_empty().then_some(None));
        let record = Record {
            entries: ulns.map(|uln| caller.entry(now, uln, found.code())).collect(),
            search: Some(RecentSearch {
                organisation_id: caller.organisation()?.id,
                details: search.details.to_hex().to_string(),
                at: now,
                outcome: found.code().to_owned(),
            }),
            forget_searches_before: self.searches_to_forget(now),
        };
        caller.record(record);
        Ok(found)
    }

    /// The moment before which searches are of no use any more, once in a while.
    fn searches_to_forget(&self, now: Timestamp) -> Option<Timestamp> {
        let maximum = TimeDelta::from_std(self.inner.settings.recent_find_maximum).ok()?;
        let seconds = now.and_utc().timestamp();
        let due = |last: i64| seconds.saturating_sub(last) > maximum.num_seconds();
        self.inner
            .searches
            .last
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| due(last).then_some(seconds))
            .ok()
            .and_then(|_| now.checked_sub_signed(maximum))
    }
}

/// When old searches were last forgotten (seconds).
#[derive(Default)]
pub(in crate::domain) struct SearchSweep {
    last: AtomicI64,
}

/// A search by demographics, ready to be made.
pub(in crate::domain) struct Search {
    query: Query,
    /// By this the same five demographics are recognised.
    pub(in crate::domain) details: blake3::Hash,
}

impl Search {
    /// `None` when a detail is none that anybody can have.
    pub(in crate::domain) fn of(demographics: &Demographics<'_>) -> Option<Self> {
        let Demographics { given_name, family_name, .. } = *demographics;
        let date_of_birth: NaiveDate = demographics.date_of_birth.parse().ok()?;
        let gender: Gender = demographics.gender.parse().ok()?;
        let postcode: Postcode = demographics.postcode.parse().ok()?;
        let query = Query::new(given_name, family_name, date_of_birth, gender, &postcode).refined(
            present(demographics.previous_family_name),
            present(demographics.school_at_age_16),
            present(demographics.place_of_birth),
            present(demographics.email_address),
        );
        Some(Self { query, details: details_hash(given_name, family_name, date_of_birth, gender, &postcode) })
    }

    /// See [`Query::demanding_likeness`].
    pub(in crate::domain) fn demanding_likeness(self) -> Self {
        Self { query: self.query.demanding_likeness(), ..self }
    }

    /// Who has these details, or similar ones.
    pub(in crate::domain) fn find(&self, store: &mut AnyConnection, today: NaiveDate) -> Result<Found, StoreError> {
        find(store, &self.query, today)
    }
}
