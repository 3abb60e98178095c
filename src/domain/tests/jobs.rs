//! What an organisation sees of its own jobs, and may do with them, on both databases.

use std::time::Duration;

use super::batches::learner;
use super::*;
use crate::domain::achievements::AchievedRow;
use crate::domain::jobs::{
    BatchFile, Cancelled, JobId, JobKind, JobPage, JobQuery, JobState, MOST_FILE_BYTES, ResultPage, ResultQuery, Step,
    Submission,
};
use crate::domain::registrations::{JobType, RegisteredRow};
use crate::domain::verifications::VerifiedRow;

const LEASE: Duration = Duration::from_secs(30);
const FILE_NAME: &str = "QCF_TEST0045_20250615_001.CSV";

impl World {
    fn registrations(&self, given: &[&str]) -> JobId {
        let rows: Vec<_> = given.iter().map(|given| learner(given, "Quill")).collect();
        let submitted = self.call(Action::SubmitRegistrations, |caller| {
            self.service.submit_registration(caller, JobType::Check, rows.len(), rows)
        });
        let Ok(Submission::Accepted(id)) = submitted else { panic!("{submitted:?}") };
        id
    }

    fn achievements(&self, file: Option<BatchFile>) -> JobId {
        let batch = AchievementBatch { submission_type: "F", file, ..AchievementBatch::default() };
        let submitted = self.call_as(AWARDING, Action::SubmitAchievements, |caller| {
            self.service.submit_achievements(caller, &batch, [AchievementRow::default()])
        });
        submitted.unwrap().job_id().unwrap()
    }

    fn list(&self, ukprn: &str, query: JobQuery<'_>) -> JobPage {
        self.call_as(ukprn, Action::ListJobs, |caller| self.service.jobs().list(caller, &query)).unwrap()
    }

    fn ids(&self, ukprn: &str, query: JobQuery<'_>) -> Vec<JobId> {
        self.list(ukprn, query).jobs.iter().map(|job| job.id).collect()
    }

    fn cancel(&self, ukprn: &str, id: JobId) -> Cancelled {
        self.call_as(ukprn, Action::CancelJob, |caller| self.service.jobs().cancel(caller, id)).unwrap()
    }

    fn file(&self, ukprn: &str, id: JobId) -> Option<BatchFile> {
        self.call_as(ukprn, Action::FetchFile, |caller| self.service.jobs().file(caller, id)).unwrap()
    }

    fn results(&self, id: JobId, query: ResultQuery<'_>) -> Option<ResultPage<RegisteredRow>> {
        self.call(Action::ShowRecords, |caller| self.service.jobs().results(caller, id, &query)).unwrap()
    }

    /// Organisation and outcome of the lines of an action.
    fn lines(&self, action: Action) -> Vec<(String, String)> {
        use diesel::prelude::*;
        diesel::table! { audit (id) { id -> BigInt, organisation_ref -> Text, action -> Text, outcome -> Text, } }
        self.service.store().flush_trail().unwrap();
        self.service
            .store()
            .read(|c| {
                Ok(audit::table
                    .filter(audit::action.eq(action.text()))
                    .select((audit::organisation_ref, audit::outcome))
                    .load(c)?)
            })
            .unwrap()
    }
}

#[test]
fn an_organisation_lists_its_own_jobs_newest_first_page_by_page() {
    each_world(|world| {
        let jobs: Vec<JobId> = ["Ada", "Bertha", "Cecily"].iter().map(|given| world.registrations(&[given])).collect();
        let foreign = world.achievements(None);
        let first = world.list(PROVIDER, JobQuery { limit: 2, ..JobQuery::default() });
        assert_eq!(first.jobs.iter().map(|job| job.id).collect::<Vec<_>>(), [jobs[2], jobs[1]]);
        let next = JobQuery { limit: 2, before: first.next, ..JobQuery::default() };
        assert_eq!((world.ids(PROVIDER, next), world.list(PROVIDER, next).next), (vec![jobs[0]], None));
        let ten = JobQuery { limit: 10, ..JobQuery::default() };
        assert_eq!(world.ids(AWARDING, ten), [foreign]);

        assert_eq!(world.cancel(PROVIDER, jobs[1]), Cancelled::Done);
        assert_eq!(world.ids(PROVIDER, JobQuery { states: &[JobState::Cancelled], ..ten }), [jobs[1]]);
        assert_eq!(world.ids(PROVIDER, JobQuery { states: &[JobState::Waiting], ..ten }), [jobs[2], jobs[0]]);
        assert!(world.ids(PROVIDER, JobQuery { kinds: &[JobKind::Verification], ..ten }).is_empty());
        let both = [JobKind::Registration, JobKind::Verification];
        assert_eq!(world.ids(PROVIDER, JobQuery { kinds: &both, ..ten }).len(), 3);
        let all = world.administration().jobs(&JobQuery { limit: 3, ..JobQuery::default() }).unwrap();
        assert_eq!((all.jobs[0].id, all.next), (foreign, Some(jobs[1])), "operators see everybody's");

        world.work(1);
        world.clock.advance(TimeDelta::days(100));
        while world.service.delete_old_batch_records().unwrap().is_some() {}
        assert!(world.ids(PROVIDER, ten).is_empty(), "as reading them would answer");
    });
}

