//! Records of learners side by side, for the service desk.

use super::register::spaced;
use super::sections::SECTIONS;
use super::words::{self, Asked};
use crate::domain::{LinkRecord, text_of};
use crate::model::LearnerStatus;
use crate::portal::components::{Cell, Table};
use crate::portal::times;

/// A number in groups.
pub(in crate::portal) fn number(uln: crate::model::Uln) -> String {
    spaced(uln)
}

/// One record, or two side by side; what differs says so in words.
pub(in crate::portal) fn table(records: &[&LinkRecord]) -> Table {
    let mut head = vec![Cell::from("Detail")];
    head.extend(records.iter().map(|record| Cell::from(format!("ULN {}", spaced(record.learner.uln)))));
    if records.len() > 1 {
        head.push(Cell::from("Compared"));
    }
    let mut table = Table::new("The records").caption_size("m").head(head).named_rows();
    let row = |table: Table, name: &str, texts: Vec<String>| {
        let differ = texts.windows(2).any(|pair| matches!(pair, [one, other] if one != other));
        let mut cells = vec![Cell::from(name)];
        let is_pair = texts.len() > 1;
        cells.extend(texts.into_iter().map(Cell::from));
        if is_pair {
            cells.push(Cell::from(if differ { "Differs" } else { "Same" }));
        }
        table.row(cells)
    };
    let of = |text: &dyn Fn(&LinkRecord) -> String| records.iter().map(|record| text(record)).collect::<Vec<_>>();
    table = row(table, "State", of(&state));
    table = row(table, "ULNs merged into it", of(&linked));
    table = row(table, "Learning events", of(&|record| record.events.to_string()));
    table = row(table, "Registered", of(&|record| times::moment(record.learner.created_at)));
    for field in SECTIONS.iter().flat_map(|section| section.fields) {
        let value = |record: &LinkRecord| {
            text_of(&record.learner, *field).map_or_else(|| "Not held".to_owned(), |text| words::value(*field, &text))
        };
        table = row(table, Asked::of(*field).label, of(&value));
    }
    table
}

fn state(record: &LinkRecord) -> String {
    match (record.learner.status, record.learner.master) {
        (LearnerStatus::Merged, Some(master)) => format!("Merged into {}", spaced(master)),
        (LearnerStatus::Merged, None) => "Merged".to_owned(),
        (LearnerStatus::Active, _) => "Active".to_owned(),
        (LearnerStatus::Deleted, _) => "Deleted".to_owned(),
    }
}

fn linked(record: &LinkRecord) -> String {
    let ulns: Vec<String> = record.linked_ulns.iter().map(|uln| spaced(*uln)).collect();
    if ulns.is_empty() { "None".to_owned() } else { ulns.join(", ") }
}
