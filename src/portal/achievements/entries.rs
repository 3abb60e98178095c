//! Entries and results: what waits for a result, what has one, what came of files, and the form for
//! a result.

use super::award::{self, Filled};
use super::show::details;
use super::{not_configured, own, words};
use crate::domain::Action;
use crate::domain::achievements::{AchievementChange, AchievementRow, Acted, ShownAchievement};
use crate::domain::jobs::JobQuery;
use crate::model::{AchievementAction, JobKind, Permission, SubmissionType, london_day};
use crate::portal::answer::Answer;
use crate::portal::batches::{FEW, jobs_table};
use crate::portal::blocks::{Act, Blocks};
use crate::portal::components::Button;
use crate::portal::form::FormErrors;
use crate::portal::problem::Problem;
use crate::portal::visit::Visit;

/// `GET /entries`
pub(in crate::portal) fn list(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let service = visit.service();
    let entries = visit.call(Action::ViewAchievements, |caller| service.achievements().entries(caller))?;
    let page = Blocks::new(visit, "Entries and results").with(&Button::link("Make an entry", "/entries/new"));
    let page = page.say(
        "An entry says that a learner is to be assessed. It has no grade: the result adds that. Until then the learner\u{2019}s record shows it as provisional.",
    );
    let page = match entries.waiting.is_empty() {
        true => page.say("No entry waits for a result."),
        false => page.with(&words::table("Waiting for a result", &entries.waiting)),
    };
    let page = match entries.completed.is_empty() {
        true => page.say("No entry has a result yet."),
        false => page.with(&words::table("Results", &entries.completed)),
    };
    let page = page.heading("By file").say(
        "A file of achievements may have both. Entries: SubmissionType P, no Grade, and an AchievementAwardDate after today. Results: the grade and the award date.",
    );
    if !visit.may(Permission::SubmitBatches) {
        return Answer::page(&page);
    }
    let jobs = visit.call(Action::ListJobs, |caller| {
        let query = JobQuery { kinds: &[JobKind::Achievement], limit: FEW, ..JobQuery::default() };
        service.jobs().list(caller, &query)
    })?;
    let page = match jobs.jobs.is_empty() {
        true => page,
        false => page.with(&jobs_table("Last files, with what failed in each", &jobs.jobs)),
    };
    Answer::page(&page.link("Upload a file of entries or results", "/batches/new"))
}

/// `GET /entries/{id}`: the form for the result.
pub(in crate::portal) fn show(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let shown = own(visit)?;
    if !shown.achievement.is_entry() {
        return Ok(Answer::redirect(format!("/achievements/{}", shown.achievement.event.id)));
    }
    let row = AchievementRow { award_date: None, ..words::row(&shown.achievement) };
    let filled = Filled::of(&row, SubmissionType::Final.code());
    Answer::page(&page(visit, &shown, &filled, &FormErrors::default()))
}

/// `POST /entries/{id}`: the result.
pub(in crate::portal) fn complete(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let shown = own(visit)?;
    let id = shown.achievement.event.id;
    let filled = Filled::typed(visit.form());
    let mut errors = FormErrors::default();
    let mut result = AchievementRow::default();
    filled.write(&mut result);
    if result.award_date.is_none() {
        errors.add("award_date-day", "Enter the award date (F010)");
    }
    if result.grade.is_none() {
        errors.add("grade", words::sentence("F011"));
    }
    let Ok(submission_type) = filled.submission_type.parse() else {
        errors.add("submission_type", "Choose whether it is final or provisional");
        return Answer::form_again(&page(visit, &shown, &filled, &errors));
    };
    if !errors.is_empty() {
        return Answer::form_again(&page(visit, &shown, &filled, &errors));
    }
    let row = AchievementRow {
        award_date: result.award_date,
        grade: result.grade,
        action: Some(AchievementAction::Update.code().to_owned()),
        action_date: Some(london_day(visit.service().clock().now()).to_string()),
        ..words::row(&shown.achievement)
    };
    let version = visit.form().text("version").parse().unwrap_or(-1);
    let change = AchievementChange { id, version, submission_type, row };
    let service = visit.service();
    match visit.call(Action::ChangeAchievement, |caller| service.achievements().change(caller, &change))? {
        Acted::Done { .. } => return Ok(Answer::redirect(format!("/achievements/{id}"))),
        Acted::NotConfigured => return not_configured(visit),
        Acted::Unknown => return Err(Problem::NotFound),
        Acted::Overtaken => errors.add(
            "award_date-day",
            "Somebody has changed the entry since you opened it: look at it in another window, then decide again",
        ),
        Acted::Refused(codes) => {
            for code in codes {
                let own = words::field(code);
                let field = if matches!(own, "grade" | "submission_type") { own } else { "award_date-day" };
                errors.add(field, words::sentence(code));
            }
        }
    }
    Answer::form_again(&page(visit, &shown, &filled, &errors))
}

fn page(visit: &Visit<'_>, shown: &ShownAchievement, filled: &Filled, errors: &FormErrors) -> Blocks {
    let event = &shown.achievement.event;
    // A form that comes back has the version that its user saw.
    let version = match visit.form().text("version") {
        "" => shown.version.to_string(),
        seen => seen.to_owned(),
    };
    let act = Act::new(visit, format!("/entries/{}", event.id)).hidden("version", version);
    let act =
        award::grade(act.with(&award::award_date("Award date", filled, errors)), shown.entry.as_ref(), filled, errors);
    let act = act.with(&award::standing(filled, errors)).with(&Button::new("Enter the result").once());
    let page = Blocks::new(visit, "Enter the result").caption(format!("{}, {}", event.subject, shown.learner));
    let page = page.back("/entries").errors(errors).with(&details(shown)).with(&act);
    page.link("See what happened to the entry, or withdraw it", format!("/achievements/{}", event.id))
}
