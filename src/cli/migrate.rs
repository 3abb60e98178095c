//! `lrs migrate`: creates the store's tables, upgrades them to this release, or brings them back to
//! those of an earlier one.

use std::io::Write;

use super::config;
use super::failure::Failure;
use super::setup;
use crate::config::Config;
use crate::domain::{Database, MigrationState};

/// Create the database tables, or upgrade them to this release
#[derive(Debug, clap::Args)]
#[command(after_help = "Running it twice does no harm. Stop the service before upgrading to another release.\n\n\
                        To go back to an earlier release, stop every server and worker, make a backup, find the last \
                        migration of the earlier release with its 'lrs migrate --list', and run 'lrs migrate --back-to NUMBER' \
                        of the later one. What only later releases keep is lost.\n\n\
                        Examples:\n  lrs migrate --config /etc/lrs/lrs.toml\n  \
                        lrs migrate --list --config /etc/lrs/lrs.toml")]
pub struct Migrate {
    #[command(flatten)]
    config: config::File,
    /// List the migrations of this release, and which of them the database has; change nothing
    #[arg(long, conflicts_with = "back_to")]
    list: bool,
    /// Undo the migrations after the one of this number, for an earlier release. What only they
    /// keep is lost
    #[arg(long, value_name = "NUMBER")]
    back_to: Option<String>,
}

/// Runs the command.
pub fn run(migrate: &Migrate, out: &mut impl Write) -> Result<(), Failure> {
    let config = migrate.config.load()?;
    match &migrate.back_to {
        _ if migrate.list => list(&config, out),
        Some(number) => go_back(&config, number, out),
        None => upgrade(&config, out),
    }
}

fn upgrade(config: &Config, out: &mut impl Write) -> Result<(), Failure> {
    let database = setup::open(config)?;
    let done = database.migrate().map_err(|error| Failure::doing("Cannot migrate the database", error))?;
    for name in &done {
        writeln!(out, "Applied {name}")?;
    }
    if done.is_empty() {
        writeln!(out, "The database is up to date.")?;
    }
    Ok(())
}

fn go_back(config: &Config, number: &str, out: &mut impl Write) -> Result<(), Failure> {
    let service = setup::service(config, setup::open_existing(config)?);
    let mut undone = Vec::new();
    let outcome =
        service.administration(&setup::user()).undo_migrations_after(number, &mut |name| undone.push(name.to_owned()));
    service.database().close();
    for name in &undone {
        writeln!(out, "Undid {name}")?;
    }
    outcome.map_err(|error| Failure::doing("Cannot go back", error))?;
    if undone.is_empty() {
        writeln!(out, "The database has no later migration.")?;
    }
    Ok(())
}

fn list(config: &Config, out: &mut impl Write) -> Result<(), Failure> {
    setup::check_exists(config)?;
    let migrations =
        Database::migrations(&config.store.url).map_err(|error| Failure::doing("Cannot read the database", error))?;
    for migration in migrations {
        let state = match migration.state {
            MigrationState::Applied => "applied",
            MigrationState::Pending => "pending",
            MigrationState::Unknown => "unknown",
        };
        writeln!(out, "{state:<9}{}", migration.name)?;
    }
    Ok(())
}
