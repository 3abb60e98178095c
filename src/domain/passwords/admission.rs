//! Decides which password checks may run now: a few at once in total, fewer for an organisation,
//! one for a certificate with an organisation; after some wrong passwords, one check after a delay.
//! Nobody waits here: a call is refused, or given a turn to wait for.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::available_parallelism;
use std::time::Duration;

use tokio::sync::watch;

use super::super::caller::Pair;
use super::super::error::{Busy, Error};
use super::super::waiting::{Turn, Waiting};
use crate::model::Timestamp;

/// The maximum number of simultaneous checks, however many processors there are: each takes 19 MiB.
const MOST_CHECKS: usize = 16;
/// At least this many, so that half of them (the share for guessers) is two.
const FEWEST_CHECKS: usize = 4;
/// Simultaneous checks for one organisation.
const CHECKS_OF_ORGANISATION: usize = 2;
/// The number of calls that may wait for a turn.
const MOST_TURNS: usize = 1024;
/// After this many wrong passwords, further ones are delayed (our choice: nobody mistypes so often,
/// and a supplier who tests how each operation refuses a wrong password has room).
const FREE_GUESSES: u64 = 20;
/// The maximum delay between two checks for a guesser.
const LONGEST_DELAY: Duration = Duration::from_secs(60);
/// After this long without a wrong password the count restarts. It also restarts if the clock was
/// set back by this much, so that nobody waits for a distant time.
const FORGIVEN_AFTER: chrono::TimeDelta = chrono::TimeDelta::minutes(10);
/// This many wrong passwords are logged, and then ten times as many (our choice).
const WORTH_A_LINE: u64 = 10;

/// The refusal for a call that would have to wait for others' checks.
const IN_CHECKING: Busy = Busy {
    why: "Other calls with this organisation's credentials are still being checked.",
    retry_after: Duration::from_secs(1),
};

/// The checks in progress and who has given wrong passwords, both keyed by registered pairs.
pub(super) struct Admission {
    most_checks: usize,
    state: Mutex<State>,
    /// Signals the end of every check.
    ended: watch::Sender<()>,
    wrong: AtomicU64,
    refused: AtomicU64,
}

#[derive(Default)]
struct State {
    running: Vec<Pair>,
    wrong: HashMap<Pair, Wrong>,
}

/// Consecutive wrong passwords.
#[derive(Clone, Copy)]
struct Wrong {
    count: u64,
    last: Timestamp,
}

impl Wrong {
    fn is_forgiven(&self, now: Timestamp) -> bool {
        now.signed_duration_since(self.last).abs() > FORGIVEN_AFTER
    }

    /// How long the next check has to wait: a second after the twentieth wrong password, doubling
    /// with each further one.
    fn rest(&self, now: Timestamp) -> Option<Duration> {
        let doublings = self.count.checked_sub(FREE_GUESSES)?;
        let seconds = u32::try_from(doublings).ok().and_then(|n| 1_u64.checked_shl(n)).unwrap_or(u64::MAX);
        let delay = Duration::from_secs(seconds).min(LONGEST_DELAY);
        // If the clock was set back a little, no time has passed.
        let since = now.signed_duration_since(self.last).to_std().unwrap_or_default();
        delay.checked_sub(since).filter(|rest| !rest.is_zero())
    }
}

/// A check in progress; dropping it frees its slot.
pub(super) struct Check<'a> {
    admission: &'a Admission,
    pair: Pair,
}

impl Drop for Check<'_> {
    fn drop(&mut self) {
        let mut state = self.admission.state();
        if let Some(place) = state.running.iter().position(|running| *running == self.pair) {
            state.running.swap_remove(place);
        }
        drop(state);
        self.admission.ended.send_replace(());
    }
}

impl Admission {
    pub(super) fn new() -> Self {
        let processors = available_parallelism().map_or(1, usize::from);
        Self {
            most_checks: processors.clamp(FEWEST_CHECKS, MOST_CHECKS),
            state: Mutex::default(),
            ended: watch::channel(()).0,
            wrong: AtomicU64::new(0),
            refused: AtomicU64::new(0),
        }
    }

    /// Refuses a pair that has given many wrong passwords and retries too soon.
    pub(super) fn check_pace(&self, pair: Pair, now: Timestamp) -> Result<(), Error> {
        self.pace(&self.state(), pair, now)
    }

