//! Looks up each key in the sources, in order of precedence, and records where it was found. At the
//! end it reports keys that nothing asked for.

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;

use super::{ConfigError, FromValue, Sources, folder_of};

/// The prefix of all environment variables of the configuration.
pub(super) const PREFIX: &str = "LRS_";

/// The origin of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The built-in default.
    Default,
    /// The configuration file.
    File(PathBuf),
    /// An environment variable, by name.
    Environment(String),
    /// An option of the command line.
    Flag,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Flag => f.write_str("option"),
        }
    }
}

/// A setting as `lrs config show` prints it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// `section.key`.
    pub key: &'static str,
    /// The value as text, with secrets masked.
    pub value: String,
    /// The origin.
    pub origin: Origin,
}

/// A value found in one of the sources.
enum Found<'a> {
    Text(&'a str),
    Toml(&'a toml::Value),
}

/// Reads keys, one after the other.
pub(super) struct Reader<'a> {
    sources: &'a Sources,
    table: toml::Table,
    file: PathBuf,
    folder: PathBuf,
    settings: Vec<Setting>,
}

impl<'a> Reader<'a> {
    pub(super) fn open(sources: &'a Sources) -> Result<Self, ConfigError> {
        let file = sources.file.clone().unwrap_or_default();
        let table = match &sources.file {
            None => toml::Table::new(),
            Some(path) => {
                let name = path.display().to_string();
                let text = std::fs::read_to_string(path)
                    .map_err(|reason| ConfigError::Unreadable { path: name.clone(), reason })?;
                text.parse().map_err(|e| syntax_error(name, &text, &e))?
            }
        };
        let folder = folder_of(&file);
        Ok(Self { sources, table, file, folder, settings: Vec::new() })
    }

    /// The value of `key` (`section.key`), or `default` if it is not set.
    pub(super) fn get<T: FromValue>(&mut self, key: &'static str, default: T) -> Result<T, ConfigError> {
        self.get_checked(key, default, |_| Ok(()))
    }

    /// As [`Self::get`], with a check of the value, whose error says what is valid.
    pub(super) fn get_checked<T: FromValue>(
        &mut self,
        key: &'static str,
        default: T,
        check: impl FnOnce(&T) -> Result<(), String>,
    ) -> Result<T, ConfigError> {
        let (value, origin) = match self.find(key) {
            None => (default, Origin::Default),
            Some((found, origin)) => {
                // Paths in the file are relative to its folder, others to the current folder.
                let read = match found {
                    Found::Text(text) => T::from_text(text),
                    Found::Toml(value) => T::from_toml(value, &self.folder),
                };
                let value = read.map_err(|reason| ConfigError::Invalid { key, origin: origin.clone(), reason })?;
                (value, origin)
            }
        };
        check(&value).map_err(|reason| ConfigError::Invalid { key, origin: origin.clone(), reason })?;
        self.settings.push(Setting { key, value: value.show(), origin });
        Ok(value)
    }

    fn find(&self, key: &'static str) -> Option<(Found<'_>, Origin)> {
        if let Some(text) = self.sources.flags.get(key) {
            return Some((Found::Text(text), Origin::Flag));
        }
        let variable = variable_of(key);
        if let Some(text) = self.sources.environment.get(&variable) {
            return Some((Found::Text(text), Origin::Environment(variable)));
        }
        let mut parts = key.split('.');
        let mut value = self.table.get(parts.next()?)?;
        for part in parts {
            value = value.as_table()?.get(part)?;
        }
        Some((Found::Toml(value), Origin::File(self.file.clone())))
    }

    /// All settings that were read.
    ///
    /// # Errors
    /// A source has a key that nothing asked for.
    pub(super) fn finish(self) -> Result<Vec<Setting>, ConfigError> {
        let known: BTreeSet<&str> = self.settings.iter().map(|s| s.key).collect();
        let unknown = |key: String, origin: Origin, normal: &str| {
            let hint = nearest(normal, &known).map(str::to_owned);
            Err(ConfigError::UnknownKey { key, origin, hint })
        };
        for key in self.sources.flags.keys() {
            if !known.contains(key.as_str()) {
                return unknown(key.clone(), Origin::Flag, key);
            }
        }
        let variables: BTreeSet<String> = known.iter().map(|key| variable_of(key)).collect();
        for name in self.sources.environment.keys() {
            let Some(rest) = name.strip_prefix(PREFIX).map(str::to_ascii_lowercase) else { continue };
            if !variables.contains(name) && !is_no_setting(&rest) {
                return unknown(name.clone(), Origin::Environment(name.clone()), &rest.replacen('_', ".", 1));
            }
        }
        let mut keys = Vec::new();
        leaves("", &self.table, &known, &mut keys);
        match keys.into_iter().find(|key| !known.contains(key.as_str())) {
            Some(key) => unknown(key.clone(), Origin::File(self.file.clone()), &key),
            None => Ok(self.settings),
        }
    }
}

/// Whether a variable (without our prefix) is not a setting, but for clients (`demo.env`), for
/// tests, or set by Kubernetes, which describes a service named `lrs` this way to every container.
fn is_no_setting(rest: &str) -> bool {
    matches!(rest, "url" | "ca" | "update_goldens" | "port" | "service_host")
        || ["test_", "port_", "service_port"].iter().any(|start| rest.starts_with(start))
}

/// For example `LRS_LIMITS_BODY_BYTES` for `limits.body_bytes`.
fn variable_of(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "_").to_ascii_uppercase())
}

/// The keys of a file, with dots. Tables are entered unless they are known keys themselves.
fn leaves(prefix: &str, table: &toml::Table, known: &BTreeSet<&str>, into: &mut Vec<String>) {
    for (name, value) in table {
        let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        match value.as_table() {
            // An empty section is fine if it is one of ours.
            Some(inner) if !inner.is_empty() && !known.contains(key.as_str()) => leaves(&key, inner, known, into),
            Some(_) if known.iter().any(|k| k.starts_with(&format!("{key}."))) => {}
            _ => into.push(key),
        }
    }
}

/// The known key that is most similar to a mistyped one, if any is similar enough.
fn nearest<'k>(wrong: &str, known: &BTreeSet<&'k str>) -> Option<&'k str> {
    let last = |key: &str| key.rsplit('.').next().unwrap_or_default().to_owned();
    let distance = |key: &str| {
        strsim::damerau_levenshtein(wrong, key).min(
            // The other common mistake is the right key in the wrong section.
            if last(wrong) == last(key) { 2 } else { usize::MAX },
        )
    };
    known.iter().map(|key| (distance(key), *key)).min().filter(|(d, _)| *d <= 4).map(|(_, key)| key)
}

/// Message and position of a TOML error, without the text of the line, which may hold a password.
fn syntax_error(path: String, text: &str, error: &toml::de::Error) -> ConfigError {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    ConfigError::Syntax { path, reason: format!("line {line}, column {column}: {}", error.message()) }
}
