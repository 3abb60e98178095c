//! The names of batch files (rules.md 5.2, 5.7, 5.8): prefix, UKPRN, date, and an extension in
//! upper case.

use chrono::{NaiveDate, NaiveDateTime};

use super::layout::{Layout, Stamp};
use crate::model::{JobKind, Timestamp, Ukprn, london_time};

/// The two formats of file that can be submitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extension {
    /// `.CSV`
    Csv,
    /// `.XML`
    Xml,
}

impl Extension {
    /// As written in a file's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Extension::Csv => "CSV",
            Extension::Xml => "XML",
        }
    }
}

/// The parts of a valid name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileName {
    /// The organisation that the file belongs to.
    pub ukprn: Ukprn,
    /// The format that the file must have.
    pub extension: Extension,
}

/// The naming rule, in words.
pub fn rule(layout: &Layout) -> String {
    let stamp = match layout.name.stamp {
        Stamp::Minute => "DDMMYYYYHHMM",
        Stamp::DayAndNumber => "YYYYMMDD_NNN",
    };
    format!("{}_UKPRN_{stamp}.CSV or .XML, the extension in upper case", layout.name.prefix)
}

/// Parses a name.
///
/// # Errors
/// What is wrong with the name.
pub fn read(layout: &Layout, name: &str) -> Result<FileName, &'static str> {
    let (stem, extension) = name.rsplit_once('.').ok_or("it has no extension")?;
    let extension = match extension {
        "CSV" => Extension::Csv,
        "XML" => Extension::Xml,
        lower if lower.eq_ignore_ascii_case("CSV") || lower.eq_ignore_ascii_case("XML") => {
            return Err("its extension is not in upper case");
        }
        _ => return Err("its extension is neither CSV nor XML"),
    };
    let rest = stem.strip_prefix(layout.name.prefix.as_str()).and_then(|rest| rest.strip_prefix('_'));
    let (ukprn, stamp) =
        rest.ok_or("its prefix is not that of its kind")?.split_once('_').ok_or("a part of it is missing")?;
    let ukprn = ukprn.parse().map_err(|_| "the part after the prefix is not a UKPRN")?;
    if is_stamp(layout.name.stamp, stamp) { Ok(FileName { ukprn, extension }) } else { Err("its date is invalid") }
}

/// The name for a file created now, in London time. `number` is the sequence number of the day's
/// achievement files.
pub fn make(layout: &Layout, ukprn: Ukprn, now: Timestamp, number: u16, extension: Extension) -> String {
    let now = london_time(now);
    let stamp = match layout.name.stamp {
        Stamp::Minute => now.format("%d%m%Y%H%M").to_string(),
        Stamp::DayAndNumber => format!("{}_{number:03}", now.format("%Y%m%d")),
    };
    format!("{}_{ukprn}_{stamp}.{}", layout.name.prefix, extension.as_str())
}

/// The kind of file, judging by the name's prefix alone.
pub fn kind(name: &str) -> Option<JobKind> {
    let says = |layout: &&Layout| {
        name.get(..layout.name.prefix.len() + 1).is_some_and(|start| {
            start.strip_suffix('_').is_some_and(|prefix| prefix.eq_ignore_ascii_case(&layout.name.prefix))
        })
    };
    Layout::all().iter().find(says).map(Layout::kind)
}

/// Whether a name is that of a common transfer file, `LLLEEEE_CTF_LLLLLLL_NNN.xml`.
pub fn is_common_transfer_file(name: &str) -> bool {
    name.to_ascii_uppercase().split('_').nth(1) == Some("CTF")
}

fn is_stamp(format: Stamp, stamp: &str) -> bool {
    match format {
        Stamp::Minute => is_digits(stamp, 12) && NaiveDateTime::parse_from_str(stamp, "%d%m%Y%H%M").is_ok(),
        Stamp::DayAndNumber => stamp.split_once('_').is_some_and(|(day, number)| {
            is_digits(day, 8) && is_digits(number, 3) && NaiveDate::parse_from_str(day, "%Y%m%d").is_ok()
        }),
    }
}

fn is_digits(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn names_keep_the_rule_or_are_told_why_not() {
        let layout = Layout::of(JobKind::Registration, "2A").unwrap();
        let good = read(layout, "LRB_TEST0038_310720251405.CSV").unwrap();
        assert_eq!((good.ukprn.as_str(), good.extension), ("TEST0038", Extension::Csv));
        assert_eq!(read(layout, "LRB_10000001_310720251405.XML").unwrap().extension, Extension::Xml);
        for (name, reason) in [
            ("LRB_10000001_310720251405.csv", "its extension is not in upper case"),
            ("LRB_10000001_310720251405", "it has no extension"),
            ("LRB_10000001_310720251405.TXT", "its extension is neither CSV nor XML"),
            ("VLD_10000001_310720251405.CSV", "its prefix is not that of its kind"),
            ("LRB_1000001_310720251405.CSV", "the part after the prefix is not a UKPRN"),
            ("LRB_10000001.CSV", "a part of it is missing"),
            ("LRB_10000001_320720251405.CSV", "its date is invalid"),
            ("LRB_10000001_31072025140.CSV", "its date is invalid"),
        ] {
            assert_eq!(read(layout, name), Err(reason), "{name}");
        }
        let achievements = Layout::of(JobKind::Achievement, "1A").unwrap();
        assert!(read(achievements, "QCF_10000001_20250731_001.CSV").is_ok());
        assert!(read(achievements, "QCF_10000001_20250731_1.CSV").is_err());
    }

    #[test]
    fn a_made_name_keeps_the_rule() {
        let now = NaiveDate::from_ymd_opt(2025, 7, 3).unwrap().and_hms_opt(4, 5, 6).unwrap();
        for layout in Layout::all() {
            let ukprn = "10000001".parse().unwrap();
            let name = make(layout, ukprn, now, 7, Extension::Xml);
            assert_eq!(read(layout, &name), Ok(FileName { ukprn, extension: Extension::Xml }));
            assert_eq!(kind(&name), Some(layout.kind()));
        }
        assert_eq!(kind("learners.csv"), None);
        assert!(is_common_transfer_file("8231234_CTF_8234321_001.xml"));
    }
}
