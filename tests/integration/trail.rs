//! The audit trail is append-only: `lrs audit verify` finds every line that was changed, removed or
//! inserted behind the service's back, and nothing where nobody did.

use std::fs;
use std::path::Path;
use std::process::Output;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use diesel::prelude::*;
use learning_records::model::{AuditEntry, Door};
use learning_records::store::{Store, StoreSettings};
use sha2::{Digest, Sha256};

use crate::harness::actor::request;
use crate::harness::deployment::LRS;
use crate::harness::{Actor, Database, Deployment, on_both};

const XML: &str = "Content-Type: text/xml; charset=utf-8\r\nSOAPAction: \"\"\r\n";

fn store(deployment: &Deployment) -> Store {
    Store::open(&StoreSettings { url: deployment.store_url(), readers: 1 }).expect("the store")
}

fn execute(store: &Store, statement: &str) -> Result<usize, String> {
    let statement = statement.to_owned();
    let outcome = store.write(move |store| Ok(diesel::sql_query(statement.clone()).execute(&mut **store)?));
    outcome.map_err(|error| error.to_string())
}

/// Takes the protection away, as somebody can who owns the table.
fn unprotect(database: Database, store: &Store) {
    let statements: &[&str] = match database {
        Database::Sqlite => &["DROP TRIGGER audit_is_never_changed", "DROP TRIGGER audit_is_never_deleted"],
        #[cfg(feature = "postgres")]
        Database::Postgres => &["ALTER TABLE audit DISABLE TRIGGER USER"],
    };
    for statement in statements {
        execute(store, statement).expect(statement);
    }
}

fn find(actor: &Actor<'_>) -> Vec<u8> {
    let text = actor.credentials().find_by_uln("FUL", "1000000000", "Body", "No");
    request("POST", "/LearnerService.svc", XML, text.as_bytes())
}

