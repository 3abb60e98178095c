//! An achievement: its details, what can be done, and what happened to it.

use super::{own, words};
use crate::domain::achievements::ShownAchievement;
use crate::model::{EventField, Timestamp};
use crate::portal::answer::Answer;
use crate::portal::batches::time;
use crate::portal::blocks::Blocks;
use crate::portal::components::{Cell, Html, SummaryList, Table, WarningText};
use crate::portal::learners::register::spaced;
use crate::portal::learners::words::date;
use crate::portal::problem::Problem;
use crate::portal::visit::Visit;

/// `GET /achievements/{id}`
pub(in crate::portal) fn show(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let shown = own(visit)?;
    let event = &shown.achievement.event;
    let address = format!("/achievements/{}", event.id);
    let page = Blocks::new(visit, event.subject.as_str()).caption("Achievement").back("/achievements");
    let page = match event.under_data_challenge {
        true => page.with(&WarningText::new("A data challenge about this achievement waits for a decision.")),
        false => page,
    };
    let link = |words: &str, act: &str| (words.to_owned(), format!("{address}/{act}"));
    let links = match shown.achievement.is_withdrawn() {
        true => vec![link("Reinstate the achievement", "reinstate")],
        false if shown.achievement.is_entry() => vec![
            ("Enter the result".to_owned(), format!("/entries/{}", event.id)),
            link("Change the entry", "change"),
            link("Withdraw the entry", "withdraw"),
        ],
        false => vec![link("Change the achievement", "change"), link("Withdraw the achievement", "withdraw")],
    };
    let page = page.with(&details(&shown)).heading("What you can do").links(links);
    Answer::page(&page.with(&timeline(&shown)))
}

/// The details of an achievement.
pub(super) fn details(shown: &ShownAchievement) -> SummaryList {
    let event = &shown.achievement.event;
    let text = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let rows = [
        ("Learner", Some(shown.learner.clone())),
        ("ULN", Some(spaced(shown.uln))),
        ("Reference", Some(event.subject_code.clone())),
        ("Type", text(&event.qualification_type)),
        ("Level", text(&event.level)),
        ("Credits", (event.credits > 0).then(|| event.credits.to_string())),
        (
            if shown.achievement.is_entry() { "Expected award date" } else { "Award date" },
            event.achievement_award_date.map(date),
        ),
        ("Grade", text(&event.grade)),
        ("Language of assessment", text(&event.language_for_assessment)),
        ("UKPRN of the provider", Some(shown.achievement.provider_ukprn.clone()).filter(|ukprn| !ukprn.is_empty())),
        ("Your own identifier", text(&shown.achievement.mis_identifier)),
    ];
    let list = rows.into_iter().fold(SummaryList::new(), |list, (label, value)| match value {
        Some(value) => list.row(label, value),
        None => list,
    });
    list.row("State", Html::of(&words::state(&shown.achievement)))
}

/// What happened to an achievement, in order: what its organisation did, and what decisions about
/// challenges changed.
fn timeline(shown: &ShownAchievement) -> Table {
    let head = ["When", "What was done", "Award date", "Grade", "State", "By", "Door", "Reason"];
    let mut rows: Vec<(Timestamp, [Cell; 8])> = Vec::new();
    let is_loaded = shown.steps.first().is_none_or(|first| first.done != crate::model::AchievementDone::Created);
    if let Some(loaded) = shown.achievement.event.date_loaded.filter(|_| is_loaded) {
        let what = "Loaded into the register";
        let empty = || Cell::from("");
        let cells = [Cell::from(time(loaded)), what.into(), empty(), empty(), empty(), empty(), empty(), empty()];
        rows.push((loaded, cells));
    }
    for step in &shown.steps {
        let cells = [
            Cell::from(time(step.at)),
            words::done(step.done).into(),
            step.award_date.map(date).unwrap_or_default().into(),
            step.grade.clone().unwrap_or_default().into(),
            words::standing(step.standing).into(),
            step.user_name.as_str().into(),
            words::door(step.door).into(),
            step.action_reason.clone().unwrap_or_default().into(),
        ];
        rows.push((step.at, cells));
    }
    for correction in &shown.corrections {
        let of = |field: EventField| correction.after.get(&field).cloned().unwrap_or_default();
        let day = of(EventField::AwardDate).parse().map(date).unwrap_or_default();
        let what = format!("Corrected by challenge {}", correction.challenge);
        let cells = [
            Cell::from(time(correction.at)),
            what.into(),
            day.into(),
            of(EventField::Grade).into(),
            "".into(),
            "".into(),
            "".into(),
            "".into(),
        ];
        rows.push((correction.at, cells));
    }
    rows.sort_by_key(|(at, _)| *at);
    let table = Table::new("What happened to it").head(head);
    rows.into_iter().fold(table, |table, (_, cells)| table.row(cells))
}
