//! The demo's users of the portal. Their password and second factor are public, and only for the
//! demo.

use super::organisations::{AWARDING, DemoOrganisation, PROVIDER, SERVICE_DESK};
use super::{DemoError, FixtureError};
use crate::domain::{HashedPassword, ReadyAccount, Role, Service};

/// The password of all of them.
pub const PASSWORD: &str = "Demo-portal-2026";
/// The secret of their second factor in base32.
pub const TOTP_SECRET: &str = "LRSDEMOSECRETNOTFORREALUSE234567";

/// A user of the demo's portal.
pub struct DemoAccount {
    /// Name of the variable in `demo.env` with the e-mail address.
    pub variable: &'static str,
    /// E-mail address, with which the user signs in.
    pub email: &'static str,
    given_name: &'static str,
    family_name: &'static str,
    organisation: &'static DemoOrganisation,
    /// The role.
    pub role: Role,
}

const fn account(
    variable: &'static str,
    email: &'static str,
    (given_name, family_name): (&'static str, &'static str),
    organisation: &'static DemoOrganisation,
    role: Role,
) -> DemoAccount {
    DemoAccount { variable, email, given_name, family_name, organisation, role }
}

/// All users.
pub static ACCOUNTS: [DemoAccount; 7] = [
    account("PORTAL_SUPER", "super@college.example", ("Samira", "Demo"), &PROVIDER, Role::SuperUser),
    account("PORTAL_ONLINE", "online@college.example", ("Owen", "Demo"), &PROVIDER, Role::Online),
    account("PORTAL_BATCH", "batch@college.example", ("Beatrice", "Demo"), &PROVIDER, Role::Batch),
    account("PORTAL_VIEW", "view@college.example", ("Vikram", "Demo"), &PROVIDER, Role::ViewOnly),
    account("PORTAL_AO_SUPER", "super@awarding.example", ("Shona", "Demo"), &AWARDING, Role::SuperUser),
    account("PORTAL_AO", "results@awarding.example", ("Rhys", "Demo"), &AWARDING, Role::AwardingOrganisation),
    account("PORTAL_DESK", "desk@service.example", ("Dilys", "Demo"), &SERVICE_DESK, Role::ServiceDesk),
];

impl DemoAccount {
    /// The organisation's name.
    pub const fn organisation(&self) -> &'static str {
        self.organisation.name
    }

    /// Adds the account to the service, with the hash of [`PASSWORD`].
    pub(super) fn add(&self, service: &Service, user: &str, password: &HashedPassword) -> Result<(), DemoError> {
        let email = self.email.parse();
        let email = email.map_err(|_| FixtureError::Value { entry: self.variable.to_owned(), field: "email" })?;
        service.administration(user).add_ready_account(&ReadyAccount {
            email,
            given_name: self.given_name,
            family_name: self.family_name,
            ukprn: self.organisation.ukprn()?,
            roles: [self.role].into_iter().collect(),
            password,
            totp_secret: TOTP_SECRET,
        })?;
        Ok(())
    }
}
