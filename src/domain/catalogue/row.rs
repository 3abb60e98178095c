//! A row of a catalogue file (rules.md 6.1): it becomes an entry, or the rule that it breaks.

use std::fmt;

use chrono::NaiveDate;

use crate::model::{Availability, CatalogueEntry, Reference};

/// The maximum length of a title or type (our choice).
const LONGEST_TEXT: usize = 255;
/// The maximum length of a level (our choice).
const LONGEST_LEVEL: usize = 35;
/// The maximum credits of a unit (our choice).
const MOST_CREDITS: i64 = 999;

/// A column of a catalogue file. The headings are our choice: the regulator's register is published
/// in another layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// The heading.
    pub heading: &'static str,
    /// The rule for its cells.
    pub rule: &'static str,
    /// Whether the column must exist and its cells be filled.
    pub required: bool,
}

/// All columns, in the order of an exported file.
pub const COLUMNS: [Column; 11] = [
    column(
        "Reference",
        "a qualification number with its check character (600/1166/X) or a unit number (K/501/5773)",
        true,
    ),
    column("Title", "1 to 255 characters", true),
    column("Type", "the label of the qualification's type, at most 255 characters; empty for a unit", false),
    column("Level", "at most 35 characters, for example Level 2", false),
    column("Credits", "a whole number: 1 to 999 for a unit, empty or 0 for a qualification", false),
    column(
        "Grading",
        "the name of a set of grades, or two or more grades with | between them; empty for a unit",
        false,
    ),
    column("Owner", "UKPRN, organisation reference or six-digit number of the awarding organisation", true),
    column("Availability", "private, shared or restricted", true),
    column(
        "SharedWith",
        "numbers like the owner's with spaces between them; filled where Availability is restricted, and there alone",
        false,
    ),
    column("OperationalEndDate", "a date, yyyy-mm-dd", false),
    column("CertificationEndDate", "a date, yyyy-mm-dd, not before OperationalEndDate", false),
];

const fn column(heading: &'static str, rule: &'static str, required: bool) -> Column {
    Column { heading, rule, required }
}

/// What is wrong with a row of a catalogue file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowError {
    /// A required cell in this column is empty.
    Missing(&'static str),
    /// The cell in this column breaks its rule.
    Breaks(&'static str),
    /// The cell in this column contains a control character.
    ControlCharacter(&'static str),
}

impl std::error::Error for RowError {}

impl RowError {
    /// The column's heading.
    pub const fn heading(&self) -> &'static str {
        match self {
            Self::Missing(heading) | Self::Breaks(heading) | Self::ControlCharacter(heading) => heading,
        }
    }
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(heading) => write!(f, "{heading} is required: {}", rule(heading)),
            Self::Breaks(heading) => write!(f, "{heading} must be {}", rule(heading)),
            Self::ControlCharacter(heading) => write!(f, "{heading} must not hold control characters"),
        }
    }
}

/// Parses a row, given its cells by heading; a missing column counts as empty. White space around a
/// cell is ignored.
///
/// # Errors
/// The first rule that the row breaks.
pub fn entry<'a>(cell: impl Fn(&str) -> &'a str) -> Result<CatalogueEntry, RowError> {
    for column in COLUMNS {
        let text = cell(column.heading).trim();
        if column.required && text.is_empty() {
            return Err(RowError::Missing(column.heading));
        }
        if text.chars().any(char::is_control) {
            return Err(RowError::ControlCharacter(column.heading));
        }
    }
    let text = |heading: &str| cell(heading).trim();
    let at_most = |heading: &'static str, most: usize| {
        if text(heading).chars().count() <= most {
            Ok(text(heading).to_owned())
        } else {
            Err(RowError::Breaks(heading))
        }
    };
    let date = |heading: &'static str| match text(heading) {
        "" => Ok(None),
        day => day.parse::<NaiveDate>().map(Some).map_err(|_| RowError::Breaks(heading)),
    };
    let reference: Reference = text("Reference").parse().map_err(|_| RowError::Breaks("Reference"))?;
    let is_unit = matches!(reference, Reference::Unit(_));
    let qualification_type = at_most("Type", LONGEST_TEXT)?;
    if is_unit && !qualification_type.is_empty() {
        return Err(RowError::Breaks("Type"));
    }
    let credits: i64 = match text("Credits") {
        "" => 0,
        number => number.parse().map_err(|_| RowError::Breaks("Credits"))?,
    };
    if !(0..=MOST_CREDITS).contains(&credits) || (credits > 0) != is_unit {
        return Err(RowError::Breaks("Credits"));
    }
    let grading = match (text("Grading"), is_unit) {
        ("", true) => "Unit",
        (named, _) => named,
    };
    let numbers = |heading: &'static str| {
        let each =
            text(heading).split_whitespace().map(|number| organisation_number(number).ok_or(RowError::Breaks(heading)));
        each.collect::<Result<Vec<String>, RowError>>()
    };
    let [owner] = <[String; 1]>::try_from(numbers("Owner")?).map_err(|_| RowError::Breaks("Owner"))?;
    let availability: Availability =
        text("Availability").to_ascii_lowercase().parse().map_err(|_| RowError::Breaks("Availability"))?;
    let shared_with = numbers("SharedWith")?;
    if (availability == Availability::Restricted) == shared_with.is_empty() {
        return Err(RowError::Breaks("SharedWith"));
    }
    let (operational_end, certification_end) = (date("OperationalEndDate")?, date("CertificationEndDate")?);
    if operational_end.zip(certification_end).is_some_and(|(operational, certification)| certification < operational) {
        return Err(RowError::Breaks("CertificationEndDate"));
    }
    Ok(CatalogueEntry {
        reference,
        title: at_most("Title", LONGEST_TEXT)?,
        qualification_type,
        level: Some(at_most("Level", LONGEST_LEVEL)?).filter(|level| !level.is_empty()),
        credits,
        grading: grading.parse().map_err(|_| RowError::Breaks("Grading"))?,
        owner,
        availability,
        shared_with,
        operational_end,
        certification_end,
    })
}