/// Calls that find nobody, each of which leaves a line.
fn calls(actor: &Actor<'_>, port: u16, count: usize) {
    let question = find(actor);
    for _ in 0..count {
        let mut connection = actor.connect_to(port).expect("a connection");
        connection.send(&question).expect("sent");
        assert_eq!(connection.receive().expect("an answer").code(), "WSRC0001");
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The output of a verification that found nothing.
fn whole(output: &Output) -> String {
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    let said = text(&output.stdout);
    assert!(said.contains("The audit trail is whole: chains ") && said.contains("\nThe"), "{said}");
    said
}

/// What a verification found.
fn broken(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
    let said = text(&output.stderr);
    assert!(said.contains("The audit trail is not whole: "), "{said}");
    assert!(!said.contains("1000000000") && !said.contains("integration test"), "{said}");
    said
}

fn number(said: &str, after: &str) -> u64 {
    let rest = said.split_once(after).unwrap_or_else(|| panic!("{after} is missing in {said}")).1;
    rest.split(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.parse().ok()).expect("a number")
}

on_both! {
    fn what_is_done_to_the_trail_behind_the_service_is_found(database) {
        let mut deployment = Deployment::start(database);
        calls(&deployment.provider(), deployment.port(), 20);
        let verify = |deployment: &Deployment| deployment.lrs(&["audit", "verify"]);
        whole(&verify(&deployment));
        // The lines that wait in the trail file are in the table when the service has stopped.
        assert_eq!(deployment.stop(), Some(0));
        let said = whole(&verify(&deployment));
        let lines = number(&said, "lines ");
        assert!(lines > 20, "{said}");
        fs::write(deployment.dir().join("heads.txt"), &said).expect("written");
        let compared = deployment.lrs(&["audit", "verify", "--heads", "heads.txt"]);
        assert!(whole(&compared).contains(" agree, 0 are of lines erased since"));

        let store = store(&deployment);
        for statement in ["UPDATE audit SET outcome = 'x'", "DELETE FROM audit"] {
            assert!(execute(&store, statement).expect_err(statement).contains("append-only"));
        }
        whole(&verify(&deployment));
        unprotect(database, &store);
        execute(&store, "CREATE TABLE audit_kept AS SELECT * FROM audit").expect("a copy");
        execute(&store, "CREATE TABLE chains_kept AS SELECT * FROM audit_chains").expect("a copy");
        let one = "(SELECT id FROM audit WHERE action = 'find-by-uln' ORDER BY id LIMIT 1)";
        let last = "(SELECT max(id) FROM audit_kept WHERE action = 'find-by-uln')";
        let chain = format!("(SELECT chain FROM audit_kept WHERE id = {last})");
        for (what, statements) in [
            ("changed: ", vec![format!("UPDATE audit SET uln = NULL WHERE id = {one}")]),
            ("changed: ", vec![format!("UPDATE audit SET outcome = 'WSRC0004' WHERE id = {one}")]),
            ("missing: ", vec![format!("DELETE FROM audit WHERE id = {one}")]),
            ("missing: ", vec![format!("DELETE FROM audit WHERE id >= {last} - 2")]),
            ("missing: ", vec![format!("DELETE FROM audit WHERE chain = {chain}")]),
            ("missing: ", vec![
                format!("DELETE FROM audit WHERE chain = {chain}"),
                format!("DELETE FROM audit_chains WHERE chain = {chain}"),
            ]),
            ("inserted: ", vec![
                "INSERT INTO audit (at, organisation_ref, organisation_name, user_name, door, action, outcome, record_shown) \
                 SELECT at, '', '', '', door, action, outcome, record_shown FROM audit LIMIT 1".to_owned(),
            ]),
        ] {
            for statement in &statements {
                assert!(execute(&store, statement).expect(statement) > 0, "{statement}");
            }
            let said = broken(&verify(&deployment));
            assert!(said.contains(what), "{statements:?}: {said}");
            for statement in [
                "DELETE FROM audit", "INSERT INTO audit SELECT * FROM audit_kept",
                "DELETE FROM audit_chains", "INSERT INTO audit_chains SELECT * FROM chains_kept",
            ] {
                execute(&store, statement).expect(statement);
            }
            whole(&verify(&deployment));
        }

        // Somebody who knows how it works writes the chain anew from the changed line on.
        forge(&deployment, &store);
        whole(&verify(&deployment));
        let said = broken(&deployment.lrs(&["audit", "verify", "--heads", "heads.txt"]));
        assert!(said.contains("this line is not the one whose hash was kept"), "{said}");
    }

    fn two_nodes_write_a_trail_that_is_whole(database) {
        let deployment = Deployment::start(database);
        let node = deployment.another_node();
        let provider = deployment.provider();
        thread::scope(|scope| {
            for port in [deployment.port(), node.port] {
                for _ in 0..3 {
                    let provider = &provider;
                    scope.spawn(move || calls(provider, port, 20));
                }
            }
            // An operator's commands write beside them.
            for _ in 0..3 {
                whole(&deployment.lrs(&["audit", "verify"]));
                assert!(deployment.lrs(&["learner", "show", "1100001017"]).status.success());
            }
        });
        let said = whole(&deployment.lrs(&["audit", "verify"]));
        let chains = number(&said, "chains ");
        assert!(if matches!(database, Database::Sqlite) { chains == 1 } else { (2..=4).contains(&chains) }, "{said}");
        assert_eq!(said.matches("head ").count() as u64, chains, "{said}");
    }

    fn a_kill_under_load_leaves_a_trail_that_is_whole(database) {
        let mut deployment = Deployment::start(database);
        let mut answered = 0;
        for _ in 0..3 {
            let count = AtomicU64::new(0);
            thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| {
                        let provider = deployment.provider();
                        let question = find(&provider);
                        let Ok(mut connection) = provider.connect() else { return };
                        while connection.send(&question).is_ok() && connection.receive().is_ok_and(|it| it.code() == "WSRC0001") {
                            count.fetch_add(1, Ordering::Relaxed);
                        }
                    });
                }
                while count.load(Ordering::Relaxed) < 40 {
                    thread::sleep(Duration::from_millis(10));
                }
                deployment.signal("-KILL");
            });
            answered += count.into_inner();
            deployment.ended();
            // With nobody else, this process moves what the trail file still has.
            whole(&deployment.lrs(&["audit", "verify"]));
            let exported = text(&deployment.lrs(&["audit", "export"]).stdout);
            let found = exported.lines().filter(|line| line.contains(r#""action":"find-by-uln""#)).count() as u64;
            assert!(found >= answered, "{found} lines of {answered} calls that were answered");
            deployment.launch();
        }
        whole(&deployment.lrs(&["audit", "verify"]));
    }

    fn what_was_kept_long_enough_goes_and_the_trail_stays_whole(database) {
        let folder = tempfile::tempdir().expect("a folder");
        let url = database.fresh().unwrap_or_else(|| format!("sqlite:{}", folder.path().join("lrs.db").display()));
        fs::write(folder.path().join("lrs.toml"), format!("[store]\nurl = \"{url}\"\n")).expect("written");
        let lrs = |arguments: &[&str]| lrs_in(folder.path(), arguments);
        assert!(lrs(&["migrate"]).status.success());
        let store = Store::open(&StoreSettings { url, readers: 1 }).expect("the store");
        let line = |year: i32| AuditEntry {
            at: chrono::NaiveDate::from_ymd_opt(year, 6, 1).unwrap().and_hms_opt(12, 0, 0).unwrap(),
            organisation_id: None,
            organisation_ref: String::new(),
            organisation_name: "Synthetic College".to_owned(),
            user_name: "tester".to_owned(),
            certificate: None,
            door: Door::CommandLine,
            action: "show-learner".into(),
            uln: None,
            outcome: "Done".to_owned(),
            record_shown: false,
            account_id: None,
            about_account_id: None,
        };
        for year in [1940, 1941, 1942, 2024, 2025] {
            store.record(vec![line(year)]).wait().expect("recorded");
        }
        store.close();
        let before = whole(&lrs(&["audit", "verify"]));
        assert!(before.contains("lines 5, erased 0"), "{before}");
        fs::write(folder.path().join("heads.txt"), &before).expect("written");
        let counted = text(&lrs(&["audit", "erase", "--dry-run"]).stdout);
        assert!(counted.contains("audit lines 3"), "{counted}");
        let erased = text(&lrs(&["audit", "erase"]).stdout);
        assert!(erased.contains("audit lines 3"), "{erased}");
        let after = whole(&lrs(&["audit", "verify", "--heads", "heads.txt"]));
        assert!(after.contains("erased 3,") && after.contains("1 agree"), "{after}");
        let exported = text(&lrs(&["audit", "export", "--until", "2024-06-01"]).stdout);
        assert_eq!(exported.lines().count(), 1, "{exported}");
        assert!(exported.contains(r#""sequence":4,"#) && exported.contains(r#""at":"2024-06-01T12:00:00""#), "{exported}");
        let none = lrs(&["audit", "export", "--from", "2025-06-02", "--until", "2025-06-03"]);
        assert!(none.status.success() && none.stdout.is_empty());
        let wrong = lrs(&["audit", "verify", "--heads", "lrs.toml"]);
        assert!(text(&wrong.stderr).contains("has no heads"), "{}", text(&wrong.stderr));
    }
}

/// Runs `lrs` with the configuration in this folder, and nothing of the environment's.
fn lrs_in(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = std::process::Command::new(LRS);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LRS_")) {
        command.env_remove(name);
    }
    command.args(arguments).current_dir(folder).output().expect("lrs runs")
}

/// Changes a line in the middle of a chain, and gives it and all after it the hashes that they
/// would have. It reads what `lrs audit export` says, and hashes it as its help says.
fn forge(deployment: &Deployment, store: &Store) {
    let exported = deployment.lrs(&["audit", "export", "--until", "2000-01-01"]);
    assert!(exported.status.success() && exported.stdout.is_empty());
    let exported = text(&deployment.lrs(&["audit", "export"]).stdout);
    let all: Vec<serde_json::Value> = exported.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let forged = all.iter().position(|line| line["action"] == "find-by-uln").expect("a call");
    let number = &all[forged]["chain"];
    let place = format!("chain = {number} AND sequence = {}", all[forged]["sequence"]);
    execute(store, &format!("UPDATE audit SET outcome = 'WSRC0004' WHERE {place}")).expect("changed");
    let value = |hash: &str| match deployment.store_url() {
        url if url.starts_with("sqlite:") => format!("x'{hash}'"),
        _ => format!("'\\x{hash}'"),
    };
    let mut previous: Option<String> = None;
    for (at, line) in exported.lines().enumerate().filter(|(at, _)| all[*at]["chain"] == *number) {
        let (body, hash) = line.rsplit_once(",\"hash\":\"").expect("a hash");
        let digest = |body: &str| -> String {
            Sha256::digest(format!("{body}}}")).iter().map(|byte| format!("{byte:02x}")).collect()
        };
        assert_eq!(digest(body), hash.trim_end_matches("\"}"), "{line}");
        if at < forged {
            continue;
        }
        let mut body = body.to_owned();
        match &previous {
            None => body = body.replace("\"outcome\":\"WSRC0001\"", "\"outcome\":\"WSRC0004\""),
            Some(previous) => {
                let old = all[at]["previous"].as_str().expect("a hash");
                body = body.replace(old, previous);
            }
        }
        let (hash, sequence) = (digest(&body), &all[at]["sequence"]);
        let stored = value(&hash);
        for statement in [
            format!("UPDATE audit SET hash = {stored} WHERE chain = {number} AND sequence = {sequence}"),
            format!("UPDATE audit_chains SET length = {sequence}, head = {stored} WHERE chain = {number}"),
        ] {
            assert_eq!(execute(store, &statement), Ok(1), "{statement}");
        }
        previous = Some(hash);
    }
}
