//! The controls for a learner's fields, and what they send.

use chrono::NaiveDate;

use super::details::Details;
use super::words::{self, Asked};
use crate::domain::format::{Field, FieldError, Format, Rule};
use crate::model::{AbilityToShare, Gender, Uln, VerificationType};
use crate::portal::components::{DateInput, Html, Input, Item, Radios, Textarea};
use crate::portal::form::{Form, FormErrors};

/// What stands in the controls: what was typed, or what is known.
#[derive(Clone, Copy)]
pub(super) enum Filled<'f> {
    /// The form as it was sent.
    Typed(&'f Form),
    /// Details that are known.
    Known(&'f Details),
}

impl Filled<'_> {
    fn text(self, field: Field) -> String {
        match self {
            Self::Typed(form) => form.text(Asked::of(field).name).to_owned(),
            Self::Known(details) => details.get(field).to_owned(),
        }
    }

    fn date(self, field: Field) -> [String; 3] {
        match self {
            Self::Typed(form) => date_typed(form, Asked::of(field).name),
            Self::Known(details) => {
                let mut parts = details.get(field).splitn(3, '-').map(str::to_owned);
                let [year, month, day] = [(); 3].map(|()| parts.next().unwrap_or_default());
                [day, month, year]
            }
        }
    }
}

/// The control for a field.
pub(super) fn control(field: Field, filled: Filled<'_>, errors: &FormErrors) -> Html {
    let Asked { name, label, .. } = Asked::of(field);
    let error = errors.of(error_field(field));
    match field {
        Field::Gender => {
            let all = [Gender::Female, Gender::Male, Gender::NotKnown, Gender::NotSpecified];
            let radios = all.into_iter().fold(Radios::new(name, label), |radios, gender| {
                radios.item(Item::new(gender.code(), words::gender(gender)))
            });
            Html::of(&radios.classes("govuk-radios--small").value(filled.text(field)).error(error))
        }
        Field::VerificationType => {
            let radios = VerificationType::ALL.iter().fold(Radios::new(name, label), |radios, evidence| {
                let item = Item::new(evidence.code(), words::evidence(*evidence));
                radios.item(match evidence {
                    VerificationType::Other => {
                        item.conditional(control(Field::OtherVerificationDescription, filled, errors))
                    }
                    _ => item,
                })
            });
            Html::of(&radios.value(filled.text(field)).error(error))
        }
        Field::AbilityToShare => {
            let radios = [AbilityToShare::Shares, AbilityToShare::NotSeen]
                .into_iter()
                .fold(Radios::new(name, label), |radios, sharing| {
                    radios.item(Item::new(sharing.code(), words::sharing(sharing)))
                });
            Html::of(&radios.value(filled.text(field)).error(error))
        }
        Field::Notes => Html::of(&Textarea::new(name, label).value(filled.text(field)).error(error)),
        _ if field.format() == Format::Day => {
            let [day, month, year] = filled.date(field);
            let date = DateInput::new(name, label).values([&day, &month, &year]).hint("For example, 31 3 2008");
            Html::of(&date.error(error))
        }
        _ => {
            let input = Input::new(name, label).unspelled().autocomplete("off").value(filled.text(field)).error(error);
            Html::of(&match field {
                Field::Uln => input.numeric().width(20).hint("10 digits. Spaces make no difference"),
                Field::LastKnownPostCode => input.width(10).hint("ZZ99 9ZZ if it is not known"),
                Field::Nationality => input.width(4).hint("The code of the country in three letters, such as GBR"),
                Field::ScottishCandidateNumber => input.numeric().width(10).hint("9 digits"),
                Field::EmailAddress => input.email(),
                _ => input,
            })
        }
    }
}

