//! The schema migrations, embedded in the program: the same numbers and names for both databases.

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
