//! `lrs migrate`: creates the store's tables, or upgrades them to this release.

use std::io::Write;

use super::config;
use super::failure::Failure;
use super::setup;

/// Create the database tables, or upgrade them to this release
#[derive(Debug, clap::Args)]
#[command(after_help = "Running it twice does no harm. Stop the service before upgrading to another release.\n\n\
                        Example:\n  lrs migrate --config /etc/lrs/lrs.toml")]
pub struct Migrate {
    #[command(flatten)]
    config: config::File,
}

/// Runs the command.
pub fn run(migrate: &Migrate, out: &mut impl Write) -> Result<(), Failure> {
    let config = migrate.config.load()?;
    let database = setup::open(&config)?;
    let done = database.migrate().map_err(|error| Failure::doing("Cannot migrate the database", error))?;
    for name in &done {
        writeln!(out, "Applied {name}")?;
    }
    if done.is_empty() {
        writeln!(out, "The database is up to date.")?;
    }
    Ok(())
}
