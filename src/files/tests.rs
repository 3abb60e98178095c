#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::string_slice
)]

use std::fs;
use std::path::PathBuf;

use chrono::{NaiveDate, NaiveDateTime};
use proptest::prelude::*;
use serde::Deserialize;

use super::batch::Batch;
use super::*;
use crate::domain::registrations::{RegisteredRow, RegistrationRow};
use crate::domain::verifications::{VerificationRow, VerifiedRow};
use crate::model::JobKind;

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 7, 31).unwrap()
}

fn now() -> NaiveDateTime {
    today().and_hms_opt(14, 5, 9).unwrap()
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/files")
}

fn check_sample(path: &str) -> Checked {
    let bytes = fs::read(folder().join(path)).unwrap();
    check(path.rsplit('/').next().unwrap(), &bytes, &Expected::on(today()))
}

fn check_text(name: &str, text: &str) -> Checked {
    check(name, text.as_bytes(), &Expected::on(today()))
}

#[derive(Deserialize)]
struct Manifest {
    file: Vec<Sample>,
}

#[derive(Deserialize)]
struct Sample {
    path: String,
    faults: Vec<Fault>,
}

#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Fault {
    row: usize,
    column: String,
    code: String,
    rule: String,
}

fn samples() -> Vec<Sample> {
    toml::from_str::<Manifest>(&fs::read_to_string(folder().join("faults.toml")).unwrap()).unwrap().file
}

#[test]
fn exactly_the_planted_faults_are_found() {
    for sample in samples() {
        let checked = check_sample(&sample.path);
        let errors = checked.findings.iter().filter(|finding| finding.weight != Weight::Remark);
        let mut found: Vec<Fault> = errors
            .map(|finding| Fault {
                row: finding.row.unwrap_or(0),
                column: finding.column.clone(),
                code: finding.code.to_owned(),
                rule: finding.rule.clone(),
            })
            .collect();
        found.sort();
        let mut planted = sample.faults;
        planted.sort();
        assert_eq!(found, planted, "{}", sample.path);
        assert_eq!(checked.is_clean(), planted.is_empty(), "{}", sample.path);
    }
}

#[test]
fn every_sample_is_listed() {
    let listed: Vec<String> = samples().into_iter().map(|sample| sample.path).collect();
    for kind in ["registration", "verification", "achievement"] {
        for part in ["clean", "faults"] {
            expect_listed(&listed, &format!("{kind}/{part}"));
        }
    }
    expect_listed(&listed, "demo");
}

fn expect_listed(listed: &[String], part: &str) {
    for entry in fs::read_dir(folder().join(part)).unwrap() {
        let path = format!("{part}/{}", entry.unwrap().file_name().to_string_lossy());
        assert!(listed.contains(&path), "{path}");
    }
}

#[test]
fn encodings_are_named() {
    for (path, encoding) in [
        ("registration/clean/LRB_TEST0038_310720251400.CSV", "UTF-8"),
        ("registration/clean/LRB_TEST0038_310720251402.CSV", "UTF-8 with byte order mark"),
        ("registration/clean/LRB_TEST0038_310720251403.CSV", "Windows-1252"),
    ] {
        let checked = check_sample(path);
        assert_eq!(checked.encoding.unwrap().to_string(), encoding);
        let Records::Registration(rows) = checked.batch.unwrap().records else { panic!("learners") };
        assert_eq!(rows[2].row.given_name.as_deref(), Some("Zoë"));
        assert_eq!(rows[2].row.family_name.as_deref(), Some("O\u{2019}Fixture"));
    }
}

