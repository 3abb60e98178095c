//! The controls for the values of a learning event, and what they send.

use super::words::{self, id_of, is_day};
use crate::model::{EventField, EventTexts};
use crate::portal::components::{DateInput, Html, Input};
use crate::portal::form::{Form, FormErrors};

/// What stands in the controls: what was typed, or what is known.
#[derive(Clone, Copy)]
pub(super) enum Filled<'f> {
    /// The form as it was sent.
    Typed(&'f Form),
    /// Values that are known.
    Known(&'f EventTexts),
}

/// The controls for all values of an event.
pub(super) fn controls(filled: Filled<'_>, errors: &FormErrors) -> Html {
    Html::all(EventField::ALL.iter().map(|field| control(*field, filled, errors)))
}

fn control(field: EventField, filled: Filled<'_>, errors: &FormErrors) -> Html {
    let (name, label, error) = (field.code(), words::field(field), errors.of(id_of(field)));
    if is_day(field) {
        let [day, month, year] = match filled {
            Filled::Typed(form) => typed_day(form, field),
            Filled::Known(texts) => parts(texts.get(&field).map_or("", String::as_str)),
        };
        let date = DateInput::new(name, label).values([&day, &month, &year]).hint("For example, 31 3 2026");
        return Html::of(&date.error(error));
    }
    let text = match filled {
        Filled::Typed(form) => form.as_typed(name).to_owned(),
        Filled::Known(texts) => texts.get(&field).cloned().unwrap_or_default(),
    };
    let input = Input::new(name, label).value(text).autocomplete("off").unspelled().error(error);
    Html::of(&if field == EventField::Credits { input.numeric().width(5) } else { input })
}

/// Reads the values, days as `yyyy-MM-dd`. What is no real date is an error of the form.
pub(super) fn read(form: &Form, errors: &mut FormErrors) -> EventTexts {
    let mut texts = EventTexts::new();
    for field in EventField::ALL.iter().copied() {
        let text = if is_day(field) { day(&typed_day(form, field)) } else { Some(form.text(field.code()).to_owned()) };
        match text {
            Some(text) => drop(texts.insert(field, text)),
            None => errors.add(id_of(field), format!("{} must be a real date", words::field(field))),
        }
    }
    texts
}

fn typed_day(form: &Form, field: EventField) -> [String; 3] {
    ["day", "month", "year"].map(|part| form.text(&format!("{}-{part}", field.code())).to_owned())
}

/// A day of the form as `yyyy-MM-dd`; empty if nothing was typed, `None` if it is no real date.
fn day([day, month, year]: &[String; 3]) -> Option<String> {
    if [day, month, year].iter().all(|part| part.is_empty()) {
        return Some(String::new());
    }
    let year = year.parse().ok().filter(|year| (1900..=2999).contains(year))?;
    let day = chrono::NaiveDate::from_ymd_opt(year, month.parse().ok()?, day.parse().ok()?)?;
    Some(day.to_string())
}

/// Day, month and year of a day that is written `yyyy-MM-dd`.
fn parts(text: &str) -> [String; 3] {
    text.parse::<chrono::NaiveDate>()
        .map_or_else(|_| Default::default(), |day| ["%-d", "%-m", "%Y"].map(|part| day.format(part).to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_events_have_them() {
        let form = Form::of(b"grade=+Merit+&award-date-day=3&award-date-month=7&award-date-year=2021&start-day=31&start-month=2&start-year=2021");
        let mut errors = FormErrors::default();
        let texts = read(&form, &mut errors);
        assert_eq!(texts.get(&EventField::Grade).map(String::as_str), Some("Merit"));
        assert_eq!(texts.get(&EventField::AwardDate).map(String::as_str), Some("2021-07-03"));
        assert_eq!(texts.get(&EventField::End).map(String::as_str), Some(""));
        assert_eq!((errors.all().len(), errors.of("start-day")), (1, Some("Start date must be a real date")));
    }
}
