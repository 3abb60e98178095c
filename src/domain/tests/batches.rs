//! Batches on both databases: every return code, who may read the results, and what a chunk leaves
//! behind.

mod queue;

use std::time::Duration;

use super::*;
use crate::domain::jobs::{BatchOutput, Job, JobId, JobKind, JobQuery, JobState, MOST_ATTEMPTS, Step, Submission};
use crate::domain::registrations::{JobType, RegisteredRow, RegistrationRow, codes::Counted};
use crate::domain::verifications::{VerificationRow, VerifiedRow};
use crate::model::JobRecord;
use crate::store::jobs;

const LEASE: Duration = Duration::from_secs(30);

pub(super) fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// A complete learner who matches no other row.
pub(in crate::domain) fn learner(given: &str, family: &str) -> RegistrationRow {
    RegistrationRow {
        mis_identifier: text("MIS-1"),
        given_name: text(given),
        family_name: text(family),
        date_of_birth: text("2005-02-03"),
        gender: text("2"),
        postcode: text("CV1 2WT"),
        ability_to_share: text("1"),
        verification_type: text("2"),
        ..RegistrationRow::default()
    }
}

impl World {
    fn submit(&self, job_type: JobType, rows: &[RegistrationRow]) -> JobId {
        self.submit_by(Door::WebService, job_type, rows)
    }

    fn submit_by(&self, door: Door, job_type: JobType, rows: &[RegistrationRow]) -> JobId {
        let submission = self.call_by(door, &self.claim(), Action::SubmitRegistrations, |caller| {
            self.service.submit_registration(caller, job_type, rows.len(), rows.iter().cloned()).unwrap()
        });
        let Submission::Accepted(id) = submission else { panic!("{submission:?}") };
        id
    }

    fn output(&self, id: JobId) -> BatchOutput<RegisteredRow> {
        self.call(Action::ReadRegistrations, |caller| self.service.registration_output(caller, id)).unwrap()
    }

    fn done(&self, job_type: JobType, rows: &[RegistrationRow]) -> Vec<RegisteredRow> {
        let id = self.submit(job_type, rows);
        self.work(7);
        let BatchOutput::Finished(_, rows) = self.output(id) else { panic!("not finished") };
        rows
    }

    fn code_of(&self, job_type: JobType, row: RegistrationRow) -> String {
        self.done(job_type, &[row])[0].code.clone()
    }

    fn job(&self, id: JobId) -> Job {
        self.service.store().read(|store| jobs::by_id(store, id)).unwrap().unwrap()
    }

    fn records(&self, id: JobId) -> Vec<JobRecord> {
        self.service.store().read(|store| jobs::records(store, id, 0, 1_000)).unwrap()
    }
}

#[test]
fn new_learners_get_numbers_and_come_back_in_order() {
    each_world(|world| {
        let given = ["Ada", "Bertha", "Cecily", "Doris", "Edith"];
        let family = ["Quill", "Marrow", "Thistle", "Oakley", "Fenwick"];
        let rows: Vec<_> = given.iter().zip(family).map(|(given, family)| learner(given, family)).collect();
        let id = world.submit(JobType::Full, &rows);
        let BatchOutput::Unfinished(job) = world.output(id) else { panic!("it has not begun") };
        assert_eq!((job.state, job.records, job.started_at), (JobState::Waiting, 5, None));

        world.work(2);
        let BatchOutput::Finished(report, done) = world.output(id) else { panic!("not finished") };
        assert_eq!(report.job.state, JobState::Successful);
        assert_eq!(report.registrations(Counted::New), 5);
        assert_eq!(report.registrations(Counted::ExistsOrUpdated), 0);
        for (row, sent) in done.iter().zip(&rows) {
            assert_eq!(row.code, "RC001");
            let uln: Uln = row.row.uln.as_ref().unwrap().parse().unwrap();
            let stored = world.administration().learner(uln).unwrap().unwrap();
            assert_eq!(Some(stored.names.given), sent.given_name);
            assert_eq!(RegistrationRow { uln: None, ..row.row.clone() }, *sent);
        }
    });
}

