//! What is left of a job whose records have expired, on both databases.

use chrono::TimeDelta;

use super::batches::learner;
use super::*;
use crate::domain::jobs::{BatchOutput, JobId, JobState, ResultQuery, Submission};
use crate::domain::registrations::{JobType, RegisteredRow};
use crate::domain::verifications::VerificationRow;
use crate::store::jobs;

const EMAIL: &str = "mis@college.example";

impl World {
    fn submit_one(&self, given: &str) -> JobId {
        let row = learner(given, "Quill");
        let submitted = self
            .call(Action::SubmitRegistrations, |caller| {
                self.service.submit_registration(caller, JobType::Full, 1, [row])
            })
            .unwrap();
        let Submission::Accepted(id) = submitted else { panic!("{submitted:?}") };
        id
    }

    fn delete_what_is_due(&self) {
        while self.service.delete_old_batch_records().unwrap().is_some() {}
    }

    fn rows(&self, id: JobId) -> usize {
        self.service.store().read(|store| jobs::records(store, id, 0, 100)).unwrap().len()
    }
}

#[test]
fn records_go_when_their_time_is_over_and_the_counts_stay() {
    each_world(|world| {
        let old = world.submit_one("Ada");
        world.work(10);
        world.clock.advance(TimeDelta::days(60));
        let young = world.submit_one("Bertha");
        world.work(10);
        let open = world.submit_one("Cecily");
        world.clock.advance(TimeDelta::days(30));
        world.delete_what_is_due();
        assert_eq!([old, young, open].map(|id| world.rows(id)), [1, 1, 1], "90 days are not over");

        world.clock.advance(TimeDelta::seconds(1));
        world.delete_what_is_due();
        assert_eq!([old, young, open].map(|id| world.rows(id)), [0, 1, 1]);
        let output =
            |id| world.call(Action::ReadRegistrations, |caller| world.service.registration_output(caller, id)).unwrap();
        assert_eq!(output(old), BatchOutput::Unknown);
        assert!(matches!(output(young), BatchOutput::Finished(..)));
        assert!(matches!(output(open), BatchOutput::Unfinished(_)));

        let admin = world.administration();
        let report = admin.job(old).unwrap();
        assert_eq!((report.job.state, report.counts.get("RC001")), (JobState::Successful, Some(&1)));
        let refused =
            admin.job_results::<RegisteredRow>(old, &ResultQuery::default()).err().map(|error| error.to_string());
        assert_eq!(
            refused.as_deref(),
            Some("the records of job 1 were deleted on 2025-10-29, because it finished long ago")
        );

        world.clock.advance(TimeDelta::days(300));
        world.delete_what_is_due();
        assert_eq!([old, young, open].map(|id| world.rows(id)), [0, 0, 1], "what is not over stays");
    });
}

#[test]
fn the_submitters_address_goes_with_the_records_and_a_cancelled_batch_keeps_its_counts() {
    each_world(|world| {
        let row = || VerificationRow {
            uln: Some("1000000019".to_owned()),
            given_name: Some("Ada".to_owned()),
            family_name: Some("Quill".to_owned()),
            ..VerificationRow::default()
        };
        let submitted = world
            .call(Action::SubmitVerifications, |caller| {
                world.service.submit_verification(caller, Some(EMAIL), 2, [row(), row()])
            })
            .unwrap();
        let Submission::Accepted(id) = submitted else { panic!("{submitted:?}") };
        let mut held = world.service.claim_job("worker", std::time::Duration::from_secs(30)).unwrap().unwrap();
        held.step(1).unwrap();
        let admin = world.administration();
        admin.cancel_job(id).unwrap();
        assert!(admin.job(id).unwrap().job.settings.contains(EMAIL));

        world.clock.advance(TimeDelta::days(91));
        world.delete_what_is_due();
        let report = admin.job(id).unwrap();
        assert!(!report.job.settings.contains(EMAIL), "{}", report.job.settings);
        assert_eq!(report.counts.values().sum::<i64>(), 1, "one record had been done");
        assert_eq!(world.rows(id), 0);
    });
}
