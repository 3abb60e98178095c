//! Registering a learner whom a search did not find: question pages, check answers, the new ULN.

use super::details::Details;
use super::fields::{self, Filled, control};
use super::find::today;
use super::kept::{Known, Search};
use super::words::{self, Asked};
use crate::domain::format::Field;
use crate::domain::{Action, NewLearner, NotRegistered, Registered};
use crate::model::Uln;
use crate::portal::answer::Answer;
use crate::portal::components::{BackLink, Button, ErrorSummary, Html, InsetText, Panel, SummaryList, SummaryRow};
use crate::portal::form::FormErrors;
use crate::portal::form_page::FormPage;
use crate::portal::layout::Layout;
use crate::portal::live::CopyButton;
use crate::portal::problem::Problem;
use crate::portal::visit::Visit;
use askama::Template;

/// A question page.
struct Step {
    name: &'static str,
    heading: &'static str,
    fields: &'static [Field],
    mandatory: &'static [Field],
}

/// The question pages, in their order. The search has asked for the five demographics.
static STEPS: [Step; 5] = [
    Step {
        name: "names",
        heading: "Other names",
        fields: &[
            Field::Title,
            Field::PreferredGivenName,
            Field::MiddleOtherName,
            Field::PreviousFamilyName,
            Field::FamilyNameAtAge16,
        ],
        mandatory: &[],
    },
    Step { name: "address", heading: "Address", fields: &ADDRESS, mandatory: &[] },
    Step {
        name: "more",
        heading: "More about the learner",
        fields: &[
            Field::PlaceOfBirth,
            Field::Nationality,
            Field::SchoolAtAge16,
            Field::EmailAddress,
            Field::ScottishCandidateNumber,
            Field::Notes,
        ],
        mandatory: &[],
    },
    Step {
        name: "evidence",
        heading: "Proof of identity",
        fields: &[Field::VerificationType, Field::OtherVerificationDescription],
        mandatory: &[Field::VerificationType],
    },
    Step {
        name: "sharing",
        heading: "Privacy notice",
        fields: &[Field::AbilityToShare],
        mandatory: &[Field::AbilityToShare],
    },
];

/// The address but for the postcode, by which the learner is searched.
const ADDRESS: [Field; 5] = [
    Field::LastKnownAddressLine1,
    Field::LastKnownAddressLine2,
    Field::LastKnownAddressTown,
    Field::LastKnownAddressCountyOrCity,
    Field::DateOfAddressCapture,
];

impl Step {
    fn of(visit: &Visit<'_>) -> Result<(usize, &'static Self), Problem> {
        let name = visit.parameter("step");
        STEPS.iter().enumerate().find(|(_, step)| step.name == name).ok_or(Problem::NotFound)
    }

    /// The controls of the page; what was seen stands below its choice.
    fn shown(&self) -> impl Iterator<Item = Field> {
        self.fields.iter().copied().filter(|field| *field != Field::OtherVerificationDescription)
    }
}

/// `GET /learners/register/{handle}/{step}`
pub(in crate::portal) fn question(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let (_, step) = Step::of(visit)?;
    let search = Search::of(visit)?;
    if let Some(done) = already(visit, &search) {
        return Ok(done);
    }
    Answer::page(&question_page(visit, step, Filled::Known(&search.details), FormErrors::default()))
}

/// `POST /learners/register/{handle}/{step}`
pub(in crate::portal) fn answer(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let (place, step) = Step::of(visit)?;
    let handle = visit.parameter("handle");
    let mut search = Search::of(visit)?;
    let (details, errors) = fields::read(visit.form(), step.fields, step.mandatory, today(visit));
    if !errors.is_empty() {
        return Answer::form_again(&question_page(visit, step, Filled::Typed(visit.form()), errors));
    }
    search.details.take(step.fields.iter().copied(), &details);
    visit.keep_instead(handle, &search)?;
    let next = match STEPS.get(place + 1) {
        Some(next) if visit.form().text("then").is_empty() => next.name,
        _ => "check",
    };
    Ok(Answer::redirect(format!("/learners/register/{handle}/{next}")))
}

fn question_page<'v>(
    visit: &'v Visit<'_>,
    step: &'static Step,
    filled: Filled<'_>,
    errors: FormErrors,
) -> FormPage<'v> {
    let page = FormPage::new(visit, step.heading, &visit.asked().path, errors, |errors| {
        let mut parts: Vec<Html> = step.shown().map(|field| control(field, filled, errors)).collect();
        parts.push(Html::of(&Button::new("Continue")));
        parts
    });
    if step.name == "sharing" { page.before(Html::of(&notice())) } else { page }
}

/// What the privacy notice is for.
pub(super) fn notice() -> InsetText {
    InsetText::new(
        "Give the learner the privacy notice before you answer. Their record is shared with other organisations only after they have seen it.",
    )
}

/// What the user is about to register.
#[derive(Template)]
#[template(path = "learners/check.html")]
struct Check<'p> {
    layout: Layout,
    summary: Option<ErrorSummary>,
    back: BackLink,
    handle: &'p str,
    answers: SummaryList,
}

