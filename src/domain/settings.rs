//! The settings of the rules: where nothing is published, and a service may choose differently.

use std::time::Duration;

use chrono::NaiveTime;

use super::{LoadLimits, MissLimits};

/// The settings of the rules. The defaults are those of the web services.
#[derive(Debug, Clone)]
pub struct RuleSettings {
    /// `register.require_recent_find`: whether a find with the same details must precede a
    /// registration (rules.md 2.5, our choice: off).
    pub require_recent_find: bool,
    /// How long a find counts as recent (our choice: 120 minutes).
    pub recent_find_maximum: Duration,
    /// How long a user must have had to look at possible matches (our choice: 5 seconds).
    pub recent_find_minimum: Duration,
    /// The minimum age at registration, in years (rules.md 4.5: 13).
    pub minimum_age: u32,
    /// The maximum age at registration, in years (rules.md 4.5: 110).
    pub maximum_age: u32,
    /// How many of the five demographics an update must keep (rules.md 4.4, our choice: 2; 0
    /// switches the rule off).
    pub kept_demographics: usize,
    /// Whether learners who have not seen the privacy notice share no data with organisations
    /// (rules.md 4.6, our choice: yes).
    pub unseen_notice_blocks: bool,
    /// How long a checked password is cached, so that a call costs a hash instead of an argon2 run
    /// (our choice: 24 hours, so that somebody who guesses cannot delay a client that calls daily).
    pub password_memory: Duration,
    /// How much guessing is allowed.
    pub miss_limits: MissLimits,
    /// How many calls are allowed (the default: any number).
    pub load_limits: LoadLimits,
    /// The maximum number of open jobs per organisation; further ones are told to wait (our choice:
    /// 500, which is 100,000 learners).
    pub open_batches: u32,
    /// The same for the jobs of one certificate, whichever organisation they are for (our choice:
    /// 2,000).
    pub open_batches_by_certificate: u32,
    /// How long the records of a job are kept after it ended (our choice: 90 days).
    pub batch_records_kept: chrono::TimeDelta,
    /// How many years a learner is kept after the last thing that was written about them, and an
    /// audit line after it was written (rules.md 8: 66).
    pub kept_years: u32,
    /// When the service is open; `None` means always (rules.md 9: 24 x 7).
    pub hours: Option<OpeningHours>,
}

impl Default for RuleSettings {
    fn default() -> Self {
        Self {
            require_recent_find: false,
            recent_find_maximum: Duration::from_secs(120 * 60),
            recent_find_minimum: Duration::from_secs(5),
            minimum_age: 13,
            maximum_age: 110,
            kept_demographics: 2,
            unseen_notice_blocks: true,
            password_memory: Duration::from_secs(24 * 60 * 60),
            miss_limits: MissLimits::default(),
            load_limits: LoadLimits::default(),
            open_batches: 500,
            open_batches_by_certificate: 2000,
            batch_records_kept: chrono::TimeDelta::days(90),
            kept_years: 66,
            hours: None,
        }
    }
}

/// The part of each day in which the service is open (London). It may span midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpeningHours {
    /// The opening time.
    pub from: NaiveTime,
    /// The closing time.
    pub until: NaiveTime,
}

impl OpeningHours {
    /// Whether the service is open at this time.
    pub fn contains(&self, time: NaiveTime) -> bool {
        if self.from <= self.until {
            (self.from..self.until).contains(&time)
        } else {
            time >= self.from || time < self.until
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn hours_may_go_over_midnight() {
        let at = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
        let day = OpeningHours { from: at(8), until: at(18) };
        assert!(day.contains(at(8)) && !day.contains(at(18)) && !day.contains(at(3)));
        let night = OpeningHours { from: at(18), until: at(8) };
        assert!(night.contains(at(18)) && night.contains(at(3)) && !night.contains(at(8)));
    }
}
