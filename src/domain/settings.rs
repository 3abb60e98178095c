//! The settings of the rules: where the public record is silent and a service may choose differently.

use std::time::Duration;

use chrono::NaiveTime;

use super::MissLimits;

/// The settings of the rules. The default is what the web services use.
#[derive(Debug, Clone)]
pub struct RuleSettings {
    /// `register.require_recent_find`: whether a registration needs a find with the same details before it (rules.md 2.5, our choice: off).
    pub require_recent_find: bool,
    /// How long a find counts as recent (our choice: 120 minutes).
    pub recent_find_maximum: Duration,
    /// How long a user must have had to look at possible matches (our choice: 5 seconds).
    pub recent_find_minimum: Duration,
    /// The youngest age at registration, in years (rules.md 4.5: 13).
    pub minimum_age: u32,
    /// The oldest age at registration, in years (rules.md 4.5: 110).
    pub maximum_age: u32,
    /// How many of the five demographics an update must leave as they are (rules.md 4.4, our choice: 2; 0 switches the rule off).
    pub kept_demographics: usize,
    /// Whether a learner who has not seen the privacy notice shares nothing with organisations (rules.md 4.6, our choice: yes).
    pub unseen_notice_blocks: bool,
    /// How long a verified password is remembered, so that a call costs a hash and not an argon2 run (our choice: 24 hours, so that a client
    /// that calls every day is not held up by somebody who guesses).
    pub password_memory: Duration,
    /// How much may be guessed.
    pub miss_limits: MissLimits,
    /// How many batches of one organisation may be open, that is, not over; further ones are told to wait (our choice:
    /// 500, which is 100,000 learners).
    pub open_batches: u32,
    /// How long the records of a batch are kept once it is over (our choice: 90 days).
    pub batch_records_kept: chrono::TimeDelta,
    /// When the service is open; `None` is always (rules.md 9: 24 x 7).
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
            open_batches: 500,
            batch_records_kept: chrono::TimeDelta::days(90),
            hours: None,
        }
    }
}

/// The part of every day in which the service is open (London). It may go over midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpeningHours {
    /// The first moment.
    pub from: NaiveTime,
    /// The moment after the last.
    pub until: NaiveTime,
}

impl OpeningHours {
    /// Whether the moment lies in it.
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
