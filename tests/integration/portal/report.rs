//! The report of a learning record: what it has is chosen, and page, CSV and PDF say the same. The
//! PDF is read back by Poppler, which shares nothing with what wrote it.

use std::process::Command;

use scraper::{ElementRef, Selector};

use super::records::{OTTOLINE, find};
use crate::harness::visitor::{Page, Visitor};
use crate::harness::{Deployment, on_both};

/// What Poppler complains of wrongly.
const SUSPECTS: &str = "Syntax Error: Suspects object is wrong type (boolean)";

/// An element of the structure: its tag, its scope and its text.
type Element = (String, String, String);

/// Chooses what the report has, and makes it.
fn make<'v>(visitor: &'v mut Visitor<'_>, sections: &[&str], purpose: &str) -> &'v Page {
    let record = format!("{}/record", find(visitor, OTTOLINE));
    visitor.open(&record);
    visitor.follow("Make a report");
    let token = visitor.form_token();
    let mut fields: Vec<(&str, &str)> = vec![("csrf", &token), ("purpose", purpose)];
    fields.extend(sections.iter().map(|section| ("section", *section)));
    visitor.post(&format!("{record}/report"), &fields)
}

on_both! {
    fn page_and_pdf_say_the_same_in_the_same_structure(database) {
        let deployment = Deployment::shared(database);
        let mut visitor = Visitor::signed_in(deployment, "PORTAL_VIEW");
        let page = make(&mut visitor, &["learner", "credits", "awarding", "ilr", "npd"], "learner").clone();
        assert_eq!((page.status(), page.heading()), (200, "Learning record".to_owned()));
        assert!(page.text().contains("Purpose: To give to the learner"));
        assert!(!page.path.contains(OTTOLINE.0));
        // Each view says when it was made, so that the minute may change between the two.
        let without_time = |elements: Vec<Element>| -> Vec<Element> {
            elements.into_iter().filter(|(_, _, text)| !text.starts_with("Made by")).collect()
        };
        let pdf = visitor.open(&format!("{}/pdf", page.path)).clone();
        assert_eq!(pdf.answer.header("content-type"), Some("application/pdf"));
        assert_eq!(pdf.answer.header("content-disposition"), Some("attachment; filename=\"learning-record.pdf\""));
        let (elements, told) = read_back(&pdf.answer.body);
        let of_page = of_page(&page);
        assert!(of_page.len() > 100, "{of_page:?}");
        assert_eq!(without_time(elements), without_time(of_page));
        for said in ["Tagged: yes", "Title: Learning record", "PDF version: 1.7"] {
            assert!(told.contains(said), "{said}: {told}");
        }
        assert!(pdf.answer.body.windows(20).any(|part| part == b"<pdfuaid:part>1</pdf"), "PDF/UA-1");
    }

    fn a_report_has_what_was_chosen(database) {
        let deployment = Deployment::shared(database);
        let mut visitor = Visitor::signed_in(deployment, "PORTAL_ONLINE");
        let page = make(&mut visitor, &["npd"], "funding").clone();
        assert_eq!(page.all("caption"), [
            "National pupil database (NPD), 2021 to 2022",
            "National pupil database (NPD), 2020 to 2021",
        ]);
        assert!(!page.one("main").contains("Quillfeather"));
        let csv = visitor.open(&format!("{}/csv", page.path));
        assert_eq!(csv.answer.header("content-disposition"), Some("attachment; filename=\"learning-record.csv\""));
        let text = csv.answer.text();
        let mut rows = text.trim_start_matches('\u{feff}').lines();
        assert_eq!(rows.next(), Some("\"Learning record\""));
        assert_eq!(rows.filter(|row| row.starts_with("\"Subject\",\"Reference\"")).count(), 2);
        assert_eq!(visitor.open(&format!("{}/xlsx", page.path)).status(), 404);
        assert_eq!(visitor.open(&page.path.replace("/report/", "/report/0")).status(), 404);
    }

    fn what_is_missing_is_asked_for_and_a_report_is_in_the_trail(database) {
        let deployment = Deployment::shared(database);
        let mut visitor = Visitor::signed_in(deployment, "PORTAL_ONLINE");
        let page = make(&mut visitor, &[], "");
        assert_eq!(page.errors(), ["Choose what the report has", "Choose what the report is for"]);
        let page = make(&mut visitor, &["ilr"], "other");
        assert_eq!(page.errors(), ["Enter what the report is for"]);
        let page = visitor.send(&[("other_purpose", "<b>Ours</b>")]);
        assert!(page.text().contains("Purpose: <b>Ours</b>"), "{}", page.text());
        let learner = find(&mut visitor, OTTOLINE);
        assert!(visitor.open(&format!("{learner}/record/seen")).one("tbody tr").ends_with("Made a report"));
    }
}

/// The elements of the page's report, by the names that PDF has for them.
fn of_page(page: &Page) -> Vec<Element> {
    let html = page.html();
    let selector = Selector::parse("main h1, main h2, main p, main caption, main th, main td").expect("a selector");
    let element = |element: ElementRef<'_>| {
        let name = element.value().name();
        let scope = match element.attr("scope") {
            Some("col") => "Column",
            Some("row") => "Row",
            _ => "",
        };
        let tag = match name {
            "caption" => "Caption".to_owned(),
            name => name.to_uppercase(),
        };
        (tag, scope.to_owned(), element.text().flat_map(str::split_whitespace).collect::<Vec<_>>().join(" "))
    };
    html.select(&selector).map(element).collect()
}

/// The elements with text of a PDF, and what else Poppler tells of it.
fn read_back(pdf: &[u8]) -> (Vec<Element>, String) {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("report.pdf");
    std::fs::write(&file, pdf).expect("written");
    let told = |arguments: &[&str]| {
        let output = Command::new("pdfinfo").args(arguments).arg(&file).output();
        let output = output.expect("pdfinfo: run scripts/test-environment");
        // Poppler 22.12 takes every value of Suspects that is not true for one of the wrong type.
        let complaints = String::from_utf8_lossy(&output.stderr).replace(SUSPECTS, "");
        assert!(output.status.success() && complaints.trim().is_empty(), "{complaints}");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let mut elements: Vec<Element> = Vec::new();
    for line in told(&["-struct-text"]).lines().map(str::trim) {
        if let Some(text) = line.strip_prefix('"').and_then(|line| line.strip_suffix('"')) {
            if let Some((_, _, whole)) = elements.last_mut() {
                whole.push_str(text);
            }
        } else if let Some(scope) = line.strip_prefix("/Scope /") {
            elements.last_mut().expect("an element").1 = scope.to_owned();
        } else if !line.starts_with('/') {
            let tag = line.split([' ', ':']).next().unwrap_or_default();
            elements.push((tag.to_owned(), String::new(), String::new()));
        }
    }
    elements.retain(|(_, _, text)| !text.is_empty());
    let squeezed = told(&[]).split_whitespace().collect::<Vec<_>>().join(" ");
    (elements, squeezed)
}
