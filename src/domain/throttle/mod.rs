//! How many calls an organisation and a certificate may make: a second, and at once. A call beyond
//! that waits for a moment, without a thread, and is then refused. Counted separately in each
//! process.

mod held;
mod limit;
mod pass;
mod rate;
mod slots;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

pub use held::Burst;
pub(super) use held::{HeldBack, Outcome};
pub use limit::Limit;
pub use pass::Pass;
pub(super) use pass::Queued;
use rate::{Bucket, Rate};
pub(super) use slots::{Claimant, Slot, Slots};

use crate::model::Fingerprint;

/// How long a call may wait for its time. It must be less than the door is willing to wait, so that
/// a call that was promised a time is served.
const LONGEST_WAIT: Duration = Duration::from_millis(1500);

/// How many calls are allowed; 0 for no limit, which is the default here. What a service allows is
/// in its settings (`limits.calls_*`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LoadLimits {
    /// Calls per second of an organisation.
    pub calls_per_second_by_organisation: u32,
    /// Calls per second with one certificate, for all of its organisations.
    pub calls_per_second_by_certificate: u32,
    /// Calls of all organisations that may use threads, connections to the database and the writer
    /// at the same time.
    pub calls_at_once: u32,
    /// The same for one organisation.
    pub calls_at_once_by_organisation: u32,
    /// The same for one certificate.
    pub calls_at_once_by_certificate: u32,
}

/// The calls of a process, as far as limits are concerned.
pub(super) struct Throttle {
    started: Instant,
    by_organisation: Option<Rate>,
    by_certificate: Option<Rate>,
    /// Keyed by organisations and certificates that are registered.
    buckets: RwLock<HashMap<Payer, Bucket>>,
    pub(super) slots: Arc<Slots>,
    pub(super) held: Arc<HeldBack>,
}

/// Whose calls are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Payer {
    /// An organisation's programs.
    Programs(i32),
    /// An organisation's users at the portal: its programs must not keep them out.
    People(i32),
    /// A certificate, for whichever organisation.
    Certificate(Fingerprint),
}

/// What a call has to do before it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// Nothing.
    Now,
    /// It has to wait for this long, and is then served.
    After(Limit, Duration),
    /// Nothing: it would have to wait too long.
    Never(Limit, Duration),
}

impl Throttle {
    pub(super) fn new(limits: &LoadLimits) -> Self {
        Self {
            started: Instant::now(),
            by_organisation: Rate::per_second(limits.calls_per_second_by_organisation),
            by_certificate: Rate::per_second(limits.calls_per_second_by_certificate),
            buckets: RwLock::default(),
            slots: Arc::new(Slots::new(limits)),
            held: Arc::default(),
        }
    }

    /// Counts a call of a program, unless it is refused.
    pub(super) fn pace_of_program(&self, organisation_id: i32, certificate: Fingerprint) -> Pace {
        let now = self.started.elapsed();
        let payer = Payer::Programs(organisation_id);
        let own = self.with(payer, self.by_organisation, |bucket, rate| bucket.take(rate, now, LONGEST_WAIT));
        let all = match own {
            Err(wait) => return Pace::Never(Limit::RateOfOrganisation, wait),
            Ok(_) => self.with(Payer::Certificate(certificate), self.by_certificate, |bucket, rate| {
                bucket.take(rate, now, LONGEST_WAIT)
            }),
        };
        match (own.unwrap_or_default(), all) {
            (_, Err(wait)) => {
                // Otherwise what one organisation is refused would be taken from it twice.
                let _ = self.with(payer, self.by_organisation, |bucket, rate| {
                    bucket.give_back(rate);
                    Ok(Duration::ZERO)
                });
                Pace::Never(Limit::RateOfCertificate, wait)
            }
            (Duration::ZERO, Ok(Duration::ZERO)) => Pace::Now,
            (own, Ok(all)) if own >= all => Pace::After(Limit::RateOfOrganisation, own),
            (_, Ok(all)) => Pace::After(Limit::RateOfCertificate, all),
        }
    }

