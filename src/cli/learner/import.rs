//! Reads an import file in one pass and hands its learners on in portions, so that memory does not grow with the file.

use csv::ByteRecord;
use std::io::Read;

use super::row::{self, Column, REQUIRED, RowError};
use crate::cli::failure::Failure;
use crate::model::{Learner, Timestamp};

/// Rows that are handed on together: large enough that a commit costs nothing beside them.
const PORTION: usize = 10_000;

/// A learner and the number of its row; the headings are row 1.
pub struct Numbered {
    /// Row of the file.
    pub row: u64,
    /// The learner.
    pub learner: Learner,
}

/// How an import went.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Learners who are in the register now.
    pub imported: u64,
    /// Rows that are not.
    pub refused: u64,
}

/// Reads the file. `store` takes a portion and returns the rows that it refused; `report` hears of every refused row.
///
/// Fails when the headings are wrong, when the file cannot be read, or when `store` fails; portions that were stored stay stored.
pub fn import(
    file: impl Read,
    now: Timestamp,
    mut store: impl FnMut(Vec<Numbered>) -> Result<Vec<(u64, RowError)>, Failure>,
    mut report: impl FnMut(u64, RowError) -> Result<(), Failure>,
) -> Result<Outcome, Failure> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).buffer_capacity(1 << 20).from_reader(file);
    let columns = columns(reader.byte_headers().map_err(unreadable)?)?;
    let mut outcome = Outcome::default();
    let mut portion = Vec::with_capacity(PORTION);
    let mut record = ByteRecord::new();
    let mut row = 1;
    loop {
        let more = reader.read_byte_record(&mut record).map_err(unreadable)?;
        if more {
            row += 1;
            match learner(&record, &columns, now) {
                Ok(learner) => portion.push(Numbered { row, learner }),
                Err(error) => {
                    outcome.refused += 1;
                    report(row, error)?;
                }
            }
        }
        if portion.len() == PORTION || (!more && !portion.is_empty()) {
            let sent = u64::try_from(portion.len()).unwrap_or(u64::MAX);
            let refused = store(std::mem::replace(&mut portion, Vec::with_capacity(PORTION)))?;
            let count = u64::try_from(refused.len()).unwrap_or(u64::MAX);
            outcome.imported += sent.saturating_sub(count);
            outcome.refused += count;
            refused.into_iter().try_for_each(|(row, error)| report(row, error))?;
        }
        if !more {
            return Ok(outcome);
        }
    }
}

fn unreadable(error: csv::Error) -> Failure {
    // The text of a csv error may quote the file; its position does not.
    match error.position() {
        Some(position) => Failure::Failed(format!("The file cannot be read as CSV at line {}.", position.line())),
        None => Failure::Failed("The file cannot be read as CSV.".to_owned()),
    }
}

fn columns(headings: &ByteRecord) -> Result<Vec<Column>, Failure> {
    let columns = headings
        .iter()
        .enumerate()
        .map(|(index, heading)| {
            let heading = std::str::from_utf8(heading).unwrap_or_default();
            let heading = if index == 0 { heading.trim_start_matches('\u{feff}') } else { heading };
            Column::by_heading(heading).ok_or(index + 1)
        })
        .collect::<Result<Vec<Column>, usize>>()
        .map_err(|place| {
            Failure::Failed(format!("The heading of column {place} is none that is known. 'lrs learner import --help' lists them."))
        })?;
    if let Some(missing) = REQUIRED.iter().find(|column| !columns.contains(column)) {
        return Err(Failure::Failed(format!("The file has no column {}, which is required.", missing.heading())));
    }
    Ok(columns)
}

fn learner(record: &ByteRecord, columns: &[Column], now: Timestamp) -> Result<Learner, RowError> {
    if record.len() != columns.len() {
        return Err(RowError::CellCount);
    }
    if record.iter().any(|cell| std::str::from_utf8(cell).is_err()) {
        return Err(RowError::NotUtf8);
    }
    let cells = columns.iter().copied().zip(record.iter().map(|cell| std::str::from_utf8(cell).unwrap_or_default()));
    row::learner(cells, now)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

    const HEADINGS: &str = "ULN,FamilyName,GivenName,DateOfBirth,Gender,LastKnownPostCode,VerificationType,AbilityToShare\n";

    fn run(text: &str) -> (Outcome, Vec<String>, Vec<String>) {
        let (mut stored, mut reports) = (Vec::new(), Vec::new());
        let outcome = import(
            text.as_bytes(),
            Timestamp::default(),
            |portion| {
                let mut refused = Vec::new();
                for Numbered { row, learner } in portion {
                    let uln = learner.uln.to_string();
                    if stored.contains(&uln) { refused.push((row, RowError::UlnTaken)) } else { stored.push(uln) }
                }
                Ok(refused)
            },
            |row, error| {
                reports.push(format!("{row}: {error}"));
                Ok(())
            },
        )
        .unwrap();
        (outcome, stored, reports)
    }

    #[test]
    fn good_rows_are_stored_and_others_reported_by_row_and_rule() {
        let text = format!(
            "\u{feff}{HEADINGS}1000000000,Example,Ada,2004-02-29,2,ZZ99 9ZZ,0,1\n1000000019,Example,Eve,2004-02-30,2,ZZ99 9ZZ,0,1\n\
             1000000019,Example,Eve\n1000000000,Example,Ada,2004-02-29,2,ZZ99 9ZZ,0,1\n"
        );
        let (outcome, stored, reports) = run(&text);
        assert_eq!(outcome, Outcome { imported: 1, refused: 3 });
        assert_eq!(stored, ["1000000000"]);
        assert_eq!(reports, [
            "3: DateOfBirth must be a date, yyyy-mm-dd, of the years 1800 to 2099",
            "4: the row must have as many cells as there are headings",
            "5: ULN must not be in the register already",
        ]);
    }

    #[test]
    fn a_file_of_headings_alone_imports_nothing() {
        assert_eq!(run(HEADINGS).0, Outcome::default());
    }

    #[test]
    fn wrong_headings_are_refused_without_quoting_them() {
        let refuse = |text: &str| match import(text.as_bytes(), Timestamp::default(), |_| Ok(Vec::new()), |_, _| Ok(())) {
            Err(Failure::Failed(text)) => text,
            other => panic!("expected a failure, not {other:?}"),
        };
        let text = refuse("ULN,Surname\n");
        assert!(text.contains("column 2") && !text.contains("Surname"), "{text}");
        assert!(refuse("ULN,FamilyName\n").contains("no column GivenName"));
    }
}
