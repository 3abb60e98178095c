//! The case of the service desk that each challenge is: of category 4, opened when the challenge is
//! raised and rectified when it is settled (rules.md 9, row 7).

use crate::domain::desk::{self, CaseClock, NewCase};
use crate::model::{AuditEntry, CaseKind, Category, Challenge, ChallengeId, ChallengeState, Reason, Timestamp};
use crate::store::{StoreError, Transaction, challenges};

/// Opens the case of a challenge. It names the challenge and no learner.
pub(super) fn open(store: &mut Transaction<'_>, id: ChallengeId, line: &AuditEntry) -> Result<(), StoreError> {
    let case = NewCase::minor(CaseKind::DataChallenge, words(&format!("Data challenge {id}"))?);
    let case = desk::open(store, &case, line)?;
    challenges::set_case(store, id, case)
}

/// Rectifies the case of a challenge that is settled. The desk may have done so before.
pub(super) fn rectify(
    store: &mut Transaction<'_>,
    challenge: &Challenge,
    state: ChallengeState,
    line: &AuditEntry,
) -> Result<(), StoreError> {
    let advice = match state {
        ChallengeState::Open | ChallengeState::InProgress => return Ok(()),
        ChallengeState::Corrected => "The event was corrected.",
        ChallengeState::NoChange => "The challenge was settled without a change of the event.",
        ChallengeState::Rejected => "The challenge was rejected.",
        ChallengeState::Withdrawn => "The challenge was withdrawn.",
    };
    if let Some(case) = challenge.case {
        desk::rectify(store, case, &words(advice)?, line)?;
    }
    Ok(())
}

/// The clock of a challenge: that of its case, which also runs while a question waits for an answer
/// (our choice).
pub(super) fn clock(challenge: &Challenge, now: Timestamp) -> CaseClock {
    CaseClock::since(Category::Four, challenge.created_at, challenge.resolved_at, now)
}

fn words(text: &str) -> Result<Reason, StoreError> {
    text.parse().map_err(|_| StoreError::Corrupt("cases.summary"))
}
