//! A plan: what is in it, its history, and the same to print.

use super::{own, words};
use crate::domain::Action;
use crate::domain::plans::Plan;
use crate::model::PlanStep;
use crate::portal::answer::Answer;
use crate::portal::batches::time;
use crate::portal::blocks::Blocks;
use crate::portal::components::{Cell, Html, SummaryList, Table};
use crate::portal::problem::Problem;
use crate::portal::visit::Visit;

/// `GET /plans/{id}`
pub(in crate::portal) fn show(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let plan = own(visit)?;
    let address = format!("/plans/{}", plan.id);
    let page = Blocks::new(visit, plan.content.title.as_str()).caption("Learner plan").back("/plans");
    let mut links = vec![
        ("Add an aim".to_owned(), format!("{address}/aims/new")),
        ("Change the details".to_owned(), format!("{address}/change")),
        ("History".to_owned(), format!("{address}/history")),
        ("Print".to_owned(), format!("{address}/print")),
    ];
    for (number, aim) in (1..).zip(&plan.content.aims) {
        links.insert(number, (format!("Change aim {number}: {}", aim.aim), format!("{address}/aims/{number}")));
    }
    Answer::page(&content(page, &plan).heading("What you can do").links(links))
}

/// `GET /plans/{id}/print`
pub(in crate::portal) fn print(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let plan = own(visit)?;
    let page = Blocks::new(visit, plan.content.title.as_str()).caption("Learner plan");
    let page = page.back(&format!("/plans/{}", plan.id));
    Answer::page(&content(page, &plan))
}

/// `GET /plans/{id}/history`
pub(in crate::portal) fn history(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let plan = own(visit)?;
    let service = visit.service();
    let versions = visit.call(Action::ViewPlan, |caller| service.plans().versions(caller, plan.id))?;
    let head = ["Version", "What was done", "When", "By", "Organisation", "State", "Establishment", "Aims"];
    let table = versions.unwrap_or_default().iter().fold(Table::new("Versions").head(head), |table, version| {
        table.row([
            Cell::from(version.version.to_string()),
            Cell::from(step(version.step)),
            Cell::from(time(version.changed_at)),
            Cell::from(version.user_name.as_str()),
            Cell::from(version.holder.as_str()),
            Cell::from(Html::of(&words::status(version.content.status))),
            Cell::from(version.content.establishment.as_str()),
            Cell::from(version.content.aims.iter().map(|aim| aim.aim.as_str()).collect::<Vec<_>>().join("; ")),
        ])
    });
    let page = Blocks::new(visit, "History of the plan").caption(plan.content.title.as_str());
    Answer::page(&page.back(&format!("/plans/{}", plan.id)).with(&table))
}

/// Adds what is in a plan.
pub(super) fn content(page: Blocks, plan: &Plan) -> Blocks {
    let content = &plan.content;
    let list = SummaryList::new()
        .row("Learner", plan.learner.as_str())
        .row("ULN", plan.uln.as_str())
        .row("State", Html::of(&words::status(content.status)))
        .row("Establishment", content.establishment.as_str())
        .row("Starts", words::date(content.starts))
        .row("Ends", content.ends.map_or_else(|| "Not known yet".to_owned(), words::date))
        .row("Held by", plan.holder.as_str())
        .row("Last changed", time(plan.changed_at));
    let page = page.with(&list);
    if content.aims.is_empty() {
        return page.say("The plan has no aims yet.");
    }
    let head = ["Number", "Aim", "Target date", "Outcome", "Comments"];
    let table = (1..).zip(&content.aims).fold(Table::new("Aims").head(head), |table, (number, aim)| {
        table.row([
            Cell::from(number.to_string()),
            Cell::from(aim.aim.as_str()),
            Cell::from(aim.target.map(words::date).unwrap_or_default()),
            Cell::from(aim.outcome.as_str()),
            Cell::from(aim.comments.as_str()),
        ])
    });
    page.with(&table)
}

const fn step(step: PlanStep) -> &'static str {
    match step {
        PlanStep::Created => "Made",
        PlanStep::Changed => "Changed",
        PlanStep::TakenOver => "Taken over",
    }
}
