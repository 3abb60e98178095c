//! Planned maintenance as a calendar (RFC 5545), which programs subscribe to. An event keeps its
//! UID when it is cancelled, and then says so, so that calendars strike it out.

use icalendar::{Calendar, Component, Event, EventStatus, Property};

use crate::model::{MaintenanceWindow, Timestamp};

/// The calendar. `public_url` is the portal's address, which makes the UIDs unique in the world.
pub(super) fn text(windows: &[MaintenanceWindow], public_url: &str) -> String {
    let mut calendar = Calendar::empty();
    for (name, value) in [
        ("VERSION", "2.0"),
        ("PRODID", "-//Learning Records//Planned maintenance//EN"),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", "PUBLISH"),
        ("X-WR-CALNAME", "Learning Records: planned maintenance"),
    ] {
        calendar.append_property(Property::new(name, value));
    }
    for window in windows {
        calendar.push(event(window, public_url));
    }
    calendar.to_string()
}

fn event(window: &MaintenanceWindow, public_url: &str) -> Event {
    let host = public_url.split("://").nth(1).unwrap_or(public_url);
    let host = host.split(['/', ':']).next().unwrap_or(host);
    let changed = window.cancelled_at.unwrap_or(window.planned_at);
    // A window that was ended early took place until then.
    let took_place = window.cancelled_at.is_none_or(|at| at > window.starts_at);
    let end = if took_place { window.reopens_at() } else { window.ends_at };
    let sequence = if window.cancelled_at.is_some() { "1" } else { "0" };
    let planned = window.planned_at.and_utc().timestamp();
    Event::with_uid(&format!("maintenance-{}-{planned}@{host}", window.number))
        .timestamp(changed.and_utc())
        .created(window.planned_at.and_utc())
        .last_modified(changed.and_utc())
        .add_property("SEQUENCE", sequence)
        .add_property("DTSTART", utc(window.starts_at))
        .add_property("DTEND", utc(end))
        .summary(&format!("Learning Records maintenance ({})", window.affects))
        .description(&window.explanation)
        .url(&format!("{}/maintenance", public_url.trim_end_matches('/')))
        .status(if took_place { EventStatus::Confirmed } else { EventStatus::Cancelled })
        .done()
}

fn utc(moment: Timestamp) -> String {
    moment.format("%Y%m%dT%H%M%SZ").to_string()
}
