//! The clock of the machine jumps. Time that only passes (timeouts, pauses) is not affected.

use std::fs;
use std::time::Duration;

use super::await_readiness;
use super::clients::Clients;
use crate::batches::setup;
use crate::harness::visitor::Visitor;
use crate::harness::{Deployment, on_both};

/// Installed by `scripts/test-environment`.
const LIBRARY: &str = "libfaketime.so.1";

on_both! {
    fn a_clock_that_jumps(database) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("offset");
        let jump = |offset: &str| {
            let new = folder.path().join("new");
            fs::write(&new, offset).expect("written");
            fs::rename(&new, &file).expect("renamed");
        };
        jump("+0");
        let mut setup = setup("2");
        let found = ["/usr/lib/x86_64-linux-gnu/faketime", "/usr/lib/aarch64-linux-gnu/faketime"];
        let library = found.iter().map(|folder| format!("{folder}/{LIBRARY}")).find(|path| fs::exists(path).unwrap_or(false));
        let library = library.expect("libfaketime is missing: run scripts/test-environment");
        for (name, value) in [
            ("LD_PRELOAD", library),
            ("FAKETIME_TIMESTAMP_FILE", file.display().to_string()),
            ("FAKETIME_NO_CACHE", "1".to_owned()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
        ] {
            setup.environment.push((name, value));
        }
        let deployment = Deployment::with(database, setup);
        let clients = Clients::of(&deployment);
        clients.during(|| {
            clients.await_answers(20, Duration::from_secs(30));
            // The clients' certificates began an hour ago.
            for offset in ["-50m", "+0", "+3d", "+0", "+30d", "-50m", "+0"] {
                jump(offset);
                clients.await_answers(20, Duration::from_secs(30));
                await_readiness(&deployment, 200, Duration::from_secs(10));
            }
        });
        assert_eq!(clients.refused(), 0);
        clients.check();
        // A session ends when the clock says that nobody was there, and others begin.
        let mut visitor = Visitor::signed_in(&deployment, "PORTAL_ONLINE");
        assert_eq!(visitor.open("/learners/find").status(), 200);
        jump("+1d");
        let page = visitor.open("/learners/find");
        assert!(page.path.starts_with("/sign-in"), "{}", page.path);
        jump("-50m");
        assert_eq!(visitor.open("/").status(), 200);
    }
}
