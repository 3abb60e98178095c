//! Planned maintenance: when, of what, and in which words people are told.

use std::fmt;
use std::str::FromStr;

use super::codes::{UnknownCode, code_list};
use super::{Door, Timestamp};

code_list! {
    /// What is closed during planned maintenance.
    Affected {
        /// The web services and the portal.
        Everything = "everything",
        /// The web services.
        WebServices = "web-services",
        /// The portal.
        Portal = "portal",
    }
}

impl Affected {
    /// Whether calls by this door are refused. Operators are always admitted.
    pub const fn closes(self, door: Door) -> bool {
        match door {
            Door::CommandLine => false,
            Door::WebService => matches!(self, Self::Everything | Self::WebServices),
            Door::Portal | Door::File => matches!(self, Self::Everything | Self::Portal),
        }
    }
}

/// A period of planned maintenance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaintenanceWindow {
    /// Its number, by which operators cancel it.
    pub number: i32,
    /// When it starts (UTC).
    pub starts_at: Timestamp,
    /// When it is planned to end (UTC).
    pub ends_at: Timestamp,
    /// What is closed meanwhile.
    pub affects: Affected,
    /// What people are told about it, in one line.
    pub explanation: String,
    /// When it was planned (UTC).
    pub planned_at: Timestamp,
    /// When it was cancelled (UTC), before its start or during it.
    pub cancelled_at: Option<Timestamp>,
}

impl MaintenanceWindow {
    /// When the service opens again: the planned end, or the time at which it was cancelled.
    pub fn reopens_at(&self) -> Timestamp {
        self.cancelled_at.map_or(self.ends_at, |at| at.min(self.ends_at))
    }

    /// Whether the service, or a part of it, is closed at this time.
    pub fn is_on(&self, now: Timestamp) -> bool {
        self.starts_at <= now && now < self.reopens_at()
    }

    /// Whether it is past at this time, or will not take place.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.cancelled_at.is_some() || self.ends_at <= now
    }

    /// Whether it has a time in common with this period, whose end does not belong to it.
    pub fn overlaps(&self, starts_at: Timestamp, ends_at: Timestamp) -> bool {
        self.starts_at < ends_at && starts_at < self.reopens_at()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn at(time: &str) -> Timestamp {
        format!("2025-08-02T{time}:00").parse().unwrap()
    }

    fn window() -> MaintenanceWindow {
        MaintenanceWindow {
            number: 1,
            starts_at: at("17:00"),
            ends_at: at("19:00"),
            affects: Affected::Everything,
            explanation: "A new release".to_owned(),
            planned_at: at("07:00"),
            cancelled_at: None,
        }
    }

    #[test]
    fn a_window_begins_with_its_start_and_is_over_at_its_end() {
        let window = window();
        assert!(!window.is_on(at("16:59")) && window.is_on(at("17:00")));
        assert!(window.is_on(at("18:59")) && !window.is_on(at("19:00")));
        assert!(!window.is_over(at("18:59")) && window.is_over(at("19:00")));
        let cancelled = MaintenanceWindow { cancelled_at: Some(at("18:00")), ..window };
        assert!(cancelled.is_on(at("17:59")) && !cancelled.is_on(at("18:00")) && cancelled.is_over(at("17:00")));
        let in_time = MaintenanceWindow { cancelled_at: Some(at("09:00")), ..cancelled };
        assert!(!in_time.is_on(at("17:30")) && !in_time.overlaps(at("17:00"), at("19:00")));
    }

    #[test]
    fn windows_that_touch_do_not_overlap() {
        let window = window();
        assert!(!window.overlaps(at("16:00"), at("17:00")) && !window.overlaps(at("19:00"), at("20:00")));
        for (from, until) in [("16:00", "17:01"), ("18:59", "20:00"), ("17:30", "18:00"), ("16:00", "20:00")] {
            assert!(window.overlaps(at(from), at(until)), "{from}");
        }
    }

    #[test]
    fn each_part_of_the_service_has_its_doors() {
        let closed = |affected: Affected| Door::ALL.iter().map(move |door| affected.closes(*door)).collect::<Vec<_>>();
        assert_eq!(closed(Affected::Everything), [true, true, true, false]);
        assert_eq!(closed(Affected::WebServices), [true, false, false, false]);
        assert_eq!(closed(Affected::Portal), [false, true, true, false]);
    }
}