    /// Counts a call of a user, unless it is refused: people do not wait, because their calls hold
    /// a thread.
    pub(super) fn pace_of_person(&self, organisation_id: i32) -> Pace {
        let now = self.started.elapsed();
        let taken = self.with(Payer::People(organisation_id), self.by_organisation, |bucket, rate| {
            bucket.take(rate, now, Duration::ZERO)
        });
        taken.map_or_else(|wait| Pace::Never(Limit::RateOfOrganisation, wait), |_| Pace::Now)
    }

    /// Asks the payer's bucket; where there is no limit, there is no wait.
    fn with(
        &self,
        payer: Payer,
        rate: Option<Rate>,
        ask: impl Fn(&Bucket, Rate) -> Result<Duration, Duration>,
    ) -> Result<Duration, Duration> {
        let Some(rate) = rate else { return Ok(Duration::ZERO) };
        if let Some(bucket) = self.buckets.read().unwrap_or_else(PoisonError::into_inner).get(&payer) {
            return ask(bucket, rate);
        }
        ask(self.buckets.write().unwrap_or_else(PoisonError::into_inner).entry(payer).or_default(), rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate(name: &str) -> Fingerprint {
        Fingerprint::of_der(name.as_bytes())
    }

    fn throttle(by_organisation: u32, by_certificate: u32) -> Throttle {
        Throttle::new(&LoadLimits {
            calls_per_second_by_organisation: by_organisation,
            calls_per_second_by_certificate: by_certificate,
            ..LoadLimits::default()
        })
    }

    /// How many of a hundred calls at once are served at once, served later, and refused.
    fn hundred(throttle: &Throttle, organisation: i32, name: &str) -> (usize, usize, usize) {
        let paces: Vec<Pace> = (0..100).map(|_| throttle.pace_of_program(organisation, certificate(name))).collect();
        let count = |is: fn(&Pace) -> bool| paces.iter().filter(|pace| is(pace)).count();
        (
            count(|pace| *pace == Pace::Now),
            count(|pace| matches!(pace, Pace::After(..))),
            count(|pace| matches!(pace, Pace::Never(..))),
        )
    }

    #[test]
    fn an_organisation_has_its_pace_whichever_certificate_it_uses_and_others_have_theirs() {
        let throttle = throttle(10, 0);
        assert_eq!(hundred(&throttle, 1, "a"), (20, 15, 65));
        assert_eq!(hundred(&throttle, 1, "b").0, 0, "the organisation's other certificate");
        assert_eq!(hundred(&throttle, 2, "a"), (20, 15, 65), "another organisation with the certificate");
    }

    #[test]
    fn a_certificate_has_its_pace_whichever_organisation_it_calls_for() {
        let throttle = throttle(10, 20);
        assert_eq!(hundred(&throttle, 1, "a"), (20, 15, 65));
        // 35 of the certificate's calls were served: five more at once, thirty after a while.
        let (now, later, never) = hundred(&throttle, 2, "a");
        assert_eq!((now, later, never), (5, 30, 65));
        assert!(matches!(
            throttle.pace_of_program(3, certificate("a")),
            Pace::Never(Limit::RateOfCertificate, wait) if wait > LONGEST_WAIT
        ));
        assert_eq!(throttle.pace_of_program(3, certificate("b")), Pace::Now, "what was refused is not counted");
    }

    #[test]
    fn people_have_their_own_pace_and_do_not_wait() {
        let throttle = throttle(10, 20);
        assert_eq!(hundred(&throttle, 1, "a").2, 65);
        let paces: Vec<Pace> = (0..30).map(|_| throttle.pace_of_person(1)).collect();
        assert_eq!(paces.iter().filter(|pace| **pace == Pace::Now).count(), 20);
        assert!(paces.iter().all(|pace| !matches!(pace, Pace::After(..))));
    }

    #[test]
    fn without_limits_nobody_waits() {
        assert_eq!(hundred(&throttle(0, 0), 1, "a"), (100, 0, 0));
    }
}
