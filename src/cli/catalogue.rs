//! `lrs catalogue`: the catalogue of qualifications and units, for operators.

use clap::Subcommand;
use csv::{Reader, ReaderBuilder, StringRecord};
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::{config, setup};
use crate::domain::catalogue::{self, COLUMNS};
use crate::model::{CatalogueEntry, Reference};

/// Import qualifications and units, or look one up
#[derive(Debug, Subcommand)]
pub enum CatalogueCommand {
    /// Import qualifications and units from a CSV file
    #[command(after_help = "\
The file is UTF-8. Its first row has the headings, in any order and in upper or lower case:
  required  Reference, Title, Owner, Availability (private, shared, restricted)
  optional  Type, Level, Credits, Grading, SharedWith, OperationalEndDate, CertificationEndDate
A reference is a qualification number with its check character (600/1166/X) or a unit number (K/501/5773), with or without slashes.
Grading is the name of a set of grades, such as \"GCSE (9 to 1)\", or the grades themselves: Pass|Merit|Distinction.
An invalid row is not imported; standard error gets its number and the rule that it breaks. An entry that is already in the catalogue is
replaced, so a file can be imported again.

Example:
  lrs catalogue import catalogue.csv --config demo/lrs.toml

Exit code: 0 if every row is in the catalogue, 1 if rows were refused.")]
    Import {
        /// The CSV file
        file: PathBuf,
        #[command(flatten)]
        config: config::File,
    },
    /// Print the entry with a reference
    #[command(after_help = "Example:\n  lrs catalogue show 601/7001/3 --config demo/lrs.toml")]
    Show {
        /// The qualification or unit number, with or without slashes
        reference: Reference,
        #[command(flatten)]
        config: config::File,
    },
}

/// Runs the command.
pub fn run(command: CatalogueCommand, out: &mut impl Write) -> Result<(), Failure> {
    match command {
        CatalogueCommand::Import { file, config } => import(&file, &config, out),
        CatalogueCommand::Show { reference, config } => {
            let entry = setup::administer(&config, |admin| Ok(admin.service().catalogue().entry(reference)?))?;
            let entry = entry.ok_or_else(|| Failure::Failed(format!("There is no {reference} in the catalogue.")))?;
            Ok(show(&entry, out)?)
        }
    }
}

fn import(path: &Path, config: &config::File, out: &mut impl Write) -> Result<(), Failure> {
    let file = File::open(path).map_err(|error| Failure::doing(&format!("Cannot read {}", path.display()), error))?;
    let mut rows = Rows::open(file)?;
    let imported = setup::administer(config, |admin| admin.import_catalogue(rows.by_ref(), |_| ()))?;
    let catalogue::CatalogueReport { added, changed, unchanged } = imported;
    writeln!(out, "{added} entries added, {changed} replaced, {unchanged} unchanged.")?;
    match rows.end()? {
        0 => Ok(()),
        refused => Err(Failure::Failed(format!(
            "Rows refused: {refused}. See above for the reasons, correct the rows, and import the file again."
        ))),
    }
}

/// The entries of a file, read in one pass. Invalid rows are reported on standard error and
/// skipped. An unreadable file ends the stream, and [`Rows::end`] returns the error.
struct Rows<R> {
    reader: Reader<R>,
    /// The index of each column in the file.
    places: Vec<(&'static str, usize)>,
    record: StringRecord,
    row: u64,
    refused: u64,
    failure: Option<Failure>,
}

impl<R: Read> Rows<R> {
    fn open(file: R) -> Result<Self, Failure> {
        let mut reader = ReaderBuilder::new().flexible(true).from_reader(file);
        let headings = reader.headers().map_err(|error| Failure::doing("Cannot read the headings", error))?;
        let mut places = Vec::new();
        for (place, heading) in headings.iter().enumerate() {
            let heading = heading.trim_start_matches('\u{feff}').trim();
            let column =
                COLUMNS.iter().find(|column| column.heading.eq_ignore_ascii_case(heading)).ok_or_else(|| {
                    Failure::Failed(format!(
                        "Unknown heading {heading:?}. For the list of headings, see 'lrs catalogue import --help'."
                    ))
                })?;
            if places.iter().any(|(known, _)| *known == column.heading) {
                return Err(Failure::Failed(format!("The file has two columns named {}.", column.heading)));
            }
            places.push((column.heading, place));
        }
        let missing =
            COLUMNS.iter().find(|column| column.required && !places.iter().any(|(known, _)| *known == column.heading));
        if let Some(missing) = missing {
            return Err(Failure::Failed(format!("The file lacks the required column {}.", missing.heading)));
        }
        Ok(Self { reader, places, record: StringRecord::new(), row: 1, refused: 0, failure: None })
    }

    /// The number of refused rows.
    ///
    /// # Errors
    /// The file cannot be read to its end.
    fn end(self) -> Result<u64, Failure> {
        self.failure.map_or(Ok(self.refused), Err)
    }

