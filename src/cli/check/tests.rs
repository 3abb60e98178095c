#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::string_slice
)]

mod damage;
mod texts;
mod workbooks;

use std::collections::BTreeSet;

use clap::Parser;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::*;
use crate::domain::jobs::BatchOutput;
use crate::domain::registrations::{JobType, codes as return_codes};
use crate::domain::{Caller, Service};
use crate::files::{Batch, Records, Submitted};
use crate::model::JobId;
use crate::test_world::{AWARDING, PROVIDER, World, noon, worlds_without_limits};

#[derive(Debug, clap::Parser)]
struct Program {
    #[command(flatten)]
    check: Check,
}

fn lrs_check(arguments: &[&str]) -> (Result<(), Failure>, String) {
    let program = Program::try_parse_from(std::iter::once("lrs-check").chain(arguments.iter().copied())).unwrap();
    let mut out = Vec::new();
    let result = run(&program.check, &mut out);
    (result, String::from_utf8(out).unwrap())
}

fn sample(path: &str) -> String {
    format!("{}/fixtures/files/{path}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn clean_files_succeed_and_others_say_what_is_wrong() {
    let clean = sample("verification/clean/VLD_TEST0038_310720251400.CSV");
    let faulty = sample("achievement/faults/QCF_TEST0045_20250731_010.CSV");
    let (result, text) = lrs_check(&[&clean, "--ukprn", "TEST0038", "--org-ref", "TEST38"]);
    result.unwrap();
    assert!(text.starts_with("Organisation TEST38, UKPRN TEST0038\n") && text.contains("no error found"), "{text}");
    let (result, text) = lrs_check(&[&clean, &faulty, "--format", "json"]);
    assert!(matches!(result, Err(Failure::Findings)));
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report[0]["findings"].as_array().unwrap().len(), 0);
    assert_eq!((&report[1]["records"], &report[1]["refused_records"]), (&18.into(), &18.into()));
    let (result, _) = lrs_check(&[&sample("nowhere.CSV")]);
    assert!(matches!(result, Err(Failure::Usage(_))));
    assert!(
        Program::try_parse_from(["lrs-check"]).is_err()
            && Program::try_parse_from(["lrs-check", "x", "--ukprn", "1"]).is_err()
    );
}

#[test]
fn a_spreadsheet_is_converted_into_a_folder_under_the_right_name() {
    let folder = tempfile::tempdir().unwrap();
    let sheet = sample("registration/clean/learners.xlsx");
    let into = folder.path().to_str().unwrap();
    lrs_check(&[&sheet, "--ukprn", "TEST0038", "--output", into]).0.unwrap();
    let made: Vec<String> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path().to_str().unwrap().to_owned()).collect();
    let (result, text) = lrs_check(&[&made[0], "--ukprn", "TEST0038"]);
    result.unwrap();
    assert!(text.contains("registration file 2A (CSV, UTF-8), 8 learners"), "{text}");
    // Without a UKPRN, the file's owner is unknown.
    assert!(matches!(lrs_check(&[&sheet, "--output", into]).0, Err(Failure::Usage(_))));
    let fixed = folder.path().join("fixed.xml");
    lrs_check(&[&sheet, "--ukprn", "TEST0038", "--output", fixed.to_str().unwrap()]).0.unwrap();
    assert!(fs::read_to_string(fixed).unwrap().contains("<b:BatchLearner>"));
    // Achievement files of a day are numbered.
    let achievements = sample("achievement/clean/QCF_TEST0045_20250731_001.CSV");
    for _ in 0..2 {
        lrs_check(&[&achievements, "--output", into]).0.unwrap();
    }
    let names =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    assert_eq!(names.filter(|name| name.ends_with("_001.CSV") || name.ends_with("_002.CSV")).count(), 2);
}

/// Submits a file and processes the job.
fn submit(world: &World, ukprn: &str, checked: Checked) -> Submitted {
    let submitted =
        world.by_file(ukprn, |caller| files::submit(&world.service, caller, checked, JobType::Full)).unwrap();
    world.work(50);
    submitted
}