/// Reads fields of a form, and what is wrong with them. `mandatory` ones must not be empty.
pub(super) fn read(form: &Form, fields: &[Field], mandatory: &[Field], today: NaiveDate) -> (Details, FormErrors) {
    let mut details = Details::default();
    let mut errors = FormErrors::default();
    for &field in fields {
        let text = typed(form, field);
        let error = match first_error(field, &text, mandatory) {
            None if field == Field::DateOfBirth && text.parse().is_ok_and(|day: NaiveDate| day > today) => {
                Some("Date of birth must be in the past".to_owned())
            }
            other => other.map(words::error),
        };
        if let Some(error) = error {
            errors.add(error_field(field), error);
        }
        details.set(field, text);
    }
    let is_other = details.get(Field::VerificationType) == VerificationType::Other.code();
    if fields.contains(&Field::VerificationType) {
        let described = form.text(Asked::of(Field::OtherVerificationDescription).name);
        match (is_other, described) {
            (true, "") => {
                let field = Field::OtherVerificationDescription;
                errors.add(error_field(field), words::error(FieldError { field, rule: Rule::DescriptionOfOther }));
            }
            (true, _) => {}
            (false, _) => details.set(Field::OtherVerificationDescription, ""),
        }
    }
    (details, errors)
}

fn first_error(field: Field, text: &str, mandatory: &[Field]) -> Option<FieldError> {
    match text {
        "" => mandatory.contains(&field).then(|| field.missing()),
        text if field == Field::Uln => text.parse::<Uln>().is_err().then(|| field.unreadable(text)),
        text => field.broken(text).next().map(|rule| FieldError { field, rule }),
    }
}

/// What was typed, as the contract writes it: no spaces in ULN and postcode, dates with hyphens.
fn typed(form: &Form, field: Field) -> String {
    let Asked { name, .. } = Asked::of(field);
    let text = form.text(name);
    match field.format() {
        Format::Day => match date_typed(form, name) {
            [day, month, year] if day.is_empty() && month.is_empty() && year.is_empty() => String::new(),
            [day, month, year] => format!("{year:0>4}-{month:0>2}-{day:0>2}"),
        },
        Format::Uln => without_spaces(text),
        Format::Postcode => without_spaces(text).to_uppercase(),
        _ if field == Field::Notes => text.replace("\r\n", "\n"),
        _ => text.to_owned(),
    }
}

fn date_typed(form: &Form, name: &str) -> [String; 3] {
    ["day", "month", "year"].map(|part| form.text(&format!("{name}-{part}")).to_owned())
}

/// A number or a postcode without its spaces.
pub(super) fn without_spaces(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace()).collect()
}

/// The id to which an error of the field leads: that of its control, or of its first part.
pub(super) const fn error_field(field: Field) -> &'static str {
    match field {
        Field::DateOfBirth => "date_of_birth-day",
        Field::DateOfAddressCapture => "address_date-day",
        field => Asked::of(field).name,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const FIELDS: [Field; 4] = [Field::Uln, Field::GivenName, Field::DateOfBirth, Field::LastKnownPostCode];

    fn read_form(body: &str) -> (Details, Vec<(&'static str, String)>) {
        let today = NaiveDate::from_ymd_opt(2025, 7, 31).unwrap();
        let (details, errors) = read(&Form::of(body.as_bytes()), &FIELDS, &FIELDS, today);
        (details, errors.all().iter().map(|error| (error.field, error.text.to_string())).collect())
    }

    #[test]
    fn spaces_and_single_digits_make_no_difference() {
        let body = "uln=1026+893+096&given_name=+Zo%C3%AB&date_of_birth-day=3&date_of_birth-month=2&date_of_birth-year=2004&postcode=cv+49ee";
        let (details, errors) = read_form(body);
        assert_eq!(errors, []);
        let texts = FIELDS.map(|field| details.get(field));
        assert_eq!(texts, ["1026893096", "Zo\u{eb}", "2004-02-03", "CV49EE"]);
    }

    #[test]
    fn every_error_says_what_to_do() {
        let told = |body: &str| read_form(body).1.into_iter().map(|(_, text)| text).collect::<Vec<_>>();
        assert_eq!(told(""), ["Enter a ULN", "Enter a given name", "Enter a date of birth", "Enter a postcode"]);
        let body = "uln=1026893097&given_name=A&date_of_birth-day=30&date_of_birth-month=2&date_of_birth-year=2004&postcode=CV4";
        assert_eq!(
            told(body),
            [
                "Check the ULN: its last digit does not fit the others",
                "Date of birth must be a real date",
                "Postcode must be complete, such as CV1 2WT"
            ]
        );
        let body =
            "uln=12345&given_name=A&date_of_birth-day=1&date_of_birth-month=8&date_of_birth-year=2025&postcode=CV49EE";
        assert_eq!(
            told(body),
            ["ULN must have 10 digits, and the first must not be 0", "Date of birth must be in the past"]
        );
    }
}
