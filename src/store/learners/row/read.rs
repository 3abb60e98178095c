//! Converts rows to learners. Each part of a learner is a part of the row.

use std::str::FromStr;

use diesel::prelude::*;

use super::Stored;
use crate::model::{Address, Birth, Contact, Evidence, Identifiers, Learner, Names};
use crate::store::StoreError;
use crate::store::schema::learners;
use crate::store::values::{StoredDate, StoredTime};

/// The columns read of a learner. The tier level is omitted, because it follows from the
/// verification type.
#[derive(Queryable, Selectable)]
#[diesel(table_name = learners)]
pub(in crate::store::learners) struct Row {
    id: i64,
    uln: String,
    version: i32,
    status: String,
    master_uln: Option<String>,
    has_linked: bool,
    #[diesel(embed)]
    names: NameColumns,
    #[diesel(embed)]
    birth: BirthColumns,
    gender: String,
    nationality: Option<String>,
    school_at_age_16: Option<String>,
    #[diesel(embed)]
    address: AddressColumns,
    #[diesel(embed)]
    contact: ContactColumns,
    #[diesel(embed)]
    identifiers: IdentifierColumns,
    #[diesel(embed)]
    evidence: EvidenceColumns,
    ability_to_share: String,
    notes: Option<String>,
    registered_by: Option<String>,
    created_at: StoredTime,
    updated_at: StoredTime,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = learners)]
pub(in crate::store::learners) struct NameColumns {
    title: Option<String>,
    given_name: String,
    middle_other_name: Option<String>,
    family_name: String,
    preferred_given_name: Option<String>,
    previous_family_name: Option<String>,
    family_name_at_age_16: Option<String>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = learners)]
pub(in crate::store::learners) struct BirthColumns {
    date_of_birth: StoredDate,
    place_of_birth: Option<String>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = learners)]
pub(in crate::store::learners) struct AddressColumns {
    address_line_1: Option<String>,
    address_line_2: Option<String>,
    address_town: Option<String>,
    address_county_or_city: Option<String>,
    postcode: String,
    date_of_address_capture: Option<StoredDate>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = learners)]
pub(in crate::store::learners) struct ContactColumns {
    email_address: Option<String>,
    telephone_number: Option<String>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = learners)]
pub(in crate::store::learners) struct IdentifierColumns {
    scottish_candidate_number: Option<String>,
    unique_candidate_identifier: Option<String>,
    unique_pupil_number: Option<String>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = learners)]
pub(in crate::store::learners) struct EvidenceColumns {
    verification_type: String,
    other_verification_description: Option<String>,
}

impl TryFrom<Row> for Stored {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let learner = Learner {
            id: row.id,
            uln: value(&row.uln, "learners.uln")?,
            version: row.version,
            status: value(&row.status, "learners.status")?,
            master: row.master_uln.map(|text| value(&text, "learners.master_uln")).transpose()?,
            names: row.names.into(),
            birth: Birth { date: row.birth.date_of_birth.0, place: row.birth.place_of_birth },
            gender: value(&row.gender, "learners.gender")?,
            nationality: row.nationality,
            school_at_16: row.school_at_age_16,
            address: row.address.try_into()?,
            contact: Contact { email: row.contact.email_address, telephone: row.contact.telephone_number },
            identifiers: row.identifiers.into(),
            evidence: Evidence {
                verification_type: value(&row.evidence.verification_type, "learners.verification_type")?,
                other_description: row.evidence.other_verification_description,
            },
            ability_to_share: value(&row.ability_to_share, "learners.ability_to_share")?,
            notes: row.notes,
            registered_by: row.registered_by.map(|text| value(&text, "learners.registered_by")).transpose()?,
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        };
        Ok(Self { learner, has_linked: row.has_linked })
    }
}

pub(in crate::store::learners) fn value<T: FromStr>(text: &str, column: &'static str) -> Result<T, StoreError> {
    text.parse().map_err(|_| StoreError::Corrupt(column))
}

impl From<NameColumns> for Names {
    fn from(row: NameColumns) -> Self {
        Self {
            title: row.title,
            given: row.given_name,
            middle_other: row.middle_other_name,
            family: row.family_name,
            preferred_given: row.preferred_given_name,
            previous_family: row.previous_family_name,
            family_at_16: row.family_name_at_age_16,
        }
    }
}

impl TryFrom<AddressColumns> for Address {
    type Error = StoreError;

    fn try_from(row: AddressColumns) -> Result<Self, StoreError> {
        Ok(Self {
            line_1: row.address_line_1,
            line_2: row.address_line_2,
            town: row.address_town,
            county_or_city: row.address_county_or_city,
            postcode: value(&row.postcode, "learners.postcode")?,
            captured_on: row.date_of_address_capture.map(|date| date.0),
        })
    }
}

impl From<IdentifierColumns> for Identifiers {
    fn from(row: IdentifierColumns) -> Self {
        Self {
            scottish_candidate_number: row.scottish_candidate_number,
            uci: row.unique_candidate_identifier,
            upn: row.unique_pupil_number,
        }
    }
}
