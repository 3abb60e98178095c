//! Achievement batches from submission to learning event.

mod model;
mod single;

use super::*;
use crate::domain::achievements::{Counters, MOST_ACHIEVEMENTS};
use crate::domain::jobs::{JobId, JobState};
use crate::model::{EventSource, EventStatus, LearningEvent, Recognition, RecognitionStatus};

const GCSE: &str = "601/7001/3";
const ENDED: &str = "601/7002/5";
const UNIT: &str = "K/599/5701";
const FOREIGN: &str = "603/7101/8";
const UNKNOWN: &str = "600/1166/X";

/// Rows of a catalogue: reference, type, level, credits, grading, owner, availability,
/// certification end.
const CATALOGUE: [[&str; 8]; 4] = [
    [GCSE, "GCSE (9 to 1)", "Level 1/2", "", "GCSE (9 to 1)", AWARDING, "private", ""],
    [ENDED, "GCSE (A* to G)", "Level 1/2", "", "GCSE (A* to G)", "TEST45", "private", "2018-08-31"],
    [UNIT, "", "Level 2", "4", "", "TEST0009", "shared", ""],
    [FOREIGN, "GCE A Level", "Level 3", "", "GCE A Level", "TEST0009", "private", ""],
];

pub(super) fn import_catalogue(world: &World) {
    let entries = CATALOGUE.map(|[reference, kind, level, credits, grading, owner, availability, end]| {
        catalogue::entry(|heading| match heading {
            "Reference" => reference,
            "Title" => "Example",
            "Type" => kind,
            "Level" => level,
            "Credits" => credits,
            "Grading" => grading,
            "Owner" => owner,
            "Availability" => availability,
            "CertificationEndDate" => end,
            _ => "",
        })
        .unwrap()
    });
    world.administration().import_catalogue(entries, |_| ()).unwrap();
}

pub(super) fn achievement(uln: Uln, changes: &[(&str, &str)]) -> AchievementRow {
    let mut row = AchievementRow::default();
    let usual = [
        ("ULN", uln.as_str()),
        ("GivenName", "Adalind"),
        ("FamilyName", "Testcase"),
        ("ProviderUKPRN", PROVIDER),
        ("UnitOrQualificationReferenceNumber", GCSE),
        ("AchievementAwardDate", "2024-08-22"),
        ("Grade", "7"),
        ("LanguageForAssessment", "Welsh"),
        ("Action", "1"),
        ("ActionDate", "2024-08-23"),
    ];
    for (field, text) in usual.iter().chain(changes) {
        assert!(row.set(field, Some((*text).to_owned())), "{field}");
    }
    row
}

const WITHDRAW: &[(&str, &str)] = &[("Action", "3"), ("ActionReason", "Awarded by mistake")];
const REINSTATE: &[(&str, &str)] = &[("Action", "4"), ("ActionReason", "Withdrawn by mistake")];

fn submit(world: &World, submission_type: &str, rows: Vec<AchievementRow>) -> AchievementSubmission {
    let batch = AchievementBatch { submission_type, ..AchievementBatch::default() };
    submit_batch(world, &batch, rows)
}

fn submit_batch(world: &World, batch: &AchievementBatch<'_>, rows: Vec<AchievementRow>) -> AchievementSubmission {
    world
        .call_as(AWARDING, Action::SubmitAchievements, |caller| world.service.submit_achievements(caller, batch, rows))
        .unwrap()
}

fn fetch(world: &World, id: JobId) -> Option<AchievementJob> {
    world.call_as(AWARDING, Action::ReadAchievements, |caller| world.service.achievement_job(caller, id)).unwrap()
}

/// Submits rows and processes them; returns the counters and, for each line of the error file, the
/// record's number and code.
pub(super) fn process(
    world: &World,
    submission_type: &str,
    rows: Vec<AchievementRow>,
    chunk: usize,
) -> (Counters, Vec<(usize, String)>) {
    let AchievementSubmission::Accepted(id) = submit(world, submission_type, rows) else { panic!("not accepted") };
    world.work(chunk);
    let job = fetch(world, id).unwrap();
    assert_eq!((job.job.state, job.response_code()), (JobState::Successful, "WSRC0009"));
    let counters = job.counters.unwrap();
    assert_eq!(counters.done(), job.job.records);
    let errors = job.error_file.unwrap_or_default();
    let mut reader = csv::Reader::from_reader(errors.as_bytes());
    let lines = reader.records().map(|line| {
        let line = line.unwrap();
        (line[0].parse().unwrap(), line[5].to_owned())
    });
    (counters, lines.collect())
}

