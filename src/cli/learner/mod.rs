//! `lrs learner`: bulk import, look-up, and the links between learners, for operators.

mod links;
mod rows;
mod show;

use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use self::rows::Rows;
use super::failure::Failure;
use super::{config, setup};
use crate::domain::{Clock, LinkRequest};
use crate::model::Uln;

/// Import learners, look one up, merge, unmerge, delete and restore them
#[derive(Debug, Subcommand)]
pub enum LearnerCommand {
    /// Import learners that already have ULNs from a CSV file
    #[command(after_help = "\
The file is UTF-8. Its first row has the headings, in any order.

Required: ULN, GivenName, FamilyName, DateOfBirth, Gender, LastKnownPostCode, VerificationType, AbilityToShare.

Optional: Title, MiddleOtherName, PreferredGivenName, PreviousFamilyName, FamilyNameAtAge16, SchoolAtAge16, \
LastKnownAddressLine1, LastKnownAddressLine2, LastKnownAddressTown, LastKnownAddressCountyOrCity, \
DateOfAddressCapture, PlaceOfBirth, EmailAddress, Nationality, ScottishCandidateNumber, \
OtherVerificationDescription, Notes, TelephoneNumber, UCI, UPN.

Names, lengths and codes are those of registerSingleLearner; dates are yyyy-mm-dd. Text is kept unchanged, including \
spaces. An invalid row is not imported; standard error gets its number and the rule that it breaks, never its values. \
A learner whose ULN is already registered is left unchanged, so an interrupted import can be run again. If an import \
into an empty register was killed, run it again or run 'lrs migrate': indexes are built last, and searches are slow \
without them.

Example:
  lrs learner import learners.csv --config demo/lrs.toml

Exit code: 0 if every row is in the register, 1 if rows were refused.")]
    Import {
        /// The CSV file
        file: PathBuf,
        #[command(flatten)]
        config: config::File,
    },
    /// Print the details of a learner; the access is audited like any other
    #[command(after_help = "Example:\n  lrs learner show 1100001017 --config demo/lrs.toml")]
    Show {
        /// The ULN
        uln: String,
        #[command(flatten)]
        config: config::File,
    },
    /// Merge the ULNs of one person
    #[command(after_help = links::MERGE_HELP)]
    Merge {
        #[command(flatten)]
        change: links::Change,
        /// The ULN of the master, which the others then mean
        #[arg(long, value_name = "ULN")]
        into: String,
    },
    /// Undo merges, so that each ULN means its own learner again
    #[command(after_help = "\
Learners that followed the merged one to its master return with it.

Example:
  lrs learner unmerge 1100001025 --reason 'Two people after all, case 17' --config demo/lrs.toml")]
    Unmerge {
        #[command(flatten)]
        change: links::Change,
    },
    /// Delete learners, so that every operation returns 'not found'
    #[command(after_help = "\
Nothing is erased: 'lrs learner restore' undoes it. A ULN is never issued again. A learner into whom others are merged cannot be deleted.

Example:
  lrs learner delete 1100001025 --reason 'Registered by mistake, case 18' --config demo/lrs.toml")]
    Delete {
        #[command(flatten)]
        change: links::Change,
    },
    /// Undo deletions
    #[command(
        after_help = "Example:\n  lrs learner restore 1100001025 --reason 'The wrong one, case 18' --config demo/lrs.toml"
    )]
    Restore {
        #[command(flatten)]
        change: links::Change,
    },
    /// Print what was done to the links of a learner, the newest first
    #[command(after_help = "Example:\n  lrs learner links 1100001025 --config demo/lrs.toml")]
    Links {
        /// The ULN
        uln: String,
        #[command(flatten)]
        config: config::File,
    },
}

/// Runs the command.
pub fn run(command: LearnerCommand, out: &mut impl Write) -> Result<(), Failure> {
    match command {
        LearnerCommand::Import { file, config } => import(&file, &config, out),
        LearnerCommand::Show { uln, config } => {
            let uln = read_uln(&uln)?;
            let learner = setup::administer(&config, |admin| admin.learner(uln))?;
            let learner = learner.ok_or_else(|| Failure::Failed("No learner has this ULN.".to_owned()))?;
            Ok(show::show(&learner, out)?)
        }
        LearnerCommand::Merge { change, into } => {
            let master = read_uln(&into)?;
            links::run(&change, |merged| LinkRequest::Merge { merged, master }, out)
        }
        LearnerCommand::Unmerge { change } => links::run(&change, LinkRequest::Unmerge, out),
        LearnerCommand::Delete { change } => links::run(&change, LinkRequest::Delete, out),
        LearnerCommand::Restore { change } => links::run(&change, LinkRequest::Restore, out),
        LearnerCommand::Links { uln, config } => links::history(read_uln(&uln)?, &config, out),
    }
}

