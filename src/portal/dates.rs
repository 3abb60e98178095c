//! Dates in forms: three fields for day, month and year.

use chrono::NaiveDate;

use super::form::Form;

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