#[test]
fn every_return_code() {
    each_world(|world| {
        let full = |row| world.code_of(JobType::Full, row);
        let check = |row| world.code_of(JobType::Check, row);
        let ada = || learner("Ada", "Quill");

        assert_eq!(check(ada()), "RC009", "a check creates nobody");
        let created = world.done(JobType::Full, &[ada(), ada()]);
        assert_eq!((created[0].code.as_str(), created[1].code.as_str()), ("RC001", "RC002"), "twice in one batch");
        assert_eq!(created[0].row.uln, created[1].row.uln);
        let uln = created[0].row.uln.clone();
        let known = |row: RegistrationRow| RegistrationRow { uln: uln.clone(), ..row };

        assert_eq!(full(ada()), "RC002");
        assert_eq!(check(ada()), "RC002");
        let moved = || RegistrationRow { address_town: text("Coventry"), ..known(ada()) };
        assert_eq!(check(moved()), "RC004", "a check changes nothing");
        assert_eq!(full(moved()), "RC003");
        assert_eq!(full(moved()), "RC004");
        assert_eq!(full(known(ada())), "RC004", "what is empty does not clear");
        assert_eq!(full(RegistrationRow { postcode: None, verification_type: None, ..ada() }), "RC006");
        assert_eq!(full(RegistrationRow { verification_type: None, ..learner("Zoe", "Unheard") }), "RC006");
        assert_eq!(full(RegistrationRow { postcode: text("CV1 9ZZ"), gender: text("9"), ..ada() }), "RC007");
        assert_eq!(full(RegistrationRow { uln: text("1000000019"), ..ada() }), "RC009");
        assert_eq!(full(RegistrationRow { uln: text("1000000018"), ..ada() }), "RC009", "a wrong check digit");
        assert_eq!(full(known(learner("Someone", "Else"))), "RC010");
        assert_eq!(full(RegistrationRow { nationality: text("XX"), ..ada() }), "RC011");
        assert_eq!(full(known(RegistrationRow { ability_to_share: text("0"), ..ada() })), "RC011");
        assert_eq!(full(RegistrationRow { unique_candidate_identifier: text("1"), ..ada() }), "RC012");

        let young = RegistrationRow { date_of_birth: text("2020-02-03"), ..learner("Baby", "Newcome") };
        assert_eq!(full(young.clone()), "RC011", "by web service");
        let id = world.submit_by(Door::File, JobType::Full, &[young]);
        world.work(1);
        assert_eq!(world.records(id)[0].code.as_deref(), Some("RC013"), "by file");

        let master = world.done(JobType::Full, &[learner("Greta", "Master")])[0].row.uln.clone();
        let merge = (uln.as_ref().unwrap().parse().unwrap(), master.as_ref().unwrap().parse().unwrap());
        world.merge(merge.0, merge.1);
        let linked = world.done(JobType::Full, &[known(ada()), ada()]);
        assert_eq!((linked[0].code.as_str(), linked[1].code.as_str()), ("RC005", "RC005"));
        assert_eq!((&linked[0].row.uln, &linked[1].row.uln), (&master, &master));
    });
}

#[test]
fn too_many_matches() {
    each_world(|world| {
        let given =
            ["Ada", "Adam", "Adah", "Aden", "Adan", "Addie", "Adelina", "Adina", "Adra", "Adele", "Adria", "Adora"];
        for (number, given) in given.into_iter().enumerate() {
            let postcode = text(&format!("CV1 {}AA", number % 10));
            let row = RegistrationRow { postcode, gender: text("9"), ..learner(given, "Quill") };
            let _ = world.registered(
                &FieldTexts::default()
                    .with(Field::GivenName, given)
                    .with(Field::FamilyName, "Quill")
                    .with(Field::DateOfBirth, "2005-02-03")
                    .with(Field::Gender, "9")
                    .with(Field::LastKnownPostCode, row.postcode.as_deref().unwrap())
                    .with(Field::VerificationType, "1")
                    .with(Field::AbilityToShare, "1"),
            );
        }
        assert_eq!(world.code_of(JobType::Full, learner("A", "Quill")), "RC008");
    });
}

#[test]
fn a_batch_of_the_wrong_size_is_refused_and_leaves_nothing() {
    each_world(|world| {
        let rows = |count: usize| vec![learner("Ada", "Quill"); count];
        let submit = |stated: usize, count: usize| {
            world
                .call(Action::SubmitRegistrations, |caller| {
                    world.service.submit_registration(caller, JobType::Full, stated, rows(count))
                })
                .unwrap()
        };
        assert_eq!(submit(2, 3), Submission::WrongCount);
        assert_eq!(submit(0, 0), Submission::Empty);
        assert_eq!(submit(201, 201), Submission::TooMany);
        assert!(world.administration().jobs(&JobQuery::default()).unwrap().jobs.is_empty());
        assert!(matches!(submit(200, 200), Submission::Accepted(_)));
    });
}

