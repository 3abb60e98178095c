//! What a user's roles allow (rules.md 7.3), in so far as the organisation has the permission.

use crate::model::{Permission, Permissions};

/// A role of a user, who may have several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Super user: everything, including managing the organisation's other users.
    SuperUser,
    /// Finds, registers and changes learners one by one.
    Online,
    /// Submits batches of learners.
    Batch,
    /// Sees learners and learning records, but changes nothing.
    ViewOnly,
    /// Works for an awarding organisation.
    AwardingOrganisation,
}

/// The roles of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Roles(Permissions);

impl Role {
    /// All roles.
    pub const ALL: &'static [Self] =
        &[Self::SuperUser, Self::Online, Self::Batch, Self::ViewOnly, Self::AwardingOrganisation];

    /// The permissions of the role. The table in rules.md 7.3 is our interpretation.
    pub const fn permissions(self) -> &'static [Permission] {
        use Permission::{
            FindLearner, RegisterLearner, RetrieveUlns, SubmitAchievements, SubmitBatches, UpdateLearner,
            VerifyLearner, ViewAudit, ViewOrganisation, ViewRecord,
        };
        match self {
            Self::SuperUser => &[
                FindLearner,
                RegisterLearner,
                UpdateLearner,
                VerifyLearner,
                RetrieveUlns,
                ViewRecord,
                ViewAudit,
                ViewOrganisation,
                SubmitBatches,
            ],
            Self::Online => &[
                FindLearner,
                RegisterLearner,
                UpdateLearner,
                VerifyLearner,
                RetrieveUlns,
                ViewRecord,
                ViewAudit,
                ViewOrganisation,
            ],
            Self::Batch => &[FindLearner, VerifyLearner, RetrieveUlns, ViewOrganisation, SubmitBatches],
            Self::ViewOnly => &[FindLearner, VerifyLearner, ViewRecord, ViewAudit, ViewOrganisation],
            Self::AwardingOrganisation => &[VerifyLearner, ViewOrganisation, SubmitAchievements, SubmitBatches],
        }
    }
}

impl Roles {
    /// The permissions of all the roles together.
    pub const fn permissions(self) -> Permissions {
        self.0
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        Self(roles.into_iter().flat_map(Role::permissions).copied().collect())
    }
}
