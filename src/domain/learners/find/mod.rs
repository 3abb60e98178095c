//! Finding learners by ULN and names, and by demographics (rules.md 2.3, 2.4, 4.2). Every find is
//! audited; a find by demographics is also remembered, because a registration may require one.

mod found;
mod probing;
mod search;

pub use self::found::{Found, FoundLearner};
pub(in crate::domain) use self::probing::probe;
pub(in crate::domain) use self::search::{Search, SearchSweep};

use std::sync::Arc;

use super::Learners;
use crate::domain::format::FieldTexts;
use crate::domain::matching::Agreement;
use crate::domain::{Caller, Error, codes};
use crate::model::{Permission, Uln, london_day};
use crate::store::Record;
use crate::store::searches::RecentSearch;

/// A find by ULN.
#[derive(Clone, Copy)]
pub struct FindByUln<'a> {
    /// The number; `None` if the text is not a ULN, which finds nobody.
    pub uln: Option<Uln>,
    /// Family name.
    pub family_name: &'a str,
    /// Given name.
    pub given_name: &'a str,
}

impl Learners<'_> {
    /// learnerByULN and LearnerByUln: the learner with this ULN, if the names agree.
    pub fn find(&self, caller: &Caller<'_>, query: &FindByUln<'_>) -> Result<Found, Error> {
        let service = self.0;
        caller.require(Permission::FindLearner)?;
        service.may_look(caller)?;
        let found = match service.resolve(query.uln)? {
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
                service.missed(caller, usize::from(query.uln.is_some()));
                caller.trail([query.uln], found.code());
            }
            learners => caller.trail(learners.iter().map(|each| Some(each.learner.uln)), found.code()),
        }
        Ok(found)
    }

    /// learnerByDemographics: who has these details, or similar ones. Five are mandatory
    /// ([`Field::DEMOGRAPHICS`]); previous family name, school at age 16, place of birth and e-mail
    /// address refine.
    ///
    /// [`Field::DEMOGRAPHICS`]: crate::domain::format::Field::DEMOGRAPHICS
    pub fn search(&self, caller: &Caller<'_>, asked: &FieldTexts<'_>) -> Result<Found, Error> {
        let service = self.0;
        caller.require(Permission::FindLearner)?;
        service.may_look(caller)?;
        let now = service.inner.clock.now();
        let search = match Search::of(asked) {
            Ok(search) => search,
            Err(error) => {
                caller.trail([None], codes::NO_MATCH);
                return Ok(Found::Unreadable(error));
            }
        };
        let details = search.details.to_hex().to_string();
        let (search, today) = (Arc::new(search), london_day(now));
        let found = service.inner.store.read_much(move |store| search.find(store, today))?;
        let learners = found.learners();
        service.missed(caller, usize::from(found == Found::None));
        let ulns = learners.iter().map(|each| Some(each.learner.uln)).chain(learners.is_empty().then_some(None));
        let record = Record {
            entries: ulns.map(|uln| caller.entry(now, uln, found.code())).collect(),
            search: Some(RecentSearch {
                organisation_id: caller.organisation()?.id,
                details,
                at: now,
                outcome: found.code().to_owned(),
            }),
            forget_searches_before: service.inner.searches.due(now, service.inner.settings.recent_find_maximum),
        };
        caller.record(record);
        Ok(found)
    }
}