#[test]
fn a_job_is_its_submitters_alone() {
    each_world(|world| {
        let id = world.submit(JobType::Check, &[learner("Ada", "Quill")]);
        world.work(1);
        let others =
            world.call_as(AWARDING, Action::ReadRegistrations, |caller| world.service.registration_output(caller, id));
        assert_eq!(others.unwrap(), BatchOutput::Unknown);
        let unknown =
            world.call(Action::ReadRegistrations, |caller| world.service.registration_output(caller, JobId(id.0 + 1)));
        assert_eq!(unknown.unwrap(), BatchOutput::Unknown);
        let kind = world.call(Action::ReadVerifications, |caller| world.service.verification_output(caller, id));
        assert_eq!(kind.unwrap(), BatchOutput::Unknown);
        let refused = world.call_as(AWARDING, Action::SubmitRegistrations, |caller| {
            world.service.submit_registration(caller, JobType::Full, 1, [learner("Ada", "Quill")])
        });
        assert!(matches!(refused, Err(Error::InsufficientAccess)));
    });
}

/// No other organisation, of the same type or another, learns that a job exists.
#[test]
fn every_kind_of_job_is_its_submitters_alone() {
    each_world(|world| {
        world.add_organisation("TEST0003", "TEST03", "Other Awards", false);
        world.add_organisation("TEST0004", "TEST04", "Other College", true);
        let registration = world.submit(JobType::Check, &[learner("Ada", "Quill")]);
        let row = VerificationRow {
            uln: text("1000000019"),
            given_name: text("Ada"),
            family_name: text("Quill"),
            ..VerificationRow::default()
        };
        let verification = world.call_as(AWARDING, Action::SubmitVerifications, |caller| {
            world.service.submit_verification(caller, None, 1, [row]).unwrap()
        });
        let batch = AchievementBatch { submission_type: "F", ..AchievementBatch::default() };
        let row = AchievementRow::default();
        let achievement = world.call_as(AWARDING, Action::SubmitAchievements, |caller| {
            world.service.submit_achievements(caller, &batch, [row]).unwrap()
        });
        let (Submission::Accepted(verification), Some(achievement)) = (verification, achievement.job_id()) else {
            panic!("not accepted")
        };
        let readable = |ukprn: &str| {
            world.call_as(ukprn, Action::ReadRegistrations, |caller| {
                [
                    world.service.registration_output(caller, registration).unwrap() != BatchOutput::Unknown,
                    world.service.verification_output(caller, verification).unwrap() != BatchOutput::Unknown,
                    world.service.achievement_job(caller, achievement).unwrap().is_some(),
                ]
            })
        };
        for _ in 0..2 {
            assert_eq!(readable(PROVIDER), [true, false, false]);
            assert_eq!(readable(AWARDING), [false, true, true]);
            assert_eq!(readable("TEST0003"), [false, false, false]);
            assert_eq!(readable("TEST0004"), [false, false, false]);
            world.work(1);
        }
    });
}

#[test]
fn verify_records_answer_as_verify_learner() {
    each_world(|world| {
        let uln = world.done(JobType::Full, &[learner("Ada", "Quill")])[0].row.uln.clone().unwrap();
        let row = |uln: &str, given: &str| VerificationRow {
            mis_identifier: text("7"),
            uln: text(uln),
            given_name: text(given),
            family_name: text("Quill"),
            ..VerificationRow::default()
        };
        let rows = [row(&uln, "Ada"), row(&uln, "Bob"), row("1000000019", "Ada"), row("9999999999", "Ada")];
        let submission = world.call_as(AWARDING, Action::SubmitVerifications, |caller| {
            world.service.submit_verification(caller, Some("nobody@example.org"), rows.len(), rows.clone())
        });
        let Ok(Submission::Accepted(id)) = submission else { panic!("not accepted") };
        world.work(3);
        let output = world
            .call_as(AWARDING, Action::ReadVerifications, |caller| world.service.verification_output(caller, id))
            .unwrap();
        let BatchOutput::Finished(report, done) = output else { panic!("not finished") };
        assert_eq!(report.counts.get("WSVRC006"), Some(&2));
        let codes: Vec<&str> = done.iter().map(|row: &VerifiedRow| row.code.as_str()).collect();
        assert_eq!(codes, ["WSVRC001", "WSVRC005", "WSVRC006", "WSVRC006"]);
        assert_eq!(done[0].learner.as_ref().map(|learner| learner.uln.as_str()), Some(uln.as_str()));
        assert!(done[1].learner.is_none() && done[1].flags.contains(&"VRF1".to_owned()));
        assert_eq!(done[1].row, rows[1]);
    });
}
