use super::*;

fn verify(world: &World, query: &VerifyQuery<'_>) -> Verification {
    world.call_as(AWARDING, Action::VerifyLearner, |caller| world.service.verify(caller, query)).unwrap()
}

#[test]
fn every_outcome() {
    each_world(|world| {
        let uln = world.registered(&ada());
        let query = VerifyQuery {
            uln: uln.as_str(),
            family_name: "Testcase",
            given_name: "Adalind",
            date_of_birth: Some("2004-02-03"),
            gender: Some("2"),
        };
        let exact = verify(world, &query);
        assert_eq!((exact.outcome, exact.flags.len(), exact.code()), (Verified::Match, 0, "WSVRC001"));
        assert_eq!(exact.learner.unwrap().uln, uln);
        let empty = VerifyQuery { date_of_birth: Some(""), gender: Some(""), ..query };
        assert_eq!(verify(world, &empty).code(), "WSVRC001");
        let similar = verify(world, &VerifyQuery { given_name: "Adalynd", ..query });
        assert_eq!((similar.code(), similar.learner.is_some()), ("WSVRC003", true));
        assert!(!similar.flags.is_empty());
        for other in [
            VerifyQuery { date_of_birth: Some("2004-02-04"), ..query },
            VerifyQuery { date_of_birth: Some("1900-02-29"), ..query },
            VerifyQuery { gender: Some("1"), ..query },
            VerifyQuery { given_name: "Piet", family_name: "Zwart", ..query },
        ] {
            let outcome = verify(world, &other);
            assert_eq!((outcome.code(), outcome.learner), ("WSVRC005", None));
        }
        for uln in ["1000000000", "1026893097"] {
            let outcome = verify(world, &VerifyQuery { uln, ..query });
            assert_eq!((outcome.code(), outcome.flags.len()), ("WSVRC006", 0));
        }

        let master = world.registered(&NewLearner { family_name: "Zwart", ..ada() });
        world.administration().merge(uln, master).unwrap();
        let linked = verify(world, &query);
        assert_eq!((linked.code(), linked.learner.unwrap().uln), ("WSVRC002", master));
        assert_eq!(verify(world, &VerifyQuery { family_name: "Zwart", ..query }).code(), "WSVRC002");
        assert_eq!(verify(world, &VerifyQuery { given_name: "Adalynd", ..query }).code(), "WSVRC004");
        assert_eq!(world.trail(master)[0], ("verify-learner".to_owned(), "WSVRC004".to_owned()));
    });
}
