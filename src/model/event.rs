//! One learning event of a personal learning record; what is filled in depends on its source
//! (rules.md 2.13).

use std::fmt;

use chrono::NaiveDate;

use super::{EventSource, EventStatus, Timestamp, Uln};

/// An achievement or participation. The fields are those of `LearningEvent` in the contract; text
/// is returned as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct LearningEvent {
    /// `ID`: unique in the register; 0 before the event is stored.
    pub id: i32,
    /// The learner (never a merged ULN).
    pub uln: Uln,
    /// `Source`.
    pub source: EventSource,
    /// `Status`.
    pub status: EventStatus,
    /// `AchievementAwardDate`; may be in the future.
    pub achievement_award_date: Option<NaiveDate>,
    /// `AchievementProviderName`: empty, not absent, for an awarding organisation's event.
    pub achievement_provider_name: String,
    /// `AchievementProviderUkprn`: empty for an awarding organisation's event.
    pub achievement_provider_ukprn: String,
    /// `AwardingOrganisationName`: `UNKNOWN` on ILR events.
    pub awarding_organisation_name: Option<String>,
    /// `AwardingOrganisationUkprn`: not always a UKPRN (`100060`); `UNKNWN` on ILR events.
    pub awarding_organisation_ukprn: Option<String>,
    /// `CollectionType`: `W` for ILR, `A` for NPD.
    pub collection_type: Option<String>,
    /// `Credits`: above 0 for units only.
    pub credits: i64,
    /// `DateLoaded`.
    pub date_loaded: Option<Timestamp>,
    /// `Grade`: `9999999999` on ILR events.
    pub grade: Option<String>,
    /// `LanguageForAssessment`.
    pub language_for_assessment: Option<String>,
    /// `Level`: such as `Level 3` or `Entry Level`.
    pub level: Option<String>,
    /// `ParticipationStartDate`.
    pub participation_start_date: Option<NaiveDate>,
    /// `ParticipationEndDate`.
    pub participation_end_date: Option<NaiveDate>,
    /// `QualificationType`: empty for a unit.
    pub qualification_type: Option<String>,
    /// `Restriction`: `0` on ILR and NPD events.
    pub restriction: Option<String>,
    /// `ReturnNumber`: `02` for ILR, `01` for NPD.
    pub return_number: Option<String>,
    /// `Subject`: the title of the qualification, unit or aim.
    pub subject: String,
    /// `SubjectCode`: with slashes (`600/1166/X`) from awarding organisations, eight characters
    /// without slashes from ILR and NPD.
    pub subject_code: String,
    /// `UnderDataChallenge`: whether the event is being challenged.
    pub under_data_challenge: bool,
}

impl LearningEvent {
    /// Sorts the events of a record: ILR, then NPD, then awarding organisations, each by number
    /// (rules.md 2.13).
    pub const fn listing_key(&self) -> (u8, i32) {
        let rank = match self.source {
            EventSource::Ilr => 0,
            EventSource::Npd => 1,
            EventSource::Ao | EventSource::Qcfu | EventSource::Qcfq => 2,
        };
        (rank, self.id)
    }

    /// `ParticipationStartDate` as sent: if absent, NPD events have an empty element and others
    /// have none.
    pub fn participation_start_text(&self) -> Option<String> {
        self.participation_text(self.participation_start_date)
    }

    /// `ParticipationEndDate` as sent: if absent, NPD events have an empty element and others have
    /// none.
    pub fn participation_end_text(&self) -> Option<String> {
        self.participation_text(self.participation_end_date)
    }

    fn participation_text(&self, date: Option<NaiveDate>) -> Option<String> {
        match (date, self.source) {
            (Some(date), _) => Some(date.to_string()),
            (None, EventSource::Npd) => Some(String::new()),
            (None, _) => None,
        }
    }
}

impl fmt::Debug for LearningEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LearningEvent")
            .field("id", &self.id)
            .field("source", &self.source)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}