fn rule(heading: &str) -> &'static str {
    COLUMNS.iter().find(|column| column.heading == heading).map_or("", |column| column.rule)
}

/// An awarding organisation's UKPRN (8), reference or number (6), in upper case.
fn organisation_number(text: &str) -> Option<String> {
    let well_formed = matches!(text.len(), 6 | 8) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    well_formed.then(|| text.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const UNIT: &[(&str, &str)] = &[
        ("Reference", "k5015773"),
        ("Title", " A unit "),
        ("Credits", "3"),
        ("Owner", "test45"),
        ("Availability", "Shared"),
    ];
    const QUALIFICATION: &[(&str, &str)] = &[
        ("Reference", "600/1166/X"),
        ("Title", "A qualification"),
        ("Type", "GCSE (9 to 1)"),
        ("Level", "Level 1/2"),
        ("Grading", "gcse (9 to 1)"),
        ("Owner", "TEST0045"),
        ("Availability", "restricted"),
        ("SharedWith", "TEST0052 100060"),
        ("OperationalEndDate", "2023-08-31"),
        ("CertificationEndDate", "2024-08-31"),
    ];

    fn read(row: &[(&str, &'static str)], change: Option<(&str, &'static str)>) -> Result<CatalogueEntry, RowError> {
        entry(|heading| match change {
            Some((changed, text)) if changed == heading => text,
            _ => row.iter().find(|(name, _)| *name == heading).map_or("", |(_, text)| text),
        })
    }

    #[test]
    fn rows_become_entries() {
        let unit = read(UNIT, None).unwrap();
        assert_eq!(
            (unit.reference.to_string().as_str(), unit.title.as_str(), unit.owner.as_str()),
            ("K/501/5773", "A unit", "TEST45")
        );
        assert_eq!((unit.grading.as_str(), unit.credits, unit.level), ("Unit", 3, None));
        let qualification = read(QUALIFICATION, None).unwrap();
        assert_eq!(qualification.grading.as_str(), "GCSE (9 to 1)");
        assert_eq!(qualification.shared_with, ["TEST0052", "100060"]);
        assert_eq!(qualification.certification_end, NaiveDate::from_ymd_opt(2024, 8, 31));
    }

    #[test]
    fn each_column_keeps_its_rule() {
        for (row, heading, text) in [
            (UNIT, "Reference", "B/501/5773"),
            (QUALIFICATION, "Reference", "600/1166/1"),
            (UNIT, "Type", "GCSE (9 to 1)"),
            (UNIT, "Credits", "0"),
            (UNIT, "Credits", "-1"),
            (UNIT, "Credits", "1000"),
            (QUALIFICATION, "Credits", "3"),
            (QUALIFICATION, "Grading", ""),
            (QUALIFICATION, "Grading", "A to Z"),
            (UNIT, "Owner", "TEST 45"),
            (UNIT, "Owner", "TEST4500X"),
            (UNIT, "Availability", "open"),
            (UNIT, "SharedWith", "TEST52"),
            (QUALIFICATION, "SharedWith", ""),
            (QUALIFICATION, "OperationalEndDate", "31/08/2023"),
            (QUALIFICATION, "CertificationEndDate", "2023-08-30"),
        ] {
            assert_eq!(read(row, Some((heading, text))), Err(RowError::Breaks(heading)), "{text}");
        }
        for column in COLUMNS.into_iter().filter(|column| column.required) {
            assert_eq!(read(QUALIFICATION, Some((column.heading, " "))), Err(RowError::Missing(column.heading)));
        }
        assert_eq!(read(UNIT, Some(("Title", "a\u{7}b"))), Err(RowError::ControlCharacter("Title")));
    }
}
