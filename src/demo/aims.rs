//! The synthetic qualifications, units and learning aims of `fixtures/aims.toml`, and learning
//! events for them, in the format of each source (rules.md 2.13).

use chrono::{Days, NaiveDate, NaiveTime};
use serde::Deserialize;

use super::FixtureError;
use crate::model::{EventSource, EventStatus, LearningEvent, Uln};

/// The demo's awarding organisation, the source of AO events.
pub const AWARDING_ORGANISATION: (&str, &str) = ("TEST0045", "Demonstration Awarding Organisation");
/// The demo's provider, the source of ILR events.
pub const PROVIDER: (&str, &str) = ("TEST0038", "Demonstration College");
/// A school, the source of NPD events. It does not call the service.
const SCHOOL: (&str, &str) = ("10099901", "Test Fernmarsh School");
/// An awarding organisation as in the national pupil database: six digits.
const NPD_AWARDER: (&str, &str) = ("199060", "QUILLMARK Examinations Board (test)");
/// Days between the end of an event and its loading.
const DAYS_TO_LOADING: Days = Days::new(40);

/// A qualification, unit or learning aim.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Aim {
    /// The name by which `people.toml` refers to it.
    pub key: String,
    source: String,
    /// Reference: with slashes for awarding organisations, otherwise eight characters.
    pub code: String,
    subject: String,
    #[serde(default, rename = "type")]
    qualification_type: String,
    level: Option<String>,
    #[serde(default)]
    credits: i64,
    /// Possible grades; none for an ILR aim.
    #[serde(default)]
    pub grades: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AimsFile {
    aim: Vec<Aim>,
}

/// An award with a grade, or participation in a period.
#[derive(Clone, Copy)]
pub enum Happening<'a> {
    /// Awarded on a day, with a grade.
    Awarded(NaiveDate, &'a str),
    /// Participated from one day to another.
    Participated(NaiveDate, NaiveDate),
}

/// Reads the catalogue.
///
/// # Errors
/// The file is invalid.
pub fn all() -> Result<Vec<Aim>, FixtureError> {
    let file: AimsFile = toml::from_str(include_str!("../../fixtures/aims.toml"))?;
    for aim in &file.aim {
        aim.source
            .parse::<EventSource>()
            .map_err(|_| FixtureError::Value { entry: aim.key.clone(), field: "source" })?;
    }
    Ok(file.aim)
}

impl Aim {
    /// The source of this aim's events.
    pub fn source(&self) -> EventSource {
        self.source.parse().unwrap_or(EventSource::Ao)
    }

