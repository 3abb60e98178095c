//! Equal records have equal results by either door: of two services with equal data, one gets them
//! as a message of the web service, the other as a file. All people are synthetic.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod side;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};

use super::client::{registered, verified};
use super::{job_type, state};
use crate::domain::achievements::AchievementRow;
use crate::domain::jobs::BatchOutput;
use crate::domain::registrations::codes::Counted;
use crate::domain::registrations::{JobType, RegisteredRow, RegistrationRow};
use crate::domain::verifications::{VerificationRow, VerifiedRow};
use crate::files::{
    Answered, Batch, Extension, Header, Layout, Placed, Records, exception_file, registration_file, verification_file,
};
use crate::model::{JobKind, JobState};
use crate::test_world::{AWARDING, PROVIDER, noon, worlds_without_limits};
use side::{GCSE, KNOWN, Side, UNIT};

const CASES: u32 = 24;
/// A batch of rows that are the same on both sides except for their ULNs.
fn batch(version: &str, records: Records) -> Batch {
    let kind = match &records {
        Records::Registration(_) => JobKind::Registration,
        Records::Verification(_) => JobKind::Verification,
        Records::Achievement(_) => JobKind::Achievement,
    };
    let layout = Layout::of(kind, version).unwrap();
    Batch { layout, header: Header::default(), records }
}

fn placed<R>(rows: impl IntoIterator<Item = R>) -> Vec<Placed<R>> {
    rows.into_iter().enumerate().map(|(place, row)| Placed { place: place + 2, row }).collect()
}

