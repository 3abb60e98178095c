//! What is in a plan, and the rules that it keeps. Pure.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::model::PlanStatus;

/// The longest title, establishment, aim and outcome, in characters (our choice).
pub const LONGEST_LINE: usize = 200;
/// The longest comments on an aim, in characters (our choice).
pub const LONGEST_COMMENTS: usize = 2_000;
/// The most aims of a plan (our choice).
pub const MOST_AIMS: usize = 50;

/// What is in a plan. It contains personal data: it has no `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanContent {
    /// What the plan is called.
    pub title: String,
    /// Where the learner is taught.
    pub establishment: String,
    /// The first day.
    pub starts: NaiveDate,
    /// The last day, once it is known.
    pub ends: Option<NaiveDate>,
    /// Its state.
    #[serde(with = "status")]
    pub status: PlanStatus,
    /// What the learner works towards.
    pub aims: Vec<PlanAim>,
}

/// Something that a learner works towards.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanAim {
    /// The reference of a learning aim, or words.
    pub aim: String,
    /// By when.
    pub target: Option<NaiveDate>,
    /// What came of it; empty until then.
    pub outcome: String,
    /// Comments for those who go on with the plan.
    pub comments: String,
}

/// A rule that a plan breaks (our choice).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanFault {
    /// It has no title.
    NoTitle,
    /// The title is too long.
    LongTitle,
    /// It names no establishment.
    NoEstablishment,
    /// The establishment's name is too long.
    LongEstablishment,
    /// It ends before it starts.
    EndsBeforeStart,
    /// It is closed, but has no last day.
    ClosedWithoutEnd,
    /// It has too many aims.
    TooManyAims,
    /// An aim says nothing.
    NoAim,
    /// An aim is too long.
    LongAim,
    /// An outcome is too long.
    LongOutcome,
    /// Comments are too long.
    LongComments,
}

impl PlanContent {
    /// The rules that it breaks, in the order of its fields.
    pub fn faults(&self) -> Vec<PlanFault> {
        let closed = self.status == PlanStatus::Closed;
        let own = [
            (self.title.is_empty(), PlanFault::NoTitle),
            (is_longer(&self.title, LONGEST_LINE), PlanFault::LongTitle),
            (self.establishment.is_empty(), PlanFault::NoEstablishment),
            (is_longer(&self.establishment, LONGEST_LINE), PlanFault::LongEstablishment),
            (self.ends.is_some_and(|ends| ends < self.starts), PlanFault::EndsBeforeStart),
            (closed && self.ends.is_none(), PlanFault::ClosedWithoutEnd),
            (self.aims.len() > MOST_AIMS, PlanFault::TooManyAims),
        ];
        broken(own).chain(self.aims.iter().flat_map(PlanAim::faults)).collect()
    }
}

impl PlanAim {
    /// The rules that it breaks, in the order of its fields.
    pub fn faults(&self) -> Vec<PlanFault> {
        broken([
            (self.aim.is_empty(), PlanFault::NoAim),
            (is_longer(&self.aim, LONGEST_LINE), PlanFault::LongAim),
            (is_longer(&self.outcome, LONGEST_LINE), PlanFault::LongOutcome),
            (is_longer(&self.comments, LONGEST_COMMENTS), PlanFault::LongComments),
        ])
        .collect()
    }
}

fn broken<const N: usize>(rules: [(bool, PlanFault); N]) -> impl Iterator<Item = PlanFault> {
    rules.into_iter().filter(|(is_broken, _)| *is_broken).map(|(_, fault)| fault)
}

fn is_longer(text: &str, longest: usize) -> bool {
    text.chars().count() > longest
}

/// The state as its code.
mod status {
    use serde::{Deserialize, Deserializer, Serializer, de};

    use crate::model::PlanStatus;

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
    pub(super) fn serialize<S: Serializer>(status: &PlanStatus, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(status.code())
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<PlanStatus, D::Error> {
        let code = String::deserialize(from)?;
        code.parse().map_err(|_| de::Error::custom("not the state of a plan"))
    }
}