    /// A person's learning event for this aim.
    pub fn event(&self, uln: Uln, happening: Happening<'_>) -> LearningEvent {
        let source = self.source();
        let (started, ended, awarded, grade) = match happening {
            Happening::Awarded(day, grade) => (None, None, day, grade),
            Happening::Participated(start, end) => (Some(start), Some(end), end, "9999999999"),
        };
        let text = |text: &str| Some(text.to_owned());
        let loaded = NaiveTime::from_hms_opt(10, 10, 7).unwrap_or_default();
        let common = LearningEvent {
            id: 0,
            uln,
            source,
            status: EventStatus::Final,
            achievement_award_date: Some(awarded),
            achievement_provider_name: String::new(),
            achievement_provider_ukprn: String::new(),
            awarding_organisation_name: None,
            awarding_organisation_ukprn: None,
            collection_type: None,
            credits: self.credits,
            date_loaded: ended.unwrap_or(awarded).checked_add_days(DAYS_TO_LOADING).map(|day| day.and_time(loaded)),
            grade: text(grade),
            language_for_assessment: None,
            level: self.level.clone(),
            participation_start_date: started,
            participation_end_date: ended,
            qualification_type: Some(self.qualification_type.clone()),
            restriction: None,
            return_number: None,
            subject: self.subject.clone(),
            subject_code: self.code.clone(),
            under_data_challenge: false,
        };
        match source {
            EventSource::Ao | EventSource::Qcfu | EventSource::Qcfq => LearningEvent {
                awarding_organisation_ukprn: text(AWARDING_ORGANISATION.0),
                awarding_organisation_name: text(AWARDING_ORGANISATION.1),
                language_for_assessment: text("English"),
                ..common
            },
            EventSource::Ilr => LearningEvent {
                achievement_provider_ukprn: PROVIDER.0.to_owned(),
                achievement_provider_name: PROVIDER.1.to_owned(),
                awarding_organisation_ukprn: text("UNKNWN"),
                awarding_organisation_name: text("UNKNOWN"),
                collection_type: text("W"),
                return_number: text("02"),
                restriction: text("0"),
                ..common
            },
            EventSource::Npd => LearningEvent {
                achievement_provider_ukprn: SCHOOL.0.to_owned(),
                achievement_provider_name: SCHOOL.1.to_owned(),
                awarding_organisation_ukprn: text(NPD_AWARDER.0),
                awarding_organisation_name: text(NPD_AWARDER.1),
                collection_type: text("A"),
                return_number: text("01"),
                restriction: text("0"),
                ..common
            },
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// The check character of a qualification number (rules.md 6.1).
    fn check_character(digits: &str) -> char {
        let sum: u32 =
            digits.chars().zip((2..=8).rev()).map(|(digit, weight)| digit.to_digit(10).unwrap() * weight).sum();
        char::from_digit(sum % 11, 10).unwrap_or('X')
    }

    #[test]
    fn references_have_the_form_of_their_source() {
        let unit = regex::Regex::new("^[ADFHJKLMRTY]/[0-9]{3}/[0-9]{4}$").unwrap();
        for aim in all().unwrap() {
            match aim.source() {
                EventSource::Qcfu => {
                    assert!(unit.is_match(&aim.code) && aim.credits > 0, "{}", aim.key);
                }
                source => {
                    let with_slashes = aim.code.split('/').map(str::len).collect::<Vec<_>>() == [3, 4, 1];
                    let plain = aim.code.replace('/', "");
                    assert_eq!(with_slashes, source == EventSource::Ao, "{}", aim.key);
                    assert_eq!(plain.chars().last(), Some(check_character(plain.get(..7).unwrap())), "{}", aim.key);
                    assert_eq!((plain.len(), aim.credits), (8, 0), "{}", aim.key);
                }
            }
            assert_eq!(aim.grades.is_empty(), aim.source() == EventSource::Ilr, "{}", aim.key);
        }
    }

    #[test]
    fn events_have_the_shape_of_their_source() {
        let uln = "1000000000".parse().unwrap();
        let (start, end) = (NaiveDate::from_ymd_opt(2020, 9, 1).unwrap(), NaiveDate::from_ymd_opt(2021, 7, 1).unwrap());
        for aim in all().unwrap() {
            let (event, ilr) = match aim.source() {
                EventSource::Ilr => (aim.event(uln, Happening::Participated(start, end)), true),
                _ => (aim.event(uln, Happening::Awarded(end, aim.grades.first().unwrap())), false),
            };
            let awarding = matches!(event.source, EventSource::Ao | EventSource::Qcfu);
            assert_eq!(event.achievement_provider_ukprn.is_empty(), awarding, "{}", aim.key);
            assert_eq!(event.level.is_some(), awarding, "{}", aim.key);
            assert_eq!(event.language_for_assessment.is_some(), awarding, "{}", aim.key);
            assert_eq!(event.restriction.is_none(), awarding, "{}", aim.key);
            assert_eq!(event.participation_start_text().is_none(), awarding, "{}", aim.key);
            assert_eq!(event.awarding_organisation_ukprn.as_deref() == Some("UNKNWN"), ilr, "{}", aim.key);
            assert_eq!(event.grade.as_deref() == Some("9999999999"), ilr, "{}", aim.key);
            assert_eq!(
                event.qualification_type.as_deref() == Some(""),
                event.source == EventSource::Qcfu,
                "{}",
                aim.key
            );
        }
    }
}
