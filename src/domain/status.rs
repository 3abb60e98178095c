//! Whether the service is open, and how it does: hours, what looks like guessing, and the charter's numbers
//! (`service_levels.rs`).

use super::{Error, Service};
use crate::model::london_time;

/// Whether the service is open, and how it does.
#[derive(Clone, Copy)]
pub struct Status<'s>(pub(super) &'s Service);

/// What looks like guessing, counted since the service was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guesses {
    /// Passwords that were wrong.
    pub wrong_passwords: u64,
    /// Passwords that were refused unchecked, because too many wrong ones came before or are being checked.
    pub passwords_refused: u64,
    /// Answers that nobody was found, or that details are not the learner's.
    pub misses: u64,
    /// Calls that were refused because of too many of them.
    pub misses_refused: u64,
}

impl Status<'_> {
    /// Whether the service is open now; every door asks before it reads a request's details (rules.md 3.4, order of
    /// checks).
    pub fn check_hours(&self) -> Result<(), Error> {
        match &self.0.inner.settings.hours {
            Some(hours) if !hours.contains(london_time(self.0.inner.clock.now()).time()) => Err(Error::OutOfHours),
            _ => Ok(()),
        }
    }

    /// What looks like guessing, counted since the start.
    pub fn guesses(&self) -> Guesses {
        let (wrong_passwords, passwords_refused) = self.0.inner.passwords.counts();
        let (misses, misses_refused) = self.0.inner.misses.counts();
        Guesses { wrong_passwords, passwords_refused, misses, misses_refused }
    }
}
