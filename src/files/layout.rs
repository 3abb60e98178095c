//! The layouts of batch files, read from `schemas/files/`: headings and their order, header
//! columns, file names, and the element names in XML.

mod table;

use std::sync::LazyLock;

use serde::Deserialize;

use crate::model::JobKind;
pub(super) use table::{Column, HeaderColumn, Holds, Stamp};
use table::{Columns, NameRule, Output, XmlNames, kind};

/// The layout of one version of one kind of file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    #[serde(deserialize_with = "kind")]
    pub(super) kind: JobKind,
    /// The value of FileVersion.
    pub version: String,
    /// The maximum number of records in a file.
    pub most_records: usize,
    pub(super) name: NameRule,
    pub(super) xml: XmlNames,
    pub(super) header: Columns<HeaderColumn>,
    pub(super) record: Columns<Column>,
    /// The layout of the result file.
    pub(super) output: Output,
}

/// The columns that a file with the errors beside the rows has in addition to those of its layout.
pub(super) const CORRECTION_COLUMNS: [&str; 2] = ["ErrorsFound", "WhatToDo"];

const TEXTS: [&str; 4] = [
    include_str!("../../schemas/files/registration-2A.toml"),
    include_str!("../../schemas/files/registration-3A.toml"),
    include_str!("../../schemas/files/verification-1A.toml"),
    include_str!("../../schemas/files/achievement-1A.toml"),
];

static LAYOUTS: LazyLock<Vec<Layout>> =
    LazyLock::new(|| TEXTS.iter().filter_map(|text| toml::from_str(text).ok()).collect());

impl Layout {
    /// All layouts; within a kind, in version order.
    pub fn all() -> &'static [Layout] {
        &LAYOUTS
    }

    /// The layouts of a kind.
    pub fn of_kind(kind: JobKind) -> impl Iterator<Item = &'static Layout> {
        Layout::all().iter().filter(move |layout| layout.kind == kind)
    }

    /// The layout of a kind and version.
    pub fn of(kind: JobKind, version: &str) -> Option<&'static Layout> {
        Layout::of_kind(kind).find(|layout| layout.version == version)
    }

    /// The kind of the file's records.
    pub fn kind(&self) -> JobKind {
        self.kind
    }

    /// The headings in order, the header's first.
    pub fn headings(&self) -> impl Iterator<Item = &str> {
        let header = self.header.columns.iter().map(|column| column.heading.as_str());
        header.chain(self.record.columns.iter().map(|column| column.heading.as_str()))
    }

    /// The heading of the field with this name in the contract.
    pub fn heading_of(&self, field: &str) -> Option<&str> {
        self.record.columns.iter().find(|column| column.field() == field).map(|column| column.heading.as_str())
    }

    pub(super) fn heading_that_holds(&self, holds: Holds) -> &str {
        self.header.columns.iter().find(|column| column.holds == holds).map_or("", |column| &column.heading)
    }

    /// The headings of the result file; for registrations, those added to the layout's own.
    pub(super) fn answer_headings(&self) -> impl Iterator<Item = &str> {
        self.output.columns.iter().map(String::as_str)
    }

    /// The kind's name in reports.
    pub fn title(&self) -> &'static str {
        match self.kind {
            JobKind::Registration => "registration file",
            JobKind::Verification => "verify file",
            JobKind::Achievement => "achievement file",
        }
    }

    /// A number of records, in words for reports.
    pub fn records(&self, count: usize) -> String {
        let noun = if self.kind == JobKind::Achievement { "achievement" } else { "learner" };
        format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_table_is_read_and_has_the_published_headings() {
        for text in TEXTS {
            toml::from_str::<Layout>(text).unwrap();
        }
        let headings: Vec<&str> = Layout::of(JobKind::Registration, "2A").unwrap().headings().collect();
        assert_eq!(
            headings.join(","),
            "FileVersion,FileName,UKPRN,LearnerRecordCount,ULN,MISIdentifier,Title,GivenName,PreferredGivenName,MiddleOtherName,FamilyName,\
             PreviousFamilyName,FamilyNameAt16,SchoolAtAge16,LastKnownAddressLine1,LastKnownAddressLine2,LastKnownAddressTown,\
             LastKnownAddressCountyorCity,LastKnownPostCode,DateOfAddressCapture,DateOfBirth,PlaceOfBirth,EmailAddress,Gender,Nationality,\
             ScottishCandidateNumber,AbilityToShare,VerificationType,OtherVerificationDescription,Notes"
        );
        assert_eq!(Layout::of(JobKind::Registration, "3A").unwrap().headings().count(), 32);
        assert_eq!(Layout::of_kind(JobKind::Verification).count(), 1);
        assert_eq!(Layout::of(JobKind::Achievement, "1A").unwrap().heading_of("ULN"), Some("ULN"));
    }
}
