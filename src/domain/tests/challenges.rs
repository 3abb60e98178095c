use super::records::{event, question};
use super::*;
use crate::domain::challenges::{
    ChallengeFault, ChallengeQuery, Correction, Decided, Decision, NewChallenge, NotCorrected, Raised, ShownChallenge,
    Waiting, Whose,
};
use crate::model::{ChallengeId, ChallengeKind, ChallengeState, EventField, EventSource, EventStatus, EventTexts};
use crate::store::cases;

/// A learner with two events of the awarding organisation, which shares a third with nobody.
fn learner(world: &World) -> (Uln, Vec<i32>) {
    let uln = world.registered(&ada());
    let awarded = |subject: &str, code: &str| crate::model::LearningEvent {
        awarding_organisation_ukprn: Some(AWARDING.to_owned()),
        subject_code: code.to_owned(),
        ..event(uln, EventSource::Ao, EventStatus::Final, subject)
    };
    let ilr = event(uln, EventSource::Ilr, EventStatus::Final, "third");
    let events = [awarded("first", "600/1166/X"), awarded("second", "500/4606/8"), ilr];
    world.administration().import_events(events).unwrap();
    let mut found = record(world, uln);
    found.sort_by_key(|event| event.subject.clone());
    (uln, found.iter().map(|event| event.id).collect())
}

fn record(world: &World, uln: Uln) -> Vec<crate::model::LearningEvent> {
    let answer = world
        .call(Action::ViewEvents, |caller| world.service.records().events(caller, &question(uln.as_str())).unwrap());
    answer.events
}

fn challenged(world: &World, uln: Uln) -> Vec<i32> {
    record(world, uln).into_iter().filter(|event| event.under_data_challenge).map(|event| event.id).collect()
}

fn wrong_grade(uln: Uln, event: i32) -> (Uln, NewChallenge<'static>) {
    let new = NewChallenge {
        kind: ChallengeKind::WrongDetail,
        event: Some(event),
        other_event: None,
        supplied: EventTexts::from([(EventField::Grade, "Merit".to_owned())]),
        contact_name: "A. Tester",
        telephone: "00000 000000",
        email: "tester@college.example",
        information: "The certificate says Merit.",
    };
    (uln, new)
}

