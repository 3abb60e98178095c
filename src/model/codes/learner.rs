//! The code lists of a learner.

use std::fmt;
use std::str::FromStr;

use super::{UnknownCode, code_list};

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
        /// Deleted: every operation returns "not found".
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
