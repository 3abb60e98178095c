//! `[rules]`: choices that the service's published rules leave open.

use std::time::Duration;

use super::ConfigError;
use super::reader::Reader;

/// Settings for the domain's rules.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Whether a registration requires a previous search for the same five demographics by the same
    /// organisation (rules.md 2.5; off for web services by default).
    pub require_recent_find: bool,
    /// The maximum age of that search.
    pub recent_find_maximum: Duration,
    /// How old it must be, so that programs cannot search and register in one go.
    pub recent_find_minimum: Duration,
    /// How many years learners and audit lines are kept before `lrs audit erase` erases them.
    pub keep_years: u32,
}

impl Rules {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, ConfigError> {
        let keep_years = reader.get_checked("rules.keep_years", 66, |n| match n {
            1..=200 => Ok(()),
            _ => Err("must be from 1 to 200".to_owned()),
        })?;
        Ok(Self {
            keep_years,
            require_recent_find: reader.get("rules.register.require_recent_find", false)?,
            recent_find_maximum: reader.get("rules.register.recent_find_maximum_s", Duration::from_secs(120 * 60))?,
            recent_find_minimum: reader.get("rules.register.recent_find_minimum_s", Duration::from_secs(5))?,
        })
    }
}
