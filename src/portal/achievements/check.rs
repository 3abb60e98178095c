//! Checking what was entered, creating the achievement, and the page that says that it is there.

use super::new::{self, Flow, New};
use super::{award, not_configured, qualification, words};
use crate::domain::Action;
use crate::domain::achievements::Acted;
use crate::domain::format::Field;
use crate::portal::answer::Answer;
use crate::portal::blocks::{Act, Blocks};
use crate::portal::components::{Button, Panel, SummaryList, SummaryRow};
use crate::portal::form::FormErrors;
use crate::portal::learners::words::value;
use crate::portal::problem::Problem;
use crate::portal::visit::Visit;

/// `GET /achievements/new/{handle}/check`
pub(in crate::portal) fn check(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let (handle, flow, new) = (visit.parameter("handle"), Flow::of(visit), New::of(visit)?);
    let address = flow.address();
    if new.created.is_some() {
        return Ok(Answer::redirect(format!("{address}/{handle}/done")));
    }
    if new.row.action_date.is_none() {
        return Ok(Answer::redirect(format!("{address}/{handle}/qualification")));
    }
    let (heading, button) = match flow {
        Flow::Achievement => ("Check the achievement", "Create the achievement"),
        Flow::Entry => ("Check the entry", "Make the entry"),
    };
    let page = Blocks::new(visit, heading).back(&format!("{address}/{handle}/award"));
    let act = Act::new(visit, format!("{address}/{handle}/check")).with(&Button::new(button).once());
    Answer::page(&page.with(&summary(flow, handle, &new)).with(&act))
}

/// `POST /achievements/new/{handle}/check`
pub(in crate::portal) fn create(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let (handle, address, mut new) = (visit.parameter("handle"), Flow::of(visit).address(), New::of(visit)?);
    let done = format!("{address}/{handle}/done");
    if new.created.is_some() {
        return Ok(Answer::redirect(done));
    }
    let submission_type = new.submission_type.parse().map_err(|_| Problem::NotFound)?;
    let service = visit.service();
    let acted = visit
        .call(Action::CreateAchievement, |caller| service.achievements().submit(caller, submission_type, &new.row))?;
    match acted {
        Acted::Done { id, master, .. } => {
            new.created = Some(id);
            new.master = master.map(|uln| uln.as_str().to_owned());
            visit.keep_instead(handle, &new)?;
            Ok(Answer::redirect(done))
        }
        Acted::Refused(codes) => refused(visit, &new, &codes),
        Acted::NotConfigured => not_configured(visit),
        Acted::Overtaken | Acted::Unknown => Err(Problem::NotFound),
    }
}

/// The page with the field at which it was refused, with the reason.
fn refused(visit: &Visit<'_>, new: &New, codes: &[&'static str]) -> Result<Answer, Problem> {
    let mut errors = FormErrors::default();
    for code in codes {
        errors.add(words::field(code), words::sentence(code));
    }
    match codes.first().map(|code| words::field(code)) {
        Some("uln") => new::again(visit, errors),
        Some("reference") => qualification::again(visit, new, &errors),
        _ => award::again(visit, new, &errors),
    }
}

/// `GET /achievements/new/{handle}/done`
pub(in crate::portal) fn done(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let new = New::of(visit)?;
    let id = new.created.ok_or(Problem::NotFound)?;
    let flow = Flow::of(visit);
    let heading = match flow {
        Flow::Achievement => "Achievement created",
        Flow::Entry => "Entry made",
    };
    let page = Blocks::new(visit, heading).panel(&Panel::new(heading, format!("{}: {}", new.learner(), new.title)));
    let page = match &new.master {
        Some(master) => {
            page.say(format!("{} The present ULN is {master}.", words::meaning("L003"))).with(&words::Code("L003"))
        }
        None => page,
    };
    let [see, another] = match flow {
        Flow::Achievement => ["See the achievement", "Enter another achievement"],
        Flow::Entry => ["See the entry", "Make another entry"],
    };
    Answer::page(
        &page.heading("What you can do next").links(vec![
            (see.to_owned(), format!("/achievements/{id}")),
            (another.to_owned(), flow.address().to_owned()),
        ]),
    )
}

fn summary(flow: Flow, handle: &str, new: &New) -> SummaryList {
    let address = flow.address();
    let text = |field: &str| new.row.get(field).unwrap_or_default().to_owned();
    let step = |name: &str| format!("{address}/{handle}/{name}");
    let date = value(Field::DateOfBirth, &text("AchievementAwardDate"));
    let language = new.row.get("LanguageForAssessment").unwrap_or("Not stated").to_owned();
    let award = |label: &'static str, value: String, what: &'static str| {
        SummaryRow::new(label, value).change(step("award"), what)
    };
    let list = SummaryList::new()
        .with(SummaryRow::new("Learner", new.learner()).change(address, "the learner"))
        .row("ULN", text("ULN"))
        .row("Verification", new.verified.clone())
        .with(
            SummaryRow::new(
                "Qualification or unit",
                format!("{} ({})", new.title, text("UnitOrQualificationReferenceNumber")),
            )
            .change(step("qualification"), "the qualification or unit"),
        )
        .with(award(if flow == Flow::Entry { "Expected award date" } else { "Award date" }, date, "the award date"));
    let list = match flow {
        Flow::Achievement => list.with(award("Grade", text("Grade"), "the grade")),
        Flow::Entry => list,
    };
    let list = list
        .with(award("Language of assessment", language, "the language of assessment"))
        .with(award("UKPRN of the provider", text("ProviderUKPRN"), "the provider"))
        .with(award("Your own identifier", text("MISIdentifier"), "your own identifier"));
    match flow {
        Flow::Achievement => {
            list.with(award("State", words::standing_of(&new.submission_type).to_owned(), "whether it is final"))
        }
        Flow::Entry => list,
    }
}
