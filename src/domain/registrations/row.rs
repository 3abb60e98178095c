//! A row of a registration batch, as every door submits it.

use crate::domain::format::{Field, FieldTexts, batch_row};

batch_row! {
    /// A learner in a registration batch (`BatchLearner`, rules.md 2.7), with the two identifiers
    /// that files of version 3A add.
    RegistrationRow {
        /// The ULN, if the submitter knows it.
        uln = "ULN",
        /// The submitter's identifier for the record, returned as sent.
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
        /// When the address was recorded, `yyyy-MM-dd`.
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
        /// Code for the ability to share.
        ability_to_share = "AbilityToShare",
        /// Its replacement in files of version 3A: 0 or 1 only.
        privacy_notice_seen = "PrivacyNoticeSeen",
        /// Code for the verification type.
        verification_type = "VerificationType",
        /// What verified the identity, if the type is 999.
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
    /// A row of the texts that say something.
    pub fn of(texts: &FieldTexts<'_>) -> Self {
        let mut row = Self::default();
        for (field, text) in texts.iter().filter(|(_, text)| !text.is_empty()) {
            row.set(field.name(), Some(text.to_owned()));
        }
        row
    }

    /// The texts of the learner's fields; what was sent empty says nothing, because a file cannot
    /// tell empty from absent (our choice).
    pub fn texts(&self) -> FieldTexts<'_> {
        let texts: FieldTexts<'_> = Field::all().map(|field| (field, self.get(field.name()))).collect();
        texts.with(Field::AbilityToShare, self.sharing())
    }

    /// The code for the ability to share, under either name.
    pub fn sharing(&self) -> Option<&str> {
        self.get("AbilityToShare").or(self.get("PrivacyNoticeSeen"))
    }
}