    fn entry(&self) -> Result<CatalogueEntry, String> {
        if self.record.len() != self.places.len() {
            return Err("the row must have as many cells as the file has headings".to_owned());
        }
        let cell = |heading: &str| {
            let place = self.places.iter().find(|(known, _)| *known == heading);
            place.and_then(|(_, place)| self.record.get(*place)).unwrap_or_default()
        };
        catalogue::entry(cell).map_err(|error| error.to_string())
    }
}

impl<R: Read> Iterator for Rows<R> {
    type Item = CatalogueEntry;

    fn next(&mut self) -> Option<CatalogueEntry> {
        loop {
            match self.reader.read_record(&mut self.record) {
                Ok(true) => self.row += 1,
                Ok(false) => return None,
                Err(error) => {
                    self.failure = Some(Failure::doing("Cannot read the rest of the file", error));
                    return None;
                }
            }
            match self.entry() {
                Ok(entry) => return Some(entry),
                Err(error) => {
                    self.refused += 1;
                    eprintln!("row {}: {error}", self.row);
                }
            }
        }
    }
}

fn show(entry: &CatalogueEntry, out: &mut impl Write) -> std::io::Result<()> {
    let day = |date: Option<chrono::NaiveDate>| date.map(|date| date.to_string()).unwrap_or_default();
    let grades: Vec<&str> = entry.grading.grades().collect();
    let lines = [
        ("Reference", entry.reference.to_string()),
        ("Title", entry.title.clone()),
        ("Type", entry.qualification_type.clone()),
        ("Level", entry.level.clone().unwrap_or_default()),
        ("Credits", entry.credits.to_string()),
        ("Grading", format!("{} ({})", entry.grading, grades.join(", "))),
        ("Owner", entry.owner.clone()),
        ("Availability", entry.availability.to_string()),
        ("SharedWith", entry.shared_with.join(" ")),
        ("OperationalEndDate", day(entry.operational_end)),
        ("CertificationEndDate", day(entry.certification_end)),
    ];
    lines.iter().try_for_each(|(name, value)| writeln!(out, "{}", format!("{name:20} {value}").trim_end()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;
    use clap::CommandFactory;

    fn folder() -> (tempfile::TempDir, config::File) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("lrs.toml");
        std::fs::write(&file, "[store]\nurl = \"lrs.db\"\n").unwrap();
        let config = config::File { config: Some(file) };
        setup::open(&config.load().unwrap()).unwrap().migrate().unwrap();
        (folder, config)
    }

    fn import_text(folder: &Path, config: &config::File, text: &str) -> (Result<(), Failure>, String) {
        let file = folder.join("catalogue.csv");
        std::fs::write(&file, text).unwrap();
        let mut out = Vec::new();
        let result = run(CatalogueCommand::Import { file, config: config.clone() }, &mut out);
        (result, String::from_utf8(out).unwrap())
    }

    #[test]
    fn the_demo_catalogue_is_imported_and_shown() {
        let (folder, config) = folder();
        let text = include_str!("../../fixtures/catalogue.csv");
        let entries = text.lines().count() - 1;
        let (result, out) = import_text(folder.path(), &config, text);
        result.unwrap();
        assert_eq!(out, format!("{entries} entries added, 0 replaced, 0 unchanged.\n"));
        let (result, out) = import_text(folder.path(), &config, &text.replace("in Biology", "in Life"));
        result.unwrap();
        assert!(out.starts_with("0 entries added, 4 replaced"), "{out}");
        let mut out = Vec::new();
        let reference = "60170013".parse().unwrap();
        run(CatalogueCommand::Show { reference, config }, &mut out).unwrap();
        let shown = String::from_utf8(out).unwrap();
        assert!(shown.contains("Grading              GCSE (9 to 1) (9, 8, 7"), "{shown}");
    }

    #[test]
    fn refused_rows_fail_the_command_after_the_others_are_in() {
        let (folder, config) = folder();
        let text = "Reference,Title,Credits,Owner,Availability\nK/501/5773,A unit,3,TEST45,shared\nK/501/5774,No credits,,TEST45,shared\n";
        let (result, out) = import_text(folder.path(), &config, text);
        assert!(matches!(result, Err(Failure::Failed(message)) if message.starts_with("Rows refused: 1")));
        assert!(out.starts_with("1 entries added"), "{out}");
        for wrong in ["Reference,Name\n", "Reference,Reference\n", "Reference,Title,Owner\n"] {
            assert!(matches!(import_text(folder.path(), &config, wrong).0, Err(Failure::Failed(_))), "{wrong}");
        }
    }

    #[test]
    fn the_help_names_every_column() {
        let command = crate::cli::Cli::command();
        let import = command.find_subcommand("catalogue").unwrap().find_subcommand("import").unwrap();
        let help = import.get_after_help().unwrap().to_string();
        for column in COLUMNS {
            assert!(help.contains(column.heading), "{}", column.heading);
        }
    }
}
