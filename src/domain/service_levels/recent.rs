//! The last months for a public page: worked out at most once a minute, however often the page is
//! asked for.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{Months, TimeDelta};

use super::ServiceMonth;
use crate::domain::{Error, Status};
use crate::model::{Timestamp, london_day};

/// How many months are shown: this one and the twelve before it.
const SHOWN: u32 = 13;
/// How long they are kept: the service records its availability once a minute.
const KEPT: TimeDelta = TimeDelta::minutes(1);

/// The months, and when they were worked out.
#[derive(Default)]
pub(in crate::domain) struct RecentMonths(Mutex<Option<(Timestamp, Arc<[ServiceMonth]>)>>);

impl Status<'_> {
    /// This month and the twelve before it, newest first, without months before the first
    /// measurement; at most a minute old. Blocks.
    pub fn recent_months(&self) -> Result<Arc<[ServiceMonth]>, Error> {
        let now = self.0.inner.clock.now();
        // Those who ask meanwhile wait, and get the same months.
        let mut kept = self.0.inner.recent_months.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*kept {
            Some((at, months)) if now - *at < KEPT && *at <= now => return Ok(Arc::clone(months)),
            _ => {}
        }
        let today = london_day(now);
        let days = (0..SHOWN).filter_map(|back| today.checked_sub_months(Months::new(back)));
        let months = days.map(|day| self.month(day)).collect::<Result<Vec<_>, _>>()?;
        let months: Arc<[ServiceMonth]> = months.into_iter().filter(ServiceMonth::is_measured).collect();
        // Before the first measurement there is nothing to keep.
        *kept = (!months.is_empty()).then(|| (now, Arc::clone(&months)));
        Ok(months)
    }
}
