//! Uploading files, working with batches and their exceptions, and checking a file.

use std::time::{Duration, Instant};

use crate::flows::Person;
use crate::harness::visitor::{Page, Visitor};
use crate::harness::{Deployment, on_both};

const PATIENCE: Duration = Duration::from_secs(60);
pub const NAME: &str = "LRB_TEST0038_310720251200.CSV";
const HEADINGS: &str = "FileVersion,FileName,UKPRN,LearnerRecordCount,ULN,MISIdentifier,Title,GivenName,PreferredGivenName,\
                        MiddleOtherName,FamilyName,PreviousFamilyName,FamilyNameAt16,SchoolAtAge16,LastKnownAddressLine1,\
                        LastKnownAddressLine2,LastKnownAddressTown,LastKnownAddressCountyorCity,LastKnownPostCode,\
                        DateOfAddressCapture,DateOfBirth,PlaceOfBirth,EmailAddress,Gender,Nationality,\
                        ScottishCandidateNumber,AbilityToShare,VerificationType,OtherVerificationDescription,Notes";
const ACHIEVEMENTS: &str = "QCF_TEST0045_20250731_001.CSV";

/// A registration file of these people, each with a gender as it is to stand in the file.
pub fn registrations(people: &[(&Person, &str)]) -> String {
    let mut text = format!("{HEADINGS}\r\n");
    for (index, (Person { given, family, postcode, born, .. }, gender)) in people.iter().enumerate() {
        let header = if index == 0 { format!("2A,{NAME},TEST0038,{}", people.len()) } else { ",,,".to_owned() };
        let values = format!(",=M{index},,{given},,,{family},,,,,,,,{postcode},,{born},,,{gender},,,1,2,,");
        text.push_str(&format!("{header},{values}\r\n"));
    }
    text
}

/// Somebody who may be the same person.
pub fn similar(person: &Person) -> Person {
    Person {
        given: format!("{}a", person.given),
        family: person.family.clone(),
        postcode: person.postcode.clone(),
        born: person.born.clone(),
        gender: person.gender,
    }
}

/// Uploads a file and waits until it is checked.
pub fn checked<'v>(visitor: &'v mut Visitor<'_>, purpose: &str, name: &str, bytes: &[u8]) -> &'v Page {
    visitor.open("/batches/new");
    let page = visitor.send_file(&[("purpose", purpose)], name, bytes);
    let path = page.path.clone();
    assert!(path.starts_with("/batches/file-"), "{path}: {}", page.text());
    until(visitor, &path, |page| page.summary("State").is_some_and(|state| state != "Being checked"))
}

/// Opens the page again until it is so.
pub fn until<'v>(visitor: &'v mut Visitor<'_>, path: &str, is_so: impl Fn(&Page) -> bool) -> &'v Page {
    let deadline = Instant::now() + PATIENCE;
    while !is_so(visitor.open(path)) {
        assert!(Instant::now() < deadline, "{path} does not change: {}", visitor.page().text());
        std::thread::sleep(Duration::from_millis(50));
    }
    visitor.page()
}

pub fn is_over(page: &Page) -> bool {
    page.summary("State").is_some_and(|state| state != "Waiting" && state != "In progress")
}

/// The text of a file to download.
fn fetched(visitor: &mut Visitor<'_>, path: &str) -> String {
    let page = visitor.ask("GET", path, "", b"");
    assert_eq!(page.status(), 200, "{path}: {}", page.text());
    let disposition = page.answer.header("content-disposition").unwrap_or_default().to_owned();
    assert!(disposition.starts_with("attachment; filename=\""), "{disposition}");
    page.answer.text()
}

