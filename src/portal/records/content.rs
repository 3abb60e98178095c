//! What a report of a learning record says: the same document is shown, printed and kept as a file.

use serde::{Deserialize, Serialize};

use super::words;
use crate::domain::{Listed, Listing, ListingFilter, Origin};
use crate::files::{Document, DocumentBlock, DocumentTable};
use crate::model::{Learner, LearningEvent, Timestamp};
use crate::portal::learners::register::spaced;
use crate::portal::learners::words::date;
use crate::portal::times::moment;
use crate::portal::visit::Kept;

/// A part of a report that can be left out.
pub(super) struct Section {
    pub(super) name: &'static str,
    pub(super) words: &'static str,
    /// Whose events it has.
    origin: Option<Origin>,
}

const fn section(name: &'static str, words: &'static str, origin: Option<Origin>) -> Section {
    Section { name, words, origin }
}

/// The parts of a report, in their order.
pub(super) static SECTIONS: [Section; 5] = [
    section("learner", "The learner\u{2019}s name, ULN and date of birth", None),
    section("credits", "Totals of credits", None),
    section("awarding", "Events from awarding organisations", Some(Origin::Awarding)),
    section("ilr", "Events from the individualised learner record (ILR)", Some(Origin::Ilr)),
    section("npd", "Events from the national pupil database (NPD)", Some(Origin::Npd)),
];

/// What reports are made for: the name in the form, and the words of the report.
pub(super) static PURPOSES: [(&str, &str); 5] = [
    ("learner", "To give to the learner"),
    ("enrolment", "Admission or enrolment"),
    ("guidance", "Advice and guidance"),
    ("funding", "Funding and eligibility"),
    ("other", "Something else"),
];

/// What a report has, and what it is for.
#[derive(Serialize, Deserialize)]
pub(super) struct Choice {
    /// The names of the sections.
    pub(super) sections: Vec<String>,
    pub(super) purpose: String,
}

impl Kept for Choice {
    const KIND: &'static str = "report";
}

/// Who makes a report, and when.
pub(super) struct Made<'m> {
    pub(super) organisation: &'m str,
    pub(super) by: &'m str,
    pub(super) at: Timestamp,
}

/// The report.
pub(super) fn document(learner: &Learner, events: &[LearningEvent], choice: &Choice, made: &Made<'_>) -> Document {
    let has = |name: &str| choice.sections.iter().any(|chosen| chosen == name);
    let origins: Vec<Origin> =
        SECTIONS.iter().filter(|section| has(section.name)).filter_map(|section| section.origin).collect();
    let shown: Vec<LearningEvent> =
        events.iter().filter(|event| origins.contains(&Origin::of(event.source))).cloned().collect();
    let listing = Listing::of(&shown, &ListingFilter::default());
    let mut blocks = vec![
        DocumentBlock::Paragraph(format!("Purpose: {}", choice.purpose)),
        DocumentBlock::Paragraph(format!("Made by {} of {} at {}", made.by, made.organisation, moment(made.at))),
    ];
    if has("learner") {
        let mut table = DocumentTable::new("Learner", &[("Detail", 1), ("Value", 3)]);
        for (detail, value) in [
            ("Given name", learner.names.given.clone()),
            ("Family name", learner.names.family.clone()),
            ("ULN", spaced(learner.uln)),
            ("Date of birth", date(learner.birth.date)),
        ] {
            table.push([detail.to_owned(), value]);
        }
        blocks.push(DocumentBlock::Table(table));
    }
    if has("credits") {
        blocks.push(DocumentBlock::Table(credits(&listing)));
    }
    blocks.extend(by_year(&listing.events));
    if listing.events.is_empty() && !origins.is_empty() {
        blocks.push(DocumentBlock::Paragraph("The learning record has no events from these sources.".to_owned()));
    }
    Document { title: "Learning record".to_owned(), blocks }
}

fn credits(listing: &Listing<'_>) -> DocumentTable {
    let mut table = DocumentTable::new("Credits", &[("Level", 1), ("Achieved", 1), ("Provisional", 2)]);
    let all = std::iter::once(("All levels", listing.credits));
    for (level, credits) in all.chain(listing.credits_by_level.iter().copied()) {
        let level = if level.is_empty() { "Without a level" } else { level };
        table.push([level.to_owned(), credits.achieved.to_string(), credits.provisional.to_string()]);
    }
    table
}

/// A heading for each year, with a table for each origin.
fn by_year(events: &[Listed<'_>]) -> Vec<DocumentBlock> {
    let mut blocks = Vec::new();
    for of_year in events.chunk_by(|a, b| a.year == b.year) {
        let Some(year) = of_year.first().map(|first| words::year(first.year)) else { continue };
        blocks.push(DocumentBlock::Heading(year.clone()));
        for of_origin in of_year.chunk_by(|a, b| a.origin == b.origin) {
            let Some(first) = of_origin.first() else { continue };
            let mut table = DocumentTable::new(words::caption(first.origin, &year), &words::COLUMNS);
            for each in of_origin {
                table.push(words::texts(each.event, false));
                each.units.iter().for_each(|unit| table.push(words::texts(unit, true)));
            }
            blocks.push(DocumentBlock::Table(table));
        }
    }
    blocks
}
