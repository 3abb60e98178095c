//! The achievements of the caller's awarding organisation: the newest, those of a learner, and one
//! with all that happened to it. Those of others are not found.

use crate::domain::{Caller, Error, Service, codes};
use crate::model::{Achievement, AchievementStep, CatalogueEntry, EventVersion, Permission, Uln};
use crate::store::Record;
use crate::store::achievements::{self, steps};
use crate::store::{catalogue, challenges};

/// Achievements on a page.
const ON_A_PAGE: usize = 50;

/// The achievements of awarding organisations, one by one.
#[derive(Clone, Copy)]
pub struct Achievements<'s>(pub(in crate::domain) &'s Service);

/// Some achievements, the newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AchievementPage {
    /// The achievements.
    pub achievements: Vec<Achievement>,
    /// The number from below which the next page begins, if there is one.
    pub next: Option<i32>,
}

/// An achievement with all that its awarding organisation may know of it. It contains personal
/// data: it has no `Debug`.
pub struct ShownAchievement {
    /// The achievement.
    pub achievement: Achievement,
    /// The learner's ULN; the master's, if it was merged.
    pub uln: Uln,
    /// The learner's name.
    pub learner: String,
    /// What the organisation did to it, in order. What was loaded has no step for how it began.
    pub steps: Vec<AchievementStep>,
    /// What decisions about challenges changed.
    pub corrections: Vec<EventVersion>,
    /// Counts its changes: who changes it says which version they have seen.
    pub version: i32,
    /// The qualification or unit, if the catalogue still has it.
    pub entry: Option<CatalogueEntry>,
}

/// The entries of an organisation (rules.md 6.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entries {
    /// Those that wait for a result, by the day on which it is expected: at most 100.
    pub waiting: Vec<Achievement>,
    /// Those that have a result, the newest entry first: at most 50.
    pub completed: Vec<Achievement>,
}

impl Achievements<'_> {
    /// The organisation's entries and their results.
    ///
    /// # Errors
    /// When the caller may not submit achievements, or the store fails.
    pub fn entries(&self, caller: &Caller<'_>) -> Result<Entries, Error> {
        caller.require(Permission::SubmitAchievements)?;
        let ukprn = caller.organisation()?.ukprn;
        let limit = i64::try_from(ON_A_PAGE).unwrap_or(i64::MAX);
        let (waiting, completed) = self.0.inner.store.read(|store| {
            let waiting = achievements::waiting(store, ukprn, limit.saturating_mul(2))?;
            Ok((waiting, achievements::completed(store, ukprn, limit)?))
        })?;
        self.disclose(caller, waiting.iter().chain(&completed));
        Ok(Entries { waiting, completed })
    }

    /// A page of the organisation's achievements, from below this number on.
    ///
    /// # Errors
    /// When the caller may not submit achievements, or the store fails.
    pub fn newest(&self, caller: &Caller<'_>, before: Option<i32>) -> Result<AchievementPage, Error> {
        caller.require(Permission::SubmitAchievements)?;
        let ukprn = caller.organisation()?.ukprn;
        let one_more = i64::try_from(ON_A_PAGE).unwrap_or(i64::MAX).saturating_add(1);
        let found = self.0.inner.store.read(|store| achievements::newest(store, ukprn, before, one_more))?;
        Ok(self.page(caller, found))
    }

    /// The organisation's achievements of a learner, the newest first, withdrawn ones among them.
    ///
    /// # Errors
    /// When the caller may not submit achievements, or the store fails.
    pub fn of_learner(&self, caller: &Caller<'_>, uln: Uln) -> Result<Vec<Achievement>, Error> {
        caller.require(Permission::SubmitAchievements)?;
        let ukprn = caller.organisation()?.ukprn;
        let Some(learner) = self.0.resolve(Some(uln))? else {
            caller.trail([Some(uln)], codes::NO_MATCH);
            return Ok(Vec::new());
        };
        let ulns: Vec<Uln> = learner.all_ulns().collect();
        let mut found = self.0.inner.store.read(|store| achievements::of(store, &ulns, ukprn))?;
        found.reverse();
        caller.trail([Some(learner.learner.uln)], codes::DONE);
        Ok(found)
    }

    /// An achievement of the organisation; `None` if it has none with this number, or the learner
    /// was deleted.
    ///
    /// # Errors
    /// When the caller may not submit achievements, or the store fails.
    pub fn get(&self, caller: &Caller<'_>, id: i32) -> Result<Option<ShownAchievement>, Error> {
        caller.require(Permission::SubmitAchievements)?;
        let ukprn = caller.organisation()?.ukprn;
        let found = self.0.inner.store.read(|store| {
            let Some(achievement) = achievements::by_id(store, id, ukprn)? else { return Ok(None) };
            let entry = match achievement.event.subject_code.parse() {
                Ok(reference) => catalogue::of(store, &[reference])?.pop(),
                Err(_) => None,
            };
            let (steps, corrections) = (steps::of(store, id)?, challenges::versions(store, id)?);
            Ok(Some((achievement, entry, steps, corrections)))
        })?;
        let learner = self.0.resolve(found.as_ref().map(|(achievement, ..)| achievement.event.uln))?;
        let (Some((achievement, entry, steps, corrections)), Some(learner)) = (found, learner) else {
            caller.trail([None], codes::NO_MATCH);
            return Ok(None);
        };
        let learner = learner.learner;
        caller.trail([Some(learner.uln)], codes::DONE);
        Ok(Some(ShownAchievement {
            uln: learner.uln,
            learner: format!("{} {}", learner.names.given, learner.names.family),
            version: i32::try_from(steps.len() + corrections.len()).unwrap_or(i32::MAX),
            achievement,
            steps,
            corrections,
            entry,
        }))
    }

    /// A page of what was found, with an audit line for each learner.
    fn page(&self, caller: &Caller<'_>, mut found: Vec<Achievement>) -> AchievementPage {
        let more = found.len() > ON_A_PAGE;
        found.truncate(ON_A_PAGE);
        self.disclose(caller, found.iter());
        let next = found.last().filter(|_| more).map(|last| last.event.id);
        AchievementPage { achievements: found, next }
    }

    /// One audit line for each learner of these achievements.
    fn disclose<'a>(&self, caller: &Caller<'_>, shown: impl Iterator<Item = &'a Achievement>) {
        let mut ulns: Vec<Uln> = shown.map(|achievement| achievement.event.uln).collect();
        ulns.sort_unstable();
        ulns.dedup();
        let now = self.0.inner.clock.now();
        let entries = ulns.into_iter().map(|uln| caller.entry(now, Some(uln), codes::DONE)).collect();
        caller.record(Record { entries, ..Record::default() });
    }
}
