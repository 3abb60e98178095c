//! `[log]`: the log level.

use log::LevelFilter;

use super::ConfigError;
use super::reader::Reader;

/// The log goes to standard error.
#[derive(Debug, Clone)]
pub struct Log {
    /// Lowest level of our own messages; `info` has one line per call. Other crates are logged from
    /// `warn`.
    pub level: LevelFilter,
}

impl Log {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, ConfigError> {
        let level =
            reader.get_checked("log.level", LevelFilter::Info, |level| within(*level, log::STATIC_MAX_LEVEL))?;
        Ok(Self { level })
    }
}

/// Refuses a level whose messages were compiled out.
fn within(level: LevelFilter, most: LevelFilter) -> Result<(), String> {
    if level <= most {
        return Ok(());
    }
    let most = most.as_str().to_ascii_lowercase();
    Err(format!("this build has no messages below {most}; expected off, error, warn or {most}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_that_would_print_nothing_more_is_refused() {
        assert_eq!(within(LevelFilter::Info, LevelFilter::Info), Ok(()));
        assert_eq!(within(LevelFilter::Off, LevelFilter::Info), Ok(()));
        assert_eq!(
            within(LevelFilter::Debug, LevelFilter::Info),
            Err("this build has no messages below info; expected off, error, warn or info".to_owned())
        );
    }
}
