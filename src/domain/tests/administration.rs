use super::*;
use crate::model::LearnerStatus;

#[test]
fn an_organisation_is_added_once() {
    each_world(|world| {
        let new = NewOrganisation {
            ukprn: "TEST0003".parse().unwrap(),
            org_ref: "TEST03".parse().unwrap(),
            name: "Synthetic School",
            learner_registration_body: true,
            awarding_organisation: false,
            permissions: None,
            password: None,
        };
        let operator = world.administration();
        let added = operator.add_organisation(&new).unwrap();
        assert_eq!(operator.organisation(new.ukprn).unwrap(), added);
        assert_eq!(operator.organisations().unwrap().len(), 3);
        let again = NewOrganisation { org_ref: "TEST04".parse().unwrap(), ..new };
        assert!(matches!(operator.add_organisation(&again), Err(AdministrationError::OrganisationExists)));
        let short = NewOrganisation { password: Some("short"), ..again };
        assert!(matches!(operator.add_organisation(&short), Err(AdministrationError::PasswordForm)));
        let unknown = "TEST0099".parse().unwrap();
        assert!(matches!(operator.set_active(unknown, true), Err(AdministrationError::UnknownOrganisation(_))));
    });
}

#[test]
fn an_import_keeps_numbers_and_links() {
    each_world(|world| {
        let person = world.learner(world.registered(&ada()));
        let people: Vec<Learner> = (0..12_000)
            .filter_map(|stem| Uln::from_stem(Uln::FIRST_STEM + stem))
            .map(|uln| Learner { uln, version: 7, ..person.clone() })
            .collect();
        let mut linked = people.clone();
        linked[1].status = LearnerStatus::Merged;
        linked[1].master = Some(people[0].uln);
        let count = linked.len() as u64;
        let mut heard = 0;
        let report = world.administration().import_learners(linked, |done| heard = done).unwrap();
        assert_eq!((report, heard), (ImportReport { added: count, skipped: 0 }, count));
        match world.find(people[1].uln.as_str(), "Testcase", "Adalind") {
            Found::MasterSubstituted(found) => {
                assert_eq!((found.learner.uln, found.learner.version), (people[0].uln, 7));
                assert_eq!(found.linked_ulns, [people[1].uln]);
            }
            other => panic!("{}", other.code()),
        }
        let again = people.iter().take(5).cloned();
        let report = world.administration().import_learners(again, |_| {}).unwrap();
        assert_eq!(report, ImportReport { added: 0, skipped: 5 });
        assert_eq!(world.administration().learner_count().unwrap(), i64::try_from(count).unwrap() + 1);
        assert!(matches!(world.search(&ada()), Found::TooMany { .. }));
    });
}

#[test]
fn a_wipe_starts_over() {
    each_world(|world| {
        let learner = world.registered(&ada());
        world
            .call(Action::RetrieveUlns, |caller| world.service.learners().retrieve(caller, &[learner.as_str()]))
            .unwrap();
        world.administration().wipe().unwrap();
        assert_eq!(world.administration().learner_count().unwrap(), 0);
        assert_eq!(world.trail(learner), [], "a call from before the wipe leaves no line");
        assert!(matches!(authentication::refusal(world, &world.claim()), Some(Error::UnknownOrganisation)));
        world.add_organisation(PROVIDER, "TEST38", "Synthetic College", true);
        assert_eq!(world.administration().organisation(PROVIDER.parse().unwrap()).unwrap().id, 1, "numbers start over");
        world.registered(&ada());
    });
}