#[test]
fn a_report_never_shows_a_value_and_says_the_summary_first() {
    let checked = check_sample("registration/faults/LRB_TEST0038_310720251410.CSV");
    let values = ["Wolfeschlegel", "04/05/2006", "nobody@home", "1000000001", "CV4 9CE", "Synthia", "2006-02-30"];
    for format in [ReportFormat::Text, ReportFormat::Json, ReportFormat::Csv, ReportFormat::Html] {
        let report = report(format, std::slice::from_ref(&checked));
        for value in values {
            assert!(!report.contains(value), "{value} in {format:?}");
        }
        assert!(report.contains("a date with slashes") && report.contains("RC013"), "{report}");
    }
    let text = report(ReportFormat::Text, std::slice::from_ref(&checked));
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "LRB_TEST0038_310720251410.CSV: registration file 2A (CSV, UTF-8), 26 learners");
    assert_eq!(lines[1], "26 of 26 learners would be refused.");
    let clean = check_sample("registration/clean/LRB_TEST0038_310720251400.CSV");
    assert!(report(ReportFormat::Text, &[clean]).contains("Validation was successful, no error found."));
}

#[test]
fn a_page_and_a_table_cannot_be_injected_into() {
    let name = "<script>=1+1.CSV";
    let checked = check_text(name, "a;b\n1;2\n");
    assert!(report(ReportFormat::Html, std::slice::from_ref(&checked)).contains("&lt;script&gt;"));
    let named = Checked { name: "=1+1".to_owned(), ..checked };
    assert!(report(ReportFormat::Csv, &[named]).contains("\"'=1+1\""));
}

#[test]
fn whose_file_it_is_must_agree() {
    let path = "registration/clean/LRB_TEST0038_310720251400.CSV";
    let bytes = fs::read(folder().join(path)).unwrap();
    let expected = Expected { ukprn: Some("10000001".parse().unwrap()), ..Expected::on(today()) };
    let checked = check("LRB_TEST0038_310720251400.CSV", &bytes, &expected);
    let columns: Vec<&str> = checked.findings.iter().map(|finding| finding.column.as_str()).collect();
    assert_eq!(columns, ["the file's name", "UKPRN"]);
    let other = Expected { kind: Some(JobKind::Achievement), ..Expected::on(today()) };
    assert!(check("LRB_TEST0038_310720251400.CSV", &bytes, &other).is_refused());
}

#[test]
fn a_spreadsheet_becomes_a_file_that_can_be_sent() {
    let checked = check_sample("registration/clean/learners.xlsx");
    assert!(checked.is_clean());
    let batch = checked.batch.unwrap();
    assert!(convert(&batch, None, now(), 1, Extension::Csv).is_err());
    for extension in [Extension::Csv, Extension::Xml] {
        let file = convert(&batch, Some("TEST0038".parse().unwrap()), now(), 1, extension).unwrap();
        assert_eq!(file.name, format!("LRB_TEST0038_310720251505.{}", extension.as_str()));
        let again = check_text(&file.name, &file.text);
        assert!(again.is_clean(), "{:?}", again.findings);
        let places = |batch: &Batch| batch.values().into_iter().map(|row| row.join("|")).collect::<Vec<_>>();
        assert_eq!(places(&again.batch.unwrap()), places(&batch));
    }
}

#[test]
fn a_workbook_that_unpacks_to_too_much_is_refused() {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for part in 0..3 {
        writer.start_file(format!("xl/{part}.xml"), zip::write::SimpleFileOptions::default()).unwrap();
        let zeros = vec![b' '; 1024 * 1024];
        for _ in 0..100 {
            std::io::Write::write_all(&mut writer, &zeros).unwrap();
        }
    }
    let bytes = writer.finish().unwrap().into_inner();
    assert!(bytes.len() < 1024 * 1024);
    let checked = check("learners.xlsx", &bytes, &Expected::on(today()));
    assert_eq!(checked.findings[0].found, "a workbook that unpacks to more than 64 MiB");
}

#[test]
fn a_file_with_wrong_headings_is_put_right() {
    for path in [
        "registration/faults/LRB_TEST0038_310720251417.CSV",
        "registration/faults/LRB_TEST0038_310720251418.CSV",
        "registration/faults/LRB_TEST0038_310720251419.CSV",
    ] {
        let batch = check_sample(path).batch.unwrap();
        let file = convert(&batch, None, now(), 1, Extension::Csv).unwrap();
        assert!(check_text(&file.name, &file.text).is_clean(), "{path}");
    }
}

