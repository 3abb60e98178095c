//! The queue of jobs: leases, turns, attempts, and what a submission or a chunk leaves behind.

use super::*;
use crate::store::StoreError;

#[test]
fn a_lease_that_was_given_while_the_clock_was_ahead_is_void() {
    each_world(|world| {
        let id = world.submit(JobType::Full, &[learner("Ada", "Quill"), learner("Bertha", "Marrow")]);
        world.clock.advance(TimeDelta::days(1));
        let mut lost = world.service.claim_job("lost", LEASE).unwrap().unwrap();
        assert!(matches!(lost.step(1).unwrap(), Step::Done(1, _)));
        world.clock.advance(TimeDelta::days(-1));
        assert!(world.service.has_claimable_job(LEASE).unwrap());
        let mut held = world.service.claim_job("tester", LEASE).unwrap().unwrap();
        assert!(!world.service.has_claimable_job(LEASE).unwrap(), "this lease is in force");
        assert_eq!(lost.step(1).unwrap(), Step::Lost);
        assert!(matches!(held.step(2).unwrap(), Step::Finished(1)));
        assert_eq!(world.job(id).state, JobState::Successful);
    });
}

#[test]
fn a_worker_that_lost_its_job_changes_nothing() {
    each_world(|world| {
        let names = [("Ada", "Quill"), ("Bertha", "Marrow"), ("Cecily", "Thistle")];
        let rows: Vec<_> = names.map(|(given, family)| learner(given, family)).to_vec();
        let id = world.submit(JobType::Full, &rows);
        let mut slow = world.service.claim_job("slow", LEASE).unwrap().unwrap();
        assert!(matches!(slow.step(1).unwrap(), Step::Done(1, _)));
        assert!(world.service.claim_job("quick", LEASE).unwrap().is_none(), "the lease is in force");

        world.clock.advance(TimeDelta::seconds(31));
        let mut quick = world.service.claim_job("quick", LEASE).unwrap().unwrap();
        assert_eq!(slow.step(1).unwrap(), Step::Lost);
        assert!(matches!(quick.step(2).unwrap(), Step::Finished(2)));
        assert_eq!(slow.step(1).unwrap(), Step::Lost);
        slow.give_back().unwrap();
        assert_eq!(world.job(id).state, JobState::Successful);
        assert_eq!(world.administration().learner_count().unwrap(), 3);
        let codes: Vec<_> = world.records(id).into_iter().map(|record| record.code.unwrap()).collect();
        assert_eq!(codes, ["RC001", "RC001", "RC001"]);
    });
}

#[test]
fn turns_are_shared_and_a_job_that_is_given_back_goes_on() {
    each_world(|world| {
        let first = world.submit(JobType::Full, &[learner("Ada", "Quill"), learner("Ada", "Marrow")]);
        let second = world.submit(JobType::Check, &[learner("Ada", "Thistle")]);
        let mut held = world.service.claim_job("one", LEASE).unwrap().unwrap();
        assert!(matches!(held.step(1).unwrap(), Step::Done(1, _)));
        held.give_back().unwrap();
        assert_eq!(world.job(first).attempts, 0);
        let mut held = world.service.claim_job("one", LEASE).unwrap().unwrap();
        assert_eq!(held.step(9).unwrap(), Step::Finished(1));
        assert_eq!(world.job(second).state, JobState::Successful, "the job with fewer turns comes first");
        world.work(9);
        assert_eq!(world.job(first).state, JobState::Successful);
    });
}

#[test]
fn a_cancelled_job_stops_and_keeps_what_was_done() {
    each_world(|world| {
        let id = world.submit(JobType::Full, &[learner("Ada", "Quill"), learner("Ada", "Marrow")]);
        let mut held = world.service.claim_job("one", LEASE).unwrap().unwrap();
        assert!(matches!(held.step(1).unwrap(), Step::Done(1, _)));
        world.administration().cancel_job(id).unwrap();
        assert_eq!(held.step(1).unwrap(), Step::Lost);
        assert!(matches!(world.output(id), BatchOutput::Failed(_)));
        assert_eq!(world.administration().learner_count().unwrap(), 1);
        assert!(matches!(world.administration().cancel_job(id), Err(AdministrationError::JobIsOver(_))));
        assert!(matches!(world.administration().cancel_job(JobId(999)), Err(AdministrationError::UnknownJob(_))));
    });
}

#[test]
fn a_job_that_never_gets_on_fails_with_a_reason() {
    each_world(|world| {
        let settings = serde_json::json!({"job_type": "FUL"});
        let id = world.call(Action::SubmitRegistrations, |caller| {
            let mut intake = world.service.receive(caller, JobKind::Registration, &settings).unwrap();
            intake.push(&learner("Ada", "Quill")).unwrap();
            // Something that no door would submit.
            intake.push(&"no row").unwrap();
            intake.submit("WSRC0007").unwrap()
        });
        for attempt in 1..=MOST_ATTEMPTS {
            let mut held = world.service.claim_job("one", LEASE).unwrap().unwrap();
            let error = held.step(2).unwrap_err();
            held.fail(&error).unwrap();
            assert!(world.service.claim_job("two", LEASE).unwrap().is_none(), "it pauses after attempt {attempt}");
            world.clock.advance(TimeDelta::seconds(60));
        }
        let job = world.job(id);
        assert_eq!((job.state, job.records_done), (JobState::Failed, 0));
        assert!(job.rejection_reason.unwrap().starts_with("Record 1 "));
        assert_eq!(world.administration().learner_count().unwrap(), 0, "nothing of the chunk was kept");
    });
}

