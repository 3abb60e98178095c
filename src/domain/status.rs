//! Whether the service is open, and how it performs: hours, maintenance, signs of guessing, and the
//! charter's figures (`service_levels/`).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::throttle::Limit;
use super::{Error, Service};
use crate::model::{Door, london_time};

/// Whether the service is open, and how it performs.
#[derive(Clone, Copy)]
pub struct Status<'s>(pub(super) &'s Service);

/// Signs of guessing, counted since the service started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guesses {
    /// Wrong passwords.
    pub wrong_passwords: u64,
    /// Passwords refused without a check, because of too many wrong ones before or at the same
    /// time.
    pub passwords_refused: u64,
    /// Replies that nobody was found, or that the details are not the learner's.
    pub misses: u64,
    /// Calls refused because of too many of these.
    pub misses_refused: u64,
}

impl Status<'_> {
    /// Whether a call through this door may start now (rules.md 3.4, order of checks). The
    /// service's operators are always admitted.
    ///
    /// # Errors
    /// [`Error::Maintenance`], [`Error::OutOfHours`], [`Error::MustBlock`], and errors of the
    /// store.
    pub fn check_open(&self, door: Door, may_block: bool) -> Result<(), Error> {
        let inner = &self.0.inner;
        let is_closed = match door {
            Door::CommandLine => return Ok(()),
            Door::WebService | Door::Portal | Door::File if inner.maintenance.load(Ordering::Relaxed) => true,
            Door::WebService | Door::Portal | Door::File => {
                // The call asks for the same content next, to identify its caller.
                self.0.registry(may_block)?.maintenance_now(inner.clock.now(), door).is_some()
            }
        };
        if is_closed { Err(Error::Maintenance) } else { self.check_hours() }
    }

    /// Whether maintenance closes this door now: the operator's switch (`service.maintenance`), or
    /// planned maintenance. The latter is known from memory, at most a third of a second old.
    ///
    /// # Errors
    /// [`Error::MustBlock`], and errors of the store.
    pub fn in_maintenance(&self, door: Door, may_block: bool) -> Result<bool, Error> {
        Ok(self.0.inner.maintenance.load(Ordering::Relaxed) || self.0.is_closed_by_plan(door, may_block)?)
    }

    fn check_hours(&self) -> Result<(), Error> {
        match &self.0.inner.settings.hours {
            Some(hours) if !hours.contains(london_time(self.0.inner.clock.now()).time()) => Err(Error::OutOfHours),
            _ => Ok(()),
        }
    }

    /// The maintenance switch, for those who set it and those who serve a page of their own.
    pub fn maintenance(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.0.inner.maintenance)
    }

    /// Signs of guessing since the start.
    pub fn guesses(&self) -> Guesses {
        let (wrong_passwords, passwords_refused) = self.0.inner.passwords.counts();
        let (misses, misses_refused) = self.0.inner.misses.counts();
        Guesses { wrong_passwords, passwords_refused, misses, misses_refused }
    }

    /// Calls that were held back since the start, by limit: those that waited, and those that were
    /// refused.
    pub fn held_back(&self) -> Vec<(Limit, u64, u64)> {
        self.0.inner.throttle.held.counts()
    }
}