/// The codes of all records of a job; for achievements, those in the error file.
fn codes(world: &World, ukprn: &str, id: JobId, batch: &Batch) -> Vec<String> {
    world.by_file(ukprn, |caller| codes_for(&world.service, caller, id, batch))
}

fn codes_for(service: &Service, caller: &Caller<'_>, id: JobId, batch: &Batch) -> Vec<String> {
    match &batch.records {
        Records::Registration(_) => match service.registration_output(caller, id).unwrap() {
            BatchOutput::Finished(_, rows) => rows.into_iter().map(|row| row.code).collect(),
            other => panic!("{other:?}"),
        },
        Records::Verification(_) => match service.verification_output(caller, id).unwrap() {
            BatchOutput::Finished(_, rows) => rows.into_iter().map(|row| row.code).collect(),
            _ => panic!("not finished"),
        },
        Records::Achievement(rows) => {
            let job = service.achievement_job(caller, id).unwrap().unwrap();
            let text = job.error_file.unwrap_or_default();
            let mut reader = csv::Reader::from_reader(text.as_bytes());
            let mut codes = vec![String::new(); rows.len()];
            for line in reader.records() {
                let line = line.unwrap();
                codes[line[0].parse::<usize>().unwrap() - 1] = line[5].to_owned();
            }
            codes
        }
    }
}

/// Codes that depend only on the format of a record, or on a ULN that nobody can have.
fn is_of_the_form(code: &str) -> bool {
    code.starts_with('F')
        || [
            "WSVRC006",
            return_codes::NOT_FOUND,
            return_codes::INSUFFICIENT_DATA,
            return_codes::INCORRECT_FORMAT,
            return_codes::INCORRECT_IDENTIFIER,
            return_codes::OUTSIDE_AGE,
        ]
        .contains(&code)
}

/// Values of every class: some are valid in some fields, none in all.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => select(vec![
            "", " ", "0", "1", "2", "3", "4", "9", "999", "Ada", "GBR", "XXX", "CV1 2WT", "cv12wt", "CV1 2CO", "2005-02-28", "2005-02-29", "1900-02-29",
            "28/02/2005", "2020-01-01", "1900-01-01", "2200-01-01", "1000000000", "1000000019", "1000000001", "0000000042", "1.0E+09", "123456789",
            "a.b@example.org", "a@b", "600/1166/X", "600/1166/1", "K/501/5773", "K5015773", "English", "Pass", "TEST0038", "123450100001A", "=1+1", "'",
            "A000000000000", "P000000000001", "B000000000000",
        ]).prop_map(str::to_owned),
        1 => "\\PC{0,40}",
        1 => select(vec![35_usize, 36, 50, 51, 128, 129, 254, 255, 256, 4000, 4001]).prop_map(|length| "x".repeat(length)),
    ]
}

/// A CSV file with a sample's records, with a few changed values in each.
fn changed(sample: &str, runner: &mut TestRunner) -> (String, String) {
    let text = fs::read_to_string(sample).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headings = reader.headers().unwrap().clone();
    let header = headings.iter().position(|heading| heading.ends_with("Count")).unwrap() + 1;
    let header = if headings.get(header) == Some("OrgEmail") { header + 1 } else { header };
    let records: Vec<Vec<String>> =
        reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect();
    let changes = proptest::collection::vec((any::<Index>(), value()), 0..3);
    let mut rows: Vec<Vec<String>> = (0..60).map(|index| records[index % records.len()].clone()).collect();
    for (index, row) in rows.iter_mut().enumerate() {
        for (at, value) in changes.new_tree(runner).unwrap().current() {
            row[header + at.index(headings.len() - header)] = value;
        }
        for (column, heading) in headings.iter().enumerate().take(header) {
            match heading {
                _ if index > 0 => row[column].clear(),
                heading if heading.ends_with("Count") => row[column] = "60".to_owned(),
                _ => row[column] = records[0][column].clone(),
            }
        }
    }
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&headings).unwrap();
    for row in &rows {
        writer.write_record(row).unwrap();
    }
    (records[0][1].clone(), String::from_utf8(writer.into_inner().unwrap()).unwrap())
}

