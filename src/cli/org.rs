//! `lrs org`: the organisations that may call, their passwords and their rights.

use clap::Subcommand;
use std::io::{BufRead, Write};

use super::failure::Failure;
use super::{config, setup};
use crate::model::{OrgRef, Permission, Permissions, Ukprn};

/// Add and list organisations, set their passwords and rights
#[derive(Debug, Subcommand)]
pub enum Org {
    /// Add an organisation; prints its password, once
    #[command(after_help = "Without --password-stdin a password of 16 characters is made and printed, and is never shown again.\n\n\
                            Example:\n  lrs org add --ukprn 90000051 --ref RIVER1 --name 'Riverside College' --lrb")]
    Add(Add),
    /// List the organisations with their rights
    #[command(after_help = "Example:\n  lrs org list --config demo/lrs.toml")]
    List {
        #[command(flatten)]
        config: config::File,
    },
    /// Give an organisation a new password; prints it, once
    #[command(after_help = "The old password ends at once.\n\n\
                            Example:\n  lrs org password RIVER1\n  lrs org password RIVER1 --password-stdin < password.txt")]
    Password {
        /// The organisation's reference
        organisation: OrgRef,
        #[command(flatten)]
        password: PasswordSource,
        #[command(flatten)]
        config: config::File,
    },
    /// Give an organisation rights, or take them with --remove
    #[command(after_help = "Rights: find-learner register-learner update-learner verify-learner retrieve-ulns view-record view-audit\n\
                            view-organisation submit-achievements submit-batches\n\n\
                            Example:\n  lrs org grant RIVER1 view-audit\n  lrs org grant RIVER1 register-learner update-learner --remove")]
    Grant {
        /// The organisation's reference
        organisation: OrgRef,
        /// The rights
        #[arg(required = true)]
        rights: Vec<Permission>,
        /// Take the rights away
        #[arg(long)]
        remove: bool,
        #[command(flatten)]
        config: config::File,
    },
}

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
    /// It registers learners: a school, college or training provider
    #[arg(long, required_unless_present = "ao")]
    lrb: bool,
    /// It awards qualifications
    #[arg(long)]
    ao: bool,
    #[command(flatten)]
    password: PasswordSource,
    #[command(flatten)]
    config: config::File,
}

#[derive(Debug, clap::Args)]
pub struct PasswordSource {
    /// Read the password, 16 characters, from standard input instead of making one
    #[arg(long)]
    password_stdin: bool,
}
