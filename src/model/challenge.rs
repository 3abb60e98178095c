//! A learning event data challenge: somebody says that a learning event is wrong, and who is
//! responsible for the event decides (rules.md 7.6).

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::codes::{UnknownCode, code_list};
use super::{LearningEvent, Reference, Timestamp, Uln};

code_list! {
    /// What a challenge says is wrong (our choice).
    ChallengeKind {
        /// A detail of the event is wrong.
        WrongDetail = "wrong-detail",
        /// An event is missing.
        MissingEvent = "missing-event",
        /// Two events are the same achievement.
        DuplicateEvents = "duplicate-events",
        /// The event is another learner's.
        NotMine = "not-mine",
        /// Something else.
        Other = "other",
    }
}

code_list! {
    /// How far a challenge is (our choice).
    ChallengeState {
        /// Nobody has worked on it yet.
        Open = "open",
        /// Who decides has asked or begun.
        InProgress = "in-progress",
        /// The event was corrected.
        Corrected = "corrected",
        /// It was settled without a change of the event.
        NoChange = "no-change",
        /// It was rejected.
        Rejected = "rejected",
        /// Who raised it has withdrawn it.
        Withdrawn = "withdrawn",
    }
}

code_list! {
    /// A field of a learning event that a challenge may be about.
    EventField {
        /// The reference of the qualification, unit or aim.
        Reference = "reference",
        /// The awarding organisation's name.
        AwardingOrganisation = "awarding-organisation",
        /// The level.
        Level = "level",
        /// The title of the qualification, unit or aim.
        Subject = "subject",
        /// The award date.
        AwardDate = "award-date",
        /// The grade.
        Grade = "grade",
        /// The credits.
        Credits = "credits",
        /// The language of assessment.
        Language = "language",
        /// The provider's name.
        Provider = "provider",
        /// The type of qualification.
        Type = "type",
        /// The start of the participation.
        Start = "start",
        /// The end of the participation.
        End = "end",
    }
}

/// Texts by the field of the event; dates as `yyyy-MM-dd`.
pub type EventTexts = BTreeMap<EventField, String>;

/// The number of a challenge, written as its reference: `LEDC00000012`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChallengeId(pub i32);

/// The text is not the reference of a challenge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the reference of a challenge")]
pub struct InvalidChallengeId;

/// A challenge. It contains personal data: `Debug` shows number and state alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Challenge {
    /// Its number; 0 before it is stored.
    pub id: ChallengeId,
    /// The organisation that raised it, by its internal number.
    pub raised_by: i32,
    /// The name of that organisation at the time.
    pub raised_by_name: String,
    /// The account of the user who raised it.
    pub account_id: Option<i32>,
    /// The UKPRN of the awarding organisation that decides; `None` if the service desk does.
    pub decided_by: Option<String>,
    /// The learner.
    pub uln: Uln,
    /// What is wrong.
    pub kind: ChallengeKind,
    /// How far it is.
    pub state: ChallengeState,
    /// The event that is wrong; `None` if it is missing.
    pub event: Option<i32>,
    /// The event of which it is a duplicate.
    pub other_event: Option<i32>,
    /// What the event had when the challenge was raised.
    pub original: EventTexts,
    /// What it should have.
    pub supplied: EventTexts,
    /// Whom to ask.
    pub contact_name: String,
    /// Their telephone number.
    pub telephone: String,
    /// Their e-mail address.
    pub email: String,
    /// The evidence, in words.
    pub information: String,
    /// When it was raised (UTC).
    pub created_at: Timestamp,
    /// When it was settled (UTC).
    pub resolved_at: Option<Timestamp>,
    /// The number of its case at the service desk; `None` in what was raised before cases existed.
    pub case: Option<i32>,
}

/// What somebody did about a challenge, and what they said.
#[derive(Clone, PartialEq, Eq)]
pub struct ChallengeStep {
    /// When (UTC).
    pub at: Timestamp,
    /// The state after it.
    pub state: ChallengeState,
    /// The organisation.
    pub organisation: String,
    /// The user.
    pub user_name: String,
    /// What they said.
    pub message: String,
}

