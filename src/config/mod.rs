//! The configuration, one struct per section. A command-line option overrides the environment
//! (`LRS_SECTION_KEY`), which overrides the file (`lrs.toml`), which overrides the default. The
//! origin of each value is kept for `lrs config show`. An unknown key is an error, because a
//! misspelt limit limits nothing.

mod jobs;
mod limits;
mod listeners;
mod log;
mod mail;
mod portal;
mod reader;
mod rules;
mod service;
mod store;
mod tls;
mod value;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use self::jobs::Jobs;
pub use self::limits::{Limits, files_for_connections};
pub use self::listeners::{Operations, Server};
pub use self::log::Log;
pub use self::mail::{Mail, ServerUrl};
pub use self::portal::Portal;
pub use self::reader::{Origin, Setting};
pub use self::rules::Rules;
pub use self::service::{Hours, Service};
pub use self::store::StoreLocation;
pub use self::tls::Tls;
pub use self::value::FromValue;

use self::reader::Reader;

/// All settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// `[server]`: the public listener.
    pub server: Server,
    /// `[portal]`: the listener for people at a browser.
    pub portal: Portal,
    /// `[operations]`: the loopback listener for health and metrics.
    pub operations: Operations,
    /// `[tls]`: certificate, key, trust roots, revocation lists.
    pub tls: Tls,
    /// `[store]`: the database.
    pub store: StoreLocation,
    /// `[limits]`: the most that a client can ask of the service.
    pub limits: Limits,
    /// `[rules]`: choices that the service's rules leave open.
    pub rules: Rules,
    /// `[service]`: maintenance and hours.
    pub service: Service,
    /// `[jobs]`: the workers.
    pub jobs: Jobs,
    /// `[mail]`: messages to users.
    pub mail: Mail,
    /// `[log]`: the log level.
    pub log: Log,
    settings: Vec<Setting>,
}

/// Where a configuration is read from. It is independent of the process, so that tests can choose
/// the environment.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The TOML file, if any. It must exist.
    pub file: Option<PathBuf>,
    /// Environment variables by name.
    pub environment: BTreeMap<String, String>,
    /// Command-line options by key, for example `server.listen`.
    pub flags: BTreeMap<String, String>,
}

impl Sources {
    /// The process's environment and this file, without options. Variables that are not UTF-8 are
    /// ignored.
    pub fn of_process(file: Option<PathBuf>) -> Self {
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(name, _)| name.starts_with(reader::PREFIX))
            .collect();
        Self { file, environment, flags: BTreeMap::new() }
    }

    /// Sets an option, which overrides all other sources.
    #[must_use]
    pub fn with_flag(mut self, key: &str, value: impl Into<String>) -> Self {
        self.flags.insert(key.to_owned(), value.into());
        self
    }
}

/// Why a configuration is invalid. The texts name the key and its origin, and never show a secret.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration {path}: {reason}")]
    Unreadable {
        /// The file.
        path: String,
        /// The system's error.
        reason: std::io::Error,
    },
    /// The file is not TOML. The reason has line and column, but not the line's text, which may
    /// hold a secret.
    #[error("{path} is not valid TOML: {reason}")]
    Syntax {
        /// The file.
        path: String,
        /// What is wrong, and where.
        reason: String,
    },
    /// An unknown key.
    #[error("unknown key {key} ({origin}){}", hint.as_ref().map(|h| format!("; did you mean {h}?")).unwrap_or_default())]
    UnknownKey {
        /// The key as written.
        key: String,
        /// The origin.
        origin: Origin,
        /// The most similar key that exists.
        hint: Option<String>,
    },
    /// An invalid value.
    #[error("{key} ({origin}): {reason}")]
    Invalid {
        /// The key.
        key: &'static str,
        /// Where the value was set.
        origin: Origin,
        /// What is valid.
        reason: String,
    },
}

impl Config {
    /// Reads and checks everything.
    ///
    /// # Errors
    /// The first [`ConfigError`].
    pub fn load(sources: &Sources) -> Result<Self, ConfigError> {
        let mut reader = Reader::open(sources)?;
        let server = Server::read(&mut reader)?;
        let portal = Portal::read(&mut reader)?;
        let operations = Operations::read(&mut reader)?;
        let tls = Tls::read(&mut reader)?;
        let store = StoreLocation::read(&mut reader)?;
        let limits = Limits::read(&mut reader)?;
        let rules = Rules::read(&mut reader)?;
        let service = Service::read(&mut reader)?;
        let jobs = Jobs::read(&mut reader)?;
        let mail = Mail::read(&mut reader)?;
        let log = Log::read(&mut reader)?;
        let settings = reader.finish()?;
        Ok(Self { server, portal, operations, tls, store, limits, rules, service, jobs, mail, log, settings })
    }

    /// Every setting with its value (secrets masked) and origin, as `lrs config show` prints them.
    pub fn settings(&self) -> &[Setting] {
        &self.settings
    }
}

/// The folder to which paths in a file are relative.
fn folder_of(file: &Path) -> PathBuf {
    file.parent().map(Path::to_path_buf).unwrap_or_default()
}

#[cfg(test)]
mod tests;