    /// Takes a slot for a check. A pair without wrong passwords that finds none may wait for a
    /// turn: it may be one of many calls with the correct password. Pairs with wrong ones are
    /// refused immediately, and have at most half of the slots. `was_right` says that the password
    /// was correct before; it is then not a guess, whatever others try with the same certificate.
    pub(super) fn begin(
        &self,
        waiting: &Waiting,
        pair: Pair,
        was_right: bool,
        now: Timestamp,
    ) -> Result<Check<'_>, Error> {
        let mut state = self.state();
        if !was_right {
            self.pace(&state, pair, now)?;
        }
        let has_guessed = !was_right && state.wrong.get(&pair).is_some_and(|wrong| !wrong.is_forgiven(now));
        let places = if has_guessed { self.most_checks / 2 } else { self.most_checks };
        let of_organisation =
            state.running.iter().filter(|running| running.organisation_id == pair.organisation_id).count();
        let is_full =
            state.running.len() >= places || of_organisation >= CHECKS_OF_ORGANISATION || state.running.contains(&pair);
        if is_full {
            if has_guessed || self.ended.receiver_count() >= MOST_TURNS {
                self.refused.fetch_add(1, Ordering::Relaxed);
            } else {
                // Subscribed while no check can end, so that none is missed.
                waiting.offer(Turn::after(self.ended.subscribe()));
            }
            return Err(IN_CHECKING.into());
        }
        waiting.must_be_able_to_block()?;
        state.running.push(pair);
        Ok(Check { admission: self, pair })
    }

    /// Counts a wrong password; returns the count if it should be logged.
    pub(super) fn note_wrong(&self, pair: Pair, now: Timestamp) -> Option<u64> {
        self.wrong.fetch_add(1, Ordering::Relaxed);
        let mut state = self.state();
        let noted = state.wrong.entry(pair).or_insert(Wrong { count: 0, last: now });
        if noted.is_forgiven(now) {
            noted.count = 0;
        }
        (noted.count, noted.last) = (noted.count.saturating_add(1), now);
        let is_power_of_ten = std::iter::successors(Some(WORTH_A_LINE), |power| power.checked_mul(10))
            .take_while(|power| *power <= noted.count)
            .any(|power| power == noted.count);
        is_power_of_ten.then_some(noted.count)
    }

    /// Wrong passwords so far, and passwords refused without a check.
    pub(super) fn counts(&self) -> (u64, u64) {
        (self.wrong.load(Ordering::Relaxed), self.refused.load(Ordering::Relaxed))
    }

    fn pace(&self, state: &State, pair: Pair, now: Timestamp) -> Result<(), Error> {
        let wrong = state.wrong.get(&pair).filter(|wrong| !wrong.is_forgiven(now));
        match wrong.and_then(|wrong| wrong.rest(now)) {
            None => Ok(()),
            Some(retry_after) => {
                self.refused.fetch_add(1, Ordering::Relaxed);
                let why = "Too many wrong passwords for this organisation came from this certificate.";
                Err(Busy { why, retry_after }.into())
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use chrono::NaiveDate;

    use super::*;
    use crate::model::Fingerprint;

    fn noon() -> Timestamp {
        NaiveDate::from_ymd_opt(2025, 6, 1).unwrap().and_hms_opt(12, 0, 0).unwrap()
    }

    fn pair(organisation_id: i32, certificate: &str) -> Pair {
        Pair::of_certificate(organisation_id, Fingerprint::of_der(certificate.as_bytes()))
    }

    fn call() -> Waiting {
        Waiting::new(true)
    }

    fn is_busy(admission: &Admission, pair: Pair) -> bool {
        matches!(admission.begin(&call(), pair, false, noon()), Err(Error::Busy(_)))
    }

    #[test]
    fn one_check_of_a_pair_two_of_an_organisation() {
        let admission = Admission { most_checks: 4, ..Admission::new() };
        let first = admission.begin(&call(), pair(1, "a"), false, noon()).unwrap();
        assert!(is_busy(&admission, pair(1, "a")));
        let second = admission.begin(&call(), pair(1, "b"), false, noon()).unwrap();
        assert!(is_busy(&admission, pair(1, "c")));
        let _others = [2, 3].map(|id| admission.begin(&call(), pair(id, "a"), false, noon()).unwrap());
        assert!(is_busy(&admission, pair(4, "a")), "four checks in all");
        drop(second);
        assert!(admission.begin(&call(), pair(4, "a"), false, noon()).is_ok());
        drop(first);
        assert!(admission.begin(&call(), pair(1, "a"), false, noon()).is_ok());
    }

    #[test]
    fn those_who_have_guessed_leave_half_of_the_places_to_the_others() {
        let admission = Admission { most_checks: 4, ..Admission::new() };
        for id in 1..=3 {
            admission.note_wrong(pair(id, "a"), noon());
        }
        let _guessers = [1, 2].map(|id| admission.begin(&call(), pair(id, "a"), false, noon()).unwrap());
        assert!(is_busy(&admission, pair(3, "a")));
        let _honest = [4, 5].map(|id| admission.begin(&call(), pair(id, "a"), false, noon()).unwrap());
        assert_eq!(admission.counts(), (3, 1));
    }

    #[test]
    fn a_turn_comes_when_a_check_has_ended_and_for_those_who_have_not_guessed() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let admission = Admission::new();
        let running = admission.begin(&call(), pair(1, "a"), false, noon()).unwrap();
        let waiting = call();
        assert!(matches!(admission.begin(&waiting, pair(1, "a"), false, noon()), Err(Error::Busy(_))));
        let turn = waiting.into_turn().unwrap();
        drop(running);
        runtime.block_on(turn.come());

        let _running = admission.begin(&call(), pair(1, "a"), false, noon()).unwrap();
        admission.note_wrong(pair(1, "a"), noon());
        let waiting = call();
        assert!(matches!(admission.begin(&waiting, pair(1, "a"), false, noon()), Err(Error::Busy(_))));
        assert!(waiting.into_turn().is_none());
    }

    #[test]
    fn a_clock_that_was_a_day_ahead_shuts_nobody_out_for_a_day() {
        let admission = Admission::new();
        for _ in 0..50 {
            admission.note_wrong(pair(1, "a"), noon() + chrono::TimeDelta::days(1));
        }
        assert!(admission.check_pace(pair(1, "a"), noon() + chrono::TimeDelta::days(1)).is_err());
        assert!(admission.check_pace(pair(1, "a"), noon() + chrono::TimeDelta::hours(23)).is_ok());
        assert!(admission.check_pace(pair(1, "a"), noon()).is_ok());
        assert_eq!(admission.note_wrong(pair(1, "a"), noon()), None, "counted from the start again");
    }
}
