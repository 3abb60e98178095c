//! Changing a part of a learner's record: the form, old beside new, and what somebody else changed
//! meanwhile.

use askama::Template;

use super::details::Details;
use super::fields::{self, Filled, control};
use super::find::today;
use super::hidden::Hidden;
use super::kept::{Change, Known};
use super::register::notice;
use super::sections::Section;
use super::show::view;
use super::words::{self, Asked};
use crate::domain::format::{Field, FieldTexts};
use crate::domain::{Action, Insufficient, LearnerChange, Updated, text_of};
use crate::model::{AbilityToShare, Learner};
use crate::portal::answer::Answer;
use crate::portal::components::{BackLink, Button, Cell, ErrorSummary, Html, InsetText, Table, WarningText};
use crate::portal::form::FormErrors;
use crate::portal::form_page::FormPage;
use crate::portal::layout::Layout;
use crate::portal::problem::Problem;
use crate::portal::visit::Visit;

/// `GET /learners/{handle}/change/{section}`
pub(in crate::portal) fn form(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let section = Section::of(visit)?;
    let learner = view(visit, Known::of(visit)?)?.learner;
    let before = Details::of(&learner);
    let page = visit.parameter("handle").to_owned();
    let change = Change::begin(page, learner.uln, section.name, learner.version, before.clone());
    let handle = visit.keep(&change)?;
    Answer::page(&form_page(visit, section, &before, Filled::Known(&before), &handle, FormErrors::default()))
}

/// `POST /learners/{handle}/change/{section}`
pub(in crate::portal) fn submit(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let section = Section::of(visit)?;
    let form = visit.form();
    let handle = form.text("change");
    let mut change: Change = visit.kept(handle)?;
    if change.section != section.name || change.learner != visit.parameter("handle") {
        return Err(Problem::NotFound);
    }
    let fields = section.changeable();
    let (details, mut errors) = fields::read(form, &fields, section.mandatory, today(visit));
    change.fields = fields
        .iter()
        .filter(|field| details.get(**field) != change.before.get(**field))
        .map(|field| (field.name().to_owned(), details.get(*field).to_owned()))
        .collect();
    if errors.is_empty() {
        let learner = view(visit, change.uln()?)?.learner;
        if let Err(refusal) = visit.service().learners().preview(&learner, &texts(&change))
            && (learner.version == change.version || refusal != Updated::NoChange)
        {
            refuse(&refusal, &fields, &mut errors);
        }
    }
    if !errors.is_empty() {
        let page = form_page(visit, section, &change.before, Filled::Typed(form), handle, errors);
        return Answer::form_again(&page);
    }
    visit.keep_instead(handle, &change)?;
    Ok(Answer::redirect(format!("/learners/{}/check/{handle}", change.learner)))
}

fn form_page<'v>(
    visit: &'v Visit<'_>,
    section: &'static Section,
    before: &Details,
    filled: Filled<'_>,
    handle: &str,
    errors: FormErrors,
) -> FormPage<'v> {
    let page = FormPage::new(visit, section.heading, &visit.asked().path, errors, |errors| {
        let shown = section.changeable().into_iter().filter(|field| *field != Field::OtherVerificationDescription);
        let mut parts: Vec<Html> = shown.map(|field| control(field, filled, errors)).collect();
        parts.push(Html::of(&Hidden { name: "change", value: handle }));
        parts.push(Html::of(&Button::new("Continue")));
        parts
    });
    if section.name != "sharing" {
        return page;
    }
    let page = page.before(Html::of(&notice()));
    match before.get(Field::AbilityToShare).parse() {
        Ok(AbilityToShare::Shares) => page.before(Html::of(&InsetText::new(
            "The learner shares data. Only the service desk can record that they do so no more.",
        ))),
        Ok(AbilityToShare::DoesNotShare) => page.before(Html::of(&InsetText::new(
            "The learner refused to share data before May 2018. After the present notice they may share.",
        ))),
        Ok(AbilityToShare::NotSeen) | Err(_) => page,
    }
}

/// A change beside what it changes.
#[derive(Template)]
#[template(path = "learners/change.html")]
struct Check<'p> {
    layout: Layout,
    summary: Option<ErrorSummary>,
    back: BackLink,
    action: &'p str,
    learner: &'p str,
    version: i32,
    warning: Option<WarningText>,
    /// What somebody else changed since the user opened the form.
    theirs: Option<Table>,
    ours: Table,
}

/// `GET /learners/{handle}/check/{change}`
pub(in crate::portal) fn check(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let change = begun(visit)?;
    let learner = view(visit, change.uln()?)?.learner;
    Answer::page(&check_page(visit, &change, &learner, None))
}

