//! The award: day, grade, language, provider, and whether it is final.

use super::new::{Flow, New};
use super::words;
use crate::domain::achievements::{AchievementRow, RowTerms, format};
use crate::model::{AssessmentLanguage, CatalogueEntry, Reference, SubmissionType, london_day};
use crate::portal::answer::Answer;
use crate::portal::blocks::{Act, Blocks};
use crate::portal::components::{Button, DateInput, Input, Item, Radios};
use crate::portal::dates;
use crate::portal::form::{Form, FormErrors};
use crate::portal::problem::Problem;
use crate::portal::visit::Visit;

/// What stands in the fields of an award.
pub(super) struct Filled {
    pub(super) submission_type: String,
    pub(super) award_date: [String; 3],
    pub(super) grade: String,
    pub(super) language: String,
    pub(super) provider: String,
    pub(super) mis_identifier: String,
}

/// `GET /achievements/new/{handle}/award`
pub(in crate::portal) fn form(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let new = New::of(visit)?;
    Answer::page(&page(visit, &new, &Filled::of(&new.row, &new.submission_type), &FormErrors::default())?)
}

/// `POST /achievements/new/{handle}/award`
pub(in crate::portal) fn submit(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let (handle, mut new) = (visit.parameter("handle"), New::of(visit)?);
    let (flow, mut filled) = (Flow::of(visit), Filled::typed(visit.form()));
    if flow == Flow::Entry {
        filled.grade.clear();
        SubmissionType::Provisional.code().clone_into(&mut filled.submission_type);
    }
    filled.submission_type.clone_into(&mut new.submission_type);
    filled.write(&mut new.row);
    let today = london_day(visit.service().clock().now());
    new.row.action_date = Some(today.to_string());
    let submission_type = new.submission_type.parse::<SubmissionType>().ok();
    let terms = RowTerms { submission_type, today };
    let date = new.row.award_date.as_deref().and_then(|date| date.parse().ok());
    let mut errors = FormErrors::default();
    if flow == Flow::Entry && date.is_some() && !terms.is_entry(date, None) {
        errors.add("award_date-day", "Expected award date must be after today: enter the result as an achievement");
    }
    words::add(&mut errors, &format(&new.row, terms), flow);
    if submission_type.is_none() {
        errors.add("submission_type", "Choose whether it is final or provisional");
    }
    if !errors.is_empty() {
        return Answer::form_again(&page(visit, &new, &filled, &errors)?);
    }
    visit.keep_instead(handle, &new)?;
    Ok(Answer::redirect(format!("{}/{handle}/check", flow.address())))
}

/// The page again, with what is wrong with it.
pub(super) fn again(visit: &Visit<'_>, new: &New, errors: &FormErrors) -> Result<Answer, Problem> {
    Answer::form_again(&page(visit, new, &Filled::of(&new.row, &new.submission_type), errors)?)
}

fn page(visit: &Visit<'_>, new: &New, filled: &Filled, errors: &FormErrors) -> Result<Blocks, Problem> {
    let handle = visit.parameter("handle");
    let reference: Reference =
        new.row.reference.as_deref().and_then(|text| text.parse().ok()).ok_or(Problem::NotFound)?;
    let entry = visit.service().catalogue().entry(reference)?.ok_or(Problem::NotFound)?;
    let flow = Flow::of(visit);
    let address = flow.address();
    let back = format!("{address}/{handle}/qualification");
    let act = Act::new(visit, format!("{address}/{handle}/award"));
    let (heading, act) = match flow {
        Flow::Achievement => {
            let act = grade(act.with(&award_date("Award date", filled, errors)), Some(&entry), filled, errors);
            ("The award", rest(act, filled, errors).with(&standing(filled, errors)))
        }
        Flow::Entry => {
            ("The entry", rest(act.with(&award_date("Expected award date", filled, errors)), filled, errors))
        }
    };
    let act = act.with(&Button::new("Continue"));
    let page = Blocks::new(visit, heading).caption(format!("{}, {}", entry.title, new.learner()));
    Ok(page.back(&back).errors(errors).with(&act))
}

