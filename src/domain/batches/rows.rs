//! The rows of a batch as every door hands them over: optional text under the names of the contract, nothing judged yet.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Declares a row: its members in the contract's order, each with the name that it has there.
macro_rules! batch_row {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $member:ident = $field:literal),+ $(,)? }) => {
        $(#[$meta])*
        ///
        /// Absent and empty text are the same. The row holds personal data: `Debug` shows none of it.
        #[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
        #[serde(default)]
        pub struct $name {
            $($(#[$doc])* #[serde(skip_serializing_if = "Option::is_none")] pub $member: Option<String>),+
        }

        impl $name {
            /// The names of the members, in the contract's order.
            pub const FIELDS: &'static [&'static str] = &[$($field),+];

            /// The text of a member by its name in the contract; absent and empty are `None`.
            pub fn get(&self, field: &str) -> Option<&str> {
                let text = match field {
                    $($field => self.$member.as_deref(),)+
                    _ => None,
                };
                text.filter(|text| !text.is_empty())
            }

            /// Sets a member by its name in the contract; `false` when there is none of this name.
            pub fn set(&mut self, field: &str, text: Option<String>) -> bool {
                match field {
                    $($field => self.$member = text,)+
                    _ => return false,
                }
                true
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    };
}
pub(crate) use batch_row;

batch_row! {
    /// A learner of a registration batch (`BatchLearner`, rules.md 2.7), and the two identifiers that files of version 3A add.
    RegistrationRow {
        /// The number, where the submitter knows it.
        uln = "ULN",
        /// The submitter's own name for the record, returned as sent.
        mis_identifier = "MISIdentifier",
        /// Title.
        title = "Title",
        /// Given name.
        given_name = "GivenName",
        /// Preferred given name.
        preferred_given_name = "PreferredGivenName",
        /// Middle or other names.
        middle_other_name = "MiddleOtherName",
        /// Family name.
        family_name = "FamilyName",
        /// Previous family name.
        previous_family_name = "PreviousFamilyName",
        /// Family name at age 16.
        family_name_at_age_16 = "FamilyNameAtAge16",
        /// School at age 16.
        school_at_age_16 = "SchoolAtAge16",
        /// First line of the address.
        address_line_1 = "LastKnownAddressLine1",
        /// Second line of the address.
        address_line_2 = "LastKnownAddressLine2",
        /// Town.
        address_town = "LastKnownAddressTown",
        /// County or city.
        address_county_or_city = "LastKnownAddressCountyOrCity",
        /// Postcode.
        postcode = "LastKnownPostCode",
        /// When the address was taken down, `yyyy-MM-dd`.
        date_of_address_capture = "DateOfAddressCapture",
        /// Date of birth, `yyyy-MM-dd`.
        date_of_birth = "DateOfBirth",
        /// Place of birth.
        place_of_birth = "PlaceOfBirth",
        /// E-mail address.
        email_address = "EmailAddress",
        /// Gender code.
        gender = "Gender",
        /// Nationality code.
        nationality = "Nationality",
        /// Scottish candidate number.
        scottish_candidate_number = "ScottishCandidateNumber",
        /// Code of the ability to share.
        ability_to_share = "AbilityToShare",
        /// What files of version 3A have in its place: 0 or 1 alone.
        privacy_notice_seen = "PrivacyNoticeSeen",
        /// Code of the verification type.
        verification_type = "VerificationType",
        /// What verified the identity, when the type is 999.
        other_verification_description = "OtherVerificationDescription",
        /// Notes.
        notes = "Notes",
        /// Unique candidate identifier (files of version 3A).
        unique_candidate_identifier = "UCI",
        /// Unique pupil number (files of version 3A).
        unique_pupil_number = "UPN",
    }
}

impl RegistrationRow {
    /// The code of the ability to share, under whichever name it was sent.
    pub fn sharing(&self) -> Option<&str> {
        self.get("AbilityToShare").or(self.get("PrivacyNoticeSeen"))
    }
}

batch_row! {
    /// A learner of a verify batch (`MIAPBatchLearnerToVerify`, rules.md 2.9).
    VerificationRow {
        /// The submitter's own name for the record, returned as sent.
        mis_identifier = "MISIdentifier",
        /// The number.
        uln = "ULN",
        /// Family name.
        family_name = "FamilyName",
        /// Given name.
        given_name = "GivenName",
        /// Date of birth, `yyyy-MM-dd`; compared only when given.
        date_of_birth = "DateOfBirth",
        /// Gender code; compared only when given.
        gender = "Gender",
    }
}
