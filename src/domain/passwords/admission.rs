//! Which password checks may run now: a few at once in all, fewer of one organisation, one of a certificate for an organisation; and
//! after some wrong passwords one check after a while. Nobody waits here: a call is refused, or told of a turn to wait for.

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

/// How many checks may run at once, however many processors there are: each takes 19 MiB.
const MOST_CHECKS: usize = 16;
/// At least so many, so that half of them are two (the share of those who guess).
const FEWEST_CHECKS: usize = 4;
/// How many checks of one organisation may run at once.
const CHECKS_OF_ORGANISATION: usize = 2;
/// How many calls may wait for a turn.
const MOST_TURNS: usize = 1024;
/// After so many wrong passwords, further ones are slowed (our choice: nobody mistypes so often, and a supplier who tries what every
/// operation says to a wrong one has room).
const FREE_GUESSES: u64 = 20;
/// The longest time between two checks of those who guess.
const LONGEST_DELAY: Duration = Duration::from_secs(60);
/// After so long without a wrong password they are counted from the start again; and where the clock was set back by so much, so that
/// nobody waits for a time that is far away.
const FORGIVEN_AFTER: chrono::TimeDelta = chrono::TimeDelta::minutes(10);
/// So many wrong passwords are worth a line of the log, and ten times as many another one (our choice).
const WORTH_A_LINE: u64 = 10;

/// Soon, for a call that would wait for the checks of others.
const IN_CHECKING: Busy = Busy {
    why: "Other calls with this organisation's credentials are still being checked.",
    retry_after: Duration::from_secs(1),
};

/// The checks that run, and who has given wrong passwords. Both are keyed by pairs that are registered.
pub(super) struct Admission {
    most_checks: usize,
    state: Mutex<State>,
    /// Told of the end of every check.
    ended: watch::Sender<()>,
    wrong: AtomicU64,
    refused: AtomicU64,
}

#[derive(Default)]
struct State {
    running: Vec<Pair>,
    wrong: HashMap<Pair, Wrong>,
}

/// Wrong passwords, one after another.
#[derive(Clone, Copy)]
struct Wrong {
    count: u64,
    last: Timestamp,
}

impl Wrong {
    fn is_forgiven(&self, now: Timestamp) -> bool {
        now.signed_duration_since(self.last).abs() > FORGIVEN_AFTER
    }

    /// How long the next check still has to wait: a second after the twentieth wrong password, twice as long after each further one.
    fn rest(&self, now: Timestamp) -> Option<Duration> {
        let doublings = self.count.checked_sub(FREE_GUESSES)?;
        let seconds = u32::try_from(doublings).ok().and_then(|n| 1_u64.checked_shl(n)).unwrap_or(u64::MAX);
        let delay = Duration::from_secs(seconds).min(LONGEST_DELAY);
        // A clock that was set back a little counts as no time.
        let since = now.signed_duration_since(self.last).to_std().unwrap_or_default();
        delay.checked_sub(since).filter(|rest| !rest.is_zero())
    }
}

/// A check that runs; its place is free again when it is dropped.
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

    /// Refuses a pair that has given many wrong passwords and tries again too soon.
    pub(super) fn check_pace(&self, pair: Pair, now: Timestamp) -> Result<(), Error> {
        self.pace(&self.state(), pair, now)
    }

    /// Takes the place of a check. A pair without wrong passwords that finds none may wait for a turn: it may be one of many calls with
    /// the right password. Those with wrong ones are refused at once, and have half of the places at most. `was_right` says that the
    /// password was the right one before: it is no guess, whatever others try with the same certificate.
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
                // Subscribed while no check can end, so that none of their ends is missed.
                waiting.offer(Turn::after(self.ended.subscribe()));
            }
            return Err(IN_CHECKING.into());
        }
        waiting.must_be_able_to_block()?;
        state.running.push(pair);
        Ok(Check { admission: self, pair })
    }

    /// Counts a wrong password; says how many there were when that is worth a line of the log.
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

    /// Wrong passwords so far, and passwords that were refused unchecked.
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
