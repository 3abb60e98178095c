//! Decides which passwords of people may be checked now. Each check takes 19 MiB and some
//! milliseconds, so there are few at once, apart from those of the web services: a crowd at the
//! portal must not delay them. Where wrong passwords come from, further ones are slowed down, so
//! that nobody can lock all accounts of an organisation (rules.md 7.4). Counted in each process.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use chrono::TimeDelta;

use super::super::Busy;
use crate::model::Timestamp;

/// The maximum number of simultaneous checks.
const MOST_CHECKS: usize = 4;
/// Simultaneous checks for one address.
const CHECKS_OF_ADDRESS: usize = 2;
/// The number of sign-ins that may wait for a check.
const MOST_WAITING: usize = 32;
/// How long a sign-in waits for a check.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// This many wrong passwords from an address are free (our choice: a school's people share an
/// address, and six accounts are locked by them at most).
const FREE: i32 = 20;
/// Then one is allowed in this time, which also is what each takes to be forgotten (our choice).
const PACE: TimeDelta = TimeDelta::minutes(1);
/// The number of addresses that are remembered. If more give wrong passwords within minutes,
/// counting starts again.
const MOST_ADDRESSES: usize = 20_000;

const CROWDED: Busy = Busy { why: "Many people are signing in.", retry_after: Duration::from_secs(5) };

/// The checks in progress, and from where wrong passwords came.
#[derive(Default)]
pub(in crate::domain) struct Admission {
    state: Mutex<State>,
    ended: Condvar,
}

#[derive(Default)]
struct State {
    running: Vec<IpAddr>,
    waiting: usize,
    wrong: HashMap<IpAddr, Wrong>,
}

/// The wrong passwords from an address.
struct Wrong {
    /// When the last of them is forgotten, if no other comes.
    forgotten_at: Timestamp,
    /// When its slowing down was last told to the trail.
    told_at: Option<Timestamp>,
}

/// Why a check may not begin.
pub(super) struct Refusal {
    pub(super) busy: Busy,
    /// Whether the trail has not been told within the last minute.
    pub(super) is_news: bool,
}

/// A check in progress; dropping it frees its place.
pub(super) struct Check<'a> {
    admission: &'a Admission,
    origin: IpAddr,
}

impl Drop for Check<'_> {
    fn drop(&mut self) {
        let mut state = self.admission.state();
        if let Some(place) = state.running.iter().position(|origin| *origin == self.origin) {
            state.running.swap_remove(place);
        }
        drop(state);
        self.admission.ended.notify_all();
    }
}

impl Admission {
    /// Takes a place for a check, and waits some seconds for one.
    pub(super) fn begin(&self, address: IpAddr, now: Timestamp) -> Result<Check<'_>, Refusal> {
        let origin = origin(address);
        let mut state = self.state();
        if let Some(refusal) = state.too_many_wrong(origin, now) {
            return Err(refusal);
        }
        let until = Instant::now() + LONGEST_WAIT;
        while state.is_full(origin) {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || state.waiting >= MOST_WAITING {
                return Err(Refusal { busy: CROWDED, is_news: false });
            }
            state.waiting += 1;
            state = self.ended.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
            state.waiting -= 1;
        }
        // Those who waited may have been overtaken by wrong passwords.
        if let Some(refusal) = state.too_many_wrong(origin, now) {
            return Err(refusal);
        }
        state.running.push(origin);
        Ok(Check { admission: self, origin })
    }

    /// Counts a wrong password.
    pub(super) fn note_wrong(&self, address: IpAddr, now: Timestamp) {
        let mut state = self.state();
        if state.wrong.len() >= MOST_ADDRESSES {
            state.wrong.retain(|_, wrong| wrong.forgotten_at > now);
        }
        if state.wrong.len() >= MOST_ADDRESSES {
            state.wrong.clear();
        }
        let wrong = state.wrong.entry(origin(address)).or_insert(Wrong { forgotten_at: now, told_at: None });
        wrong.forgotten_at = wrong.forgotten_at.max(now).checked_add_signed(PACE).unwrap_or(now);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_full(&self, origin: IpAddr) -> bool {
        let most = available_parallelism().map_or(1, usize::from).min(MOST_CHECKS);
        let of_address = self.running.iter().filter(|running| **running == origin).count();
        self.running.len() >= most || of_address >= CHECKS_OF_ADDRESS
    }

    fn too_many_wrong(&mut self, origin: IpAddr, now: Timestamp) -> Option<Refusal> {
        let wrong = self.wrong.get_mut(&origin)?;
        // Each wrong password delays the time at which all are forgotten by a minute.
        let excess = wrong.forgotten_at.signed_duration_since(now) - PACE * (FREE - 1);
        let retry_after = excess.to_std().ok().filter(|excess| !excess.is_zero())?;
        let is_news = wrong.told_at.is_none_or(|told_at| now.signed_duration_since(told_at).abs() >= PACE);
        if is_news {
            wrong.told_at = Some(now);
        }
        let why = "Too many wrong passwords came from your network.";
        Some(Refusal { busy: Busy { why, retry_after }, is_news })
    }
}

