//! The portal, as people at a browser have it: signing in, finding a learner, and what protects
//! them.

#[path = "portal/achievements.rs"]
mod achievements;
#[path = "portal/batches.rs"]
mod batches;
#[path = "portal/behind_proxy.rs"]
mod behind_proxy;
#[path = "portal/certificate_requests.rs"]
mod certificate_requests;
#[path = "portal/certificates.rs"]
mod certificates;
#[path = "portal/challenges.rs"]
mod challenges;
#[path = "portal/changing.rs"]
mod changing;
#[path = "portal/desk.rs"]
mod desk;
#[path = "portal/finding.rs"]
pub mod finding;
#[path = "portal/headers.rs"]
mod headers;
#[path = "portal/hostile.rs"]
mod hostile;
#[path = "portal/interrupted.rs"]
mod interrupted;
#[path = "portal/links.rs"]
mod links;
#[path = "portal/matrix.rs"]
mod matrix;
#[path = "portal/parity.rs"]
mod parity;
#[path = "portal/passkeys.rs"]
mod passkeys;
#[path = "portal/plans.rs"]
mod plans;
#[path = "portal/records.rs"]
mod records;
#[path = "portal/registering.rs"]
mod registering;
#[path = "portal/report.rs"]
mod report;
#[path = "portal/service_pages.rs"]
mod service_pages;
#[path = "portal/signing_in.rs"]
mod signing_in;
#[path = "portal/strangers.rs"]
mod strangers;
#[path = "portal/subjects.rs"]
mod subjects;
#[path = "portal/uln_problems.rs"]
mod uln_problems;
#[path = "portal/users.rs"]
mod users;
#[path = "portal/verifying.rs"]
mod verifying;
#[path = "portal/waiting.rs"]
mod waiting;

pub use finding::open_learner;
pub use plans::plan;
