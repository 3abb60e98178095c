//! What an organisation may do, as a compact set.

mod set;

use std::fmt;
use std::str::FromStr;

pub use set::Permissions;

/// A single permission of an organisation. The list, and the defaults for each role, are our
/// choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// Find learners by ULN and by demographics.
    FindLearner,
    /// Register learners.
    RegisterLearner,
    /// Update learners.
    UpdateLearner,
    /// Verify learner details.
    VerifyLearner,
    /// Retrieve lists of ULNs.
    RetrieveUlns,
    /// See learning events.
    ViewRecord,
    /// See who saw a record.
    ViewAudit,
    /// See organisations.
    ViewOrganisation,
    /// Submit achievements.
    SubmitAchievements,
    /// Submit batches.
    SubmitBatches,
    /// Make, see and change the plans of learners in custody. Operators grant it to organisations
    /// that teach there (OLASS, rules.md 7.5).
    MaintainPlans,
}

/// The text is not the name of a permission.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown permission {0:?}")]
pub struct UnknownPermission(pub String);

impl Permission {
    /// All permissions, in the order in which sets are written.
    pub const ALL: &'static [Self] = &[
        Self::FindLearner,
        Self::RegisterLearner,
        Self::UpdateLearner,
        Self::VerifyLearner,
        Self::RetrieveUlns,
        Self::ViewRecord,
        Self::ViewAudit,
        Self::ViewOrganisation,
        Self::SubmitAchievements,
        Self::SubmitBatches,
        Self::MaintainPlans,
    ];

    /// The name, as stored and as typed on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FindLearner => "find-learner",
            Self::RegisterLearner => "register-learner",
            Self::UpdateLearner => "update-learner",
            Self::VerifyLearner => "verify-learner",
            Self::RetrieveUlns => "retrieve-ulns",
            Self::ViewRecord => "view-record",
            Self::ViewAudit => "view-audit",
            Self::ViewOrganisation => "view-organisation",
            Self::SubmitAchievements => "submit-achievements",
            Self::SubmitBatches => "submit-batches",
            Self::MaintainPlans => "maintain-plans",
        }
    }

    const fn bit(self) -> u16 {
        match self {
            Self::FindLearner => 1 << 0,
            Self::RegisterLearner => 1 << 1,
            Self::UpdateLearner => 1 << 2,
            Self::VerifyLearner => 1 << 3,
            Self::RetrieveUlns => 1 << 4,
            Self::ViewRecord => 1 << 5,
            Self::ViewAudit => 1 << 6,
            Self::ViewOrganisation => 1 << 7,
            Self::SubmitAchievements => 1 << 8,
            Self::SubmitBatches => 1 << 9,
            Self::MaintainPlans => 1 << 10,
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Permission {
    type Err = UnknownPermission;

    fn from_str(name: &str) -> Result<Self, UnknownPermission> {
        Self::ALL.iter().copied().find(|p| p.name() == name).ok_or_else(|| UnknownPermission(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn defaults_by_role() {
        let provider = Permissions::for_roles(true, false);
        assert!(provider.contains(Permission::ViewRecord) && !provider.contains(Permission::SubmitAchievements));
        assert_eq!(
            Permissions::for_roles(false, true).to_string(),
            "verify-learner,view-organisation,submit-achievements,submit-batches"
        );
        let all_but_plans = Permission::ALL.len() - 1;
        assert_eq!(Permissions::for_roles(true, true).iter().count(), all_but_plans, "plans are granted one by one");
        assert_eq!(Permissions::for_roles(false, false), Permissions::NONE);
    }

    #[test]
    fn unknown_names_are_refused() {
        assert_eq!("find-learner,fly".parse::<Permissions>(), Err(UnknownPermission("fly".to_owned())));
        assert_eq!("".parse::<Permissions>(), Ok(Permissions::NONE));
    }

    proptest! {
        #[test]
        fn a_set_reads_back(chosen in proptest::sample::subsequence(Permission::ALL, 0..=Permission::ALL.len())) {
            let set: Permissions = chosen.iter().copied().collect();
            prop_assert_eq!(set.to_string().parse::<Permissions>().unwrap(), set);
            prop_assert_eq!(set.iter().collect::<Vec<_>>(), chosen);
        }
    }
}
