//! What the service tells users by e-mail.

use std::fmt;
use std::str::FromStr;

use super::codes::{UnknownCode, code_list};

code_list! {
    /// What a message to a user tells. No message has personal data of learners.
    MessageKind {
        /// An account waits for its password and second factor; with a link.
        Invitation = "invitation",
        /// The account now belongs to another organisation.
        Joined = "joined",
        /// The user asked for a new password; with a link.
        PasswordForgotten = "password-forgotten",
        /// The user asked for a new password, but the account is locked.
        Locked = "locked",
        /// A super user has reset the password; with a link.
        PasswordReset = "password-reset",
        /// A super user has reset the second factor; with a link.
        FactorReset = "factor-reset",
        /// The password was changed.
        PasswordChanged = "password-changed",
        /// The second factor was changed.
        FactorChanged = "factor-changed",
        /// A recovery code was used to sign in.
        RecoveryCodeUsed = "recovery-code-used",
        /// A certificate of the organisation ends within 60 days.
        CertificateEndsIn60 = "certificate-ends-60",
        /// A certificate of the organisation ends within 30 days.
        CertificateEndsIn30 = "certificate-ends-30",
        /// A certificate of the organisation ends within 7 days.
        CertificateEndsIn7 = "certificate-ends-7",
        /// A learning event data challenge waits for the user's organisation.
        ChallengeWaits = "challenge-waits",
        /// Something was done about a learning event data challenge that the user raised.
        ChallengeMoved = "challenge-moved",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_reads_back() {
        for kind in MessageKind::ALL {
            assert_eq!(kind.code().parse(), Ok(*kind));
        }
    }
}
