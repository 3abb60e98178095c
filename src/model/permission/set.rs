//! A set of permissions.

use std::fmt;
use std::str::FromStr;

use super::{Permission, UnknownPermission};

/// A set of permissions. Written as names separated by commas; an empty text is the empty set.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Permissions(u16);

impl Permissions {
    /// The empty set.
    pub const NONE: Self = Self(0);

    /// The default permissions for an organisation's roles (our choice). A learner registration
    /// body may do everything except submit achievements and maintain plans. An awarding
    /// organisation may verify learners, view organisations, and submit achievements and batches.
    pub fn for_roles(learner_registration_body: bool, awarding_organisation: bool) -> Self {
        let mut set = Self::NONE;
        if learner_registration_body {
            let others = [Permission::SubmitAchievements, Permission::MaintainPlans];
            set.extend(Permission::ALL.iter().copied().filter(|p| !others.contains(p)));
        }
        if awarding_organisation {
            set.extend([
                Permission::VerifyLearner,
                Permission::ViewOrganisation,
                Permission::SubmitAchievements,
                Permission::SubmitBatches,
            ]);
        }
        set
    }

    /// Whether the set holds the permission.
    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & permission.bit() != 0
    }

    /// Adds a permission.
    pub fn insert(&mut self, permission: Permission) {
        self.0 |= permission.bit();
    }

    /// Removes a permission.
    pub fn remove(&mut self, permission: Permission) {
        self.0 &= !permission.bit();
    }

    /// The permissions in the set, in order.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |p| self.contains(*p))
    }
}

impl Extend<Permission> for Permissions {
    fn extend<I: IntoIterator<Item = Permission>>(&mut self, permissions: I) {
        for permission in permissions {
            self.insert(permission);
        }
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        let mut set = Self::NONE;
        set.extend(permissions);
        set
    }
}

impl FromStr for Permissions {
    type Err = UnknownPermission;

    fn from_str(names: &str) -> Result<Self, UnknownPermission> {
        names.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::parse).collect()
    }
}

impl fmt::Display for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.iter().map(Permission::name).collect();
        f.pad(&names.join(","))
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
