//! How each detail of a search agrees with a learner's, for a person who compares the two. It uses
//! the same comparisons as the score, so that what is called similar here counts there.

use chrono::NaiveDate;

use super::super::names::{normalise, normalise_optional, normalise_place, search_keys};
use super::closeness::{DateCloseness, date_closeness, one_edit_apart, similar_family, similar_given};
use super::query::NO_PLACE;
use crate::domain::format::Field;
use crate::model::{Gender, Learner, Postcode, SearchKeys};

/// How a detail agrees with the learner's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    /// The same, in another spelling at most; or a name of the learner's that is as good.
    Same,
    /// Not the same, but it counts as evidence: a slip, a nickname, an earlier name, a postcode of
    /// the same district.
    Similar,
    /// Another.
    Different,
    /// The register has none for the learner.
    NotHeld,
}

/// A detail of a search, compared with a learner's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ComparedField {
    /// The field.
    pub field: Field,
    /// How it agrees.
    pub likeness: Likeness,
}

impl Likeness {
    /// Compares one detail; `None` for a field by which nobody is searched. A text that is no value
    /// of the field is different.
    pub fn of(field: Field, asked: &str, learner: &Learner) -> Option<Self> {
        let keys = search_keys(learner);
        Some(match field {
            Field::GivenName => given(&normalise(asked), &keys),
            Field::FamilyName => family(&normalise(asked), &keys),
            Field::PreviousFamilyName => previous_family(&normalise(asked), &keys),
            Field::DateOfBirth => asked.parse().map_or(Self::Different, |asked| born(asked, learner.birth.date)),
            Field::Gender => asked.parse().map_or(Self::Different, |asked| gender(asked, learner.gender)),
            Field::LastKnownPostCode => asked.parse().map_or(Self::Different, |asked| postcode(&asked, &keys)),
            Field::SchoolAtAge16 => place(asked, learner.school_at_16.as_deref()),
            Field::PlaceOfBirth => place(asked, learner.birth.place.as_deref()),
            Field::EmailAddress => email(asked, learner.contact.email.as_deref()),
            _ => return None,
        })
    }

    const fn same_or(same: bool, similar: bool) -> Self {
        match (same, similar) {
            (true, _) => Self::Same,
            (false, true) => Self::Similar,
            (false, false) => Self::Different,
        }
    }
}

fn given(asked: &str, keys: &SearchKeys) -> Likeness {
    Likeness::same_or(
        keys.given_names().any(|name| name == asked),
        keys.given_names().any(|name| similar_given(asked, name)),
    )
}

fn family(asked: &str, keys: &SearchKeys) -> Likeness {
    let is_earlier = keys.earlier_family_names().any(|name| name == asked);
    Likeness::same_or(keys.family == asked, is_earlier || similar_family(asked, &keys.family))
}

fn previous_family(asked: &str, keys: &SearchKeys) -> Likeness {
    let mut earlier = keys.earlier_family_names().peekable();
    if earlier.peek().is_none() {
        return Likeness::NotHeld;
    }
    Likeness::same_or(
        keys.earlier_family_names().any(|name| name == asked),
        earlier.chain([keys.family.as_str()]).any(|name| similar_family(asked, name)),
    )
}

fn born(asked: NaiveDate, held: NaiveDate) -> Likeness {
    let closeness = date_closeness(asked, held);
    Likeness::same_or(closeness == Some(DateCloseness::Equal), closeness.is_some())
}

fn gender(asked: Gender, held: Gender) -> Likeness {
    if asked == held {
        Likeness::Same
    } else if held.is_known() {
        Likeness::Different
    } else {
        Likeness::NotHeld
    }
}

fn postcode(asked: &Postcode, keys: &SearchKeys) -> Likeness {
    let key = asked.key();
    if keys.postcode == key {
        Likeness::Same
    } else if keys.outward == NO_PLACE {
        Likeness::NotHeld
    } else {
        Likeness::same_or(false, keys.outward == asked.outward() || one_edit_apart(&keys.postcode, &key))
    }
}

fn place(asked: &str, held: Option<&str>) -> Likeness {
    let Some(held) = normalise_place(held) else { return Likeness::NotHeld };
    let asked = normalise_place(Some(asked)).unwrap_or_default();
    let one_holds_the_other = !asked.is_empty() && (held.contains(&asked) || asked.contains(&held));
    Likeness::same_or(held == asked, one_holds_the_other)
}

fn email(asked: &str, held: Option<&str>) -> Likeness {
    match held.filter(|text| normalise_optional(Some(text)).is_some()) {
        None => Likeness::NotHeld,
        Some(held) => Likeness::same_or(held.trim().to_lowercase() == asked.trim().to_lowercase(), false),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::tests::learner;
    use super::Likeness::{Different, NotHeld, Same, Similar};
    use super::*;

    #[test]
    fn each_detail_is_compared_as_the_search_compares_it() {
        let mut samantha = learner("Samantha", "Okafor-Reed", "2004-05-06", "CV4 9EE");
        samantha.names.preferred_given = Some("Mimi".to_owned());
        samantha.names.previous_family = Some("Reed".to_owned());
        samantha.school_at_16 = Some("St Synthia's School, Testham".to_owned());
        for (field, asked, expected) in [
            (Field::GivenName, "SAMANTHA", Same),
            (Field::GivenName, "Mimi", Same),
            (Field::GivenName, "Sam", Similar),
            (Field::GivenName, "Piet", Different),
            (Field::FamilyName, "okafor reed", Same),
            (Field::FamilyName, "Reed", Similar),
            (Field::FamilyName, "Zwart", Different),
            (Field::PreviousFamilyName, "Reed", Same),
            (Field::PreviousFamilyName, "Okafor", Similar),
            (Field::DateOfBirth, "2004-05-06", Same),
            (Field::DateOfBirth, "2004-06-05", Similar),
            (Field::DateOfBirth, "2004-05-07", Similar),
            (Field::DateOfBirth, "1999-12-31", Different),
            (Field::DateOfBirth, "yesterday", Different),
            (Field::LastKnownPostCode, "cv49ee", Same),
            (Field::LastKnownPostCode, "CV4 1AA", Similar),
            (Field::LastKnownPostCode, "AB12 3EQ", Different),
            (Field::SchoolAtAge16, "saint synthias school", Similar),
            (Field::SchoolAtAge16, "Elsewhere", Different),
            (Field::PlaceOfBirth, "Testham", NotHeld),
            (Field::EmailAddress, "sam@example.org", NotHeld),
        ] {
            assert_eq!(Likeness::of(field, asked, &samantha), Some(expected), "{field:?} {asked}");
        }
        assert_eq!(Likeness::of(Field::Notes, "synthetic", &samantha), None);
    }

    #[test]
    fn what_the_register_does_not_know_is_not_held() {
        let mut piet = learner("Piet", "Zwart", "2004-05-06", "ZZ99 9ZZ");
        piet.gender = Gender::NotKnown;
        assert_eq!(Likeness::of(Field::Gender, "2", &piet), Some(NotHeld));
        assert_eq!(Likeness::of(Field::Gender, "0", &piet), Some(Same));
        assert_eq!(Likeness::of(Field::LastKnownPostCode, "CV4 9EE", &piet), Some(NotHeld));
        assert_eq!(Likeness::of(Field::PreviousFamilyName, "Reed", &piet), Some(NotHeld));
        piet.gender = Gender::Male;
        assert_eq!(Likeness::of(Field::Gender, "0", &piet), Some(Different));
    }
}
