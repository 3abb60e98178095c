//! What the verbs that work on the store have in common: opening it, and the rules upon it.

use chrono::TimeDelta;

use super::config::File;
use super::failure::Failure;
use crate::config::{Config, Hours};
use crate::domain::{Administration, AdministrationError, Clock, MissLimits, OpeningHours, RuleSettings, Service};
use crate::store::{self, Store, StoreSettings};

/// Opens the store that the configuration names.
pub fn open(config: &Config) -> Result<Store, Failure> {
    let settings = StoreSettings { url: config.store.url.clone(), readers: config.store.readers };
    Store::open(&settings)
        .map_err(|error| Failure::doing("The store could not be opened", format!("{error}\nCheck store.url.")))
}

/// Opens the store that the configuration names, which must be there already: only `migrate` and `demo` make one.
pub fn open_existing(config: &Config) -> Result<Store, Failure> {
    match store::missing_file(&config.store.url) {
        Some(file) => Err(Failure::Failed(format!(
            "There is no database at {}. Check store.url, or make one with 'lrs migrate'.",
            file.display()
        ))),
        None => open(config),
    }
}

/// Refuses a store whose tables are not those of this release.
pub fn check_migrated(store: &Store) -> Result<(), Failure> {
    match store.is_ready() {
        Ok(true) => Ok(()),
        Ok(false) => Err(Failure::Failed(
            "The store's tables are missing or of another release. Run 'lrs migrate' first.".to_owned(),
        )),
        Err(error) => Err(Failure::doing("The store could not be read", error)),
    }
}

/// Refuses a store that takes no changes: every call leaves its trail there.
pub fn check_writable(store: &Store) -> Result<(), Failure> {
    store.check_writable().map_err(|error| {
        let advice = "Give the service a database that it may write: look at the permissions of its file and folder, the room on the \
                      disk, and on PostgreSQL at default_transaction_read_only.";
        Failure::doing("The store cannot be written", format!("{error}.\n{advice}"))
    })
}

/// The service's rules on the store.
pub fn service(config: &Config, store: Store) -> Service {
    let rules = RuleSettings {
        require_recent_find: config.rules.require_recent_find,
        recent_find_maximum: config.rules.recent_find_maximum,
        recent_find_minimum: config.rules.recent_find_minimum,
        hours: match config.service.hours {
            Hours::Always => None,
            Hours::Daily(from, until) => Some(OpeningHours { from, until }),
        },
        miss_limits: MissLimits {
            misses_per_hour: config.limits.misses_per_hour,
            failed_verifications_per_minute: config.limits.failed_verifications_per_minute,
            batch_records_per_hour: config.limits.batch_records_per_hour,
        },
        open_batches: config.jobs.open_each,
        batch_records_kept: TimeDelta::days(i64::from(config.jobs.keep_days)),
        ..RuleSettings::default()
    };
    Service::new(store, rules, Clock::system())
}

/// Does an operator's work on the store of a configuration, in the name of the system's user. When it returns, the work is written, and every
/// node goes by it.
pub fn administer<T>(
    file: &File,
    work: impl FnOnce(&Administration<'_>) -> Result<T, AdministrationError>,
) -> Result<T, Failure> {
    let config = file.load()?;
    let store = open_existing(&config)?;
    check_migrated(&store)?;
    let service = service(&config, store);
    let user = std::env::var("USER").unwrap_or_else(|_| "operator".to_owned());
    let administration = service.administration(&user);
    let outcome = work(&administration);
    administration.reach_every_node();
    service.store().close();
    outcome.map_err(|error| refused(&error))
}

/// Says what the operator may do about a refusal.
pub fn refused(error: &AdministrationError) -> Failure {
    let next = match error {
        AdministrationError::UnknownOrganisation(_) | AdministrationError::OrganisationExists => {
            " 'lrs org list' shows the organisations."
        }
        AdministrationError::UnknownCertificate(_) => " 'lrs cert list' shows the certificates.",
        AdministrationError::UnknownJob(_) | AdministrationError::JobIsOver(_) => " 'lrs batch list' shows the jobs.",
        AdministrationError::RevokedCertificate(_) => " Give the organisation a new one.",
        AdministrationError::RecordsDeleted(..)
        | AdministrationError::PasswordForm
        | AdministrationError::Service(_) => "",
    };
    Failure::Failed(format!("Nothing was changed: {error}.{next}"))
}
