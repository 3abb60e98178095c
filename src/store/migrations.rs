//! The schema migrations, embedded in the program: the same numbers and names for both databases.

use diesel::connection::Connection;
use diesel::migration::MigrationSource;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::dialect::on_either;
use super::{AnyConnection, StoreError};

#[cfg(feature = "sqlite")]
const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
#[cfg(feature = "postgres")]
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Runs pending migrations and returns their names.
pub(super) fn run(connection: &mut AnyConnection) -> Result<Vec<String>, StoreError> {
    super::dialect::with_migration_lock(connection, |connection| {
        let migrations = migrations_for(connection);
        let ran = on_either!(connection, c => c.run_pending_migrations(migrations).map(names).map_err(failure))?;
        // A load that was killed has not created them.
        super::learners::make_search_indexes(connection)?;
        Ok(ran)
    })
}

/// A migration that this release knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// Its number, such as `0031`.
    pub number: String,
    /// Its number and what it is about.
    pub name: String,
    /// Whether the database has it.
    pub applied: bool,
}

/// The migrations that this release knows, oldest first.
pub(super) fn known(connection: &mut AnyConnection) -> Result<Vec<Migration>, StoreError> {
    let migrations = migrations_for(connection);
    on_either!(connection, c => {
        let applied = c.applied_migrations().map_err(failure)?;
        let known = embedded(c, &migrations)?;
        let mut known: Vec<Migration> = known
            .iter()
            .map(|each| Migration {
                number: each.name().version().to_string(),
                name: each.name().to_string(),
                applied: applied.contains(&each.name().version()),
            })
            .collect();
        known.sort_by(|one, other| one.number.cmp(&other.number));
        Ok(known)
    })
}

/// Undoes the migrations after the one of this number, newest first, each in a transaction of its
/// own, and returns their names.
pub(super) fn undo_after(connection: &mut AnyConnection, number: &str) -> Result<Vec<String>, StoreError> {
    super::dialect::with_migration_lock(connection, |connection| {
        let known = known(connection)?;
        match known.iter().find(|each| each.number == number) {
            Some(migration) if migration.applied => {}
            Some(Migration { name, .. }) => {
                return Err(StoreError::Undo(format!("the database does not have {name}, so it cannot go back to it")));
            }
            None => {
                return Err(StoreError::Undo(format!(
                    "there is no migration {number}; 'lrs migrate --list' has those that there are"
                )));
            }
        }
        let migrations = migrations_for(connection);
        on_either!(connection, c => {
            let later: Vec<_> = c.applied_migrations().map_err(failure)?;
            let mut later: Vec<String> = later.iter().map(ToString::to_string).filter(|each| each.as_str() > number).collect();
            later.sort();
            if let Some(unknown) = later.iter().find(|each| known.iter().all(|known| known.number != **each)) {
                return Err(StoreError::Undo(format!(
                    "this release does not know migration {unknown}, which the database has; undo it with the release that made it"
                )));
            }
            let known = embedded(c, &migrations)?;
            let mut undone = Vec::with_capacity(later.len());
            for number in later.iter().rev() {
                for migration in known.iter().filter(|each| each.name().version().to_string() == *number) {
                    c.revert_migration(migration.as_ref()).map_err(failure)?;
                    undone.push(migration.name().to_string());
                }
            }
            Ok(undone)
        })
    })
}

/// Runs these migrations alone, which some release had. The caller makes it one transaction.
pub(super) fn run_these(connection: &mut AnyConnection, versions: &[String]) -> Result<(), StoreError> {
    let migrations = migrations_for(connection);
    on_either!(connection, c => {
        let known = c.pending_migrations(migrations).map_err(failure)?;
        let name = |version: diesel::migration::MigrationVersion<'_>| version.to_string();
        let is_known = |version: &&String| known.iter().any(|each| name(each.name().version()) == **version);
        if let Some(later) = versions.iter().find(|version| !is_known(version)) {
            return Err(StoreError::Backup(format!(
                "this release does not know migration {later}: the backup is from a later release, which can restore it"
            )));
        }
        for migration in known.iter().filter(|each| versions.contains(&name(each.name().version()))) {
            c.run_migration(migration.as_ref()).map_err(failure)?;
        }
    });
    Ok(())
}

/// Whether no migration is pending.
pub(super) fn are_complete(connection: &mut AnyConnection) -> Result<bool, StoreError> {
    let migrations = migrations_for(connection);
    on_either!(connection, c => c.has_pending_migration(migrations).map(|missing| !missing).map_err(unanswered))
}

fn migrations_for(connection: &AnyConnection) -> EmbeddedMigrations {
    match connection {
        #[cfg(feature = "sqlite")]
        AnyConnection::Sqlite(_) => SQLITE,
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(_) => POSTGRES,
    }
}

/// The migrations for a connection's database.
fn embedded<C: Connection>(
    _connection: &C,
    migrations: &EmbeddedMigrations,
) -> Result<Vec<Box<dyn diesel::migration::Migration<C::Backend>>>, StoreError> {
    migrations.migrations().map_err(failure)
}

fn names(versions: Vec<diesel::migration::MigrationVersion<'_>>) -> Vec<String> {
    versions.iter().map(ToString::to_string).collect()
}

fn failure(error: Box<dyn std::error::Error + Send + Sync>) -> StoreError {
    StoreError::Migration(error.to_string())
}

/// Why the database did not say which migrations it has. A lost connection is told as such, so that
/// another one is tried.
fn unanswered(error: Box<dyn std::error::Error + Send + Sync>) -> StoreError {
    match error.downcast::<diesel::result::Error>() {
        Ok(error) => (*error).into(),
        Err(error) => failure(error),
    }
}
