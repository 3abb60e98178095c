//! Configuration: one struct per concern. A value comes from a command-line flag, else the environment (`LRS_SECTION_KEY`), else the file
//! (`lrs.toml`), else the default; where it came from is kept for `lrs config show`. A key that nobody knows is an error, because a misspelt
//! limit is a limit that is not there.

mod jobs;
mod limits;
mod listeners;
mod log;
mod reader;
mod rules;
mod service;
mod store;
mod tls;
mod value;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use self::jobs::Jobs;
pub use self::limits::Limits;
pub use self::listeners::{Operations, Server};
pub use self::log::Log;
pub use self::reader::{Origin, Setting};
pub use self::rules::Rules;
pub use self::service::{Hours, Service};
pub use self::store::StoreLocation;
pub use self::tls::Tls;
pub use self::value::FromValue;

use self::reader::Reader;

/// Everything that can be set.
#[derive(Debug, Clone)]
pub struct Config {
    /// `[server]`: the public listener.
    pub server: Server,
    /// `[operations]`: the loopback listener for health and metrics.
    pub operations: Operations,
    /// `[tls]`: certificate, key, trust roots, revocation lists.
    pub tls: Tls,
    /// `[store]`: the database.
    pub store: StoreLocation,
    /// `[limits]`: sizes, times and numbers that a client cannot exceed.
    pub limits: Limits,
    /// `[rules]`: choices that the service's rules leave open.
    pub rules: Rules,
    /// `[service]`: maintenance and hours.
    pub service: Service,
    /// `[jobs]`: the workers that do batches.
    pub jobs: Jobs,
    /// `[log]`: how much is said.
    pub log: Log,
    settings: Vec<Setting>,
}

/// Where a configuration is read from. Nothing here touches the process, so that tests can say what the environment is.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The TOML file; `None` means that there is none. A file that is named must exist.
    pub file: Option<PathBuf>,
    /// Environment variables by name; those that do not begin with `LRS_` and a section's name are ignored.
    pub environment: BTreeMap<String, String>,
    /// Command-line flags by key, for example `server.listen`.
    pub flags: BTreeMap<String, String>,
}

impl Sources {
    /// The process's own environment and the given file, without flags. Variables that are not UTF-8 are left out.
    pub fn of_process(file: Option<PathBuf>) -> Self {
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(name, _)| name.starts_with(reader::PREFIX))
            .collect();
        Self { file, environment, flags: BTreeMap::new() }
    }

    /// Sets a flag: the strongest source.
    #[must_use]
    pub fn with_flag(mut self, key: &str, value: impl Into<String>) -> Self {
        self.flags.insert(key.to_owned(), value.into());
        self
    }
}

/// Why a configuration was refused. The texts name the key and where it was set, never a secret's value.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration {path}: {reason}")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system said.
        reason: std::io::Error,
    },
    /// The file is not TOML. Line and column are in the reason; the offending line is not shown, since it may hold a secret.
    #[error("{path} is not valid TOML: {reason}")]
    Syntax {
        /// The file.
        path: String,
        /// What is wrong, and where.
        reason: String,
    },
    /// A key that does not exist.
    #[error("unknown key {key} ({origin}){}", hint.as_ref().map(|h| format!("; did you mean {h}?")).unwrap_or_default())]
    UnknownKey {
        /// As it was written.
        key: String,
        /// Where it stands.
        origin: Origin,
        /// The nearest key that exists.
        hint: Option<String>,
    },
    /// A value that does not fit its key.
    #[error("{key} ({origin}): {reason}")]
    Invalid {
        /// The key.
        key: &'static str,
        /// Where the value was set.
        origin: Origin,
        /// What would be right.
        reason: String,
    },
}

impl Config {
    /// Reads and checks everything; the first mistake is reported.
    ///
    /// # Errors
    /// See [`ConfigError`].
    pub fn load(sources: &Sources) -> Result<Self, ConfigError> {
        let mut reader = Reader::open(sources)?;
        let server = Server::read(&mut reader)?;
        let operations = Operations::read(&mut reader)?;
        let tls = Tls::read(&mut reader)?;
        let store = StoreLocation::read(&mut reader)?;
        let limits = Limits::read(&mut reader)?;
        let rules = Rules::read(&mut reader)?;
        let service = Service::read(&mut reader)?;
        let jobs = Jobs::read(&mut reader)?;
        let log = Log::read(&mut reader)?;
        let settings = reader.finish()?;
        Ok(Self { server, operations, tls, store, limits, rules, service, jobs, log, settings })
    }

    /// Every setting with its value (secrets masked) and origin, in the order of the sections: what `lrs config show` prints.
    pub fn settings(&self) -> &[Setting] {
        &self.settings
    }
}

/// The folder that relative paths of a file are relative to.
fn folder_of(file: &Path) -> PathBuf {
    file.parent().map(Path::to_path_buf).unwrap_or_default()
}

#[cfg(test)]
mod tests;
