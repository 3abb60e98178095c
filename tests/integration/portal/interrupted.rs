//! What a server that is killed leaves of uploaded files: whole ones, and nothing of others.

use super::batches::{NAME, checked, is_over, registrations, until};
use crate::batches::setup;
use crate::flows::Person;
use crate::harness::visitor::Visitor;
use crate::harness::{Deployment, on_both};

const RECORDS: usize = 200;

on_both! {
    fn a_file_that_was_received_survives_a_kill(database) {
        let mut deployment = Deployment::with(database, setup("2"));
        let text = file();
        let (session, path) = {
            let mut visitor = Visitor::signed_in(&deployment, "PORTAL_BATCH");
            visitor.open("/batches/new");
            let path = visitor.send_file(&[("purpose", "submit")], NAME, text.as_bytes()).path.clone();
            (session_of(&visitor), path)
        };
        restart(&mut deployment);
        let batch = {
            let mut visitor = again(&deployment, &session);
            let page = until(&mut visitor, &path, |page| page.summary("State").as_deref() == Some("Ready to submit"));
            assert_eq!(page.summary("Records").as_deref(), Some("200, of which 200 without errors"));
            visitor.press("Submit the batch").path.clone()
        };
        restart(&mut deployment);
        let mut visitor = again(&deployment, &session);
        let page = until(&mut visitor, &batch, is_over);
        assert_eq!(page.summary("State").as_deref(), Some("Finished"), "{}", page.text());
        assert_eq!(page.all("main table td.govuk-table__cell--numeric"), ["200"], "each record once: {}", page.text());
    }

    fn nothing_is_left_of_a_file_that_had_not_arrived(database) {
        let mut deployment = Deployment::start(database);
        let session = {
            let mut visitor = Visitor::signed_in(&deployment, "PORTAL_BATCH");
            visitor.open("/batches/new");
            let _connection = visitor.send_half_of_file(&[("purpose", "submit")], NAME, file().as_bytes());
            let session = session_of(&visitor);
            deployment.signal("-KILL");
            session
        };
        deployment.ended();
        deployment.launch();
        let mut visitor = again(&deployment, &session);
        assert!(!visitor.open("/batches").text().contains(NAME), "{}", visitor.page().text());
        let page = checked(&mut visitor, "check", NAME, file().as_bytes());
        assert_eq!(page.summary("State").as_deref(), Some("Checked"), "the next one is received");
    }
}

fn restart(deployment: &mut Deployment) {
    deployment.signal("-KILL");
    deployment.ended();
    deployment.launch();
}

fn session_of(visitor: &Visitor<'_>) -> String {
    visitor.cookie("__Host-session").expect("a session").to_owned()
}

/// The same browser after the restart.
fn again<'d>(deployment: &'d Deployment, session: &str) -> Visitor<'d> {
    let mut visitor = Visitor::of(deployment);
    visitor.set_cookie("__Host-session", session);
    visitor.open("/");
    visitor
}

fn file() -> String {
    let people: Vec<Person> = (0..RECORDS).map(|_| Person::new()).collect();
    registrations(&people.iter().map(|person| (person, "2")).collect::<Vec<_>>())
}