/// `GET /learners/register/{handle}/check`
pub(in crate::portal) fn check(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let search = Search::of(visit)?;
    match already(visit, &search) {
        Some(done) => Ok(done),
        None => Answer::page(&check_page(visit, &search.details, None)),
    }
}

/// `POST /learners/register/{handle}/check`
pub(in crate::portal) fn register(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let handle = visit.parameter("handle");
    let mut search = Search::of(visit)?;
    if let Some(done) = already(visit, &search) {
        return Ok(done);
    }
    let registered = {
        let shown = search.ulns();
        let new = NewLearner { fields: search.details.texts(), dismissal: search.dismissal(&shown) };
        visit.call(Action::RegisterLearner, |caller| visit.service().learners().register(caller, &new))?
    };
    match registered {
        Registered::Registered(uln) => {
            search.register(uln);
            visit.keep_instead(handle, &search)?;
            Ok(Answer::redirect(format!("/learners/register/{handle}/done")))
        }
        Registered::Refused(reason) => {
            let text = format!("{} ({})", refusal(reason), registered.code());
            Answer::form_again(&check_page(visit, &search.details, Some(text)))
        }
    }
}

fn check_page<'v>(visit: &'v Visit<'_>, details: &Details, refusal: Option<String>) -> Check<'v> {
    let handle = visit.parameter("handle");
    let find = format!("/learners/find/{handle}");
    let searched = Field::DEMOGRAPHICS.into_iter().map(|field| (field, find.clone()));
    let asked = STEPS.iter().flat_map(|step| {
        step.fields.iter().map(move |field| (*field, format!("/learners/register/{handle}/{}", step.name)))
    });
    let answers = searched.chain(asked).fold(SummaryList::new(), |list, (field, href)| {
        let text = match details.get(field) {
            "" if field == Field::OtherVerificationDescription => return list,
            "" => "Not given".to_owned(),
            text => words::value(field, text),
        };
        let label = Asked::of(field).label;
        list.with(SummaryRow::new(label, text).change(href, label.to_lowercase()))
    });
    Check {
        layout: Layout { has_errors: refusal.is_some(), ..visit.layout() },
        summary: refusal.map(|text| ErrorSummary::new().page(text)),
        back: BackLink::new(format!("/learners/register/{handle}/sharing")),
        handle,
        answers,
    }
}

/// Why a learner was not registered, and what to do.
fn refusal(reason: NotRegistered) -> String {
    match reason {
        NotRegistered::Detail(error) => words::error(error),
        NotRegistered::OutsideAge => {
            "Learners must be 13 to 110 years old. Change the date of birth if it is wrong".to_owned()
        }
        NotRegistered::NoRecentFind => {
            "The search was too long ago. Search again: what you entered is carried over".to_owned()
        }
        NotRegistered::InHaste | NotRegistered::NotDismissed => {
            "Search again, and say why none of the learners found is the one".to_owned()
        }
        NotRegistered::Exists => {
            "A learner with this name, date of birth, gender and postcode is registered. Search again to find them"
                .to_owned()
        }
    }
}

fn already(visit: &Visit<'_>, search: &Search) -> Option<Answer> {
    let done = || Answer::redirect(format!("/learners/register/{}/done", visit.parameter("handle")));
    search.registered().map(|_| done())
}

/// The new ULN.
#[derive(Template)]
#[template(path = "learners/registered.html")]
struct Done<'p> {
    layout: Layout,
    panel: Panel,
    copy: CopyButton,
    handle: &'p str,
}

/// `GET /learners/register/{handle}/done`
pub(in crate::portal) fn done(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let search = Search::of(visit)?;
    let uln = search.registered().ok_or(Problem::NotFound)?;
    let words = format!("{} has the ULN {}", search.details.name(), spaced(uln));
    Answer::page(&Done {
        layout: visit.layout(),
        panel: Panel::new("Learner registered", words),
        copy: CopyButton { value: uln.as_str().to_owned(), what: "ULN" },
        handle: visit.parameter("handle"),
    })
}

/// `POST /learners/register/{handle}/view`: to the page of the new learner.
pub(in crate::portal) fn view(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let uln = Search::of(visit)?.registered().ok_or(Problem::NotFound)?;
    Ok(Answer::redirect(Known::page(visit, uln)?))
}

/// `POST /learners/register/{handle}/another`: a search for another learner at the same address.
pub(in crate::portal) fn another(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let search = Search::of(visit)?;
    let mut details = Details::default();
    details.take(ADDRESS.into_iter().chain([Field::LastKnownPostCode]), &search.details);
    let next = visit.keep(&Search::with(details))?;
    Ok(Answer::redirect(format!("/learners/find/{next}")))
}

/// A number in groups, as people read it.
pub(in crate::portal) fn spaced(uln: Uln) -> String {
    let digits = uln.as_str();
    match (digits.get(..3), digits.get(3..6), digits.get(6..)) {
        (Some(first), Some(second), Some(third)) => format!("{first} {second} {third}"),
        _ => digits.to_owned(),
    }
}
