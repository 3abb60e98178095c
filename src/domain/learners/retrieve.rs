//! Looks up a list of ULNs in the register (rules.md 2.11).

use std::collections::HashMap;

use super::Learners;
use crate::domain::{Caller, Error, codes};
use crate::model::{Learner, LearnerStatus, Permission, Uln};
use crate::store::learners as rows;

/// The result for one ULN of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetrievedUln {
    /// The ULN as asked for.
    pub uln: String,
    /// The master, if the ULN was merged.
    pub master: Option<Uln>,
    /// The learner, or the master if the ULN was merged; `None` if there is none.
    pub learner: Option<Learner>,
}

impl RetrievedUln {
    /// The response code for this ULN (rules.md 2.11, our choice).
    pub const fn code(&self) -> &'static str {
        match (&self.learner, &self.master) {
            (None, _) => codes::NO_MATCH,
            (Some(_), Some(_)) => codes::MASTER_SUBSTITUTED,
            (Some(_), None) => codes::FOUND,
        }
    }
}

impl Learners<'_> {
    /// retrieveULNs: a result for each ULN, in the order of the list.
    pub fn retrieve(&self, caller: &Caller<'_>, ulns: &[&str]) -> Result<Vec<RetrievedUln>, Error> {
        let service = self.0;
        caller.require(Permission::RetrieveUlns)?;
        service.may_look(caller)?;
        let numbers: Vec<Uln> = ulns.iter().filter_map(|text| text.parse().ok()).collect();
        let (asked, masters) = service.inner.store.read(|store| {
            let asked = rows::by_ulns(store, &numbers)?;
            let masters: Vec<Uln> = asked.iter().filter_map(|stored| stored.learner.master).collect();
            let masters = if masters.is_empty() { Vec::new() } else { rows::by_ulns(store, &masters)? };
            Ok((asked, masters))
        })?;
        let learners: HashMap<Uln, Learner> = asked
            .into_iter()
            .chain(masters)
            .map(|stored| stored.learner)
            .filter(|learner| learner.status != LearnerStatus::Deleted)
            .map(|learner| (learner.uln, learner))
            .collect();
        let answers: Vec<RetrievedUln> = ulns
            .iter()
            .map(|text| {
                let asked = text.parse().ok().and_then(|uln: Uln| learners.get(&uln));
                let master = asked.and_then(|learner| learner.master);
                let learner = match master {
                    Some(master) => learners.get(&master),
                    None => asked,
                };
                RetrievedUln { uln: (*text).to_owned(), master, learner: learner.cloned() }
            })
            .collect();
        let missing = answers.iter().filter(|answer| answer.learner.is_none() && answer.uln.parse::<Uln>().is_ok());
        service.missed(caller, missing.count());
        self.trail_retrieved(caller, &answers);
        Ok(answers)
    }

    /// An audit line for every ULN, with its own outcome.
    fn trail_retrieved(&self, caller: &Caller<'_>, answers: &[RetrievedUln]) {
        let service = self.0;
        let now = service.inner.clock.now();
        let entries = answers
            .iter()
            .map(|answer| {
                let uln = answer.learner.as_ref().map_or_else(|| answer.uln.parse().ok(), |learner| Some(learner.uln));
                caller.entry(now, uln, answer.code())
            })
            .collect();
        caller.record(crate::store::Record { entries, ..Default::default() });
    }
}
