//! The results of an achievement batch: the contract's counters, and the error file (rules.md 2.19,
//! 5.8).

use std::collections::BTreeMap;
use std::fmt::Write;

use super::codes::{self, ErrorClass};
use super::row::{AchievementRow, RowTerms, format};
use crate::domain::format::Finding;
use crate::model::{AchievementDone, SubmissionType};

/// Records by result. The five kinds of success and the three of error add up to all records done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Achievements created.
    pub created: i32,
    /// Achievements updated.
    pub updated: i32,
    /// Provisional achievements made final.
    pub promoted_to_final: i32,
    /// Achievements withdrawn.
    pub withdrawn: i32,
    /// Achievements reinstated.
    pub reinstated: i32,
    /// Successful records whose achievement is final, or was before its withdrawal.
    pub successful_final: i32,
    /// Successful records whose achievement is provisional, or was before its withdrawal.
    pub successful_provisional: i32,
    /// Records refused because of a field.
    pub field_errors: i32,
    /// Records refused because of the learner.
    pub learner_errors: i32,
    /// Records refused by a rule.
    pub business_errors: i32,
}

impl Counters {
    /// Counts from the number of records for each code.
    pub fn of(codes: &BTreeMap<String, i64>) -> Self {
        let mut counters = Self::default();
        for (code, &count) in codes {
            let count = i32::try_from(count).unwrap_or(i32::MAX);
            let counter = match (accepted(code), codes::lookup(code).map(|entry| entry.class)) {
                (Some((done, standing)), _) => {
                    match standing {
                        SubmissionType::Provisional => counters.successful_provisional += count,
                        SubmissionType::Final => counters.successful_final += count,
                    }
                    match done {
                        AchievementDone::Created => &mut counters.created,
                        AchievementDone::Updated => &mut counters.updated,
                        AchievementDone::PromotedToFinal => &mut counters.promoted_to_final,
                        AchievementDone::Withdrawn => &mut counters.withdrawn,
                        AchievementDone::Reinstated => &mut counters.reinstated,
                    }
                }
                (None, Some(ErrorClass::Learner)) => &mut counters.learner_errors,
                (None, Some(ErrorClass::Business)) => &mut counters.business_errors,
                (None, Some(ErrorClass::Field) | None) => &mut counters.field_errors,
            };
            *counter += count;
        }
        counters
    }

    /// Accepted records.
    pub const fn successful(&self) -> i32 {
        self.successful_final + self.successful_provisional
    }

    /// Processed records.
    pub const fn done(&self) -> i32 {
        self.successful() + self.field_errors + self.learner_errors + self.business_errors
    }
}

/// Parses an accepted record's code: what was done, and the achievement's type.
fn accepted(code: &str) -> Option<(AchievementDone, SubmissionType)> {
    let mut parts = code.split('-');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// Whether records with this code appear in the error file.
pub(super) fn is_told(code: &str) -> bool {
    codes::lookup(code).is_some() || code.ends_with(codes::ULN_MERGED)
}

/// A line of an error file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorLine {
    /// The code.
    pub code: &'static str,
    /// What is wrong: the field and the kind of value, never the value itself.
    pub message: String,
}

/// The lines for a record with this code: one for each invalid field, otherwise one; and one for an
/// accepted record whose ULN was merged.
pub fn lines(row: &AchievementRow, terms: RowTerms, code: &str, master: Option<&str>) -> Vec<ErrorLine> {
    match codes::lookup(code) {
        Some(entry) if entry.class == ErrorClass::Field => format(row, terms).iter().map(line_of).collect(),
        Some(entry) => vec![ErrorLine { code: entry.code, message: format!("{} {}", entry.meaning, entry.advice) }],
        None => master.and_then(|master| Some((master, codes::lookup(codes::ULN_MERGED)?))).map_or_else(
            Vec::new,
            |(master, entry)| {
                vec![ErrorLine { code: entry.code, message: format!("{} The present ULN is {master}.", entry.meaning) }]
            },
        ),
    }
}

fn line_of(finding: &Finding) -> ErrorLine {
    let code = codes::of_field(finding.field);
    let advice = codes::lookup(code).map_or("", |entry| entry.advice);
    ErrorLine {
        code,
        message: format!("{} {}, but is {}. {advice}", finding.field, finding.rule.text(), finding.class),
    }
}

/// An error file in CSV (rules.md 5.8): lines end in CRLF; the first one has the column names.
pub struct ErrorFile {
    text: String,
    lines: usize,
    terms: RowTerms,
}

