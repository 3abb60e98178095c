use super::*;

#[test]
fn by_number_and_names() {
    each_world(|world| {
        let uln = world.registered(&ada().with(Field::PreferredGivenName, "Addy"));
        let text = uln.to_string();
        for (family, given) in [("Testcase", "Adalind"), ("TESTCASE", "adalind"), ("Test-case", "Addy")] {
            match world.find(&text, family, given) {
                Found::Exact(found) => {
                    assert_eq!(found.learner.uln, uln);
                    assert!(found.linked_ulns.is_empty() && !found.substituted);
                }
                other => panic!("{family} {given}: {}", other.code()),
            }
        }
        match world.find(&text, "Testcaze", "Adalynd") {
            Found::Possible(learners) => assert_eq!(learners[0].learner.uln, uln),
            other => panic!("{}", other.code()),
        }
        assert_eq!(world.find(&text, "Other", "Person"), Found::None);
        for wrong in ["1026893097", "9999999999", "", "abc", "1000000000"] {
            assert_eq!(world.find(wrong, "Testcase", "Adalind").code(), "WSRC0001");
        }
    });
}

#[test]
fn by_demographics() {
    each_world(|world| {
        assert_eq!(world.search(&ada()), Found::None);
        let uln = world.registered(&ada());
        let found = world.search(&ada());
        assert_eq!(found.code(), "WSRC0004");
        assert_eq!(found.learners()[0].learner.uln, uln);

        let elsewhere = ada().with(Field::LastKnownPostCode, "LU4 9QX").with(Field::Gender, "9");
        assert_eq!(world.search(&elsewhere).code(), "WSRC0003");
        let other = ada().with(Field::FamilyName, "Zwart").with(Field::GivenName, "Piet");
        assert_eq!(world.search(&other).code(), "WSRC0001");
        for wrong in [
            ada().with(Field::DateOfBirth, "1900-02-29"),
            ada().with(Field::Gender, "7"),
            ada().with(Field::LastKnownPostCode, "nowhere"),
        ] {
            assert!(matches!(world.search(&wrong), Found::Unreadable(_)));
        }
    });
}

#[test]
fn ten_are_possible_and_eleven_too_many() {
    each_world(|world| {
        let postcodes: Vec<String> = (0..11).map(|n| format!("CV{} {}EE", n % 9 + 1, n / 9 + 1)).collect();
        for postcode in &postcodes[..10] {
            world.registered(&ada().with(Field::LastKnownPostCode, postcode.as_str()));
        }
        let query = ada().with(Field::LastKnownPostCode, "LU4 9QX");
        match world.search(&query) {
            Found::Possible(learners) => {
                assert_eq!(learners.len(), 10);
                assert!(learners.is_sorted_by_key(|each| each.learner.uln), "equal scores are ordered by number");
            }
            other => panic!("{}", other.code()),
        }
        world.registered(&ada().with(Field::LastKnownPostCode, &*postcodes[10]));
        assert_eq!(world.search(&query), Found::TooMany { narrowing: Vec::new() }, "nobody has an optional detail");
    });
}

#[test]
fn too_many_are_narrowed_by_what_some_of_them_have() {
    each_world(|world| {
        for n in 0..11 {
            let postcode = format!("CV{} {}EE", n % 9 + 1, n / 9 + 1);
            let new = ada().with(Field::LastKnownPostCode, &*postcode);
            world.registered(&match n {
                0 => new.with(Field::PlaceOfBirth, "Testham").with(Field::SchoolAtAge16, "Testham High"),
                1 => new.with(Field::SchoolAtAge16, "Synthetic School"),
                _ => new,
            });
        }
        let query = ada().with(Field::LastKnownPostCode, "LU4 9QX");
        let narrowing = vec![Field::SchoolAtAge16, Field::PlaceOfBirth];
        assert_eq!(world.search(&query), Found::TooMany { narrowing });
        let narrowing = vec![Field::PlaceOfBirth];
        let elsewhere = query.with(Field::SchoolAtAge16, "Elsewhere");
        assert_eq!(world.search(&elsewhere), Found::TooMany { narrowing }, "without the detail that was given");
        let found = world.search(&query.with(Field::PlaceOfBirth, "Testham"));
        assert_eq!((found.code(), found.learners().len()), ("WSRC0003", 1));
    });
}

#[test]
fn a_possible_match_is_compared_detail_by_detail() {
    use crate::domain::matching::Likeness::{Different, NotHeld, Same, Similar};

    each_world(|world| {
        world.registered(&ada());
        let query = ada()
            .with(Field::GivenName, "Ada")
            .with(Field::LastKnownPostCode, "CV4 1AA")
            .with(Field::Gender, "0")
            .with(Field::PlaceOfBirth, "Testham");
        let found = world.search(&query);
        let compared: Vec<_> = found.learners()[0].compared(&query).iter().map(|c| (c.field, c.likeness)).collect();
        let expected = [
            (Field::GivenName, Similar),
            (Field::FamilyName, Same),
            (Field::DateOfBirth, Same),
            (Field::Gender, Different),
            (Field::LastKnownPostCode, Similar),
            (Field::PlaceOfBirth, NotHeld),
        ];
        assert_eq!((found.code(), compared), ("WSRC0003", expected.to_vec()));
    });
}

