//! An achievement as its awarding organisation maintains it: the submitted fields, and those stored
//! in addition to the learning event that others see (rules.md 2.18, 6.3).

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;

use super::codes::{UnknownCode, code_list};
use super::{Door, EventStatus, LearningEvent, Timestamp};

code_list! {
    /// The action on an achievement (rules.md 5.8, our choice of numbers).
    AchievementAction {
        /// Create it, or make a provisional one final.
        Create = "1",
        /// Change it.
        Update = "2",
        /// Withdraw it.
        Withdraw = "3",
        /// Take a withdrawal back.
        Reinstate = "4",
    }
}

code_list! {
    /// Whether the achievements of a submission are provisional or final.
    SubmissionType {
        /// Provisional.
        Provisional = "P",
        /// The achievement is final.
        Final = "F",
    }
}

impl SubmissionType {
    /// The type for a code or a whole word, ignoring case (rules.md 5.8, our choice).
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|each| word.eq_ignore_ascii_case(each.code()) || word.eq_ignore_ascii_case(each.word()))
    }

    /// The whole word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Provisional => "Provisional",
            Self::Final => "Final",
        }
    }

    /// The corresponding status of an achievement.
    pub const fn status(self) -> EventStatus {
        match self {
            Self::Provisional => EventStatus::Provisional,
            Self::Final => EventStatus::Final,
        }
    }
}

code_list! {
    /// What was done to an achievement.
    AchievementDone {
        /// It was created.
        Created = "created",
        /// A field was changed.
        Updated = "updated",
        /// A provisional achievement became final.
        PromotedToFinal = "promoted",
        /// It was withdrawn.
        Withdrawn = "withdrawn",
        /// It was restored to its state before the withdrawal.
        Reinstated = "reinstated",
    }
}

code_list! {
    /// The language of assessment (rules.md 2.2, our choice for input).
    AssessmentLanguage {
        /// English.
        English = "English",
        /// Welsh.
        Welsh = "Welsh",
        /// Irish.
        Irish = "Irish",
    }
}

/// An achievement: a learning event, with the fields that only its awarding organisation needs.
#[derive(Clone, PartialEq, Eq)]
pub struct Achievement {
    /// The learning event; its status is W when the achievement is withdrawn.
    pub event: LearningEvent,
    /// Its type before it was withdrawn.
    pub withdrawn_from: Option<SubmissionType>,
    /// UKPRN of the provider where the learner achieved it. The learning event does not show it
    /// (rules.md 2.13).
    pub provider_ukprn: String,
    /// The awarding organisation's own identifier.
    pub mis_identifier: Option<String>,
    /// When the last action took effect, according to the awarding organisation.
    pub action_date: Option<NaiveDate>,
    /// Why it was withdrawn or reinstated.
    pub action_reason: Option<String>,
}

impl Achievement {
    /// Its type now, or before it was withdrawn.
    pub fn standing(&self) -> SubmissionType {
        match (self.event.status, self.withdrawn_from) {
            (EventStatus::Final, _) => SubmissionType::Final,
            (EventStatus::Provisional, _) => SubmissionType::Provisional,
            (EventStatus::Withdrawn, before) => before.unwrap_or(SubmissionType::Final),
        }
    }

    /// Whether it is an entry that waits for its result: provisional, without a grade (rules.md
    /// 6.3).
    pub fn is_entry(&self) -> bool {
        self.event.status == EventStatus::Provisional && self.event.grade.is_none()
    }

    /// Whether it is withdrawn.
    pub fn is_withdrawn(&self) -> bool {
        self.event.status == EventStatus::Withdrawn
    }
}

/// What its awarding organisation did to an achievement, and what the achievement had then. It
/// contains personal data: `Debug` shows what was done alone.
#[derive(Clone, PartialEq, Eq)]
pub struct AchievementStep {
    /// When (UTC).
    pub at: Timestamp,
    /// The door by which it was done.
    pub door: Door,
    /// The user, as the audit trail has them.
    pub user_name: String,
    /// What was done.
    pub done: AchievementDone,
    /// Its type then, or before it was withdrawn.
    pub standing: SubmissionType,
    /// Its award date then.
    pub award_date: Option<NaiveDate>,
    /// Its grade then.
    pub grade: Option<String>,
    /// Its language of assessment then.
    pub language: Option<String>,
    /// When that took effect, according to the awarding organisation.
    pub action_date: Option<NaiveDate>,
    /// Why it was withdrawn or reinstated.
    pub action_reason: Option<String>,
}

impl fmt::Debug for AchievementStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AchievementStep").field("done", &self.done).finish_non_exhaustive()
    }
}

impl fmt::Debug for Achievement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Achievement").field("event", &self.event).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn submission_types_are_letters_or_words() {
        for (word, expected) in
            [("P", SubmissionType::Provisional), ("final", SubmissionType::Final), ("F", SubmissionType::Final)]
        {
            assert_eq!(SubmissionType::from_word(word), Some(expected));
        }
        for wrong in ["", "W", "Finals", " F"] {
            assert_eq!(SubmissionType::from_word(wrong), None);
        }
    }
}
