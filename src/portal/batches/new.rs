//! Uploading a file: what kind it is, whether it is to be submitted, and its bytes, which are
//! stored while they arrive.

use super::downloads::template_path;
use crate::domain::Action;
use crate::domain::uploads::{NewUpload, Received};
use crate::files::Layout;
use crate::model::{JobKind, Permission, Permissions};
use crate::portal::answer::Answer;
use crate::portal::blocks::{Act, Blocks};
use crate::portal::components::{Button, Details, FileUpload, Item, Radios};
use crate::portal::form::{Form, FormErrors};
use crate::portal::problem::Problem;
use crate::portal::visit::Visit;

/// `GET /batches/new`
pub(in crate::portal) fn form(visit: &Visit<'_>) -> Result<Answer, Problem> {
    Answer::page(&page(visit, &Form::default(), &FormErrors::default())?)
}

/// `POST /batches/new`
pub(in crate::portal) fn receive(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let (form, mut file) = visit.file()?;
    let mut errors = FormErrors::default();
    let check_only = match form.text("purpose") {
        "check" => true,
        "submit" => false,
        _ => {
            errors.add("purpose", "Select what to do with the file");
            false
        }
    };
    let kind = match form.text("kind") {
        "" | "find-out" => None,
        code => Some(code.parse::<JobKind>().map_err(|_| Problem::Malformed)?),
    };
    if file.name.is_empty() {
        errors.add("file", "Select a file");
    }
    if !errors.is_empty() {
        return Answer::form_again(&page(visit, &form, &errors)?);
    }
    let new = NewUpload { name: &file.name.clone(), kind, check_only };
    let mut intake = visit.call(Action::UploadFile, |caller| visit.service().uploads().receive(caller, new))?;
    while let Some(bytes) = file.next()? {
        if !intake.push(&bytes)? {
            return Err(Problem::TooLarge);
        }
    }
    match intake.finish()? {
        Received::Stored(id) => Ok(Answer::redirect(format!("/batches/file-{id}"))),
        Received::TooLarge => Err(Problem::TooLarge),
        Received::Empty => {
            let errors = FormErrors::one("file", "The selected file is empty");
            Answer::form_again(&page(visit, &form, &errors)?)
        }
    }
}

/// The form. The fields come before the file, because they are needed before it is read.
fn page(visit: &Visit<'_>, form: &Form, errors: &FormErrors) -> Result<Blocks, Problem> {
    let permissions = visit.call(Action::UploadFile, |caller| Ok(caller.organisation()?.permissions))?;
    let kinds = [
        (JobKind::Registration, "Learners to find, register or update"),
        (JobKind::Verification, "Learners to verify"),
        (JobKind::Achievement, "Achievements"),
    ];
    let chosen = match form.text("kind") {
        "" => "find-out",
        kind => kind,
    };
    let find_out = Item::new("find-out", "Find out from the file");
    let kind = kinds
        .into_iter()
        .filter(|(kind, _)| permissions.contains(needs(*kind)))
        .fold(Radios::new("kind", "What is in the file?").item(find_out), |radios, (kind, words)| {
            radios.item(Item::new(kind.code(), words))
        })
        .value(chosen);
    let purpose = Radios::new("purpose", "What should happen to the file?")
        .item(
            Item::new("submit", "Check it, then submit it")
                .hint("You see what is wrong with it, and decide, before anything is submitted"),
        )
        .item(Item::new("check", "Only check it"))
        .value(form.text("purpose"))
        .error(errors.of("purpose"));
    let file = FileUpload::new("file", "File")
        .hint("CSV, XML or XLSX, at most 32 MB")
        .attribute("accept", ".csv,.CSV,.xml,.XML,.xlsx,.xls")
        .error(errors.of("file"));
    let about = Details::new(
        "What the file must look like",
        "The first row has the headings. Batches of learners have at most 200 records, batches of achievements at \
         most 10,000. A CSV or XML file must have the name that the service asks for; the check tells you which. The \
         columns of a spreadsheet may be in any order.",
    );
    let act = Act::with_file(visit, "/batches/new").with(&kind).with(&purpose).with(&file).with(&about);
    let page = Blocks::new(visit, "Upload a file").back("/batches").errors(errors);
    let page = page.with(&act.with(&Button::new("Upload file"))).heading("Templates");
    Ok(page.say("Each is a file of the headings alone, to fill in.").links(templates(permissions)))
}

/// The templates of the files that the organisation may submit.
fn templates(permissions: Permissions) -> Vec<(String, String)> {
    let may = |layout: &&Layout| permissions.contains(needs(layout.kind()));
    let link = |layout: &Layout| {
        let words = format!("Template of a {}, version {} (CSV)", layout.title(), layout.version);
        (words, template_path(layout))
    };
    Layout::all().iter().filter(may).map(link).collect()
}

/// What an organisation needs to submit a file of this kind.
const fn needs(kind: JobKind) -> Permission {
    match kind {
        JobKind::Registration => Permission::RegisterLearner,
        JobKind::Verification => Permission::VerifyLearner,
        JobKind::Achievement => Permission::SubmitAchievements,
    }
}