on_both! {
    fn a_file_is_uploaded_submitted_and_its_exceptions_are_worked(database) {
        let deployment = Deployment::shared(database);
        let mut visitor = Visitor::signed_in(deployment, "PORTAL_BATCH");
        assert_eq!(visitor.open("/batches/new").heading(), "Upload a file");
        let template = visitor.page().html().select(&scraper::Selector::parse("a[href*=templates]").expect("css")).next()
            .and_then(|link| link.attr("href").map(str::to_owned)).expect("a template");
        assert_eq!(fetched(&mut visitor, &template).replace('"', "").trim_end(), HEADINGS);
        visitor.open("/batches/new");
        let page = visitor.send_file(&[], NAME, b"");
        assert_eq!(page.errors(), ["Select what to do with the file"]);
        let page = visitor.send_file(&[("purpose", "submit")], NAME, b"");
        assert_eq!(page.errors(), ["The selected file is empty"]);

        let (one, other) = (Person::new(), Person::new());
        let twin = similar(&one);
        let text = registrations(&[(&one, "2"), (&other, "M"), (&twin, "2")]);
        let page = checked(&mut visitor, "submit", NAME, text.as_bytes());
        assert_eq!(page.summary("State").as_deref(), Some("Ready to submit"));
        assert_eq!(page.summary("Records").as_deref(), Some("3, of which 2 without errors"));
        assert!(page.text().contains("1 of 3 records would be refused."));
        assert!(page.text().contains("RC011") && !page.text().contains(&other.family), "no value of the file is shown");
        let path = page.path.clone();
        assert_eq!(visitor.open(&format!("{path}?kind=1")).status(), 200);
        let beside = fetched(&mut visitor, &format!("{path}/errors"));
        assert!(beside.contains("\"'=M1\"") && beside.contains("RC011 Gender"), "{beside}");
        assert_eq!(fetched(&mut visitor, &format!("{path}/rows")).lines().count(), 2);
        assert!(visitor.open("/batches").text().contains(NAME));

        visitor.open(&path);
        let page = visitor.press("Submit the 2 records without errors");
        let batch = page.path.clone();
        let page = until(&mut visitor, &batch, is_over);
        assert_eq!(page.summary("State").as_deref(), Some("Finished with problems"), "{}", page.text());
        assert!(page.text().contains("A new ULN was created.") && page.text().contains("RC007"));
        assert_eq!(visitor.open(&path).path, batch, "the address of the file leads to the batch");
        assert_eq!(visitor.page().heading(), page_heading(&batch));
        let output = fetched(&mut visitor, &format!("{batch}/output"));
        assert!(output.contains("RC001") && output.contains("RC007"), "{output}");
        let output = fetched(&mut visitor, &format!("{batch}/output?format=xml"));
        assert!(output.contains("<ReturnCode>RC007</ReturnCode>"), "{output}");
        assert!(fetched(&mut visitor, &format!("{batch}/errors")).contains("RC007"));

        let home = visitor.open("/");
        assert!(home.text().contains("Finished with problems") && home.text().contains(" open exception"), "{}", home.text());
        assert_eq!(visitor.follow(&format!("Batch {}", number(&batch))).path, batch);
        let home = Visitor::signed_in(deployment, "PORTAL_AO").open("/").text();
        assert!(home.contains("Upload a file") && !home.contains(NAME) && !home.contains(" open exception"), "{home}");

        visitor.open(&batch);
        visitor.follow("Work through the exceptions");
        assert_eq!(visitor.page().heading(), format!("Batch {} Exceptions", number(&batch)));
        let name = format!("Batch {}, record 2", number(&batch));
        let page = visitor.follow(&name);
        let exception = page.path.clone();
        assert!(page.text().contains(&one.family) && page.text().contains("Match 1"), "{}", page.text());
        let page = visitor.send(&[("details", "keep"), ("uln", "")]);
        assert_eq!(page.errors(), ["Choose a learner"]);
        let page = visitor.send(&[("register_reason", "")]);
        assert_eq!(page.errors(), ["Enter why the learner is none of these"]);
        let page = visitor.send(&[("Gender", "X")]);
        assert!(page.errors().iter().any(|error| error.starts_with("Gender ")), "{:?}", page.errors());
        visitor.open(&exception);
        let page = visitor.send(&[("register_reason", "A <cousin>")]);
        assert_eq!(page.summary("What was done").as_deref(), Some("Registered as a new learner"));
        assert_eq!(page.summary("Reason").as_deref(), Some("A <cousin>"));
        let uln = page.summary("ULN").expect("a ULN");
        let page = visitor.open(&batch);
        assert!(page.text().contains("Registered as a new learner"), "it stands in the history: {}", page.text());
        let worked = fetched(&mut visitor, &format!("/exceptions/export?state=worked&job={}", number(&batch)));
        assert!(worked.contains(&uln), "{worked}");
    }

    fn a_record_that_is_corrected_may_need_more(database) {
        let deployment = Deployment::shared(database);
        let mut visitor = Visitor::signed_in(deployment, "PORTAL_BATCH");
        let one = Person::new();
        let twin = similar(&one);
        checked(&mut visitor, "submit", NAME, registrations(&[(&one, "2"), (&twin, "M")]).as_bytes());
        let batch = visitor.press("Submit all records").path.clone();
        until(&mut visitor, &batch, is_over);
        visitor.open(&format!("{batch}/exceptions"));
        let page = visitor.follow(&format!("Batch {}, record 2", number(&batch)));
        assert!(page.text().contains("RC011"));
        let page = visitor.send(&[("Gender", "2")]);
        assert!(page.text().contains("it still needs attention") && page.text().contains("RC007"), "{}", page.text());
        assert!(!page.path.contains(&twin.family), "nobody's name stands in an address");
        let uln = page.html().select(&scraper::Selector::parse("input[name=uln]").expect("css")).next()
            .and_then(|radio| radio.attr("value").map(str::to_owned)).expect("a match");
        let page = visitor.send(&[("uln", &uln), ("details", "update")]);
        assert_eq!(page.summary("What was done").as_deref(), Some("Learner chosen and updated"), "{}", page.text());
        assert_eq!(page.summary("ULN"), Some(uln));
    }

    fn a_file_is_cancelled_and_a_check_is_not_a_submission(database) {
        let deployment = Deployment::shared(database);
        let mut visitor = Visitor::signed_in(deployment, "PORTAL_BATCH");
        let text = registrations(&[(&Person::new(), "2")]);
        let page = checked(&mut visitor, "check", NAME, text.as_bytes());
        assert_eq!(page.summary("State").as_deref(), Some("Checked"));
        assert!(!page.text().contains("Submit"), "{}", page.text());
        let path = page.path.clone();
        let token = visitor.form_token();
        visitor.post(&format!("{path}/submit"), &[("csrf", &token), ("rows", "all")]);
        assert_eq!(visitor.page().path, path, "it stays a file");
        let page = visitor.press("Delete the file");
        assert_eq!(page.summary("State").as_deref(), Some("Cancelled"));
        assert_eq!(visitor.open(&format!("{path}/errors")).status(), 404);
    }

    fn what_belongs_to_another_organisation_is_not_there(database) {
        let deployment = Deployment::shared(database);
        let mut visitor = Visitor::signed_in(deployment, "PORTAL_BATCH");
        let (one, twin) = { let one = Person::new(); let twin = similar(&one); (one, twin) };
        checked(&mut visitor, "submit", NAME, registrations(&[(&one, "2"), (&twin, "2")]).as_bytes());
        let batch = visitor.press("Submit the batch").path.clone();
        until(&mut visitor, &batch, is_over);
        let text = registrations(&[(&Person::new(), "2")]);
        let file = checked(&mut visitor, "submit", NAME, text.as_bytes()).path.clone();
        let exception = format!("/exceptions/{}-2", number(&batch));
        assert_eq!(visitor.open(&exception).status(), 200);

        let mut other = Visitor::signed_in(deployment, "PORTAL_AO");
        let pages = ["", "/progress", "/errors", "/rows", "/output", "/exceptions"];
        for path in [&file, &batch].into_iter().flat_map(|path| pages.map(|page| format!("{path}{page}"))) {
            assert_eq!(other.open(&path).status(), 404, "{path}");
        }
        assert_eq!(other.open(&exception).status(), 404);
        let token = other.form_token();
        for (path, field) in [("submit", ("rows", "all")), ("cancel", ("", "")), ("resubmit", ("", ""))] {
            for of in [&file, &batch] {
                let page = other.post(&format!("{of}/{path}"), &[("csrf", &token), field]);
                assert!([403, 404].contains(&page.status()), "{of}/{path}: {}", page.status());
            }
        }
        for path in ["choose", "correct", "register", "close"] {
            let page = other.post(&format!("{exception}/{path}"), &[("csrf", &token), ("close_reason", "x")]);
            assert!([403, 404].contains(&page.status()), "{path}: {}", page.status());
        }
        assert_eq!(visitor.open(&file).summary("State").as_deref(), Some("Ready to submit"));
    }

    fn failed_achievements_are_corrected_or_submitted_again_alone(database) {
        let deployment = Deployment::shared(database);
        let mut visitor = Visitor::signed_in(deployment, "PORTAL_AO");
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/files/achievement/clean").join(ACHIEVEMENTS);
        let page = checked(&mut visitor, "submit", ACHIEVEMENTS, &std::fs::read(file).expect("a fixture"));
        assert_eq!(page.summary("Kind").as_deref(), Some("Achievements"), "{}", page.text());
        let batch = visitor.press("Submit the batch").path.clone();
        let page = until(&mut visitor, &batch, is_over);
        assert!(page.text().contains("Download the error file"), "{}", page.text());
        assert!(fetched(&mut visitor, &format!("{batch}/errors")).starts_with("RecordNumber"));
        let rows = fetched(&mut visitor, &format!("{batch}/rows"));
        assert!(rows.contains("\"ErrorsFound\",\"WhatToDo\""), "{rows}");
        let page = checked(&mut visitor, "submit", "ERR.CSV", rows.as_bytes());
        assert_eq!(page.summary("State").as_deref(), Some("Ready to submit"), "{}", page.text());
        let failed = rows.lines().count() - 1;
        visitor.open(&batch);
        let words = if failed == 1 { "1 failed record".to_owned() } else { format!("{failed} failed records") };
        let page = visitor.press(&format!("Submit the {words} again as they are"));
        assert_eq!(page.summary("Records"), Some(failed.to_string()));
    }

    fn hostile_files_are_refused_and_their_names_are_text(database) {
        let deployment = Deployment::shared(database);
        let mut visitor = Visitor::signed_in(deployment, "PORTAL_BATCH");
        let name = "<script>alert(1)</script>.CSV";
        let page = checked(&mut visitor, "check", name, b"\x00\x01\x02");
        assert_eq!(page.summary("State").as_deref(), Some("Cannot be submitted"));
        assert!(page.answer.text().contains("&#60;script&#62;alert") || page.answer.text().contains("script&#62;.CSV"));
        assert!(!page.answer.text().contains("<script>alert"));
        assert!(!visitor.open("/batches").answer.text().contains("<script>alert"));

        let page = checked(&mut visitor, "check", "bomb.xlsx", &bomb());
        assert!(page.text().contains("A workbook that unpacks to more than 64 MiB."), "{}", page.text());
        let mut commas = vec![b','; 3_000_000];
        commas.push(b'\n');
        let page = checked(&mut visitor, "check", "wide.csv", &commas);
        assert!(page.text().contains("More than 256 cells."), "{}", page.text());

        visitor.open("/batches/new");
        let page = visitor.send_file(&[("purpose", "check")], NAME, &vec![b'x'; 33 * 1024 * 1024]);
        assert_eq!(page.status(), 413);
    }

    fn a_file_is_checked_without_being_stored(database) {
        let deployment = Deployment::shared(database);
        let mut visitor = Visitor::signed_in(deployment, "PORTAL_ONLINE");
        let text = registrations(&[(&Person::new(), "2"), (&Person::new(), "M")]);
        visitor.open("/check-a-file");
        let page = visitor.send_file(&[("want", "see")], NAME, b"");
        assert_eq!(page.errors(), ["The selected file is empty"]);
        let page = visitor.send_file(&[("want", "see")], "other name.csv", text.as_bytes());
        assert_eq!(page.heading(), "What the check found");
        assert!(page.text().contains("The file would be refused as a whole."), "{}", page.text());
        visitor.open("/check-a-file");
        let page = visitor.send_file(&[("want", "errors")], NAME, text.as_bytes());
        assert!(page.answer.text().contains("RC011 Gender"), "{}", page.answer.text());
        visitor.open("/check-a-file");
        let page = visitor.send_file(&[("want", "ready")], "other name.csv", text.as_bytes());
        let name = page.answer.header("content-disposition").unwrap_or_default();
        assert!(name.contains("LRB_TEST0038_") && name.contains(".CSV"), "{name}");
        assert_eq!(visitor.open("/batches").status(), 403, "who may check need not submit");
    }
}

/// A workbook of less than a megabyte that unpacks to 300.
fn bomb() -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for part in 0..3 {
        writer.start_file(format!("xl/{part}.xml"), zip::write::SimpleFileOptions::default()).expect("a part");
        for _ in 0..100 {
            std::io::Write::write_all(&mut writer, &vec![b' '; 1024 * 1024]).expect("written");
        }
    }
    writer.finish().expect("an archive").into_inner()
}

fn number(batch: &str) -> &str {
    batch.rsplit('/').next().unwrap_or_default()
}

fn page_heading(batch: &str) -> String {
    format!("Batch {}", number(batch))
}
