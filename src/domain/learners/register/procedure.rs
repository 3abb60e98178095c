//! The rule that a registration follows a search for the same details (rules.md 2.5).

use chrono::TimeDelta;

use super::NotRegistered;
use crate::domain::{RuleSettings, codes};
use crate::model::Timestamp;
use crate::store::{AnyConnection, StoreError, searches};

/// The search must be recent and, if it showed possible matches, long enough ago for somebody to
/// have looked at them.
pub(super) struct Procedure {
    required: Option<Window>,
    organisation_id: i32,
    details: String,
}

struct Window {
    earliest: Timestamp,
    latest_after_possible_matches: Timestamp,
}

impl Procedure {
    /// What must have happened before a registration now.
    pub(super) fn of(settings: &RuleSettings, organisation_id: i32, details: &blake3::Hash, now: Timestamp) -> Self {
        let before = |duration| {
            TimeDelta::from_std(duration).ok().and_then(|delta| now.checked_sub_signed(delta)).unwrap_or(Timestamp::MIN)
        };
        let required = settings.require_recent_find.then(|| Window {
            earliest: before(settings.recent_find_maximum),
            latest_after_possible_matches: before(settings.recent_find_minimum),
        });
        Self { required, organisation_id, details: details.to_hex().to_string() }
    }

    /// Why the registration is refused; `None` if the procedure was followed.
    pub(super) fn departed_from(&self, store: &mut AnyConnection) -> Result<Option<NotRegistered>, StoreError> {
        let Some(window) = &self.required else { return Ok(None) };
        Ok(match searches::latest(store, self.organisation_id, &self.details)? {
            Some((at, outcome)) if at >= window.earliest => {
                let in_haste = outcome == codes::POSSIBLE_MATCHES && at > window.latest_after_possible_matches;
                in_haste.then_some(NotRegistered::InHaste)
            }
            _ => Some(NotRegistered::NoRecentFind),
        })
    }
}
