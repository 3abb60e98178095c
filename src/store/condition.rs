//! Whether the database is still the one that was opened, and whether it accepts writes.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::NaiveDate;
use diesel::prelude::*;

use super::schema::service_days;
use super::service_levels::FunctionDay;
use super::{StoreError, Transaction};

/// The number of rows in a trial write, and the length of each: more than the free space in a page,
/// so that the database must allocate.
const TRIAL_ROWS: usize = 8;
const TRIAL_LENGTH: usize = 1_000;

/// The file of an SQLite database, as identified when it was opened.
pub(super) struct DatabaseFile {
    path: PathBuf,
    device: u64,
    number: u64,
    /// Whether the last change was refused because of it.
    refuses: AtomicBool,
}

impl DatabaseFile {
    /// The file now at this path; `None` if the address is not a plain path.
    pub(super) fn at(path: PathBuf) -> Option<Self> {
        let file = fs::metadata(&path).ok()?;
        Some(Self { path, device: file.dev(), number: file.ino(), refuses: AtomicBool::new(false) })
    }

    /// Refuses if the file was removed or replaced: changes would go to a file that nobody will
    /// open again.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        let Self { path, device, number, .. } = self;
        let what = match fs::metadata(path) {
            Ok(file) if (file.dev(), file.ino()) == (*device, *number) => return Ok(()),
            Ok(_) => "was replaced",
            Err(_) => "was removed or cannot be seen",
        };
        Err(StoreError::Unreachable(format!(
            "{} {what} while it was open; stop the service, put the file back and start again",
            path.display()
        )))
    }

    /// Refuses a change in that case, because it would be lost after being acknowledged. Logs when
    /// that state begins and ends.
    pub(super) fn check_for_change(&self) -> Result<(), StoreError> {
        let place = self.check();
        if self.refuses.swap(place.is_err(), Ordering::Relaxed) != place.is_err() {
            match &place {
                Err(error) => log::error!("writes are refused: {error}"),
                Ok(()) => log::warn!("writes are accepted again: the database file is back"),
            }
        }
        place
    }
}

/// Writes a little and rolls it back. Fails if the database is read-only or the disk is full.
pub(super) fn try_a_change(transaction: &mut Transaction<'_>) -> Result<(), StoreError> {
    let day = NaiveDate::default();
    let rows: Vec<FunctionDay> = (0..TRIAL_ROWS)
        .map(|number| FunctionDay {
            day,
            function: format!("trial {number:>TRIAL_LENGTH$}"),
            answered: 0,
            failed: 0,
            failed_minutes: 0,
        })
        .collect();
    for row in &rows {
        diesel::insert_into(service_days::table).values(row).execute(&mut **transaction)?;
    }
    diesel::delete(
        service_days::table.filter(service_days::day.eq(day)).filter(service_days::function.like("trial %")),
    )
    .execute(&mut **transaction)?;
    Ok(())
}
