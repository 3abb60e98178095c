//! Turns submitted texts into a learner's record (rules.md 2.5, 4.4). Each field is read in one
//! place.

use std::str::FromStr;

use crate::domain::format::{Field, FieldError, FieldTexts, Rule, is_one_line};
use crate::model::{
    Address, Birth, Contact, Evidence, Identifiers, Learner, LearnerStatus, Names, OrgRef, Timestamp, Uln,
    VerificationType,
};

/// A record of version 1 from the texts of its fields.
///
/// # Errors
/// The first mandatory field that is missing, or the first invalid value.
pub(in crate::domain) fn new_learner(
    submitted: &FieldTexts<'_>,
    uln: Uln,
    registered_by: Option<OrgRef>,
    now: Timestamp,
) -> Result<Learner, FieldError> {
    let mut learner = Learner {
        id: 0,
        uln,
        version: 1,
        status: LearnerStatus::Active,
        master: None,
        names: Names {
            given: name(Field::GivenName, mandatory(submitted, Field::GivenName)?)?,
            family: name(Field::FamilyName, mandatory(submitted, Field::FamilyName)?)?,
            ..Names::default()
        },
        birth: Birth { date: needed(submitted, Field::DateOfBirth)?, place: None },
        gender: needed(submitted, Field::Gender)?,
        nationality: None,
        school_at_16: None,
        address: Address::at(needed(submitted, Field::LastKnownPostCode)?),
        contact: Contact::default(),
        identifiers: Identifiers::default(),
        evidence: Evidence { verification_type: needed(submitted, Field::VerificationType)?, other_description: None },
        ability_to_share: needed(submitted, Field::AbilityToShare)?,
        notes: None,
        registered_by,
        created_at: now,
        updated_at: now,
    };
    for (field, text) in submitted.iter().filter(|(field, _)| !Field::MANDATORY.contains(field)) {
        set(&mut learner, field, text)?;
    }
    says_what_was_seen(&learner)?;
    Ok(learner)
}

/// Sets a field; empty text clears it. The ULN never changes.
///
/// # Errors
/// If a mandatory field would be empty, or the value is invalid.
pub(super) fn set(learner: &mut Learner, field: Field, text: &str) -> Result<(), FieldError> {
    let Learner { names, birth, address, contact, identifiers, evidence, .. } = learner;
    let place = match field {
        Field::Uln => return Ok(()),
        Field::GivenName => return put(&mut names.given, name(field, text)),
        Field::FamilyName => return put(&mut names.family, name(field, text)),
        Field::DateOfBirth => return put(&mut birth.date, value(field, text)),
        Field::LastKnownPostCode => return put(&mut address.postcode, value(field, text)),
        Field::Gender => return put(&mut learner.gender, value(field, text)),
        Field::AbilityToShare => return put(&mut learner.ability_to_share, value(field, text)),
        Field::VerificationType => return put(&mut evidence.verification_type, value(field, text)),
        Field::DateOfAddressCapture if text.is_empty() => return put(&mut address.captured_on, Ok(None)),
        Field::DateOfAddressCapture => return put(&mut address.captured_on, value(field, text).map(Some)),
        Field::Title => &mut names.title,
        Field::PreferredGivenName => &mut names.preferred_given,
        Field::MiddleOtherName => &mut names.middle_other,
        Field::PreviousFamilyName => &mut names.previous_family,
        Field::FamilyNameAtAge16 => &mut names.family_at_16,
        Field::SchoolAtAge16 => &mut learner.school_at_16,
        Field::LastKnownAddressLine1 => &mut address.line_1,
        Field::LastKnownAddressLine2 => &mut address.line_2,
        Field::LastKnownAddressTown => &mut address.town,
        Field::LastKnownAddressCountyOrCity => &mut address.county_or_city,
        Field::PlaceOfBirth => &mut birth.place,
        Field::EmailAddress => &mut contact.email,
        Field::TelephoneNumber => &mut contact.telephone,
        Field::Nationality => &mut learner.nationality,
        Field::ScottishCandidateNumber => &mut identifiers.scottish_candidate_number,
        Field::Uci => &mut identifiers.uci,
        Field::Upn => &mut identifiers.upn,
        Field::OtherVerificationDescription => &mut evidence.other_description,
        Field::Notes => &mut learner.notes,
    };
    *place = (!text.is_empty()).then(|| text.to_owned());
    Ok(())
}

/// The names that were sent stand on one line (rules.md 2.1, our choice).
pub(super) fn names_stand_on_one_line(submitted: &FieldTexts<'_>) -> Result<(), FieldError> {
    let broken = |field: &Field| submitted.sent(*field).is_some_and(|text| !is_one_line(text));
    match Field::NAMES.into_iter().find(broken) {
        Some(field) => Err(FieldError { field, rule: Rule::OneLine }),
        None => Ok(()),
    }
}

/// Verification type 999 needs a description (rules.md 2.2).
pub(super) fn says_what_was_seen(learner: &Learner) -> Result<(), FieldError> {
    let Evidence { verification_type, other_description } = &learner.evidence;
    if *verification_type == VerificationType::Other && other_description.is_none() {
        return Err(FieldError { field: Field::OtherVerificationDescription, rule: Rule::DescriptionOfOther });
    }
    Ok(())
}

/// The value of a mandatory field.
pub(super) fn needed<T: FromStr>(submitted: &FieldTexts<'_>, field: Field) -> Result<T, FieldError> {
    value(field, mandatory(submitted, field)?)
}

fn mandatory<'a>(submitted: &FieldTexts<'a>, field: Field) -> Result<&'a str, FieldError> {
    submitted.filled(field).ok_or(field.missing())
}

fn put<T>(place: &mut T, value: Result<T, FieldError>) -> Result<(), FieldError> {
    *place = value?;
    Ok(())
}

/// A mandatory name: not all blank.
fn name(field: Field, text: &str) -> Result<String, FieldError> {
    if text.trim().is_empty() { Err(field.missing()) } else { Ok(text.to_owned()) }
}

/// The value that a text stands for.
pub(in crate::domain) fn value<T: FromStr>(field: Field, text: &str) -> Result<T, FieldError> {
    text.parse().map_err(|_| field.unreadable(text))
}