#[test]
fn remarks_refuse_nothing() {
    let mut batch = check_sample("registration/clean/LRB_TEST0038_310720251400.CSV").batch.unwrap();
    let Records::Registration(rows) = &mut batch.records else { panic!("learners") };
    rows[0].row.notes = Some("=cmd|' /C calc'!A0".to_owned());
    rows[1].row.notes = Some("ZoÃ«".to_owned());
    rows[2] = rows[3].clone();
    let file = convert(&batch, None, now(), 1, Extension::Csv).unwrap();
    assert!(file.text.contains("\"'=cmd|"));
    let checked = check_text(&file.name, &format!("{}\r\n\r\n", file.text));
    assert!(checked.is_clean());
    let found: Vec<(Option<usize>, &str)> =
        checked.findings.iter().map(|finding| (finding.row, finding.column.as_str())).collect();
    assert_eq!(found, [(Some(2), "Notes"), (Some(3), "Notes"), (Some(5), ""), (Some(10), ""), (Some(11), "")]);
}

#[test]
fn outputs_keep_the_order_and_fill_in_the_number() {
    let answered = Answered {
        name: Some("LRB_TEST0038_310720251400.CSV"),
        ukprn: "TEST0038".parse().unwrap(),
        submitted_at: now(),
    };
    let row = |name: &str, uln: Option<&str>, code: &str| RegisteredRow {
        row: RegistrationRow {
            family_name: Some(name.to_owned()),
            mis_identifier: Some("=1".to_owned()),
            uln: uln.map(str::to_owned),
            ..RegistrationRow::default()
        },
        code: code.to_owned(),
    };
    let rows = [row("Example", Some("1000000000"), "RC001"), row("Testcase", None, "RC011")];
    let file = registration_file(&answered, &rows).unwrap();
    assert_eq!(file.name, "OUT_LRB_TEST0038_310720251400.CSV");
    let lines: Vec<&str> = file.text.lines().collect();
    assert!(lines[0].ends_with(",\"Notes\",\"ReturnCode\""));
    // Clients read the ULN and their own identifier by position: columns 5 and 6.
    assert!(
        lines[1].starts_with("\"2A\",\"OUT_LRB_TEST0038_310720251400.CSV\",\"TEST0038\",\"2\",\"1000000000\",\"'=1\","),
        "{}",
        lines[1]
    );
    assert!(lines[2].starts_with("\"\",\"\",\"\",\"\",\"\",\"'=1\",") && lines[2].ends_with(",\"RC011\""));
    let exceptions = exception_file(&answered, &rows).unwrap();
    assert_eq!((exceptions.name.as_str(), exceptions.text.lines().count()), ("EXC_LRB_TEST0038_310720251400.CSV", 2));
    assert!(exception_file(&answered, &rows[..1]).is_none());

    let nameless = Answered { name: None, ..answered };
    let verified = VerifiedRow {
        row: VerificationRow { uln: Some("1000000000".to_owned()), ..VerificationRow::default() },
        code: "WSVRC005".to_owned(),
        learner: None,
        flags: vec!["VRF5".to_owned(), "VRF6".to_owned()],
    };
    let file = verification_file(&nameless, &[verified]).unwrap();
    assert_eq!(file.name, "OUT_VLD_TEST0038_310720251505.CSV");
    assert!(file.text.ends_with("\"WSVRC005\",\"\",\"\",\"\",\"\",\"\",\"VRF5;VRF6\"\r\n"));
    assert_eq!(file.text.lines().next().unwrap().matches(',').count(), 12);
}

#[test]
fn the_rules_name_the_columns_of_the_layouts() {
    for layout in Layout::all() {
        let fields = match layout.kind() {
            JobKind::Registration => RegistrationRow::FIELDS,
            JobKind::Verification => VerificationRow::FIELDS,
            JobKind::Achievement => crate::domain::achievements::AchievementRow::FIELDS,
        };
        for column in &layout.record.columns {
            assert!(fields.contains(&column.field()), "{}", column.heading);
        }
        assert!(fields.iter().all(|field| layout.heading_of(field).is_some()
            || ["UCI", "UPN", "PrivacyNoticeSeen", "AbilityToShare"].contains(field)));
    }
}

