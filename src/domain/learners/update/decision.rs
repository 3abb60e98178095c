//! Whether an update may be made, and the record after it (rules.md 4.4). Pure.

use super::{Insufficient, LearnerChange, Updated};
use crate::domain::format::{Field, FieldError, FieldTexts};
use crate::domain::learners::details::{names_stand_on_one_line, says_what_was_seen, set};
use crate::domain::names::normalise;
use crate::model::{AbilityToShare, Learner, LearnerStatus};
use crate::store::learners::Stored;

/// The record after the change, or why there is none.
pub(super) fn decide(
    current: Option<Stored>,
    change: &LearnerChange<'_>,
    apply: fn(&FieldTexts<'_>, &Learner) -> Result<Learner, FieldError>,
    kept_demographics: usize,
) -> Result<Stored, Updated> {
    let Stored { learner, has_linked } = current.ok_or(Updated::NotFound)?;
    match learner.status {
        LearnerStatus::Deleted => return Err(Updated::NotFound),
        LearnerStatus::Merged => return Err(Updated::Linked),
        LearnerStatus::Active => {}
    }
    if learner.version != change.version {
        return Err(Updated::Stale(Box::new(learner)));
    }
    let changed = apply(&change.fields, &learner)?;
    if changed == learner {
        return Err(Updated::NoChange);
    }
    if !may_change_sharing(learner.ability_to_share, changed.ability_to_share) {
        return Err(Updated::InvalidSharing);
    }
    if equal_demographics(&learner, &changed) < kept_demographics {
        return Err(Updated::Insufficient(Insufficient::AnotherPerson));
    }
    Ok(Stored { learner: changed, has_linked })
}

/// Applies every field but the unique pupil number, which is never updated.
pub(super) fn all_fields(fields: &FieldTexts<'_>, learner: &Learner) -> Result<Learner, FieldError> {
    names_stand_on_one_line(fields)?;
    let mut changed = learner.clone();
    for (field, text) in fields.iter().filter(|(field, _)| *field != Field::Upn) {
        set(&mut changed, field, text)?;
    }
    says_what_was_seen(&changed)?;
    Ok(changed)
}

/// The fields of UpdateLearnerSubsetFields.
const SUBSET: [Field; 5] = [
    Field::EmailAddress,
    Field::TelephoneNumber,
    Field::AbilityToShare,
    Field::SchoolAtAge16,
    Field::PreferredGivenName,
];

/// Applies the fields of the subset alone.
pub(super) fn subset(fields: &FieldTexts<'_>, learner: &Learner) -> Result<Learner, FieldError> {
    let mut changed = learner.clone();
    for (field, text) in fields.iter().filter(|(field, _)| SUBSET.contains(field)) {
        set(&mut changed, field, text)?;
    }
    Ok(changed)
}

/// The allowed changes of the ability to share (rules.md 4.4, our choice): a learner who has now
/// seen the notice may share, even after an earlier refusal; seeing it cannot be undone, and only
/// the service desk records a refusal.
fn may_change_sharing(from: AbilityToShare, to: AbilityToShare) -> bool {
    match (from, to) {
        (AbilityToShare::NotSeen | AbilityToShare::DoesNotShare | AbilityToShare::Shares, AbilityToShare::Shares) => {
            true
        }
        (AbilityToShare::NotSeen, AbilityToShare::NotSeen)
        | (AbilityToShare::DoesNotShare, AbilityToShare::DoesNotShare) => true,
        (AbilityToShare::Shares | AbilityToShare::DoesNotShare, AbilityToShare::NotSeen)
        | (AbilityToShare::NotSeen | AbilityToShare::Shares, AbilityToShare::DoesNotShare) => false,
    }
}

/// The number of the five demographics that stay the same.
fn equal_demographics(before: &Learner, after: &Learner) -> usize {
    [
        normalise(&before.names.given) == normalise(&after.names.given),
        normalise(&before.names.family) == normalise(&after.names.family),
        before.birth.date == after.birth.date,
        before.gender == after.gender,
        before.address.postcode == after.address.postcode,
    ]
    .into_iter()
    .filter(|equal| *equal)
    .count()
}
