//! A cell: either text, or a typed value from a workbook that stays as it is until its column says
//! what to make of it.

use std::borrow::Cow;

use super::finding::Finding;
use super::number_format::{self, Kind};

/// The content of a cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Text(String),
    /// A typed value from a workbook.
    Value(Value),
}

/// A workbook value that is not text.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Number {
        number: f64,
        /// The number format code.
        format: String,
    },
    Moment(Moment),
    Truth(bool),
    /// An error value such as #N/A.
    Error,
    /// A formula whose result was not saved in the file.
    NoResult,
}

/// A cell formatted as a date or a time.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Moment {
    /// Days since the workbook's epoch.
    pub(super) days: f64,
    /// The date, yyyy-mm-dd.
    pub(super) day: String,
    /// The hour of the day, 0 to 23.
    pub(super) hour: u8,
    /// Whether the cell shows a time without a date.
    pub(super) time_alone: bool,
    /// The number format code.
    pub(super) format: String,
}

/// The type of value that a column expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wants {
    /// A date.
    Day,
    /// Yes or no, written as 1 and 0.
    YesNo,
    /// Text. A number is taken as the cell displays it.
    Text,
}

impl Wants {
    /// The type that the contract field of this name expects.
    pub(super) fn of(field: &str) -> Self {
        match field {
            "DateOfBirth" | "DateOfAddressCapture" | "AchievementAwardDate" | "ActionDate" => Wants::Day,
            "AbilityToShare" | "PrivacyNoticeSeen" => Wants::YesNo,
            _ => Wants::Text,
        }
    }
}

impl Default for Cell {
    fn default() -> Self {
        Cell::Text(String::new())
    }
}

impl Cell {
    pub(super) fn text(text: String) -> Self {
        Cell::Text(text)
    }

    /// The text; empty for a typed value.
    pub(super) fn as_str(&self) -> &str {
        match self {
            Cell::Text(text) => text,
            Cell::Value(_) => "",
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Cell::Text(text) if text.is_empty())
    }

    /// Whether the cell is empty or holds only white space.
    pub(super) fn is_blank(&self) -> bool {
        matches!(self, Cell::Text(text) if text.trim().is_empty())
    }

    /// The cell's text in a given column, and a finding if there is something to report. A value of
    /// the wrong type gives an empty text and an error.
    pub(super) fn under(&self, column: &str, wants: Wants) -> (Cow<'_, str>, Option<Finding>) {
        let value = match self {
            Cell::Text(text) => return (Cow::Borrowed(text), None),
            Cell::Value(value) => value,
        };
        let error = |found: &str, rule: &str, advice: &str| {
            (Cow::Borrowed(""), Some(Finding::file(column, found, rule, advice)))
        };
        match (value, wants) {
            (Value::NoResult, _) => error(
                "a formula without a saved result",
                "must have a value",
                "Open the workbook in a spreadsheet program and save it again, or enter the value itself.",
            ),
            (Value::Error, _) => (Cow::Borrowed(""), Some(error_value(column))),
            (Value::Truth(value), Wants::YesNo) => (Cow::Borrowed(if *value { "1" } else { "0" }), None),
            (Value::Truth(value), _) => (
                Cow::Borrowed(if *value { "TRUE" } else { "FALSE" }),
                Some(Finding::remark(
                    column,
                    "a TRUE/FALSE value",
                    "read as the word TRUE or FALSE",
                    "If it is a name, format the cell as text and enter it again.",
                )),
            ),
            (Value::Moment(moment), Wants::Day) => moment.day(column),
            (Value::Moment(moment), _) => error(
                &format!("a date or time, formatted as {}", moment.format),
                "must not be a date; spreadsheets turn text such as 5-4 into dates",
                "Format the column as text and enter the value again.",
            ),
            (Value::Number { number, .. }, Wants::Day) if *number == 0.0 => no_day(column),
            (Value::Number { .. }, Wants::Day) => error(
                "a number without a date format",
                "must be a date",
                "Format the cells as dates (not as text) and check that the dates are right.",
            ),
            (Value::Number { number, format }, _) => match number_format::shown(*number, format) {
                Some(text) => (Cow::Owned(text), None),
                None if number_format::loses_digits(*number) => error(
                    "a number with more than 15 digits",
                    "must not be a number; a spreadsheet keeps only the first 15 digits",
                    "Format the column as text and enter the value again from its source.",
                ),
                None => error(
                    &format!("a number displayed in the format {format}"),
                    "must be stored as it is displayed",
                    "Format the column as text and enter the value as displayed.",
                ),
            },
        }
    }
}

impl Moment {
    /// A workbook cell whose number is displayed as a date or time.
    pub(super) fn new(days: f64, is_1904: bool, format: &str) -> Self {
        let moment = calamine::ExcelDateTime::new(days, calamine::ExcelDateTimeType::DateTime, is_1904);
        let (year, month, day, hour, ..) = moment.to_ymd_hms_milli();
        Moment {
            days,
            day: format!("{year:04}-{month:02}-{day:02}"),
            hour,
            time_alone: number_format::kind(format) == Kind::Time,
            format: format.to_owned(),
        }
    }

    /// A cell that stores its date in ISO 8601.
    pub(super) fn iso(text: &str) -> Self {
        let (day, time) = text.split_once('T').unwrap_or((text, ""));
        let hour = time.get(..2).and_then(|hour| hour.parse().ok()).unwrap_or(0);
        Moment { days: 1.0, day: day.to_owned(), hour, time_alone: false, format: "a date".to_owned() }
    }

    fn day(&self, column: &str) -> (Cow<'_, str>, Option<Finding>) {
        if self.days == 0.0 {
            return no_day(column);
        }
        if self.days < 0.0 || self.days < 1.0 || self.time_alone {
            let found = if self.days < 0.0 { "a date too early for a spreadsheet" } else { "a time without a date" };
            let advice = "Enter the date again; the cell does not contain one.";
            return (Cow::Borrowed(""), Some(Finding::file(column, found, "must be a date", advice)));
        }
        // A program that converts midnight in British Summer Time to UTC stores 23:00 on the day
        // before; further east it is 22:00.
        let remark = (self.hour >= 22).then(|| {
            Finding::remark(
                column,
                format!("a date with a time of {}:00 or later", self.hour),
                "read as the date shown, which may be ONE DAY EARLY",
                "Compare the dates with their source; a program may have shifted them by a time zone.",
            )
        });
        (Cow::Borrowed(&self.day), remark)
    }
}

/// For a cell that holds an error value such as #N/A, or its text.
pub(super) fn error_value(column: &str) -> Finding {
    Finding::file(
        column,
        "a spreadsheet error value",
        "must have a value",
        "Correct the formula, or enter the value itself.",
    )
}

fn no_day<'c>(column: &str) -> (Cow<'c, str>, Option<Finding>) {
    let remark = Finding::remark(column, "0 instead of a date", "read as empty", "Delete the 0, or enter the date.");
    (Cow::Borrowed(""), Some(remark))
}
