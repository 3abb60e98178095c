//! The texts of a learner's fields, out of the messages of LearnerService that have them all.

use std::borrow::Cow;

/// A field of a message: mandatory, or perhaps absent.
pub(super) trait Sent {
    /// Its text as it was sent.
    fn sent(&self) -> Option<&str>;
}

impl Sent for Cow<'_, str> {
    fn sent(&self) -> Option<&str> {
        Some(self)
    }
}

impl Sent for Option<Cow<'_, str>> {
    fn sent(&self) -> Option<&str> {
        self.as_deref()
    }
}

/// The fields that registering, updating and a record of a batch have in common. Each is named, so
/// that the compiler finds one that the contract has and this list has not.
macro_rules! sent {
    ($message:expr, $Message:ident { $($other:ident),* }) => {{
        let $Message {
            title,
            given_name,
            middle_other_name,
            family_name,
            preferred_given_name,
            previous_family_name,
            family_name_at_age16,
            school_at_age16,
            last_known_address_line1,
            last_known_address_line2,
            last_known_address_town,
            last_known_address_county_or_city,
            last_known_post_code,
            date_of_address_capture,
            date_of_birth,
            place_of_birth,
            gender,
            email_address,
            nationality,
            scottish_candidate_number,
            verification_type,
            other_verification_description,
            ability_to_share,
            notes,
            $($other: _,)*
        } = $message;
        [
            (Field::Title, title.sent()),
            (Field::GivenName, given_name.sent()),
            (Field::MiddleOtherName, middle_other_name.sent()),
            (Field::FamilyName, family_name.sent()),
            (Field::PreferredGivenName, preferred_given_name.sent()),
            (Field::PreviousFamilyName, previous_family_name.sent()),
            (Field::FamilyNameAtAge16, family_name_at_age16.sent()),
            (Field::SchoolAtAge16, school_at_age16.sent()),
            (Field::LastKnownAddressLine1, last_known_address_line1.sent()),
            (Field::LastKnownAddressLine2, last_known_address_line2.sent()),
            (Field::LastKnownAddressTown, last_known_address_town.sent()),
            (Field::LastKnownAddressCountyOrCity, last_known_address_county_or_city.sent()),
            (Field::LastKnownPostCode, last_known_post_code.sent()),
            (Field::DateOfAddressCapture, date_of_address_capture.sent()),
            (Field::DateOfBirth, date_of_birth.sent()),
            (Field::PlaceOfBirth, place_of_birth.sent()),
            (Field::Gender, gender.sent()),
            (Field::EmailAddress, email_address.sent()),
            (Field::Nationality, nationality.sent()),
            (Field::ScottishCandidateNumber, scottish_candidate_number.sent()),
            (Field::VerificationType, verification_type.sent()),
            (Field::OtherVerificationDescription, other_verification_description.sent()),
            (Field::AbilityToShare, ability_to_share.sent()),
            (Field::Notes, notes.sent()),
        ]
        .into_iter()
        .collect::<FieldTexts<'_>>()
    }};
}
pub(super) use sent;
