//! `lrs audit`: what is held about one person, erasure of what was kept long enough, and whether
//! the audit trail is whole.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::Subcommand;

use super::failure::Failure;
use super::learner::read_uln;
use super::{config, setup};
use crate::domain::{Erased, TrailDays, WholeTrail};
use crate::files::{document_csv, subject_document};
use crate::model::{ChainHead, Uln, london_day};

/// Answer the request of a data subject, erase what was kept long enough, and verify or export the
/// audit trail
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
    /// Check that no line of the audit trail was changed, removed or inserted
    #[command(after_help = "\
Every line has a number in a chain and a hash, which covers the line and the hash before it. The output ends with a sentence; before it, there is
a line for each chain with its last line, its head. Keep the output on another machine: who can write to the database can also write a chain anew,
which only shows when the heads that you kept are compared with it (--heads). The lines of the last second before the command may be missing.

If the trail is broken, the exit code is 1, and the error names the first place: chain, number of the line, id in the table audit, and whether it
was changed, is missing, or was inserted. Lines that 'lrs audit erase' erased are known and not missing. Lines that were written before there were
chains have no hash and are only counted.

Examples:
  lrs audit verify --config demo/lrs.toml > heads.txt
  lrs audit verify --heads heads.txt --config demo/lrs.toml")]
    Verify {
        /// An earlier output of this command, whose heads must still be part of the trail
        #[arg(long, value_name = "FILE")]
        heads: Vec<PathBuf>,
        #[command(flatten)]
        config: config::File,
    },
    /// Print the audit trail, one JSON object a line
    #[command(after_help = "\
The lines come in the order in which they were stored. Each has its chain, its number there (sequence), the hash before it (previous) and its own
(hash): the SHA-256 of the line as printed, but without the hash. In Python:

  line = json.loads(text); kept = line.pop('hash')
  hashlib.sha256(json.dumps(line, separators=(',', ':'), ensure_ascii=False).encode()).hexdigest() == kept

The output has personal data: who saw which learner. The command itself leaves an audit line, which is printed, too, if its day is asked for. Times
are UTC, days are London's.

Examples:
  lrs audit export --config demo/lrs.toml > trail.jsonl
  lrs audit export --from 2026-01-01 --until 2026-01-31 --config demo/lrs.toml | gzip > january.jsonl.gz")]
    Export {
        /// The first day [default: the first in the trail]
        #[arg(long, value_name = "DATE")]
        from: Option<NaiveDate>,
        /// The last day [default: today]
        #[arg(long, value_name = "DATE")]
        until: Option<NaiveDate>,
        #[command(flatten)]
        config: config::File,
    },
}

/// Runs the command.
pub fn run(audit: &Audit, out: &mut impl Write) -> Result<(), Failure> {
    match audit {
        Audit::Subject { uln, config } => subject(read_uln(uln)?, config, out),
        Audit::Erase { dry_run, config } => erase(*dry_run, config, out),
        Audit::Verify { heads, config } => verify(heads, config, out),
        Audit::Export { from, until, config } => export(TrailDays { from: *from, until: *until }, config, out),
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

fn verify(files: &[PathBuf], config: &config::File, out: &mut impl Write) -> Result<(), Failure> {
    let kept = files.iter().map(|file| read_heads(file)).collect::<Result<Vec<_>, _>>()?.concat();
    let whole = setup::administer(config, |admin| admin.verify_trail(&kept))?;
    let whole = whole.map_err(|broken| Failure::Failed(format!("The audit trail is not whole: {broken}.")))?;
    let WholeTrail { heads, lines, erased, uncovered, agreed, outlived } = whole;
    for head in &heads {
        writeln!(out, "{head}")?;
    }
    writeln!(
        out,
        "The audit trail is whole: chains {}, lines {lines}, erased {erased}, not covered {uncovered}",
        heads.len()
    )?;
    if !kept.is_empty() {
        writeln!(out, "Heads that were kept: {agreed} agree, {outlived} are of lines erased since")?;
    }
    Ok(())
}

/// The heads in an earlier output of `lrs audit verify`.
fn read_heads(file: &Path) -> Result<Vec<ChainHead>, Failure> {
    let text =
        fs::read_to_string(file).map_err(|error| Failure::doing(&format!("Cannot read {}", file.display()), error))?;
    let heads = text.lines().filter(|line| line.starts_with("head "));
    let heads = heads.map(str::parse).collect::<Result<Vec<_>, _>>();
    match heads {
        Ok(heads) if !heads.is_empty() => Ok(heads),
        Ok(_) => {
            Err(Failure::Failed(format!("{} has no heads: give it an output of 'lrs audit verify'.", file.display())))
        }
        Err(error) => Err(Failure::Failed(format!("{}: {error}.", file.display()))),
    }
}

fn export(days: TrailDays, config: &config::File, out: &mut impl Write) -> Result<(), Failure> {
    let mut out = BufWriter::new(out);
    setup::administer(config, |admin| {
        admin.export_trail(days, |line| {
            out.write_all(line)?;
            out.write_all(b"\n")
        })
    })??;
    Ok(out.flush()?)
}
