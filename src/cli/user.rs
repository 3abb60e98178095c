//! `lrs user`: the users of an organisation, for operators of the service.

use std::io::Write;

use clap::Subcommand;

use super::failure::Failure;
use super::{config, setup};
use crate::domain::{Action, Changed, Error, Invited, NewUser, Role, Roles, Users};
use crate::model::{EmailAddress, Ukprn, london_text};

/// Manage the users of an organisation at the portal
#[derive(Debug, Subcommand)]
pub enum User {
    /// Add a user, and print the link of the invitation
    #[command(after_help = "\
ROLE is super-user, online, batch, view-only, awarding-organisation or service-desk; repeat --role for several.
The link works once, within 48 hours. It is also sent by e-mail, if mail.server is set.

Example:
  lrs user add 90000051 ada@riverside.example --given Ada --family Example --role super-user --identity 'Passport seen'")]
    Add(Add),
    /// List the users of an organisation
    #[command(after_help = "Example:\n  lrs user list 90000051")]
    List {
        /// The organisation
        ukprn: Ukprn,
        #[command(flatten)]
        config: config::File,
    },
    /// Set the roles of a user; the user's sessions end
    #[command(after_help = "Example:\n  lrs user role 90000051 ada@riverside.example --role online --role batch")]
    Role {
        #[command(flatten)]
        who: Who,
        /// A role; repeat it for several
        #[arg(long = "role", required = true)]
        roles: Vec<Role>,
    },
    /// Deny a user access for an organisation; the user's sessions end
    #[command(after_help = "Example:\n  lrs user suspend 90000051 ada@riverside.example")]
    Suspend {
        #[command(flatten)]
        who: Who,
    },
    /// Give a user access again who was suspended
    #[command(after_help = "Example:\n  lrs user reinstate 90000051 ada@riverside.example")]
    Reinstate {
        #[command(flatten)]
        who: Who,
    },
    /// Unlock a user's account, take the password away, and send a link for a new one
    #[command(after_help = "\
With --second-factor, the second factor and the recovery codes are taken away, and not the password.

Examples:
  lrs user reset 90000051 ada@riverside.example
  lrs user reset 90000051 ada@riverside.example --second-factor")]
    Reset {
        #[command(flatten)]
        who: Who,
        /// Reset the second factor, not the password
        #[arg(long)]
        second_factor: bool,
    },
}

/// A new user.
#[derive(Debug, clap::Args)]
pub struct Add {
    #[command(flatten)]
    who: Who,
    /// Given name
    #[arg(long)]
    given: String,
    /// Family name
    #[arg(long)]
    family: String,
    /// A role; repeat it for several
    #[arg(long = "role", required = true)]
    roles: Vec<Role>,
    /// How the person's identity was checked
    #[arg(long, value_name = "TEXT")]
    identity: String,
}

/// A user of an organisation.
#[derive(Debug, clap::Args)]
pub struct Who {
    /// The organisation
    ukprn: Ukprn,
    /// The user's e-mail address
    email: EmailAddress,
    #[command(flatten)]
    config: config::File,
}

/// Runs the command.
pub fn run(user: &User, out: &mut impl Write) -> Result<(), Failure> {
    match user {
        User::Add(add) => self::add(add, out),
        User::List { ukprn, config } => list(*ukprn, config, out),
        User::Role { who, roles } => {
            let roles: Roles = roles.iter().copied().collect();
            change(who, Action::SetUserRoles, out, |users, id| users.set_roles(id, roles))
        }
        User::Suspend { who } => change(who, Action::SuspendUser, out, |users, id| users.suspend(id)),
        User::Reinstate { who } => change(who, Action::ReinstateUser, out, |users, id| users.reinstate(id)),
        User::Reset { who, second_factor: false } => {
            change(who, Action::ResetUserPassword, out, |users, id| users.reset_password(id))
        }
        User::Reset { who, second_factor: true } => {
            change(who, Action::ResetUserFactor, out, |users, id| users.reset_factor(id))
        }
    }
}

fn add(add: &Add, out: &mut impl Write) -> Result<(), Failure> {
    let new = NewUser {
        email: &add.who.email,
        given_name: &add.given,
        family_name: &add.family,
        telephone: None,
        staff_reference: None,
        identity_check: &add.identity,
        roles: add.roles.iter().copied().collect(),
    };
    let portal = add.who.config.load()?.portal.public_url;
    let invited = setup::administer(&add.who.config, |admin| {
        admin.with_users(Action::AddUser, add.who.ukprn, |users| users.invite(&new))
    })?;
    match invited {
        Invited::Invited { token, .. } => {
            writeln!(out, "Added. The link works once, within 48 hours:\n{portal}/invitation/{}", token.as_str())?;
            Ok(())
        }
        Invited::Joined { .. } => {
            writeln!(out, "Added. This person has an account already, and can now work for this organisation, too.")?;
            Ok(())
        }
        Invited::IsThere => Err(refused("this person is a user of the organisation already")),
        Invited::RolesNotAllowed => Err(refused(NOT_ALLOWED)),
        Invited::SharedMailbox => Err(refused(SHARED)),
    }
}

const NOT_ALLOWED: &str = "the organisation cannot have users with these roles";
const SHARED: &str = "a super user needs an address of their own, and several people read this one";

fn list(ukprn: Ukprn, config: &config::File, out: &mut impl Write) -> Result<(), Failure> {
    let users = setup::administer(config, |admin| admin.with_users(Action::ViewUsers, ukprn, |users| users.all()))?;
    for user in users {
        let (name, since) = (user.name(), london_text(user.active_at));
        writeln!(out, "{}  {name}  {:?} since {since}  {}", user.email, user.status, user.roles)?;
    }
    Ok(())
}

fn change(
    who: &Who,
    action: Action,
    out: &mut impl Write,
    make: impl Fn(&Users<'_>, i32) -> Result<Changed, Error>,
) -> Result<(), Failure> {
    let changed = setup::administer(&who.config, |admin| {
        admin.with_users(action, who.ukprn, |users| {
            let key = who.email.key();
            let known = users.all()?.into_iter().find(|user| user.email.to_ascii_lowercase() == key);
            known.map_or(Ok(Changed::Unknown), |user| make(users, user.account_id))
        })
    })?;
    match changed {
        Changed::Done => Ok(writeln!(out, "Done.")?),
        Changed::Unknown => Err(refused("the organisation has no user with this address")),
        Changed::LastSuperUser => Err(refused("no other super user of the organisation could sign in then")),
        Changed::RolesNotAllowed => Err(refused(NOT_ALLOWED)),
        Changed::SharedMailbox => Err(refused(SHARED)),
        Changed::SharedAccount => Err(refused("the account belongs to other organisations, too")),
    }
}

fn refused(why: &str) -> Failure {
    Failure::Failed(format!("Nothing was changed: {why}."))
}
