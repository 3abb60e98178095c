//! Text files as written by people and spreadsheet programs: findings about cells, headings and
//! type.

use super::*;

/// The rows of a sample, with the headings.
fn rows(path: &str) -> Vec<Vec<String>> {
    let text = fs::read_to_string(sample(path)).unwrap();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// The sample, with other values in its second row.
fn with(path: &str, changes: &[(&str, &str)]) -> String {
    let mut rows = rows(path);
    for (column, value) in changes {
        let at = rows[0].iter().position(|heading| heading == column).unwrap();
        rows[1][at] = (*value).to_owned();
    }
    written(&rows, b',')
}

fn written(rows: &[Vec<String>], separator: u8) -> String {
    let mut writer = csv::WriterBuilder::new().delimiter(separator).flexible(true).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

/// Findings of a file with this name and content: weight and code, column, what was found, and
/// advice.
fn told(name: &str, content: impl AsRef<[u8]>, arguments: &[&str]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    fs::write(&file, content).unwrap();
    let (_, text) = lrs_check(&[&[file.to_str().unwrap(), "--format", "json"], arguments].concat());
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    let told = |finding: &serde_json::Value| {
        let part = |name: &str| finding[name].as_str().unwrap_or_default().to_owned();
        format!("{}{} {}: {}. {}", part("weight"), part("code"), part("column"), part("found"), part("advice"))
    };
    report[0]["findings"].as_array().unwrap().iter().map(told).collect()
}

const LEARNERS: &str = "registration/clean/LRB_TEST0038_310720251400.CSV";
const ACHIEVEMENTS: &str = "achievement/clean/QCF_TEST0045_20250731_001.CSV";

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

#[test]
fn an_error_value_in_a_text_file_is_an_error_in_any_column() {
    for (path, column, value) in [
        (LEARNERS, "FamilyName", "#N/A"),
        (LEARNERS, "MISIdentifier", "#REF!"),
        (LEARNERS, "DateOfBirth", "#VALUE!"),
        (LEARNERS, "ULN", " #n/a "),
        (LEARNERS, "Notes", "Err:508"),
        (ACHIEVEMENTS, "Grade", "#NAME?"),
        (ACHIEVEMENTS, "UnitOrQualificationReferenceNumber", "#SPILL!"),
    ] {
        let expected =
            format!("file {column}: a spreadsheet error value. Correct the formula, or enter the value itself.");
        assert_eq!(told(file_name(path), with(path, &[(column, value)]), &[]), [expected], "{column}");
    }
}

#[test]
fn a_date_that_has_its_hyphens_is_told_what_else_is_wrong() {
    let hyphens = "a date with hyphens. Write year, month and day with hyphens, for example 2008-03-31.";
    let no_day = "a date with hyphens. There is no such day: check the month, which comes second, and the day.";
    for (path, column, value, expected) in [
        (LEARNERS, "DateOfBirth", "2006-02-30", no_day),
        (LEARNERS, "DateOfAddressCapture", "2006-30-02", no_day),
        (LEARNERS, "DateOfBirth", "0206-02-03", "a date with hyphens. Check the year."),
        (LEARNERS, "DateOfBirth", "2006-2-3", hyphens),
        (LEARNERS, "DateOfBirth", "03-02-2006", hyphens),
        (ACHIEVEMENTS, "AchievementAwardDate", "2024-11-31", no_day),
    ] {
        let found = told(file_name(path), with(path, &[(column, value)]), &[]);
        assert!(found.len() == 1 && found[0].contains(expected), "{value}: {found:?}");
    }
}

#[test]
fn a_file_of_another_organisation_is_not_to_be_renamed() {
    for (path, ukprn) in [(ACHIEVEMENTS, "TEST0038"), (LEARNERS, "TEST0045")] {
        let found = told(file_name(path), fs::read(sample(path)).unwrap(), &["--ukprn", ukprn]);
        assert_eq!(found.len(), 2);
        assert!(found.iter().all(|line| line.contains("--as awarding") && !line.contains("Rename")), "{found:?}");
    }
}

#[test]
fn the_same_about_many_headings_is_one_line() {
    let mut short = rows(LEARNERS);
    for row in &mut short {
        row.truncate(6);
    }
    let found = told(file_name(LEARNERS), written(&short, b','), &[]);
    let of_headings: Vec<&String> = found.iter().filter(|line| line.starts_with("file ")).collect();
    assert_eq!(of_headings.len(), 1, "{found:#?}");
    assert!(of_headings[0].contains("Title, GivenName, ") && of_headings[0].contains("24 missing columns"));

    let mut lower = rows(LEARNERS);
    lower[0].iter_mut().for_each(|heading| *heading = heading.to_lowercase());
    lower[0][29] = "remarks".to_owned();
    lower[0].extend(["x".to_owned(), "y".to_owned()]);
    let found = told(file_name(LEARNERS), written(&lower, b','), &[]);
    let mut of_headings: Vec<&str> =
        found.iter().filter(|line| !line.contains("cells")).map(|line| line.split(". ").next().unwrap()).collect();
    of_headings.sort_unstable();
    assert_eq!(of_headings.len(), 3, "{of_headings:#?}");
    assert!(of_headings[0].ends_with("29 headings in a different spelling"), "{of_headings:#?}");
    assert_eq!(of_headings[1..], ["file Notes: a missing column", "file columns 30, 31, 32: 3 unknown headings"]);
}

#[test]
fn headings_that_several_kinds_have_need_the_type() {
    let text = "MISIdentifier,ULN,GivenName,FamilyName,DateOfBirth,Gender\n1,1000000000,Ann,Example,2006-05-03,2\n";
    let found = told("learners.csv", text, &[]);
    assert_eq!(
        found,
        ["file the file: headings that several kinds of file have. \
          Use --type registration, --type verify or --type achievement."]
    );
    let (_, report) = {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("learners.csv");
        fs::write(&file, text).unwrap();
        lrs_check(&[file.to_str().unwrap(), "--type", "verify"])
    };
    assert!(report.contains("verify file 1A (CSV, UTF-8), 1 learner"), "{report}");
    // A heading that only one type has, or the name of the file, also decides.
    for (name, text) in [("learners.csv", text.replace("Gender", "VerificationType")), ("VLD_x.CSV", text.to_owned())] {
        assert!(!told(name, text, &[]).concat().contains("--type"), "{name}");
    }
}

/// The file of `lrs batch errors`, as spreadsheet programs save it.
#[test]
fn the_file_for_correction_is_taken_again() {
    for world in worlds_without_limits() {
        let name = "LRB_TEST0038_310720251450.CSV";
        let sent = fs::read(sample(&format!("demo/{name}"))).unwrap();
        let Submitted::Accepted(id) = submit(&world, PROVIDER, files::check(name, &sent, &Expected::on(noon().date())))
        else {
            panic!("{name} was refused")
        };
        let output = world.by_file(PROVIDER, |caller| world.service.registration_output(caller, id)).unwrap();
        let BatchOutput::Finished(_, rows) = output else { panic!("not finished") };
        let answered = files::Answered { name: Some(name), ukprn: PROVIDER.parse().unwrap(), submitted_at: noon() };
        let made = files::exception_file(&answered, &rows).unwrap();
        let records: Vec<Vec<String>> = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(made.text.as_bytes())
            .records()
            .map(|record| record.unwrap().iter().map(str::to_owned).collect())
            .collect();
        let without_header = |row: &Vec<String>| [vec![String::new(); 4], row[4..].to_vec()].concat();
        let without_first = [vec![records[0].clone()], records[2..].to_vec()].concat();
        let ways: [(&str, Vec<u8>); 7] = [
            ("exceptions.csv", made.text.clone().into_bytes()),
            (&made.name, made.text.clone().into_bytes()),
            ("semicolons.csv", format!("\u{feff}{}", written(&records, b';')).into_bytes()),
            ("tabs.txt", written(&records, b'\t').into_bytes()),
            ("header deleted.csv", written(&records.iter().map(without_header).collect::<Vec<_>>(), b',').into_bytes()),
            ("LibreOffice.xlsx", fs::read(sample("workbooks/LibreOffice-correction.xlsx")).unwrap()),
            ("one row less.csv", written(&without_first, b',').into_bytes()),
        ];
        let exceptions = rows.iter().filter(|row| !["RC001", "RC002", "RC003", "RC004", "RC005"].contains(&&*row.code));
        let expected: Vec<_> = exceptions.map(|row| row.row.clone()).collect();
        assert_eq!(expected.len(), 7);
        for (name, bytes) in ways {
            let checked = files::check(name, &bytes, &Expected::on(noon().date()));
            assert!(!checked.is_refused(), "{name}: {:#?}", checked.findings);
            let remarks: Vec<_> =
                checked.findings.iter().filter(|finding| finding.weight == files::Weight::Remark).collect();
            assert_eq!(remarks, Vec::<&files::Finding>::new(), "{name}");
            let Records::Registration(read) = &checked.batch.as_ref().unwrap().records else { panic!("learners") };
            let read: Vec<_> = read.iter().map(|placed| placed.row.clone()).collect();
            assert_eq!(read, expected[usize::from(name.starts_with("one"))..], "{name}");
            if !name.ends_with("xlsx") {
                assert!(matches!(submit(&world, PROVIDER, checked), Submitted::Accepted(_)), "{name}");
            }
        }
        // An extra comma shifts a record, in any file.
        let shifted = made.text.replacen("\"Leopold\"", "\"Leopold\",\"\"", 1);
        assert!(files::check("e.csv", shifted.as_bytes(), &Expected::on(noon().date())).is_refused());
    }
}

/// Errors of achievements and the output of a verification have no records to send.
#[test]
fn an_answer_without_records_is_named() {
    for (heading, kind) in [
        (
            "RecordNumber,MISIdentifier,ULN,UnitOrQualificationReferenceNumber,ErrorClass,ErrorCode,Message",
            "achievement",
        ),
        (
            "MISIdentifier,SearchedULN,SearchedFamilyName,SearchedGivenName,SearchedDateOfBirth,SearchedGender,ResponseCode,\
             ULN,FamilyName,GivenName,DateOfBirth,Gender,FailureFlags",
            "verify",
        ),
    ] {
        let found = told("errors.csv", format!("{heading}\r\n1,2,3\r\n"), &[]);
        assert_eq!(
            found,
            [format!(
                "file the file: the results of a {kind} file. Correct the records in the original file and send that again."
            )]
        );
    }
}

#[test]
fn a_heading_with_something_in_brackets_is_that_heading() {
    let text = "Given Name*,Family Name [legal],Date of Birth (dd/mm/yyyy),Gender {code},LastKnownPostCode,\
                AbilityToShare,VerificationType,ReturnCode\nAnn,Example,2006-05-03,2,CV1 2WT,1,2,RC011\n";
    let found = told("learners.csv", text, &[]);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].starts_with("remark ULN, MISIdentifier, Title, ") && found[0].contains("19 missing columns"));

    let twice = text.replace("Given Name*", "Family Name (known as)");
    let found = told("learners.csv", twice, &[]);
    assert!(found.iter().any(|line| line.starts_with("file FamilyName: 2 columns with this heading")), "{found:#?}");
    // A file to send must have the exact heading; conversion corrects it.
    let text = with(LEARNERS, &[]).replacen("DateOfBirth", "Date of Birth (dd/mm/yyyy)", 1);
    assert_eq!(
        told(file_name(LEARNERS), text, &[]),
        ["file DateOfBirth: a different spelling. Correct the heading; lrs-check --output does this."]
    );
}

