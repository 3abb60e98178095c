//! `lrs audit`: what the audit trail and the register hold about one person.

use std::io::Write;

use clap::Subcommand;

use super::failure::Failure;
use super::learner::read_uln;
use super::{config, setup};
use crate::files::{document_csv, subject_document};

/// Answer the request of a data subject from the register and the audit trail
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
}

/// Runs the command.
pub fn run(audit: &Audit, out: &mut impl Write) -> Result<(), Failure> {
    let Audit::Subject { uln, config } = audit;
    let uln = read_uln(uln)?;
    match setup::administer(config, |admin| admin.subject(uln))? {
        Some(report) => Ok(write!(out, "{}", document_csv(&subject_document(&report)))?),
        None => Err(Failure::Failed("No learner has this ULN.".to_owned())),
    }
}
