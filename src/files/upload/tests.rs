#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::sync::Barrier;
use std::time::Duration;

use super::*;
use crate::domain::jobs::{Cancelled, JobState};
use crate::domain::uploads::{NewUpload, Received, Weight};
use crate::domain::{Action, Error};
use crate::files::{Included, with_errors};
use crate::model::Door;
use crate::test_world::{AWARDING, PROVIDER, World, each_world};

const LEASE: Duration = Duration::from_secs(60);
const NAME: &str = "LRB_TEST0038_310720251200.CSV";
const HEADINGS: &str = "FileVersion,FileName,UKPRN,LearnerRecordCount,ULN,MISIdentifier,Title,GivenName,PreferredGivenName,\
                        MiddleOtherName,FamilyName,PreviousFamilyName,FamilyNameAt16,SchoolAtAge16,LastKnownAddressLine1,\
                        LastKnownAddressLine2,LastKnownAddressTown,LastKnownAddressCountyorCity,LastKnownPostCode,\
                        DateOfAddressCapture,DateOfBirth,PlaceOfBirth,EmailAddress,Gender,Nationality,\
                        ScottishCandidateNumber,AbilityToShare,VerificationType,OtherVerificationDescription,Notes";

/// A registration file; each record has a family name and a date of birth.
fn registrations(records: &[(&str, &str)]) -> String {
    let mut text = format!("{HEADINGS}\r\n");
    for (index, (family, born)) in records.iter().enumerate() {
        let header = if index == 0 { format!("2A,{NAME},TEST0038,{}", records.len()) } else { ",,,".to_owned() };
        text.push_str(&format!("{header},,M{index},,Synthia,,,{family},,,,,,,,CV1 2WT,,{born},,,2,,,1,2,,\r\n"));
    }
    text
}

