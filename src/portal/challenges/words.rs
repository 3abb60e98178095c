//! The words for data challenges: kinds, states, clocks, the fields of events, what is wrong.

use crate::domain::challenges::{
    ChallengeFault, LONGEST_CONTACT, LONGEST_MESSAGE, LONGEST_VALUE, NotCorrected, Waiting,
};
use crate::domain::desk::{CaseClock, ClockState};
use crate::model::{ChallengeKind, ChallengeState, EventField};
use crate::portal::components::Tag;
use crate::portal::desk;
use crate::portal::times;

/// What is wrong.
pub(in crate::portal) const fn kind(kind: ChallengeKind) -> &'static str {
    match kind {
        ChallengeKind::WrongDetail => "A detail of the event is wrong",
        ChallengeKind::MissingEvent => "An event is missing",
        ChallengeKind::DuplicateEvents => "Two events are the same achievement",
        ChallengeKind::NotMine => "The event is another learner\u{2019}s",
        ChallengeKind::Other => "Something else is wrong",
    }
}

/// How far a challenge is.
pub(in crate::portal) fn state(state: ChallengeState) -> Tag {
    match state {
        ChallengeState::Open => Tag::coloured("Open", "blue"),
        ChallengeState::InProgress => Tag::coloured("In progress", "yellow"),
        ChallengeState::Corrected => Tag::coloured("Resolved, corrected", "green"),
        ChallengeState::NoChange => Tag::coloured("Resolved, no change", "grey"),
        ChallengeState::Rejected => Tag::coloured("Rejected", "red"),
        ChallengeState::Withdrawn => Tag::coloured("Withdrawn", "grey"),
    }
}

/// How many support hours have passed.
pub(super) fn hours(clock: &CaseClock) -> String {
    desk::hours(clock.passed)
}

/// What the clock says.
pub(super) fn clock(clock: &CaseClock) -> Tag {
    match clock.state {
        ClockState::Running => Tag::coloured("In time", "blue"),
        ClockState::RunsOutSoon => Tag::coloured("Ends soon", "yellow"),
        ClockState::Late => Tag::coloured("Late", "red"),
        ClockState::InTime => Tag::coloured("Settled in time", "green"),
        ClockState::TooLate => Tag::coloured("Settled late", "grey"),
    }
}

/// What waits, as links for the home page: the words, and the address of the list.
pub(in crate::portal) fn waiting(waiting: Waiting) -> Vec<(String, String)> {
    let mut links = Vec::new();
    if waiting.to_decide > 0 {
        let words = format!("{} for you to decide", times::count(waiting.to_decide, "data challenge"));
        links.push((words, "/challenges?whose=to-decide".to_owned()));
    }
    if waiting.raised > 0 {
        let words = format!("{} raised by you and open", times::count(waiting.raised, "data challenge"));
        links.push((words, "/challenges?whose=raised".to_owned()));
    }
    links
}

/// A field of an event.
pub(in crate::portal) const fn field(field: EventField) -> &'static str {
    match field {
        EventField::Reference => "Reference",
        EventField::AwardingOrganisation => "Awarding organisation",
        EventField::Level => "Level",
        EventField::Subject => "Subject",
        EventField::AwardDate => "Award date",
        EventField::Grade => "Grade",
        EventField::Credits => "Credits",
        EventField::Language => "Language of assessment",
        EventField::Provider => "Provider",
        EventField::Type => "Type of qualification",
        EventField::Start => "Start date",
        EventField::End => "End date",
    }
}

/// The value of a field as people read it; a dash for nothing.
pub(in crate::portal) fn or_dash(field: EventField, text: Option<&String>) -> String {
    match text.map(String::as_str) {
        None | Some("") => "\u{2013}".to_owned(),
        Some(text) => match (is_day(field), text.parse()) {
            (true, Ok(day)) => crate::portal::learners::words::date(day),
            _ => text.to_owned(),
        },
    }
}

/// What is wrong with a challenge to raise, and at which field of the form.
pub(super) fn fault(fault: ChallengeFault) -> (&'static str, String) {
    match fault {
        ChallengeFault::NothingSupplied => ("kind", "Change each detail that is wrong to what it should be".to_owned()),
        ChallengeFault::Value(field) => {
            (id_of(field), format!("{} must have {LONGEST_VALUE} characters or fewer", self::field(field)))
        }
        ChallengeFault::Information => (
            "information",
            format!("Enter what you know and which documents show it, in {LONGEST_MESSAGE} characters or fewer"),
        ),
        ChallengeFault::ContactName => {
            ("contact_name", format!("Enter the name of somebody to ask, in {LONGEST_CONTACT} characters or fewer"))
        }
        ChallengeFault::Telephone => {
            ("telephone", format!("Enter a telephone number, in {LONGEST_CONTACT} characters or fewer"))
        }
        ChallengeFault::Email => ("email", "Enter an email address, like name@example.com".to_owned()),
    }
}

/// Why a correction is not made, and at which field of the form.
pub(super) fn not_corrected(why: NotCorrected) -> (&'static str, String) {
    match why {
        NotCorrected::Invalid(field) => {
            (id_of(field), format!("{} must be a value that an event can have", self::field(field)))
        }
        NotCorrected::UnknownGrade => {
            ("grade", "The catalogue has no such grade for this qualification or unit".to_owned())
        }
        NotCorrected::NothingToChange => {
            ("decision", "The event has these values already: change at least one".to_owned())
        }
        NotCorrected::Exists => {
            ("reference", "The learner has an event with this reference and award date already".to_owned())
        }
        NotCorrected::NoEvent => {
            ("decision", "There is no event to change: choose that it was put right in another way".to_owned())
        }
    }
}

/// The id to which an error of the field leads: that of its control, or of its first part.
pub(super) const fn id_of(field: EventField) -> &'static str {
    match field {
        EventField::AwardDate => "award-date-day",
        EventField::Start => "start-day",
        EventField::End => "end-day",
        field => field.code(),
    }
}

/// Whether the value is a day.
pub(super) const fn is_day(field: EventField) -> bool {
    matches!(field, EventField::AwardDate | EventField::Start | EventField::End)
}
