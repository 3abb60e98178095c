//! The order of batches: one organisation's many do not delay another's, and the number in the
//! queue is limited.

use std::thread;
use std::time::{Duration, Instant};

use crate::batches::{crowd, finished, setup, submit};
use crate::flows::Person;
use crate::harness::message::{VERIFY, elements};
use crate::harness::{Answer, Deployment, on_both};

const LS: &str = "LearnerService";
const PATIENCE: Duration = Duration::from_secs(120);

/// A verify batch of the awarding organisation.
fn submit_verification(deployment: &Deployment, records: usize) -> Answer {
    let other = deployment.awarding_organisation();
    let records: Vec<String> = (0..records)
        .map(|number| {
            let Person { given, family, .. } = Person::new();
            let (name, uln) = (number.to_string(), "1000000019");
            let fields =
                [("MISIdentifier", name.as_str()), ("ULN", uln), ("FamilyName", &family), ("GivenName", &given)];
            format!("<Learner>{}</Learner>", elements(&fields))
        })
        .collect();
    let head = elements(&[("LearnerRecordCount", &records.len().to_string())]);
    other.post(LS, &other.credentials().request(VERIFY, "SubmitVerifyBatch", &(head + &records.concat())))
}

fn verification_code(deployment: &Deployment, job: &str) -> String {
    let other = deployment.awarding_organisation();
    let request = other.credentials().request(VERIFY, "GetVerifyBatchOutput", &elements(&[("JobID", job)]));
    other.post(LS, &request).code()
}

on_both! {
    fn one_organisations_many_batches_do_not_keep_anothers_waiting(database) {
        let deployment = Deployment::with(database, setup("0"));
        let many: Vec<String> =
            (0..30).map(|number| submit(&deployment, "FUL", &crowd(40, number * 40))).collect();
        let few = submit_verification(&deployment, 5);
        assert_eq!(few.code(), "WSRC0025", "{}", few.text());
        let few = few.value("JobID");

        let mut worker = deployment.spawn(&["worker", "--workers", "1"]);
        let deadline = Instant::now() + PATIENCE;
        while verification_code(&deployment, &few) == "WSRC0026" {
            assert!(Instant::now() < deadline, "it waits behind the others");
            thread::sleep(Duration::from_millis(10));
        }
        let waiting = |job: &&String| {
            let provider = deployment.provider();
            provider.post(LS, &provider.credentials().batch_output(job)).code() == "WSRC0008"
        };
        let waiting = many.iter().filter(waiting).count();
        assert!(waiting > 15, "the small one was done when {waiting} of 30 were not");
        for job in &many {
            finished(&deployment, job);
        }
        worker.kill().expect("killed");
        worker.wait().expect("ended");
    }

    fn an_organisation_has_so_many_open_batches_and_no_more(database) {
        let mut setup = setup("0");
        setup.environment.push(("LRS_JOBS_OPEN_EACH", "2".to_owned()));
        let deployment = Deployment::with(database, setup);
        let jobs: Vec<String> = (0..2).map(|number| submit(&deployment, "FUL", &crowd(3, number * 3))).collect();
        let provider = deployment.provider();
        let one_more = || provider.post(LS, &provider.credentials().submit_batch("FUL", &crowd(3, 6)));
        let refused = one_more();
        assert_eq!((refused.status, refused.header("retry-after")), (500, Some("60")), "{}", refused.text());
        assert_eq!(refused.fault().error, "WSEC0999");
        assert!(refused.text().contains("too many batches that are not finished yet"), "{}", refused.text());
        assert_eq!(submit_verification(&deployment, 1).code(), "WSRC0025", "another organisation may");

        let mut worker = deployment.spawn(&["worker", "--workers", "1"]);
        for job in &jobs {
            finished(&deployment, job);
        }
        let accepted = one_more();
        assert_eq!(accepted.code(), "WSRC0007", "{}", accepted.text());
        worker.kill().expect("killed");
        worker.wait().expect("ended");
    }
}
