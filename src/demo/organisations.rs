//! The demo's organisations and their passwords, which are public and only for the demo.

use super::{DemoError, FixtureError, aims};
use crate::domain::{NewOrganisation, Service};
use crate::model::{Organisation, Permission, Permissions, Ukprn};

/// An organisation of the demo.
pub struct DemoOrganisation {
    /// Prefix of its variables in `demo.env`.
    pub prefix: &'static str,
    /// UKPRN.
    pub ukprn: &'static str,
    /// Organisation reference.
    pub org_ref: &'static str,
    /// Name.
    pub name: &'static str,
    /// Password: 16 characters.
    pub password: &'static str,
    roles: Roles,
}

enum Roles {
    /// One that teaches in custody, too.
    LearnerRegistrationBody,
    AwardingOrganisation,
    NoPermission,
}

/// The provider, a learner registration body.
pub const PROVIDER: DemoOrganisation = DemoOrganisation {
    prefix: "PROVIDER",
    ukprn: aims::PROVIDER.0,
    org_ref: "TEST38",
    name: aims::PROVIDER.1,
    password: "demo-provider-pw",
    roles: Roles::LearnerRegistrationBody,
};

/// The awarding organisation.
pub const AWARDING: DemoOrganisation = DemoOrganisation {
    prefix: "AO",
    ukprn: aims::AWARDING_ORGANISATION.0,
    org_ref: "TEST45",
    name: aims::AWARDING_ORGANISATION.1,
    password: "demo-awarding-pw",
    roles: Roles::AwardingOrganisation,
};

/// A learner registration body without permissions. The provider's certificate may act for it.
pub const LIMITED: DemoOrganisation = DemoOrganisation {
    prefix: "LIMITED",
    ukprn: "TEST0007",
    org_ref: "TEST07",
    name: "Demonstration Organisation Without Permissions",
    password: "demo-limited--pw",
    roles: Roles::NoPermission,
};

/// The operator of the service. Its staff work at the portal; no certificate may act for it.
pub const SERVICE_DESK: DemoOrganisation = DemoOrganisation {
    prefix: "DESK",
    ukprn: "TEST0001",
    org_ref: "TEST01",
    name: "Demonstration Service Desk",
    password: "demo-desk-----pw",
    roles: Roles::NoPermission,
};

/// All organisations, in the order in which they are added.
pub const ORGANISATIONS: [&DemoOrganisation; 4] = [&PROVIDER, &AWARDING, &LIMITED, &SERVICE_DESK];

impl DemoOrganisation {
    pub(super) fn ukprn(&self) -> Result<Ukprn, FixtureError> {
        self.ukprn.parse().map_err(|_| FixtureError::Value { entry: self.prefix.to_owned(), field: "ukprn" })
    }

    /// Adds the organisation to the service.
    pub(super) fn add(&self, service: &Service, user: &str) -> Result<Organisation, DemoError> {
        let org_ref = self.org_ref.parse();
        let org_ref = org_ref.map_err(|_| FixtureError::Value { entry: self.prefix.to_owned(), field: "org_ref" })?;
        let added = service.administration(user).add_organisation(&NewOrganisation {
            ukprn: self.ukprn()?,
            org_ref,
            name: self.name,
            learner_registration_body: !matches!(self.roles, Roles::AwardingOrganisation),
            awarding_organisation: matches!(self.roles, Roles::AwardingOrganisation),
            permissions: Some(self.permissions()),
            password: Some(self.password),
        })?;
        Ok(added)
    }

    fn permissions(&self) -> Permissions {
        match self.roles {
            Roles::LearnerRegistrationBody => {
                let mut permissions = Permissions::for_roles(true, false);
                permissions.insert(Permission::MaintainPlans);
                permissions
            }
            Roles::AwardingOrganisation => Permissions::for_roles(false, true),
            Roles::NoPermission => Permissions::NONE,
        }
    }
}