#[test]
fn a_common_transfer_file_is_known_by_its_root() {
    for root in ["CTfile", "CTFILE"] {
        let found = told("pupils.xml", format!("<?xml version=\"1.0\"?><{root}><Header/></{root}>"), &[]);
        assert!(found.len() == 1 && found[0].starts_with("file the file: a common transfer file (CTF)"), "{found:?}");
    }
}

#[test]
fn a_line_break_or_tab_in_a_name_refuses_a_registration_and_nothing_else() {
    let advice = "Write a space instead of the line break or tab, or delete it.";
    for (column, value) in [("GivenName", "Ann\nMarie"), ("FamilyName", "Ex\tample"), ("FamilyNameAt16", "Exam\r\nple")]
    {
        let found = told(file_name(LEARNERS), with(LEARNERS, &[(column, value)]), &[]);
        let length = value.chars().count();
        let expected = format!("recordRC011 {column}: text of {length} characters with a line break or tab. {advice}");
        assert_eq!(found, [expected]);
    }
    let verification = "verification/clean/VLD_TEST0038_310720251400.CSV";
    for (path, column) in
        [(LEARNERS, "LastKnownAddressLine1"), (verification, "GivenName"), (ACHIEVEMENTS, "FamilyName")]
    {
        let found = told(file_name(path), with(path, &[(column, "Ann\nMarie")]), &[]);
        assert!(
            found.len() == 1 && found[0].starts_with(&format!("remark {column}: a line break or tab")),
            "{found:?}"
        );
    }
    assert_eq!(told(file_name(LEARNERS), with(LEARNERS, &[("Notes", "one\ntwo")]), &[]), Vec::<String>::new());
}

