//! Verifying a learner's details, field by field.

use askama::Template;

use super::details::Details;
use super::fields::{self, Filled, control};
use super::find::today;
use super::words::{self, Asked};
use crate::domain::format::Field;
use crate::domain::verification::Claimed;
use crate::domain::{Action, Verdict, Verification, Verified, VerifyQuery, text_of};
use crate::portal::answer::Answer;
use crate::portal::components::{Button, Content, Html, Table, Tag};
use crate::portal::form::FormErrors;
use crate::portal::form_page::FormPage;
use crate::portal::layout::Layout;
use crate::portal::problem::Problem;
use crate::portal::visit::Visit;

const ASKED: [Field; 5] = [Field::Uln, Field::GivenName, Field::FamilyName, Field::DateOfBirth, Field::Gender];
const MANDATORY: [Field; 3] = [Field::Uln, Field::GivenName, Field::FamilyName];

/// `GET /verify`
pub(in crate::portal) fn form(visit: &Visit<'_>) -> Result<Answer, Problem> {
    Answer::page(&form_page(visit, "Verify a learner", "/verify", FormErrors::default()))
}

/// `POST /verify`
pub(in crate::portal) fn verify(visit: &Visit<'_>) -> Result<Answer, Problem> {
    match ask(visit)? {
        Err(errors) => Answer::form_again(&form_page(visit, "Verify a learner", "/verify", errors)),
        Ok((details, verification)) => outcome_page(visit, &details, &verification),
    }
}

/// Verifies the details that the form has, if they can be read.
pub(in crate::portal) fn ask(visit: &Visit<'_>) -> Result<Result<(Details, Verification), FormErrors>, Problem> {
    let (details, errors) = fields::read(visit.form(), &ASKED, &MANDATORY, today(visit));
    if !errors.is_empty() {
        return Ok(Err(errors));
    }
    let query = VerifyQuery { uln: details.get(Field::Uln).parse().ok(), claimed: claimed(&details) };
    let verification = visit.call(Action::VerifyLearner, |caller| visit.service().learners().verify(caller, &query))?;
    Ok(Ok((details, verification)))
}

fn claimed(details: &Details) -> Claimed<'_> {
    let text = |field| Some(details.get(field));
    Claimed::names(details.get(Field::GivenName), details.get(Field::FamilyName))
        .born(text(Field::DateOfBirth), text(Field::Gender))
}

/// The page that says what came of a verification, field by field.
pub(in crate::portal) fn outcome_page(
    visit: &Visit<'_>,
    details: &Details,
    verification: &Verification,
) -> Result<Answer, Problem> {
    let claimed = claimed(details);
    let entered = |field| words::value(field, details.get(field));
    let is_found = verification.outcome != Verified::NotFound;
    let uln = if is_found { Tag::coloured("Held", "green") } else { Tag::coloured("Not held", "red") };
    let table = Table::new("Each detail").caption_size("m").named_rows().head(["Detail", "You entered", "Outcome"]);
    let table = table.row::<Content>(["ULN".into(), entered(Field::Uln).into(), Html::of(&uln).into()]);
    let table = verification.by_field(&claimed).into_iter().fold(table, |table, verified| {
        let held = verification.learner.as_ref().and_then(|learner| text_of(learner, verified.field));
        let outcome: Content = match (verified.verdict, held) {
            (Verdict::Similar | Verdict::OtherName, Some(held)) => {
                format!("{}: the register has {}", verdict(verified.verdict).0, words::value(verified.field, &held))
                    .into()
            }
            (verdict, _) => Html::of(&tag(verdict)).into(),
        };
        table.row::<Content>([Asked::of(verified.field).label.into(), entered(verified.field).into(), outcome])
    });
    let (heading, advice) = told(verification);
    Answer::page(&Outcome { layout: visit.layout(), heading, advice, table, code: verification.code() })
}

/// What came of a verification.
#[derive(Template)]
#[template(path = "learners/verified.html")]
struct Outcome {
    layout: Layout,
    heading: &'static str,
    advice: &'static str,
    table: Table,
    code: &'static str,
}

/// The form for a learner's details, sent to `action`.
pub(in crate::portal) fn form_page<'v>(
    visit: &'v Visit<'_>,
    heading: &'v str,
    action: &'v str,
    errors: FormErrors,
) -> FormPage<'v> {
    FormPage::new(visit, heading, action, errors, |errors| {
        let mut parts: Vec<Html> =
            ASKED.into_iter().map(|field| control(field, Filled::Typed(visit.form()), errors)).collect();
        parts.push(Html::of(&Button::new("Verify learner")));
        parts
    })
}

/// What came of a verification, and what to do.
pub(in crate::portal) fn told(verification: &Verification) -> (&'static str, &'static str) {
    match verification.outcome {
        Verified::Match => ("The details match", "This ULN is the learner\u{2019}s."),
        Verified::LinkedMatch => {
            ("The details match a linked ULN", "This ULN was merged into another of the same learner.")
        }
        Verified::Similar => ("The details are similar", "Compare what differs with the learner\u{2019}s documents."),
        Verified::SimilarLinked => (
            "The details are similar to those of a linked ULN",
            "This ULN was merged into another of the same learner. Compare what differs with the learner\u{2019}s documents.",
        ),
        Verified::NoMatch => (
            "The details do not match",
            "Somebody has this ULN, but not with these details. Check them with the learner.",
        ),
        Verified::NotFound => ("Nobody has this ULN", "Check the ULN with the learner."),
    }
}

const fn verdict(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Matches => ("Matches", "green"),
        Verdict::Similar => ("Similar", "yellow"),
        Verdict::Agrees => ("Matches, or is similar", "yellow"),
        Verdict::OtherName => ("Matches another name of the learner", "yellow"),
        Verdict::DoesNotMatch => ("Does not match", "red"),
        Verdict::NotCompared => ("Not compared", "grey"),
    }
}

fn tag(of: Verdict) -> Tag {
    let (words, colour) = verdict(of);
    Tag::coloured(words, colour)
}