/// Checks a file with the tool, submits it, and compares the results of each record. Returns its
/// contents, and how many records were refused for their format and how many were not.
fn compared(world: &World, ukprn: &str, name: &str, text: &str) -> (Batch, usize, usize) {
    let expected = Expected { ukprn: Some(ukprn.parse().unwrap()), ..Expected::on(noon().date()) };
    let checked = files::check(name, text.as_bytes(), &expected);
    assert!(!checked.is_refused(), "{name}: {:?}", checked.findings);
    let batch = checked.batch.clone().unwrap();
    let findings = checked.findings.clone();
    let first = if checked.format == files::Format::Xml { 1 } else { 2 };
    let Submitted::Accepted(id) = submit(world, ukprn, checked) else { panic!("{name} was refused") };
    let (mut refused, mut accepted) = (0, 0);
    for (row, code) in (first..).zip(codes(world, ukprn, id, &batch)) {
        let told: BTreeSet<&str> = findings
            .iter()
            .filter(|finding| finding.weight == files::Weight::Record && finding.row == Some(row))
            .map(|finding| finding.code)
            .collect();
        if told.is_empty() {
            // These ULNs are unknown, because the register is empty: that does not depend on the
            // format.
            let unknown = ["RC009", "WSVRC006"].contains(&code.as_str());
            assert!(unknown || !is_of_the_form(&code), "{name} row {row}: the service says {code}, the tool nothing");
            accepted += 1;
        } else {
            // A registered learner is found, even if the record lacks details for a registration.
            let is_found = ["RC002", "RC007", "RC008"].contains(&code.as_str());
            let needs_to_be_new = told.iter().all(|told| ["RC006", "RC013"].contains(told));
            assert!(
                told.contains(code.as_str()) || (is_found && needs_to_be_new),
                "{name} row {row}: the service says {code}, the tool {told:?}"
            );
            refused += 1;
        }
    }
    (batch, refused, accepted)
}

/// The tool refuses a record exactly when the service refuses it for its format, with the same
/// code, for CSV and XML.
#[test]
fn the_tool_accepts_exactly_what_the_service_accepts() {
    let samples = [
        ("registration/clean/LRB_TEST0038_310720251400.CSV", PROVIDER),
        ("registration/clean/LRB_TEST0038_310720251404.CSV", PROVIDER),
        ("verification/clean/VLD_TEST0038_310720251400.CSV", PROVIDER),
        ("achievement/clean/QCF_TEST0045_20250731_001.CSV", AWARDING),
    ];
    let mut runner = TestRunner::deterministic();
    for world in worlds_without_limits() {
        let (mut refused, mut accepted) = (0, 0);
        for (path, ukprn) in samples.iter().cycle().take(12) {
            let (name, text) = changed(&sample(path), &mut runner);
            let (batch, refused_of_csv, accepted_of_csv) = compared(&world, ukprn, &name, &text);
            let xml = files::convert(&batch, None, noon(), 1, Extension::Xml).unwrap();
            let (_, refused_of_xml, _) = compared(&world, ukprn, &xml.name, &xml.text);
            assert_eq!(refused_of_xml, refused_of_csv, "{path}: the form of the file makes a difference");
            refused += refused_of_csv;
            accepted += accepted_of_csv;
        }
        assert!(refused > 100 && accepted > 100, "{refused} refused, {accepted} accepted");
    }
}

#[test]
fn a_file_that_the_tool_refuses_is_not_submitted() {
    for world in worlds_without_limits() {
        for path in [
            "registration/faults/LRB_TEST0038_310720251414.CSV",
            "registration/faults/8231234_CTF_8234321_001.xml",
            "registration/clean/learners.xlsx",
        ] {
            let bytes = fs::read(sample(path)).unwrap();
            let checked = files::check(path.rsplit('/').next().unwrap(), &bytes, &Expected::on(noon().date()));
            let Submitted::Refused(findings) = submit(&world, PROVIDER, checked) else { panic!("{path} was accepted") };
            assert_eq!(findings.len(), 1, "{path}");
        }
    }
}

