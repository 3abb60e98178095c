//! `lrs migrate`: makes the store's tables, or brings them to this release.

use std::io::Write;

use super::config;
use super::failure::Failure;
use super::setup;

/// Make the tables of the store, or bring them to this release
#[derive(Debug, clap::Args)]
#[command(after_help = "Running it again changes nothing. Stop the service before it moves to another release.\n\n\
                        Example:\n  lrs migrate --config /etc/lrs/lrs.toml")]
pub struct Migrate {
    #[command(flatten)]
    config: config::File,
}

/// Runs the verb.
pub fn run(migrate: &Migrate, out: &mut impl Write) -> Result<(), Failure> {
    let config = migrate.config.load()?;
    let store = setup::open(&config)?;
    let done = store.migrate().map_err(|error| Failure::doing("The store could not be migrated", error))?;
    for name in &done {
        writeln!(out, "applied {name}")?;
    }
    if done.is_empty() {
        writeln!(out, "The store is up to date.")?;
    }
    Ok(())
}
