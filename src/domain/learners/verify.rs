//! Verifies a learner's details without disclosing others (rules.md 2.12, 4.3).

use super::Learners;
use super::resolve::{Resolved, resolve_in};
use crate::domain::misses::Way;
use crate::domain::verification::{self, Claimed, Flag, Verified, VerifiedField};
use crate::domain::{Caller, Error};
use crate::model::{Learner, Permission, Uln};
use crate::store::{AnyConnection, StoreError};

/// Details to be verified.
#[derive(Clone, Copy)]
pub struct VerifyQuery<'a> {
    /// The number; `None` if the text is not a ULN, which is not found.
    pub uln: Option<Uln>,
    /// What the caller says about the learner.
    pub claimed: Claimed<'a>,
}

/// The outcome of a verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// The outcome.
    pub outcome: Verified,
    /// The comparisons that failed, in ascending order.
    pub flags: Vec<Flag>,
    /// The learner, or the master if the ULN was merged; only when verified (rules.md 4.3, our
    /// choice).
    pub learner: Option<Learner>,
}

impl Verification {
    const NOT_FOUND: Self = Self { outcome: Verified::NotFound, flags: Vec::new(), learner: None };

    /// What the outcome says about each detail that was given; nothing where nobody has the ULN.
    pub fn by_field(&self, claimed: &Claimed<'_>) -> Vec<VerifiedField> {
        verification::by_field(claimed, self.outcome, &self.flags, self.learner.as_ref())
    }

    /// The response code.
    pub const fn code(&self) -> &'static str {
        match self.outcome {
            Verified::Match => "WSVRC001",
            Verified::LinkedMatch => "WSVRC002",
            Verified::Similar => "WSVRC003",
            Verified::SimilarLinked => "WSVRC004",
            Verified::NoMatch => "WSVRC005",
            Verified::NotFound => "WSVRC006",
        }
    }
}

impl Learners<'_> {
    /// verifyLearner.
    pub fn verify(&self, caller: &Caller<'_>, query: &VerifyQuery<'_>) -> Result<Verification, Error> {
        let service = self.0;
        caller.require(Permission::VerifyLearner)?;
        service.may_try(caller, Way::Verification, query.uln)?;
        let (verification, uln) = service.inner.store.read(|store| verify_in(store, query))?;
        if let Some(asked) = query.uln.filter(|_| !verification.outcome.is_verified()) {
            service.tried(caller, Way::Verification, asked);
        }
        caller.trail([uln], verification.code());
        Ok(verification)
    }
}

/// Verifies details, and returns the ULN for the trail: that of the learner found, or the one asked
/// for.
pub(in crate::domain) fn verify_in(
    store: &mut AnyConnection,
    query: &VerifyQuery<'_>,
) -> Result<(Verification, Option<Uln>), StoreError> {
    let Some(uln) = query.uln else { return Ok((Verification::NOT_FOUND, None)) };
    let Some(resolved) = resolve_in(store, uln)? else { return Ok((Verification::NOT_FOUND, Some(uln))) };
    let (outcome, flags) = compare(&resolved, &query.claimed);
    let uln = resolved.learner.uln;
    let learner = outcome.is_verified().then_some(resolved.learner);
    Ok((Verification { outcome, flags, learner }, Some(uln)))
}

/// Compares with the learner of the ULN asked for and with its master, and keeps the better outcome
/// (our choice: the caller may know either set of details).
pub(in crate::domain) fn compare(resolved: &Resolved, claimed: &Claimed<'_>) -> (Verified, Vec<Flag>) {
    let rank = |outcome| match outcome {
        Verified::Match | Verified::LinkedMatch => 0,
        Verified::Similar | Verified::SimilarLinked => 1,
        Verified::NoMatch => 2,
        Verified::NotFound => 3,
    };
    resolved
        .records()
        .map(|record| verification::verify(claimed, record, resolved.is_substituted()))
        .min_by_key(|(outcome, _)| rank(*outcome))
        .unwrap_or((Verified::NotFound, Vec::new()))
}
