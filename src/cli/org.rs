//! `lrs org`: organisations, their passwords and permissions.

use chrono::NaiveDate;
use clap::Subcommand;
use std::io::{self, BufRead, Write};
use zeroize::Zeroizing;

use super::failure::Failure;
use super::{config, password, setup};
use crate::domain::NewOrganisation;
use crate::model::{OrgRef, Organisation, Permission, Permissions, Recognition, RecognitionStatus, Ukprn};

/// Manage organisations, their passwords and permissions
#[derive(Debug, Subcommand)]
pub enum Org {
    /// Add an organisation and print its password, once
    #[command(after_help = "\
Unless --password-stdin is given, a password of 16 characters is generated and printed. It is not shown again.

Example:
  lrs org add --ukprn 90000051 --ref RIVER1 --name 'Riverside College' --lrb")]
    Add(Add),
    /// List organisations with their permissions and, for awarding organisations, their recognition
    #[command(after_help = "Example:\n  lrs org list --config demo/lrs.toml")]
    List {
        #[command(flatten)]
        config: config::File,
    },
    /// Set a new password for an organisation and print it, once
    #[command(after_help = "\
When the command ends, no server accepts the old password any more.

Examples:
  lrs org password 90000051
  lrs org password 90000051 --password-stdin < password.txt")]
    Password {
        /// The organisation
        ukprn: Ukprn,
        #[command(flatten)]
        password: PasswordSource,
        #[command(flatten)]
        config: config::File,
    },
    /// Grant permissions to an organisation, or remove them with --remove
    #[command(after_help = "\
Permissions: find-learner, register-learner, update-learner, verify-learner, retrieve-ulns, view-record, view-audit, \
view-organisation, submit-achievements, submit-batches, maintain-plans

Examples:
  lrs org grant 90000051 view-audit
  lrs org grant 90000051 register-learner update-learner --remove")]
    Grant {
        /// The organisation
        ukprn: Ukprn,
        /// The permissions
        #[arg(required = true)]
        permissions: Vec<Permission>,
        /// Remove the permissions instead
        #[arg(long)]
        remove: bool,
        #[command(flatten)]
        config: config::File,
    },
    /// Set the recognition status of an awarding organisation
    #[command(after_help = "\
STATUS is Applying, Applied, Rejected, Recognised, Withdrawn or Surrendered. An awarding organisation without a status counts as
recognised. After Withdrawn or Surrendered, it can still submit achievements awarded up to its last day of recognition.

Example:
  lrs org recognition 90000060 Surrendered --ended 2024-03-31")]
    Recognition {
        /// The awarding organisation
        ukprn: Ukprn,
        /// The status
        status: RecognitionStatus,
        /// Last day of recognition; required with Withdrawn and Surrendered
        #[arg(long, value_name = "DATE")]
        ended: Option<NaiveDate>,
        #[command(flatten)]
        config: config::File,
    },
}

/// A new organisation.
#[derive(Debug, clap::Args)]
pub struct Add {
    /// UK provider reference number: eight letters or digits
    #[arg(long)]
    ukprn: Ukprn,
    /// LRS organisation reference: six letters or digits
    #[arg(long = "ref", value_name = "ORGREF")]
    org_ref: OrgRef,
    /// Name
    #[arg(long)]
    name: String,
    /// A learner registration body: a school, college or training provider
    #[arg(long, required_unless_present = "ao")]
    lrb: bool,
    /// An awarding organisation
    #[arg(long)]
    ao: bool,
    #[command(flatten)]
    password: PasswordSource,
    #[command(flatten)]
    config: config::File,
}

/// Where a password comes from.
#[derive(Debug, clap::Args)]
pub struct PasswordSource {
    /// Read the password (one line of 16 characters) from standard input instead of generating one
    #[arg(long)]
    password_stdin: bool,
}