#[test]
fn a_learner_who_was_found_can_be_seen_again() {
    each_world(|world| {
        let merged = world.registered(&ada());
        let master = world.registered(&ada().with(Field::LastKnownPostCode, "AB12 3EQ"));
        let gone = world.registered(&ada().with(Field::LastKnownPostCode, "LU4 9QX"));
        world.merge(merged, master);
        world.delete(gone);
        let view = |uln| world.call(Action::ViewLearner, |caller| world.service.learners().view(caller, uln)).unwrap();
        let shown = view(merged).unwrap();
        assert_eq!((shown.learner.uln, shown.linked_ulns.as_slice(), shown.substituted), (master, &[merged][..], true));
        assert!(!view(master).unwrap().substituted);
        assert_eq!(view(gone), None);
        assert_eq!(world.trail(master)[1], ("view-learner".to_owned(), "WSRC0022".to_owned()));
        assert_eq!(world.trail(master)[0], ("view-learner".to_owned(), "WSRC0004".to_owned()));
        assert_eq!(world.trail(gone)[0], ("view-learner".to_owned(), "WSRC0001".to_owned()));

        let several = world.call(Action::ViewLearner, |caller| {
            world.service.learners().view_several(caller, &[master, gone, merged]).unwrap()
        });
        assert_eq!(
            several.iter().map(|each| (each.learner.uln, each.substituted)).collect::<Vec<_>>(),
            [(master, false), (master, true)]
        );
        assert_eq!(world.trail(gone).len(), 4, "each has a line of its own");
        world.call_as(AWARDING, Action::ViewLearner, |caller| {
            assert!(matches!(world.service.learners().view(caller, master), Err(Error::InsufficientAccess)));
            assert!(world.service.learners().view_several(caller, &[master]).is_err());
        });
    });
}

#[test]
fn a_merged_number_gives_its_master() {
    each_world(|world| {
        let merged = world.registered(&ada());
        let master = world.registered(&ada().with(Field::LastKnownPostCode, "AB12 3EQ").with(Field::GivenName, "Ada"));
        world.merge(merged, master);

        match world.find(merged.as_str(), "Testcase", "Adalind") {
            Found::MasterSubstituted(found) => {
                assert_eq!(found.learner.uln, master);
                assert_eq!(found.linked_ulns, [merged]);
                assert!(found.substituted);
            }
            other => panic!("{}", other.code()),
        }
        match world.find(master.as_str(), "Testcase", "Ada") {
            Found::Exact(found) => {
                assert_eq!((found.linked_ulns.as_slice(), found.substituted), ([merged].as_slice(), false))
            }
            other => panic!("{}", other.code()),
        }
        let found = world.search(&ada());
        assert_eq!((found.code(), found.learners()[0].learner.uln), ("WSRC0022", master));
        assert_eq!(found.learners()[0].linked_ulns, [merged]);

        world.call(Action::RetrieveUlns, |caller| {
            let answers = world
                .service
                .learners()
                .retrieve(caller, &[merged.as_str(), "1000000000", master.as_str(), "1234567890"])
                .unwrap();
            let codes: Vec<_> = answers.iter().map(RetrievedUln::code).collect();
            assert_eq!(codes, ["WSRC0022", "WSRC0001", "WSRC0004", "WSRC0001"]);
            assert_eq!(answers[0].master, Some(master));
            assert_eq!(answers[0].learner.as_ref().unwrap().names.given, "Ada");
            assert_eq!(answers[3].uln, "1234567890");
        });
    });
}

#[test]
fn a_deleted_learner_is_nowhere() {
    each_world(|world| {
        let uln = world.registered(&ada());
        world.delete(uln);
        assert_eq!(world.find(uln.as_str(), "Testcase", "Adalind"), Found::None);
        assert_eq!(world.search(&ada()), Found::None);
        world.call(Action::RetrieveUlns, |caller| {
            assert_eq!(world.service.learners().retrieve(caller, &[uln.as_str()]).unwrap()[0].code(), "WSRC0001");
        });
        assert_ne!(world.registered(&ada()), uln, "the number is never issued again");
    });
}

#[test]
fn every_find_is_audited_before_the_call_settles() {
    each_world(|world| {
        let uln = world.registered(&ada());
        let expected = |action: &str, outcome: &str| Some((action.to_owned(), outcome.to_owned()));
        world.find(uln.as_str(), "Testcase", "Adalind");
        assert_eq!(world.trail(uln).first().cloned(), expected("find-by-uln", "WSRC0004"));
        world.find(uln.as_str(), "Other", "Person");
        assert_eq!(world.trail(uln).first().cloned(), expected("find-by-uln", "WSRC0001"));
        world.search(&ada());
        assert_eq!(world.trail(uln).first().cloned(), expected("find-by-details", "WSRC0004"));
    });
}
