//! An aim of a plan: added, changed or removed.

use super::edit::OVERTAKEN;
use super::{own, words};
use crate::domain::Action;
use crate::domain::plans::{Plan, PlanAim, PlanContent, PlanSaved};
use crate::portal::answer::Answer;
use crate::portal::blocks::{Act, Blocks};
use crate::portal::components::{Button, DateInput, Input, Textarea};
use crate::portal::form::FormErrors;
use crate::portal::problem::Problem;
use crate::portal::visit::Visit;

/// What stands in the form.
struct Filled {
    aim: PlanAim,
    target: [String; 3],
}

/// `GET /plans/{id}/aims/{aim}`, where a new one is called `new`
pub(in crate::portal) fn form(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let plan = own(visit)?;
    let aim = match place(visit, &plan)? {
        Some(place) => plan.content.aims.get(place).cloned().ok_or(Problem::NotFound)?,
        None => PlanAim::default(),
    };
    let target = words::parts(aim.target);
    Answer::page(&page(visit, &plan, &Filled { aim, target }, &FormErrors::default())?)
}

/// `POST /plans/{id}/aims/{aim}`
pub(in crate::portal) fn save(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let (plan, form) = (own(visit)?, visit.form());
    let place = place(visit, &plan)?;
    let target = words::typed(form, "target");
    let day = words::day(&target);
    let aim = PlanAim {
        aim: form.text("aim").to_owned(),
        target: day.unwrap_or_default(),
        outcome: form.text("outcome").to_owned(),
        comments: form.text("comments").replace("\r\n", "\n"),
    };
    let filled = Filled { aim: aim.clone(), target };
    let again = |errors: &FormErrors| Answer::form_again(&page(visit, &plan, &filled, errors)?);
    let is_removed = form.text("remove") == "yes";
    let mut errors = if is_removed { FormErrors::default() } else { words::errors(&aim.faults()) };
    if !is_removed && day.is_err() {
        errors.add("target-day", "Target date must be a real date");
    }
    if !errors.is_empty() {
        return again(&errors);
    }
    let mut aims = plan.content.aims.clone();
    match place {
        Some(place) if is_removed => drop(aims.remove(place)),
        Some(place) => aims.iter_mut().skip(place).take(1).for_each(|other| *other = aim.clone()),
        None => aims.push(aim),
    }
    let content = PlanContent { aims, ..plan.content.clone() };
    let (service, version) = (visit.service(), form.text("version").parse().unwrap_or(0));
    match visit.call(Action::ChangePlan, |caller| service.plans().change(caller, plan.id, version, &content))? {
        PlanSaved::Saved(id) => Ok(Answer::redirect(format!("/plans/{id}"))),
        PlanSaved::Faulty(faults) => again(&words::errors(&faults)),
        PlanSaved::Overtaken => again(&FormErrors::one("aim", OVERTAKEN)),
        PlanSaved::Unknown => Err(Problem::NotFound),
    }
}

fn page(visit: &Visit<'_>, plan: &Plan, filled: &Filled, errors: &FormErrors) -> Result<Blocks, Problem> {
    let (address, is_new) = (format!("/plans/{}", plan.id), place(visit, plan)?.is_none());
    let Filled { aim, target: [day, month, year] } = filled;
    let target = DateInput::new("target", "Target date, if there is one").values([day, month, year]);
    let act = Act::new(visit, format!("{address}/aims/{}", visit.parameter("aim")))
        .hidden("version", plan.version.to_string())
        .with(
            &Input::new("aim", "Aim")
                .hint("The reference of a learning aim, or a few words")
                .value(aim.aim.as_str())
                .error(errors.of("aim")),
        )
        .with(&target.hint("For example, 31 3 2026").error(errors.of("target-day")))
        .with(
            &Input::new("outcome", "Outcome, if there is one").value(aim.outcome.as_str()).error(errors.of("outcome")),
        )
        .with(&Textarea::new("comments", "Comments").value(aim.comments.as_str()).error(errors.of("comments")))
        .with(&Button::new("Save the aim").once());
    let act = if is_new { act } else { act.with(&Button::new("Remove the aim").secondary().named("remove", "yes")) };
    let heading = if is_new { "Add an aim" } else { "Change the aim" };
    let page = Blocks::new(visit, heading).caption(plan.content.title.as_str()).back(&address).errors(errors);
    Ok(page.with(&act))
}

/// Which aim the address names, from 0; `None` for a new one.
fn place(visit: &Visit<'_>, plan: &Plan) -> Result<Option<usize>, Problem> {
    match visit.parameter("aim") {
        "new" => Ok(None),
        number => {
            let place = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
            place.filter(|place| *place < plan.content.aims.len()).map(Some).ok_or(Problem::NotFound)
        }
    }
}
