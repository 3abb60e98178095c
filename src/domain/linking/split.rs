//! Splits the learning events of a ULN that two people share: those of one of them move to the ULN
//! of their own (rules.md 1.5, our choice). Moving them back undoes it.

use super::Linking;
use crate::domain::{Caller, Error};
use crate::model::{AuditEntry, EventStatus, Learner, LearnerStatus, LearningEvent, LinkChange, LinkKind, Reason, Uln};
use crate::store::learners as rows;
use crate::store::{AnyConnection, StoreError, audit, challenges, events, links};

/// Learning events to move from a ULN that two people shared.
#[derive(Clone, PartialEq, Eq)]
pub struct Split {
    /// The ULN that has the events.
    pub from: Uln,
    /// The ULN of the person whose events they are.
    pub to: Uln,
    /// The numbers of the events.
    pub events: Vec<i32>,
}

/// Why events are not moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SplitRefusal {
    /// Both ULNs are the same.
    #[error("both ULNs are the same")]
    SameLearner,
    /// One of the two is not in the register.
    #[error("no learner has one of the ULNs")]
    NoLearner,
    /// One of the two is merged or deleted.
    #[error("one of the ULNs is merged or deleted; undo that first")]
    NotActive,
    /// No event was named.
    #[error("no learning event was selected")]
    NoEvents,
    /// An event is no longer under the first ULN.
    #[error("one of the learning events is no longer under this ULN; look at the events again")]
    Elsewhere,
    /// The other learner has the same achievement.
    #[error("the other learner already has one of these achievements, from the same date")]
    AlreadyThere,
}

impl Linking<'_> {
    /// The learning events under this ULN itself, the newest first
    /// ([`Action::ViewLinks`](crate::domain::Action::ViewLinks)).
    ///
    /// # Errors
    /// As for [`Self::change`].
    pub fn events(&self, caller: &Caller<'_>, uln: Uln) -> Result<Vec<LearningEvent>, Error> {
        caller.require_desk()?;
        caller.trail([Some(uln)], "events");
        Ok(self.0.inner.store.read(|store| under(store, uln))?)
    }

    /// Moves learning events from one ULN to another ([`Action::SplitLearner`](
    /// crate::domain::Action::SplitLearner)): all of them, or none. Challenges follow their events.
    /// Returns how many were moved. Both learners get an audit line with the numbers of the events.
    ///
    /// # Errors
    /// As for [`Self::change`].
    pub fn split(
        &self,
        caller: &Caller<'_>,
        split: &Split,
        reason: &Reason,
    ) -> Result<Result<usize, SplitRefusal>, Error> {
        caller.require_desk()?;
        caller.call.must_be_able_to_block()?;
        let now = self.0.inner.clock.now();
        let (split, reason) = (split.clone(), reason.clone());
        let line = caller.entry(now, Some(split.from), "");
        Ok(self.0.inner.store.write(move |store| {
            let Split { from, to, events: chosen } = &split;
            let refusal = refusal(store, &split)?;
            let outcome = match refusal {
                None => format!("events {}", numbers(chosen)),
                Some(why) => format!("{why:?}"),
            };
            let lines = [*from, *to].map(|uln| AuditEntry { uln: Some(uln), outcome: outcome.clone(), ..line.clone() });
            audit::insert(store, lines.iter())?;
            if let Some(why) = refusal {
                return Ok(Err(why));
            }
            let moved = events::reassign(store, chosen, *from, *to)?;
            challenges::reassign(store, chosen, *from, *to)?;
            let change = LinkChange {
                id: 0,
                at: now,
                kind: LinkKind::Split,
                uln: *from,
                master: Some(*to),
                reason: reason.clone(),
                user_name: line.user_name.clone(),
                organisation_id: line.organisation_id,
                part_of: None,
            };
            links::insert(store, &change)?;
            Ok(Ok(moved))
        })?)
    }
}

fn refusal(store: &mut AnyConnection, split: &Split) -> Result<Option<SplitRefusal>, StoreError> {
    let Split { from, to, events: chosen } = split;
    if from == to {
        return Ok(Some(SplitRefusal::SameLearner));
    }
    let learners = (rows::by_uln(store, *from)?, rows::by_uln(store, *to)?);
    let (Some(first), Some(second)) = learners else { return Ok(Some(SplitRefusal::NoLearner)) };
    let is_active = |learner: &Learner| learner.status == LearnerStatus::Active;
    if !is_active(&first.learner) || !is_active(&second.learner) {
        return Ok(Some(SplitRefusal::NotActive));
    }
    if chosen.is_empty() {
        return Ok(Some(SplitRefusal::NoEvents));
    }
    let (own, others) = (under(store, *from)?, under(store, *to)?);
    for number in chosen {
        let Some(event) = own.iter().find(|event| event.id == *number) else {
            return Ok(Some(SplitRefusal::Elsewhere));
        };
        if others.iter().any(|other| is_same_achievement(event, other)) {
            return Ok(Some(SplitRefusal::AlreadyThere));
        }
    }
    Ok(None)
}

fn under(store: &mut AnyConnection, uln: Uln) -> Result<Vec<LearningEvent>, StoreError> {
    let mut events = events::of(store, &[uln])?;
    events.sort_unstable_by_key(|event| std::cmp::Reverse(event.id));
    Ok(events)
}

/// Whether both are the same achievement (rules.md 6.3); a learner has none twice.
fn is_same_achievement(one: &LearningEvent, other: &LearningEvent) -> bool {
    let key = |event: &LearningEvent| {
        (event.subject_code.clone(), event.awarding_organisation_ukprn.clone(), event.achievement_award_date)
    };
    let counts = |event: &LearningEvent| event.source.is_awarded() && event.status != EventStatus::Withdrawn;
    counts(one) && counts(other) && key(one) == key(other)
}

fn numbers(events: &[i32]) -> String {
    events.iter().map(i32::to_string).collect::<Vec<_>>().join(" ")
}
