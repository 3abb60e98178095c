use std::time::Duration;

use super::*;
use crate::model::{LearnerStatus, TierLevel};

#[test]
fn a_learner_gets_a_number_and_what_was_sent_is_kept() {
    each_world(|world| {
        let new = NewLearner {
            middle_other_name: Some(""),
            place_of_birth: Some("Testham "),
            date_of_address_capture: Some("2024-09-01"),
            verification_type: "2",
            notes: Some("synthetic"),
            ..ada()
        };
        let learner = world.learner(world.registered(&new));
        assert_eq!((learner.version, learner.status, learner.master), (1, LearnerStatus::Active, None));
        assert_eq!(learner.names.middle_other, None);
        assert_eq!(learner.birth.place.as_deref(), Some("Testham "));
        assert_eq!(learner.address.postcode.as_str(), "CV4 9EE");
        assert_eq!(learner.evidence.tier_level(), TierLevel::Two);
        assert_eq!(learner.address.captured_on, NaiveDate::from_ymd_opt(2024, 9, 1));
        assert_eq!(learner.registered_by, "TEST38".parse().ok());
        assert_eq!((learner.created_at, learner.updated_at), (noon(), noon()));
        assert_eq!(world.trail(learner.uln).last().unwrap().1, "WSRC0005");
    });
}

#[test]
fn the_same_five_demographics_are_the_same_learner() {
    each_world(|world| {
        world.registered(&ada());
        for same in
            [ada(), NewLearner { given_name: "ADALIND", family_name: "Test Case", postcode: "cv4 9ee", ..ada() }]
        {
            assert_eq!(world.register(&same), Registered::Refused);
        }
        for other in [
            NewLearner { given_name: "Ada", ..ada() },
            NewLearner { family_name: "Testcasey", ..ada() },
            NewLearner { date_of_birth: "2004-03-02", ..ada() },
            NewLearner { gender: "9", ..ada() },
            NewLearner { postcode: "CV4 9EF", ..ada() },
        ] {
            assert_eq!(world.register(&other).code(), "WSRC0005");
        }
    });
}

#[test]
fn who_may_not_be_registered() {
    each_world(|world| {
        for refused in [
            NewLearner { date_of_birth: "2012-08-01", ..ada() },
            NewLearner { date_of_birth: "1914-07-30", ..ada() },
            NewLearner { date_of_birth: "2030-01-01", ..ada() },
            NewLearner { date_of_birth: "1900-02-29", ..ada() },
            NewLearner { given_name: " ", ..ada() },
            NewLearner { given_name: "Ada\nMay", ..ada() },
            NewLearner { family_name: "Test\tcase", ..ada() },
            NewLearner { previous_family_name: Some("Test\r\ncase"), ..ada() },
            NewLearner { family_name: "", ..ada() },
            NewLearner { verification_type: "999", ..ada() },
            NewLearner { gender: "3", ..ada() },
            NewLearner { postcode: "nowhere", ..ada() },
            NewLearner { ability_to_share: "", ..ada() },
        ] {
            assert_eq!(world.register(&refused).code(), "WSRC0021");
        }
        let named = NewLearner { verification_type: "999", other_verification_description: Some("a letter"), ..ada() };
        assert_eq!(world.register(&named).code(), "WSRC0005");
        assert_eq!(world.register(&NewLearner { date_of_birth: "2012-07-31", ..ada() }).code(), "WSRC0005");
    });
}

#[test]
fn a_find_may_have_to_come_first() {
    let settings = RuleSettings {
        require_recent_find: true,
        recent_find_maximum: Duration::from_secs(600),
        recent_find_minimum: Duration::from_secs(5),
        ..RuleSettings::default()
    };
    each_world_with(settings, |world| {
        assert_eq!(world.register(&ada()), Registered::Refused, "no find");
        world.search(&details_of(&ada()));
        world.clock.advance(TimeDelta::seconds(601));
        assert_eq!(world.register(&ada()), Registered::Refused, "too long ago");
        world.search(&details_of(&ada()));
        let other = NewLearner { postcode: "LU4 9QX", ..ada() };
        assert_eq!(world.register(&other), Registered::Refused, "a find of somebody else");
        world.registered(&ada());

        assert_eq!(world.search(&details_of(&other)).code(), "WSRC0003");
        world.clock.advance(TimeDelta::seconds(4));
        assert_eq!(world.register(&other), Registered::Refused, "nobody can have looked");
        world.clock.advance(TimeDelta::seconds(2));
        assert_eq!(world.register(&other).code(), "WSRC0005");
    });
}
