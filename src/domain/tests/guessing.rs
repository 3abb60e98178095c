//! Callers with many misses have to wait, and nobody else.

use super::*;
use crate::domain::jobs::Submission;
use crate::domain::registrations::{JobType, RegistrationRow};
use crate::domain::verifications::VerificationRow;

fn world_with(limits: MissLimits, test: impl Fn(&World)) {
    each_world_with(RuleSettings { miss_limits: limits, ..RuleSettings::default() }, test);
}

/// The outcome of a call, or the seconds it has to wait.
fn wait<T>(outcome: Result<T, Error>) -> Result<T, u64> {
    outcome.map_err(|error| match error {
        Error::Busy(busy) => busy.seconds(),
        other => panic!("{other}"),
    })
}

fn find(world: &World, uln: &str) -> Result<&'static str, u64> {
    let query = FindByUln { uln: uln.parse().ok(), family_name: "Testcase", given_name: "Adalind" };
    wait(world.call(Action::FindByUln, |caller| world.service.learners().find(caller, &query)))
        .map(|found| found.code())
}

fn retrieve(world: &World, ulns: &[&str]) -> Result<usize, u64> {
    wait(world.call(Action::RetrieveUlns, |caller| world.service.learners().retrieve(caller, ulns)))
        .map(|answers| answers.len())
}

fn verify(world: &World, organisation: &str, uln: &str, born: &str) -> Result<&'static str, u64> {
    let claimed = Claimed::names("Adalind", "Testcase").born(Some(born), None);
    let query = VerifyQuery { uln: uln.parse().ok(), claimed };
    let verified =
        world.call_as(organisation, Action::VerifyLearner, |caller| world.service.learners().verify(caller, &query));
    wait(verified).map(|verification| verification.code())
}

#[test]
fn misses_are_limited_in_an_hour_and_earned_back() {
    let limits = MissLimits { misses_per_hour: 60, ..MissLimits::default() };
    world_with(limits, |world| {
        let uln = world.registered(&ada()).to_string();
        for _ in 0..20 {
            assert_eq!(find(world, "1000000000"), Ok("WSRC0001"));
            assert_eq!(find(world, "1000000001"), Ok("WSRC0001"), "no number, so that nothing was tried");
            assert_eq!(find(world, &uln), Ok("WSRC0004"));
            assert_eq!(retrieve(world, &["1000000019", "1000000027", &uln, "nonsense"]), Ok(4));
        }
        assert_eq!(find(world, "1000000000"), Err(60), "one miss is earned in a minute");
        assert_eq!(find(world, &uln), Err(60), "whether it would be one is not looked at");
        assert_eq!(retrieve(world, &[&uln]), Err(60));
        let other = Claim { ukprn: Some(AWARDING), ..world.claim() };
        assert!(authentication::refusal(world, &other).is_none());
        assert_eq!(verify(world, AWARDING, &uln, "2004-02-03"), Ok("WSVRC001"), "another organisation");

        world.clock.advance(TimeDelta::minutes(1));
        assert_eq!(find(world, &uln), Ok("WSRC0004"));
        assert_eq!(
            retrieve(world, &["1000000035", "1000000043", "1000000051"]),
            Ok(3),
            "a list is answered as a whole"
        );
        assert_eq!(find(world, &uln), Err(180), "and paid for");
        world.clock.advance(TimeDelta::hours(2));
        for _ in 0..60 {
            assert_eq!(find(world, "1000000000"), Ok("WSRC0001"));
        }
        assert_eq!(find(world, "1000000000"), Err(60), "no more than an hour's are kept");
        let guesses = world.service.status().guesses();
        assert_eq!((guesses.misses, guesses.misses_refused), (123, 5));
    });
}

#[test]
fn every_operation_that_tells_of_learners_counts() {
    let limits = MissLimits { misses_per_hour: 8, ..MissLimits::default() };
    world_with(limits, |world| {
        let uln = world.registered(&ada()).to_string();
        let misses = || world.service.status().guesses().misses;
        let service = &world.service;
        let nobody = ada().with(Field::GivenName, "Quentin").with(Field::FamilyName, "Zzyzx");
        world.call(Action::FindByUln, |caller| {
            assert_eq!(service.learners().search(caller, &nobody).unwrap(), Found::None);
            assert_eq!(misses(), 1);
            assert_eq!(
                service.learners().register(caller, &ada().into()).unwrap(),
                Registered::Refused(NotRegistered::Exists)
            );
            assert_eq!(misses(), 2);
            let change = LearnerChange { uln: "1000000000".parse().ok(), version: 1, ..LearnerChange::default() };
            assert_eq!(service.learners().update(caller, &change).unwrap(), Updated::NotFound);
            assert_eq!(misses(), 3);
            let query = RecordQuery { claimed: Claimed::names("Quentin", "Zzyzx"), ..records::question(&uln) };
            assert_eq!(service.records().events(caller, &query).unwrap().outcome, RecordOutcome::NotVerified);
            assert_eq!(misses(), 4);
            let audit = AuditQuery { uln: &uln, given_name: "Quentin", family_name: "Zzyzx", page: 1 };
            assert_eq!(service.audit().view(caller, &audit).unwrap().total_items, 0);
            assert_eq!(misses(), 5);
            let verify = VerifyQuery { uln: uln.parse().ok(), claimed: Claimed::names("Quentin", "Zzyzx") };
            assert!(!service.learners().verify(caller, &verify).unwrap().outcome.is_verified());
            assert_eq!(misses(), 6);
            service.learners().retrieve(caller, &["1000000000", "1000000019"]).unwrap();
            assert_eq!(misses(), 8);

            assert!(matches!(service.learners().search(caller, &nobody), Err(Error::Busy(_))));
            assert!(matches!(service.learners().register(caller, &ada().into()), Err(Error::Busy(_))));
            assert!(matches!(service.learners().update(caller, &change), Err(Error::Busy(_))));
            assert!(matches!(service.records().events(caller, &query), Err(Error::Busy(_))));
            assert!(matches!(service.audit().view(caller, &audit), Err(Error::Busy(_))));
            assert!(matches!(service.learners().verify(caller, &verify), Err(Error::Busy(_))));
            assert!(matches!(service.learners().retrieve(caller, &[&uln]), Err(Error::Busy(_))));
        });
    });
}

