//! A copy of every table as of one moment, and the loading of such a copy into an empty database.
//! Either database can load what the other one copied. How the copy is written to a file is not
//! decided here.
//!
//! # The copy
//!
//! A row is a JSON array of its columns' values: texts, numbers and null. Truth values are 0 and 1,
//! bytes are hexadecimal, times are `2026-01-31 09:30:00` with three or six decimals where they are
//! not zero (which is how diesel writes them to SQLite, and it compares them as texts).
//!
//! # Invariants
//!
//! * All tables are read in one transaction, so the copy is consistent, and nobody waits for it.
//! * On SQLite, audit lines that are durable in the trail file and not yet in the table are part of
//!   the copy: see `trail_lines`.
//! * A database is loaded completely or not at all: on PostgreSQL in one transaction, on SQLite in
//!   another file that gets its name at the end.
//! * A new table or column needs no change here, but a column of a new type does: see `Kind`.

mod copy;
mod layout;
mod load;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use copy::copy;
pub use load::load;

/// What a copy contains.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// `sqlite` or `postgres`: the database that was copied.
    pub database: String,
    /// The migrations that had run, in order.
    pub migrations: Vec<String>,
    /// The tables, in the order of their rows.
    pub tables: Vec<Table>,
    /// The last number that each table gave to a row, deleted rows included.
    pub numbering: BTreeMap<String, i64>,
}

/// A table of a copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// The columns, in the order of a row's values.
    pub columns: Vec<String>,
    /// The number of rows.
    pub rows: u64,
}

/// Takes a copy: the contents first, then every row.
pub trait Sink {
    /// Why it could not take something; the copy ends with it.
    type Error: From<super::StoreError>;

    /// Takes the contents.
    fn begin(&mut self, contents: &Contents) -> Result<(), Self::Error>;

    /// Takes the next row.
    fn row(&mut self, row: &str) -> Result<(), Self::Error>;
}
