//! A report of a learning record: what it has and what it is for are chosen, then it is shown to
//! print, and can be kept as a file.

use super::content::{self, Choice, PURPOSES, SECTIONS};
use super::refused;
use crate::domain::{Action, LearnerRecord};
use crate::files::{Document, DocumentBlock, DocumentTable, document_csv, document_pdf};
use crate::portal::answer::Answer;
use crate::portal::blocks::Blocks;
use crate::portal::components::{Button, Cell, Checkboxes, Html, Input, Item, Radios, Table};
use crate::portal::form::FormErrors;
use crate::portal::form_page::FormPage;
use crate::portal::learners::kept::Known;
use crate::portal::problem::Problem;
use crate::portal::visit::Visit;

/// The most characters of a purpose in one's own words.
const LONGEST_PURPOSE: usize = 100;

/// `GET /learners/{handle}/record/report`
pub(in crate::portal) fn form(visit: &Visit<'_>) -> Result<Answer, Problem> {
    Known::of(visit)?;
    let all: Vec<&str> = SECTIONS.iter().map(|section| section.name).collect();
    Answer::page(&form_page(visit, &all, FormErrors::default()))
}

/// `POST /learners/{handle}/record/report`
pub(in crate::portal) fn choose(visit: &Visit<'_>) -> Result<Answer, Problem> {
    Known::of(visit)?;
    let form = visit.form();
    let chosen: Vec<&str> = SECTIONS
        .iter()
        .map(|section| section.name)
        .filter(|name| form.all("section").any(|chosen| chosen == *name))
        .collect();
    let mut errors = FormErrors::default();
    if chosen.is_empty() {
        errors.add("section", "Choose what the report has");
    }
    let purpose = match PURPOSES.iter().find(|(name, _)| *name == form.text("purpose")) {
        None => {
            errors.add("purpose", "Choose what the report is for");
            String::new()
        }
        Some(("other", _)) => form.text("other_purpose").to_owned(),
        Some((_, words)) => (*words).to_owned(),
    };
    if form.text("purpose") == "other" && purpose.is_empty() {
        errors.add("other_purpose", "Enter what the report is for");
    } else if purpose.chars().count() > LONGEST_PURPOSE {
        errors.add("other_purpose", format!("What the report is for must have {LONGEST_PURPOSE} characters or fewer"));
    }
    if !errors.is_empty() {
        return Answer::form_again(&form_page(visit, &chosen, errors));
    }
    let sections = chosen.into_iter().map(str::to_owned).collect();
    let report = visit.keep(&Choice { sections, purpose })?;
    Ok(Answer::redirect(format!("{}/report/{report}", record_address(visit))))
}

/// `GET /learners/{handle}/record/report/{report}`
pub(in crate::portal) fn page(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let document = match document(visit)? {
        Ok(document) => document,
        Err(refused) => return Ok(refused),
    };
    let address = format!("{}/report", record_address(visit));
    let here = format!("{address}/{}", visit.parameter("report"));
    let page = Blocks::new(visit, document.title).back(&address).links(vec![
        ("Download as a PDF".to_owned(), format!("{here}/pdf")),
        ("Download as a CSV file".to_owned(), format!("{here}/csv")),
    ]);
    let page = document.blocks.iter().fold(page, |page, block| match block {
        DocumentBlock::Heading(words) => page.heading(words),
        DocumentBlock::Paragraph(words) => page.say(words),
        DocumentBlock::Table(table) => page.with(&shown(table)),
    });
    Answer::page(&page)
}

/// `GET /learners/{handle}/record/report/{report}/{format}`
pub(in crate::portal) fn file(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let format = visit.parameter("format");
    if !["pdf", "csv"].contains(&format) {
        return Err(Problem::NotFound);
    }
    let document = match document(visit)? {
        Ok(document) => document,
        Err(refused) => return Ok(refused),
    };
    if format == "csv" {
        let text = document_csv(&document);
        return Ok(Answer::file("text/csv; charset=utf-8", "learning-record.csv", text.into_bytes()));
    }
    let pdf = document_pdf(&document).map_err(|error| Problem::Failed(error.to_string().into()))?;
    Ok(Answer::file("application/pdf", "learning-record.pdf", pdf))
}

/// The report, or the page that stands in its place.
fn document(visit: &Visit<'_>) -> Result<Result<Document, Answer>, Problem> {
    let uln = Known::of(visit)?;
    let choice: Choice = visit.kept(visit.parameter("report"))?;
    let record = visit.call(Action::ReportRecord, |caller| visit.service().records().view(caller, uln))?;
    let LearnerRecord { learner: Some(learner), events, .. } = &record else {
        return refused::page(visit, &format!("/learners/{}", visit.parameter("handle")), &record).map(Err);
    };
    let session = visit.session()?;
    let organisation = session.chosen.as_ref().map_or("", |place| place.organisation.name.as_str());
    let made = content::Made { organisation, by: &session.name, at: visit.service().clock().now() };
    Ok(Ok(content::document(learner, events, &choice, &made)))
}

fn shown(table: &DocumentTable) -> Table {
    let empty =
        Table::new(table.caption()).caption_size("s").named_rows().head(table.head().iter().map(String::as_str));
    table.rows().iter().fold(empty, |shown, row| shown.row(row.iter().map(|cell| Cell::from(cell.as_str()))))
}

fn record_address(visit: &Visit<'_>) -> String {
    format!("/learners/{}/record", visit.parameter("handle"))
}

fn form_page<'v>(visit: &'v Visit<'_>, chosen: &[&str], errors: FormErrors) -> FormPage<'v> {
    let typed = visit.form();
    FormPage::new(visit, "Report of a learning record", &visit.asked().path, errors, |errors| {
        let sections = SECTIONS.iter().fold(Checkboxes::new("section", "What the report has"), |boxes, section| {
            boxes.item(Item::new(section.name, section.words))
        });
        let other = Input::new("other_purpose", "What it is for")
            .value(typed.text("other_purpose"))
            .error(errors.of("other_purpose"));
        let purposes =
            PURPOSES.iter().fold(Radios::new("purpose", "What the report is for"), |radios, (name, words)| {
                let item = Item::new(*name, *words);
                radios.item(if *name == "other" { item.conditional(Html::of(&other)) } else { item })
            });
        vec![
            Html::of(&sections.values(chosen.iter().copied()).error(errors.of("section"))),
            Html::of(&purposes.value(typed.text("purpose")).error(errors.of("purpose"))),
            Html::of(&Button::new("Make report")),
        ]
    })
}
