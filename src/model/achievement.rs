//! An achievement as its awarding organisation maintains it: what is submitted about it, and what is kept of it beside the learning
//! event that others see (rules.md 2.18, 6.3).

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;

use super::codes::{UnknownCode, code_list};
use super::{EventStatus, LearningEvent};

code_list! {
    /// What is to be done with an achievement (rules.md 5.8, our choice of numbers).
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
    /// How the achievements of a submission shall stand.
    SubmissionType {
        /// Provisional.
        Provisional = "P",
        /// Final.
        Final = "F",
    }
}

impl SubmissionType {
    /// The type of a code or of the whole word, in any letter case (rules.md 5.8, our choice).
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|each| word.eq_ignore_ascii_case(each.code()) || word.eq_ignore_ascii_case(each.word()))
    }

    /// The word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Provisional => "Provisional",
            Self::Final => "Final",
        }
    }

    /// The status of an achievement that stands so.
    pub const fn status(self) -> EventStatus {
        match self {
            Self::Provisional => EventStatus::Provisional,
            Self::Final => EventStatus::Final,
        }
    }
}

code_list! {
    /// Language in which a learner was assessed (rules.md 2.2, our choice for input).
    AssessmentLanguage {
        /// English.
        English = "English",
        /// Welsh.
        Welsh = "Welsh",
        /// Irish.
        Irish = "Irish",
    }
}

/// An achievement: the learning event with what its awarding organisation alone needs.
#[derive(Clone, PartialEq, Eq)]
pub struct Achievement {
    /// The learning event; its status is W when the achievement is withdrawn.
    pub event: LearningEvent,
    /// How it stood before it was withdrawn.
    pub withdrawn_from: Option<SubmissionType>,
    /// UKPRN of the provider with which the learner achieved it. The learning event does not show it (rules.md 2.13).
    pub provider_ukprn: String,
    /// The awarding organisation's own key.
    pub mis_identifier: Option<String>,
    /// When the last action took effect, as the awarding organisation says.
    pub action_date: Option<NaiveDate>,
    /// Why it was withdrawn or reinstated.
    pub action_reason: Option<String>,
}

impl Achievement {
    /// How it stands, or stood before it was withdrawn.
    pub fn standing(&self) -> SubmissionType {
        match (self.event.status, self.withdrawn_from) {
            (EventStatus::Final, _) => SubmissionType::Final,
            (EventStatus::Provisional, _) => SubmissionType::Provisional,
            (EventStatus::Withdrawn, before) => before.unwrap_or(SubmissionType::Final),
        }
    }

    /// Whether it is withdrawn.
    pub fn is_withdrawn(&self) -> bool {
        self.event.status == EventStatus::Withdrawn
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