fn events(world: &World, uln: Uln) -> Vec<LearningEvent> {
    let query = records::question(uln.as_str());
    world.call(Action::ViewEvents, |caller| world.service.records().events(caller, &query)).unwrap().events
}

#[test]
fn an_accepted_achievement_is_a_learning_event_at_once_and_a_withdrawn_one_is_none() {
    each_world(|world| {
        import_catalogue(world);
        let uln = world.registered(&ada());
        let unit = achievement(
            uln,
            &[("UnitOrQualificationReferenceNumber", "K5995701"), ("Grade", ""), ("LanguageForAssessment", "")],
        );
        let (counters, errors) = process(world, "Final", vec![achievement(uln, &[]), unit], 200);
        assert_eq!(counters, Counters { created: 2, successful_final: 2, ..Counters::default() });
        assert_eq!(errors, []);
        let shown = events(world, uln);
        let of = |event: &LearningEvent| {
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            [
                event.source.to_string(),
                event.status.to_string(),
                event.subject.clone(),
                event.subject_code.clone(),
                text(&event.qualification_type),
                text(&event.level),
                event.credits.to_string(),
                text(&event.grade),
                text(&event.language_for_assessment),
                text(&event.awarding_organisation_ukprn),
                text(&event.awarding_organisation_name),
                event.achievement_provider_ukprn.clone(),
            ]
            .join(";")
        };
        assert_eq!(
            shown.iter().map(of).collect::<Vec<_>>(),
            [
                "AO;F;Example;601/7001/3;GCSE (9 to 1);Level 1/2;0;7;Welsh;TEST0045;Synthetic Awards;",
                "QCFU;F;Example;K/599/5701;;Level 2;4;Pass;;TEST0045;Synthetic Awards;",
            ]
        );
        assert_eq!(shown[0].achievement_award_date, NaiveDate::from_ymd_opt(2024, 8, 22));
        assert_eq!(shown[0].date_loaded, Some(noon()));
        let record = LearnerRecordQuery {
            uln: uln.as_str(),
            claimed: Claimed::names("Adalind", "Testcase"),
            postcode: None,
            user_type: UserType::Organisation,
        };
        let record =
            world.call(Action::ViewRecord, |caller| world.service.records().with_learner(caller, &record)).unwrap();
        assert_eq!(record.events, shown);

        let (counters, _) = process(world, "F", vec![achievement(uln, WITHDRAW)], 200);
        assert_eq!((counters.withdrawn, counters.successful_final), (1, 1));
        assert_eq!(events(world, uln), shown[1..]);
        let (counters, _) = process(world, "F", vec![achievement(uln, REINSTATE)], 200);
        assert_eq!(counters.reinstated, 1);
        assert_eq!(events(world, uln), shown);
        let trail = world.trail(uln);
        assert_eq!(trail.iter().filter(|(action, _)| action == "submit-achievements").count(), 4);
    });
}

#[test]
fn every_rule_has_its_code() {
    each_world(|world| {
        import_catalogue(world);
        let uln = world.registered(&ada());
        let reference = "UnitOrQualificationReferenceNumber";
        let absent: Uln = Uln::from_stem(100_000_000).filter(|absent| *absent != uln).unwrap();
        let rows: Vec<(&str, Vec<(&str, &str)>)> = vec![
            ("", vec![]),
            ("F011", vec![("Grade", "")]),
            ("L001", vec![("ULN", absent.as_str())]),
            ("L001", vec![("ULN", "1234567890")]),
            ("L002", vec![("FamilyName", "Zwart")]),
            ("L002", vec![("DateOfBirth", "2004-03-02")]),
            ("L002", vec![("Gender", "1")]),
            ("B001", vec![(reference, UNKNOWN)]),
            ("B002", vec![(reference, FOREIGN), ("Grade", "A")]),
            ("B003", vec![(reference, ENDED), ("Grade", "A")]),
            ("B004", vec![("Grade", "8")]),
            ("B005", vec![("Action", "2")]),
            ("B005", vec![("Action", "4"), ("ActionReason", "x")]),
            ("B005", vec![("Action", "3"), ("ActionReason", "x"), ("AchievementAwardDate", "2024-08-21")]),
            ("B006", vec![("AchievementAwardDate", "2025-08-01")]),
            ("B007", vec![("Grade", "A*")]),
            ("B007", vec![(reference, UNIT), ("Grade", "7")]),
            ("", WITHDRAW.to_vec()),
            ("B008", vec![("Action", "2"), ("Grade", "8")]),
        ];
        let batch = rows.iter().map(|(_, changes)| achievement(uln, changes)).collect();
        let (counters, errors) = process(world, "F", batch, 4);
        let expected: Vec<_> = (1..)
            .zip(&rows)
            .filter(|(_, (code, _))| !code.is_empty())
            .map(|(n, (code, _))| (n, (*code).to_owned()))
            .collect();
        assert_eq!(errors, expected);
        assert_eq!((counters.field_errors, counters.learner_errors, counters.business_errors), (1, 5, 11));

        process(world, "F", vec![achievement(uln, &[])], 4);
        let (_, errors) = process(world, "P", vec![achievement(uln, &[("Action", "2"), ("Grade", "8")])], 4);
        assert_eq!(errors, [(1, "B010".to_owned())]);

        let recognition =
            Recognition { status: RecognitionStatus::Surrendered, ended_on: NaiveDate::from_ymd_opt(2024, 8, 21) };
        world.administration().set_recognition(AWARDING.parse().unwrap(), recognition).unwrap();
        let later = achievement(uln, &[("Action", "2"), ("Grade", "8")]);
        let (counters, errors) =
            process(world, "F", vec![later, achievement(uln, &[("AchievementAwardDate", "2024-08-21")])], 4);
        assert_eq!((counters.created, errors), (1, vec![(1, "B009".to_owned())]));
    });
}

