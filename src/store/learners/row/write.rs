//! Converts learners to rows. The columns are a flat list, because PostgreSQL's COPY does not
//! accept nested ones.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::model::{
    Address, Birth, Contact, Evidence, Identifiers, Learner, Names, OrgRef, SearchKeys, Timestamp, Uln,
};
use crate::store::schema::learners;

/// All columns of the row except its number.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = learners, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(in crate::store::learners) struct Columns<'a> {
    uln: &'a str,
    version: i32,
    status: &'a str,
    master_uln: Option<&'a str>,
    has_linked: bool,
    // The names.
    title: Option<&'a str>,
    given_name: &'a str,
    middle_other_name: Option<&'a str>,
    family_name: &'a str,
    preferred_given_name: Option<&'a str>,
    previous_family_name: Option<&'a str>,
    family_name_at_age_16: Option<&'a str>,
    // Birth and the address.
    date_of_birth: NaiveDate,
    place_of_birth: Option<&'a str>,
    address_line_1: Option<&'a str>,
    address_line_2: Option<&'a str>,
    address_town: Option<&'a str>,
    address_county_or_city: Option<&'a str>,
    postcode: &'a str,
    date_of_address_capture: Option<NaiveDate>,
    // Contact, identifiers, evidence.
    email_address: Option<&'a str>,
    telephone_number: Option<&'a str>,
    scottish_candidate_number: Option<&'a str>,
    unique_candidate_identifier: Option<&'a str>,
    unique_pupil_number: Option<&'a str>,
    verification_type: &'a str,
    other_verification_description: Option<&'a str>,
    tier_level: &'a str,
    // Fields outside any part.
    gender: &'a str,
    nationality: Option<&'a str>,
    school_at_age_16: Option<&'a str>,
    ability_to_share: &'a str,
    notes: Option<&'a str>,
    registered_by: Option<&'a str>,
    created_at: Timestamp,
    updated_at: Timestamp,
    // The search keys.
    given_key: &'a str,
    preferred_given_key: Option<&'a str>,
    family_key: &'a str,
    previous_family_key: Option<&'a str>,
    family_at_16_key: Option<&'a str>,
    postcode_key: &'a str,
    outward: &'a str,
    given_phonetic: &'a str,
    family_phonetic: &'a str,
}

impl<'a> Columns<'a> {
    /// The columns of a learner. Each part is destructured, so that the compiler reports a field
    /// without a column.
    pub(in crate::store::learners) fn of(learner: &'a Learner, has_linked: bool, keys: &'a SearchKeys) -> Self {
        let Names { title, given, middle_other, family, preferred_given, previous_family, family_at_16 } =
            &learner.names;
        let Birth { date: date_of_birth, place } = &learner.birth;
        let Address { line_1, line_2, town, county_or_city, postcode, captured_on } = &learner.address;
        let Contact { email, telephone } = &learner.contact;
        let Identifiers { scottish_candidate_number, uci, upn } = &learner.identifiers;
        let Evidence { verification_type, other_description } = &learner.evidence;
        Self {
            uln: learner.uln.as_str(),
            version: learner.version,
            status: learner.status.code(),
            master_uln: learner.master.as_ref().map(Uln::as_str),
            has_linked,
            title: title.as_deref(),
            given_name: given,
            middle_other_name: middle_other.as_deref(),
            family_name: family,
            preferred_given_name: preferred_given.as_deref(),
            previous_family_name: previous_family.as_deref(),
            family_name_at_age_16: family_at_16.as_deref(),
            date_of_birth: *date_of_birth,
            place_of_birth: place.as_deref(),
            address_line_1: line_1.as_deref(),
            address_line_2: line_2.as_deref(),
            address_town: town.as_deref(),
            address_county_or_city: county_or_city.as_deref(),
            postcode: postcode.as_str(),
            date_of_address_capture: *captured_on,
            email_address: email.as_deref(),
            telephone_number: telephone.as_deref(),
            scottish_candidate_number: scottish_candidate_number.as_deref(),
            unique_candidate_identifier: uci.as_deref(),
            unique_pupil_number: upn.as_deref(),
            verification_type: verification_type.code(),
            other_verification_description: other_description.as_deref(),
            tier_level: learner.evidence.tier_level().code(),
            gender: learner.gender.code(),
            nationality: learner.nationality.as_deref(),
            school_at_age_16: learner.school_at_16.as_deref(),
            ability_to_share: learner.ability_to_share.code(),
            notes: learner.notes.as_deref(),
            registered_by: learner.registered_by.as_ref().map(OrgRef::as_str),
            created_at: learner.created_at,
            updated_at: learner.updated_at,
            given_key: &keys.given,
            preferred_given_key: keys.preferred_given.as_deref(),
            family_key: &keys.family,
            previous_family_key: keys.previous_family.as_deref(),
            family_at_16_key: keys.family_at_16.as_deref(),
            postcode_key: &keys.postcode,
            outward: &keys.outward,
            given_phonetic: &keys.given_phonetic,
            family_phonetic: &keys.family_phonetic,
        }
    }
}