#[test]
fn what_cannot_be_seen_and_what_was_lost_are_remarks() {
    for (column, value, found) in [
        ("FamilyName", "Van\u{a0}Example", "a no-break space or another invisible character"),
        ("GivenName", "Ann\u{200b}", "a no-break space or another invisible character"),
        ("FamilyName", "Ã–ZEL", "text with garbled letters"),
        ("FamilyName", "SJÃ–BERG", "text with garbled letters"),
        ("FamilyName", "DÄ…browski", "text with garbled letters"),
        ("FamilyName", "G?yr", "a question mark next to a letter"),
    ] {
        let told = told(file_name(LEARNERS), with(LEARNERS, &[(column, value)]), &[]);
        assert!(told.len() == 1 && told[0].starts_with(&format!("remark {column}: {found}")), "{told:?}");
    }
    // One remark for a whole column.
    let mut all = rows(LEARNERS);
    all[1..].iter_mut().for_each(|row| row[10].push_str("\u{a0}x"));
    let found = told(file_name(LEARNERS), written(&all, b','), &[]);
    assert!(found.len() == 1 && found[0].contains("in 8 rows from here on"), "{found:?}");
}

#[test]
fn a_file_that_was_saved_on_a_mac_is_recognised_and_named() {
    let text = with(LEARNERS, &[("GivenName", "Zoë"), ("FamilyName", "Müller")]);
    let (bytes, _, has_others) = encoding_rs::MACINTOSH.encode(&text);
    assert!(!has_others && bytes.windows(3).any(|bytes| bytes == [0x5a, 0x6f, 0x91]));
    let found = told(file_name(LEARNERS), &bytes, &[]);
    assert!(found.len() == 1 && found[0].starts_with("remark the file: Mac Roman"), "{found:?}");
    let checked = files::check(file_name(LEARNERS), &bytes, &Expected::on(noon().date()));
    let Records::Registration(read) = checked.batch.unwrap().records else { panic!("learners") };
    let names = [&read[0].row.given_name, &read[0].row.family_name].map(Option::as_deref);
    assert_eq!(names, [Some("Zoë"), Some("Müller")]);
}
