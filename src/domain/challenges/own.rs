//! The challenges that an organisation raised or decides: it lists and reads them. Those of others
//! are not found.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{Challenges, Part, cases, outcome};
use crate::domain::desk::CaseClock;
use crate::domain::{Caller, Error, codes};
use crate::model::{
    Challenge, ChallengeId, ChallengeKind, ChallengeStep, EventVersion, LearningEvent, Permission, Uln, london_day,
};
use crate::store::challenges::{self, ChallengeFilter};
use crate::store::{events, organisations};

/// Challenges on a page.
const ON_A_PAGE: usize = 50;
/// No organisation has this internal number.
const NOBODY: i32 = 0;

/// Whose challenges are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Those that the caller's organisation raised.
    Raised,
    /// Those that the caller decides.
    ToDecide,
}

/// Selects challenges. What is absent selects all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ChallengeQuery {
    /// Whose they are.
    pub whose: Option<Whose>,
    /// Those that wait for a decision, the oldest first; or those that do not, the latest first.
    pub open: Option<bool>,
    /// What they say is wrong.
    pub kind: Option<ChallengeKind>,
    /// Only those that follow this one in the list: the last of the page before.
    pub after: Option<ChallengeId>,
}

/// Challenges, each with its clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChallengePage {
    /// The challenges.
    pub challenges: Vec<(Challenge, CaseClock)>,
    /// The [`ChallengeQuery::after`] of the next page, if there are more.
    pub next: Option<ChallengeId>,
}

/// How many challenges wait for a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Of those that the caller's organisation raised.
    pub raised: i64,
    /// Of those that the caller decides.
    pub to_decide: i64,
}

/// A challenge with all that its parties may know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownChallenge {
    /// The challenge.
    pub challenge: Challenge,
    /// What was done about it, in order.
    pub steps: Vec<ChallengeStep>,
    /// The event as it is now, if there is one.
    pub event: Option<LearningEvent>,
    /// The event of which it is a duplicate.
    pub other: Option<LearningEvent>,
    /// The awarding organisation that decides; `None` if the service desk does.
    pub decider: Option<String>,
    /// The clock of its case.
    pub clock: CaseClock,
    /// What the caller may do.
    pub part: Part,
}

