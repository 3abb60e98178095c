//! A learner's record as the texts of its fields, for those who show or compare it. The inverse of
//! what reads submitted texts.

use std::borrow::Cow;

use crate::domain::format::Field;
use crate::model::Learner;

/// A field of which two records differ. It holds personal data, so it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// The field.
    pub field: Field,
    /// Its text in the one; `None` if it is empty.
    pub before: Option<String>,
    /// Its text in the other; `None` if it is empty.
    pub after: Option<String>,
}

impl FieldChange {
    /// The fields of which two records differ, in the order of a batch file.
    pub fn between(before: &Learner, after: &Learner) -> Vec<Self> {
        let owned = |text: Option<Cow<'_, str>>| text.map(Cow::into_owned);
        Field::all()
            .filter_map(|field| {
                let (before, after) = (text_of(before, field), text_of(after, field));
                (before != after).then(|| Self { field, before: owned(before), after: owned(after) })
            })
            .collect()
    }
}

/// The text of a field as the contract writes it; `None` if the record has none.
pub fn text_of(learner: &Learner, field: Field) -> Option<Cow<'_, str>> {
    let Learner { names, birth, address, contact, identifiers, evidence, .. } = learner;
    let borrowed = match field {
        Field::Uln => return Some(learner.uln.as_str().to_owned().into()),
        Field::DateOfBirth => return Some(birth.date.to_string().into()),
        Field::DateOfAddressCapture => return address.captured_on.map(|day| day.to_string().into()),
        Field::GivenName => Some(names.given.as_str()),
        Field::FamilyName => Some(names.family.as_str()),
        Field::LastKnownPostCode => Some(address.postcode.as_str()),
        Field::Gender => Some(learner.gender.code()),
        Field::AbilityToShare => Some(learner.ability_to_share.code()),
        Field::VerificationType => Some(evidence.verification_type.code()),
        Field::Title => names.title.as_deref(),
        Field::PreferredGivenName => names.preferred_given.as_deref(),
        Field::MiddleOtherName => names.middle_other.as_deref(),
        Field::PreviousFamilyName => names.previous_family.as_deref(),
        Field::FamilyNameAtAge16 => names.family_at_16.as_deref(),
        Field::SchoolAtAge16 => learner.school_at_16.as_deref(),
        Field::LastKnownAddressLine1 => address.line_1.as_deref(),
        Field::LastKnownAddressLine2 => address.line_2.as_deref(),
        Field::LastKnownAddressTown => address.town.as_deref(),
        Field::LastKnownAddressCountyOrCity => address.county_or_city.as_deref(),
        Field::PlaceOfBirth => birth.place.as_deref(),
        Field::EmailAddress => contact.email.as_deref(),
        Field::TelephoneNumber => contact.telephone.as_deref(),
        Field::Nationality => learner.nationality.as_deref(),
        Field::ScottishCandidateNumber => identifiers.scottish_candidate_number.as_deref(),
        Field::Uci => identifiers.uci.as_deref(),
        Field::Upn => identifiers.upn.as_deref(),
        Field::OtherVerificationDescription => evidence.other_description.as_deref(),
        Field::Notes => learner.notes.as_deref(),
    };
    borrowed.map(Cow::Borrowed)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::super::details::new_learner;
    use super::*;
    use crate::domain::format::FieldTexts;
    use crate::domain::learners::register::random_uln;
    use crate::test_world::noon;

    fn samantha() -> FieldTexts<'static> {
        FieldTexts::default()
            .with(Field::GivenName, "Samantha")
            .with(Field::FamilyName, "Okafor")
            .with(Field::LastKnownPostCode, "CV4 9EE")
            .with(Field::DateOfBirth, "2004-05-06")
            .with(Field::Gender, "2")
            .with(Field::VerificationType, "999")
            .with(Field::OtherVerificationDescription, "a letter")
            .with(Field::AbilityToShare, "0")
    }

    fn learner(texts: &FieldTexts<'_>) -> Learner {
        new_learner(texts, random_uln(), None, noon()).unwrap()
    }

    proptest! {
        #[test]
        fn what_is_read_from_a_text_is_written_as_that_text(text in "[A-Za-z][A-Za-z '-]{0,20}[A-Za-z]", place in 0..Field::COUNT) {
            let field = Field::all().nth(place).unwrap();
            let sent = match field {
                Field::Uln => return Ok(()),
                Field::DateOfBirth | Field::DateOfAddressCapture => "2003-12-31",
                Field::LastKnownPostCode => "AB12 3EQ",
                Field::Gender | Field::AbilityToShare | Field::VerificationType => "1",
                _ => &*text,
            };
            let changed = learner(&samantha().with(field, sent));
            let text = |field| text_of(&changed, field).map(Cow::into_owned);
            prop_assert_eq!(text(field), Some(sent.to_owned()));
            for other in Field::all().filter(|other| ![field, Field::Uln].contains(other)) {
                prop_assert_eq!(text(other), samantha().filled(other).map(str::to_owned));
            }
        }
    }

    #[test]
    fn two_records_differ_in_the_fields_that_changed() {
        let samantha = samantha();
        let before = learner(&samantha.with(Field::Notes, "synthetic"));
        let after = learner(&samantha.with(Field::FamilyName, "Reed").with(Field::PlaceOfBirth, "Testham"));
        let after = Learner { uln: before.uln, ..after };
        let changes: Vec<_> = FieldChange::between(&before, &after)
            .into_iter()
            .map(|change| (change.field, change.before.unwrap_or_default(), change.after.unwrap_or_default()))
            .collect();
        let expected = [
            (Field::FamilyName, "Okafor", "Reed"),
            (Field::PlaceOfBirth, "", "Testham"),
            (Field::Notes, "synthetic", ""),
        ];
        assert_eq!(changes, expected.map(|(field, before, after)| (field, before.to_owned(), after.to_owned())));
        assert!(FieldChange::between(&after, &after).is_empty());
    }
}
