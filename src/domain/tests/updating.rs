use super::*;
use crate::model::{AbilityToShare, TierLevel};

fn update(world: &World, change: &LearnerChange<'_>) -> Updated {
    world.call(Action::UpdateLearner, |caller| world.service.update(caller, change)).unwrap()
}

#[test]
fn a_change_counts_the_version_up() {
    each_world(|world| {
        let uln = world.registered(&NewLearner { place_of_birth: Some("Testham"), ..ada() });
        world.clock.advance(TimeDelta::hours(1));
        let change = LearnerChange {
            uln: uln.as_str(),
            version: 1,
            place_of_birth: Some(""),
            postcode: Some("AB123EQ"),
            verification_type: Some("5"),
            notes: Some("synthetic"),
            ..LearnerChange::default()
        };
        assert_eq!(update(world, &change), Updated::Updated);
        let learner = world.learner(uln);
        assert_eq!((learner.version, learner.birth.place.as_deref()), (2, None));
        assert_eq!((learner.address.postcode.as_str(), learner.notes.as_deref()), ("AB12 3EQ", Some("synthetic")));
        assert_eq!(learner.evidence.tier_level(), TierLevel::Two);
        assert_eq!(learner.updated_at - learner.created_at, TimeDelta::hours(1));
        assert_eq!(world.trail(uln)[1], ("update-learner".to_owned(), "WSRC0006".to_owned()));

        assert_eq!(update(world, &change), Updated::Stale);
        assert_eq!(update(world, &LearnerChange { version: 2, ..change }), Updated::NoChange);
        let moved = Demographics { postcode: "AB12 3EQ", ..details_of(&ada()) };
        assert_eq!(world.search(&moved).code(), "WSRC0004", "the search keys follow");
    });
}

#[test]
fn nothing_to_change() {
    each_world(|world| {
        let uln = world.registered(&ada());
        let nothing =
            LearnerChange { uln: uln.as_str(), version: 1, postcode: Some("cv4 9EE"), ..LearnerChange::default() };
        assert_eq!(update(world, &nothing), Updated::NoChange);
        for uln in ["1000000000", "1026893097"] {
            assert_eq!(update(world, &LearnerChange { uln, ..nothing }).code(), "WSRC0019");
        }
        world.administration().delete_learner(uln).unwrap();
        assert_eq!(update(world, &nothing), Updated::NotFound);
    });
}

#[test]
fn mandatory_fields_cannot_be_cleared() {
    each_world(|world| {
        let uln = world.registered(&ada());
        let none = LearnerChange { uln: uln.as_str(), version: 1, ..LearnerChange::default() };
        for change in [
            LearnerChange { given_name: Some(""), ..none },
            LearnerChange { family_name: Some(" "), ..none },
            LearnerChange { postcode: Some(""), ..none },
            LearnerChange { date_of_birth: Some(""), ..none },
            LearnerChange { gender: Some("5"), ..none },
            LearnerChange { verification_type: Some("999"), ..none },
            LearnerChange { ability_to_share: Some(""), ..none },
            LearnerChange { date_of_address_capture: Some("1900-02-29"), ..none },
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
            uln: uln.as_str(),
            version: 1,
            given_name: Some("Piet"),
            family_name: Some("Zwart"),
            date_of_birth: Some("1999-09-09"),
            gender: Some("1"),
            ..LearnerChange::default()
        };
        assert_eq!(update(world, &four), Updated::InsufficientData);
        assert_eq!(update(world, &LearnerChange { gender: None, ..four }), Updated::Updated);
    });
}

#[test]
fn the_ability_to_share() {
    each_world(|world| {
        let seen = |sharing: &'static str, postcode: &'static str| {
            world.registered(&NewLearner { ability_to_share: sharing, postcode, ..ada() })
        };
        let to = |uln: Uln, sharing| {
            let version = world.learner(uln).version;
            update(
                world,
                &LearnerChange {
                    uln: uln.as_str(),
                    version,
                    ability_to_share: Some(sharing),
                    ..LearnerChange::default()
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
        let master = world.registered(&NewLearner { postcode: "AB12 3EQ", ..ada() });
        world.administration().merge(merged, master).unwrap();
        let change = LearnerChange { uln: merged.as_str(), version: 2, notes: Some("x"), ..LearnerChange::default() };
        assert_eq!(update(world, &change).code(), "WSRC0022");
        assert_eq!(update(world, &LearnerChange { uln: master.as_str(), ..change }), Updated::Updated);
        assert!(matches!(world.find(merged.as_str(), "Testcase", "Adalind"), Found::MasterSubstituted(_)));
    });
}

#[test]
fn the_subset() {
    each_world(|world| {
        let uln =
            world.registered(&NewLearner { ability_to_share: "0", email_address: Some("a@example.org"), ..ada() });
        let subset = |change: SubsetChange<'_>| {
            world.call(Action::UpdateLearner, |caller| world.service.update_subset(caller, &change)).unwrap()
        };
        let none = SubsetChange { uln: uln.as_str(), version: 1, ..SubsetChange::default() };
        assert_eq!(subset(none), Updated::NoChange);
        let change = SubsetChange {
            email_address: Some(""),
            telephone_number: Some("01632 960000"),
            ability_to_share: Some(AbilityToShare::Shares),
            preferred_given_name: Some("Addy"),
            ..none
        };
        assert_eq!(subset(change), Updated::Updated);
        let learner = world.learner(uln);
        assert_eq!(
            (learner.contact.email.as_deref(), learner.contact.telephone.as_deref()),
            (None, Some("01632 960000"))
        );
        assert_eq!(learner.ability_to_share, AbilityToShare::Shares);
        assert_eq!(subset(change), Updated::Stale);
        assert_eq!(
            subset(SubsetChange { ability_to_share: Some(AbilityToShare::NotSeen), version: 2, ..none }),
            Updated::InvalidSharing
        );
        assert_eq!(world.find(uln.as_str(), "Testcase", "Addy").code(), "WSRC0004");
    });
}