#[test]
fn an_attempt_during_which_the_database_failed_does_not_count() {
    each_world(|world| {
        let id = world.submit(JobType::Full, &[learner("Ada", "Quill")]);
        for _ in 0..=MOST_ATTEMPTS {
            let held = world.service.claim_job("one", LEASE).unwrap().unwrap();
            held.fail(&StoreError::Unreachable("it is away".to_owned()).into()).unwrap();
            assert!(world.service.claim_job("two", LEASE).unwrap().is_none(), "it pauses");
            world.clock.advance(TimeDelta::seconds(2));
        }
        world.work(1);
        assert_eq!(world.job(id).state, JobState::Successful);
    });
}

#[test]
fn workers_that_die_again_and_again_count_as_attempts() {
    each_world(|world| {
        let id = world.submit(JobType::Full, &[learner("Ada", "Quill")]);
        for _ in 0..MOST_ATTEMPTS {
            assert!(world.service.claim_job("dying", LEASE).unwrap().is_some());
            world.clock.advance(TimeDelta::seconds(31));
        }
        assert!(world.service.claim_job("next", LEASE).unwrap().is_none());
        assert_eq!(world.job(id).state, JobState::Failed);
    });
}

#[test]
fn a_submission_that_breaks_off_is_not_seen_and_is_cleared() {
    each_world(|world| {
        let mut intake = world.call(Action::SubmitRegistrations, |caller| {
            world.service.receive(caller, JobKind::Registration, &()).unwrap()
        });
        for _ in 0..600 {
            intake.push(&learner("Ada", "Quill")).unwrap();
        }
        assert_eq!(intake.len(), 600);
        assert!(world.administration().jobs(&JobQuery::default()).unwrap().jobs.is_empty());
        assert!(world.service.claim_job("one", LEASE).unwrap().is_none());
        // As after a crash.
        std::mem::forget(intake);
        assert_eq!(world.service.forget_broken_submissions().unwrap(), 0, "it may still be coming in");
        world.clock.advance(TimeDelta::hours(7));
        assert_eq!(world.service.forget_broken_submissions().unwrap(), 1);
        assert!(world.records(JobId(1)).is_empty());
    });
}

#[test]
fn a_large_submission_is_there_as_a_whole() {
    each_world(|world| {
        let mut intake = world.call(Action::SubmitRegistrations, |caller| {
            world.service.receive(caller, JobKind::Registration, &()).unwrap()
        });
        for number in 0..1_003 {
            intake.push(&number).unwrap();
        }
        let id = intake.submit("WSRC0007").unwrap();
        assert_eq!((world.job(id).records, world.job(id).state), (1_003, JobState::Waiting));
        let stored = world.service.store().read(|store| jobs::records(store, id, 0, 2_000)).unwrap();
        assert_eq!(stored.len(), 1_003);
        assert!(stored.iter().enumerate().all(|(place, record)| record.input == place.to_string()));
    });
}

#[test]
fn the_queue_and_the_service_levels_are_seen() {
    each_world(|world| {
        let id = world.submit(JobType::Full, &[learner("Ada", "Quill")]);
        let depth = world.service.queue_depth().unwrap();
        assert_eq!((depth.waiting, depth.in_progress, depth.late, depth.oldest), (1, 0, 0, Some(noon())));
        world.clock.advance(TimeDelta::hours(49));
        assert_eq!(world.service.queue_depth().unwrap().late, 1);
        world.work(1);
        assert_eq!(world.service.queue_depth().unwrap(), Default::default());
        assert_eq!(world.job(id).finished_at, Some(world.clock.now()));
        let august = world.service.status().month(world.clock.now().date()).unwrap();
        let registrations = &august.batches[0];
        assert_eq!((registrations.kind, registrations.finished, registrations.late), (JobKind::Registration, 1, 1));
        assert_eq!(registrations.longest, TimeDelta::hours(49));
    });
}

#[test]
fn every_record_has_its_line_of_the_trail() {
    each_world(|world| {
        let done = world
            .done(JobType::Full, &[learner("Ada", "Quill"), RegistrationRow { gender: None, ..learner("B", "C") }]);
        let uln: Uln = done[0].row.uln.as_ref().unwrap().parse().unwrap();
        let expected = [("read-registrations", "RC001"), ("submit-registrations", "RC001")];
        let expected: Vec<_> =
            expected.iter().map(|(action, code)| ((*action).to_owned(), (*code).to_owned())).collect();
        assert_eq!(world.trail(uln), expected);
    });
}
