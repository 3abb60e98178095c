//! The result files of jobs (rules.md 5.1, 5.6, 5.7): the output of registration and verify jobs,
//! and the exceptions of a registration job for correction. The error file of an achievement job
//! belongs to the domain, because the web service returns it too.

use super::convert::{NamedText, csv_text};
use super::layout::Layout;
use super::name::{self, Extension};
use super::{csv, xml};
use crate::domain::registrations::codes::{self as return_codes, Counted};
use crate::domain::registrations::{RegisteredRow, RegistrationRow};
use crate::domain::verifications::VerifiedRow;
use crate::model::{JobKind, Timestamp, Ukprn};

/// The submission that a result file belongs to. A batch from the web service has no name, so one
/// is made.
#[derive(Debug, Clone, Copy)]
pub struct Answered<'a> {
    /// The name of the submitted file.
    pub name: Option<&'a str>,
    /// The organisation that submitted it.
    pub ukprn: Ukprn,
    /// When it was submitted.
    pub submitted_at: Timestamp,
}

impl Answered<'_> {
    fn name(&self, layout: &Layout, prefix: &str, extension: Extension) -> String {
        let made = || name::make(layout, self.ukprn, self.submitted_at, 1, extension);
        let sent = self.name.map_or_else(made, |name| {
            format!("{}.{}", name.rsplit_once('.').map_or(name, |(stem, _)| stem), extension.as_str())
        });
        format!("{prefix}{sent}")
    }
}

/// The output of a registration job: the submitted layout with the ULN filled in, all records in
/// their order, the return code last.
pub fn registration_file(answered: &Answered<'_>, rows: &[RegisteredRow]) -> Option<NamedText> {
    registration_output(answered, rows, Extension::Csv)
}

/// The same as [`registration_file`], in the format asked for.
pub fn registration_output(answered: &Answered<'_>, rows: &[RegisteredRow], extension: Extension) -> Option<NamedText> {
    let of_3a =
        |row: &RegistrationRow| ["PrivacyNoticeSeen", "UCI", "UPN"].iter().any(|field| row.get(field).is_some());
    let version = if rows.iter().any(|each| of_3a(&each.row)) { "3A" } else { "2A" };
    let layout = Layout::of(JobKind::Registration, version)?;
    let name = answered.name(layout, &layout.output.prefix, extension);
    Some(registration_text(layout, name, answered.ukprn, rows.iter(), extension))
}

/// The registration records that need attention (RC006 to RC013), for correction. Always in version
/// 2A, without UCI and UPN. `None` if there are none.
pub fn exception_file(answered: &Answered<'_>, rows: &[RegisteredRow]) -> Option<NamedText> {
    let is_exception = |each: &&RegisteredRow| {
        return_codes::lookup(&each.code)
            .is_none_or(|entry| !matches!(entry.counted, Counted::New | Counted::ExistsOrUpdated))
    };
    let layout = Layout::of(JobKind::Registration, "2A")?;
    let exceptions: Vec<&RegisteredRow> = rows.iter().filter(is_exception).collect();
    let name = answered.name(layout, "EXC_", Extension::Csv);
    (!exceptions.is_empty())
        .then(|| registration_text(layout, name, answered.ukprn, exceptions.into_iter(), Extension::Csv))
}

/// A file of a layout's headings alone, to be filled in: CSV.
pub fn template(layout: &Layout) -> NamedText {
    let name = format!("{}-{}-template.csv", layout.title().replace(' ', "-"), layout.version);
    NamedText { name, text: csv_text(layout, &[], &[], std::iter::empty()) }
}

fn registration_text<'r>(
    layout: &Layout,
    name: String,
    ukprn: Ukprn,
    rows: impl ExactSizeIterator<Item = &'r RegisteredRow>,
    extension: Extension,
) -> NamedText {
    let count = rows.len().to_string();
    let header = [layout.version.clone(), name.clone(), ukprn.to_string(), count];
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let values: Vec<Vec<&str>> = rows
        .map(|each| {
            let value = |field: &str| match field {
                "AbilityToShare" | "PrivacyNoticeSeen" => each.row.sharing().unwrap_or_default(),
                other => each.row.get(other).unwrap_or_default(),
            };
            layout.record.columns.iter().map(|column| value(column.field())).chain([each.code.as_str()]).collect()
        })
        .collect();
    let text = match extension {
        Extension::Csv => csv_text(layout, &layout.output.columns, &header, values.into_iter()),
        Extension::Xml => xml::write(layout, &layout.output.columns, header, values),
    };
    NamedText { name, text }
}

/// The output of a verify job: the values searched for, the response code, the learner found, and
/// the comparisons that failed.
pub fn verification_file(answered: &Answered<'_>, rows: &[VerifiedRow]) -> Option<NamedText> {
    verification_output(answered, rows, Extension::Csv)
}

/// The same as [`verification_file`], in the format asked for.
pub fn verification_output(answered: &Answered<'_>, rows: &[VerifiedRow], extension: Extension) -> Option<NamedText> {
    let layout = Layout::of_kind(JobKind::Verification).next()?;
    let name = answered.name(layout, &layout.output.prefix, extension);
    let mut text = match extension {
        Extension::Csv => String::new(),
        Extension::Xml => xml::begin(layout),
    };
    if extension == Extension::Csv {
        csv::write_row(layout.output.columns.iter().map(String::as_str), &mut text);
    }
    for VerifiedRow { row, code, learner, flags } in rows {
        let searched = ["MISIdentifier", "ULN", "FamilyName", "GivenName", "DateOfBirth", "Gender"]
            .map(|field| row.get(field).unwrap_or_default());
        let flags = flags.join(";");
        let born = learner.as_ref().map(|learner| learner.date_of_birth.to_string()).unwrap_or_default();
        let found = learner.as_ref().map_or([""; 5], |learner| {
            [&learner.uln, &learner.family_name, &learner.given_name, &born, &learner.gender]
        });
        let cells = searched.into_iter().chain([code.as_str()]).chain(found).chain([flags.as_str()]);
        match extension {
            Extension::Csv => csv::write_row(cells, &mut text),
            Extension::Xml => {
                xml::record(layout, layout.output.columns.iter().map(String::as_str).zip(cells), &mut text);
            }
        }
    }
    if extension == Extension::Xml {
        xml::end(layout, &mut text);
    }
    Some(NamedText { name, text })
}
