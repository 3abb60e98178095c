//! Learning events.

use diesel::connection::DefaultLoadingMode;
use diesel::prelude::*;

use super::dialect::on_either;
use super::schema::learning_events;
use super::values::{Parsed, StoredDate, StoredTime};
use super::{AnyConnection, StoreError};
use crate::model::{EventSource, EventStatus, LearningEvent, Uln};

/// Rows per statement, below SQLite's limit of 32,766 bound values.
const ROWS_AT_ONCE: usize = 1_000;

#[derive(Queryable, Selectable)]
#[diesel(table_name = learning_events)]
pub(super) struct Row {
    id: i32,
    uln: Parsed<Uln>,
    source: Parsed<EventSource>,
    status: Parsed<EventStatus>,
    achievement_award_date: Option<StoredDate>,
    achievement_provider_name: String,
    achievement_provider_ukprn: String,
    awarding_organisation_name: Option<String>,
    awarding_organisation_ukprn: Option<String>,
    collection_type: Option<String>,
    credits: i64,
    date_loaded: Option<StoredTime>,
    grade: Option<String>,
    language_for_assessment: Option<String>,
    level: Option<String>,
    participation_start_date: Option<StoredDate>,
    participation_end_date: Option<StoredDate>,
    qualification_type: Option<String>,
    restriction: Option<String>,
    return_number: Option<String>,
    subject: String,
    subject_code: String,
    under_data_challenge: bool,
}

impl From<Row> for LearningEvent {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            uln: row.uln.0,
            source: row.source.0,
            status: row.status.0,
            achievement_award_date: row.achievement_award_date.map(|date| date.0),
            achievement_provider_name: row.achievement_provider_name,
            achievement_provider_ukprn: row.achievement_provider_ukprn,
            awarding_organisation_name: row.awarding_organisation_name,
            awarding_organisation_ukprn: row.awarding_organisation_ukprn,
            collection_type: row.collection_type,
            credits: row.credits,
            date_loaded: row.date_loaded.map(|time| time.0),
            grade: row.grade,
            language_for_assessment: row.language_for_assessment,
            level: row.level,
            participation_start_date: row.participation_start_date.map(|date| date.0),
            participation_end_date: row.participation_end_date.map(|date| date.0),
            qualification_type: row.qualification_type,
            restriction: row.restriction,
            return_number: row.return_number,
            subject: row.subject,
            subject_code: row.subject_code,
            under_data_challenge: row.under_data_challenge,
        }
    }
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = learning_events, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(super) struct NewRow<'a> {
    uln: &'a str,
    source: &'a str,
    status: &'a str,
    achievement_award_date: Option<StoredDate>,
    achievement_provider_name: &'a str,
    achievement_provider_ukprn: &'a str,
    awarding_organisation_name: Option<&'a str>,
    awarding_organisation_ukprn: Option<&'a str>,
    collection_type: Option<&'a str>,
    credits: i64,
    date_loaded: Option<StoredTime>,
    grade: Option<&'a str>,
    language_for_assessment: Option<&'a str>,
    level: Option<&'a str>,
    participation_start_date: Option<StoredDate>,
    participation_end_date: Option<StoredDate>,
    qualification_type: Option<&'a str>,
    restriction: Option<&'a str>,
    return_number: Option<&'a str>,
    subject: &'a str,
    subject_code: &'a str,
    under_data_challenge: bool,
}

