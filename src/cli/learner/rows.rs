//! Reads an import file as a stream of learners, so that memory does not grow with the file.

use std::fmt;
use std::io::Read;

use csv::{ByteRecord, Reader, ReaderBuilder};

use crate::cli::failure::Failure;
use crate::domain::format::{Field, FieldError};
use crate::domain::{MANDATORY_ON_IMPORT, imported_learner};
use crate::model::{Learner, Timestamp};

/// What is wrong with a row. The text names field and rule, never the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowError {
    /// A cell breaks the rule of its field.
    Field(FieldError),
    /// The row has more or fewer cells than the file has headings.
    CellCount,
    /// The row is not UTF-8 text.
    NotUtf8,
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(error) => error.fmt(f),
            Self::CellCount => f.write_str("the row must have as many cells as the file has headings"),
            Self::NotUtf8 => f.write_str("the row must be UTF-8 text"),
        }
    }
}

/// The learners of a file. Invalid rows are passed to `report` and skipped. An unreadable file ends
/// the stream, and [`Rows::end`] returns the error.
pub struct Rows<R, F> {
    reader: Reader<R>,
    columns: Vec<Field>,
    now: Timestamp,
    report: F,
    record: ByteRecord,
    row: u64,
    refused: u64,
    failure: Option<Failure>,
}

impl<R: Read, F: FnMut(u64, RowError)> Rows<R, F> {
    /// Reads the headings. `report` gets the number of each refused row (the headings are row 1)
    /// and the rule that it breaks.
    pub fn open(file: R, now: Timestamp, report: F) -> Result<Self, Failure> {
        let mut reader = ReaderBuilder::new().flexible(true).buffer_capacity(1 << 20).from_reader(file);
        let columns = columns(reader.byte_headers().map_err(|error| unreadable(&error))?)?;
        Ok(Rows { reader, columns, now, report, record: ByteRecord::new(), row: 1, refused: 0, failure: None })
    }

    /// The number of refused rows.
    ///
    /// # Errors
    /// The file cannot be read to its end.
    pub fn end(self) -> Result<u64, Failure> {
        match self.failure {
            None => Ok(self.refused),
            Some(failure) => Err(failure),
        }
    }
}

impl<R: Read, F: FnMut(u64, RowError)> Iterator for Rows<R, F> {
    type Item = Learner;

    fn next(&mut self) -> Option<Learner> {
        loop {
            match self.reader.read_byte_record(&mut self.record) {
                Ok(true) => self.row += 1,
                Ok(false) => return None,
                Err(error) => {
                    self.failure = Some(unreadable(&error));
                    return None;
                }
            }
            match learner(&self.record, &self.columns, self.now) {
                Ok(learner) => return Some(learner),
                Err(error) => {
                    self.refused += 1;
                    (self.report)(self.row, error);
                }
            }
        }
    }
}

/// The text of a csv error may quote the file; its position does not.
fn unreadable(error: &csv::Error) -> Failure {
    match error.position() {
        Some(position) => Failure::Failed(format!("Cannot read the file beyond line {}.", position.line())),
        None => Failure::Failed("Cannot read the file.".to_owned()),
    }
}

fn columns(headings: &ByteRecord) -> Result<Vec<Field>, Failure> {
    let mut columns = Vec::new();
    for (index, heading) in headings.iter().enumerate() {
        let heading = std::str::from_utf8(heading).unwrap_or_default();
        let heading = if index == 0 { heading.trim_start_matches('\u{feff}') } else { heading };
        let column = Field::by_name(heading.trim()).ok_or_else(|| {
            let place = index + 1;
            Failure::Failed(format!(
                "The heading of column {place} is unknown. For the list of headings, see 'lrs learner import --help'."
            ))
        })?;
        if columns.contains(&column) {
            return Err(Failure::Failed(format!("The file has two columns named {}.", column.name())));
        }
        columns.push(column);
    }
    if let Some(missing) = MANDATORY_ON_IMPORT.iter().find(|column| !columns.contains(column)) {
        return Err(Failure::Failed(format!("The file lacks the required column {}.", missing.name())));
    }
    Ok(columns)
}

fn learner(record: &ByteRecord, columns: &[Field], now: Timestamp) -> Result<Learner, RowError> {
    if record.len() != columns.len() {
        return Err(RowError::CellCount);
    }
    let cells =
        record.iter().map(std::str::from_utf8).collect::<Result<Vec<&str>, _>>().map_err(|_| RowError::NotUtf8)?;
    let submitted = columns.iter().copied().zip(cells.into_iter().map(Some)).collect();
    imported_learner(&submitted, now).map_err(RowError::Field)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

    const HEADINGS: &str =
        "ULN,FamilyName,GivenName,DateOfBirth,Gender,LastKnownPostCode,VerificationType,AbilityToShare\n";

    fn read(file: &[u8]) -> (Vec<String>, Vec<String>, Result<u64, Failure>) {
        let mut reports = Vec::new();
        let mut rows =
            Rows::open(file, Timestamp::default(), |row, error| reports.push(format!("{row}: {error}"))).unwrap();
        let ulns = rows.by_ref().map(|learner| learner.uln.to_string()).collect();
        let end = rows.end();
        (ulns, reports, end)
    }

    #[test]
    fn good_rows_are_learners_and_others_are_reported_by_row_and_rule() {
        let mut file = format!(
            "\u{feff}{HEADINGS}1000000000,Example,Ada,2004-02-29,2,ZZ99 9ZZ,0,1\n1000000019,Example,Eve,2004-02-30,2,ZZ99 9ZZ,0,1\n\
             1000000019,Example,Eve\n"
        )
        .into_bytes();
        file.extend_from_slice(b"1000000027,Ex\xffample,Eve,2004-02-29,2,ZZ99 9ZZ,0,1\n1000000035,\"Ex,\nample\",Bob,2004-02-29,1,ZZ99 9ZZ,0,1\n");
        let (ulns, reports, end) = read(&file);
        assert_eq!(ulns, ["1000000000", "1000000035"]);
        assert_eq!(
            reports,
            [
                "3: DateOfBirth must be a day of the calendar",
                "4: the row must have as many cells as the file has headings",
                "5: the row must be UTF-8 text",
            ]
        );
        assert_eq!(end.unwrap(), 3);
    }

    #[test]
    fn a_file_of_headings_alone_holds_nobody() {
        let (ulns, _, end) = read(HEADINGS.as_bytes());
        assert!(ulns.is_empty());
        assert_eq!(end.unwrap(), 0);
    }

    #[test]
    fn wrong_headings_are_refused_without_quoting_them() {
        let refuse = |text: &str| match Rows::open(text.as_bytes(), Timestamp::default(), |_, _| ()) {
            Err(Failure::Failed(text)) => text,
            _ => panic!("expected a failure"),
        };
        let text = refuse("ULN,Surname\n");
        assert!(text.contains("column 2") && !text.contains("Surname"), "{text}");
        assert!(refuse("ULN,FamilyName\n").contains("required column GivenName"));
        assert!(refuse("ULN,uln\n").contains("two columns named ULN"));
    }
}
