use super::*;
use crate::model::{AbilityToShare, TierLevel};

fn update(world: &World, change: &LearnerChange<'_>) -> Updated {
    world.call(Action::UpdateLearner, |caller| world.service.learners().update(caller, change)).unwrap()
}

#[test]
fn a_change_counts_the_version_up() {
    each_world(|world| {
        let uln = world.registered(&ada().with(Field::PlaceOfBirth, "Testham"));
        world.clock.advance(TimeDelta::hours(1));
        let change = LearnerChange {
            uln: Some(uln),
            version: 1,
            fields: FieldTexts::default()
                .with(Field::PlaceOfBirth, "")
                .with(Field::LastKnownPostCode, "AB123EQ")
                .with(Field::VerificationType, "5")
                .with(Field::Notes, "synthetic"),
        };
        assert_eq!(update(world, &change), Updated::Updated);
        let learner = world.learner(uln);
        assert_eq!((learner.version, learner.birth.place.as_deref()), (2, None));
        assert_eq!((learner.address.postcode.as_str(), learner.notes.as_deref()), ("AB12 3EQ", Some("synthetic")));
        assert_eq!(learner.evidence.tier_level(), TierLevel::Two);
        assert_eq!(learner.updated_at - learner.created_at, TimeDelta::hours(1));
        assert_eq!(world.trail(uln)[1], ("update-learner".to_owned(), "WSRC0006".to_owned()));

        assert_eq!(update(world, &change), Updated::Stale(Box::new(learner)), "with the learner as they are");
        assert_eq!(update(world, &LearnerChange { version: 2, ..change }), Updated::NoChange);
        let moved = ada().with(Field::LastKnownPostCode, "AB12 3EQ");
        assert_eq!(world.search(&moved).code(), "WSRC0004", "the search keys follow");
    });
}

#[test]
fn nothing_to_change() {
    each_world(|world| {
        let uln = world.registered(&ada());
        let nothing = LearnerChange {
            uln: Some(uln),
            version: 1,
            fields: FieldTexts::default().with(Field::LastKnownPostCode, "cv4 9EE"),
        };
        assert_eq!(update(world, &nothing), Updated::NoChange);
        for uln in ["1000000000", "1026893097"] {
            assert_eq!(update(world, &LearnerChange { uln: uln.parse().ok(), ..nothing }).code(), "WSRC0019");
        }
        world.delete(uln);
        assert_eq!(update(world, &nothing), Updated::NotFound);
    });
}

#[test]
fn mandatory_fields_cannot_be_cleared() {
    each_world(|world| {
        let uln = world.registered(&ada());
        let none = LearnerChange { uln: Some(uln), version: 1, ..LearnerChange::default() };
        for change in [
            LearnerChange { fields: none.fields.with(Field::GivenName, ""), ..none },
            LearnerChange { fields: none.fields.with(Field::FamilyName, " "), ..none },
            LearnerChange { fields: none.fields.with(Field::LastKnownPostCode, ""), ..none },
            LearnerChange { fields: none.fields.with(Field::DateOfBirth, ""), ..none },
            LearnerChange { fields: none.fields.with(Field::Gender, "5"), ..none },
            LearnerChange { fields: none.fields.with(Field::VerificationType, "999"), ..none },
            LearnerChange { fields: none.fields.with(Field::AbilityToShare, ""), ..none },
            LearnerChange { fields: none.fields.with(Field::DateOfAddressCapture, "1900-02-29"), ..none },
        ] {
            assert_eq!(update(world, &change).code(), "WSRC0015");
        }
    });
}

#[test]
fn an_identity_cannot_be_overwritten() {
    each_world(|world| {
        let uln = world.registered(&ada());
        let four = LearnerChange {
            uln: Some(uln),
            version: 1,
            fields: FieldTexts::default()
                .with(Field::GivenName, "Piet")
                .with(Field::FamilyName, "Zwart")
                .with(Field::DateOfBirth, "1999-09-09")
                .with(Field::Gender, "1"),
        };
        assert_eq!(update(world, &four), Updated::Insufficient(Insufficient::AnotherPerson));
        assert_eq!(
            update(world, &LearnerChange { fields: four.fields.with(Field::Gender, None::<&str>), ..four }),
            Updated::Updated
        );
    });
}

#[test]
fn the_ability_to_share() {
    each_world(|world| {
        let seen = |sharing: &'static str, postcode: &'static str| {
            world.registered(&ada().with(Field::AbilityToShare, sharing).with(Field::LastKnownPostCode, postcode))
        };
        let to = |uln: Uln, sharing| {
            let version = world.learner(uln).version;
            update(
                world,
                &LearnerChange {
                    uln: Some(uln),
                    version,
                    fields: FieldTexts::default().with(Field::AbilityToShare, sharing),
                },
            )
        };
        let not_seen = seen("0", "CV4 9EE");
        assert_eq!(to(not_seen, "0"), Updated::NoChange);
        assert_eq!(to(not_seen, "2"), Updated::InvalidSharing);
        assert_eq!(to(not_seen, "1"), Updated::Updated);
        assert_eq!(to(not_seen, "0").code(), "WSRC0014");
        assert_eq!(to(not_seen, "2"), Updated::InvalidSharing);
        let refused = seen("2", "CV4 9EF");
        assert_eq!(to(refused, "0"), Updated::InvalidSharing);
        assert_eq!(to(refused, "1"), Updated::Updated);
    });
}