#[test]
fn a_batch_is_refused_as_a_whole() {
    each_world(|world| {
        let uln: Uln = "1000000000".parse().unwrap();
        let one = || vec![achievement(uln, &[])];
        assert_eq!(submit(world, "F", Vec::new()).code(), "WSEC0047");
        assert_eq!(submit(world, "X", one()).code(), "WSEC0045");
        let mailed = |email| AchievementBatch { email, submission_type: "P", file: None };
        assert_eq!(submit_batch(world, &mailed("nobody"), one()).code(), "WSEC0044");
        assert!(submit_batch(world, &mailed("exams@example.org"), one()).job_id().is_some());
        assert_eq!(submit(world, "F", vec![achievement(uln, &[]); MOST_ACHIEVEMENTS + 1]).code(), "WSEC0046");
        let AchievementSubmission::Accepted(id) = submit(world, "F", vec![achievement(uln, &[]); MOST_ACHIEVEMENTS])
        else {
            panic!("not accepted")
        };
        let job = fetch(world, id).unwrap();
        assert_eq!((job.job.records, job.response_code(), job.counters), (10_000, "WSRC0008", None));
        assert_eq!(job.file_name, "WS_TEST45_20250731130000");
        assert_eq!(fetch(world, JobId(4_711)), None);

        let ukprn = AWARDING.parse().unwrap();
        let applied = Recognition { status: RecognitionStatus::Applied, ended_on: None };
        world.administration().set_recognition(ukprn, applied).unwrap();
        assert_eq!(submit(world, "F", one()).code(), "WSRC0043");
        world.administration().set_recognition(ukprn, Recognition::RECOGNISED).unwrap();
        world.administration().set_permissions(ukprn, Permissions::NONE).unwrap();
        assert_eq!(submit(world, "F", one()).code(), "WSRC0043");
        let batch = AchievementBatch { submission_type: "F", ..AchievementBatch::default() };
        let by_provider =
            world.call(Action::SubmitAchievements, |caller| world.service.submit_achievements(caller, &batch, one()));
        assert!(matches!(by_provider, Err(Error::InsufficientAccess)));
    });
}

#[test]
fn a_merged_number_means_its_master() {
    each_world(|world| {
        import_catalogue(world);
        let master = world.registered(&ada());
        let merged =
            world.registered(&ada().with(Field::LastKnownPostCode, "CV5 6AA").with(Field::DateOfBirth, "2004-02-04"));
        process(world, "F", vec![achievement(merged, &[])], 200);
        world.merge(merged, master);
        let (counters, errors) = process(
            world,
            "F",
            vec![achievement(master, &[]), achievement(merged, &[("Grade", "8"), ("Action", "2")])],
            200,
        );
        assert_eq!(errors, [(1, "B004".to_owned()), (2, "L003".to_owned())]);
        assert_eq!((counters.updated, counters.learner_errors), (1, 0));
        let shown = events(world, master);
        assert_eq!((shown.len(), shown[0].grade.as_deref()), (1, Some("8")));
        assert_eq!((shown[0].source, shown[0].status), (EventSource::Ao, EventStatus::Final));
    });
}
