//! The catalogue of qualifications and units, and the recognition of awarding organisations.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::dialect::on_either;
use super::schema::{awarding_recognitions, catalogue};
use super::{AnyConnection, StoreError};
use crate::model::{Availability, CatalogueEntry, Recognition, Reference, Timestamp};

#[derive(Queryable, Selectable)]
#[diesel(table_name = catalogue)]
struct Row {
    reference: String,
    title: String,
    qualification_type: String,
    level: Option<String>,
    credits: i64,
    grading: String,
    owner: String,
    availability: String,
    shared_with: String,
    operational_end: Option<NaiveDate>,
    certification_end: Option<NaiveDate>,
}

impl TryFrom<Row> for CatalogueEntry {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            reference: row.reference.parse().map_err(|_| StoreError::Corrupt("catalogue.reference"))?,
            title: row.title,
            qualification_type: row.qualification_type,
            level: row.level,
            credits: row.credits,
            grading: row.grading.parse().map_err(|_| StoreError::Corrupt("catalogue.grading"))?,
            owner: row.owner,
            availability: row.availability.parse().map_err(|_| StoreError::Corrupt("catalogue.availability"))?,
            shared_with: row.shared_with.split_whitespace().map(str::to_owned).collect(),
            operational_end: row.operational_end,
            certification_end: row.certification_end,
        })
    }
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = catalogue, treat_none_as_default_value = false, treat_none_as_null = true)]
struct NewRow<'a> {
    reference: String,
    title: &'a str,
    qualification_type: &'a str,
    level: Option<&'a str>,
    credits: i64,
    grading: &'a str,
    owner: &'a str,
    availability: &'a str,
    shared_with: String,
    operational_end: Option<NaiveDate>,
    certification_end: Option<NaiveDate>,
    updated_at: Timestamp,
}

impl<'a> NewRow<'a> {
    fn of(entry: &'a CatalogueEntry, updated_at: Timestamp) -> Self {
        let CatalogueEntry {
            reference,
            title,
            qualification_type,
            level,
            credits,
            grading,
            owner,
            availability,
            shared_with,
            operational_end,
            certification_end,
        } = entry;
        Self {
            reference: reference.to_string(),
            title,
            qualification_type,
            level: level.as_deref(),
            credits: *credits,
            grading: grading.as_str(),
            owner,
            availability: availability.code(),
            shared_with: shared_with.join(" "),
            operational_end: *operational_end,
            certification_end: *certification_end,
            updated_at,
        }
    }
}

/// The entries with these references, in no particular order; unknown references are skipped. On
/// SQLite one query each, because that statement stays prepared.
pub fn of(connection: &mut AnyConnection, references: &[Reference]) -> Result<Vec<CatalogueEntry>, StoreError> {
    let rows: Vec<Row> = match connection {
        #[cfg(feature = "sqlite")]
        AnyConnection::Sqlite(c) => {
            let mut rows = Vec::with_capacity(references.len());
            for reference in references {
                let row = catalogue::table.find(reference.to_string()).select(Row::as_select()).first(c);
                rows.extend(row.optional()?);
            }
            rows
        }
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => {
            let references = references.iter().map(Reference::to_string);
            catalogue::table.filter(catalogue::reference.eq_any(references)).select(Row::as_select()).load(c)?
        }
    };
    rows.into_iter().map(CatalogueEntry::try_from).collect()
}

/// Entries that have all these words in their reference or title, in any letter case, by reference:
/// those that belong to one of these owners or are open to others, or all others.
pub fn search(
    connection: &mut AnyConnection,
    words: &[String],
    owners: [&str; 2],
    open: bool,
    limit: i64,
) -> Result<Vec<CatalogueEntry>, StoreError> {
    let patterns: Vec<String> = words.iter().map(|word| format!("%{}%", literal(word))).collect();
    let shared = Availability::Shared.code();
    let listed = owners.map(|owner| format!("%{}%", literal(owner)));
    let rows: Vec<Row> = on_either!(connection, c => {
        let mut query = catalogue::table.select(Row::as_select()).into_boxed();
        for pattern in &patterns {
            query = query.filter(
                lower(catalogue::reference)
                    .like(pattern)
                    .escape('\\')
                    .or(lower(catalogue::title).like(pattern).escape('\\')),
            );
        }
        let [one, other] = &listed;
        let is_open = catalogue::owner
            .eq_any(owners)
            .or(catalogue::availability.eq(shared))
            .or(lower(catalogue::shared_with).like(one).escape('\\'))
            .or(lower(catalogue::shared_with).like(other).escape('\\'));
        query = if open { query.filter(is_open) } else { query.filter(diesel::dsl::not(is_open)) };
        query.order(catalogue::reference).limit(limit).load(c)
    })?;
    rows.into_iter().map(CatalogueEntry::try_from).collect()
}

diesel::define_sql_function! {
    /// The text in small letters; on SQLite only A to Z change.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// The text in small letters, so that a pattern has it literally.
fn literal(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for letter in text.to_lowercase().chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern
}

/// Adds an entry, or replaces the one with the same reference.
pub fn put(connection: &mut AnyConnection, entry: &CatalogueEntry, at: Timestamp) -> Result<(), StoreError> {
    on_either!(connection, c => {
        diesel::insert_into(catalogue::table)
            .values(NewRow::of(entry, at))
            .on_conflict(catalogue::reference)
            .do_update()
            .set(NewRow::of(entry, at))
            .execute(c)?;
    });
    Ok(())
}

/// The recognition of an awarding organisation, if known.
pub fn recognition(connection: &mut AnyConnection, organisation_id: i32) -> Result<Option<Recognition>, StoreError> {
    let row: Option<(String, Option<NaiveDate>)> = on_either!(connection, c => {
        awarding_recognitions::table
            .find(organisation_id)
            .select((awarding_recognitions::status, awarding_recognitions::ended_on))
            .first(c)
            .optional()
    })?;
    row.map(|(status, ended_on)| {
        let status = status.parse().map_err(|_| StoreError::Corrupt("awarding_recognitions.status"))?;
        Ok(Recognition { status, ended_on })
    })
    .transpose()
}

/// Sets the recognition of an awarding organisation.
pub fn set_recognition(
    connection: &mut AnyConnection,
    organisation_id: i32,
    recognition: Recognition,
) -> Result<(), StoreError> {
    let columns = (
        awarding_recognitions::organisation_id.eq(organisation_id),
        awarding_recognitions::status.eq(recognition.status.code()),
        awarding_recognitions::ended_on.eq(recognition.ended_on),
    );
    on_either!(connection, c => {
        diesel::insert_into(awarding_recognitions::table)
            .values(columns)
            .on_conflict(awarding_recognitions::organisation_id)
            .do_update()
            .set(columns)
            .execute(c)?;
    });
    Ok(())
}
