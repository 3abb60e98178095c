//! Prints a learner's details, under the contract's names.

use std::fmt::Display;
use std::io::{self, Write};

use crate::model::{Address, Identifiers, Learner, Names, london_text};

/// Writes the fields that have a value.
pub fn show(learner: &Learner, out: &mut impl Write) -> io::Result<()> {
    let Names { title, given, middle_other, family, preferred_given, previous_family, family_at_16 } = &learner.names;
    let Address { line_1, line_2, town, county_or_city, postcode, captured_on } = &learner.address;
    let Identifiers { scottish_candidate_number, uci, upn } = &learner.identifiers;
    let mut lines = Lines { out };
    lines.line("ULN", learner.uln)?;
    lines.optional("MasterULN", &learner.master)?;
    lines.optional("Title", title)?;
    lines.line("GivenName", given)?;
    lines.optional("MiddleOtherName", middle_other)?;
    lines.line("FamilyName", family)?;
    lines.optional("PreferredGivenName", preferred_given)?;
    lines.optional("PreviousFamilyName", previous_family)?;
    lines.optional("FamilyNameAtAge16", family_at_16)?;
    lines.optional("SchoolAtAge16", &learner.school_at_16)?;
    lines.optional("LastKnownAddressLine1", line_1)?;
    lines.optional("LastKnownAddressLine2", line_2)?;
    lines.optional("LastKnownAddressTown", town)?;
    lines.optional("LastKnownAddressCountyOrCity", county_or_city)?;
    lines.line("LastKnownPostCode", postcode)?;
    lines.optional("DateOfAddressCapture", captured_on)?;
    lines.line("DateOfBirth", learner.birth.date)?;
    lines.optional("PlaceOfBirth", &learner.birth.place)?;
    lines.line("Gender", learner.gender)?;
    lines.optional("EmailAddress", &learner.contact.email)?;
    lines.optional("TelephoneNumber", &learner.contact.telephone)?;
    lines.optional("Nationality", &learner.nationality)?;
    lines.optional("ScottishCandidateNumber", scottish_candidate_number)?;
    lines.optional("UCI", uci)?;
    lines.optional("UPN", upn)?;
    lines.line("VerificationType", learner.evidence.verification_type)?;
    lines.optional("OtherVerificationDescription", &learner.evidence.other_description)?;
    lines.line("TierLevel", learner.evidence.tier_level())?;
    lines.line("AbilityToShare", learner.ability_to_share)?;
    lines.line("LearnerStatus", learner.status)?;
    lines.optional("Notes", &learner.notes)?;
    lines.line("VersionNumber", learner.version)?;
    lines.optional("RegisteredBy", &learner.registered_by)?;
    lines.line("Created", london_text(learner.created_at))?;
    lines.line("Updated", london_text(learner.updated_at))
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
