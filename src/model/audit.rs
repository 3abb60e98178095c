//! An audit line: who did what, when, through which door, about whom, with what outcome.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use super::codes::{UnknownCode, code_list};
use super::{Fingerprint, Timestamp, Uln};

code_list! {
    /// The way by which a call comes in.
    Door {
        /// A SOAP web service.
        WebService = "web-service",
        /// The portal.
        Portal = "portal",
        /// A batch file.
        File = "file",
        /// The command line of the service's operator.
        CommandLine = "command-line",
    }
}

/// An access to a learner's data, or a change of it. It contains personal data: `Debug` shows only
/// action, door and outcome.
#[derive(Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// When (UTC).
    pub at: Timestamp,
    /// The organisation's internal number, if it was identified.
    pub organisation_id: Option<i32>,
    /// The reference by which the caller named the organisation.
    pub organisation_ref: String,
    /// The organisation's name at that time.
    pub organisation_name: String,
    /// The user as named by the caller (a label, not authenticated).
    pub user_name: String,
    /// The client certificate.
    pub certificate: Option<Fingerprint>,
    /// The door.
    pub door: Door,
    /// What was done, as stored in the trail.
    pub action: Cow<'static, str>,
    /// The learner concerned.
    pub uln: Option<Uln>,
    /// The response code.
    pub outcome: String,
    /// Whether a learning record was shown: ViewAudit lists these lines.
    pub record_shown: bool,
    /// The internal number of the user's account, if the user signed in.
    pub account_id: Option<i32>,
    /// The internal number of the account to which it was done.
    pub about_account_id: Option<i32>,
}

impl fmt::Debug for AuditEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuditEntry")
            .field("door", &self.door)
            .field("action", &self.action)
            .field("outcome", &self.outcome)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_door_reads_back() {
        for door in Door::ALL {
            assert_eq!(door.code().parse(), Ok(*door));
        }
    }
}