/// Records of any layout, with any text that a file can carry.
fn any_batch() -> impl Strategy<Value = Batch> {
    let value = "[-=+@'\",;<&>a-zé0-9 \\n]{0,8}|\\PC{0,6}";
    (0..Layout::all().len(), proptest::collection::vec(proptest::collection::vec(value, 28), 1..4)).prop_map(
        |(index, rows)| {
            let layout = &Layout::all()[index];
            let mut batch = Batch::empty(layout);
            batch.header.submission = "F".to_owned();
            for (place, row) in rows.iter().enumerate() {
                // A record with only blank values does not count as a record.
                let values = row
                    .iter()
                    .enumerate()
                    .map(|(column, value)| if column == 0 && value.trim().is_empty() { "x" } else { value.as_str() });
                batch.push(place, values);
            }
            batch
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read(batch in any_batch(), xml in any::<bool>()) {
        let extension = if xml { Extension::Xml } else { Extension::Csv };
        let file = convert(&batch, Some("TEST0038".parse().unwrap()), now(), 1, extension).unwrap();
        let checked = check_text(&file.name, &file.text);
        prop_assert!(!checked.is_refused(), "{:?}", checked.findings);
        let read = checked.batch.unwrap();
        prop_assert_eq!(read.values(), batch.values());
        prop_assert_eq!(read.layout.version.as_str(), batch.layout.version.as_str());
    }

    #[test]
    fn a_damaged_file_is_answered_with_words(
        sample in 0_usize..60,
        cuts in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..3), 1..5),
    ) {
        let samples = samples();
        let sample = &samples[sample % samples.len()];
        let mut bytes = fs::read(folder().join(&sample.path)).unwrap();
        for (at, byte, how) in cuts {
            if bytes.is_empty() {
                break;
            }
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.truncate(at),
                _ => bytes.insert(at, byte),
            }
        }
        let name = sample.path.rsplit('/').next().unwrap();
        let checked = check(name, &bytes, &Expected::on(today()));
        prop_assert!(checked.batch.is_some() || !checked.findings.is_empty());
        let _ = report(ReportFormat::Html, &[checked]);
    }

    #[test]
    fn a_workbook_with_a_damaged_part_is_answered_with_words(
        part in any::<prop::sample::Index>(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), "[<>/\"=a-z0-9A-Z]{0,3}"), 1..6),
    ) {
        let bytes = fs::read(folder().join("registration/clean/learners.xlsx")).unwrap();
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        let damaged = part.index(archive.len());
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for index in 0..archive.len() {
            let mut part = archive.by_index(index).unwrap();
            let mut text = String::new();
            std::io::Read::read_to_string(&mut part, &mut text).unwrap();
            for (at, change) in changes.iter().filter(|_| index == damaged) {
                let at = at.index(text.len());
                if text.is_char_boundary(at) && text.is_char_boundary(at + 1) {
                    text.replace_range(at..=at, change);
                }
            }
            writer.start_file(part.name().unwrap(), zip::write::SimpleFileOptions::default()).unwrap();
            std::io::Write::write_all(&mut writer, text.as_bytes()).unwrap();
        }
        let bytes = writer.finish().unwrap().into_inner();
        let checked = check("learners.xlsx", &bytes, &Expected::on(today()));
        prop_assert!(checked.batch.is_some() || !checked.findings.is_empty());
    }

    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..200), start in 0_usize..4) {
        let start: &[u8] = [&b""[..], b"<LRBBatch>", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"][start];
        let checked = check("LRB_TEST0038_310720251400.CSV", &[start, &bytes].concat(), &Expected::on(today()));
        prop_assert!(checked.is_refused());
    }
}