/// Values of a record by field name, and the choice of its ULN.
type Draft = (usize, Vec<(&'static str, String)>);

fn answered() -> Answered<'static> {
    Answered { name: Some("LRB_TEST0038_310720251200.CSV"), ukprn: PROVIDER.parse().unwrap(), submitted_at: noon() }
}

/// Something that a person may enter into a field without a rule.
fn words() -> impl Strategy<Value = String> {
    "[A-Za-zéŵß&<>\",;'=+@-][A-Za-zé'&<\", -]{0,10}[a-z>]"
}

fn changes(drafts: &[(&'static str, BoxedStrategy<String>)]) -> BoxedStrategy<Vec<(&'static str, String)>> {
    let one = drafts.iter().map(|(field, values)| {
        let field = *field;
        values.clone().prop_map(move |value| (field, value)).boxed()
    });
    proptest::collection::vec(proptest::strategy::Union::new(one), 0..3).boxed()
}

fn of(values: &'static [&'static str]) -> BoxedStrategy<String> {
    select(values).prop_map(str::to_owned).boxed()
}

/// Tests the property on each database, with two services of equal data: first with cases for every
/// outcome, then with random ones.
fn equal_for<S: Strategy>(
    first: impl Fn() -> Vec<S::Value>,
    drafts: S,
    property: impl Fn(&Side, &Side, S::Value) -> Result<(), TestCaseError>,
) {
    for (one, other) in worlds_without_limits().into_iter().zip(worlds_without_limits()) {
        let (by_message, by_file) = (Side::new(one), Side::new(other));
        for draft in first() {
            property(&by_message, &by_file, draft).unwrap();
        }
        let mut runner = TestRunner::new(Config { cases: CASES, ..Config::default() });
        runner.run(&drafts, |draft| property(&by_message, &by_file, draft)).unwrap();
    }
}

/// Known learners, slightly changed, and unknown ones.
fn registrations() -> impl Strategy<Value = Vec<Draft>> {
    let strangers = (
        of(&["Ada", "Adam", "Enid", "Ffion"]),
        of(&["Quill", "Thistle", "Testcase"]),
        of(&["2005-02-03", "2004-02-03"]),
    );
    let stranger =
        strangers.prop_map(|(given, family, born)| [given, family, born, "2".to_owned(), "CV1 2WT".to_owned()]);
    let known = select(&KNOWN[..]).prop_map(|details| details.map(str::to_owned));
    let changes = changes(&[
        ("GivenName", of(&["Adalynd", "Ada", "Zacharias"])),
        ("FamilyName", of(&["Testcase", "Testcace", "Unheard"])),
        ("DateOfBirth", of(&["", "2020-01-01", "1900-01-01", "2004-03-02", "1900-02-28"])),
        ("Gender", of(&["", "0", "1", "9"])),
        ("LastKnownPostCode", of(&["", "CV4 9EE", "cv49ee", "ZZ1 1AB"])),
        ("AbilityToShare", of(&["", "0", "2"])),
        ("VerificationType", of(&["", "0", "7"])),
        ("LastKnownAddressTown", words().boxed()),
        ("MISIdentifier", words().boxed()),
        ("Title", words().boxed()),
        ("PreferredGivenName", words().boxed()),
        ("Notes", words().boxed()),
        ("EmailAddress", of(&["somebody@example.org"])),
        ("Nationality", of(&["GBR", "XXX"])),
        ("ScottishCandidateNumber", of(&["012345678"])),
        ("DateOfAddressCapture", of(&["2024-01-31"])),
    ]);
    let uln = prop_oneof![3 => Just(0), 1 => Just(1_usize), 1 => Just(2), 4 => 3_usize..7];
    let draft = (prop_oneof![known, stranger], uln, changes).prop_map(|(details, uln, changes)| {
        let fields = ["GivenName", "FamilyName", "DateOfBirth", "Gender", "LastKnownPostCode"];
        let mut values: Vec<(&str, String)> = fields.into_iter().zip(details).collect();
        values.extend([("AbilityToShare", "1".to_owned()), ("VerificationType", "2".to_owned())]);
        values.extend(changes);
        (uln, values)
    });
    proptest::collection::vec(draft, 1..12)
}

/// A learner for every return code that a few records can get.
fn every_registration() -> Vec<Draft> {
    let draft = |uln: usize, details: [&str; 5], change: (&'static str, &str)| {
        let fields = ["GivenName", "FamilyName", "DateOfBirth", "Gender", "LastKnownPostCode"];
        let mut values: Vec<(&str, String)> = fields.into_iter().zip(details.map(str::to_owned)).collect();
        values.extend([("AbilityToShare", "1".to_owned()), ("VerificationType", "2".to_owned())]);
        values.push((change.0, change.1.to_owned()));
        (uln, values)
    };
    let (name, town) = (("MISIdentifier", "one"), ("LastKnownAddressTown", "Coventry"));
    let new = ["Zebedee", "Unheard", "1977-07-07", "1", "ZZ5 5ZZ"];
    vec![
        draft(0, new, name),
        draft(0, new, name),
        draft(4, KNOWN[1], town),
        draft(4, KNOWN[1], town),
        draft(6, KNOWN[3], name),
        draft(0, ["Quentin", "Novel", "1966-06-06", "1", ""], name),
        draft(0, [KNOWN[0][0], KNOWN[0][1], KNOWN[0][2], "9", "ZZ1 1AB"], name),
        draft(1, new, name),
        draft(3, ["Someone", "Else", "1977-07-07", "1", "ZZ5 5ZZ"], name),
        draft(4, KNOWN[1], ("Nationality", "XXX")),
        draft(0, ["Infant", "Newcome", "2020-01-01", "1", "ZZ6 6ZZ"], name),
    ]
}

/// For an age outside the range, the web service gives RC011, files RC013 (rules.md 2.8).
fn one_code_for_ages(rows: Vec<RegisteredRow>) -> Vec<RegisteredRow> {
    let one =
        |row: RegisteredRow| if row.code == "RC013" { RegisteredRow { code: "RC011".to_owned(), ..row } } else { row };
    rows.into_iter().map(one).collect()
}

#[test]
fn registrations_come_to_the_same_by_message_and_by_file() {
    let seen: RefCell<BTreeSet<String>> = RefCell::default();
    let forms = (registrations(), any::<bool>(), any::<bool>());
    equal_for(
        || vec![(every_registration(), false, false)],
        forms,
        |message, file, (drafts, is_check, xml)| {
            let (job_type, extension) = (
                if is_check { JobType::Check } else { JobType::Full },
                if xml { Extension::Xml } else { Extension::Csv },
            );
            let rows = |side: &Side| {
                let row = |(uln, values): &Draft| {
                    let mut row = RegistrationRow { uln: side.uln(*uln), ..RegistrationRow::default() };
                    for (field, value) in values {
                        assert!(row.set(field, Some(value.clone()).filter(|value| !value.is_empty())), "{field}");
                    }
                    row
                };
                batch("2A", Records::Registration(placed(drafts.iter().map(row))))
            };
            let (code, reply) = message.by_message(&rows(message), job_type, "getBatchRegistrationOutput");
            prop_assert_eq!((&*code, reply.value("ResponseCode")), ("WSRC0007", Some("WSRC0009")));
            let told: Vec<RegisteredRow> =
                reply.elements("Learner").iter().map(|learner| registered(learner)).collect();

            let job = file.by_file(&rows(file), job_type, extension);
            let output =
                file.world.by_file(PROVIDER, |caller| file.world.service.registration_output(caller, job)).unwrap();
            let BatchOutput::Finished(report, written) = output else { panic!("not finished") };
            seen.borrow_mut().extend(written.iter().map(|row| row.code.clone()));
            for (name, counted) in [
                ("NewLearnersCount", Counted::New),
                ("ExistsUpdatedLearnersCount", Counted::ExistsOrUpdated),
                ("PossibleMatchLearnersCount", Counted::PossibleMatch),
                ("LearnersNotFoundCount", Counted::NotFound),
                ("RejectedLearnersCount", Counted::Rejected),
            ] {
                prop_assert_eq!(
                    reply.value(name).map(str::to_owned),
                    Some(report.registrations(counted).to_string()),
                    "{}",
                    name
                );
            }
            let (told, written) = (one_code_for_ages(told), one_code_for_ages(written));
            for made in [registration_file, exception_file] {
                let told = made(&answered(), &told).map(|file| message.nameless(&file.text));
                let written = made(&answered(), &written).map(|made| file.nameless(&made.text));
                prop_assert_eq!(told, written);
            }
            prop_assert!(message.learners() == file.learners(), "the registers differ");
            let counts = [message, file].map(|side| side.world.administration().learner_count().unwrap());
            prop_assert_eq!(counts[0], counts[1]);
            Ok(())
        },
    );
    let seen = seen.into_inner();
    for code in ["RC001", "RC002", "RC003", "RC004", "RC005", "RC006", "RC007", "RC009", "RC010", "RC011", "RC013"] {
        assert!(seen.contains(code), "no record came to {code}, only to {seen:?}");
    }
}

#[test]
fn verifications_come_to_the_same_by_message_and_by_file() {
    let changes = changes(&[
        ("GivenName", of(&["Adalynd", "Zacharias"])),
        ("FamilyName", words().boxed()),
        ("DateOfBirth", of(&["", "2004-03-02"])),
        ("Gender", of(&["", "1", "9"])),
        ("MISIdentifier", words().boxed()),
    ]);
    let draft = (select(&KNOWN[..]), 1_usize..7, changes);
    let drafts = proptest::collection::vec(draft, 1..12);
    let seen: RefCell<BTreeSet<String>> = RefCell::default();
    let every = || {
        let (one, merged) = (&KNOWN[0], &KNOWN[3]);
        let given = |name: &str| vec![("GivenName", name.to_owned())];
        let drafts = vec![
            (*one, 3, vec![]),
            (*merged, 6, vec![]),
            (*one, 3, given("Adalynd")),
            (*merged, 6, given("Dorothee")),
            (*one, 3, given("Zacharias")),
            (*one, 1, vec![]),
        ];
        vec![(drafts, false)]
    };
    equal_for(every, (drafts, any::<bool>()), |message, file, (drafts, xml)| {
        let extension = if xml { Extension::Xml } else { Extension::Csv };
        let rows = |side: &Side| {
            let rows = drafts.iter().map(|(details, uln, changes)| {
                let mut row = VerificationRow { uln: side.uln(*uln), ..VerificationRow::default() };
                let details = ["GivenName", "FamilyName", "DateOfBirth", "Gender"].into_iter().zip(details);
                let details = details.map(|(field, value)| (field, (*value).to_owned()));
                for (field, value) in details.chain(changes.iter().cloned()) {
                    assert!(row.set(field, Some(value).filter(|value| !value.is_empty())), "{field}");
                }
                row
            });
            let layout = Layout::of_kind(JobKind::Verification).next().unwrap();
            batch(&layout.version, Records::Verification(placed(rows)))
        };
        let (code, reply) = message.by_message(&rows(message), JobType::Full, "getVerifyBatchOutput");
        prop_assert_eq!((&*code, reply.value("JobStatus")), ("WSRC0025", Some("Successful")));
        let told: Vec<VerifiedRow> = reply.elements("VerifiedLearner").iter().map(|each| verified(each)).collect();

        let job = file.by_file(&rows(file), JobType::Full, extension);
        let output =
            file.world.by_file(PROVIDER, |caller| file.world.service.verification_output(caller, job)).unwrap();
        let BatchOutput::Finished(_, written) = output else { panic!("not finished") };
        seen.borrow_mut().extend(written.iter().map(|row| row.code.clone()));
        let told = verification_file(&answered(), &told).map(|file| message.nameless(&file.text));
        let written = verification_file(&answered(), &written).map(|made| file.nameless(&made.text));
        prop_assert_eq!(told, written);
        Ok(())
    });
    let every: Vec<String> = (1..=6).map(|number| format!("WSVRC00{number}")).collect();
    assert_eq!(seen.into_inner().into_iter().collect::<Vec<_>>(), every);
}

#[test]
fn achievements_come_to_the_same_by_message_and_by_file() {
    let changes = changes(&[
        ("Action", of(&["1", "2", "3", "4", "4", "5"])),
        ("ActionReason", of(&[""])),
        ("Grade", of(&["8", "A*", "", "pass"])),
        ("AchievementAwardDate", of(&["2024-08-21", "2025-08-01"])),
        ("UnitOrQualificationReferenceNumber", of(&[UNIT, "K5995701", "600/1166/X", "600/1166/1", "6017001"])),
        ("LanguageForAssessment", of(&["", "Welsh", "Latin"])),
        ("ProviderUKPRN", of(&["1234567", "test0038"])),
        ("LearnerPostcode", of(&["CV4 9EE", "CV4"])),
        ("DateOfBirth", of(&["2004-02-03", "2004-03-02"])),
        ("Gender", of(&["2", "1", "5"])),
        ("GivenName", of(&["Adalynd", "Zacharias", ""])),
        ("FamilyName", words().boxed()),
        ("MISIdentifier", words().boxed()),
    ]);
    let draft = (0_usize..4, prop_oneof![1 => 0_usize..3, 8 => Just(9)], changes);
    let drafts = proptest::collection::vec(draft, 1..20);
    let seen: RefCell<BTreeMap<&str, i32>> = RefCell::default();
    let every = || {
        let own = |who: usize, action: &str| (who, 9, vec![("Action", action.to_owned())]);
        let graded =
            |who: usize, action: &str| (who, 9, vec![("Action", action.to_owned()), ("Grade", "8".to_owned())]);
        let provisional = vec![
            own(0, "1"),
            graded(0, "2"),
            own(1, "1"),
            own(1, "3"),
            own(1, "4"),
            own(0, "5"),
            (0, 1, vec![]),
            own(1, "1"),
        ];
        let last = vec![own(0, "1"), own(2, "1"), graded(2, "2"), own(2, "3"), own(2, "4")];
        vec![(provisional, false, false), (last, true, true)]
    };
    equal_for(every, (drafts, any::<bool>(), any::<bool>()), |message, file, (drafts, is_final, xml)| {
        let extension = if xml { Extension::Xml } else { Extension::Csv };
        let rows = |side: &Side| {
            let rows = drafts.iter().map(|(who, uln, changes)| {
                let [given, family, ..] = KNOWN[*who];
                let uln = if *uln == 9 { side.uln(who + 3) } else { side.uln(*uln) };
                let mut row = AchievementRow { uln, ..AchievementRow::default() };
                let usual = [
                    ("GivenName", given),
                    ("FamilyName", family),
                    ("ProviderUKPRN", PROVIDER),
                    ("UnitOrQualificationReferenceNumber", GCSE),
                    ("AchievementAwardDate", "2024-08-22"),
                    ("Grade", "7"),
                    ("LanguageForAssessment", "English"),
                    ("Action", "1"),
                    ("ActionDate", "2024-08-23"),
                    ("ActionReason", "As it was agreed"),
                ];
                let usual = usual.into_iter().map(|(field, value)| (field, value.to_owned()));
                for (field, value) in usual.chain(changes.iter().cloned()) {
                    assert!(row.set(field, Some(value).filter(|value| !value.is_empty())), "{field}");
                }
                row
            });
            let layout = Layout::of_kind(JobKind::Achievement).next().unwrap();
            let mut batch = batch(&layout.version, Records::Achievement(placed(rows)));
            batch.header.submission = if is_final { "F" } else { "P" }.to_owned();
            batch
        };
        let (code, reply) = message.by_message(&rows(message), JobType::Full, "GetAchievementBatchJob");
        prop_assert_eq!((&*code, reply.value("ResponseCode")), ("WSRC0007", Some("WSRC0009")));

        let job = file.by_file(&rows(file), JobType::Full, extension);
        let done =
            file.world.by_file(AWARDING, |caller| file.world.service.achievement_job(caller, job)).unwrap().unwrap();
        let counters = done.counters.unwrap();
        for (name, count) in [
            ("NumberOfRecords", done.job.records),
            ("AchievementsCreated", counters.created),
            ("AchievementsUpdated", counters.updated),
            ("AchievementsPromotedToFinal", counters.promoted_to_final),
            ("AchievementsWithdrawn", counters.withdrawn),
            ("AchievementsReinstated", counters.reinstated),
            ("SuccessfulFinalAchievements", counters.successful_final),
            ("SuccessfulProvisionalAchievements", counters.successful_provisional),
            ("FieldDataErrors", counters.field_errors),
            ("LearnerDataErrors", counters.learner_errors),
            ("BusinessRuleErrors", counters.business_errors),
        ] {
            prop_assert_eq!(reply.value(name).map(str::to_owned), Some(count.to_string()), "{}", name);
            *seen.borrow_mut().entry(name).or_default() += count;
        }
        let told = reply.value("AchievementBatchErrorFile").map(|text| message.nameless(text).replace("\r\n", "\n"));
        let written = done.error_file.map(|text| file.nameless(&text).replace("\r\n", "\n"));
        prop_assert_eq!(told, written);
        Ok(())
    });
    for (name, count) in seen.into_inner() {
        assert!(count > 0, "no record came to {name}");
    }
}

#[test]
fn words_of_the_command_line() {
    assert_eq!(state("waiting"), Ok(JobState::Waiting));
    assert!(state("done").is_err_and(|text| text.contains("InProgress")));
    assert_eq!(job_type("CHK"), Ok(JobType::Check));
    assert!(job_type("all").is_err());
}