#[test]
fn results_are_read_page_by_page_and_by_code() {
    each_world(|world| {
        let id = world.registrations(&["Ada", "", "Cecily", "", "Edith"]);
        let mut held = world.service.claim_job("worker", LEASE).unwrap().unwrap();
        assert!(matches!(held.step(4).unwrap(), Step::Done(4, _)));
        let all = ResultQuery { limit: 3, ..ResultQuery::default() };
        let first = world.results(id, all).unwrap();
        assert_eq!(first.rows.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [1, 2, 3]);
        let second = world.results(id, ResultQuery { after: first.next.unwrap(), ..all }).unwrap();
        assert_eq!((second.rows.len(), second.next), (1, None), "the fifth is not done");
        let refused = world.results(id, ResultQuery { codes: &["RC011", "RC006"], ..all }).unwrap();
        assert_eq!(refused.rows.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [2, 4]);
        let report = world.call(Action::ListJobs, |caller| world.service.jobs().report(caller, id)).unwrap().unwrap();
        assert_eq!((report.job.records_done, report.counts.values().sum::<i64>()), (4, 4));

        let of_kind =
            world.call(Action::ShowRecords, |caller| world.service.jobs().results::<VerifiedRow>(caller, id, &all));
        assert_eq!(of_kind.unwrap(), None, "it is not of this kind");
        let others = |caller: &Caller<'_>| world.service.jobs().results::<RegisteredRow>(caller, id, &all);
        assert_eq!(world.call_as(AWARDING, Action::ShowRecords, others).unwrap(), None);
        assert!(world.lines(Action::ShowRecords).contains(&(AWARDING.to_owned(), "WSRC0018".to_owned())));
        assert!(world.lines(Action::ShowRecords).contains(&(PROVIDER.to_owned(), format!("job {id}"))));
    });
}

#[test]
fn an_organisation_cancels_its_own_jobs_and_no_others() {
    each_world(|world| {
        let id = world.registrations(&["Ada", "Bertha"]);
        let mut held = world.service.claim_job("worker", LEASE).unwrap().unwrap();
        assert!(matches!(held.step(1).unwrap(), Step::Done(1, _)));
        assert_eq!(world.cancel(AWARDING, id), Cancelled::Unknown);
        assert_eq!(world.cancel(PROVIDER, JobId(999)), Cancelled::Unknown);
        assert_eq!(world.cancel(PROVIDER, id), Cancelled::Done);
        assert_eq!(held.step(1).unwrap(), Step::Lost);
        assert_eq!(world.cancel(PROVIDER, id), Cancelled::Over);

        let report = world.call(Action::ListJobs, |caller| world.service.jobs().report(caller, id)).unwrap().unwrap();
        assert_eq!((report.job.state, report.job.records_done), (JobState::Cancelled, 1));
        assert_eq!(report.job.rejection_reason.as_deref(), Some("Cancelled by its organisation."));
        let done = world.results(id, ResultQuery { limit: 9, ..ResultQuery::default() }).unwrap();
        assert_eq!(done.rows.len(), 1, "what is done stays done");
        let line = |ukprn: &str, outcome: &str| (ukprn.to_owned(), outcome.to_owned());
        let mut lines = world.lines(Action::CancelJob);
        lines.sort();
        assert_eq!(
            lines,
            [line(PROVIDER, "WSRC0018"), line(PROVIDER, &format!("job {id}")), line(AWARDING, "WSRC0018")],
            "nothing was done where it was over"
        );
    });
}

#[test]
fn a_file_is_kept_with_its_job_for_as_long_as_the_records() {
    each_world(|world| {
        let bytes: Vec<u8> = (0..1_000_000_u32).flat_map(u32::to_be_bytes).take(1_000_001).collect();
        let id = world.achievements(BatchFile::kept(FILE_NAME, bytes.clone()));
        let found = world.file(AWARDING, id).unwrap();
        assert_eq!((found.name(), found.bytes() == bytes), (FILE_NAME, true));
        assert_eq!(world.file(PROVIDER, id), None);
        assert!(world.lines(Action::FetchFile).contains(&(AWARDING.to_owned(), format!("job {id}"))));

        let named = world.achievements(Some(BatchFile::named(FILE_NAME)));
        assert_eq!(world.file(AWARDING, named), None, "only its name is kept");
        let job = &world.list(AWARDING, JobQuery { limit: 1, ..JobQuery::default() }).jobs[0];
        assert_eq!((job.id, job.file_name.as_deref()), (named, Some(FILE_NAME)));

        world.work(1);
        let rows = world.administration().job_results::<AchievedRow>(id, &ResultQuery::default()).unwrap().into_rows();
        assert_eq!(rows[0].code, "F002");
        let pieces = || world.service.store().read(|store| crate::store::jobs::file(store, id)).unwrap();
        assert!(pieces().is_some());
        world.clock.advance(TimeDelta::days(100));
        while world.service.delete_old_batch_records().unwrap().is_some() {}
        assert_eq!((pieces(), world.file(AWARDING, id)), (None, None));

        assert!(BatchFile::kept("large", vec![0; MOST_FILE_BYTES]).is_some());
        assert!(BatchFile::kept("too large", vec![0; MOST_FILE_BYTES + 1]).is_none());
    });
}
