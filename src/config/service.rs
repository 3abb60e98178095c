//! `[service]`: whether the service is open.

use chrono::NaiveTime;

use super::reader::Reader;
use super::{ConfigError, FromValue};

/// Maintenance and opening hours.
#[derive(Debug, Clone)]
pub struct Service {
    /// If true, every call gets the maintenance page (HTTP 405, rules.md 3.4).
    pub maintenance: bool,
    /// Outside these hours, calls get WSEC0004. By the charter, the service is always open.
    pub hours: Hours,
}

/// Daily opening hours in London time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hours {
    /// Always open.
    Always,
    /// From the first time (inclusive) to the second (exclusive), past midnight if the second is
    /// earlier.
    Daily(NaiveTime, NaiveTime),
}

impl Hours {
    /// Whether the service is open at this time of day.
    pub fn open_at(&self, time: NaiveTime) -> bool {
        match *self {
            Self::Always => true,
            Self::Daily(from, to) if from <= to => from <= time && time < to,
            Self::Daily(from, to) => from <= time || time < to,
        }
    }
}

impl Service {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, ConfigError> {
        Ok(Self {
            maintenance: reader.get("service.maintenance", false)?,
            hours: reader.get("service.hours", Hours::Always)?,
        })
    }
}

impl FromValue for Hours {
    fn from_text(text: &str) -> Result<Self, String> {
        let wrong = || "expected 'always' or opening hours in London time, such as 07:00-19:30".to_owned();
        if text.eq_ignore_ascii_case("always") {
            return Ok(Self::Always);
        }
        let (from, to) = text.split_once('-').ok_or_else(wrong)?;
        let time = |t: &str| NaiveTime::parse_from_str(t.trim(), "%H:%M").map_err(|_| wrong());
        match (time(from)?, time(to)?) {
            (from, to) if from == to => Err(wrong()),
            (from, to) => Ok(Self::Daily(from, to)),
        }
    }

    fn show(&self) -> String {
        match self {
            Self::Always => "always".to_owned(),
            Self::Daily(from, to) => format!("{}-{}", from.format("%H:%M"), to.format("%H:%M")),
        }
    }
}
