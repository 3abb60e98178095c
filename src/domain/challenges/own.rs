//! The challenges that an organisation raised or decides: it lists and reads them. Those of others
//! are not found.

use super::{Challenges, Part, outcome};
use crate::domain::{Caller, Error, codes};
use crate::model::{Challenge, ChallengeId, ChallengeStep, EventVersion, LearningEvent, Permission, Uln};
use crate::store::challenges::{self, ChallengeFilter};
use crate::store::events;

/// Challenges on a page.
const ON_A_PAGE: usize = 50;

/// Selects challenges.
#[derive(Debug, Clone, Copy, Default)]
pub struct ChallengeQuery {
    /// Only those that wait for a decision.
    pub open: bool,
    /// Only with a smaller number: the last of the page before.
    pub before: Option<ChallengeId>,
}

/// Challenges, the latest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChallengePage {
    /// The challenges.
    pub challenges: Vec<Challenge>,
    /// The [`ChallengeQuery::before`] of the next page, if there are more.
    pub next: Option<ChallengeId>,
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
        let mut challenges = self.find(caller, &[], query.open, query.before)?;
        let more = challenges.len() > ON_A_PAGE;
        challenges.truncate(ON_A_PAGE);
        caller.trail(challenges.iter().map(|each| Some(each.uln)).chain([None]), "challenges");
        let next = challenges.last().filter(|_| more).map(|last| last.id);
        Ok(ChallengePage { challenges, next })
    }

    /// The challenges about a learner that the caller's organisation raised or decides, the latest
    /// first, with an audit line.
    ///
    /// # Errors
    /// When the caller may neither raise nor decide challenges, or the store fails.
    pub fn of_learner(&self, caller: &Caller<'_>, uln: Uln) -> Result<Vec<Challenge>, Error> {
        let ulns: Vec<Uln> = self.0.resolve(Some(uln))?.map_or(vec![uln], |resolved| resolved.all_ulns().collect());
        let found = self.find(caller, &ulns, false, None)?;
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
        let (steps, event) = self.0.inner.store.read(|store| {
            let event = match challenge.event {
                Some(event) => events::by_id(store, event)?,
                None => None,
            };
            Ok((challenges::steps(store, id)?, event))
        })?;
        caller.trail([Some(challenge.uln)], &outcome(id, "shown"));
        Ok(Some(ShownChallenge { challenge, steps, event, part }))
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
        open: bool,
        before: Option<ChallengeId>,
    ) -> Result<Vec<Challenge>, Error> {
        let (raises, decides) = (caller.may(Permission::ViewRecord), caller.may(Permission::SubmitAchievements));
        if !raises && !decides {
            return Err(caller.refuse());
        }
        let organisation = caller.organisation()?;
        let filter = ChallengeFilter {
            // No organisation has the number 0.
            raised_by: if raises { organisation.id } else { 0 },
            decided_by: decides.then_some(organisation.ukprn.as_str()),
            of_desk: caller.is_service_desk(),
            ulns,
            open,
            before,
        };
        let one_more = i64::try_from(ON_A_PAGE).unwrap_or(i64::MAX).saturating_add(1);
        Ok(self.0.inner.store.read(|store| challenges::list(store, &filter, one_more))?)
    }
}