/// What is counted together: an IPv4 address, or the 64 bits of an IPv6 address that one customer
/// of a network has.
fn origin(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::test_world::noon;

    fn seconds(admission: &Admission, address: &str, now: Timestamp) -> u64 {
        admission.begin(address.parse().unwrap(), now).map_or_else(|refusal| refusal.busy.seconds(), |_| 0)
    }

    #[test]
    fn wrong_passwords_slow_down_their_address_alone() {
        let admission = Admission::default();
        let address = "192.0.2.1";
        for _ in 0..FREE {
            assert_eq!(seconds(&admission, address, noon()), 0);
            admission.note_wrong(address.parse().unwrap(), noon());
        }
        assert_eq!(seconds(&admission, address, noon()), 60);
        assert_eq!(seconds(&admission, "::ffff:192.0.2.1", noon()), 60, "the same address, written otherwise");
        assert_eq!(seconds(&admission, "192.0.2.2", noon()), 0);
        let later = noon() + PACE;
        assert_eq!(seconds(&admission, address, later), 0);
        admission.note_wrong(address.parse().unwrap(), later);
        assert_eq!(seconds(&admission, address, later), 60);
        assert_eq!(seconds(&admission, address, later + PACE * FREE), 0);
    }

    #[test]
    fn neighbours_in_a_network_of_ipv6_count_together() {
        let admission = Admission::default();
        for host in 0..FREE {
            admission.note_wrong(format!("2001:db8:0:1::{host:x}").parse().unwrap(), noon());
        }
        assert_eq!(seconds(&admission, "2001:db8:0:1:ffff::1", noon()), 60);
        assert_eq!(seconds(&admission, "2001:db8:0:2::1", noon()), 0);
    }

    #[test]
    fn the_trail_is_told_once_a_minute() {
        let admission = Admission::default();
        let address: IpAddr = "192.0.2.1".parse().unwrap();
        (0..FREE + 5).for_each(|_| admission.note_wrong(address, noon()));
        let is_news = |now| admission.begin(address, now).err().unwrap().is_news;
        assert!(is_news(noon()) && !is_news(noon()) && is_news(noon() + PACE));
    }

    #[test]
    fn a_place_is_waited_for() {
        let admission = Admission::default();
        let address: IpAddr = "192.0.2.1".parse().unwrap();
        let most = available_parallelism().map_or(1, usize::from).min(CHECKS_OF_ADDRESS);
        let held: Vec<Check<'_>> = (0..most).map(|_| admission.begin(address, noon()).ok().unwrap()).collect();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| admission.begin(address, noon()).is_ok());
            while admission.state().waiting == 0 {
                std::thread::yield_now();
            }
            drop(held);
            assert!(waiting.join().unwrap());
        });
    }
}
