//! The tables in `schemas/files/` as they are parsed.

use serde::Deserialize;

use crate::model::JobKind;

/// The naming rule for files of a kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::files) struct NameRule {
    pub(in crate::files) prefix: String,
    pub(in crate::files) stamp: Stamp,
}

/// What follows the UKPRN in a file's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(in crate::files) enum Stamp {
    #[serde(rename = "DDMMYYYYHHMM")]
    Minute,
    #[serde(rename = "YYYYMMDD_NNN")]
    DayAndNumber,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::files) struct XmlNames {
    pub(in crate::files) namespace: String,
    pub(in crate::files) root: String,
    pub(in crate::files) record: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::files) struct Columns<T> {
    pub(in crate::files) columns: Vec<T>,
}

/// A header column: filled in the first record only.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::files) struct HeaderColumn {
    pub(in crate::files) heading: String,
    pub(in crate::files) holds: Holds,
}

/// The value in a header column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::files) enum Holds {
    Version,
    Name,
    Ukprn,
    Count,
    Email,
    Submission,
}

/// A column that every record has.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::files) struct Column {
    pub(in crate::files) heading: String,
    field: Option<String>,
    element: Option<String>,
}

impl Column {
    /// The field's name in the contract.
    pub(in crate::files) fn field(&self) -> &str {
        self.field.as_deref().unwrap_or(&self.heading)
    }

    /// The element's name in an XML file.
    pub(in crate::files) fn element(&self) -> &str {
        self.element.as_deref().unwrap_or(&self.heading)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::files) struct Output {
    pub(in crate::files) prefix: String,
    pub(in crate::files) columns: Vec<String>,
}

pub(in crate::files) fn kind<'de, D: serde::Deserializer<'de>>(input: D) -> Result<JobKind, D::Error> {
    String::deserialize(input)?.parse().map_err(serde::de::Error::custom)
}
