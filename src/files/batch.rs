//! A batch as a file holds it: the header's values and the records as the domain takes them.

use super::layout::{Holds, Layout};
use crate::domain::achievements::AchievementRow;
use crate::domain::batches::{RegistrationRow, VerificationRow};
use crate::model::JobKind;

/// A record with its place in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed<R> {
    /// The row of the file, or the number of the element.
    pub place: usize,
    /// The record.
    pub row: R,
}

/// The records of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Records {
    /// Learners to be found, updated or registered.
    Registration(Vec<Placed<RegistrationRow>>),
    /// Learners to be verified.
    Verification(Vec<Placed<VerificationRow>>),
    /// Achievements.
    Achievement(Vec<Placed<AchievementRow>>),
}

/// What a file says of itself, as it stands there.
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

/// A file's content.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The layout of the file.
    pub layout: &'static Layout,
    /// What it says of itself.
    pub header: Header,
    /// Its records.
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

    /// Adds a record whose values stand in the order of the layout.
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

    /// How many records there are.
    pub fn len(&self) -> usize {
        match &self.records {
            Records::Registration(rows) => rows.len(),
            Records::Verification(rows) => rows.len(),
            Records::Achievement(rows) => rows.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn in_order<'r>(columns: &[super::layout::Column], get: impl Fn(&str) -> Option<&'r str>) -> Vec<&'r str> {
    columns.iter().map(|column| get(column.field()).unwrap_or_default()).collect()
}
