//! What may be asked of links, and why it is refused.

use crate::domain::Action;
use crate::model::Uln;

/// A change of links: for all of its ULNs, or for none. A ULN that is given twice counts once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkRequest {
    /// Merge learners into a master. Learners merged into them before follow.
    Merge {
        /// The learners to merge.
        merged: Vec<Uln>,
        /// The learner that they are merged into.
        master: Uln,
    },
    /// Undo merges: each ULN means its own learner again. Learners that followed return with it.
    Unmerge(Vec<Uln>),
    /// Delete learners: from then on every operation returns "not found".
    Delete(Vec<Uln>),
    /// Undo deletions.
    Restore(Vec<Uln>),
}

/// A change of the links of one learner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Single {
    Merge { merged: Uln, master: Uln },
    Unmerge(Uln),
    Delete(Uln),
    Restore(Uln),
}

/// Why a change of links is not allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkRefusal {
    /// No learner has the ULN.
    #[error("no learner has this ULN")]
    NoLearner,
    /// No learner has the ULN of the master.
    #[error("no learner has the ULN of the master")]
    NoMaster,
    /// The ULN is its own master.
    #[error("a learner cannot be merged into itself")]
    SameLearner,
    /// A merged learner is not merged again.
    #[error("the learner is merged already; undo that first")]
    Merged,
    /// A merged learner cannot be a master.
    #[error("the master is itself merged into another learner; choose that one")]
    MasterMerged,
    /// The learner is deleted.
    #[error("the learner is deleted")]
    Deleted,
    /// The master is deleted.
    #[error("the master is deleted")]
    MasterDeleted,
    /// Only a merged learner can be unmerged.
    #[error("the learner is not merged")]
    NotMerged,
    /// Only a deleted learner can be restored.
    #[error("the learner is not deleted")]
    NotDeleted,
    /// A master cannot be deleted.
    #[error("other ULNs are merged into the learner; undo that first")]
    IsMaster,
}

impl LinkRequest {
    /// What it does.
    pub const fn action(&self) -> Action {
        match self {
            Self::Merge { .. } => Action::MergeLearner,
            Self::Unmerge(_) => Action::UnmergeLearner,
            Self::Delete(_) => Action::DeleteLearner,
            Self::Restore(_) => Action::RestoreLearner,
        }
    }

    /// One request for each learner.
    pub(super) fn each(&self) -> Vec<Single> {
        let (ulns, single): (&[Uln], &dyn Fn(Uln) -> Single) = match self {
            Self::Merge { merged, master } => (merged, &|merged| Single::Merge { merged, master: *master }),
            Self::Unmerge(ulns) => (ulns, &Single::Unmerge),
            Self::Delete(ulns) => (ulns, &Single::Delete),
            Self::Restore(ulns) => (ulns, &Single::Restore),
        };
        let mut requests: Vec<Single> = Vec::with_capacity(ulns.len());
        for uln in ulns {
            if !requests.iter().any(|each| each.uln() == *uln) {
                requests.push(single(*uln));
            }
        }
        requests
    }
}

impl Single {
    /// The learner whose link changes.
    pub(super) const fn uln(self) -> Uln {
        match self {
            Self::Merge { merged: uln, .. } | Self::Unmerge(uln) | Self::Delete(uln) | Self::Restore(uln) => uln,
        }
    }
}
