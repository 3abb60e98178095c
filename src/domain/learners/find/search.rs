//! A search by demographics, ready to be made, and the sweep of old ones.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{NaiveDate, TimeDelta};

use super::Found;
use super::probing::find;
use crate::domain::format::{Field, FieldError, FieldTexts};
use crate::domain::learners::details::needed;
use crate::domain::learners::details_hash;
use crate::domain::matching::Query;
use crate::model::{Gender, Postcode, Timestamp};
use crate::store::{AnyConnection, StoreError};

/// A search by demographics, ready to run.
pub(in crate::domain) struct Search {
    query: Query,
    /// Identifies the same five demographics.
    pub(in crate::domain) details: blake3::Hash,
}

impl Search {
    /// The search for these details.
    ///
    /// # Errors
    /// If a mandatory detail is missing or invalid.
    pub(in crate::domain) fn of(asked: &FieldTexts<'_>) -> Result<Self, FieldError> {
        let text = |field| asked.filled(field);
        let (given, family) = (text(Field::GivenName).unwrap_or_default(), text(Field::FamilyName).unwrap_or_default());
        let born: NaiveDate = needed(asked, Field::DateOfBirth)?;
        let gender: Gender = needed(asked, Field::Gender)?;
        let postcode: Postcode = needed(asked, Field::LastKnownPostCode)?;
        let query = Query::new(given, family, born, gender, &postcode).refined(
            text(Field::PreviousFamilyName),
            text(Field::SchoolAtAge16),
            text(Field::PlaceOfBirth),
            text(Field::EmailAddress),
        );
        Ok(Self { query, details: details_hash(given, family, born, gender, &postcode) })
    }

    /// See [`Query::demanding_likeness`].
    pub(in crate::domain) fn demanding_likeness(self) -> Self {
        Self { query: self.query.demanding_likeness(), ..self }
    }

    /// Finds learners with these details, or similar ones.
    pub(in crate::domain) fn find(&self, store: &mut AnyConnection, today: NaiveDate) -> Result<Found, StoreError> {
        find(store, &self.query, today)
    }
}

/// When old searches were last deleted (seconds).
#[derive(Default)]
pub(in crate::domain) struct SearchSweep {
    last: AtomicI64,
}

impl SearchSweep {
    /// The time before which searches are too old to matter, whenever a sweep is due.
    pub(super) fn due(&self, now: Timestamp, maximum: Duration) -> Option<Timestamp> {
        let maximum = TimeDelta::from_std(maximum).ok()?;
        let seconds = now.and_utc().timestamp();
        let due = |last: i64| seconds.saturating_sub(last) > maximum.num_seconds();
        self.last
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| due(last).then_some(seconds))
            .ok()
            .and_then(|_| now.checked_sub_signed(maximum))
    }
}
