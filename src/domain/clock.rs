//! The time, injectable so that tests can set it.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{NaiveDate, TimeDelta, Utc};

use crate::model::{Timestamp, london_day, to_microseconds};

/// Tells the time (UTC, to the microsecond). Clones share it.
#[derive(Clone)]
pub struct Clock(Source);

#[derive(Clone)]
enum Source {
    System,
    Set(Arc<Mutex<Timestamp>>),
}

impl Clock {
    /// The system clock.
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still until it is advanced.
    pub fn set_to(moment: Timestamp) -> Self {
        Self(Source::Set(Arc::new(Mutex::new(to_microseconds(moment)))))
    }

    /// The current time.
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System => to_microseconds(Utc::now().naive_utc()),
            Source::Set(moment) => *moment.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Today's date in London (rules.md 4.0).
    pub fn today(&self) -> NaiveDate {
        london_day(self.now())
    }

    /// Advances a clock that was set; the system clock cannot be moved.
    pub fn advance(&self, by: TimeDelta) {
        if let Source::Set(moment) = &self.0 {
            let mut moment = moment.lock().unwrap_or_else(PoisonError::into_inner);
            *moment = moment.checked_add_signed(by).unwrap_or(*moment);
        }
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}
