//! The validation tool: a file is checked by the same code as `lrs check`, and nothing of it is
//! stored. What is wrong is shown, or comes back as a file.

use super::answer::Answer;
use super::batches::{download, plain_findings, size, ukprn};
use super::blocks::{Act, Blocks};
use super::components::{Button, FileUpload, Item, NotificationBanner, Radios, SummaryList};
use super::form::{Form, FormErrors};
use super::problem::Problem;
use super::visit::Visit;
use crate::domain::Action;
use crate::domain::uploads::{FINDINGS_ON_A_PAGE, MOST_BYTES};
use crate::files::{self, CheckedHere, Extension, Included};
use crate::model::JobKind;

/// `GET /check-a-file`
pub(super) fn form(visit: &Visit<'_>) -> Result<Answer, Problem> {
    Answer::page(&page(visit, &Form::default(), &FormErrors::default()))
}

/// `POST /check-a-file`
pub(super) fn check(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let (form, mut file) = visit.file()?;
    let kind = match form.text("kind") {
        "" | "find-out" => None,
        code => Some(code.parse::<JobKind>().map_err(|_| Problem::Malformed)?),
    };
    let name = file.name.clone();
    if name.is_empty() {
        return Answer::form_again(&page(visit, &form, &FormErrors::one("file", "Select a file")));
    }
    let mut bytes = Vec::new();
    while let Some(piece) = file.next()? {
        if bytes.len() + piece.len() > MOST_BYTES {
            return Err(Problem::TooLarge);
        }
        bytes.extend_from_slice(&piece);
    }
    if bytes.is_empty() {
        return Answer::form_again(&page(visit, &form, &FormErrors::one("file", "The selected file is empty")));
    }
    let service = visit.service();
    let here = visit.call(Action::CheckFile, |caller| files::check_here(service, caller, &name, &bytes, kind))?;
    let text = match form.text("want") {
        "errors" => files::with_errors(&here.checked, Included::All),
        "ready" => ready(visit, &here)?,
        _ => return Answer::page(&found(visit, &name, bytes.len(), &here)),
    };
    match text {
        Some(text) => download(text),
        None => Answer::page(&found(visit, &name, bytes.len(), &here)),
    }
}

/// The file as it can be submitted: name, header, headings and encoding put right, values as they
/// are. `None` if the file cannot be read well enough.
fn ready(visit: &Visit<'_>, here: &CheckedHere) -> Result<Option<files::NamedText>, Problem> {
    let Some(batch) = &here.checked.batch else { return Ok(None) };
    let now = visit.service().clock().now();
    Ok(files::convert(batch, Some(ukprn(visit)?), now, 1, Extension::Csv).ok())
}

fn found(visit: &Visit<'_>, name: &str, bytes: usize, here: &CheckedHere) -> Blocks {
    let outcome = &here.outcome;
    let summary = &outcome.summary;
    let verdict = if outcome.refused {
        "The file would be refused as a whole.".to_owned()
    } else if summary.good == summary.records {
        "Nothing in the file would be refused.".to_owned()
    } else {
        format!("{} of {} records would be refused.", summary.records - summary.good, summary.records)
    };
    let list = SummaryList::new()
        .row("File", name)
        .row("Size", size(i64::try_from(bytes).unwrap_or(i64::MAX)))
        .row("Format", summary.format.as_str())
        .row("Records", format!("{}, of which {} without errors", summary.records, summary.good));
    let page = Blocks::new(visit, "What the check found")
        .back("/check-a-file")
        .with(&NotificationBanner::important(verdict))
        .with(&list);
    let findings = outcome.findings();
    if findings.is_empty() {
        return page.say("The check found nothing.");
    }
    let page = if findings.len() > FINDINGS_ON_A_PAGE {
        page.say(format!(
            "These are the first {FINDINGS_ON_A_PAGE} of {} findings. To get all of them, check the file again and choose the \
             file with the errors beside the rows.",
            findings.len()
        ))
    } else {
        page
    };
    page.with(&plain_findings(outcome.kinds(), findings.iter().take(FINDINGS_ON_A_PAGE)))
        .link("Check another file", "/check-a-file")
}

fn page(visit: &Visit<'_>, form: &Form, errors: &FormErrors) -> Blocks {
    let or = |text: &str, otherwise: &str| if text.is_empty() { otherwise.to_owned() } else { text.to_owned() };
    let kind = Radios::new("kind", "What is in the file?")
        .item(Item::new("find-out", "Find out from the file"))
        .item(Item::new(JobKind::Registration.code(), "Learners to find, register or update"))
        .item(Item::new(JobKind::Verification.code(), "Learners to verify"))
        .item(Item::new(JobKind::Achievement.code(), "Achievements"))
        .value(or(form.text("kind"), "find-out"));
    let want = Radios::new("want", "What would you like?")
        .item(Item::new("see", "See what is wrong with it"))
        .item(Item::new("errors", "Your file with the errors beside the rows (CSV)"))
        .item(
            Item::new("ready", "A file ready to submit (CSV)")
                .hint("Name, header, headings and encoding are put right; the values stay as they are"),
        )
        .value(or(form.text("want"), "see"));
    let file = FileUpload::new("file", "File").hint("CSV, XML or XLSX, at most 32 MB").error(errors.of("file"));
    let act = Act::with_file(visit, "/check-a-file").with(&kind).with(&want).with(&file);
    Blocks::new(visit, "Check a file")
        .errors(errors)
        .say(
            "The file is checked by the rules of the service. Nothing is submitted, and nothing of the file is stored.",
        )
        .with(&act.with(&Button::new("Check file")))
}
