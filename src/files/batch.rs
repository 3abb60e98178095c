//! The content of a batch file: the header's values, and the records as the domain
//! takes.

use super::layout::{Holds, Layout};
use crate::domain::achievements::AchievementRow;
use crate::domain::registrations::RegistrationRow;
use crate::domain::verifications::VerificationRow;
use crate::model::JobKind;

/// A record and its position in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed<R> {
    /// The row of the file; in XML, the number of the record element.
    pub place: usize,
    /// The record's values.
    pub row: R,
}

/// The records of a file, by kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Records {
    /// Learners to find, update or register.
    Registration(Vec<Placed<RegistrationRow>>),
    /// Learners to verify.
    Verification(Vec<Placed<VerificationRow>>),
    /// Achievements to record.
    Achievement(Vec<Placed<AchievementRow>>),
}

/// The header's values, as the file states them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Header {
    /// FileVersion.
    pub version: String,
    /// FileName.
    pub name: String,
    /// UKPRN.
    pub ukprn: String,
    /// LearnerRecordCount or AchievementRecordCount.
    pub count: String,
    /// OrgEmail.
    pub email: String,
    /// SubmissionType.
    pub submission: String,
}

impl Header {
    pub(super) fn get(&self, holds: Holds) -> &str {
        match holds {
            Holds::Version => &self.version,
            Holds::Name => &self.name,
            Holds::Ukprn => &self.ukprn,
            Holds::Count => &self.count,
            Holds::Email => &self.email,
            Holds::Submission => &self.submission,
        }
    }

    pub(super) fn set(&mut self, holds: Holds, value: &str) {
        let place = match holds {
            Holds::Version => &mut self.version,
            Holds::Name => &mut self.name,
            Holds::Ukprn => &mut self.ukprn,
            Holds::Count => &mut self.count,
            Holds::Email => &mut self.email,
            Holds::Submission => &mut self.submission,
        };
        value.clone_into(place);
    }
}

/// The content of a file.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The layout that the file follows.
    pub layout: &'static Layout,
    /// The header's values.
    pub header: Header,
    /// The records.
    pub records: Records,
}

impl Batch {
    pub(super) fn empty(layout: &'static Layout) -> Self {
        let records = match layout.kind() {
            JobKind::Registration => Records::Registration(Vec::new()),
            JobKind::Verification => Records::Verification(Vec::new()),
            JobKind::Achievement => Records::Achievement(Vec::new()),
        };
        Batch { layout, header: Header::default(), records }
    }

    /// Adds a record, given its values in the order of the layout.
    pub(super) fn push<'v>(&mut self, place: usize, values: impl IntoIterator<Item = &'v str>) {
        let fields = self.layout.record.columns.iter().zip(values).filter(|(_, value)| !value.is_empty());
        macro_rules! push {
            ($rows:expr, $row:ty) => {{
                let mut row = <$row>::default();
                for (column, value) in fields {
                    row.set(column.field(), Some(value.to_owned()));
                }
                $rows.push(Placed { place, row });
            }};
        }
        match &mut self.records {
            Records::Registration(rows) => push!(rows, RegistrationRow),
            Records::Verification(rows) => push!(rows, VerificationRow),
            Records::Achievement(rows) => push!(rows, AchievementRow),
        }
    }

    /// The values of each record in the order of the layout.
    pub(super) fn values(&self) -> Vec<Vec<&str>> {
        let columns = &self.layout.record.columns;
        match &self.records {
            Records::Registration(rows) => {
                rows.iter().map(|each| in_order(columns, |field| each.row.get(field))).collect()
            }
            Records::Verification(rows) => {
                rows.iter().map(|each| in_order(columns, |field| each.row.get(field))).collect()
            }
            Records::Achievement(rows) => {
                rows.iter().map(|each| in_order(columns, |field| each.row.get(field))).collect()
            }
        }
    }

    /// Leaves only the records at the places that `keep` says.
    pub(super) fn retain(&mut self, keep: impl Fn(usize) -> bool) {
        match &mut self.records {
            Records::Registration(rows) => rows.retain(|each| keep(each.place)),
            Records::Verification(rows) => rows.retain(|each| keep(each.place)),
            Records::Achievement(rows) => rows.retain(|each| keep(each.place)),
        }
    }

    /// The places of the records.
    pub(super) fn places(&self) -> Vec<usize> {
        match &self.records {
            Records::Registration(rows) => rows.iter().map(|each| each.place).collect(),
            Records::Verification(rows) => rows.iter().map(|each| each.place).collect(),
            Records::Achievement(rows) => rows.iter().map(|each| each.place).collect(),
        }
    }

    /// The number of records.
    pub fn len(&self) -> usize {
        match &self.records {
            Records::Registration(rows) => rows.len(),
            Records::Verification(rows) => rows.len(),
            Records::Achievement(rows) => rows.len(),
        }
    }

    /// Whether the file has no records.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn in_order<'r>(columns: &[super::layout::Column], get: impl Fn(&str) -> Option<&'r str>) -> Vec<&'r str> {
    columns.iter().map(|column| get(column.field()).unwrap_or_default()).collect()
}
