//! Prints one record, member by member, under the names of the contract.

use std::fmt::Display;
use std::io::{self, Write};

use crate::model::{Learner, london_text};

/// Writes the members that the record has.
pub fn show(learner: &Learner, out: &mut impl Write) -> io::Result<()> {
    let Learner {
        id: _,
        uln,
        version,
        status,
        master,
        title,
        given_name,
        middle_other_name,
        family_name,
        preferred_given_name,
        previous_family_name,
        family_name_at_age_16,
        school_at_age_16,
        address_line_1,
        address_line_2,
        address_town,
        address_county_or_city,
        postcode,
        date_of_address_capture,
        date_of_birth,
        place_of_birth,
        gender,
        email_address,
        nationality,
        scottish_candidate_number,
        verification_type,
        other_verification_description,
        tier_level,
        ability_to_share,
        notes,
        telephone_number,
        unique_candidate_identifier,
        unique_pupil_number,
        registered_by,
        created_at,
        updated_at,
    } = learner;
    let mut lines = Lines { out };
    lines.line("ULN", uln)?;
    lines.optional("MasterULN", master)?;
    lines.optional("Title", title)?;
    lines.line("GivenName", given_name)?;
    lines.optional("MiddleOtherName", middle_other_name)?;
    lines.line("FamilyName", family_name)?;
    lines.optional("PreferredGivenName", preferred_given_name)?;
    lines.optional("PreviousFamilyName", previous_family_name)?;
    lines.optional("FamilyNameAtAge16", family_name_at_age_16)?;
    lines.optional("SchoolAtAge16", school_at_age_16)?;
    lines.optional("LastKnownAddressLine1", address_line_1)?;
    lines.optional("LastKnownAddressLine2", address_line_2)?;
    lines.optional("LastKnownAddressTown", address_town)?;
    lines.optional("LastKnownAddressCountyOrCity", address_county_or_city)?;
    lines.line("LastKnownPostCode", postcode)?;
    lines.optional("DateOfAddressCapture", date_of_address_capture)?;
    lines.line("DateOfBirth", date_of_birth)?;
    lines.optional("PlaceOfBirth", place_of_birth)?;
    lines.line("Gender", gender)?;
    lines.optional("EmailAddress", email_address)?;
    lines.optional("TelephoneNumber", telephone_number)?;
    lines.optional("Nationality", nationality)?;
    lines.optional("ScottishCandidateNumber", scottish_candidate_number)?;
    lines.optional("UCI", unique_candidate_identifier)?;
    lines.optional("UPN", unique_pupil_number)?;
    lines.line("VerificationType", verification_type)?;
    lines.optional("OtherVerificationDescription", other_verification_description)?;
    lines.line("TierLevel", tier_level)?;
    lines.line("AbilityToShare", ability_to_share)?;
    lines.line("LearnerStatus", status)?;
    lines.optional("Notes", notes)?;
    lines.line("VersionNumber", version)?;
    lines.optional("RegisteredBy", registered_by)?;
    lines.line("Created", london_text(*created_at))?;
    lines.line("Updated", london_text(*updated_at))
}

struct Lines<'a, W> {
    out: &'a mut W,
}

impl<W: Write> Lines<'_, W> {
    fn line(&mut self, name: &str, value: impl Display) -> io::Result<()> {
        writeln!(self.out, "{name:28} {value}")
    }

    fn optional(&mut self, name: &str, value: &Option<impl Display>) -> io::Result<()> {
        match value {
            Some(value) => self.line(name, value),
            None => Ok(()),
        }
    }
}