fn raise(world: &World, (uln, new): &(Uln, NewChallenge<'_>)) -> Raised {
    world.call(Action::RaiseChallenge, |caller| world.service.challenges().raise(caller, *uln, new)).unwrap()
}

fn raised(world: &World, new: &(Uln, NewChallenge<'_>)) -> ChallengeId {
    match raise(world, new) {
        Raised::Raised(id) => id,
        other => panic!("{other:?}"),
    }
}

fn decide(world: &World, ukprn: &str, id: ChallengeId, decision: &Decision) -> Decided {
    world
        .call_as(ukprn, Action::DecideChallenge, |caller| {
            world.service.challenges().decide(caller, id, decision, "Said so.")
        })
        .unwrap()
}

fn get(world: &World, ukprn: &str, id: ChallengeId) -> Option<ShownChallenge> {
    world.call_as(ukprn, Action::ViewChallenges, |caller| world.service.challenges().get(caller, id)).unwrap()
}

fn fields(texts: &[(EventField, &str)]) -> Decision {
    let texts = texts.iter().map(|(field, text)| (*field, (*text).to_owned())).collect();
    Decision::Accept(Correction::Fields(texts))
}

#[test]
fn an_accepted_challenge_changes_the_event_and_keeps_its_history() {
    each_world(|world| {
        let (uln, events) = learner(world);
        let id = raised(world, &wrong_grade(uln, events[0]));
        assert_eq!(raise(world, &wrong_grade(uln, events[0])), Raised::AlreadyOpen(id));
        assert_eq!(challenged(world, uln), [events[0]]);
        let shown = get(world, AWARDING, id).unwrap();
        assert!(shown.part.decides && !shown.part.raised);
        assert_eq!(shown.challenge.original.get(&EventField::Grade).map(String::as_str), Some("Pass"));
        assert_eq!(decide(world, AWARDING, id, &Decision::Ask), Decided::Done(ChallengeState::InProgress));
        assert_eq!(decide(world, PROVIDER, id, &Decision::Answer), Decided::Done(ChallengeState::InProgress));
        assert_eq!(challenged(world, uln), [events[0]], "an answer leaves the mark");
        let done =
            decide(world, AWARDING, id, &fields(&[(EventField::Grade, "Merit"), (EventField::Level, "Level 2")]));
        assert_eq!(done, Decided::Done(ChallengeState::Corrected));
        let after = record(world, uln);
        let corrected = after.iter().find(|event| event.id == events[0]).unwrap();
        assert_eq!((corrected.grade.as_deref(), corrected.under_data_challenge), (Some("Merit"), false));
        let history =
            world.call(Action::ViewRecord, |caller| world.service.challenges().history(caller, corrected)).unwrap();
        assert_eq!((history.len(), history[0].challenge), (1, id));
        assert_eq!(history[0].before.get(&EventField::Grade).map(String::as_str), Some("Pass"));
        assert_eq!(history[0].after.get(&EventField::Grade).map(String::as_str), Some("Merit"));
        let shown = get(world, PROVIDER, id).unwrap();
        let states: Vec<_> = shown.steps.iter().map(|step| step.state.code()).collect();
        assert_eq!(states, ["open", "in-progress", "in-progress", "corrected"]);
        assert_eq!(shown.steps[3].message, "Said so.");
        for decision in [Decision::Reject, Decision::NoChange, fields(&[(EventField::Grade, "Fail")])] {
            let settled = decide(world, AWARDING, id, &decision);
            assert_eq!(settled, Decided::Settled(ChallengeState::Corrected));
        }
        assert_eq!(record(world, uln).len(), 3);
        let lines: Vec<_> = world.trail(uln).into_iter().filter(|(action, _)| action.ends_with("-challenge")).collect();
        assert_eq!(lines.len(), 4, "{lines:?}");
    });
}

#[test]
fn who_may_do_what_about_a_challenge() {
    each_world(|world| {
        world.add_organisation("TEST0052", "TEST52", "Another College", true);
        let (uln, events) = learner(world);
        let id = raised(world, &wrong_grade(uln, events[0]));
        let of_desk = raised(world, &wrong_grade(uln, events[2]));
        assert!(get(world, "TEST0052", id).is_none(), "another organisation's challenge is not found");
        assert!(get(world, AWARDING, of_desk).is_none(), "the service desk decides about ILR and NPD");
        assert_eq!(decide(world, "TEST0052", id, &Decision::Reject), Decided::NotFound);
        assert_eq!(decide(world, AWARDING, of_desk, &Decision::Reject), Decided::NotFound);
        for decision in [Decision::Reject, Decision::NoChange, Decision::Ask, Decision::Accept(Correction::Withdraw)] {
            assert_eq!(decide(world, PROVIDER, id, &decision), Decided::NotAllowed);
        }
        for decision in [Decision::Withdraw, Decision::Answer] {
            assert_eq!(decide(world, AWARDING, id, &decision), Decided::NotAllowed);
        }
        let list = |ukprn, open: bool| {
            let query = ChallengeQuery { open: open.then_some(true), ..ChallengeQuery::default() };
            let page = world
                .call_as(ukprn, Action::ViewChallenges, |caller| world.service.challenges().list(caller, &query))
                .unwrap();
            page.challenges.iter().map(|(each, _)| each.id).collect::<Vec<_>>()
        };
        assert_eq!((list(PROVIDER, false), list(AWARDING, true)), (vec![of_desk, id], vec![id]));
        assert!(list("TEST0052", false).is_empty());
        assert_eq!(decide(world, PROVIDER, id, &Decision::Withdraw), Decided::Done(ChallengeState::Withdrawn));
        assert_eq!((list(AWARDING, true), list(AWARDING, false)), (vec![], vec![id]));
        assert_eq!(challenged(world, uln), [events[2]]);
        let refused = world.call_as(AWARDING, Action::RaiseChallenge, |caller| {
            world.service.challenges().raise(caller, uln, &wrong_grade(uln, events[0]).1)
        });
        assert!(matches!(refused, Err(Error::InsufficientAccess)));
    });
}

#[test]
fn each_kind_needs_its_events() {
    each_world(|world| {
        let (uln, events) = learner(world);
        let with = |kind, event, other_event| (uln, NewChallenge { kind, event, other_event, ..wrong_grade(uln, 0).1 });
        let (first, second) = (Some(events[0]), Some(events[1]));
        for (kind, event, other) in [
            (ChallengeKind::WrongDetail, None, None),
            (ChallengeKind::WrongDetail, Some(999_999), None),
            (ChallengeKind::MissingEvent, first, None),
            (ChallengeKind::DuplicateEvents, first, None),
            (ChallengeKind::DuplicateEvents, first, first),
            (ChallengeKind::NotMine, first, second),
            (ChallengeKind::Other, Some(999_999), None),
        ] {
            assert_eq!(raise(world, &with(kind, event, other)), Raised::NoEvent, "{kind:?}");
        }
        let id = raised(world, &with(ChallengeKind::DuplicateEvents, first, second));
        assert_eq!(challenged(world, uln).len(), 2, "both events are marked");
        let withdrawn = Decision::Accept(Correction::Withdraw);
        assert_eq!(decide(world, AWARDING, id, &withdrawn), Decided::Done(ChallengeState::Corrected));
        let left: Vec<_> = record(world, uln).into_iter().map(|event| event.subject).collect();
        assert_eq!((left, challenged(world, uln)), (vec!["third".to_owned(), "second".to_owned()], vec![]));
        let missing = raised(world, &with(ChallengeKind::MissingEvent, None, None));
        assert!(get(world, AWARDING, missing).is_none(), "nobody's event: the service desk decides");
        let refusing = world.registered(&ada().with(Field::GivenName, "Beatrix").with(Field::AbilityToShare, "2"));
        assert_eq!(raise(world, &wrong_grade(refusing, events[1])), Raised::NotShared);
        assert_eq!(raise(world, &wrong_grade("1000000000".parse().unwrap(), events[1])), Raised::NotVerified);
    });
}

#[test]
fn a_correction_that_cannot_be_made_changes_nothing() {
    each_world(|world| {
        let (uln, events) = learner(world);
        let id = raised(world, &wrong_grade(uln, events[0]));
        for (texts, why) in [
            (&[(EventField::AwardDate, "")][..], NotCorrected::Invalid(EventField::AwardDate)),
            (&[(EventField::Credits, "-1")][..], NotCorrected::Invalid(EventField::Credits)),
            (&[(EventField::Reference, "600/1166/9")][..], NotCorrected::Invalid(EventField::Reference)),
            (&[(EventField::Grade, "Pass")][..], NotCorrected::NothingToChange),
            (&[(EventField::Reference, "500/4606/8")][..], NotCorrected::Exists),
        ] {
            assert_eq!(decide(world, AWARDING, id, &fields(texts)), Decided::NotCorrected(why), "{texts:?}");
        }
        assert_eq!(get(world, AWARDING, id).unwrap().challenge.state, ChallengeState::Open);
        assert_eq!(challenged(world, uln), [events[0]]);
    });
}

#[test]
fn of_two_decisions_at_once_one_counts() {
    each_world(|world| {
        let (uln, events) = learner(world);
        let id = raised(world, &wrong_grade(uln, events[0]));
        // The password is checked once beforehand: only so many first calls may check one at a
        // time.
        get(world, AWARDING, id).unwrap();
        let decisions =
            [fields(&[(EventField::Grade, "Merit")]), fields(&[(EventField::Grade, "Fail")]), Decision::Reject];
        let outcomes: Vec<Decided> = std::thread::scope(|scope| {
            let threads: Vec<_> =
                decisions.iter().map(|decision| scope.spawn(move || decide(world, AWARDING, id, decision))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let done: Vec<_> = outcomes.iter().filter(|outcome| matches!(outcome, Decided::Done(_))).collect();
        assert_eq!(done.len(), 1, "{outcomes:?}");
        let shown = get(world, AWARDING, id).unwrap();
        assert_eq!(shown.steps.len(), 2);
        assert_eq!(*done[0], Decided::Done(shown.challenge.state));
    });
}

#[test]
fn each_challenge_is_a_case_of_the_service_desk() {
    each_world(|world| {
        let (uln, events) = learner(world);
        let open = || {
            let cases = world.service.inner.store.read(cases::open).unwrap();
            cases.iter().map(|case| case.summary.as_str().to_owned()).collect::<Vec<_>>()
        };
        let first = raised(world, &wrong_grade(uln, events[0]));
        let second = raised(world, &wrong_grade(uln, events[2]));
        assert_eq!(open(), [format!("Data challenge {first}"), format!("Data challenge {second}")]);
        assert_eq!(decide(world, AWARDING, first, &Decision::Ask), Decided::Done(ChallengeState::InProgress));
        assert_eq!(open().len(), 2, "a question leaves the case open");
        assert_eq!(decide(world, AWARDING, first, &Decision::Reject), Decided::Done(ChallengeState::Rejected));
        assert_eq!(decide(world, PROVIDER, second, &Decision::Withdraw), Decided::Done(ChallengeState::Withdrawn));
        assert_eq!(open(), Vec::<String>::new());
        let case = get(world, PROVIDER, first).unwrap().challenge.case.unwrap();
        let case = world.service.inner.store.read(|store| cases::find(store, case)).unwrap().unwrap();
        assert_eq!(case.rectified.unwrap().advice.as_str(), "The challenge was rejected.");
    });
}

#[test]
fn a_challenge_says_enough_and_not_too_much() {
    each_world(|world| {
        let (uln, events) = learner(world);
        let (_, new) = wrong_grade(uln, events[0]);
        let long = "x".repeat(2_001);
        let cases = [
            (NewChallenge { supplied: EventTexts::new(), ..new.clone() }, ChallengeFault::NothingSupplied),
            (NewChallenge { contact_name: " ", ..new.clone() }, ChallengeFault::ContactName),
            (NewChallenge { telephone: &long, ..new.clone() }, ChallengeFault::Telephone),
            (NewChallenge { email: "nobody", ..new.clone() }, ChallengeFault::Email),
            (NewChallenge { information: &long, ..new.clone() }, ChallengeFault::Information),
            (
                NewChallenge { kind: ChallengeKind::NotMine, information: "", ..new.clone() },
                ChallengeFault::Information,
            ),
            (
                NewChallenge { supplied: EventTexts::from([(EventField::Grade, long.clone())]), ..new.clone() },
                ChallengeFault::Value(EventField::Grade),
            ),
        ];
        for (new, fault) in cases {
            assert_eq!(new.faults(), [fault]);
            assert_eq!(raise(world, &(uln, new)), Raised::Faulty(fault));
        }
        assert_eq!(challenged(world, uln), Vec::<i32>::new());
        let hostile = NewChallenge { information: " a\u{0}b\r\nc\u{1b} ", ..new };
        let id = raised(world, &(uln, hostile));
        assert_eq!(get(world, PROVIDER, id).unwrap().challenge.information, "ab\nc");
        let said = |decision: Decision| {
            world
                .call_as(AWARDING, Action::DecideChallenge, |caller| {
                    world.service.challenges().decide(caller, id, &decision, " \u{0}")
                })
                .unwrap()
        };
        for decision in [Decision::Ask, Decision::Reject, Decision::NoChange, Decision::Accept(Correction::Elsewhere)] {
            assert_eq!(said(decision), Decided::NoMessage);
        }
        assert_eq!(said(Decision::Accept(Correction::Withdraw)), Decided::Done(ChallengeState::Corrected));
    });
}

#[test]
fn lists_are_filtered_and_come_in_order() {
    each_world(|world| {
        let (uln, events) = learner(world);
        let of = |kind, event| (uln, NewChallenge { kind, event, ..wrong_grade(uln, 0).1 });
        let first = raised(world, &of(ChallengeKind::NotMine, Some(events[0])));
        let second = raised(world, &of(ChallengeKind::WrongDetail, Some(events[1])));
        let third = raised(world, &of(ChallengeKind::MissingEvent, None));
        decide(world, AWARDING, second, &Decision::Reject);
        let challenges = world.service.challenges();
        let list = |ukprn, query: ChallengeQuery| {
            let page = world.call_as(ukprn, Action::ViewChallenges, |caller| challenges.list(caller, &query)).unwrap();
            page.challenges.iter().map(|(each, _)| each.id).collect::<Vec<_>>()
        };
        let all = ChallengeQuery::default();
        assert_eq!(list(PROVIDER, all), [third, second, first]);
        assert_eq!(list(PROVIDER, ChallengeQuery { open: Some(true), ..all }), [first, third]);
        assert_eq!(list(PROVIDER, ChallengeQuery { open: Some(false), ..all }), [second]);
        assert_eq!(list(PROVIDER, ChallengeQuery { kind: Some(ChallengeKind::MissingEvent), ..all }), [third]);
        assert_eq!(list(PROVIDER, ChallengeQuery { whose: Some(Whose::ToDecide), ..all }), []);
        assert_eq!(list(AWARDING, ChallengeQuery { whose: Some(Whose::ToDecide), ..all }), [second, first]);
        assert_eq!(list(AWARDING, ChallengeQuery { whose: Some(Whose::Raised), ..all }), []);
        assert_eq!(list(PROVIDER, ChallengeQuery { after: Some(third), ..all }), [second, first]);
        assert_eq!(list(PROVIDER, ChallengeQuery { open: Some(true), after: Some(first), ..all }), [third]);
        let waiting =
            |ukprn| world.call_as(ukprn, Action::ViewChallenges, |caller| challenges.waiting(caller)).unwrap();
        assert_eq!(waiting(PROVIDER), Waiting { raised: 2, to_decide: 0 });
        assert_eq!(waiting(AWARDING), Waiting { raised: 0, to_decide: 1 });
    });
}
