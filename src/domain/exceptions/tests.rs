#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::sync::Barrier;

use chrono::TimeDelta;

use super::*;
use crate::domain::jobs::{JobId, Submission};
use crate::domain::registrations::{JobType, RegistrationRow};
use crate::domain::tests::batches::learner;
use crate::domain::{Action, Caller, Claim};
use crate::model::{Door, Uln};
use crate::test_world::{AWARDING, PROVIDER, World, each_world};

fn by_portal<T>(world: &World, ukprn: &str, body: impl FnOnce(&Caller<'_>) -> T) -> T {
    let claim = Claim { ukprn: Some(ukprn), ..world.claim() };
    world.call_by(Door::Portal, &claim, Action::WorkExceptions, body)
}

fn batch(world: &World, job_type: JobType, rows: &[RegistrationRow]) -> JobId {
    let submission = by_portal(world, PROVIDER, |caller| {
        world.service.submit_registration(caller, job_type, rows.len(), rows.iter().cloned()).unwrap()
    });
    world.work(10);
    let Submission::Accepted(id) = submission else { panic!("{submission:?}") };
    id
}

/// Registers Ada Quill, and then submits Adah Quill, who may be her.
fn possible_match(world: &World) -> (Uln, ExceptionId) {
    let first = batch(world, JobType::Full, &[learner("Ada", "Quill")]);
    let rows = by_portal(world, PROVIDER, |caller| world.service.registration_output(caller, first)).unwrap();
    let uln = rows.rows()[0].row.uln.as_ref().unwrap().parse().unwrap();
    let job = batch(world, JobType::Full, &[learner("Adah", "Quill")]);
    (uln, ExceptionId { job, number: 1 })
}

fn list(world: &World, query: &ExceptionQuery<'_>) -> Vec<(i32, String)> {
    let query = ExceptionQuery { limit: 100, ..*query };
    let page = by_portal(world, PROVIDER, |caller| world.service.exceptions().list(caller, &query)).unwrap();
    page.exceptions.into_iter().map(|each| (each.id.number, each.code)).collect()
}

fn lines(world: &World, action: Action) -> Vec<(String, Option<Uln>)> {
    use diesel::prelude::*;
    diesel::table! { audit (id) { id -> BigInt, action -> Text, uln -> Nullable<Text>, outcome -> Text, } }
    world.service.store().flush_trail().unwrap();
    let lines: Vec<(String, Option<String>)> = world
        .service
        .store()
        .read(|c| {
            let lines = audit::table.filter(audit::action.eq(action.text())).order(audit::id);
            Ok(lines.select((audit::outcome, audit::uln)).load(c)?)
        })
        .unwrap();
    lines.into_iter().map(|(outcome, uln)| (outcome, uln.map(|uln| uln.parse().unwrap()))).collect()
}

#[test]
fn the_queue_has_the_eight_codes_of_full_jobs_until_they_are_worked() {
    each_world(|world| {
        let (_, id) = possible_match(world);
        let rows = [
            RegistrationRow { postcode: None, ..learner("Bertha", "Marrow") },
            learner("Cecily", "Thistle"),
            RegistrationRow { gender: Some("M".into()), ..learner("Doris", "Oakley") },
            RegistrationRow { date_of_birth: Some("2020-02-03".into()), ..learner("Edith", "Fenwick") },
            RegistrationRow { uln: Some("9999999987".into()), ..learner("Flora", "Ginger") },
        ];
        let job = batch(world, JobType::Full, &rows);
        batch(world, JobType::Check, &rows);
        let counts = by_portal(world, PROVIDER, |caller| world.service.exceptions().counts(caller)).unwrap();
        let counts: Vec<_> = counts.iter().map(|(code, count)| (code.as_str(), *count)).collect();
        assert_eq!(counts, [("RC006", 1), ("RC007", 1), ("RC009", 1), ("RC011", 1), ("RC013", 1)]);
        assert_eq!(list(world, &ExceptionQuery::default()).len(), 5);
        let of_job = ExceptionQuery { job: Some(job), codes: &["RC011", "RC013"], ..ExceptionQuery::default() };
        assert_eq!(list(world, &of_job), [(3, "RC011".to_owned()), (4, "RC013".to_owned())]);
        let old = ExceptionQuery { older_than: Some(TimeDelta::hours(1)), ..ExceptionQuery::default() };
        assert_eq!(list(world, &old), []);
        world.clock.advance(TimeDelta::hours(2));
        assert_eq!(list(world, &old).len(), 5);
        let after = ExceptionQuery { after: Some(id), ..ExceptionQuery::default() };
        assert_eq!(list(world, &after).len(), 4);
    });
}

#[test]
fn a_possible_match_is_confirmed_or_updated() {
    each_world(|world| {
        let exceptions = world.service.exceptions();
        let (uln, id) = possible_match(world);
        let done =
            by_portal(world, PROVIDER, |caller| exceptions.choose(caller, id, None, uln, Chosen::Confirm)).unwrap();
        assert_eq!(done, Worked::Done("RC002", Some(uln)));
        assert_eq!(lines(world, Action::FindByDetails), [("WSRC0004".to_owned(), Some(uln))]);
        let worked = by_portal(world, PROVIDER, |caller| exceptions.get(caller, id)).unwrap().unwrap().worked.unwrap();
        assert_eq!((worked.way, &*worked.user_name, &*worked.code), (WayOfWorking::Confirmed, "A. Tester", "RC002"));
        assert_eq!(list(world, &ExceptionQuery::default()), []);
        let again =
            by_portal(world, PROVIDER, |caller| exceptions.choose(caller, id, None, uln, Chosen::Update)).unwrap();
        assert_eq!(again, Worked::Before(worked));

        let job = batch(world, JobType::Full, &[learner("Adah", "Quill")]);
        let id = ExceptionId { job, number: 1 };
        let done =
            by_portal(world, PROVIDER, |caller| exceptions.choose(caller, id, None, uln, Chosen::Update)).unwrap();
        assert_eq!(done, Worked::Done("RC003", Some(uln)));
        assert_eq!(lines(world, Action::UpdateLearner), [("WSRC0006".to_owned(), Some(uln))]);
        let stored = world.service.store().learner(uln).unwrap().unwrap();
        assert_eq!(stored.learner.names.given, "Adah");
        // The export has the learner's number.
        let worked = ExceptionQuery { worked: true, ..ExceptionQuery::default() };
        let rows = by_portal(world, PROVIDER, |caller| exceptions.export(caller, &worked)).unwrap();
        let rows: Vec<_> = rows.iter().map(|each| (&*each.code, each.row.uln.as_deref())).collect();
        assert_eq!(rows, [("RC002", Some(uln.as_str())), ("RC003", Some(uln.as_str()))]);
    });
}

#[test]
fn a_learner_who_cannot_be_meant_is_not_chosen() {
    each_world(|world| {
        let (_, id) = possible_match(world);
        let other = batch(world, JobType::Full, &[learner("Zelda", "Unlike")]);
        let output = by_portal(world, PROVIDER, |caller| world.service.registration_output(caller, other)).unwrap();
        let other: Uln = output.rows()[0].row.uln.as_ref().unwrap().parse().unwrap();
        for chosen in [Chosen::Confirm, Chosen::Update] {
            let exceptions = world.service.exceptions();
            let outcome =
                by_portal(world, PROVIDER, |caller| exceptions.choose(caller, id, None, other, chosen)).unwrap();
            assert_eq!(outcome, Worked::AnotherPerson);
        }
        assert_eq!(list(world, &ExceptionQuery::default()).len(), 1, "it is still open");
        assert_eq!(world.service.store().learner(other).unwrap().unwrap().learner.names.given, "Zelda");
    });
}

#[test]
fn none_of_the_matches_is_registered_with_the_lines_of_a_single_registration() {
    each_world(|world| {
        let (uln, id) = possible_match(world);
        let exceptions = world.service.exceptions();
        let reason = "Cousins who live together";
        let done = by_portal(world, PROVIDER, |caller| exceptions.register(caller, id, None, reason)).unwrap();
        let Worked::Done("RC001", Some(new)) = done else { panic!("{done:?}") };
        assert_ne!(new, uln);
        assert_eq!(lines(world, Action::RegisterLearner), [("WSRC0005".to_owned(), Some(new))]);
        let worked = by_portal(world, PROVIDER, |caller| exceptions.get(caller, id)).unwrap().unwrap().worked.unwrap();
        assert_eq!((worked.way, &*worked.reason), (WayOfWorking::Registered, reason));
    });
}

#[test]
fn a_corrected_record_is_processed_as_in_a_batch() {
    each_world(|world| {
        let wrong = RegistrationRow { gender: Some("M".into()), ..learner("Doris", "Oakley") };
        let id = ExceptionId { job: batch(world, JobType::Full, std::slice::from_ref(&wrong)), number: 1 };
        let exceptions = world.service.exceptions();
        let correct = |row: RegistrationRow| by_portal(world, PROVIDER, |caller| exceptions.correct(caller, id, row));
        assert_eq!(correct(wrong.clone()).unwrap(), Worked::Still("RC011"));
        let young = RegistrationRow { date_of_birth: Some("2020-02-03".into()), ..learner("Doris", "Oakley") };
        assert_eq!(correct(young).unwrap(), Worked::Still("RC013"));
        assert_eq!(list(world, &ExceptionQuery::default()).len(), 1);
        let done = correct(learner("Doris", "Oakley")).unwrap();
        assert!(matches!(done, Worked::Done("RC001", Some(_))), "{done:?}");
    });
}

#[test]
fn an_exception_can_be_closed_with_a_reason() {
    each_world(|world| {
        let (_, id) = possible_match(world);
        let exceptions = world.service.exceptions();
        let done = by_portal(world, PROVIDER, |caller| exceptions.close(caller, id, "Has left")).unwrap();
        assert!(matches!(done, Worked::Done(_, None)));
        let worked = by_portal(world, PROVIDER, |caller| exceptions.get(caller, id)).unwrap().unwrap().worked.unwrap();
        assert_eq!((worked.way, &*worked.code, &*worked.reason), (WayOfWorking::Closed, "RC007", "Has left"));
    });
}

#[test]
fn two_who_work_it_at_once_register_one_learner() {
    each_world(|world| {
        let (_, id) = possible_match(world);
        let barrier = Barrier::new(4);
        let outcomes: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        barrier.wait();
                        let exceptions = world.service.exceptions();
                        by_portal(world, PROVIDER, |caller| exceptions.register(caller, id, None, "None of these"))
                            .unwrap()
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let done = outcomes.iter().filter(|outcome| matches!(outcome, Worked::Done("RC001", _))).count();
        let before = outcomes.iter().filter(|outcome| matches!(outcome, Worked::Before(_))).count();
        assert_eq!((done, before), (1, 3), "{outcomes:?}");
        assert_eq!(lines(world, Action::RegisterLearner).len(), 1);
    });
}

#[test]
fn another_organisation_has_no_exceptions_and_works_none() {
    each_world(|world| {
        let (uln, id) = possible_match(world);
        let exceptions = world.service.exceptions();
        let find = |ukprn| by_portal(world, ukprn, |caller| exceptions.get(caller, id)).unwrap().is_some();
        assert!(find(PROVIDER) && !find(AWARDING));
        by_portal(world, AWARDING, |caller| {
            assert_eq!(exceptions.counts(caller).unwrap(), []);
            assert!(exceptions.choose(caller, id, None, uln, Chosen::Confirm).is_err(), "it may not register learners");
        });
        world.add_organisation("TEST0039", "TEST39", "Another College", true);
        by_portal(world, "TEST0039", |caller| {
            assert_eq!(exceptions.choose(caller, id, None, uln, Chosen::Confirm).unwrap(), Worked::Unknown);
            assert_eq!(
                exceptions.list(caller, &ExceptionQuery { limit: 9, ..Default::default() }).unwrap().exceptions,
                []
            );
        });
    });
}