/// Runs the command.
pub fn run(org: Org, out: &mut impl Write) -> Result<(), Failure> {
    match org {
        Org::Add(add) => self::add(&add, out),
        Org::List { config } => {
            let organisations = setup::administer(&config, |admin| {
                let recognised = |organisation: Organisation| {
                    let recognition = organisation
                        .awarding_organisation
                        .then(|| admin.service().catalogue().recognition(&organisation));
                    Ok((organisation, recognition.transpose()?))
                };
                admin.organisations()?.into_iter().map(recognised).collect::<Result<Vec<_>, _>>()
            })?;
            list(&organisations, out)
        }
        Org::Password { ukprn, password, config } => {
            let password = Password::from(&password, io::stdin().lock())?;
            setup::administer(&config, |admin| admin.set_password(ukprn, &password.text))?;
            writeln!(out, "Password changed for {ukprn}.")?;
            password.print(out)
        }
        Org::Grant { ukprn, permissions: named, remove, config } => {
            let permissions = setup::administer(&config, |admin| {
                let mut permissions = admin.organisation(ukprn)?.permissions;
                change(&mut permissions, &named, remove);
                admin.set_permissions(ukprn, permissions)?;
                Ok(permissions)
            })?;
            Ok(writeln!(out, "Permissions of {ukprn}: {}", in_words(permissions))?)
        }
        Org::Recognition { ukprn, status, ended, config } => {
            let has_ended = matches!(status, RecognitionStatus::Withdrawn | RecognitionStatus::Surrendered);
            if has_ended != ended.is_some() {
                let text = "--ended is required with Withdrawn and Surrendered, and not allowed with any other status";
                return Err(Failure::Usage(text.to_owned()));
            }
            setup::administer(&config, |admin| admin.set_recognition(ukprn, Recognition { status, ended_on: ended }))?;
            Ok(writeln!(out, "{ukprn} is {status}.")?)
        }
    }
}

fn add(add: &Add, out: &mut impl Write) -> Result<(), Failure> {
    let Add { ukprn, org_ref, name, lrb, ao, password, config } = add;
    let password = Password::from(password, io::stdin().lock())?;
    let new = NewOrganisation {
        ukprn: *ukprn,
        org_ref: *org_ref,
        name,
        learner_registration_body: *lrb,
        awarding_organisation: *ao,
        permissions: None,
        password: Some(&password.text),
    };
    let organisation = setup::administer(config, |admin| admin.add_organisation(&new))?;
    writeln!(out, "Added {ukprn} ({org_ref}). Permissions: {}", in_words(organisation.permissions))?;
    password.print(out)?;
    Ok(writeln!(out, "Next, register its client certificate:\n  lrs cert add {ukprn} CERTIFICATE.pem")?)
}

fn list(organisations: &[(Organisation, Option<Recognition>)], out: &mut impl Write) -> Result<(), Failure> {
    for (organisation, recognition) in organisations {
        let Organisation {
            ukprn,
            org_ref,
            name,
            learner_registration_body,
            awarding_organisation,
            active,
            permissions,
            ..
        } = organisation;
        let role = match (learner_registration_body, awarding_organisation) {
            (true, true) => "LRB, AO",
            (true, false) => "LRB",
            (false, true) => "AO",
            (false, false) => "no role",
        };
        let state = if *active { "" } else { ", inactive" };
        writeln!(out, "{ukprn}  {org_ref}  {name} ({role}{state})\n    permissions: {}", in_words(*permissions))?;
        if let Some(Recognition { status, ended_on }) = recognition {
            let ended = ended_on.map(|day| format!(", last day {day}")).unwrap_or_default();
            writeln!(out, "    recognition: {status}{ended}")?;
        }
    }
    if organisations.is_empty() {
        writeln!(out, "No organisations yet. To add one, see 'lrs org add --help'.")?;
    }
    Ok(())
}

fn change(permissions: &mut Permissions, named: &[Permission], remove: bool) {
    for permission in named {
        if remove {
            permissions.remove(*permission);
        } else {
            permissions.insert(*permission);
        }
    }
}

fn in_words(permissions: Permissions) -> String {
    let names: Vec<&str> = permissions.iter().map(Permission::name).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(" ") }
}

/// A password, and whether it was generated and has to be shown.
struct Password {
    text: Zeroizing<String>,
    made: bool,
}

impl Password {
    fn from(source: &PasswordSource, mut input: impl BufRead) -> Result<Password, Failure> {
        if !source.password_stdin {
            return Ok(Password { text: password::made(), made: true });
        }
        let mut line = Zeroizing::new(String::new());
        input.read_line(&mut line).map_err(|error| Failure::doing("Cannot read the password", error))?;
        let text = Zeroizing::new(line.trim_end_matches(['\r', '\n']).to_owned());
        if text.chars().count() != password::LENGTH || text.trim().is_empty() {
            return Err(Failure::Failed(format!(
                "The password must have exactly {} characters, not all of them spaces.",
                password::LENGTH
            )));
        }
        Ok(Password { text, made: false })
    }

    fn print(&self, out: &mut impl Write) -> Result<(), Failure> {
        if self.made {
            writeln!(out, "Password (shown only once): {}", *self.text)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
