//! The list of all kinds of job, and the only place that knows them all.

use std::sync::Arc;

use super::RuleSettings;
use super::achievements::AchievementKind;
use super::jobs::Kinds;
use super::registrations::Registrations;
use super::verifications::Verifications;

/// All kinds of job.
pub(super) fn all(settings: &RuleSettings) -> Kinds {
    Kinds::new(vec![Arc::new(Registrations::new(settings.clone())), Arc::new(Verifications), Arc::new(AchievementKind)])
}
