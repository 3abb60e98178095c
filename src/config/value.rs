//! Reads a value from text (option, environment) or TOML (file), and shows it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A type for a setting.
pub trait FromValue: Sized {
    /// From an option or an environment variable.
    ///
    /// # Errors
    /// What is valid, as a phrase.
    fn from_text(text: &str) -> Result<Self, String>;

    /// From the file in `folder`.
    ///
    /// # Errors
    /// What is valid, as a phrase.
    fn from_toml(value: &toml::Value, folder: &Path) -> Result<Self, String> {
        let _ = folder;
        match value {
            toml::Value::String(text) => Self::from_text(text),
            other => Err(format!("expected text, found {}", other.type_str())),
        }
    }

    /// As text, with secrets masked.
    fn show(&self) -> String;
}

impl FromValue for String {
    fn from_text(text: &str) -> Result<Self, String> {
        Ok(text.to_owned())
    }

    fn show(&self) -> String {
        self.clone()
    }
}

impl FromValue for bool {
    fn from_text(text: &str) -> Result<Self, String> {
        match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Ok(true),
            "false" | "0" | "no" | "off" => Ok(false),
            _ => Err("expected true or false".to_owned()),
        }
    }

    fn from_toml(value: &toml::Value, _folder: &Path) -> Result<Self, String> {
        value.as_bool().ok_or_else(|| format!("expected true or false, found {}", value.type_str()))
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

/// Whole numbers.
macro_rules! number {
    ($($type:ty),*) => {$(
        impl FromValue for $type {
            fn from_text(text: &str) -> Result<Self, String> {
                text.replace('_', "").parse().map_err(|_| format!("expected a whole number from 0 to {}", Self::MAX))
            }

            fn from_toml(value: &toml::Value, _folder: &Path) -> Result<Self, String> {
                let number = value.as_integer().ok_or_else(|| format!("expected a whole number, found {}", value.type_str()))?;
                Self::try_from(number).map_err(|_| format!("expected a whole number from 0 to {}", Self::MAX))
            }

            fn show(&self) -> String {
                self.to_string()
            }
        }
    )*};
}

number!(u16, u32, u64, usize);

impl FromValue for SocketAddr {
    fn from_text(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| "expected an address and port such as 127.0.0.1:8443 or [::1]:8443".to_owned())
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

/// Seconds, with fractions.
impl FromValue for Duration {
    fn from_text(text: &str) -> Result<Self, String> {
        text.parse()
            .ok()
            .and_then(|s| Self::try_from_secs_f64(s).ok())
            .ok_or_else(|| "expected a number of seconds".to_owned())
    }

    fn from_toml(value: &toml::Value, _folder: &Path) -> Result<Self, String> {
        match value {
            toml::Value::Integer(n) => Self::from_text(&n.to_string()),
            toml::Value::Float(n) => Self::from_text(&n.to_string()),
            other => Err(format!("expected a number of seconds, found {}", other.type_str())),
        }
    }

    fn show(&self) -> String {
        self.as_secs_f64().to_string()
    }
}

impl FromValue for PathBuf {
    fn from_text(text: &str) -> Result<Self, String> {
        if text.is_empty() { Err("expected a path".to_owned()) } else { Ok(Self::from(text)) }
    }

    fn from_toml(value: &toml::Value, folder: &Path) -> Result<Self, String> {
        let text = value.as_str().ok_or_else(|| format!("expected a path, found {}", value.type_str()))?;
        Self::from_text(text).map(|path| folder.join(path))
    }

    fn show(&self) -> String {
        self.display().to_string()
    }
}

/// A list in the file; elsewhere, paths separated by commas.
impl FromValue for Vec<PathBuf> {
    fn from_text(text: &str) -> Result<Self, String> {
        text.split(',').map(str::trim).filter(|path| !path.is_empty()).map(PathBuf::from_text).collect()
    }

    fn from_toml(value: &toml::Value, folder: &Path) -> Result<Self, String> {
        let list = value.as_array().ok_or_else(|| format!("expected a list of paths, found {}", value.type_str()))?;
        list.iter().map(|item| PathBuf::from_toml(item, folder)).collect()
    }

    fn show(&self) -> String {
        self.iter().map(FromValue::show).collect::<Vec<_>>().join(", ")
    }
}

impl FromValue for log::LevelFilter {
    fn from_text(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| "expected off, error, warn, info, debug or trace".to_owned())
    }

    fn show(&self) -> String {
        self.to_string().to_ascii_lowercase()
    }
}

/// A value that need not be set.
pub(super) struct Optional<T>(pub(super) Option<T>);

impl<T: FromValue> FromValue for Optional<T> {
    fn from_text(text: &str) -> Result<Self, String> {
        T::from_text(text).map(|value| Self(Some(value)))
    }

    fn from_toml(value: &toml::Value, folder: &Path) -> Result<Self, String> {
        T::from_toml(value, folder).map(|value| Self(Some(value)))
    }

    fn show(&self) -> String {
        self.0.as_ref().map(T::show).unwrap_or_default()
    }
}
