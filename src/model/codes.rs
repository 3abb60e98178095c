//! The closed code lists of the contract (rules.md 2.2): each value and its wire code.

use std::fmt;
use std::str::FromStr;

/// The text is not a code in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a code of the list {list}")]
pub struct UnknownCode {
    /// The list's name, e.g. `Gender`.
    pub list: &'static str,
}

/// Declares a code list: the enum, conversions to and from the wire code, and all values in order.
macro_rules! code_list {
    ($(#[$meta:meta])* $name:ident { $($(#[doc = $doc:literal])+ $variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[doc = $doc])+ $variant),+ }

        impl $name {
            /// All values of the list.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code, as sent and as stored.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// The meaning of the code, in a sentence.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+).trim_ascii()),+ }
            }
        }

        impl FromStr for $name {
            type Err = UnknownCode;

            fn from_str(code: &str) -> Result<Self, UnknownCode> {
                match code {
                    $($code => Ok(Self::$variant),)+
                    _ => Err(UnknownCode { list: stringify!($name) }),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.code())
            }
        }
    };
}
pub(super) use code_list;

code_list! {
    /// Gender as recorded by the service.
    Gender {
        /// Not known.
        NotKnown = "0",
        /// Male.
        Male = "1",
        /// Female.
        Female = "2",
        /// Not specified.
        NotSpecified = "9",
    }
}

impl Gender {
    /// The code as a number (`Gender` is an int in the R9 data contract).
    pub const fn number(self) -> i32 {
        match self {
            Self::NotKnown => 0,
            Self::Male => 1,
            Self::Female => 2,
            Self::NotSpecified => 9,
        }
    }

    /// Whether the value is informative: 0 and 9 never rule anybody out (rules.md 4.2).
    pub const fn is_known(self) -> bool {
        matches!(self, Self::Male | Self::Female)
    }
}

code_list! {
    /// How the learner's identity was verified.
    VerificationType {
        /// Not provided.
        NotProvided = "0",
        /// Relationship with school.
        RelationshipWithSchool = "1",
        /// Passport.
        Passport = "2",
        /// Driving licence.
        DrivingLicence = "3",
        /// ID card or other form of national identification.
        IdentityCard = "4",
        /// National Insurance card.
        NationalInsuranceCard = "5",
        /// Certificate of entitlement to funding.
        FundingCertificate = "6",
        /// Bank, credit or debit card.
        BankCard = "7",
        /// Other; `OtherVerificationDescription` says what.
        Other = "999",
    }
}

impl VerificationType {
    /// The code as a number.
    pub const fn number(self) -> i32 {
        match self {
            Self::NotProvided => 0,
            Self::RelationshipWithSchool => 1,
            Self::Passport => 2,
            Self::DrivingLicence => 3,
            Self::IdentityCard => 4,
            Self::NationalInsuranceCard => 5,
            Self::FundingCertificate => 6,
            Self::BankCard => 7,
            Self::Other => 999,
        }
    }

    /// The strength of the verification. Our choice (rules.md 2.2): derived from the type, never an
    /// input.
    pub const fn tier_level(self) -> TierLevel {
        match self {
            Self::NotProvided => TierLevel::Zero,
            Self::RelationshipWithSchool | Self::FundingCertificate | Self::Other => TierLevel::One,
            Self::Passport
            | Self::DrivingLicence
            | Self::IdentityCard
            | Self::NationalInsuranceCard
            | Self::BankCard => TierLevel::Two,
        }
    }
}

code_list! {
    /// Strength of the identity verification.
    TierLevel {
        /// Not verified.
        Zero = "0",
        /// Weak.
        One = "1",
        /// Strong.
        Two = "2",
    }
}

impl TierLevel {
    /// The code as a number.
    pub const fn number(self) -> i32 {
        match self {
            Self::Zero => 0,
            Self::One => 1,
            Self::Two => 2,
        }
    }
}

code_list! {
    /// Whether the learner has seen the privacy notice (FPN) and shares data.
    AbilityToShare {
        /// Privacy notice not seen.
        NotSeen = "0",
        /// Privacy notice seen, data are shared.
        Shares = "1",
        /// Privacy notice seen, data are not shared (historic; no longer set through web services).
        DoesNotShare = "2",
    }
}

impl AbilityToShare {
    /// The code as a number.
    pub const fn number(self) -> i32 {
        match self {
            Self::NotSeen => 0,
            Self::Shares => 1,
            Self::DoesNotShare => 2,
        }
    }
}

code_list! {
    /// State of the record. The labels are our choice (rules.md 2.2).
    LearnerStatus {
        /// Deleted: every operation answers "not found".
        Deleted = "0",
        /// Active.
        Active = "1",
        /// Merged into a master, which stands in for it.
        Merged = "2",
    }
}

impl LearnerStatus {
    /// The code as a number.
    pub const fn number(self) -> i32 {
        match self {
            Self::Deleted => 0,
            Self::Active => 1,
            Self::Merged => 2,
        }
    }
}

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

code_list! {
    /// State of a learning event; P and W are our choice, withdrawn events are not returned
    /// (rules.md 2.2).
    EventStatus {
        /// Final.
        Final = "F",
        /// Provisional.
        Provisional = "P",
        /// Withdrawn.
        Withdrawn = "W",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_code_reads_back() {
        for value in Gender::ALL {
            assert_eq!(value.code().parse(), Ok(*value));
            assert_eq!(value.code(), value.number().to_string());
        }
        for value in VerificationType::ALL {
            assert_eq!(value.code().parse(), Ok(*value));
            assert_eq!(value.code(), value.number().to_string());
        }
        for value in TierLevel::ALL {
            assert_eq!(value.code().parse(), Ok(*value));
            assert_eq!(value.code(), value.number().to_string());
        }
        for value in AbilityToShare::ALL {
            assert_eq!(value.code().parse(), Ok(*value));
            assert_eq!(value.code(), value.number().to_string());
        }
        for value in LearnerStatus::ALL {
            assert_eq!(value.code().parse(), Ok(*value));
            assert_eq!(value.code(), value.number().to_string());
        }
        for value in EventSource::ALL {
            assert_eq!(value.code().parse(), Ok(*value));
        }
        for value in EventStatus::ALL {
            assert_eq!(value.code().parse(), Ok(*value));
        }
    }

    #[test]
    fn other_text_is_refused() {
        for text in ["", "3", "01", " 1", "M"] {
            assert_eq!(text.parse::<Gender>(), Err(UnknownCode { list: "Gender" }));
        }
        assert!("8".parse::<VerificationType>().is_err());
        assert!("ao".parse::<EventSource>().is_err());
    }

    #[test]
    fn tier_level_follows_the_verification_type() {
        let tiers: Vec<_> = VerificationType::ALL.iter().map(|v| v.tier_level().code()).collect();
        assert_eq!(tiers, ["0", "1", "2", "2", "2", "2", "1", "2", "1"]);
    }
}
