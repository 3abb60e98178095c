//! The schema migrations, embedded in the program: the same numbers and names for both databases.

use diesel::migration::MigrationSource;
use diesel::prelude::*;
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
        let pending: Vec<Migration> = all(connection)?.into_iter().filter(|each| each.is(State::Pending)).collect();
        let migrations = migrations_for(connection);
        on_either!(connection, c => c.run_pending_migrations(migrations).map(drop).map_err(failure))?;
        // A load that was killed has not created them.
        super::learners::make_search_indexes(connection)?;
        Ok(pending.into_iter().map(|each| each.name).collect())
    })
}

/// A migration that this release knows, or that the database has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// Its number, such as `0031`.
    pub number: String,
    /// Its number and what it is about; of an unknown one, its number.
    pub name: String,
    /// Whether the database has it.
    pub state: State,
}

/// Whether a database has a migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It has.
    Applied,
    /// It has not.
    Pending,
    /// It has, from a later release: this one does not know it.
    Unknown,
}

impl Migration {
    fn is(&self, state: State) -> bool {
        self.state == state
    }
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = diesel::sql_types::Text)]
    version: String,
}

/// The migrations that this release knows, and those of later ones that the database has, in the
/// order of their numbers. It changes nothing: an empty database stays empty.
pub(super) fn all(connection: &mut AnyConnection) -> Result<Vec<Migration>, StoreError> {
    let applied = applied(connection)?;
    let migrations = migrations_for(connection);
    on_either!(connection, c => {
        let mut found: Vec<Migration> = embedded(c, &migrations)?
            .iter()
            .map(|each| {
                let number = each.name().version().to_string();
                let state = if applied.contains(&number) { State::Applied } else { State::Pending };
                Migration { number, name: each.name().to_string(), state }
            })
            .collect();
        let unknown: Vec<Migration> = applied
            .into_iter()
            .filter(|number| found.iter().all(|each| each.number != *number))
            .map(|number| Migration { name: number.clone(), number, state: State::Unknown })
            .collect();
        found.extend(unknown);
        found.sort_by(|one, other| one.number.cmp(&other.number));
        Ok(found)
    })
}

/// The numbers of the migrations that the database has.
fn applied(connection: &mut AnyConnection) -> Result<Vec<String>, StoreError> {
    if !super::dialect::has_table(connection, "__diesel_schema_migrations")? {
        return Ok(Vec::new());
    }
    let query = "SELECT version FROM __diesel_schema_migrations";
    let versions: Vec<Version> = on_either!(connection, c => diesel::sql_query(query).load(c))?;
    Ok(versions.into_iter().map(|each| each.version).collect())
}

/// The migrations that the database has after the one of this number or name, newest first.
pub(super) fn after(connection: &mut AnyConnection, last: &str) -> Result<Vec<Migration>, StoreError> {
    let all = all(connection)?;
    let Some(position) = all.iter().position(|each| each.number == last || each.name == last) else {
        return Err(StoreError::Undo(format!(
            "there is no migration '{last}'; 'lrs migrate --list' has those that there are"
        )));
    };
    if let Some(Migration { name, .. }) = all.get(position).filter(|each| !each.is(State::Applied)) {
        return Err(StoreError::Undo(format!("the database cannot go back to {name}, which it does not have")));
    }
    if let Some(Migration { number, .. }) = all.iter().skip(position).find(|each| each.is(State::Unknown)) {
        return Err(StoreError::Undo(format!(
            "the database has migration {number}, which this release does not know; undo it with the release that made it"
        )));
    }
    let later = all.into_iter().skip(position.saturating_add(1));
    Ok(later.rev().filter(|each| each.is(State::Applied)).collect())
}

/// Undoes these migrations, newest first, each in a transaction of its own, and tells the name of
/// each.
pub(super) fn undo(
    connection: &mut AnyConnection,
    later: &[Migration],
    undone: &mut dyn FnMut(&str),
) -> Result<(), StoreError> {
    super::dialect::with_migration_lock(connection, |connection| {
        let migrations = migrations_for(connection);
        on_either!(connection, c => {
            let known = embedded(c, &migrations)?;
            for Migration { number, name, .. } in later {
                for migration in known.iter().filter(|each| each.name().version().to_string() == *number) {
                    c.revert_migration(migration.as_ref())
                        .map_err(|error| StoreError::Undo(format!("{name} cannot be undone: {error}")))?;
                    undone(name);
                }
            }
        });
        Ok(())
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