pub(super) fn read_uln(text: &str) -> Result<Uln, Failure> {
    text.parse().map_err(|error| Failure::Usage(format!("Invalid ULN: {error}.")))
}

fn import(path: &Path, config: &config::File, out: &mut impl Write) -> Result<(), Failure> {
    let began = Instant::now();
    let unreadable = |error| Failure::doing(&format!("Cannot read {}", path.display()), error);
    let file = File::open(path).map_err(unreadable)?;
    let progress = bar(file.metadata().map_err(unreadable)?.len());
    let report = |row, error| progress.suspend(|| eprintln!("row {row}: {error}"));
    let mut rows = Rows::open(progress.wrap_read(file), Clock::system().now(), report)?;
    let imported = setup::administer(config, |admin| {
        admin.import_learners(rows.by_ref(), |count| progress.set_message(format!("{count} learners")))
    })?;
    progress.finish_and_clear();

    let seconds = began.elapsed().as_secs_f64();
    writeln!(out, "Imported {} learners in {seconds:.1} s.", imported.added)?;
    if imported.skipped > 0 {
        writeln!(
            out,
            "{} left unchanged: their ULNs are already in the register, or appear twice in the file.",
            imported.skipped
        )?;
    }
    match rows.end()? {
        0 => Ok(()),
        refused => Err(Failure::Failed(format!(
            "Rows refused: {refused}. See above for the reasons, correct the rows, and import the file again."
        ))),
    }
}

/// Progress in bytes of the file; shown only on a terminal.
fn bar(bytes: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {percent:>3} %  {msg}  {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(bytes).with_style(style)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use clap::CommandFactory;

    use super::*;
    use crate::domain::format::Field;

    const FILE: &str = "ULN,FamilyName,GivenName,DateOfBirth,Gender,LastKnownPostCode,VerificationType,AbilityToShare\n\
                        1000000000,Example,Ada,2004-02-29,2,ZZ99 9ZZ,0,1\n1000000019,Example,Eve,2004-02-28,2,ZZ99 9ZZ,0,1\n";

    fn folder() -> (tempfile::TempDir, config::File) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("lrs.toml");
        std::fs::write(&file, "[store]\nurl = \"lrs.db\"\n").unwrap();
        let config = config::File { config: Some(file) };
        setup::open(&config.load().unwrap()).unwrap().migrate().unwrap();
        (folder, config)
    }

    fn import_text(folder: &Path, config: &config::File, text: &str) -> (Result<(), Failure>, String) {
        let file = folder.join("learners.csv");
        std::fs::write(&file, text).unwrap();
        let mut out = Vec::new();
        let result = run(LearnerCommand::Import { file, config: config.clone() }, &mut out);
        (result, String::from_utf8(out).unwrap())
    }

    #[test]
    fn learners_are_imported_shown_and_not_imported_twice() {
        let (folder, config) = folder();
        let (result, text) = import_text(folder.path(), &config, FILE);
        result.unwrap();
        assert!(text.starts_with("Imported 2 learners"), "{text}");
        let (result, text) = import_text(folder.path(), &config, FILE);
        result.unwrap();
        assert!(text.starts_with("Imported 0 learners") && text.contains("2 left unchanged"), "{text}");

        let mut out = Vec::new();
        run(LearnerCommand::Show { uln: "1000000019".into(), config: config.clone() }, &mut out).unwrap();
        let shown = String::from_utf8(out).unwrap();
        assert!(shown.contains("GivenName                    Eve\n"), "{shown}");
        let absent = run(LearnerCommand::Show { uln: "1000000027".into(), config: config.clone() }, &mut Vec::new());
        assert!(matches!(absent, Err(Failure::Failed(_))));
        let mistyped = run(LearnerCommand::Show { uln: "1000000028".into(), config }, &mut Vec::new());
        let Err(Failure::Usage(message)) = mistyped else { panic!("expected a usage error") };
        assert!(!message.contains("1000000028"), "{message}");
    }

    #[test]
    fn a_refused_row_fails_the_command_after_the_others_are_in() {
        let (folder, config) = folder();
        let (result, text) = import_text(folder.path(), &config, &FILE.replace("1000000019", "1000000018"));
        let Err(Failure::Failed(message)) = result else { panic!("expected a failure") };
        assert!(message.starts_with("Rows refused: 1") && text.starts_with("Imported 1 learners"), "{message} {text}");
    }

    #[test]
    fn the_help_names_every_column() {
        let command = crate::cli::Cli::command();
        let import = command.find_subcommand("learner").unwrap().find_subcommand("import").unwrap();
        let help = import.get_after_help().unwrap().to_string();
        for field in Field::all() {
            assert!(help.contains(field.name()), "{field:?}");
        }
    }
}
