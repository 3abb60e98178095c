//! `lrs audit`: what is held about one person, and erasure of what was kept long enough.

use std::io::Write;

use clap::Subcommand;

use super::failure::Failure;
use super::learner::read_uln;
use super::{config, setup};
use crate::domain::Erased;
use crate::files::{document_csv, subject_document};
use crate::model::{Uln, london_day};

/// Answer the request of a data subject, and erase what was kept long enough
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Print everything that is held about a person, and to whom what was disclosed, as CSV
    #[command(after_help = "\
The output is CSV in UTF-8, one table after another: the details of all ULNs of the person, learning events with what they had before
corrections, data challenges, learner plans, reported problems, changes of links, and every line of the audit trail, which says who saw or
changed something, when, and through which door. A merged or deleted learner is reported like any other. Records of batches are not searched:
they are deleted after jobs.keep_days. The command itself leaves an audit line.

Example:
  lrs audit subject 1100001017 --config demo/lrs.toml > subject.csv")]
    Subject {
        /// The ULN
        uln: String,
        #[command(flatten)]
        config: config::File,
    },
    /// Erase learners and audit lines that were kept long enough
    #[command(after_help = "\
A learner is erased, with learning events, data challenges, plans, reported problems and links, when nothing was written about any ULN of that
person for rules.keep_years (66), and no event is younger. Lines of the audit trail are erased when they are as old. The ULNs are never issued
again. Nothing is erased by itself: run this when your rules say so, and look at --dry-run first, because it cannot be undone. An erasure that
was interrupted can be run again.

Examples:
  lrs audit erase --dry-run
  lrs audit erase --config /etc/lrs/lrs.toml")]
    Erase {
        /// Only print how much would be erased
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        config: config::File,
    },
}

/// Runs the command.
pub fn run(audit: &Audit, out: &mut impl Write) -> Result<(), Failure> {
    match audit {
        Audit::Subject { uln, config } => subject(read_uln(uln)?, config, out),
        Audit::Erase { dry_run, config } => erase(*dry_run, config, out),
    }
}

fn subject(uln: Uln, config: &config::File, out: &mut impl Write) -> Result<(), Failure> {
    match setup::administer(config, |admin| admin.subject(uln))? {
        Some(report) => Ok(write!(out, "{}", document_csv(&subject_document(&report)))?),
        None => Err(Failure::Failed("No learner has this ULN.".to_owned())),
    }
}

fn erase(dry_run: bool, config: &config::File, out: &mut impl Write) -> Result<(), Failure> {
    let (since, erased) = setup::administer(config, |admin| {
        let erased = if dry_run { admin.erasable()? } else { admin.erase_past()? };
        Ok((admin.kept_since(), erased))
    })?;
    let Erased { learners, events, audit_lines } = erased;
    let done = if dry_run { "Would erase" } else { "Erased" };
    let day = london_day(since);
    Ok(writeln!(
        out,
        "{done} what was last written before {day}: learners {learners}, their learning events {events}, audit lines {audit_lines}"
    )?)
}
