//! Unidentified callers. Each refusal deserves an audit line, but strangers must not fill the disk,
//! so the number of lines is limited, however often they try. The log has every call.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::TimeDelta;

use super::caller::Party;
use super::{Action, Claim, Service, codes};
use crate::model::{Door, Fingerprint, OrgRef, Peer, Timestamp, Ukprn};
use crate::store::Ticket;

/// After a refusal a certificate gets no further line for this long (our choice).
const PAUSE: TimeDelta = TimeDelta::minutes(1);
/// The number of certificates that get a line within that time, in each process (our choice). At
/// worst that is some 10 MB a day.
const MOST: usize = 20;
/// The maximum length of a user's name, which the contract also limits.
const LONGEST_NAME: usize = 35;

/// When certificates were last refused; at most [`MOST`] of them.
#[derive(Default)]
pub(super) struct Strangers(Mutex<HashMap<Fingerprint, Timestamp>>);

impl Strangers {
    fn is_worth_a_line(&self, certificate: Fingerprint, now: Timestamp) -> bool {
        let mut refused = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // If the clock was set back, an extra line does no harm.
        refused.retain(|_, at| (TimeDelta::zero()..PAUSE).contains(&now.signed_duration_since(*at)));
        if refused.len() >= MOST || refused.contains_key(&certificate) {
            return false;
        }
        refused.insert(certificate, now);
        true
    }
}

impl Service {
    /// Records that a certificate may act for no organisation.
    pub(super) fn turn_away(&self, peer: &Peer) {
        let claim = Claim { peer: Some(peer), ukprn: None, org_ref: None, password: "", user_name: "" };
        // A refusal discloses nothing, so nobody needs to wait for its line.
        let _ = self.note_stranger(Door::WebService, Action::SignIn, &claim);
    }

    /// Queues an audit line for an unidentified caller, unless there have been enough.
    pub(super) fn note_stranger(&self, door: Door, action: Action, claim: &Claim<'_>) -> Option<Ticket> {
        let certificate = claim.peer?.fingerprint;
        let now = self.inner.clock.now();
        if !self.inner.strangers.is_worth_a_line(certificate, now) {
            return None;
        }
        let end = claim.user_name.char_indices().nth(LONGEST_NAME).map_or(claim.user_name.len(), |(end, _)| end);
        let party = Party::Stranger {
            claimed: claimed(claim),
            certificate,
            user_name: claim.user_name.get(..end).unwrap_or_default(),
        };
        Some(self.inner.store.record(vec![party.line(door, action, now, None, codes::UNKNOWN_ORGANISATION)]))
    }
}

/// The organisation number that the caller claims, if it is well-formed.
fn claimed<'c>(claim: &Claim<'c>) -> &'c str {
    let is_number = |text: &&str| text.parse::<Ukprn>().is_ok() || text.parse::<OrgRef>().is_ok();
    claim.ukprn.filter(is_number).or(claim.org_ref.filter(is_number)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_stranger_leaves_one_line_a_minute_and_all_of_them_together_a_few() {
        let noon = chrono::NaiveDate::from_ymd_opt(2025, 6, 1).unwrap().and_hms_opt(12, 0, 0).unwrap();
        let certificate = |name: usize| Fingerprint::of_der(name.to_string().as_bytes());
        let strangers = Strangers::default();
        assert!(strangers.is_worth_a_line(certificate(0), noon));
        assert!(!strangers.is_worth_a_line(certificate(0), noon + TimeDelta::seconds(59)));
        let lines = (1..1000).filter(|name| strangers.is_worth_a_line(certificate(*name), noon)).count();
        assert_eq!(lines, MOST - 1);
        assert!(strangers.is_worth_a_line(certificate(0), noon + PAUSE));
        assert!(strangers.is_worth_a_line(certificate(0), noon), "the clock was set back");
    }
}
