//! Opens the store, and the rules upon it, for the commands that work on it.

use chrono::TimeDelta;

use super::config::File;
use super::failure::Failure;
use crate::config::{Config, Hours};
use crate::domain::{
    Administration, AdministrationError, Clock, Database, LoadLimits, MissLimits, OpeningHours, RuleSettings, Service,
};

/// Opens the store that the configuration names.
pub fn open(config: &Config) -> Result<Database, Failure> {
    Database::open(&config.store.url, config.store.readers)
        .map_err(|error| Failure::doing("Cannot open the database", format!("{error}\nCheck store.url.")))
}

/// Opens the store that the configuration names. It must exist: only `migrate` and `demo` create
/// one.
pub fn open_existing(config: &Config) -> Result<Database, Failure> {
    check_exists(config)?;
    open(config)
}

/// Refuses a store that is a missing file.
pub fn check_exists(config: &Config) -> Result<(), Failure> {
    match Database::missing_file(&config.store.url) {
        Some(file) => Err(Failure::Failed(format!(
            "There is no database at {}. Check store.url, or create it with 'lrs migrate'.",
            file.display()
        ))),
        None => Ok(()),
    }
}

/// Refuses a store whose tables are missing or from another release.
pub fn check_migrated(database: &Database) -> Result<(), Failure> {
    match database.is_ready() {
        Ok(true) => Ok(()),
        Ok(false) => Err(Failure::Failed(
            "The database's tables are missing or from another release. Run 'lrs migrate' first.".to_owned(),
        )),
        Err(error) => Err(Failure::doing("Cannot read the database", error)),
    }
}

/// Refuses a store that cannot be written: every call writes to the audit trail.
pub fn check_writable(database: &Database) -> Result<(), Failure> {
    database.await_writable().map_err(|error| {
        let advice = "Check the permissions of the database file and its folder, and the free space on the disk; on PostgreSQL, \
                      check default_transaction_read_only.";
        Failure::doing("Cannot write to the database", format!("{error}.\n{advice}"))
    })
}

/// Has the replica that the configuration names answer searches.
pub fn use_replica(config: &Config, database: &Database) -> Result<(), Failure> {
    let Some(url) = &config.store.replica_url else { return Ok(()) };
    database
        .use_replica(url)
        .map_err(|error| Failure::doing("Cannot use the replica", format!("{error}\nCheck store.replica_url.")))
}

/// The service's rules on the store.
pub fn service(config: &Config, database: Database) -> Service {
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
        load_limits: LoadLimits {
            calls_per_second_by_organisation: config.limits.calls_per_second_by_organisation,
            calls_per_second_by_certificate: config.limits.calls_per_second_by_certificate,
            calls_at_once: config.limits.calls_at_once,
            calls_at_once_by_organisation: config.limits.calls_at_once_by_organisation,
            calls_at_once_by_certificate: config.limits.calls_at_once_by_certificate,
        },
        open_batches: config.jobs.open_each,
        open_batches_by_certificate: config.jobs.open_by_certificate,
        batch_records_kept: TimeDelta::days(i64::from(config.jobs.keep_days)),
        kept_years: config.rules.keep_years,
        ..RuleSettings::default()
    };
    Service::new(database, rules, Clock::system())
}

/// Does an operator's work on the configured store, in the name of the system's user. On return the
/// work is committed, and every node respects it.
pub fn administer<T>(
    file: &File,
    work: impl FnOnce(&Administration<'_>) -> Result<T, AdministrationError>,
) -> Result<T, Failure> {
    let config = file.load()?;
    let database = open_existing(&config)?;
    check_migrated(&database)?;
    let service = service(&config, database);
    let user = user();
    let administration = service.administration(&user);
    let outcome = work(&administration);
    administration.reach_every_node();
    service.database().close();
    outcome.map_err(|error| refused(&error))
}

/// The system's user, in whose name operators' actions are audited.
pub fn user() -> String {
    std::env::var("USER").unwrap_or_else(|_| "operator".to_owned())
}

/// Says what the operator can do about a refusal.
pub fn refused(error: &AdministrationError) -> Failure {
    let next = match error {
        AdministrationError::UnknownOrganisation(_) | AdministrationError::OrganisationExists => {
            " To list the organisations, run 'lrs org list'."
        }
        AdministrationError::UnknownCertificate(_) => " To list the certificates, run 'lrs cert list'.",
        AdministrationError::UnknownRequest(_) | AdministrationError::OtherKey(_) => {
            " To list the requests, run 'lrs cert requests'."
        }
        AdministrationError::TooManyCertificates(_) => " A super user of it, or 'lrs cert revoke', can revoke one.",
        AdministrationError::UnknownJob(_) | AdministrationError::JobIsOver(_) => {
            " To list the jobs, run 'lrs batch list'."
        }
        AdministrationError::RevokedCertificate(_) => " Issue the organisation a new one.",
        AdministrationError::RecordsDeleted(..)
        | AdministrationError::PasswordForm
        | AdministrationError::UserExists
        | AdministrationError::FactorSecret
        | AdministrationError::Service(_) => "",
    };
    Failure::Failed(format!("Nothing was changed: {error}.{next}"))
}
