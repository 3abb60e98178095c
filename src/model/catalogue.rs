//! An entry in the catalogue of qualifications and units, and the recognition of awarding
//! organisations (rules.md 6.2).

use chrono::NaiveDate;

use super::codes::{UnknownCode, code_list};
use super::{Grading, Organisation, Reference};
use std::fmt;
use std::str::FromStr;

code_list! {
    /// Who may award a qualification or unit.
    Availability {
        /// Its owner alone.
        Private = "private",
        /// Every awarding organisation.
        Shared = "shared",
        /// Its owner and those that are listed.
        Restricted = "restricted",
    }
}

code_list! {
    /// The regulator's status of an awarding organisation.
    RecognitionStatus {
        /// Has begun to apply.
        Applying = "Applying",
        /// Has applied.
        Applied = "Applied",
        /// Was refused.
        Rejected = "Rejected",
        /// Recognised.
        Recognised = "Recognised",
        /// Was recognised until the recognition was withdrawn.
        Withdrawn = "Withdrawn",
        /// Was recognised until it gave the recognition back.
        Surrendered = "Surrendered",
    }
}

/// An awarding organisation's recognition by the regulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recognition {
    /// The status.
    pub status: RecognitionStatus,
    /// The last day of a recognition that has ended.
    pub ended_on: Option<NaiveDate>,
}

impl Recognition {
    /// The recognition assumed for an awarding organisation about which nothing else is known.
    pub const RECOGNISED: Self = Self { status: RecognitionStatus::Recognised, ended_on: None };

    /// Whether the organisation is or was recognised, and so may submit at all.
    pub const fn was_granted(self) -> bool {
        matches!(
            self.status,
            RecognitionStatus::Recognised | RecognitionStatus::Withdrawn | RecognitionStatus::Surrendered
        )
    }

    /// Whether an award on this date is under the recognition: while it lasts, up to and including
    /// its last day (rules.md 6.2, our choice).
    pub fn covers(self, awarded_on: NaiveDate) -> bool {
        match self.status {
            RecognitionStatus::Recognised => true,
            RecognitionStatus::Withdrawn | RecognitionStatus::Surrendered => {
                self.ended_on.is_some_and(|last| awarded_on <= last)
            }
            RecognitionStatus::Applying | RecognitionStatus::Applied | RecognitionStatus::Rejected => false,
        }
    }
}

/// A qualification or unit that learners can achieve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueEntry {
    /// Its number, which also tells qualifications and units apart.
    pub reference: Reference,
    /// Title: `Subject` of its learning events.
    pub title: String,
    /// The type's label, such as `GCSE (9 to 1)`; empty for a unit.
    pub qualification_type: String,
    /// Such as `Level 2` or `Entry Level`.
    pub level: Option<String>,
    /// Credit value: above 0 for a unit, 0 for a qualification.
    pub credits: i64,
    /// The grades that can be awarded.
    pub grading: Grading,
    /// UKPRN, organisation reference or six-digit number of the awarding organisation that owns it,
    /// in upper case.
    pub owner: String,
    /// Who may award it.
    pub availability: Availability,
    /// The others who may award it if it is restricted, in the same notation as the owner.
    pub shared_with: Vec<String>,
    /// The last day on which a learner could start. For information only: no achievement is refused
    /// because of it.
    pub operational_end: Option<NaiveDate>,
    /// The last day on which it can be awarded.
    pub certification_end: Option<NaiveDate>,
}

impl CatalogueEntry {
    /// Whether the organisation may submit achievements of it: its owner always, anybody if it is
    /// shared, those listed if it is restricted (rules.md 6.2).
    pub fn is_open_to(&self, organisation: &Organisation) -> bool {
        let is = |number: &str| number == organisation.ukprn.as_str() || number == organisation.org_ref.as_str();
        is(&self.owner)
            || match self.availability {
                Availability::Private => false,
                Availability::Shared => true,
                Availability::Restricted => self.shared_with.iter().any(|number| is(number)),
            }
    }

    /// Whether it can be awarded on this date.
    pub fn is_certificated_on(&self, day: NaiveDate) -> bool {
        self.certification_end.is_none_or(|last| day <= last)
    }

    /// Whether it is a unit.
    pub const fn is_unit(&self) -> bool {
        matches!(self.reference, Reference::Unit(_))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::model::Permissions;

    fn organisation(ukprn: &str, org_ref: &str) -> Organisation {
        Organisation {
            id: 1,
            ukprn: ukprn.parse().unwrap(),
            org_ref: org_ref.parse().unwrap(),
            name: "Synthetic Awards".to_owned(),
            learner_registration_body: false,
            awarding_organisation: true,
            active: true,
            permissions: Permissions::NONE,
            password_hash: None,
        }
    }

    #[test]
    fn who_may_submit() {
        let (owner, listed, other) = (
            organisation("TEST0045", "TEST45"),
            organisation("TEST0052", "TEST52"),
            organisation("TEST0059", "TEST59"),
        );
        let mut entry = CatalogueEntry {
            reference: "600/1166/X".parse().unwrap(),
            title: "Example".to_owned(),
            qualification_type: "GCSE (9 to 1)".to_owned(),
            level: None,
            credits: 0,
            grading: "GCSE (9 to 1)".parse().unwrap(),
            owner: "TEST45".to_owned(),
            availability: Availability::Private,
            shared_with: vec!["TEST0052".to_owned()],
            operational_end: None,
            certification_end: NaiveDate::from_ymd_opt(2024, 8, 31),
        };
        let may = |entry: &CatalogueEntry| [&owner, &listed, &other].map(|organisation| entry.is_open_to(organisation));
        assert_eq!(may(&entry), [true, false, false]);
        entry.availability = Availability::Restricted;
        assert_eq!(may(&entry), [true, true, false]);
        entry.availability = Availability::Shared;
        assert_eq!(may(&entry), [true, true, true]);
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert!(entry.is_certificated_on(day("2024-08-31")) && !entry.is_certificated_on(day("2024-09-01")));
    }

    #[test]
    fn a_recognition_covers_its_time() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let ended = Recognition { status: RecognitionStatus::Surrendered, ended_on: Some(day("2024-03-31")) };
        assert!(ended.was_granted() && ended.covers(day("2024-03-31")) && !ended.covers(day("2024-04-01")));
        assert!(Recognition::RECOGNISED.covers(day("2099-01-01")));
        let applied = Recognition { status: RecognitionStatus::Applied, ended_on: None };
        assert!(!applied.was_granted() && !applied.covers(day("2024-03-31")));
    }
}