#[test]
fn a_date_of_birth_cannot_be_found_by_trying() {
    each_world(|world| {
        let uln = world.registered(&ada()).to_string();
        for day in 10..15 {
            assert_eq!(verify(world, AWARDING, &uln, &format!("2004-02-{day}")), Ok("WSVRC005"));
        }
        assert_eq!(verify(world, AWARDING, &uln, "2004-02-15"), Err(60));
        assert_eq!(verify(world, AWARDING, &uln, "2004-02-03"), Err(60), "nor is the right one told");
        assert_eq!(verify(world, AWARDING, "1000000000", "2004-02-03"), Ok("WSVRC006"), "another number");
        assert_eq!(verify(world, PROVIDER, &uln, "2004-02-03"), Ok("WSVRC001"), "another organisation");
        world.clock.advance(TimeDelta::seconds(59));
        assert_eq!(verify(world, AWARDING, &uln, "2004-02-03"), Err(1));
        world.clock.advance(TimeDelta::seconds(1));
        assert_eq!(verify(world, AWARDING, &uln, "2004-02-03"), Ok("WSVRC001"));

        let events = |born| {
            let asked = records::question(&uln);
            let query = RecordQuery { claimed: asked.claimed.born(Some(born), None), ..asked };
            wait(world.call(Action::ViewEvents, |caller| world.service.records().events(caller, &query)))
        };
        for born in ["2004-02-10", "2004-02-11", "2004-02-12", "2004-02-13", "2004-02-14"] {
            assert_eq!(events(born).unwrap().outcome, RecordOutcome::NotVerified);
        }
        assert_eq!(events("2004-02-03").map(drop), Err(60));
    });
}

#[test]
fn batches_have_limits_of_their_own() {
    let limits = MissLimits { misses_per_hour: 1, batch_records_per_hour: 400, ..MissLimits::default() };
    world_with(limits, |world| {
        let submit = |rows: Vec<VerificationRow>| {
            wait(world.call(Action::SubmitVerifications, |caller| {
                world.service.submit_verification(caller, None, rows.len(), rows)
            }))
        };
        let row = |uln: &str, day: usize| VerificationRow {
            uln: Some(uln.to_owned()),
            family_name: Some("Testcase".to_owned()),
            given_name: Some("Adalind".to_owned()),
            date_of_birth: Some(format!("2004-02-{day:02}")),
            ..VerificationRow::default()
        };
        let accepted = |outcome| assert!(matches!(outcome, Ok(Submission::Accepted(_))), "{outcome:?}");
        accepted(submit((0..200).map(|_| row("1000000000", 1)).collect()));
        assert_eq!(
            submit((1..=21).map(|day| row("1000000019", day)).collect()).map(drop),
            Err(60),
            "21 dates of one number"
        );
        accepted(submit(vec![VerificationRow::default(); 200]));
        assert_eq!(submit(vec![row("1000000027", 1)]).map(drop), Err(9), "a record is earned in nine seconds");
        world.clock.advance(TimeDelta::seconds(9));
        accepted(submit(vec![row("1000000027", 1)]));
    });
}

#[test]
fn nought_switches_the_limits_off() {
    let limits = MissLimits { misses_per_hour: 0, failed_verifications_per_minute: 0, batch_records_per_hour: 0 };
    world_with(limits, |world| {
        let uln = world.registered(&ada()).to_string();
        for _ in 0..100 {
            assert_eq!(verify(world, AWARDING, &uln, "1999-09-09"), Ok("WSVRC005"));
            assert_eq!(find(world, "1000000000"), Ok("WSRC0001"));
        }
        let rows = vec![learner_row(); 3];
        let submitted = world.call(Action::SubmitRegistrations, |caller| {
            world.service.submit_registration(caller, JobType::Full, rows.len(), rows.clone())
        });
        assert!(matches!(submitted, Ok(Submission::Accepted(_))));
        assert_eq!(world.service.status().guesses().misses, 200);
    });
}

fn learner_row() -> RegistrationRow {
    batches::learner("Adalind", "Testcase")
}