impl Challenges<'_> {
    /// A page of the challenges that the caller's organisation raised or decides, with an audit
    /// line for each learner.
    ///
    /// # Errors
    /// When the caller may neither raise nor decide challenges, or the store fails.
    pub fn list(&self, caller: &Caller<'_>, query: &ChallengeQuery) -> Result<ChallengePage, Error> {
        let mut challenges = self.find(caller, &[], query, ON_A_PAGE.saturating_add(1))?;
        let more = challenges.len() > ON_A_PAGE;
        challenges.truncate(ON_A_PAGE);
        caller.trail(challenges.iter().map(|each| Some(each.uln)).chain([None]), "challenges");
        let next = challenges.last().filter(|_| more).map(|last| last.id);
        let now = self.0.inner.clock.now();
        let challenges = challenges.into_iter().map(|each| (cases::clock(&each, now), each));
        Ok(ChallengePage { challenges: challenges.map(|(clock, each)| (each, clock)).collect(), next })
    }

    /// How many challenges wait for a decision.
    ///
    /// # Errors
    /// As for [`Self::list`].
    pub fn waiting(&self, caller: &Caller<'_>) -> Result<Waiting, Error> {
        let may = May::of(caller)?;
        let organisation = caller.organisation()?;
        let raised_by = if may.raise { organisation.id } else { NOBODY };
        let decided_by = may.decide.then_some(organisation.ukprn.as_str());
        let (raised, to_decide) =
            self.0.inner.store.read(|store| challenges::count_open(store, raised_by, decided_by, may.desk))?;
        Ok(Waiting { raised, to_decide })
    }

    /// The challenges about a learner that the caller's organisation raised or decides, the latest
    /// first, with an audit line.
    ///
    /// # Errors
    /// As for [`Self::list`].
    pub fn of_learner(&self, caller: &Caller<'_>, uln: Uln) -> Result<Vec<Challenge>, Error> {
        self.created(caller, Some(uln), (None, None))
    }

    /// Those of them that were created from the first of these days to the last, in London; none
    /// without a ULN.
    ///
    /// # Errors
    /// As for [`Self::list`].
    pub fn created(
        &self,
        caller: &Caller<'_>,
        uln: Option<Uln>,
        (from, until): (Option<NaiveDate>, Option<NaiveDate>),
    ) -> Result<Vec<Challenge>, Error> {
        May::of(caller)?;
        let Some(uln) = uln else {
            caller.trail([None], codes::INVALID_ULN);
            return Ok(Vec::new());
        };
        let ulns: Vec<Uln> = self.0.resolve(Some(uln))?.map_or(vec![uln], |resolved| resolved.all_ulns().collect());
        let mut found = self.find(caller, &ulns, &ChallengeQuery::default(), usize::MAX)?;
        found.retain(|challenge| {
            let day = london_day(challenge.created_at);
            from.is_none_or(|from| day >= from) && until.is_none_or(|until| day <= until)
        });
        caller.trail([ulns.first().copied()], "challenges");
        Ok(found)
    }

    /// A challenge, with an audit line; `None` if the caller has no part in it.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn get(&self, caller: &Caller<'_>, id: ChallengeId) -> Result<Option<ShownChallenge>, Error> {
        let Some((challenge, part)) = self.own(caller, id)? else {
            caller.trail([None], codes::NO_MATCH);
            return Ok(None);
        };
        let (steps, event, other, decider) = self.0.inner.store.read(|store| {
            let mut event = |id: Option<i32>| id.map_or(Ok(None), |id| events::by_id(store, id));
            let (event, other) = (event(challenge.event)?, event(challenge.other_event)?);
            let all = if challenge.decided_by.is_some() { organisations::all(store)? } else { Vec::new() };
            let decider = all.into_iter().find(|each| Some(each.ukprn.as_str()) == challenge.decided_by.as_deref());
            Ok((challenges::steps(store, id)?, event, other, decider.map(|decider| decider.name)))
        })?;
        caller.trail([Some(challenge.uln)], &outcome(id, "shown"));
        let clock = cases::clock(&challenge, self.0.inner.clock.now());
        Ok(Some(ShownChallenge { challenge, steps, event, other, decider, clock, part }))
    }

    /// What an event of a learner's record had before each correction. It is part of the record:
    /// the caller has just been shown it, so it leaves no audit line of its own.
    ///
    /// # Errors
    /// When the caller may not see learning records, or the store fails.
    pub fn history(&self, caller: &Caller<'_>, event: &LearningEvent) -> Result<Vec<EventVersion>, Error> {
        caller.require(Permission::ViewRecord)?;
        Ok(self.0.inner.store.read(|store| challenges::versions(store, event.id))?)
    }

    /// Those events of a learner's record that were corrected, as for [`Self::history`].
    ///
    /// # Errors
    /// As for [`Self::history`].
    pub fn corrected(&self, caller: &Caller<'_>, events: &[i32]) -> Result<BTreeSet<i32>, Error> {
        caller.require(Permission::ViewRecord)?;
        Ok(self.0.inner.store.read(|store| challenges::corrected(store, events))?)
    }

    /// A challenge and the caller's part in it, if there is one.
    pub(super) fn own(&self, caller: &Caller<'_>, id: ChallengeId) -> Result<Option<(Challenge, Part)>, Error> {
        let Some(challenge) = self.0.inner.store.read(|store| challenges::by_id(store, id))? else { return Ok(None) };
        let part = Part::of(caller, &challenge)?;
        Ok(part.is_any().then_some((challenge, part)))
    }

    fn find(
        &self,
        caller: &Caller<'_>,
        ulns: &[Uln],
        query: &ChallengeQuery,
        limit: usize,
    ) -> Result<Vec<Challenge>, Error> {
        let may = May::of(caller)?;
        let organisation = caller.organisation()?;
        let (raised, decided) = (query.whose != Some(Whose::ToDecide), query.whose != Some(Whose::Raised));
        let filter = ChallengeFilter {
            raised_by: if may.raise && raised { organisation.id } else { NOBODY },
            decided_by: (may.decide && decided).then_some(organisation.ukprn.as_str()),
            of_desk: may.desk && decided,
            ulns,
            open: query.open,
            kind: query.kind,
            after: query.after,
            oldest_first: query.open == Some(true),
        };
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        Ok(self.0.inner.store.read(|store| challenges::list(store, &filter, limit))?)
    }
}

/// What a caller may do about challenges at all.
#[derive(Clone, Copy)]
struct May {
    raise: bool,
    decide: bool,
    desk: bool,
}

impl May {
    fn of(caller: &Caller<'_>) -> Result<Self, Error> {
        let may = Self {
            raise: caller.may(Permission::ViewRecord),
            decide: caller.may(Permission::SubmitAchievements),
            desk: caller.is_service_desk(),
        };
        if may.raise || may.decide || may.desk { Ok(may) } else { Err(caller.refuse()) }
    }
}