/// The columns of an error file.
pub const ERROR_FILE_COLUMNS: [&str; 7] = [
    "RecordNumber",
    "MISIdentifier",
    "ULN",
    "UnitOrQualificationReferenceNumber",
    "ErrorClass",
    "ErrorCode",
    "Message",
];

impl ErrorFile {
    /// A file without lines yet, for records that were submitted on these terms.
    pub fn new(terms: RowTerms) -> Self {
        let mut text = ERROR_FILE_COLUMNS.join(",");
        text.push_str("\r\n");
        Self { text, lines: 0, terms }
    }

    /// Adds the lines of a record, if there are any. `number` is its position in the batch, from 1.
    pub fn add(&mut self, number: i32, row: &AchievementRow, code: &str, master: Option<&str>) {
        for ErrorLine { code, message } in lines(row, self.terms, code, master) {
            let class = codes::lookup(code).map_or("", |entry| entry.class.word());
            let _ = write!(self.text, "{number}"); // writing into a String cannot fail
            let sent = [&row.mis_identifier, &row.uln, &row.reference].map(|text| text.as_deref().unwrap_or_default());
            for cell in sent.into_iter().chain([class, code, &message]) {
                self.text.push(',');
                push_cell(&mut self.text, cell);
            }
            self.text.push_str("\r\n");
            self.lines += 1;
        }
    }

    /// The text; `None` if there is no error.
    pub fn into_text(self) -> Option<String> {
        (self.lines > 0).then_some(self.text)
    }
}

/// Writes a cell: quoted if necessary, and guarded by an apostrophe if a spreadsheet would
/// interpret it as a formula.
fn push_cell(text: &mut String, cell: &str) {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '|']);
    let guarded = if is_formula { "'" } else { "" };
    if is_formula || cell.contains([',', '"', '\r', '\n']) {
        let _ = write!(text, "\"{guarded}{}\"", cell.replace('"', "\"\"")); // writing into a String cannot fail
    } else {
        text.push_str(cell);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::row::tests::complete;
    use super::*;

    #[test]
    fn counters_are_those_of_the_codes() {
        let counts = [
            ("created-P", 1),
            ("created-F", 1),
            ("created-F-L003", 1),
            ("updated-P", 3),
            ("updated-F", 4),
            ("promoted-F", 5),
            ("withdrawn-P", 6),
            ("withdrawn-F", 7),
            ("reinstated-P", 8),
            ("reinstated-F", 9),
            ("F002", 10),
            ("F015", 11),
            ("L001", 12),
            ("L002", 13),
            ("B001", 14),
            ("B010", 15),
        ];
        let counters = Counters::of(&counts.map(|(code, count)| (code.to_owned(), count)).into());
        let expected = Counters {
            created: 3,
            updated: 7,
            promoted_to_final: 5,
            withdrawn: 13,
            reinstated: 17,
            successful_final: 27,
            successful_provisional: 18,
            field_errors: 21,
            learner_errors: 25,
            business_errors: 29,
        };
        assert_eq!(counters, expected);
        assert_eq!((counters.successful(), counters.done()), (45, 120));
    }

    #[test]
    fn an_error_file_has_a_line_for_each_error() {
        let mut file = ErrorFile::new(RowTerms::default());
        let mut row = complete();
        file.add(1, &row, "created-F", None);
        assert_eq!(ErrorFile::new(RowTerms::default()).into_text(), None);
        row.mis_identifier = Some("=1+2,\"x\"".to_owned());
        file.add(2, &row, codes::NOT_OWNED, None);
        file.add(3, &row, "created-F-L003", Some("1000000019"));
        row.action = Some("5".to_owned());
        row.award_date = Some("22/08/2024".to_owned());
        row.mis_identifier = None;
        file.add(4, &row, "F010", None);
        let text = file.into_text().unwrap();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        assert_eq!(reader.headers().unwrap(), &ERROR_FILE_COLUMNS[..]);
        let rows: Vec<Vec<String>> =
            reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
        let start = |row: &[String]| row.iter().take(6).map(String::as_str).collect::<Vec<_>>().join(";");
        assert_eq!(
            rows.iter().map(|row| start(row)).collect::<Vec<_>>(),
            [
                "2;'=1+2,\"x\";1000000000;600/1166/X;Business;B002",
                "3;'=1+2,\"x\";1000000000;600/1166/X;Learner;L003",
                "4;;1000000000;600/1166/X;Field;F010",
                "4;;1000000000;600/1166/X;Field;F013",
            ]
        );
        assert!(text.contains(
            "AchievementAwardDate is a date yyyy-mm-dd of the years 1800 to 2099, but is a date with slashes."
        ));
        assert!(text.contains("The present ULN is 1000000019."));
    }
}
