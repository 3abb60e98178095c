//! `[log]`: how much the program says about itself.

use log::LevelFilter;

use super::ConfigError;
use super::reader::Reader;

/// The log goes to standard error.
#[derive(Debug, Clone)]
pub struct Log {
    /// The least grave level of our own messages; `info` has one line a call. Other crates' messages are shown from `warn` on.
    pub level: LevelFilter,
}

impl Log {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, ConfigError> {
        Ok(Self { level: reader.get("log.level", LevelFilter::Info)? })
    }
}
