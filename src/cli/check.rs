//! `lrs check`, also the program `lrs-check`: checks, converts and watches batch files. It uses no
//! network, no database and no service.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use std::{fs, io, thread};

use clap::{Args, ValueEnum};

use super::failure::Failure;
use crate::domain::Clock;
use crate::files::{self, Checked, Expected, Extension, NamedText, ReportFormat};
use crate::model::{JobKind, OrgRef, Ukprn};

/// Check batch files before sending them, and convert spreadsheets
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub struct Check {
    /// The files: CSV or XML ready to send, or spreadsheets (XLSX, XLS)
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Type of the files; if omitted, their names and headings decide
    #[arg(long = "type", value_enum)]
    kind: Option<Kind>,
    /// Your UKPRN, which file names and headers must match
    #[arg(long)]
    ukprn: Option<Ukprn>,
    /// Your organisation reference, shown in the report
    #[arg(long)]
    org_ref: Option<OrgRef>,
    /// Format of the report
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Write a file ready to send: to a folder, under the correct name, or to a file (XML if it
    /// ends in .xml, otherwise CSV)
    #[arg(long, value_name = "FIXED.csv")]
    output: Option<PathBuf>,
    /// Check again whenever a file changes; Ctrl-C stops
    #[arg(long)]
    watch: bool,
}

/// Examples for the help.
pub const EXAMPLES: &str = "\
Examples:
  lrs check LRB_10000001_310720251405.CSV
  lrs check learners.xlsx --type registration --ukprn 10000001 --output .
  lrs-check *.CSV --format html > report.html

The report says first what the service would do with the file, then lists every finding with its row, column, code and what to do. It never
shows a value. Exit code: 0 if nothing would be refused, 1 if something would, 2 if the command cannot be carried out.";

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// Learners to find, update or register
    Registration,
    /// Learners whose details are verified
    Verify,
    /// Achievements of an awarding organisation
    Achievement,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// Plain text
    Text,
    /// For other programs
    Json,
    /// For a spreadsheet
    Csv,
    /// For a browser
    Html,
}

/// How often watched files are checked for changes.
const PAUSE: Duration = Duration::from_millis(500);

/// Runs the command.
pub fn run(check: &Check, out: &mut impl io::Write) -> Result<(), Failure> {
    if !check.watch {
        return once(check, out);
    }
    let mut seen = Vec::new();
    loop {
        let now: Vec<Option<SystemTime>> =
            check.files.iter().map(|file| fs::metadata(file).and_then(|data| data.modified()).ok()).collect();
        if now != seen {
            seen = now;
            match once(check, out) {
                Ok(()) | Err(Failure::Findings) => writeln!(out, "\nWaiting for changes. Ctrl-C stops.\n")?,
                // While it is being written, a file may be missing for a moment.
                Err(Failure::Usage(text)) => writeln!(out, "{text}\n")?,
                Err(other) => return Err(other),
            }
            out.flush()?;
        }
        thread::sleep(PAUSE);
    }
}

fn once(check: &Check, out: &mut impl io::Write) -> Result<(), Failure> {
    let expected =
        Expected { kind: check.kind.map(Kind::job), ukprn: check.ukprn, ..Expected::on(Clock::system().today()) };
    let checked = check.files.iter().map(|file| read(file, &expected)).collect::<Result<Vec<_>, _>>()?;
    let format = match check.format {
        Format::Text => ReportFormat::Text,
        Format::Json => ReportFormat::Json,
        Format::Csv => ReportFormat::Csv,
        Format::Html => ReportFormat::Html,
    };
    if let (Some(org_ref), Format::Text) = (check.org_ref, check.format) {
        writeln!(
            out,
            "Organisation {org_ref}{}",
            check.ukprn.map(|ukprn| format!(", UKPRN {ukprn}")).unwrap_or_default()
        )?;
    }
    out.write_all(files::report(format, &checked).as_bytes())?;
    if let Some(output) = &check.output {
        for file in &checked {
            convert(check, file, output)?;
        }
    }
    if checked.iter().all(Checked::is_clean) { Ok(()) } else { Err(Failure::Findings) }
}

fn read(file: &Path, expected: &Expected) -> Result<Checked, Failure> {
    let bytes = fs::read(file).map_err(|error| Failure::Usage(format!("Cannot read {}: {error}", file.display())))?;
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(files::check(&name, &bytes, expected))
}

/// Messages go to standard error, to keep them out of the report.
fn convert(check: &Check, checked: &Checked, output: &Path) -> Result<(), Failure> {
    let Some(batch) = &checked.batch else {
        eprintln!("{}: nothing written, because the file cannot be read.", checked.name);
        return Ok(());
    };
    if checked.format == files::Format::Spreadsheet && checked.is_refused() {
        eprintln!("{}: nothing written. Correct the errors above first.", checked.name);
        return Ok(());
    }
    let is_folder = output.is_dir();
    if !is_folder && check.files.len() > 1 {
        return Err(Failure::Usage("With several files, --output must be a folder".to_owned()));
    }
    let xml = output.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("xml"));
    let extension = if xml { Extension::Xml } else { Extension::Csv };
    let make = |number| {
        files::convert(batch, check.ukprn, Clock::system().now(), number, extension)
            .map_err(|reason| Failure::Usage(format!("{}: {reason}", checked.name)))
    };
    let (path, text) = if is_folder { free(output, make)? } else { (output.to_owned(), make(1)?.text) };
    fs::write(&path, text).map_err(|error| Failure::Usage(format!("Cannot write {}: {error}", path.display())))?;
    eprintln!("Wrote {}", path.display());
    if !is_folder {
        eprintln!("To send it, rename it: {}.", make(1)?.name);
    }
    if checked.findings.iter().any(|finding| finding.weight == files::Weight::Record) {
        eprintln!("Its values are unchanged, so the findings about records apply to it, too.");
    }
    Ok(())
}

/// The first free name in the folder: achievement files are numbered by day, others named by the
/// minute.
fn free(folder: &Path, make: impl Fn(u16) -> Result<NamedText, Failure>) -> Result<(PathBuf, String), Failure> {
    for number in 1..=999 {
        let NamedText { name, text } = make(number)?;
        let path = folder.join(name);
        if !path.exists() {
            return Ok((path, text));
        }
    }
    Err(Failure::Usage(format!("{} already has a file of this minute; try again in a minute", folder.display())))
}

impl Kind {
    fn job(self) -> JobKind {
        match self {
            Kind::Registration => JobKind::Registration,
            Kind::Verify => JobKind::Verification,
            Kind::Achievement => JobKind::Achievement,
        }
    }
}

#[cfg(test)]
mod tests;
