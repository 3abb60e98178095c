//! What a search found: possible matches beside what was searched for, too many, or nobody.

use askama::Template;

use super::kept::{Known, Search};
use super::words::{self, Asked};
use crate::domain::format::Field;
use crate::domain::matching::{ComparedField, Likeness};
use crate::domain::{Action, FoundLearner, NoneOfThese, codes, text_of};
use crate::model::Permission;
use crate::portal::answer::Answer;
use crate::portal::components::{Cell, Content, ErrorSummary, Html, Item, Radios, SummaryList, Table, Tag};
use crate::portal::form::FormErrors;
use crate::portal::layout::Layout;
use crate::portal::problem::Problem;
use crate::portal::visit::Visit;

/// What was found.
#[derive(Template)]
#[template(path = "learners/results.html")]
struct Results<'p> {
    layout: Layout,
    summary: Option<ErrorSummary>,
    heading: String,
    handle: &'p str,
    code: &'p str,
    searched: SummaryList,
    matches: Vec<Match>,
    /// The optional details that would narrow a search that found too many.
    narrowing: Vec<&'static str>,
    is_too_many: bool,
    may_register: bool,
    /// Why none of these is the learner, before a registration.
    reasons: Option<Radios>,
}

/// A possible match.
struct Match {
    number: usize,
    comparison: Table,
    /// What else tells who it is.
    more: Option<String>,
}

/// `GET /learners/results/{handle}`
pub(in crate::portal) fn page(visit: &Visit<'_>) -> Result<Answer, Problem> {
    Answer::page(&results(visit, &FormErrors::default())?)
}

/// `POST /learners/results/{handle}/choose`: this match is the learner.
pub(in crate::portal) fn choose(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let search = Search::of(visit)?;
    let chosen = visit.form().text("match").parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    let uln = chosen.and_then(|place| search.ulns().get(place).copied()).ok_or(Problem::NotFound)?;
    Ok(Answer::redirect(Known::page(visit, uln)?))
}

/// `POST /learners/results/{handle}/register`: none of these is the learner.
pub(in crate::portal) fn none_of_these(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let mut search = Search::of(visit)?;
    if needs_reason(&search) {
        let Ok(reason) = visit.form().text("reason").parse::<NoneOfThese>() else {
            let error = FormErrors::one("reason", "Choose why none of these is the learner");
            return Answer::form_again(&results(visit, &error)?);
        };
        search.dismiss(reason);
        visit.keep_instead(visit.parameter("handle"), &search)?;
    }
    Ok(Answer::redirect(format!("/learners/register/{}/names", visit.parameter("handle"))))
}

fn needs_reason(search: &Search) -> bool {
    [codes::POSSIBLE_MATCHES, codes::TOO_MANY_MATCHES].contains(&search.code.as_str())
}

fn results<'v>(visit: &'v Visit<'_>, errors: &FormErrors) -> Result<Results<'v>, Problem> {
    let search = Search::of(visit)?;
    let ulns = search.ulns();
    let found = match ulns.as_slice() {
        [] => Vec::new(),
        ulns => visit.call(Action::ViewLearner, |caller| visit.service().learners().view_several(caller, ulns))?,
    };
    let is_by_uln = !search.details.get(Field::Uln).is_empty();
    // A record that was merged has these details: the learner is registered.
    let is_registered = search.code == codes::MASTER_SUBSTITUTED;
    let may_register = visit.may(Permission::RegisterLearner) && !is_by_uln && !is_registered;
    let reasons = (may_register && needs_reason(&search)).then(|| {
        let legend =
            if found.is_empty() { "Why do you register a new learner?" } else { "Why is none of these the learner?" };
        NoneOfThese::ALL
            .into_iter()
            .fold(Radios::new("reason", legend), |radios, reason| {
                radios.item(Item::new(reason.code(), words_of(reason)))
            })
            .value(search.reason().map(NoneOfThese::code).unwrap_or_default())
            .error(errors.of("reason"))
    });
    let is_too_many = search.code == codes::TOO_MANY_MATCHES;
    let heading = match found.len() {
        0 if is_too_many => "Too many learners match".to_owned(),
        0 => format!("No learner found for {}", search.details.name()),
        1 if is_registered => "1 match, by a linked ULN".to_owned(),
        1 => "1 possible match".to_owned(),
        several => format!("{several} possible matches"),
    };
    Ok(Results {
        layout: Layout { has_errors: !errors.is_empty(), ..visit.layout() },
        summary: errors.summary(),
        heading,
        handle: visit.parameter("handle"),
        code: code(&search.code),
        searched: searched(&search),
        matches: found.iter().enumerate().map(|(place, found)| compare(place + 1, found, &search)).collect(),
        narrowing: search.narrowing().map(|field| Asked::of(field).label).collect(),
        is_too_many,
        may_register,
        reasons,
    })
}

/// The code as the service's table has it, so that it can stand in the page.
fn code(code: &str) -> &'static str {
    codes::lookup(code).map_or("", |known| known.code)
}

fn searched(search: &Search) -> SummaryList {
    let asked = [Field::Uln].into_iter().chain(Field::DEMOGRAPHICS).chain(Field::REFINERS);
    asked.filter(|field| !search.details.get(*field).is_empty()).fold(SummaryList::new(), |list, field| {
        list.row(Asked::of(field).label, words::value(field, search.details.get(field)))
    })
}

fn compare(number: usize, found: &FoundLearner, search: &Search) -> Match {
    let learner = &found.learner;
    let caption = format!("Match {number}: {} {}, ULN {}", learner.names.given, learner.names.family, learner.uln);
    let table = Table::new(caption).caption_size("m").named_rows().head([
        "Detail",
        "You entered",
        "In the register",
        "Comparison",
    ]);
    let comparison = found.compared(&search.details.texts()).into_iter().fold(table, |table, compared| {
        let ComparedField { field, likeness } = compared;
        let held = text_of(learner, field).map(|text| words::value(field, &text)).unwrap_or_default();
        let entered = words::value(field, search.details.get(field));
        let row: [Content; 4] =
            [Asked::of(field).label.into(), entered.into(), held.into(), Html::of(&tag(likeness)).into()];
        table.row(row.map(Cell::from))
    });
    let born = words::date(learner.birth.date);
    let more = search.details.get(Field::DateOfBirth).is_empty().then(|| format!("Born {born}."));
    let linked = search.is_master(learner.uln).then(|| {
        "This record stands for the one that matched: that ULN is linked, because the two were merged.".to_owned()
    });
    Match { number, comparison, more: linked.or(more) }
}

fn tag(likeness: Likeness) -> Tag {
    match likeness {
        Likeness::Same => Tag::coloured("Matches", "green"),
        Likeness::Similar => Tag::coloured("Similar", "yellow"),
        Likeness::Different => Tag::coloured("Differs", "red"),
        Likeness::NotHeld => Tag::coloured("Not held", "grey"),
    }
}

/// The reason in the words of the user.
const fn words_of(reason: NoneOfThese) -> &'static str {
    match reason {
        NoneOfThese::OtherPeople => "They are other people with similar details",
        NoneOfThese::Relative => "The learner is a brother, sister or twin of one of them",
        NoneOfThese::Documents => "The learner\u{2019}s documents show other details",
        NoneOfThese::NeverHadOne => "The learner says that they have never had a ULN",
    }
}