fn by_portal<T>(world: &World, ukprn: &str, body: impl FnOnce(&Caller<'_>) -> T) -> T {
    let claim = crate::domain::Claim { ukprn: Some(ukprn), ..world.claim() };
    world.call_by(Door::Portal, &claim, Action::UploadFile, body)
}

fn upload(world: &World, name: &str, bytes: &[u8], check_only: bool) -> UploadId {
    by_portal(world, PROVIDER, |caller| {
        let file = NewUpload { name, kind: None, check_only };
        let mut intake = world.service.uploads().receive(caller, file).unwrap();
        for piece in bytes.chunks(100_000) {
            assert!(intake.push(piece).unwrap());
        }
        match intake.finish().unwrap() {
            Received::Stored(id) => id,
            other => panic!("{other:?}"),
        }
    })
}

fn check_all(world: &World) {
    while let Some(held) = world.service.claim_upload("checker", LEASE).unwrap() {
        assert!(held.keep(&check_upload(&held).unwrap()).unwrap());
    }
}

fn get(world: &World, id: UploadId) -> Upload {
    by_portal(world, PROVIDER, |caller| world.service.uploads().get(caller, id)).unwrap().unwrap()
}

fn submit(world: &World, id: UploadId, taken: Taken) -> SubmittedUpload {
    by_portal(world, PROVIDER, |caller| submit_upload(&world.service, caller, id, taken, JobType::Full)).unwrap()
}

#[test]
fn a_file_is_received_checked_and_its_good_rows_submitted_once() {
    each_world(|world| {
        let text = registrations(&[("Alpha", "2008-02-29"), ("=Beta", "29/02/2008"), ("Gamma", "2007-01-01")]);
        let id = upload(world, NAME, text.as_bytes(), false);
        assert_eq!(get(world, id).state, UploadState::Received);
        check_all(world);

        let checked = get(world, id);
        assert_eq!((checked.state, checked.kind), (UploadState::Ready, Some(JobKind::Registration)));
        let summary = checked.summary().unwrap();
        assert_eq!((summary.records, summary.good, &*summary.format), (3, 2, "CSV"));
        let page = by_portal(world, PROVIDER, |caller| world.service.uploads().findings(caller, id, None, 1));
        let page = page.unwrap().unwrap();
        let born = page.kinds.iter().find(|kind| kind.heading == "DateOfBirth").unwrap();
        assert_eq!((born.weight, &*born.code, born.first_row), (Weight::Record, "RC011", Some(3)));
        assert!(page.findings.iter().all(|finding| !finding.found.contains("Beta")));

        let SubmittedUpload::Accepted(job) = submit(world, id, Taken::Good) else { panic!() };
        assert_eq!(submit(world, id, Taken::Good), SubmittedUpload::Accepted(job), "submitted once");
        world.work(10);
        let report = by_portal(world, PROVIDER, |caller| world.service.jobs().report(caller, job)).unwrap().unwrap();
        assert_eq!((report.job.state, report.job.records), (JobState::Successful, 2));
        assert_eq!(report.job.file_name.as_deref(), Some(NAME));
        assert_eq!(report.counts["RC001"], 2);

        // The rest stays with the upload, to be corrected and sent again as it is.
        let read = by_portal(world, PROVIDER, |caller| read_upload(&world.service, caller, id)).unwrap().unwrap();
        let rest = with_errors(&read, Included::Refused).unwrap();
        assert_eq!(rest.text.lines().count(), 2);
        assert!(rest.text.contains("\"'=Beta\"") && rest.text.contains("RC011 DateOfBirth"), "{}", rest.text);
        let corrected = rest.text.replace("29/02/2008", "2008-02-29").replace("'=Beta", "Beta");
        let again = upload(world, &rest.name, corrected.as_bytes(), false);
        check_all(world);
        let summary = get(world, again).summary().unwrap();
        assert_eq!((get(world, again).state, summary.records, summary.good), (UploadState::Ready, 1, 1));
    });
}

#[test]
fn two_who_submit_at_once_get_the_same_job() {
    each_world(|world| {
        let id = upload(world, NAME, registrations(&[("Alpha", "2008-02-29")]).as_bytes(), false);
        check_all(world);
        let barrier = Barrier::new(2);
        let jobs: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..2)
                .map(|_| {
                    scope.spawn(|| {
                        barrier.wait();
                        submit(world, id, Taken::All)
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(matches!(jobs[0], SubmittedUpload::Accepted(_)), "{jobs:?}");
        assert_eq!(jobs[0], jobs[1]);
        let all = by_portal(world, PROVIDER, |caller| {
            world.service.jobs().list(caller, &crate::domain::jobs::JobQuery { limit: 10, ..Default::default() })
        });
        assert_eq!(all.unwrap().jobs.len(), 1);
    });
}

#[test]
fn another_organisation_finds_no_upload_and_a_cancelled_one_is_gone() {
    each_world(|world| {
        let id = upload(world, NAME, registrations(&[("Alpha", "2008-02-29")]).as_bytes(), false);
        check_all(world);
        let uploads = world.service.uploads();
        by_portal(world, AWARDING, |caller| {
            assert_eq!(uploads.get(caller, id).unwrap(), None);
            assert_eq!(uploads.findings(caller, id, None, 1).unwrap(), None);
            assert!(uploads.file(caller, id).unwrap().is_none());
            assert_eq!(uploads.cancel(caller, id).unwrap(), Cancelled::Unknown);
            assert_eq!(uploads.list(caller, None, 10).unwrap().uploads, []);
            let submitted = submit_upload(&world.service, caller, id, Taken::All, JobType::Full).unwrap();
            assert_eq!(submitted, SubmittedUpload::Unknown);
        });
        by_portal(world, PROVIDER, |caller| {
            assert_eq!(uploads.cancel(caller, id).unwrap(), Cancelled::Done);
            assert_eq!(uploads.cancel(caller, id).unwrap(), Cancelled::Over);
            assert!(uploads.file(caller, id).unwrap().is_none());
        });
        assert!(matches!(submit(world, id, Taken::All), SubmittedUpload::NotReady(_)));
    });
}

#[test]
fn a_file_to_check_only_is_never_submitted() {
    each_world(|world| {
        let id = upload(world, NAME, registrations(&[("Alpha", "2008-02-29")]).as_bytes(), true);
        check_all(world);
        assert!(matches!(submit(world, id, Taken::All), SubmittedUpload::NotReady(_)));
    });
}

#[test]
fn bytes_say_what_a_file_is_and_hostile_names_are_cut_to_their_last_part() {
    each_world(|world| {
        let xml =
            r#"<b:LRBBatch xmlns:b="http://api.lrs.miap.gov.uk/batchmsg"><FileVersion>2A</FileVersion></b:LRBBatch>"#;
        let id = upload(world, "..\\..\\etc/<script>\n.CSV", xml.as_bytes(), false);
        check_all(world);
        let checked = get(world, id);
        assert_eq!((checked.file_name.as_str(), checked.state), ("<script>.CSV", UploadState::Refused));
        assert_eq!(checked.summary().unwrap().format, "XML");
    });
}

#[test]
fn a_larger_file_is_not_kept_and_neither_is_an_empty_one() {
    each_world(|world| {
        let receive = |caller: &Caller<'_>| {
            world.service.uploads().receive(caller, NewUpload { name: NAME, kind: None, check_only: false }).unwrap()
        };
        by_portal(world, PROVIDER, |caller| {
            assert_eq!(receive(caller).finish().unwrap(), Received::Empty);
            let mut intake = receive(caller);
            let chunk = vec![b'x'; 8 * 1024 * 1024];
            assert!((0..4).all(|_| intake.push(&chunk).unwrap()));
            assert!(!intake.push(b"x").unwrap());
            assert_eq!(intake.finish().unwrap(), Received::TooLarge);
            assert_eq!(world.service.uploads().list(caller, None, 10).unwrap().uploads, []);
        });
    });
}

#[test]
fn an_upload_survives_its_checker() {
    each_world(|world| {
        let id = upload(world, NAME, registrations(&[("Alpha", "2008-02-29")]).as_bytes(), false);
        let lost = world.service.claim_upload("killed", LEASE).unwrap().unwrap();
        let outcome = check_upload(&lost).unwrap();
        assert!(world.service.claim_upload("another", LEASE).unwrap().is_none(), "it is held");
        world.clock.advance(chrono::TimeDelta::seconds(61));
        let later = world.service.claim_upload("another", LEASE).unwrap().unwrap();
        assert!(!lost.keep(&outcome).unwrap(), "the first lost it");
        assert!(later.keep(&check_upload(&later).unwrap()).unwrap());
        assert_eq!(get(world, id).state, UploadState::Ready);
    });
}

#[test]
fn a_file_that_ends_its_checker_three_times_is_refused() {
    each_world(|world| {
        let id = upload(world, NAME, registrations(&[("Alpha", "2008-02-29")]).as_bytes(), false);
        for _ in 0..3 {
            world.service.claim_upload("killed", LEASE).unwrap().unwrap();
            world.clock.advance(chrono::TimeDelta::seconds(61));
        }
        assert!(world.service.claim_upload("another", LEASE).unwrap().is_none());
        assert_eq!(get(world, id).state, UploadState::Refused);
    });
}

#[test]
fn uploads_are_deleted_in_time() {
    each_world(|world| {
        let id = upload(world, NAME, registrations(&[("Alpha", "2008-02-29")]).as_bytes(), false);
        let kept = upload(world, NAME, registrations(&[("Beta", "2008-02-29")]).as_bytes(), false);
        check_all(world);
        assert!(matches!(submit(world, kept, Taken::All), SubmittedUpload::Accepted(_)));
        world.work(10);
        assert!(world.service.delete_old_upload().unwrap().is_none());
        world.clock.advance(chrono::TimeDelta::days(15));
        while world.service.delete_old_upload().unwrap().is_some() {}
        let found =
            |id| by_portal(world, PROVIDER, |caller| world.service.uploads().get(caller, id)).unwrap().is_some();
        assert!(!found(id) && found(kept), "a submitted file is kept as long as its job");
        world.clock.advance(chrono::TimeDelta::days(90));
        while world.service.delete_old_batch_records().unwrap().is_some() {}
        while world.service.delete_old_upload().unwrap().is_some() {}
        assert!(!found(kept));
    });
}

#[test]
fn too_many_open_uploads_are_refused() {
    each_world(|world| {
        for _ in 0..50 {
            upload(world, NAME, b"x", false);
        }
        by_portal(world, PROVIDER, |caller| {
            let more = world.service.uploads().receive(caller, NewUpload { name: NAME, kind: None, check_only: false });
            assert!(matches!(more, Err(Error::Busy(_))));
        });
    });
}
