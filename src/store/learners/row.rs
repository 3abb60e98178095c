//! How a learner's record becomes a row and a row a record; every field is named once in each direction.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::model::{Learner, OrgRef, Timestamp, Uln};
use crate::store::StoreError;
use crate::store::schema::learners;

/// A learner as stored.
#[derive(Clone)]
pub struct Stored {
    /// The record.
    pub learner: Learner,
    /// Whether other numbers were merged into this one.
    pub has_linked: bool,
}

/// The search keys that are stored with a learner; the rules make them.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = learners)]
#[expect(missing_docs, reason = "the rules that make the keys say what each is")]
pub struct KeyColumns {
    pub given_key: String,
    pub preferred_given_key: Option<String>,
    pub family_key: String,
    pub previous_family_key: Option<String>,
    pub family_at_16_key: Option<String>,
    pub postcode_key: String,
    pub outward: String,
    pub given_phonetic: String,
    pub family_phonetic: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = learners)]
pub(super) struct Row {
    id: i64,
    uln: String,
    version: i32,
    status: String,
    master_uln: Option<String>,
    has_linked: bool,
    title: Option<String>,
    given_name: String,
    middle_other_name: Option<String>,
    family_name: String,
    preferred_given_name: Option<String>,
    previous_family_name: Option<String>,
    family_name_at_age_16: Option<String>,
    school_at_age_16: Option<String>,
    address_line_1: Option<String>,
    address_line_2: Option<String>,
    address_town: Option<String>,
    address_county_or_city: Option<String>,
    postcode: String,
    date_of_address_capture: Option<NaiveDate>,
    date_of_birth: NaiveDate,
    place_of_birth: Option<String>,
    gender: String,
    email_address: Option<String>,
    nationality: Option<String>,
    scottish_candidate_number: Option<String>,
    verification_type: String,
    other_verification_description: Option<String>,
    tier_level: String,
    ability_to_share: String,
    notes: Option<String>,
    telephone_number: Option<String>,
    unique_candidate_identifier: Option<String>,
    unique_pupil_number: Option<String>,
    registered_by: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl TryFrom<Row> for Stored {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let learner = Learner {
            id: row.id,
            uln: row.uln.parse().map_err(|_| StoreError::Corrupt("learners.uln"))?,
            version: row.version,
            status: row.status.parse().map_err(|_| StoreError::Corrupt("learners.status"))?,
            master: parse_optional(row.master_uln.as_deref(), "learners.master_uln")?,
            title: row.title,
            given_name: row.given_name,
            middle_other_name: row.middle_other_name,
            family_name: row.family_name,
            preferred_given_name: row.preferred_given_name,
            previous_family_name: row.previous_family_name,
            family_name_at_age_16: row.family_name_at_age_16,
            school_at_age_16: row.school_at_age_16,
            address_line_1: row.address_line_1,
            address_line_2: row.address_line_2,
            address_town: row.address_town,
            address_county_or_city: row.address_county_or_city,
            postcode: row.postcode.parse().map_err(|_| StoreError::Corrupt("learners.postcode"))?,
            date_of_address_capture: row.date_of_address_capture,
            date_of_birth: row.date_of_birth,
            place_of_birth: row.place_of_birth,
            gender: row.gender.parse().map_err(|_| StoreError::Corrupt("learners.gender"))?,
            email_address: row.email_address,
            nationality: row.nationality,
            scottish_candidate_number: row.scottish_candidate_number,
            verification_type: row
                .verification_type
                .parse()
                .map_err(|_| StoreError::Corrupt("learners.verification_type"))?,
            other_verification_description: row.other_verification_description,
            tier_level: row.tier_level.parse().map_err(|_| StoreError::Corrupt("learners.tier_level"))?,
            ability_to_share: row
                .ability_to_share
                .parse()
                .map_err(|_| StoreError::Corrupt("learners.ability_to_share"))?,
            notes: row.notes,
            telephone_number: row.telephone_number,
            unique_candidate_identifier: row.unique_candidate_identifier,
            unique_pupil_number: row.unique_pupil_number,
            registered_by: parse_optional(row.registered_by.as_deref(), "learners.registered_by")?,
            created_at: row.created_at,
            updated_at: row.updated_at,
        };
        Ok(Self { learner, has_linked: row.has_linked })
    }
}

