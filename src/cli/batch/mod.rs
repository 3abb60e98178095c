//! `lrs batch`: submits batches and fetches their results, as a client of the service, and shows
//! operators the queue.

mod client;
mod operator;
mod request;

use clap::{Subcommand, ValueEnum};
use std::io::Write;
use std::path::PathBuf;

use super::caller::CallerFlags;
use super::config;
use super::failure::Failure;
use crate::domain::registrations::JobType;
use crate::model::{JobId, JobKind, JobState};

/// Submit batches of learners or achievements, and fetch their results
#[derive(Debug, Subcommand)]
pub enum Batch {
    /// Submit a batch file to the service
    #[command(after_help = "\
The file is checked first, as by 'lrs check'; one that would be refused as a whole is not sent. Address and credentials come from options or
the environment, as for 'lrs call'.

Examples:
  lrs batch submit LRB_TEST0038_150620251430.CSV --wait
  lrs batch submit --as awarding QCF_TEST0045_20250615_001.CSV")]
    Submit(Submit),
    /// Show the progress and results of a job
    #[command(after_help = "\
Examples:
  lrs batch show 7
  lrs batch show 7 --operator --config /etc/lrs/lrs.toml")]
    Show(Look),
    /// Print a job's output file
    #[command(after_help = "\
For registrations and verifications, a CSV file with every record. An achievement job has no output file; see 'show' and 'errors'.

Examples:
  lrs batch output 7 > output.csv
  lrs batch output 7 --operator")]
    Output(Look),
    /// Print the records of a job that need attention
    #[command(after_help = "\
For registrations, a file of exceptions to correct and send again. For achievements, the error file.

Examples:
  lrs batch errors 7 > exceptions.csv
  lrs batch errors --as awarding 7")]
    Errors(Look),
    /// List the newest jobs (for operators)
    #[command(
        after_help = "Examples:\n  lrs batch list\n  lrs batch list --state Waiting --state InProgress\n  lrs batch list --type achievement --before 120"
    )]
    List(List),
    /// Cancel an unfinished job (for operators); records already processed stay processed
    #[command(after_help = "Example:\n  lrs batch cancel 7")]
    Cancel {
        /// The job number
        job: i64,
        #[command(flatten)]
        config: config::File,
    },
}

/// A file to submit.
#[derive(Debug, clap::Args)]
pub struct Submit {
    /// The file, CSV or XML
    file: PathBuf,
    /// Type of the file; if omitted, its name and headings decide
    #[arg(long = "type", value_enum, value_name = "TYPE")]
    kind: Option<Kind>,
    /// For registrations: FUL finds, updates or registers; CHK only finds
    #[arg(long, default_value = "FUL", value_parser = job_type)]
    job_type: JobType,
    /// Wait for the job to finish, then print its results
    #[arg(long)]
    wait: bool,
    #[command(flatten)]
    caller: CallerFlags,
}

/// A job to show.
#[derive(Debug, clap::Args)]
pub struct Look {
    /// The job number
    job: i64,
    /// Type of the job; if omitted, every type is tried
    #[arg(long = "type", value_enum, value_name = "TYPE")]
    kind: Option<Kind>,
    /// Read the database as its operator instead of asking the service
    #[arg(long)]
    operator: bool,
    #[command(flatten)]
    config: config::File,
    #[command(flatten)]
    caller: CallerFlags,
}

/// Which jobs to list.
#[derive(Debug, clap::Args)]
pub struct List {
    /// Only jobs in this state; repeatable
    #[arg(long, value_name = "STATE", value_parser = state)]
    state: Vec<JobState>,
    /// Only jobs of this type; repeatable
    #[arg(long = "type", value_enum, value_name = "TYPE")]
    kind: Vec<Kind>,
    /// Only jobs older than this one
    #[arg(long, value_name = "JOB")]
    before: Option<i64>,
    /// Maximum number of jobs
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    limit: u16,
    #[command(flatten)]
    config: config::File,
}

/// What a batch holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Learners to find, update or register
    Registration,
    /// Learners to verify
    Verify,
    /// Achievements
    Achievement,
}

impl From<Kind> for JobKind {
    fn from(kind: Kind) -> JobKind {
        match kind {
            Kind::Registration => JobKind::Registration,
            Kind::Verify => JobKind::Verification,
            Kind::Achievement => JobKind::Achievement,
        }
    }
}

fn job_type(code: &str) -> Result<JobType, String> {
    code.parse().map_err(|()| "expected FUL or CHK".to_owned())
}

fn state(word: &str) -> Result<JobState, String> {
    let known = || JobState::ALL.iter().map(|state| state.code()).collect::<Vec<_>>().join(", ");
    let found = JobState::ALL.iter().find(|state| state.code().eq_ignore_ascii_case(word));
    found.copied().ok_or_else(|| format!("expected one of {}", known()))
}

/// Which part of a job is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Summary,
    Output,
    Errors,
}

/// Runs the command.
pub fn run(batch: Batch, out: &mut impl Write) -> Result<(), Failure> {
    match batch {
        Batch::Submit(submit) => client::submit(submit, out),
        Batch::Show(look) => show(look, Part::Summary, out),
        Batch::Output(look) => show(look, Part::Output, out),
        Batch::Errors(look) => show(look, Part::Errors, out),
        Batch::List(list) => operator::list(&list, out),
        Batch::Cancel { job, config } => operator::cancel(&config, JobId(job), out),
    }
}

fn show(look: Look, part: Part, out: &mut impl Write) -> Result<(), Failure> {
    if look.operator { operator::show(&look.config, JobId(look.job), part, out) } else { client::show(look, part, out) }
}

#[cfg(test)]
mod tests;
