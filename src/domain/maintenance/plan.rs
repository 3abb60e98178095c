//! What may be planned as maintenance. Pure: it is told the time.

use chrono::TimeDelta;

use crate::model::{Affected, MaintenanceWindow, Timestamp};

/// Maintenance is announced at least this long before it starts, unless it is urgent (our choice,
/// after the charter's "urgent fixes within 24 hours", rules.md 9, row 11).
const NOTICE: TimeDelta = TimeDelta::hours(24);
/// The longest maintenance (our choice: longer is a mistake in the date).
const LONGEST: TimeDelta = TimeDelta::hours(72);
/// The longest explanation, in characters (our choice: it stands on every page).
const LONGEST_EXPLANATION: usize = 300;

/// Maintenance to plan.
#[derive(Debug, Clone, Copy)]
pub struct MaintenancePlan<'a> {
    /// When it starts (UTC); `None` means now.
    pub starts_at: Option<Timestamp>,
    /// When it ends (UTC).
    pub ends_at: Timestamp,
    /// What is closed meanwhile.
    pub affects: Affected,
    /// What people are told about it, in one line.
    pub explanation: &'a str,
    /// Whether it may start within 24 hours.
    pub urgent: bool,
}

/// Why maintenance was not planned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotPlanned {
    /// It would have started before now.
    #[error("the start is in the past")]
    InThePast,
    /// It starts so soon that it must be marked as urgent.
    #[error("the start is less than {} hours from now, and the maintenance is not marked as urgent", NOTICE.num_hours())]
    TooSoon,
    /// It ends before it starts, or at the same time.
    #[error("the end is not after the start")]
    EndsBeforeStart,
    /// It takes too long.
    #[error("it takes longer than {} hours", LONGEST.num_hours())]
    TooLong,
    /// The explanation is empty, too long or not one line.
    #[error("the explanation must be one line of 1 to {LONGEST_EXPLANATION} characters")]
    Explanation,
    /// Other maintenance has a time in common with it.
    #[error("it overlaps with maintenance {}", .0.number)]
    Overlaps(MaintenanceWindow),
}

impl MaintenancePlan<'_> {
    /// The window, without its number.
    pub(super) fn window(&self, now: Timestamp) -> Result<MaintenanceWindow, NotPlanned> {
        let starts_at = self.starts_at.unwrap_or(now);
        let explanation = self.explanation.trim();
        let length = explanation.chars().count();
        if length == 0 || length > LONGEST_EXPLANATION || explanation.chars().any(char::is_control) {
            return Err(NotPlanned::Explanation);
        }
        if starts_at < now {
            return Err(NotPlanned::InThePast);
        }
        if self.ends_at <= starts_at {
            return Err(NotPlanned::EndsBeforeStart);
        }
        if self.ends_at - starts_at > LONGEST {
            return Err(NotPlanned::TooLong);
        }
        if !self.urgent && starts_at - now < NOTICE {
            return Err(NotPlanned::TooSoon);
        }
        Ok(MaintenanceWindow {
            number: 0,
            starts_at,
            ends_at: self.ends_at,
            affects: self.affects,
            explanation: explanation.to_owned(),
            planned_at: now,
            cancelled_at: None,
        })
    }
}
