//! Plans of learners in custody: those that the organisation holds, and those of a learner.

mod aim;
mod edit;
mod show;
mod words;

pub(super) use aim::{form as aim_form, save as save_aim};
pub(super) use edit::{change, change_form, create, new_form};
pub(super) use show::{history, print, show};

use super::answer::Answer;
use super::batches::time;
use super::blocks::{Act, Anchor, Blocks};
use super::components::{Button, Cell, Html, Input, Table};
use super::form::{Form, FormErrors};
use super::learners::kept::Known;
use super::problem::Problem;
use super::visit::Visit;
use crate::domain::Action;
use crate::domain::plans::{PLANS_ON_A_PAGE, Plan, PlanSaved};
use crate::model::{PlanId, Uln};

/// `GET /plans`
pub(super) fn list(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let asked = Form::of(visit.asked().query.as_bytes());
    let before = asked.text("before").parse().ok().map(PlanId);
    let service = visit.service();
    let plans = visit.call(Action::ViewPlan, |caller| service.plans().held(caller, before))?;
    let page = Blocks::new(visit, "Learner plans").say("Plans of learners in custody that your organisation holds.");
    if plans.is_empty() {
        return Answer::page(
            &page.say("There are none. Find a learner, and make a plan from the learner\u{2019}s page."),
        );
    }
    let head = ["Plan", "Learner", "ULN", "State", "Establishment", "Changed"];
    let table = plans.iter().fold(Table::new("Plans").head(head), |table, plan| {
        table.row([
            Cell::from(Html::of(&Anchor::new(plan.content.title.as_str(), format!("/plans/{}", plan.id)))),
            Cell::from(plan.learner.as_str()),
            Cell::from(plan.uln.as_str()),
            Cell::from(Html::of(&words::status(plan.content.status))),
            Cell::from(plan.content.establishment.as_str()),
            Cell::from(time(plan.changed_at)),
        ])
    });
    let page = page.with(&table);
    Answer::page(&match plans.last() {
        Some(last) if plans.len() == PLANS_ON_A_PAGE => page.link("Older plans", format!("/plans?before={}", last.id)),
        _ => page,
    })
}

/// `GET /learners/{handle}/plans`
pub(super) fn of_learner(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let handle = visit.parameter("handle");
    let plans = plans(visit, Known::of(visit)?)?;
    let page = Blocks::new(visit, "Plans of the learner").back(&format!("/learners/{handle}"));
    let page = if plans.is_empty() {
        page.say("The learner has no plan yet.")
    } else {
        let head = ["Plan", "Held by", "Establishment", "State", "Starts", "Ends"];
        let table = plans.iter().fold(Table::new("Plans").head(head), |table, plan| {
            let href = match plan.is_own {
                true => format!("/plans/{}", plan.id),
                false => format!("/learners/{handle}/plans/{}", plan.id),
            };
            table.row([
                Cell::from(Html::of(&Anchor::new(plan.content.title.as_str(), href))),
                Cell::from(plan.holder.as_str()),
                Cell::from(plan.content.establishment.as_str()),
                Cell::from(Html::of(&words::status(plan.content.status))),
                Cell::from(words::date(plan.content.starts)),
                Cell::from(plan.content.ends.map(words::date).unwrap_or_default()),
            ])
        });
        page.with(&table)
    };
    Answer::page(&page.with(&Button::link("Make a plan", format!("/plans/new/{handle}"))))
}

/// `GET /learners/{handle}/plans/{id}`: a plan that another organisation holds.
pub(super) fn of_another(visit: &Visit<'_>) -> Result<Answer, Problem> {
    Answer::page(&take_over_page(visit, &foreign(visit)?, &FormErrors::default()))
}

/// `POST /learners/{handle}/plans/{id}`
pub(super) fn take_over(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let plan = foreign(visit)?;
    let (service, uln) = (visit.service(), Known::of(visit)?);
    let establishment = visit.form().text("establishment");
    let saved =
        visit.call(Action::TakeOverPlan, |caller| service.plans().take_over(caller, uln, plan.id, establishment))?;
    match saved {
        PlanSaved::Saved(id) => Ok(Answer::redirect(format!("/plans/{id}"))),
        PlanSaved::Faulty(faults) => Answer::form_again(&take_over_page(visit, &plan, &words::errors(&faults))),
        PlanSaved::Overtaken => {
            let error =
                FormErrors::one("establishment", "Somebody has changed the plan since you opened it: try again");
            Answer::form_again(&take_over_page(visit, &plan, &error))
        }
        PlanSaved::Unknown => Err(Problem::NotFound),
    }
}

fn take_over_page(visit: &Visit<'_>, plan: &Plan, errors: &FormErrors) -> Blocks {
    let address = format!("/learners/{}/plans", visit.parameter("handle"));
    let establishment = Input::new("establishment", "Establishment where the learner is now")
        .value(visit.form().text("establishment"))
        .error(errors.of("establishment"));
    let act = Act::new(visit, format!("{address}/{}", plan.id));
    let page = Blocks::new(visit, plan.content.title.as_str()).caption("Learner plan").back(&address).errors(errors);
    show::content(page, plan)
        .heading("Take over the plan")
        .say("If the learner is taught by your organisation now, go on with the plan. Its history stays.")
        .with(&act.with(&establishment).with(&Button::new("Take over the plan").once()))
}

fn foreign(visit: &Visit<'_>) -> Result<Plan, Problem> {
    let id = id(visit)?;
    let plans = plans(visit, Known::of(visit)?)?;
    plans.into_iter().find(|plan| plan.id == id && !plan.is_own).ok_or(Problem::NotFound)
}

fn plans(visit: &Visit<'_>, uln: Uln) -> Result<Vec<Plan>, Problem> {
    let service = visit.service();
    visit.call(Action::ViewPlan, |caller| service.plans().of_learner(caller, uln))?.ok_or(Problem::NotFound)
}

/// The plan that the address names, if the organisation holds it.
fn own(visit: &Visit<'_>) -> Result<Plan, Problem> {
    let (service, id) = (visit.service(), id(visit)?);
    visit.call(Action::ViewPlan, |caller| service.plans().get(caller, id))?.ok_or(Problem::NotFound)
}

fn id(visit: &Visit<'_>) -> Result<PlanId, Problem> {
    visit.parameter("id").parse().map(PlanId).map_err(|_| Problem::NotFound)
}
