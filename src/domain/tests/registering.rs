use std::time::Duration;

use super::*;
use crate::model::{LearnerStatus, TierLevel};

#[test]
fn a_learner_gets_a_number_and_what_was_sent_is_kept() {
    each_world(|world| {
        let new = ada()
            .with(Field::MiddleOtherName, "")
            .with(Field::PlaceOfBirth, "Testham ")
            .with(Field::DateOfAddressCapture, "2024-09-01")
            .with(Field::VerificationType, "2")
            .with(Field::Notes, "synthetic");
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
        for same in [
            ada(),
            ada()
                .with(Field::GivenName, "ADALIND")
                .with(Field::FamilyName, "Test Case")
                .with(Field::LastKnownPostCode, "cv4 9ee"),
        ] {
            assert_eq!(world.register(&same), Registered::Refused(NotRegistered::Exists));
        }
        for other in [
            ada().with(Field::GivenName, "Ada"),
            ada().with(Field::FamilyName, "Testcasey"),
            ada().with(Field::DateOfBirth, "2004-03-02"),
            ada().with(Field::Gender, "9"),
            ada().with(Field::LastKnownPostCode, "CV4 9EF"),
        ] {
            assert_eq!(world.register(&other).code(), "WSRC0005");
        }
    });
}

#[test]
fn who_may_not_be_registered() {
    each_world(|world| {
        for refused in [
            ada().with(Field::DateOfBirth, "2012-08-01"),
            ada().with(Field::DateOfBirth, "1914-07-30"),
            ada().with(Field::DateOfBirth, "2030-01-01"),
            ada().with(Field::DateOfBirth, "1900-02-29"),
            ada().with(Field::GivenName, " "),
            ada().with(Field::GivenName, "Ada\nMay"),
            ada().with(Field::FamilyName, "Test\tcase"),
            ada().with(Field::PreviousFamilyName, "Test\r\ncase"),
            ada().with(Field::FamilyName, ""),
            ada().with(Field::VerificationType, "999"),
            ada().with(Field::Gender, "3"),
            ada().with(Field::LastKnownPostCode, "nowhere"),
            ada().with(Field::AbilityToShare, ""),
        ] {
            assert_eq!(world.register(&refused).code(), "WSRC0021");
        }
        let named = ada().with(Field::VerificationType, "999").with(Field::OtherVerificationDescription, "a letter");
        assert_eq!(world.register(&named).code(), "WSRC0005");
        assert_eq!(world.register(&ada().with(Field::DateOfBirth, "2012-07-31")).code(), "WSRC0005");
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
        assert_eq!(world.register(&ada()), Registered::Refused(NotRegistered::NoRecentFind), "no find");
        world.search(&ada());
        world.clock.advance(TimeDelta::seconds(601));
        assert_eq!(world.register(&ada()), Registered::Refused(NotRegistered::NoRecentFind), "too long ago");
        world.search(&ada());
        let other = ada().with(Field::LastKnownPostCode, "LU4 9QX");
        assert_eq!(world.register(&other), Registered::Refused(NotRegistered::NoRecentFind), "a find of somebody else");
        world.registered(&ada());

        assert_eq!(world.search(&other).code(), "WSRC0003");
        world.clock.advance(TimeDelta::seconds(4));
        assert_eq!(world.register(&other), Registered::Refused(NotRegistered::InHaste), "nobody can have looked");
        world.clock.advance(TimeDelta::seconds(2));
        assert_eq!(world.register(&other).code(), "WSRC0005");
    });
}

#[test]
fn at_the_portal_a_find_always_comes_first_and_matches_are_dismissed() {
    each_world(|world| {
        let by_portal = |new: NewLearner<'_>| {
            world
                .call_by(Door::Portal, &world.claim(), Action::RegisterLearner, |caller| {
                    world.service.learners().register(caller, &new)
                })
                .unwrap()
        };
        assert_eq!(by_portal(ada().into()), Registered::Refused(NotRegistered::NoRecentFind));
        assert_eq!(world.search(&ada()).code(), "WSRC0001");
        let Registered::Registered(first) = by_portal(ada().into()) else { panic!("refused") };

        let other = ada().with(Field::LastKnownPostCode, "LU4 9QX");
        assert_eq!(world.search(&other).code(), "WSRC0003");
        world.clock.advance(TimeDelta::minutes(1));
        assert_eq!(by_portal(other.into()), Registered::Refused(NotRegistered::NotDismissed));
        let shown = [first];
        let dismissal = Dismissal { reason: NoneOfThese::Relative, shown: &shown };
        let dismissed = NewLearner { fields: other, dismissal: Some(dismissal) };
        assert_eq!(by_portal(dismissed).code(), "WSRC0005");
        assert_eq!(world.trail(first)[0], ("dismiss-match".to_owned(), "relative".to_owned()));

        let lines = world.trail(first).len();
        assert_eq!(by_portal(dismissed), Registered::Refused(NotRegistered::Exists));
        assert_eq!(world.trail(first).len(), lines, "nobody was dismissed by a refused registration");
    });
}

#[test]
fn nobody_is_registered_at_the_portal_beside_too_many_without_a_reason() {
    each_world(|world| {
        for n in 0..11 {
            let postcode = format!("CV{} {}EE", n % 9 + 1, n / 9 + 1);
            world.registered(&ada().with(Field::LastKnownPostCode, &*postcode));
        }
        let other = ada().with(Field::LastKnownPostCode, "LU4 9QX");
        assert_eq!(world.search(&other).code(), "WSRC0002");
        let dismissal = Dismissal { reason: NoneOfThese::Documents, shown: &[] };
        for (dismissal, code) in [(None, "WSRC0021"), (Some(dismissal), "WSRC0005")] {
            let registered = world.call_by(Door::Portal, &world.claim(), Action::RegisterLearner, |caller| {
                world.service.learners().register(caller, &NewLearner { fields: other, dismissal })
            });
            assert_eq!(registered.unwrap().code(), code);
        }
    });
}
