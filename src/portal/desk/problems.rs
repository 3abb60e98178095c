//! Reported problems with ULNs: the desk's queue, and a problem with the records side by side.

use serde::{Deserialize, Serialize};

use super::words;
use crate::domain::desk::CaseClock;
use crate::domain::{Action, LinkRecord};
use crate::model::{Case, CaseKind, LinkChange, LinkKind, Uln, UlnProblem, UlnProblemKind};
use crate::portal::answer::Answer;
use crate::portal::blocks::{Act, Anchor, Blocks};
use crate::portal::components::{Button, Cell, Html, Input, Item, NotificationBanner, Radios, SummaryList, Table};
use crate::portal::form::{Form, FormErrors};
use crate::portal::learners::compare;
use crate::portal::problem::Problem;
use crate::portal::times;
use crate::portal::visit::{Kept, Visit};

/// The learner beside whom the reported one is shown.
#[derive(Serialize, Deserialize)]
struct Beside {
    uln: String,
}

impl Kept for Beside {
    const KIND: &'static str = "learner beside";
}

/// A problem as its page shows it: with the records of the reported ULN and of another.
pub(super) struct InHand {
    pub(super) problem: UlnProblem,
    case: Case,
    clock: CaseClock,
    pub(super) first: Option<LinkRecord>,
    pub(super) second: Option<LinkRecord>,
    history: Vec<LinkChange>,
}

/// `GET /desk/uln-problems`
pub(in crate::portal) fn queue(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let open = visit.call(Action::ViewCases, |caller| visit.service().desk().open(caller))?.cases;
    let problems: Vec<_> = open.iter().filter(|(case, _)| case.kind == CaseKind::UlnProblem).collect();
    let page = Blocks::new(visit, "ULN problems");
    if problems.is_empty() {
        return Answer::page(&page.say("No ULN problem is open."));
    }
    let head = ["Case", "What was reported", "Logged", "Support hours", "Limit ends", "State"];
    let table = Table::new("Open problems, those whose time ends first at the top").caption_size("m").head(head);
    let table = problems.into_iter().fold(table, |table, (case, clock)| {
        let address = format!("/desk/uln-problems/{}", case.number);
        table.row([
            Cell::from(Html::of(&Anchor::new(format!("Case {}", case.number), address))),
            Cell::from(case.summary.as_str()),
            Cell::from(times::moment(case.logged_at)),
            Cell::from(words::hours(clock.passed)),
            Cell::from(clock.runs_out_at.map_or_else(|| "No limit".to_owned(), times::moment)),
            Cell::from(Html::of(&words::state(clock))),
        ])
    });
    Answer::page(&page.with(&table))
}

/// `GET /desk/uln-problems/{number}`
pub(in crate::portal) fn problem(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let asked = Form::of(visit.asked().query.as_bytes());
    let hand = in_hand(visit, asked.text("with"))?;
    Answer::page(&page(visit, &hand, asked.text("with"), &Form::default(), &FormErrors::default()))
}

/// `POST /desk/uln-problems/{number}`: another learner is to be compared.
pub(in crate::portal) fn compare_with(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let number = number(visit)?;
    let form = visit.form();
    match form.text("beside").replace(' ', "").parse::<Uln>() {
        Ok(uln) => {
            let handle = visit.keep(&Beside { uln: uln.as_str().to_owned() })?;
            Ok(Answer::redirect(format!("/desk/uln-problems/{number}?with={handle}")))
        }
        Err(_) => {
            let hand = in_hand(visit, "")?;
            let text = "ULN must have 10 digits, and its last digit must fit the others";
            Answer::form_again(&page(visit, &hand, "", form, &FormErrors::one("beside", text)))
        }
    }
}

/// The number of the case that the address names.
pub(super) fn number(visit: &Visit<'_>) -> Result<i32, Problem> {
    visit.parameter("number").parse().map_err(|_| Problem::NotFound)
}

/// The problem that the address names, with the learner that the handle names, or the one that the
/// report names, or the master of the reported one.
pub(super) fn in_hand(visit: &Visit<'_>, with: &str) -> Result<InHand, Problem> {
    let number = number(visit)?;
    let beside = match with {
        "" => None,
        handle => visit.kept::<Beside>(handle)?.uln.parse().ok(),
    };
    let service = visit.service();
    let found = visit.call(Action::ViewUlnProblems, |caller| service.uln_problems().find(caller, number))?;
    let (problem, case, clock) = found.ok_or(Problem::NotFound)?;
    let (first, second, history) = visit.call(Action::ViewLinks, |caller| {
        let linking = service.linking();
        let first = linking.record(caller, problem.uln)?;
        let master = first.as_ref().and_then(|record| record.learner.master);
        let other = beside.or(problem.other).or(master).filter(|uln| *uln != problem.uln);
        let second = other.map(|uln| linking.record(caller, uln)).transpose()?.flatten();
        let ulns: Vec<Uln> = std::iter::once(problem.uln).chain(other).collect();
        Ok((first, second, linking.history(caller, &ulns)?))
    })?;
    Ok(InHand { problem, case, clock, first, second, history })
}

