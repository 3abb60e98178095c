//! The rule that a registration follows a search for the same details (rules.md 2.5).

use chrono::TimeDelta;

use super::NotRegistered;
use crate::domain::{RuleSettings, codes};
use crate::model::{Door, Timestamp};
use crate::store::{AnyConnection, StoreError, searches};

/// The search must be recent. If it showed possible matches, somebody must have looked at them: a
/// person at the portal says that none of them is the learner; of a program, the time since then
/// must be long enough. At the portal the rule always holds (our choice).
pub(super) struct Procedure {
    required: Option<Window>,
    organisation_id: i32,
    details: String,
    looked: Looked,
}

/// How it is known that somebody has looked at the possible matches.
enum Looked {
    /// They said so.
    Dismissed,
    /// They are a person, and have not said so.
    NotYet,
    /// By the time that has passed.
    ByTime,
}

struct Window {
    earliest: Timestamp,
    latest_after_possible_matches: Timestamp,
}

impl Procedure {
    /// What must have happened before a registration now.
    pub(super) fn of(
        settings: &RuleSettings,
        door: Door,
        organisation_id: i32,
        details: &blake3::Hash,
        is_dismissed: bool,
        now: Timestamp,
    ) -> Self {
        let before = |duration| {
            TimeDelta::from_std(duration).ok().and_then(|delta| now.checked_sub_signed(delta)).unwrap_or(Timestamp::MIN)
        };
        let looked = match (is_dismissed, door) {
            (true, _) => Looked::Dismissed,
            (false, Door::Portal) => Looked::NotYet,
            (false, Door::WebService | Door::File | Door::CommandLine) => Looked::ByTime,
        };
        let required = (settings.require_recent_find || door == Door::Portal).then(|| Window {
            earliest: before(settings.recent_find_maximum),
            latest_after_possible_matches: before(settings.recent_find_minimum),
        });
        Self { required, organisation_id, details: details.to_hex().to_string(), looked }
    }

    /// Why the registration is refused; `None` if the procedure was followed.
    pub(super) fn departed_from(&self, store: &mut AnyConnection) -> Result<Option<NotRegistered>, StoreError> {
        let Some(window) = &self.required else { return Ok(None) };
        Ok(match searches::latest(store, self.organisation_id, &self.details)? {
            Some((at, outcome)) if at >= window.earliest => {
                let is_possible = outcome == codes::POSSIBLE_MATCHES;
                match self.looked {
                    Looked::Dismissed => None,
                    Looked::NotYet => {
                        (is_possible || outcome == codes::TOO_MANY_MATCHES).then_some(NotRegistered::NotDismissed)
                    }
                    Looked::ByTime => {
                        (is_possible && at > window.latest_after_possible_matches).then_some(NotRegistered::InHaste)
                    }
                }
            }
            _ => Some(NotRegistered::NoRecentFind),
        })
    }
}
