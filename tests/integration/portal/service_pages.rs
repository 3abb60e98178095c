//! The public pages: status, planned maintenance, developers, furniture; and the portal during
//! maintenance.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use chrono::{TimeDelta, Utc};
use learning_records::contract::SERVICES;
use learning_records::model::london_time;

use crate::harness::visitor::Visitor;
use crate::harness::{Database, Deployment, on_both};

/// A time in London, so many hours from now, as `lrs maintenance` takes it.
fn in_hours(hours: i64) -> String {
    london_time(Utc::now().naive_utc() + TimeDelta::hours(hours)).format("%Y-%m-%d %H:%M").to_string()
}

fn plan(deployment: &Deployment, from: &str, until: &str, options: &[&str]) {
    let command = ["maintenance", "plan", "--from", from, "--until", until, "--text", "We <install> a new release."];
    let output = deployment.lrs(&[&command[..], options].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The events of the calendar, as another program reads them.
fn events(visitor: &mut Visitor<'_>) -> Vec<Vec<String>> {
    let file = visitor.open("/maintenance.ics").answer.clone();
    assert_eq!(file.header("content-type"), Some("text/calendar; charset=utf-8"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = root.join(".work/venv/bin/python");
    assert!(python.exists(), "{} is missing: run scripts/test-environment", python.display());
    let script = root.join("tests/interop/read_calendar.py");
    let mut command = Command::new(python);
    command.arg("-B").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("Python runs");
    child.stdin.take().expect("an input").write_all(&file.body).expect("written");
    let output = child.wait_with_output().expect("an output");
    assert!(output.status.success(), "the calendar cannot be read: {}", file.text());
    let text = String::from_utf8(output.stdout).expect("text");
    text.lines().map(|line| line.split('|').map(str::to_owned).collect()).collect()
}

on_both! {
    fn planned_maintenance_is_announced_on_every_page_and_in_a_calendar(database) {
        let deployment = Deployment::start(database);
        let mut visitor = Visitor::of(&deployment);
        assert!(visitor.open("/maintenance").text().contains("No maintenance is planned."));
        assert_eq!(events(&mut visitor).len(), 0);
        plan(&deployment, &in_hours(48), &in_hours(50), &[]);
        for path in ["/maintenance", "/status", "/sign-in", "/help", "/not-a-page"] {
            let notice = visitor.open(path).one(".govuk-notification-banner__content");
            assert!(notice.starts_with("Planned maintenance: the portal and the web services are closed from"), "{path}");
            assert!(notice.contains("We <install> a new release."), "{path}: {notice}");
        }
        let announced = events(&mut visitor);
        let [event] = announced.as_slice() else { panic!("{announced:?}") };
        assert_eq!((event[1].as_str(), event[2].as_str()), ("CONFIRMED", "0"));
        assert!(event[3].ends_with("+00:00") && event[6] == "We <install> a new release.", "{event:?}");

        assert!(deployment.lrs(&["maintenance", "cancel", "1"]).status.success());
        let page = visitor.open("/maintenance");
        assert_eq!(page.one(".govuk-notification-banner"), "");
        assert!(page.text().contains("(cancelled)"), "{}", page.text());
        let cancelled = events(&mut visitor);
        assert_eq!((cancelled[0][1].as_str(), cancelled[0][2].as_str()), ("CANCELLED", "1"));
        assert_eq!((&cancelled[0][0], &cancelled[0][3]), (&event[0], &event[3]), "the same event");
    }

    fn the_portal_says_when_it_returns_and_its_public_pages_stay_open(database) {
        let deployment = Deployment::start(database);
        let mut visitor = Visitor::signed_in(&deployment, "PORTAL_ONLINE");
        visitor.open("/learners/find");
        plan(&deployment, "now", &in_hours(2), &["--urgent", "--affects", "portal"]);
        let page = visitor.send(&[("uln", "1000000000"), ("given_name", "Ann"), ("family_name", "Example")]).clone();
        assert_eq!((page.status(), page.heading().as_str()), (503, "The portal is closed for maintenance"));
        assert!(page.text().contains("It returns at"), "{}", page.text());
        assert!(page.text().contains("was not carried out"), "{}", page.text());
        let seconds: i64 = page.answer.header("retry-after").and_then(|text| text.parse().ok()).expect("seconds");
        assert!((60..=7_200).contains(&seconds), "{seconds}");
        assert_eq!(visitor.open("/").status(), 503);
        for path in ["/status", "/maintenance", "/developers", "/help"] {
            let page = visitor.open(path);
            assert_eq!(page.status(), 200, "{path}");
            assert!(page.text().contains("Maintenance: the portal is closed until"), "{path}");
        }
        assert!(visitor.open("/status").text().contains("Maintenance is in progress until"));
        let answer = deployment.provider().ask("GET", "/LearnerService.svc?wsdl");
        assert_eq!(answer.status, 200);
        assert!(deployment.lrs(&["maintenance", "cancel", "1"]).status.success());
        assert_eq!(visitor.open("/").status(), 200, "the session is still there");
    }

    fn the_status_has_the_services_own_figures(database) {
        let deployment = Deployment::start(database);
        let mut visitor = Visitor::of(&deployment);
        let page = visitor.open("/status").clone();
        assert_eq!((page.status(), page.heading().as_str()), (200, "Service status"));
        assert!(page.text().contains("The service is open."), "{}", page.text());
        // The service measures its first minute while it starts.
        while !visitor.open("/status").text().contains("Measured for") {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        let month = london_time(Utc::now().naive_utc()).format("%Y-%m").to_string();
        let same = visitor.open(&format!("/status/{month}"));
        assert_eq!(same.status(), 200);
        assert!(same.text().contains("Measured for"), "{}", same.text());
        for unknown in ["/status/2001-01", "/status/now", "/status/2026-1"] {
            assert_eq!(visitor.open(unknown).status(), 404, "{unknown}");
        }
    }
}

#[test]
fn developers_find_every_contract_and_every_operation_without_signing_in() {
    let deployment = Deployment::shared(Database::Sqlite);
    let mut visitor = Visitor::of(deployment);
    let overview = visitor.open("/developers").clone();
    for service in SERVICES {
        assert!(overview.text().contains(&format!("{}{}", deployment.variable("LRS_URL"), service.path)));
        let address = format!("{}?singleWsdl", service.path);
        let published = deployment.provider().ask("GET", &address);
        let download = visitor.open(&format!("/developers/contracts/{}", service.name)).answer.clone();
        assert_eq!(download.text(), published.text(), "{}", service.name);
        let named = format!("attachment; filename=\"{}-single.wsdl\"", service.name);
        assert_eq!(download.header("content-disposition"), Some(named.as_str()));
        let names: Vec<&str> = service.documents.iter().map(|(name, _)| *name).collect();
        for name in &names {
            let file = visitor.open(&format!("/developers/contracts/{}/{name}", service.name)).answer.clone();
            assert_eq!(file.status, 200, "{name}");
            let text = file.text();
            let imports = text.split("schemaLocation=\"").skip(1).filter_map(|rest| rest.split('"').next());
            imports
                .for_each(|import| assert!(names.contains(&import), "{name} imports {import}, which is not offered"));
        }
        for operation in service.operations {
            let path = format!("/developers/{}/{}", service.name, operation.name);
            let page = visitor.open(&path).clone();
            assert_eq!((page.status(), page.heading().as_str()), (200, operation.name));
            for expected in ["Fields of the request", "A request", "Its answer", "Envelope>"] {
                assert!(page.text().contains(expected), "{path}: {expected}");
            }
            assert!(page.answer.body.len() <= 60_000, "{path}: {} bytes", page.answer.body.len());
        }
    }
    for unknown in [
        "/developers/LearnerService/nothing",
        "/developers/contracts/Nobody",
        "/developers/contracts/LearnerService/x.xsd",
    ] {
        assert_eq!(visitor.open(unknown).status(), 404, "{unknown}");
    }
}

#[test]
fn furniture_is_for_everybody_and_sets_no_cookie() {
    let deployment = Deployment::shared(Database::Sqlite);
    for (path, heading) in [
        ("/help", "Help"),
        ("/accessibility", "Accessibility"),
        ("/privacy", "Privacy"),
        ("/cookies", "Cookies"),
        ("/user-agreement", "User agreement"),
        ("/status", "Service status"),
        ("/maintenance", "Planned maintenance"),
        ("/developers", "For developers"),
    ] {
        let mut visitor = Visitor::of(deployment);
        let page = visitor.open(path).clone();
        assert_eq!((page.status(), page.heading().as_str()), (200, heading), "{path}");
        assert!(page.title().starts_with(heading), "{path}: {}", page.title());
        assert!(page.answer.header("set-cookie").is_none(), "{path}");
        assert!(page.answer.body.len() <= 60_000, "{path}: {} bytes", page.answer.body.len());
    }
    let cookies = Visitor::signed_in(deployment, "PORTAL_VIEW").open("/cookies").text();
    assert!(cookies.contains("__Host-session") && cookies.contains("__Host-sign-in"), "{cookies}");
}
