//! What a change of links does to each learner concerned. Links have one level: a master is never
//! merged itself. A ULN is never reissued (rules.md 1.5, our choice).

use super::request::{LinkRefusal, Single};
use crate::model::{LearnerStatus, LinkKind, Uln};
use crate::store::learners::{Stored, by_uln, linked_to};
use crate::store::{AnyConnection, StoreError, links};

/// The steps of a change. The first one is what was asked for.
pub(super) struct Plan {
    pub(super) steps: Vec<Step>,
}

/// The change of one learner.
pub(super) struct Step {
    pub(super) before: Stored,
    pub(super) after: Stored,
    /// What the history says about it; nothing if only others' links to it change.
    pub(super) kind: Option<LinkKind>,
    pub(super) master: Option<Uln>,
}

/// Plans a change. Nothing is written.
pub(super) fn plan(store: &mut AnyConnection, request: Single) -> Result<Result<Plan, LinkRefusal>, StoreError> {
    let Some(stored) = by_uln(store, request.uln())? else { return Ok(Err(LinkRefusal::NoLearner)) };
    match request {
        Single::Merge { merged, master } if merged == master => Ok(Err(LinkRefusal::SameLearner)),
        Single::Merge { master, .. } => merge(store, stored, master),
        Single::Unmerge(_) => unmerge(store, stored),
        Single::Delete(_) => Ok(delete(stored)),
        Single::Restore(_) => Ok(restore(stored)),
    }
}

fn merge(store: &mut AnyConnection, from: Stored, master: Uln) -> Result<Result<Plan, LinkRefusal>, StoreError> {
    let Some(to) = by_uln(store, master)? else { return Ok(Err(LinkRefusal::NoMaster)) };
    let refusal = match (from.learner.status, to.learner.status) {
        (LearnerStatus::Merged, _) => Some(LinkRefusal::Merged),
        (LearnerStatus::Deleted, _) => Some(LinkRefusal::Deleted),
        (LearnerStatus::Active, LearnerStatus::Merged) => Some(LinkRefusal::MasterMerged),
        (LearnerStatus::Active, LearnerStatus::Deleted) => Some(LinkRefusal::MasterDeleted),
        (LearnerStatus::Active, LearnerStatus::Active) => None,
    };
    if let Some(refusal) = refusal {
        return Ok(Err(refusal));
    }
    let children = linked_to(store, &[from.learner.uln])?;
    let mut after = Stored { has_linked: false, ..from.clone() };
    after.learner.status = LearnerStatus::Merged;
    after.learner.master = Some(master);
    let mut steps = vec![Step { before: from, after, kind: Some(LinkKind::Merge), master: Some(master) }];
    for (child, _) in children {
        steps.extend(follow(store, child, master)?);
    }
    let after = Stored { has_linked: true, ..to.clone() };
    steps.push(Step { before: to, after, kind: None, master: None });
    Ok(Ok(Plan { steps }))
}

fn unmerge(store: &mut AnyConnection, from: Stored) -> Result<Result<Plan, LinkRefusal>, StoreError> {
    let uln = from.learner.uln;
    let master = match (from.learner.status, from.learner.master) {
        (LearnerStatus::Merged, Some(master)) => master,
        (LearnerStatus::Deleted, _) => return Ok(Err(LinkRefusal::Deleted)),
        _ => return Ok(Err(LinkRefusal::NotMerged)),
    };
    let returning = returning_with(store, uln, master)?;
    let mut after = Stored { has_linked: !returning.is_empty(), ..from.clone() };
    after.learner.status = LearnerStatus::Active;
    after.learner.master = None;
    let mut steps = vec![Step { before: from, after, kind: Some(LinkKind::Unmerge), master: Some(master) }];
    for child in &returning {
        steps.extend(follow(store, *child, uln)?);
    }
    if let Some(before) = by_uln(store, master)? {
        let remaining = linked_to(store, &[master])?;
        let has_linked = remaining.iter().any(|(child, _)| *child != uln && !returning.contains(child));
        let after = Stored { has_linked, ..before.clone() };
        steps.push(Step { before, after, kind: None, master: None });
    }
    Ok(Ok(Plan { steps }))
}

/// The learners that followed a learner when it was merged, and whose links nobody changed since.
fn returning_with(store: &mut AnyConnection, uln: Uln, master: Uln) -> Result<Vec<Uln>, StoreError> {
    let Some(merge) = links::last_own(store, uln)?.filter(|change| change.kind == LinkKind::Merge) else {
        return Ok(Vec::new());
    };
    let mut returning = Vec::new();
    for part in links::parts_of(store, merge.id)? {
        let is_there = by_uln(store, part.uln)?.is_some_and(|child| child.learner.master == Some(master));
        let untouched = links::last_own(store, part.uln)?.is_none_or(|own| own.id < merge.id);
        if is_there && untouched {
            returning.push(part.uln);
        }
    }
    Ok(returning)
}

/// A merged learner gets another master.
fn follow(store: &mut AnyConnection, child: Uln, master: Uln) -> Result<Option<Step>, StoreError> {
    let Some(before) = by_uln(store, child)? else { return Ok(None) };
    let mut after = before.clone();
    after.learner.master = Some(master);
    Ok(Some(Step { before, after, kind: Some(LinkKind::Follow), master: Some(master) }))
}

fn delete(before: Stored) -> Result<Plan, LinkRefusal> {
    match before.learner.status {
        LearnerStatus::Merged => return Err(LinkRefusal::Merged),
        LearnerStatus::Deleted => return Err(LinkRefusal::Deleted),
        LearnerStatus::Active if before.has_linked => return Err(LinkRefusal::IsMaster),
        LearnerStatus::Active => {}
    }
    Ok(alone(before, LearnerStatus::Deleted, LinkKind::Delete))
}

fn restore(before: Stored) -> Result<Plan, LinkRefusal> {
    match before.learner.status {
        LearnerStatus::Deleted => Ok(alone(before, LearnerStatus::Active, LinkKind::Restore)),
        LearnerStatus::Active | LearnerStatus::Merged => Err(LinkRefusal::NotDeleted),
    }
}

/// A change that concerns nobody else.
fn alone(before: Stored, status: LearnerStatus, kind: LinkKind) -> Plan {
    let mut after = before.clone();
    after.learner.status = status;
    Plan { steps: vec![Step { before, after, kind: Some(kind), master: None }] }
}
