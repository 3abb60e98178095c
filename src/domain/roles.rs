//! What a user's roles allow (rules.md 7.3), in so far as the organisation has the permission.

use std::fmt;
use std::str::FromStr;

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
    /// Works for the operator of the service, whose organisation has a UKPRN like any other. Only
    /// operators give it.
    ServiceDesk,
}

/// The roles of a user. Written as names separated by commas.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Roles(u8);

/// The text does not name a role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no role is called \"{0}\"")]
pub struct UnknownRole(String);

impl Role {
    /// All roles.
    pub const ALL: &'static [Self] =
        &[Self::SuperUser, Self::Online, Self::Batch, Self::ViewOnly, Self::AwardingOrganisation, Self::ServiceDesk];

    /// Its name, as commands and the database have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SuperUser => "super-user",
            Self::Online => "online",
            Self::Batch => "batch",
            Self::ViewOnly => "view-only",
            Self::AwardingOrganisation => "awarding-organisation",
            Self::ServiceDesk => "service-desk",
        }
    }

    const fn bit(self) -> u8 {
        match self {
            Self::SuperUser => 1 << 0,
            Self::Online => 1 << 1,
            Self::Batch => 1 << 2,
            Self::ViewOnly => 1 << 3,
            Self::AwardingOrganisation => 1 << 4,
            Self::ServiceDesk => 1 << 5,
        }
    }

    /// The permissions of the role. The table in rules.md 7.3 is our interpretation.
    pub const fn permissions(self) -> &'static [Permission] {
        use Permission::{
            FindLearner, MaintainPlans, RegisterLearner, RetrieveUlns, SubmitAchievements, SubmitBatches,
            UpdateLearner, VerifyLearner, ViewAudit, ViewOrganisation, ViewRecord,
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
                MaintainPlans,
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
                MaintainPlans,
            ],
            Self::Batch => &[FindLearner, VerifyLearner, RetrieveUlns, ViewOrganisation, SubmitBatches],
            Self::ViewOnly | Self::ServiceDesk => {
                &[FindLearner, VerifyLearner, ViewRecord, ViewAudit, ViewOrganisation]
            }
            Self::AwardingOrganisation => &[VerifyLearner, ViewOrganisation, SubmitAchievements, SubmitBatches],
        }
    }
}

impl Roles {
    /// Whether the user has the role.
    pub const fn contains(self, role: Role) -> bool {
        self.0 & role.bit() != 0
    }

    /// The roles, in order.
    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL.iter().copied().filter(move |role| self.contains(*role))
    }

    /// Whether the user has no role.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The permissions of all the roles together.
    pub fn permissions(self) -> Permissions {
        self.iter().flat_map(Role::permissions).copied().collect()
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        Self(roles.into_iter().fold(0, |bits, role| bits | role.bit()))
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(name: &str) -> Result<Self, UnknownRole> {
        Self::ALL.iter().copied().find(|role| role.name() == name).ok_or_else(|| UnknownRole(name.to_owned()))
    }
}

impl FromStr for Roles {
    type Err = UnknownRole;

    fn from_str(names: &str) -> Result<Self, UnknownRole> {
        names.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::parse).collect()
    }
}

impl fmt::Display for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.iter().map(Role::name).collect();
        f.pad(&names.join(","))
    }
}

impl fmt::Debug for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_read_back() {
        for role in Role::ALL {
            assert_eq!(role.name().parse(), Ok(*role));
            assert_eq!(Roles::from_iter([*role]).iter().collect::<Vec<_>>(), [*role]);
        }
        let all: Roles = Role::ALL.iter().copied().collect();
        assert_eq!(all.to_string().parse(), Ok(all));
        assert_eq!("".parse(), Ok(Roles::default()));
        assert!("super-user,admin".parse::<Roles>().is_err());
    }
}
