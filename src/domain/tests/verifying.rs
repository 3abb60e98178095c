use super::*;

fn verify(world: &World, query: &VerifyQuery<'_>) -> Verification {
    world.call_as(AWARDING, Action::VerifyLearner, |caller| world.service.learners().verify(caller, query)).unwrap()
}

#[test]
fn every_outcome() {
    each_world(|world| {
        let uln = world.registered(&ada());
        let ask = |claimed: Claimed<'static>| VerifyQuery { uln: Some(uln), claimed };
        let names = Claimed::names("Adalind", "Testcase");
        let similar_names = Claimed::names("Adalynd", "Testcase").born(Some("2004-02-03"), Some("2"));
        let query = ask(names.born(Some("2004-02-03"), Some("2")));
        let exact = verify(world, &query);
        assert_eq!((exact.outcome, exact.flags.len(), exact.code()), (Verified::Match, 0, "WSVRC001"));
        assert_eq!(exact.learner.unwrap().uln, uln);
        assert_eq!(verify(world, &ask(names.born(Some(""), Some("")))).code(), "WSVRC001");
        let similar = verify(world, &ask(similar_names));
        assert_eq!((similar.code(), similar.learner.is_some()), ("WSVRC003", true));
        assert!(!similar.flags.is_empty());
        for other in [
            names.born(Some("2004-02-04"), Some("2")),
            names.born(Some("1900-02-29"), Some("2")),
            names.born(Some("2004-02-03"), Some("1")),
            Claimed::names("Piet", "Zwart").born(Some("2004-02-03"), Some("2")),
        ] {
            let outcome = verify(world, &ask(other));
            assert_eq!((outcome.code(), outcome.learner), ("WSVRC005", None));
        }
        for uln in ["1000000000", "1026893097"] {
            let outcome = verify(world, &VerifyQuery { uln: uln.parse().ok(), ..query });
            assert_eq!((outcome.code(), outcome.flags.len()), ("WSVRC006", 0));
        }

        let master = world.registered(&ada().with(Field::FamilyName, "Zwart"));
        world.merge(uln, master);
        let linked = verify(world, &query);
        assert_eq!((linked.code(), linked.learner.unwrap().uln), ("WSVRC002", master));
        assert_eq!(verify(world, &ask(Claimed::names("Adalind", "Zwart"))).code(), "WSVRC002");
        assert_eq!(verify(world, &ask(similar_names)).code(), "WSVRC004");
        assert_eq!(world.trail(master)[0], ("verify-learner".to_owned(), "WSVRC004".to_owned()));
    });
}
