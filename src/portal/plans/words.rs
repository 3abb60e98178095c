//! Plans in words: their states, and what is wrong with a form.

use chrono::NaiveDate;

use crate::domain::plans::PlanFault;
use crate::model::PlanStatus;
use crate::portal::components::Tag;
use crate::portal::form::{Form, FormErrors};
pub(super) use crate::portal::learners::words::date;

/// The state, as a tag.
pub(super) fn status(status: PlanStatus) -> Tag {
    match status {
        PlanStatus::Draft => Tag::coloured("Draft", "yellow"),
        PlanStatus::Active => Tag::coloured("Active", "green"),
        PlanStatus::Closed => Tag::coloured("Closed", "grey"),
    }
}

/// What is wrong, at the fields of the forms.
pub(super) fn errors(faults: &[PlanFault]) -> FormErrors {
    let mut errors = FormErrors::default();
    for fault in faults {
        let (field, text) = match fault {
            PlanFault::NoTitle => ("title", "Enter a title"),
            PlanFault::LongTitle => ("title", "Title must have 200 characters or fewer"),
            PlanFault::NoEstablishment => ("establishment", "Enter an establishment"),
            PlanFault::LongEstablishment => ("establishment", "Establishment must have 200 characters or fewer"),
            PlanFault::EndsBeforeStart => ("ends-day", "Last day must be on or after the first day"),
            PlanFault::ClosedWithoutEnd => ("ends-day", "Enter the last day of a closed plan"),
            PlanFault::TooManyAims => ("aim", "A plan has at most 50 aims: make another plan"),
            PlanFault::NoAim => ("aim", "Enter an aim"),
            PlanFault::LongAim => ("aim", "Aim must have 200 characters or fewer"),
            PlanFault::LongOutcome => ("outcome", "Outcome must have 200 characters or fewer"),
            PlanFault::LongComments => ("comments", "Comments must have 2,000 characters or fewer"),
        };
        errors.add(field, text);
    }
    errors
}

/// The parts of a date as typed: day, month, year.
pub(super) fn typed(form: &Form, name: &str) -> [String; 3] {
    ["day", "month", "year"].map(|part| form.text(&format!("{name}-{part}")).to_owned())
}

/// A date as day, month and year for the form.
pub(super) fn parts(day: Option<NaiveDate>) -> [String; 3] {
    day.map_or_else(Default::default, |day| ["%-d", "%-m", "%Y"].map(|part| day.format(part).to_string()))
}

/// The date that was typed: nothing, a day, or `Err` if it is not a real date.
pub(super) fn day([day, month, year]: &[String; 3]) -> Result<Option<NaiveDate>, ()> {
    if [day, month, year].iter().all(|part| part.is_empty()) {
        return Ok(None);
    }
    let number = |text: &str| text.parse::<u32>().map_err(|_| ());
    let year = year.parse::<i32>().ok().filter(|year| (1900..=2999).contains(year)).ok_or(())?;
    NaiveDate::from_ymd_opt(year, number(month)?, number(day)?).map(Some).ok_or(())
}
