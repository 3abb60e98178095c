//! The code lists of a learning event.

use std::fmt;
use std::str::FromStr;

use super::{UnknownCode, code_list};

code_list! {
    /// Where a learning event came from. QCFQ is our addition (rules.md 2.2).
    EventSource {
        /// An awarding organisation.
        Ao = "AO",
        /// A unit of the qualifications and credit framework.
        Qcfu = "QCFU",
        /// A qualification of the qualifications and credit framework.
        Qcfq = "QCFQ",
        /// The individualised learner record.
        Ilr = "ILR",
        /// The national pupil database.
        Npd = "NPD",
    }
}

impl EventSource {
    /// Whether awarding organisations maintain events of this source.
    pub const fn is_awarded(self) -> bool {
        matches!(self, Self::Ao | Self::Qcfu | Self::Qcfq)
    }
}

code_list! {
    /// State of a learning event; P and W are our choice, withdrawn events are not returned
    /// (rules.md 2.2).
    EventStatus {
        /// The achievement is final.
        Final = "F",
        /// Provisional.
        Provisional = "P",
        /// The achievement is withdrawn.
        Withdrawn = "W",
    }
}