#[test]
fn a_merged_number_is_not_updated() {
    each_world(|world| {
        let merged = world.registered(&ada());
        let master = world.registered(&ada().with(Field::LastKnownPostCode, "AB12 3EQ"));
        world.merge(merged, master);
        let change =
            LearnerChange { uln: Some(merged), version: 2, fields: FieldTexts::default().with(Field::Notes, "x") };
        assert_eq!(update(world, &change).code(), "WSRC0022");
        assert_eq!(update(world, &LearnerChange { uln: Some(master), ..change }), Updated::Updated);
        assert!(matches!(world.find(merged.as_str(), "Testcase", "Adalind"), Found::MasterSubstituted(_)));
    });
}

#[test]
fn the_subset() {
    each_world(|world| {
        let uln = world.registered(&ada().with(Field::AbilityToShare, "0").with(Field::EmailAddress, "a@example.org"));
        let subset = |change: LearnerChange<'_>| {
            world.call(Action::UpdateLearner, |caller| world.service.learners().update_subset(caller, &change)).unwrap()
        };
        let none = LearnerChange { uln: Some(uln), version: 1, ..LearnerChange::default() };
        assert_eq!(subset(none), Updated::NoChange);
        let change = LearnerChange {
            fields: none
                .fields
                .with(Field::EmailAddress, "")
                .with(Field::TelephoneNumber, "01632 960000")
                .with(Field::AbilityToShare, AbilityToShare::Shares.code())
                .with(Field::PreferredGivenName, "Addy"),
            ..none
        };
        assert_eq!(subset(change), Updated::Updated);
        let learner = world.learner(uln);
        assert_eq!(
            (learner.contact.email.as_deref(), learner.contact.telephone.as_deref()),
            (None, Some("01632 960000"))
        );
        assert_eq!(learner.ability_to_share, AbilityToShare::Shares);
        assert_eq!(subset(change).code(), "WSRC0013");
        assert_eq!(
            subset(LearnerChange {
                version: 2,
                fields: none.fields.with(Field::AbilityToShare, AbilityToShare::NotSeen.code()),
                ..none
            }),
            Updated::InvalidSharing
        );
        assert_eq!(world.find(uln.as_str(), "Testcase", "Addy").code(), "WSRC0004");
    });
}

#[test]
fn a_change_can_be_seen_before_it_is_made() {
    each_world(|world| {
        let uln = world.registered(&ada().with(Field::PlaceOfBirth, "Testham"));
        let learner = world.learner(uln);
        let preview = |fields: FieldTexts<'_>| world.service.learners().preview(&learner, &fields);
        let moved = FieldTexts::default().with(Field::LastKnownPostCode, "ab123eq").with(Field::PlaceOfBirth, "");
        let changes = preview(moved).unwrap_or_default();
        let told: Vec<_> = changes.iter().map(|c| (c.field, c.before.as_deref(), c.after.as_deref())).collect();
        let postcode = (Field::LastKnownPostCode, Some("CV4 9EE"), Some("AB12 3EQ"));
        assert_eq!(told, [postcode, (Field::PlaceOfBirth, Some("Testham"), None)]);
        for (fields, code) in [
            (FieldTexts::default().with(Field::LastKnownPostCode, "cv4 9ee"), "WSRC0020"),
            (FieldTexts::default().with(Field::AbilityToShare, "2"), "WSRC0014"),
            (FieldTexts::default().with(Field::GivenName, ""), "WSRC0015"),
        ] {
            assert_eq!(preview(fields).err().map(|refusal| refusal.code()), Some(code));
        }
        assert_eq!(world.learner(uln), learner, "nothing was written");
    });
}

#[test]
fn who_comes_second_sees_the_change_of_the_first() {
    each_world(|world| {
        let uln = world.registered(&ada());
        let read = world.learner(uln);
        let change = |field, text| {
            let fields = FieldTexts::default().with(field, text);
            update(world, &LearnerChange { uln: Some(uln), version: read.version, fields })
        };
        assert_eq!(change(Field::FamilyName, "Reed"), Updated::Updated);
        let Updated::Stale(now) = change(Field::PlaceOfBirth, "Testham") else { panic!("not stale") };
        let theirs = FieldChange::between(&read, &now);
        assert_eq!(theirs.iter().map(|change| change.field).collect::<Vec<_>>(), [Field::FamilyName]);
        assert_eq!(world.trail(uln)[0].1, "WSRC0013");
        assert_eq!(world.learner(uln), *now, "nothing of the second change was made");
    });
}
