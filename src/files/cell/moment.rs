//! A cell that displays a date or a time.

use std::borrow::Cow;

use crate::files::finding::Finding;
use crate::files::number_format::{self, Kind};

/// A cell formatted as a date or a time.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::files) struct Moment {
    /// Days since the workbook's epoch.
    pub(in crate::files) days: f64,
    /// The date, yyyy-mm-dd.
    pub(in crate::files) day: String,
    /// The hour of the day, 0 to 23.
    pub(in crate::files) hour: u8,
    /// Whether the cell shows a time without a date.
    pub(in crate::files) time_alone: bool,
    /// The number format code.
    pub(in crate::files) format: String,
}

impl Moment {
    /// A workbook cell whose number is displayed as a date or time.
    pub(in crate::files) fn new(days: f64, is_1904: bool, format: &str) -> Self {
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
    pub(in crate::files) fn iso(text: &str) -> Self {
        let (day, time) = text.split_once('T').unwrap_or((text, ""));
        let hour = time.get(..2).and_then(|hour| hour.parse().ok()).unwrap_or(0);
        Moment { days: 1.0, day: day.to_owned(), hour, time_alone: false, format: "a date".to_owned() }
    }

    pub(super) fn day(&self, column: &str) -> (Cow<'_, str>, Option<Finding>) {
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

pub(super) fn no_day<'c>(column: &str) -> (Cow<'c, str>, Option<Finding>) {
    let remark = Finding::remark(column, "0 instead of a date", "read as empty", "Delete the 0, or enter the date.");
    (Cow::Borrowed(""), Some(remark))
}
