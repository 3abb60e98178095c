//! The words for achievements, and for the codes with which they are refused.

use askama::Template;
use askama::filters::HtmlSafe;

use super::new::Flow;
use crate::domain::achievements::{AchievementRow, codes};
use crate::domain::catalogue::WhyNot;
use crate::domain::format::Finding;
use crate::model::{Achievement, AchievementDone, CatalogueEntry, Door, EventStatus, SubmissionType};
use crate::portal::blocks::Anchor;
use crate::portal::components::{Cell, Html, Table, Tag};
use crate::portal::form::FormErrors;
use crate::portal::learners::words::date;

/// A code, small, for people who quote it on the telephone.
#[derive(Template)]
#[template(ext = "html", source = "<p class=\"govuk-body-s\">Code for the service desk: {{ self.0 }}</p>")]
pub(super) struct Code(pub(super) &'static str);

impl HtmlSafe for Code {}

/// A reason with its code, in small letters.
#[derive(Template)]
#[template(ext = "html", source = "{{ words }} <span class=\"govuk-body-s\">({{ code }})</span>")]
pub(super) struct Reason {
    words: &'static str,
    code: &'static str,
}

impl HtmlSafe for Reason {}

/// Achievements as rows.
pub(super) fn table(caption: &str, achievements: &[Achievement]) -> Table {
    let head = ["Qualification or unit", "Reference", "ULN", "Award date", "Grade", "State"];
    achievements.iter().fold(Table::new(caption).caption_size("m").head(head), |table, each| {
        let event = &each.event;
        table.row([
            Cell::from(Html::of(&Anchor::new(event.subject.as_str(), format!("/achievements/{}", event.id)))),
            Cell::from(event.subject_code.as_str()),
            Cell::from(event.uln.as_str()),
            Cell::from(event.achievement_award_date.map(date).unwrap_or_default()),
            Cell::from(event.grade.clone().unwrap_or_default()),
            Cell::from(Html::of(&state(each))),
        ])
    })
}

/// The state, as a tag.
pub(super) fn state(achievement: &Achievement) -> Tag {
    match achievement.event.status {
        EventStatus::Final => Tag::coloured("Final", "green"),
        EventStatus::Provisional if achievement.is_entry() => Tag::coloured("Waiting for a result", "blue"),
        EventStatus::Provisional => Tag::coloured("Provisional", "yellow"),
        EventStatus::Withdrawn => Tag::coloured("Withdrawn", "grey"),
    }
}

/// Whether it is final.
pub(super) const fn standing(standing: SubmissionType) -> &'static str {
    standing.word()
}

/// The same for a code.
pub(super) fn standing_of(code: &str) -> &'static str {
    code.parse().map_or("", SubmissionType::word)
}

/// What was done.
pub(super) const fn done(done: AchievementDone) -> &'static str {
    match done {
        AchievementDone::Created => "Created",
        AchievementDone::Updated => "Changed",
        AchievementDone::PromotedToFinal => "Made final",
        AchievementDone::Withdrawn => "Withdrawn",
        AchievementDone::Reinstated => "Reinstated",
    }
}

/// The door by which it was done.
pub(super) const fn door(door: Door) -> &'static str {
    match door {
        Door::WebService => "Web service",
        Door::Portal => "Portal",
        Door::File => "File",
        Door::CommandLine => "Command line",
    }
}

/// What a qualification or unit is.
pub(super) fn about(entry: &CatalogueEntry) -> String {
    let kind = if entry.is_unit() { "Unit" } else { entry.qualification_type.as_str() };
    let level = entry.level.iter().map(|level| format!(", {level}"));
    let end = entry.certification_end.iter().map(|end| format!(", awarded until {}", date(*end)));
    level.chain(end).fold(kind.to_owned(), |about, part| about + &part)
}

/// Why the organisation may not submit it.
pub(super) const fn why_not(why: WhyNot) -> Reason {
    match why {
        WhyNot::OfAnother => Reason {
            words: "It belongs to another awarding organisation, which does not share it.",
            code: codes::NOT_OWNED,
        },
        WhyNot::NotShared => {
            Reason { words: "Its owner shares it with some organisations, and not with yours.", code: codes::NOT_OWNED }
        }
        WhyNot::NotRecognised => {
            Reason { words: "Your organisation is not recognised to award.", code: codes::NOT_RECOGNISED }
        }
    }
}

/// What a code means.
pub(super) fn meaning(code: &str) -> &'static str {
    codes::lookup(code).map_or("It was refused.", |entry| entry.meaning)
}

/// The field of the forms at which a code is told.
pub(super) fn field(code: &str) -> &'static str {
    match code {
        "F001" => "mis_identifier",
        "F002" | "F003" | "F004" | "F005" | "F006" | "F007" | codes::ULN_NOT_FOUND | codes::LEARNER_DIFFERS => "uln",
        "F008" => "provider",
        "F009" | codes::UNKNOWN_REFERENCE | codes::NOT_OWNED => "reference",
        "F011" | codes::UNKNOWN_GRADE => "grade",
        "F012" => "language",
        "F015" => "reason",
        codes::FINAL => "submission_type",
        _ => "award_date-day",
    }
}

/// What is wrong, as the form says it, with the code.
pub(super) fn sentence(code: &str) -> String {
    let words = match code {
        "F001" => "Your own identifier must have 128 characters or fewer",
        "F008" => "Enter the UKPRN of the provider: 8 digits",
        "F010" => "Award date must be a real date",
        "F011" => "Choose a grade",
        "F012" => "Choose a language, or \u{201c}Not stated\u{201d}",
        "F015" => "Enter a reason of at most 255 characters",
        code => meaning(code).trim_end_matches('.'),
    };
    format!("{words} ({code})")
}

/// Notes what breaks the rules of a row, at the fields of the form, in their order there. The form
/// of an entry has no grade.
pub(super) fn add(errors: &mut FormErrors, findings: &[Finding], flow: Flow) {
    const ORDER: [&str; 5] = ["award_date-day", "grade", "language", "provider", "mis_identifier"];
    let mut codes: Vec<&str> = findings.iter().map(|finding| codes::of_field(finding.field)).collect();
    codes.sort_by_key(|code| ORDER.iter().position(|name| *name == field(code)));
    for code in codes.into_iter().filter(|code| flow == Flow::Achievement || field(code) != "grade") {
        errors.add(field(code), sentence(code));
    }
}

/// The fields of an achievement as a row has them.
pub(super) fn row(achievement: &Achievement) -> AchievementRow {
    let event = &achievement.event;
    AchievementRow {
        mis_identifier: achievement.mis_identifier.clone(),
        provider_ukprn: Some(achievement.provider_ukprn.clone()),
        award_date: event.achievement_award_date.map(|date| date.to_string()),
        grade: event.grade.clone(),
        language: event.language_for_assessment.clone(),
        action_date: achievement.action_date.map(|date| date.to_string()),
        ..AchievementRow::default()
    }
}
