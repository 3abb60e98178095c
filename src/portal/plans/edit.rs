//! The details of a plan: title, establishment, days and state.

use super::{own, words};
use crate::domain::Action;
use crate::domain::plans::{Plan, PlanContent, PlanSaved};
use crate::model::PlanStatus;
use crate::portal::answer::Answer;
use crate::portal::blocks::{Act, Blocks};
use crate::portal::components::{Button, DateInput, Input, Item, Radios};
use crate::portal::form::FormErrors;
use crate::portal::learners::kept::Known;
use crate::portal::problem::Problem;
use crate::portal::visit::Visit;

/// What stands in the form.
struct Filled {
    title: String,
    establishment: String,
    starts: [String; 3],
    ends: [String; 3],
    status: String,
}

/// `GET /plans/new/{handle}`
pub(in crate::portal) fn new_form(visit: &Visit<'_>) -> Result<Answer, Problem> {
    Known::of(visit)?;
    let empty = Filled { status: PlanStatus::Draft.code().to_owned(), ..Filled::typed(visit) };
    Answer::page(&new_page(visit, &empty, &FormErrors::default()))
}

/// `POST /plans/new/{handle}`
pub(in crate::portal) fn create(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let (uln, filled) = (Known::of(visit)?, Filled::typed(visit));
    let again = |errors: &FormErrors| Answer::form_again(&new_page(visit, &filled, errors));
    let content = match filled.content(Vec::new()) {
        Ok(content) => content,
        Err(errors) => return again(&errors),
    };
    let service = visit.service();
    match visit.call(Action::CreatePlan, |caller| service.plans().create(caller, uln, &content))? {
        PlanSaved::Saved(id) => Ok(Answer::redirect(format!("/plans/{id}"))),
        PlanSaved::Faulty(faults) => again(&words::errors(&faults)),
        PlanSaved::Unknown | PlanSaved::Overtaken => Err(Problem::NotFound),
    }
}

/// `GET /plans/{id}/change`
pub(in crate::portal) fn change_form(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let plan = own(visit)?;
    Answer::page(&change_page(visit, &plan, &Filled::of(&plan.content), &FormErrors::default()))
}

/// `POST /plans/{id}/change`
pub(in crate::portal) fn change(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let (plan, filled) = (own(visit)?, Filled::typed(visit));
    let again = |errors: &FormErrors| Answer::form_again(&change_page(visit, &plan, &filled, errors));
    let content = match filled.content(plan.content.aims.clone()) {
        Ok(content) => content,
        Err(errors) => return again(&errors),
    };
    let (service, version) = (visit.service(), visit.form().text("version").parse().unwrap_or(0));
    match visit.call(Action::ChangePlan, |caller| service.plans().change(caller, plan.id, version, &content))? {
        PlanSaved::Saved(id) => Ok(Answer::redirect(format!("/plans/{id}"))),
        PlanSaved::Faulty(faults) => again(&words::errors(&faults)),
        PlanSaved::Overtaken => again(&FormErrors::one("title", OVERTAKEN)),
        PlanSaved::Unknown => Err(Problem::NotFound),
    }
}

/// What is said when somebody else was faster.
pub(super) const OVERTAKEN: &str =
    "Somebody has changed the plan since you opened it: look at it in another window, then save again";

fn new_page(visit: &Visit<'_>, filled: &Filled, errors: &FormErrors) -> Blocks {
    let handle = visit.parameter("handle");
    let act = Act::new(visit, format!("/plans/new/{handle}"));
    let page = Blocks::new(visit, "Make a plan").back(&format!("/learners/{handle}/plans")).errors(errors);
    page.with(&fields(act, filled, errors).with(&Button::new("Make the plan").once()))
}

fn change_page(visit: &Visit<'_>, plan: &Plan, filled: &Filled, errors: &FormErrors) -> Blocks {
    let address = format!("/plans/{}", plan.id);
    let act = Act::new(visit, format!("{address}/change")).hidden("version", plan.version.to_string());
    let page = Blocks::new(visit, "Change the plan").caption(plan.content.title.as_str()).back(&address).errors(errors);
    page.with(&fields(act, filled, errors).with(&Button::new("Save the plan").once()))
}

fn fields(act: Act, filled: &Filled, errors: &FormErrors) -> Act {
    let date = |name: &'static str, label: &'static str, parts: &[String; 3], error| {
        let [day, month, year] = parts;
        DateInput::new(name, label).values([day, month, year]).hint("For example, 31 3 2026").error(error)
    };
    let status = Radios::new("status", "State")
        .item(Item::new(PlanStatus::Draft.code(), "Draft"))
        .item(Item::new(PlanStatus::Active.code(), "Active"))
        .item(Item::new(PlanStatus::Closed.code(), "Closed"))
        .value(filled.status.as_str())
        .error(errors.of("status"));
    act.with(&Input::new("title", "Title").value(filled.title.as_str()).error(errors.of("title")))
        .with(
            &Input::new("establishment", "Establishment")
                .value(filled.establishment.as_str())
                .error(errors.of("establishment")),
        )
        .with(&date("starts", "First day", &filled.starts, errors.of("starts-day")))
        .with(&date("ends", "Last day, if it is known", &filled.ends, errors.of("ends-day")))
        .with(&status)
}

impl Filled {
    fn typed(visit: &Visit<'_>) -> Self {
        let form = visit.form();
        Self {
            title: form.text("title").to_owned(),
            establishment: form.text("establishment").to_owned(),
            starts: words::typed(form, "starts"),
            ends: words::typed(form, "ends"),
            status: form.text("status").to_owned(),
        }
    }

    fn of(content: &PlanContent) -> Self {
        Self {
            title: content.title.clone(),
            establishment: content.establishment.clone(),
            starts: words::parts(Some(content.starts)),
            ends: words::parts(content.ends),
            status: content.status.code().to_owned(),
        }
    }

    /// The plan with these aims, if the form can be read.
    fn content(&self, aims: Vec<crate::domain::plans::PlanAim>) -> Result<PlanContent, FormErrors> {
        let mut errors = FormErrors::default();
        let starts = words::day(&self.starts);
        match starts {
            Ok(Some(_)) => {}
            Ok(None) => errors.add("starts-day", "Enter the first day"),
            Err(()) => errors.add("starts-day", "First day must be a real date"),
        }
        let ends = words::day(&self.ends);
        if ends.is_err() {
            errors.add("ends-day", "Last day must be a real date");
        }
        let status = self.status.parse();
        if status.is_err() {
            errors.add("status", "Choose the state of the plan");
        }
        let (Ok(Some(starts)), Ok(ends), Ok(status)) = (starts, ends, status) else { return Err(errors) };
        let (title, establishment) = (self.title.clone(), self.establishment.clone());
        Ok(PlanContent { title, establishment, starts, ends, status, aims })
    }
}
