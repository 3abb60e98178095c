//! Finding a learner: one page, by ULN or by details.

use chrono::NaiveDate;

use super::details::Details;
use super::fields::{self, Filled, control};
use super::hidden::Hidden;
use super::kept::{Known, Search};
use crate::domain::format::Field;
use crate::domain::{Action, FindByUln, Found};
use crate::model::london_day;
use crate::portal::answer::Answer;
use crate::portal::components::{Button, Details as Folded, Html, Item, Radios};
use crate::portal::form::FormErrors;
use crate::portal::form_page::FormPage;
use crate::portal::problem::Problem;
use crate::portal::visit::Visit;

const NAMES: [Field; 2] = [Field::GivenName, Field::FamilyName];
const BY_ULN: [Field; 3] = [Field::GivenName, Field::FamilyName, Field::Uln];
const DETAILS: [Field; 3] = [Field::DateOfBirth, Field::Gender, Field::LastKnownPostCode];

/// `GET /learners/find`
pub(in crate::portal) fn form(visit: &Visit<'_>) -> Result<Answer, Problem> {
    Answer::page(&page(visit, Filled::Known(&Details::default()), "", "", FormErrors::default()))
}

/// `GET /learners/find/{handle}`: with the details of an earlier search.
pub(in crate::portal) fn form_again(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let search = Search::of(visit)?;
    let handle = visit.parameter("handle");
    Answer::page(&page(visit, Filled::Known(&search.details), "details", handle, FormErrors::default()))
}

/// `POST /learners/find`
pub(in crate::portal) fn find(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let form = visit.form();
    match form.text("way") {
        "uln" => by_uln(visit),
        "details" => by_details(visit),
        "" if !form.text("uln").is_empty() => by_uln(visit),
        _ => again(visit, "", FormErrors::one("way", "Choose how to find the learner")),
    }
}

fn by_uln(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let (details, errors) = fields::read(visit.form(), &BY_ULN, &BY_ULN, today(visit));
    if !errors.is_empty() {
        return again(visit, "uln", errors);
    }
    let query = FindByUln {
        uln: details.get(Field::Uln).parse().ok(),
        family_name: details.get(Field::FamilyName),
        given_name: details.get(Field::GivenName),
    };
    let found = visit.call(Action::FindByUln, |caller| visit.service().learners().find(caller, &query))?;
    match (&found, query.uln) {
        // The page shows the master, and that it replaces the number that was asked for.
        (Found::Exact(_) | Found::MasterSubstituted(_), Some(uln)) => Ok(Answer::redirect(Known::page(visit, uln)?)),
        (Found::Possible(_), _) => results(visit, details, &found),
        _ => {
            let text = format!("No learner has this ULN with these names ({})", found.code());
            again(visit, "uln", FormErrors::one("uln", text))
        }
    }
}

fn by_details(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let asked: Vec<Field> = NAMES.into_iter().chain(DETAILS).chain(Field::REFINERS).collect();
    let (mut details, errors) = fields::read(visit.form(), &asked, &Field::DEMOGRAPHICS, today(visit));
    if !errors.is_empty() {
        return again(visit, "details", errors);
    }
    let found = {
        let texts = details.texts();
        visit.call(Action::FindByDetails, |caller| visit.service().learners().search(caller, &texts))?
    };
    if let Some(from) = carried(visit)? {
        details.take(Field::all().filter(|field| !asked.contains(field) && *field != Field::Uln), &from.details);
    }
    match &found {
        Found::Exact(one) => Ok(Answer::redirect(Known::page(visit, one.learner.uln)?)),
        _ => results(visit, details, &found),
    }
}

fn results(visit: &Visit<'_>, details: Details, found: &Found) -> Result<Answer, Problem> {
    let handle = visit.keep(&Search::made(details, found))?;
    Ok(Answer::redirect(format!("/learners/results/{handle}")))
}

/// The registration that this search interrupts, if there is one.
fn carried(visit: &Visit<'_>) -> Result<Option<Search>, Problem> {
    match visit.form().text("from") {
        "" => Ok(None),
        from => visit.kept(from).map(Some),
    }
}

fn again(visit: &Visit<'_>, way: &str, errors: FormErrors) -> Result<Answer, Problem> {
    let form = visit.form();
    Answer::form_again(&page(visit, Filled::Typed(form), way, form.text("from"), errors))
}

fn page<'v>(visit: &'v Visit<'_>, filled: Filled<'_>, way: &str, from: &str, errors: FormErrors) -> FormPage<'v> {
    FormPage::new(visit, "Find a learner", "/learners/find", errors, |errors| {
        let inside = |fields: &[Field]| Html::all(fields.iter().map(|field| control(*field, filled, errors)));
        let optional = Folded::new("Optional details that narrow the search", inside(&Field::REFINERS));
        let has_optional = Field::REFINERS.iter().any(|field| errors.of(fields::error_field(*field)).is_some());
        let details = Html::all([inside(&DETAILS), Html::of(&if has_optional { optional.open() } else { optional })]);
        let ways = Radios::new("way", "How do you want to find the learner?")
            .item(Item::new("uln", "By ULN").conditional(inside(&[Field::Uln])))
            .item(Item::new("details", "By date of birth, gender and postcode").conditional(details))
            .value(way)
            .error(errors.of("way"));
        let mut parts = vec![inside(&NAMES), Html::of(&ways), Html::of(&Button::new("Find learner"))];
        if !from.is_empty() {
            parts.push(Html::of(&Hidden { name: "from", value: from }));
        }
        parts
    })
}

/// Today, in London.
pub(super) fn today(visit: &Visit<'_>) -> NaiveDate {
    london_day(visit.service().clock().now())
}