/// The page of a problem, with its forms.
pub(super) fn page(visit: &Visit<'_>, hand: &InHand, with: &str, form: &Form, errors: &FormErrors) -> Blocks {
    let InHand { problem, case, clock, first, second, history } = hand;
    let number = case.number;
    let mut page = Blocks::new(visit, case.summary.as_str())
        .caption(format!("Case {number}"))
        .back("/desk/uln-problems")
        .errors(errors);
    if visit.asked().query.contains("changed") {
        page = page.with(&NotificationBanner::success("The links are changed. Every door answers accordingly now."));
    }
    if visit.asked().query.contains("moved") {
        page =
            page.with(&NotificationBanner::success("The learning events have moved. Every door answers accordingly."));
    }
    page = page.with(&facts(problem, case, clock));
    let records: Vec<&LinkRecord> = first.iter().chain(second).collect();
    page = match records.as_slice() {
        [] => page.say("The learner is not in the register."),
        records => page.with(&compare::table(records)),
    };
    let beside = Input::new("beside", "ULN to compare with").numeric().width(20);
    let beside = beside.value(form.as_typed("beside")).error(errors.of("beside"));
    page = page.heading("Compare with another learner").with(
        &Act::new(visit, format!("/desk/uln-problems/{number}"))
            .with(&beside)
            .with(&Button::new("Compare").secondary()),
    );
    if let Some(acts) = acts(first.as_ref(), second.as_ref()) {
        let reason = Input::new("reason", "Why?").hint("It is kept with the change");
        let act = Act::new(visit, format!("/desk/uln-problems/{number}/links"))
            .hidden("with", with)
            .with(&acts.value(form.text("act")).error(errors.of("act")))
            .with(&reason.value(form.as_typed("reason")).error(errors.of("reason")))
            .with(&Button::new("Preview the change"));
        page = page.heading("Change the links").with(&act);
    }
    if first.iter().chain(second).filter(|record| is_active(record)).count() == 2 {
        page =
            page.link("Move learning events between the two", format!("/desk/uln-problems/{number}/split?with={with}"));
    }
    if !history.is_empty() {
        page = page.with(&past(history));
    }
    if case.rectified.is_none() {
        page = page.link("Advise the user, and record the case as rectified", format!("/desk/incidents/{number}"));
    }
    page
}

/// Whether a learner's events can move.
pub(super) fn is_active(record: &LinkRecord) -> bool {
    record.learner.status == crate::model::LearnerStatus::Active
}

fn facts(problem: &UlnProblem, case: &Case, clock: &CaseClock) -> SummaryList {
    let kind = match problem.kind {
        UlnProblemKind::CreatedIncorrectly => "Created incorrectly",
        UlnProblemKind::MergedIncorrectly => "Merged incorrectly",
        UlnProblemKind::Shared => "Shared by two people, or something else",
    };
    SummaryList::new()
        .row("Problem", kind)
        .row("ULN", compare::number(problem.uln))
        .row("Another ULN", problem.other.map_or_else(|| "Not given".to_owned(), compare::number))
        .row("What the user knows", problem.explanation.as_str())
        .row("Reported", format!("{}, by {}", times::moment(case.logged_at), case.logged_by))
        .row("State", Html::of(&words::state(clock)))
        .row("Limit ends", clock.runs_out_at.map_or_else(|| "No limit".to_owned(), times::moment))
}

/// What can be done about these two. The domain decides again.
fn acts(first: Option<&LinkRecord>, second: Option<&LinkRecord>) -> Option<Radios> {
    use crate::model::LearnerStatus::{Active, Deleted, Merged};
    let mut items = Vec::new();
    let number = |record: &LinkRecord| compare::number(record.learner.uln);
    let status = |record: &LinkRecord| record.learner.status;
    if let (Some(one), Some(two)) = (first, second)
        && (status(one), status(two)) == (Active, Active)
    {
        items.push(("merge-first", format!("Merge {} into {}", number(one), number(two))));
        items.push(("merge-second", format!("Merge {} into {}", number(two), number(one))));
    }
    for (place, record) in [("first", first), ("second", second)] {
        let Some(record) = record else { continue };
        match (place, status(record)) {
            ("first", Merged) => items.push(("unmerge-first", format!("Unmerge {}", number(record)))),
            (_, Merged) => items.push(("unmerge-second", format!("Unmerge {}", number(record)))),
            ("first", Deleted) => items.push(("restore-first", format!("Restore {}", number(record)))),
            (_, Deleted) => items.push(("restore-second", format!("Restore {}", number(record)))),
            (_, Active) if !record.linked_ulns.is_empty() => {}
            ("first", Active) => items.push(("delete-first", format!("Delete {}", number(record)))),
            (_, Active) => items.push(("delete-second", format!("Delete {}", number(record)))),
        }
    }
    (!items.is_empty()).then(|| {
        items.into_iter().fold(Radios::new("act", "What do you want to do?"), |radios, (value, words)| {
            radios.item(Item::new(value, words))
        })
    })
}

fn past(history: &[LinkChange]) -> Table {
    let head = ["When", "What was done", "Why", "By"];
    history.iter().fold(Table::new("Earlier changes of the links").caption_size("m").head(head), |table, change| {
        let uln = compare::number(change.uln);
        let done = match (change.kind, change.master.map(compare::number)) {
            (LinkKind::Merge, Some(master)) => format!("{uln} was merged into {master}"),
            (LinkKind::Follow, Some(master)) => format!("{uln} followed to {master}"),
            (LinkKind::Unmerge, Some(master)) => format!("{uln} was unmerged from {master}"),
            (LinkKind::Delete, _) => format!("{uln} was deleted"),
            (LinkKind::Restore, _) => format!("{uln} was restored"),
            (LinkKind::Split, Some(other)) => {
                format!("Learning events moved from {uln} to {other}")
            }
            (kind, None) => format!("{uln}: {kind}"),
        };
        table.row([
            Cell::from(times::moment(change.at)),
            Cell::from(done),
            Cell::from(change.reason.as_str()),
            Cell::from(change.user_name.as_str()),
        ])
    })
}