fn parse_optional<T: std::str::FromStr>(text: Option<&str>, column: &'static str) -> Result<Option<T>, StoreError> {
    text.map(|text| text.parse().map_err(|_| StoreError::Corrupt(column))).transpose()
}

/// Everything of the row but its number.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = learners, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(super) struct Columns<'a> {
    uln: &'a str,
    version: i32,
    status: &'a str,
    master_uln: Option<&'a str>,
    title: Option<&'a str>,
    given_name: &'a str,
    middle_other_name: Option<&'a str>,
    family_name: &'a str,
    preferred_given_name: Option<&'a str>,
    previous_family_name: Option<&'a str>,
    family_name_at_age_16: Option<&'a str>,
    school_at_age_16: Option<&'a str>,
    address_line_1: Option<&'a str>,
    address_line_2: Option<&'a str>,
    address_town: Option<&'a str>,
    address_county_or_city: Option<&'a str>,
    postcode: &'a str,
    date_of_address_capture: Option<NaiveDate>,
    date_of_birth: NaiveDate,
    place_of_birth: Option<&'a str>,
    gender: &'a str,
    email_address: Option<&'a str>,
    nationality: Option<&'a str>,
    scottish_candidate_number: Option<&'a str>,
    verification_type: &'a str,
    other_verification_description: Option<&'a str>,
    tier_level: &'a str,
    ability_to_share: &'a str,
    notes: Option<&'a str>,
    telephone_number: Option<&'a str>,
    unique_candidate_identifier: Option<&'a str>,
    unique_pupil_number: Option<&'a str>,
    registered_by: Option<&'a str>,
    created_at: Timestamp,
    updated_at: Timestamp,
    has_linked: bool,
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
    pub(super) fn of(learner: &'a Learner, has_linked: bool, keys: &'a KeyColumns) -> Self {
        let Learner {
            id: _, // given by the database
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
        Self {
            uln: uln.as_str(),
            version: *version,
            status: status.code(),
            master_uln: master.as_ref().map(Uln::as_str),
            title: title.as_deref(),
            given_name,
            middle_other_name: middle_other_name.as_deref(),
            family_name,
            preferred_given_name: preferred_given_name.as_deref(),
            previous_family_name: previous_family_name.as_deref(),
            family_name_at_age_16: family_name_at_age_16.as_deref(),
            school_at_age_16: school_at_age_16.as_deref(),
            address_line_1: address_line_1.as_deref(),
            address_line_2: address_line_2.as_deref(),
            address_town: address_town.as_deref(),
            address_county_or_city: address_county_or_city.as_deref(),
            postcode: postcode.as_str(),
            date_of_address_capture: *date_of_address_capture,
            date_of_birth: *date_of_birth,
            place_of_birth: place_of_birth.as_deref(),
            gender: gender.code(),
            email_address: email_address.as_deref(),
            nationality: nationality.as_deref(),
            scottish_candidate_number: scottish_candidate_number.as_deref(),
            verification_type: verification_type.code(),
            other_verification_description: other_verification_description.as_deref(),
            tier_level: tier_level.code(),
            ability_to_share: ability_to_share.code(),
            notes: notes.as_deref(),
            telephone_number: telephone_number.as_deref(),
            unique_candidate_identifier: unique_candidate_identifier.as_deref(),
            unique_pupil_number: unique_pupil_number.as_deref(),
            registered_by: registered_by.as_ref().map(OrgRef::as_str),
            created_at: *created_at,
            updated_at: *updated_at,
            has_linked,
            given_key: &keys.given_key,
            preferred_given_key: keys.preferred_given_key.as_deref(),
            family_key: &keys.family_key,
            previous_family_key: keys.previous_family_key.as_deref(),
            family_at_16_key: keys.family_at_16_key.as_deref(),
            postcode_key: &keys.postcode_key,
            outward: &keys.outward,
            given_phonetic: &keys.given_phonetic,
            family_phonetic: &keys.family_phonetic,
        }
    }
}
