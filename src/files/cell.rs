//! A cell: either text, or a typed value from a workbook that stays as it is until its column says
//! what to make of it.

mod moment;

use std::borrow::Cow;

use super::finding::Finding;
use super::number_format;
pub(super) use moment::Moment;
use moment::no_day;

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

/// For a cell that holds an error value such as #N/A, or its text.
pub(super) fn error_value(column: &str) -> Finding {
    Finding::file(
        column,
        "a spreadsheet error value",
        "must have a value",
        "Correct the formula, or enter the value itself.",
    )
}
