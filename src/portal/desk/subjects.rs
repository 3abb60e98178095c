//! Requests of data subjects: what is held about a learner, to whom it was disclosed, and all of it
//! as a file.

use serde::{Deserialize, Serialize};

use crate::domain::{Action, SubjectReport, SubjectSection};
use crate::files::{document_csv, subject_document};
use crate::model::Uln;
use crate::portal::answer::Answer;
use crate::portal::blocks::{Act, Blocks};
use crate::portal::components::{Button, Input, SummaryList, Table};
use crate::portal::form::{Form, FormErrors};
use crate::portal::learners::compare;
use crate::portal::problem::Problem;
use crate::portal::visit::{Kept, Visit};

/// Audit lines on the page; the file has all.
const SHOWN: usize = 100;

/// The person whose request is answered.
#[derive(Serialize, Deserialize)]
struct Subject {
    uln: String,
}

impl Kept for Subject {
    const KIND: &'static str = "data subject";
}

/// `GET /desk/subjects`
pub(in crate::portal) fn form(visit: &Visit<'_>) -> Result<Answer, Problem> {
    Answer::page(&form_page(visit, &Form::default(), &FormErrors::default()))
}

/// `POST /desk/subjects`
pub(in crate::portal) fn find(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let form = visit.form();
    let text = form.text("uln").replace(' ', "");
    let refused = |words| Answer::form_again(&form_page(visit, form, &FormErrors::one("uln", words)));
    if text.is_empty() {
        return refused("Enter a ULN");
    }
    let Ok(uln) = text.parse::<Uln>() else {
        return refused("ULN must have 10 digits, and its last digit must fit the others");
    };
    match report_of(visit, uln)? {
        Some(_) => {
            let handle = visit.keep(&Subject { uln: uln.as_str().to_owned() })?;
            Ok(Answer::redirect(format!("/desk/subjects/{handle}")))
        }
        None => refused("No learner has this ULN"),
    }
}

/// `GET /desk/subjects/{handle}`
pub(in crate::portal) fn show(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let report = report(visit)?;
    let here = format!("/desk/subjects/{}", visit.parameter("handle"));
    let mut page = Blocks::new(visit, "What is held about a learner")
        .back("/desk/subjects")
        .link("Download everything as a CSV file", format!("{here}/csv"));
    let ulns: Vec<String> = report.ulns.iter().map(|uln| compare::number(*uln)).collect();
    let held = SummaryList::titled("What is held").row("ULNs", ulns.join(", "));
    page = page.with(&report.sections.iter().fold(held, |held, section| {
        held.row(
            section.title,
            match section.rows.len() {
                0 => "Nothing".to_owned(),
                1 => "1 row".to_owned(),
                rows => format!("{rows} rows"),
            },
        )
    }));
    if let Some(section) = report.sections.last().filter(|section| !section.rows.is_empty()) {
        page = page.with(&lines(section));
        if section.rows.len() > SHOWN {
            page = page.say(format!("These are the last {SHOWN}. The file has all."));
        }
    }
    Answer::page(&page)
}

/// `GET /desk/subjects/{handle}/csv`
pub(in crate::portal) fn file(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let text = document_csv(&subject_document(&report(visit)?));
    Ok(Answer::file("text/csv; charset=utf-8", "data-subject.csv", text.into_bytes()))
}

fn report(visit: &Visit<'_>) -> Result<SubjectReport, Problem> {
    let subject: Subject = visit.kept(visit.parameter("handle"))?;
    report_of(visit, subject.uln.parse().map_err(|_| Problem::NotFound)?)?.ok_or(Problem::NotFound)
}

fn report_of(visit: &Visit<'_>, uln: Uln) -> Result<Option<SubjectReport>, Problem> {
    visit.call(Action::ViewSubject, |caller| visit.service().subjects().report(caller, uln))
}

/// The last lines of the audit trail about the learner.
fn lines(section: &SubjectSection) -> Table {
    let table = Table::new(section.title).caption_size("m").head(section.columns.iter().copied());
    section.rows.iter().take(SHOWN).fold(table, |table, row| table.row(row.iter().cloned()))
}

fn form_page(visit: &Visit<'_>, form: &Form, errors: &FormErrors) -> Blocks {
    let uln = Input::new("uln", "ULN").numeric().width(20).value(form.as_typed("uln")).error(errors.of("uln"));
    Blocks::new(visit, "Answer a learner\u{2019}s request")
        .errors(errors)
        .say(
            "A learner may ask what is held about them, and who has seen it. Make sure first that the person who asks \
             is the learner.",
        )
        .with(&Act::new(visit, "/desk/subjects").with(&uln).with(&Button::new("Show what is held")))
}