#[test]
fn the_page_of_codes_has_every_code_as_the_tables_have_it() {
    let page = fs::read_to_string(format!("{}/docs/codes.md", env!("CARGO_MANIFEST_DIR"))).unwrap();
    for entry in return_codes::ALL {
        assert!(page.contains(&format!("| {} | {} | {} |", entry.code, entry.meaning, entry.advice)), "{}", entry.code);
    }
    for entry in crate::domain::achievements::codes::ERROR_CODES {
        assert!(
            page.contains(&format!("| {} | {} | {} | {} |", entry.code, entry.field, entry.meaning, entry.advice)),
            "{}",
            entry.code
        );
    }
    for entry in crate::domain::codes::ALL {
        assert!(page.contains(&format!("| {} | {} |", entry.code, entry.meaning)), "{}", entry.code);
    }
}

#[test]
fn the_page_about_files_has_every_heading() {
    let page = fs::read_to_string(format!("{}/docs/check-a-file.md", env!("CARGO_MANIFEST_DIR"))).unwrap();
    for layout in files::Layout::all() {
        for heading in layout.headings() {
            assert!(page.contains(heading), "{heading}");
        }
    }
    let listed = page.replace('\n', " ");
    let headings: Vec<&str> = files::Layout::of(JobKind::Registration, "2A").unwrap().headings().collect();
    assert!(listed.contains(&headings.join(", ")));
}

/// The fenced blocks in a language, from the page about files.
fn samples_of_the_page(language: &str) -> Vec<String> {
    let page = fs::read_to_string(format!("{}/docs/check-a-file.md", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let fence = format!("```{language}\n");
    page.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

#[test]
fn every_xml_sample_of_the_page_about_files_is_a_good_file() {
    let samples = samples_of_the_page("xml");
    assert!(!samples.is_empty());
    for xml in samples {
        let (_, rest) = xml.split_once("<FileName>").unwrap();
        let checked = files::check(rest.split('<').next().unwrap(), xml.as_bytes(), &Expected::on(noon().date()));
        assert!(checked.is_clean() && checked.findings.is_empty(), "{:#?}", checked.findings);
    }
}

/// The examples at the top of the page, in a folder with files of these names. The one with
/// `--watch` is only parsed.
#[test]
fn every_command_at_the_top_of_the_page_about_files_works() {
    let folder = tempfile::tempdir().unwrap();
    let inside = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let csv = "LRB_10000001_310720251405.CSV";
    let sheet = fs::read(sample("registration/clean/learners.xlsx")).unwrap();
    fs::write(inside("learners.xlsx"), &sheet).unwrap();
    let batch = files::check("learners.xlsx", &sheet, &Expected::on(noon().date())).batch.unwrap();
    let mut file = files::convert(&batch, Some("10000001".parse().unwrap()), noon(), 1, Extension::Csv).unwrap();
    file.text = file.text.replace(&file.name, csv);
    fs::write(inside(csv), file.text).unwrap();
    let block = samples_of_the_page("sh").remove(0);
    let commands: Vec<&str> = block.lines().collect();
    assert!(commands.len() > 2);
    for command in commands {
        let words = command.split(" > ").next().unwrap().strip_prefix("lrs check ").unwrap().split(' ');
        let arguments: Vec<String> = words
            .map(|word| match word {
                "*.CSV" => inside(csv),
                "." => inside(""),
                name if name.ends_with(".CSV") || name.ends_with(".xlsx") => inside(name),
                other => other.to_owned(),
            })
            .collect();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        if arguments.contains(&"--watch") {
            Program::try_parse_from(std::iter::once("lrs-check").chain(arguments)).unwrap();
        } else {
            let (result, told) = lrs_check(&arguments);
            assert!(result.is_ok(), "{command}: {told}");
        }
    }
}