/// What a learning event had before a challenge corrected it.
#[derive(Clone, PartialEq, Eq)]
pub struct EventVersion {
    /// When it was corrected (UTC).
    pub at: Timestamp,
    /// The challenge.
    pub challenge: ChallengeId,
    /// What the event had before, field by field.
    pub before: EventTexts,
    /// What the correction made of it.
    pub after: EventTexts,
}

impl ChallengeState {
    /// Whether it waits for a decision.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Open | Self::InProgress)
    }
}

impl fmt::Display for ChallengeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LEDC{:08}", self.0)
    }
}

impl FromStr for ChallengeId {
    type Err = InvalidChallengeId;

    fn from_str(text: &str) -> Result<Self, InvalidChallengeId> {
        let digits = text.strip_prefix("LEDC").filter(|digits| digits.len() >= 8).ok_or(InvalidChallengeId)?;
        let id = Self(digits.parse().map_err(|_| InvalidChallengeId)?);
        if id.0 > 0 && id.to_string() == text { Ok(id) } else { Err(InvalidChallengeId) }
    }
}

impl EventField {
    /// What an event has in this field; empty if nothing.
    pub fn text_of(self, event: &LearningEvent) -> String {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        match self {
            Self::Reference => event.subject_code.clone(),
            Self::AwardingOrganisation => text(&event.awarding_organisation_name),
            Self::Level => text(&event.level),
            Self::Subject => event.subject.clone(),
            Self::AwardDate => day(event.achievement_award_date),
            Self::Grade => text(&event.grade),
            Self::Credits => event.credits.to_string(),
            Self::Language => text(&event.language_for_assessment),
            Self::Provider => event.achievement_provider_name.clone(),
            Self::Type => text(&event.qualification_type),
            Self::Start => day(event.participation_start_date),
            Self::End => day(event.participation_end_date),
        }
    }

    /// Sets the field of an event; `None` if the text is not a value of this field.
    #[must_use]
    pub fn set(self, event: &mut LearningEvent, text: &str) -> Option<()> {
        let optional = || (!text.is_empty()).then(|| text.to_owned());
        let day = || if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) };
        let is_awarded = event.source.is_awarded();
        match self {
            Self::Reference if is_awarded => event.subject_code = text.parse::<Reference>().ok()?.to_string(),
            Self::Reference => event.subject_code = optional()?,
            Self::AwardingOrganisation => event.awarding_organisation_name = Some(optional()?),
            Self::Level => event.level = optional(),
            Self::Subject => event.subject = optional()?,
            Self::AwardDate if is_awarded => event.achievement_award_date = Some(day()??),
            Self::AwardDate => event.achievement_award_date = day()?,
            Self::Grade => event.grade = optional(),
            Self::Credits => event.credits = text.parse::<i64>().ok().filter(|credits| *credits >= 0)?,
            Self::Language => event.language_for_assessment = optional(),
            Self::Provider => text.clone_into(&mut event.achievement_provider_name),
            Self::Type => event.qualification_type = optional(),
            Self::Start => event.participation_start_date = day()?,
            Self::End => event.participation_end_date = day()?,
        }
        Some(())
    }
}

impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Challenge").field("id", &self.id).field("state", &self.state).finish_non_exhaustive()
    }
}

impl fmt::Debug for ChallengeStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChallengeStep").field("state", &self.state).finish_non_exhaustive()
    }
}

impl fmt::Debug for EventVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventVersion").field("challenge", &self.challenge).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_reads_back() {
        assert_eq!(ChallengeId(12).to_string(), "LEDC00000012");
        assert_eq!("LEDC00000012".parse(), Ok(ChallengeId(12)));
        for wrong in ["", "LEDC", "LEDC12", "LEDC00000000", "LEDC-0000012", "LEDC+0000012", "12", "ledc00000012"] {
            assert_eq!(wrong.parse::<ChallengeId>(), Err(InvalidChallengeId), "{wrong}");
        }
    }
}
