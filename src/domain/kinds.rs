//! The list of the kinds of job: the one place that knows them all.

use std::sync::Arc;

use super::RuleSettings;
use super::achievements::Achievements;
use super::jobs::Kinds;
use super::registrations::Registrations;
use super::verifications::Verifications;

/// Every kind of job.
pub(super) fn all(settings: &RuleSettings) -> Kinds {
    Kinds::new(vec![Arc::new(Registrations::new(settings.clone())), Arc::new(Verifications), Arc::new(Achievements)])
}
