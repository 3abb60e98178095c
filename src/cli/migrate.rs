//! `lrs migrate`: creates the store's tables, upgrades them to this release, or brings them back to
//! those of an earlier one.

use std::io::Write;

use super::config;
use super::failure::Failure;
use super::setup;
use crate::domain::Database;

/// Create the database tables, or upgrade them to this release
#[derive(Debug, clap::Args)]
#[command(after_help = "Running it twice does no harm. Stop the service before upgrading to another release.\n\n\
                        To go back to an earlier release, stop every server, make a backup, find the last migration of \
                        the earlier release with its 'lrs migrate --list', and run 'lrs migrate --back-to NUMBER' of the \
                        later one. What only later releases keep is lost.\n\n\
                        Example:\n  lrs migrate --config /etc/lrs/lrs.toml")]
pub struct Migrate {
    #[command(flatten)]
    config: config::File,
    /// List the migrations of this release, and which of them the database has; change nothing
    #[arg(long, conflicts_with = "back_to")]
    list: bool,
    /// Undo the migrations after the one of this number, for an earlier release. What only they keep is lost
    #[arg(long, value_name = "NUMBER")]
    back_to: Option<String>,
}

/// Runs the command.
pub fn run(migrate: &Migrate, out: &mut impl Write) -> Result<(), Failure> {
    let config = migrate.config.load()?;
    let database = setup::open(&config)?;
    match &migrate.back_to {
        _ if migrate.list => list(&database, out),
        Some(number) => go_back(&database, number, out),
        None => upgrade(&database, out),
    }
}

fn upgrade(database: &Database, out: &mut impl Write) -> Result<(), Failure> {
    let done = database.migrate().map_err(|error| Failure::doing("Cannot migrate the database", error))?;
    for name in &done {
        writeln!(out, "Applied {name}")?;
    }
    if done.is_empty() {
        writeln!(out, "The database is up to date.")?;
    }
    Ok(())
}

fn go_back(database: &Database, number: &str, out: &mut impl Write) -> Result<(), Failure> {
    let undone = database
        .undo_migrations_after(number)
        .map_err(|error| Failure::doing("Cannot undo migrations of the database", error))?;
    for name in &undone {
        writeln!(out, "Undid {name}")?;
    }
    if undone.is_empty() {
        writeln!(out, "The database has no later migration.")?;
    }
    Ok(())
}

fn list(database: &Database, out: &mut impl Write) -> Result<(), Failure> {
    let migrations = database.migrations().map_err(|error| Failure::doing("Cannot read the database", error))?;
    for migration in migrations {
        writeln!(out, "{:<9}{}", if migration.applied { "applied" } else { "pending" }, migration.name)?;
    }
    Ok(())
}
