//! Verifying a learner's details without showing others (rules.md 2.12, 4.3).

use chrono::NaiveDate;

use super::super::misses::Way;
use super::super::verification::{self, Details, Flag, Verified};
use super::super::{Caller, Error, Service};
use super::present;
use super::resolve::{Resolved, resolve_in};
use crate::model::{Learner, Permission, Uln};
use crate::store::{AnyConnection, StoreError};

/// Details to be verified. Empty text is absent.
#[derive(Clone, Copy)]
pub struct VerifyQuery<'a> {
    /// The number; text that is no ULN is not found.
    pub uln: &'a str,
    /// Family name.
    pub family_name: &'a str,
    /// Given name.
    pub given_name: &'a str,
    /// Date of birth, `yyyy-MM-dd`; a day that does not exist is nobody's.
    pub date_of_birth: Option<&'a str>,
    /// Gender code.
    pub gender: Option<&'a str>,
}

/// What a verification comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// The outcome.
    pub outcome: Verified,
    /// The comparisons that failed, in ascending order.
    pub flags: Vec<Flag>,
    /// The learner, the master where the number was merged; only when verified (rules.md 4.3, our choice).
    pub learner: Option<Learner>,
}

impl Verification {
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

impl Service {
    /// verifyLearner.
    pub fn verify(&self, caller: &Caller<'_>, query: &VerifyQuery<'_>) -> Result<Verification, Error> {
        caller.require(Permission::VerifyLearner)?;
        let asked: Option<Uln> = query.uln.parse().ok();
        self.may_try(caller, Way::Verification, asked)?;
        let (verification, uln) = self.inner.store.read(|store| verify_in(store, query))?;
        if let Some(asked) = asked.filter(|_| !verification.outcome.is_verified()) {
            self.tried(caller, Way::Verification, asked);
        }
        caller.trail([uln], verification.code());
        Ok(verification)
    }
}

/// Verifies details, and says whom the trail names: the learner found, or the number asked for.
pub(in crate::domain) fn verify_in(
    store: &mut AnyConnection,
    query: &VerifyQuery<'_>,
) -> Result<(Verification, Option<Uln>), StoreError> {
    let Ok(uln) = query.uln.parse() else {
        return Ok((Verification { outcome: Verified::NotFound, flags: Vec::new(), learner: None }, None));
    };
    let Some(resolved) = resolve_in(store, uln)? else {
        return Ok((Verification { outcome: Verified::NotFound, flags: Vec::new(), learner: None }, Some(uln)));
    };
    let (outcome, flags) = compare(&resolved, &details(query));
    let uln = resolved.learner.uln;
    let learner = outcome.is_verified().then_some(resolved.learner);
    Ok((Verification { outcome, flags, learner }, Some(uln)))
}

fn details<'a>(query: &VerifyQuery<'a>) -> Details<'a> {
    Details {
        given_name: query.given_name,
        family_name: query.family_name,
        date_of_birth: present(query.date_of_birth).map(|text| text.parse().unwrap_or(NaiveDate::MIN)),
        gender: present(query.gender).and_then(|text| text.parse().ok()),
    }
}

/// Compares with the record of the number asked for and with its master's, and keeps the better outcome (our choice: either may be what
/// the caller knows of a learner whose numbers were merged).
pub(in crate::domain) fn compare(resolved: &Resolved, details: &Details<'_>) -> (Verified, Vec<Flag>) {
    let rank = |outcome| match outcome {
        Verified::Match | Verified::LinkedMatch => 0,
        Verified::Similar | Verified::SimilarLinked => 1,
        Verified::NoMatch => 2,
        Verified::NotFound => 3,
    };
    resolved
        .records()
        .map(|record| verification::verify(details, record, resolved.is_substituted()))
        .min_by_key(|(outcome, _)| rank(*outcome))
        .unwrap_or((Verified::NotFound, Vec::new()))
}