/// The day of the award.
pub(super) fn award_date(label: &'static str, filled: &Filled, errors: &FormErrors) -> DateInput {
    let [day, month, year] = &filled.award_date;
    let input = DateInput::new("award_date", label).values([day, month, year]);
    input.hint("For example, 22 8 2024").error(errors.of("award_date-day"))
}

/// Whether it is final.
pub(super) fn standing(filled: &Filled, errors: &FormErrors) -> Radios {
    Radios::new("submission_type", "Is it final?")
        .item(Item::new(SubmissionType::Final.code(), "Final"))
        .item(Item::new(SubmissionType::Provisional.code(), "Provisional: it may change"))
        .value(filled.submission_type.as_str())
        .error(errors.of("submission_type"))
}

/// The grade. Without the entry of the catalogue it is typed.
pub(super) fn grade(act: Act, entry: Option<&CatalogueEntry>, filled: &Filled, errors: &FormErrors) -> Act {
    match entry {
        Some(entry) => {
            let grades = entry
                .grading
                .grades()
                .fold(Radios::new("grade", "Grade"), |radios, grade| radios.item(Item::new(grade, grade.to_owned())));
            let grades = grades.classes("govuk-radios--small").value(filled.grade.as_str());
            act.with(&grades.error(errors.of("grade")))
        }
        None => act.with(&Input::new("grade", "Grade").value(filled.grade.as_str()).error(errors.of("grade"))),
    }
}

/// Language, provider and identifier.
pub(super) fn rest(act: Act, filled: &Filled, errors: &FormErrors) -> Act {
    let languages = AssessmentLanguage::ALL
        .iter()
        .fold(Radios::new("language", "Language of assessment"), |radios, language| {
            radios.item(Item::new(language.code(), language.code()))
        })
        .item(Item::new(NO_LANGUAGE, "Not stated"))
        .classes("govuk-radios--small");
    act.with(&languages.value(filled.language.as_str()).error(errors.of("language")))
        .with(
            &Input::new("provider", "UKPRN of the provider where it was achieved")
                .unspelled()
                .width(10)
                .hint("8 digits")
                .value(filled.provider.as_str())
                .error(errors.of("provider")),
        )
        .with(
            &Input::new("mis_identifier", "Your own identifier, if you use one")
                .unspelled()
                .value(filled.mis_identifier.as_str())
                .error(errors.of("mis_identifier")),
        )
}

/// What the form sends for a language that is not stated.
const NO_LANGUAGE: &str = "none";

impl Filled {
    /// What was typed.
    pub(super) fn typed(form: &Form) -> Self {
        let text = |name| form.text(name).to_owned();
        Self {
            submission_type: text("submission_type"),
            award_date: dates::typed(form, "award_date"),
            grade: text("grade"),
            language: text("language"),
            provider: text("provider"),
            mis_identifier: text("mis_identifier"),
        }
    }

    /// What a row has.
    pub(super) fn of(row: &AchievementRow, submission_type: &str) -> Self {
        let text = |field: &str| row.get(field).unwrap_or_default().to_owned();
        let language = match row.get("LanguageForAssessment") {
            Some(language) => language,
            None if row.action_date.is_some() => NO_LANGUAGE,
            None => "",
        };
        Self {
            submission_type: submission_type.to_owned(),
            award_date: dates::parts(row.get("AchievementAwardDate").and_then(|date| date.parse().ok())),
            grade: text("Grade"),
            language: language.to_owned(),
            provider: text("ProviderUKPRN"),
            mis_identifier: text("MISIdentifier"),
        }
    }

    /// Writes into a row what was typed. A date that is not one is written as it is, so that the
    /// rule of the row refuses it.
    pub(super) fn write(&self, row: &mut AchievementRow) {
        let filled = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        row.award_date = match dates::day(&self.award_date) {
            Ok(date) => date.map(|date| date.to_string()),
            Err(()) => Some(self.award_date.join("-")),
        };
        row.grade = filled(&self.grade);
        row.language = filled(&self.language).filter(|language| language != NO_LANGUAGE);
        row.provider_ukprn = filled(&self.provider.split_whitespace().collect::<String>());
        row.mis_identifier = filled(&self.mis_identifier);
    }
}