/// `POST /learners/{handle}/check/{change}`
pub(in crate::portal) fn save(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let change = begun(visit)?;
    // The version that the user has seen: that of the page that was sent.
    let version = visit.form().text("version").parse().map_err(|_| Problem::Malformed)?;
    let update = LearnerChange { uln: Some(change.uln()?), version, fields: texts(&change) };
    let updated = visit.call(Action::UpdateLearner, |caller| visit.service().learners().update(caller, &update))?;
    match updated {
        Updated::Updated => Ok(Answer::redirect(format!("/learners/{}?changed", change.learner))),
        Updated::NoChange => Ok(Answer::redirect(format!("/learners/{}?unchanged", change.learner))),
        Updated::Stale(learner) => {
            let text =
                "Somebody else has changed this learner since you looked. Nothing of yours was saved yet (WSRC0013)";
            Answer::form_again(&check_page(visit, &change, &learner, Some(text.to_owned())))
        }
        refusal => {
            let learner = view(visit, change.uln()?)?.learner;
            let text = format!("{} ({})", words_of(&refusal), refusal.code());
            Answer::form_again(&check_page(visit, &change, &learner, Some(text)))
        }
    }
}

fn begun(visit: &Visit<'_>) -> Result<Change, Problem> {
    let change: Change = visit.kept(visit.parameter("change"))?;
    let is_of_learner = change.learner == visit.parameter("handle") && !change.fields.is_empty();
    if is_of_learner { Ok(change) } else { Err(Problem::NotFound) }
}

fn check_page<'v>(visit: &'v Visit<'_>, change: &'v Change, now: &Learner, error: Option<String>) -> Check<'v> {
    let held = |field| text_of(now, field).map(|text| words::value(field, &text)).unwrap_or_default();
    let shown = |text: String| Cell::from(if text.is_empty() { "Empty".to_owned() } else { text });
    let ours = Table::new("Your change").caption_size("m").named_rows().head(["Detail", "In the register", "New"]);
    let ours = change.fields().fold(ours, |table, (field, text)| {
        table.row([Asked::of(field).label.into(), shown(held(field)), shown(words::value(field, text))])
    });
    let has_changed = now.version != change.version;
    let theirs = has_changed.then(|| {
        let table = Table::new("Changed by somebody else since you opened the form")
            .caption_size("m")
            .named_rows()
            .head(["Detail", "When you opened it", "Now"]);
        Field::all().filter(|field| text_of(now, *field).unwrap_or_default() != change.before.get(*field)).fold(
            table,
            |table, field| {
                let before = words::value(field, change.before.get(field));
                table.row([Asked::of(field).label.into(), shown(before), shown(held(field))])
            },
        )
    });
    let warning = has_changed.then(|| {
        WarningText::new(
            "This learner was changed while you worked. If you save, only the details of your own change are replaced.",
        )
    });
    Check {
        layout: Layout { has_errors: error.is_some(), ..visit.layout() },
        summary: error.map(|text| ErrorSummary::new().page(text)),
        back: BackLink::new(format!("/learners/{}/change/{}", change.learner, change.section)),
        action: &visit.asked().path,
        learner: &change.learner,
        version: now.version,
        warning,
        theirs,
        ours,
    }
}

fn texts(change: &Change) -> FieldTexts<'_> {
    change.fields().fold(FieldTexts::default(), |texts, (field, text)| texts.with(field, text))
}

/// Puts a refusal beside the field that it is about, or the first one.
fn refuse(refusal: &Updated, fields: &[Field], errors: &mut FormErrors) {
    let field = match refusal {
        Updated::Insufficient(Insufficient::Detail(error)) => Some(error.field),
        _ => fields.first().copied(),
    };
    if let Some(field) = field {
        errors.add(fields::error_field(field), format!("{} ({})", words_of(refusal), refusal.code()));
    }
}

/// Why a change is not made.
fn words_of(refusal: &Updated) -> String {
    match refusal {
        Updated::Insufficient(Insufficient::Detail(error)) => words::error(*error),
        Updated::Insufficient(Insufficient::AnotherPerson) => {
            "This would change almost everything that identifies the learner. Register another learner instead"
                .to_owned()
        }
        Updated::InvalidSharing => {
            "A learner who has seen the privacy notice cannot go back. Ask the service desk".to_owned()
        }
        Updated::NoChange => "Change something, or go back to the learner".to_owned(),
        Updated::NotFound => "This learner is no longer in the register".to_owned(),
        Updated::Linked => "This ULN was merged into another. Find the learner again".to_owned(),
        Updated::Stale(_) => "Somebody else has changed this learner".to_owned(),
        Updated::Updated => "The learner was changed".to_owned(),
    }
}
