//! The parts of the service, as the bar of each page lists them.

use super::access::Access;
use super::components::NavigationItem;
use crate::domain::Session;
use crate::model::Permission;

/// A part of the service: its name, its first page, and who may see that.
type Part = (&'static str, &'static str, Access);

static PARTS: &[Part] = &[
    ("Home", "/", Access::SignedIn),
    ("Find a learner", "/learners/find", Access::May(Permission::FindLearner)),
    ("Verify a learner", "/verify", Access::May(Permission::VerifyLearner)),
    ("Achievements", "/achievements", Access::May(Permission::SubmitAchievements)),
    ("Entries and results", "/entries", Access::May(Permission::SubmitAchievements)),
    ("Batches", "/batches", Access::May(Permission::SubmitBatches)),
    ("Exceptions", "/exceptions", Access::May(Permission::SubmitBatches)),
    ("Learner plans", "/plans", Access::May(Permission::MaintainPlans)),
    ("Data challenges", "/challenges", Access::Challenges),
    ("Users", "/users", Access::SuperUser),
    ("Certificates", "/certificates", Access::SuperUser),
    ("Check a file", "/check-a-file", Access::SignedIn),
    ("ULN problems", "/uln-problems", Access::May(Permission::VerifyLearner)),
    ("Cases", "/desk/incidents", Access::ServiceDesk),
    ("Problems to solve", "/desk/uln-problems", Access::ServiceDesk),
    ("Learners\u{2019} requests", "/desk/subjects", Access::ServiceDesk),
];

/// The parts that the user may open; the one of this path is marked.
pub(super) fn items(session: &Session, path: &str) -> Vec<NavigationItem> {
    PARTS
        .iter()
        .filter(|(_, _, access)| access.check(Some(session)).is_ok())
        .map(|(name, first, _)| NavigationItem::new(*name, *first).seen_from(path))
        .collect()
}