impl<'a> From<&'a LearningEvent> for NewRow<'a> {
    fn from(event: &'a LearningEvent) -> Self {
        let LearningEvent {
            id: _, // given by the database
            uln,
            source,
            status,
            achievement_award_date,
            achievement_provider_name,
            achievement_provider_ukprn,
            awarding_organisation_name,
            awarding_organisation_ukprn,
            collection_type,
            credits,
            date_loaded,
            grade,
            language_for_assessment,
            level,
            participation_start_date,
            participation_end_date,
            qualification_type,
            restriction,
            return_number,
            subject,
            subject_code,
            under_data_challenge,
        } = event;
        Self {
            uln: uln.as_str(),
            source: source.code(),
            status: status.code(),
            achievement_award_date: achievement_award_date.map(StoredDate),
            achievement_provider_name,
            achievement_provider_ukprn,
            awarding_organisation_name: awarding_organisation_name.as_deref(),
            awarding_organisation_ukprn: awarding_organisation_ukprn.as_deref(),
            collection_type: collection_type.as_deref(),
            credits: *credits,
            date_loaded: date_loaded.map(StoredTime),
            grade: grade.as_deref(),
            language_for_assessment: language_for_assessment.as_deref(),
            level: level.as_deref(),
            participation_start_date: participation_start_date.map(StoredDate),
            participation_end_date: participation_end_date.map(StoredDate),
            qualification_type: qualification_type.as_deref(),
            restriction: restriction.as_deref(),
            return_number: return_number.as_deref(),
            subject,
            subject_code,
            under_data_challenge: *under_data_challenge,
        }
    }
}

/// The learners' events, including withdrawn ones, in no particular order. On SQLite one query
/// each, as in [`by_ulns`](super::learners::by_ulns).
pub fn of(connection: &mut AnyConnection, ulns: &[Uln]) -> Result<Vec<LearningEvent>, StoreError> {
    macro_rules! events {
        ($whose:expr, $connection:expr) => {
            learning_events::table
                .filter($whose)
                .select(Row::as_select())
                .load_iter::<Row, DefaultLoadingMode>($connection)?
        };
    }
    match connection {
        #[cfg(feature = "sqlite")]
        AnyConnection::Sqlite(c) => {
            let mut found = Vec::new();
            for uln in ulns {
                for row in events!(learning_events::uln.eq(uln.as_str()), c) {
                    found.push(row?.into());
                }
            }
            Ok(found)
        }
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => {
            let rows = events!(learning_events::uln.eq_any(ulns.iter().map(Uln::as_str)), c);
            rows.map(|row| Ok(row?.into())).collect()
        }
    }
}

/// How many events, including withdrawn ones, are stored under this ULN itself.
pub fn count(connection: &mut AnyConnection, uln: Uln) -> Result<i64, StoreError> {
    Ok(learning_events::table.filter(learning_events::uln.eq(uln.as_str())).count().get_result(connection)?)
}

/// An event by its number.
pub fn by_id(connection: &mut AnyConnection, id: i32) -> Result<Option<LearningEvent>, StoreError> {
    let row: Option<Row> = learning_events::table.find(id).select(Row::as_select()).first(connection).optional()?;
    Ok(row.map(LearningEvent::from))
}

/// Replaces an event by its number. What only its awarding organisation needs stays.
pub fn replace(connection: &mut AnyConnection, event: &LearningEvent) -> Result<(), StoreError> {
    on_either!(connection, c => {
        diesel::update(learning_events::table.find(event.id))
            .filter(learning_events::uln.eq(event.uln.as_str()))
            .set(NewRow::from(event))
            .execute(c)
    })?;
    Ok(())
}

/// Moves events of one learner to another and returns how many.
pub fn reassign(connection: &mut AnyConnection, ids: &[i32], from: Uln, to: Uln) -> Result<usize, StoreError> {
    let mut moved = 0;
    for ids in ids.chunks(ROWS_AT_ONCE) {
        let theirs = learning_events::id.eq_any(ids.iter().copied()).and(learning_events::uln.eq(from.as_str()));
        moved += on_either!(connection, c => {
            diesel::update(learning_events::table.filter(theirs)).set(learning_events::uln.eq(to.as_str())).execute(c)
        })?;
    }
    Ok(moved)
}

/// Adds events and numbers them.
pub fn insert(connection: &mut AnyConnection, events: &[LearningEvent]) -> Result<usize, StoreError> {
    let mut added = 0;
    for events in events.chunks(ROWS_AT_ONCE) {
        let rows: Vec<NewRow<'_>> = events.iter().map(NewRow::from).collect();
        added += on_either!(connection, c => diesel::insert_into(learning_events::table).values(&rows).execute(c))?;
    }
    Ok(added)
}
