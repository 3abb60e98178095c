//! The disk under the database is full, or the database takes no changes.

use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::await_readiness;
use super::clients::Clients;
use crate::batches::setup;
use crate::harness::{Database, Deployment};

/// How soon `/readyz` must tell: the last write that it trusts is 2 s old at most.
const TOLD: Duration = Duration::from_secs(8);
const RECOVERED: Duration = Duration::from_secs(15);
/// How long it lasts: longer than a job takes to use up its attempts.
const LASTS: Duration = Duration::from_secs(18);

/// Calls while changes fail, from `begin` to `end`, and checks everything. Reads may go on.
fn survives(deployment: &Deployment, says: &str, begin: impl Fn(), end: impl Fn()) {
    let clients = Clients::of(deployment);
    let told = clients.during(|| {
        clients.await_answers(40, Duration::from_secs(30));
        begin();
        let begun = Instant::now();
        let mut told = await_readiness(deployment, 503, TOLD);
        loop {
            let (_, said) = deployment.operations("GET", "/readyz").expect("an answer");
            if said.contains(says) {
                break;
            }
            told = begun.elapsed();
            assert!(told < TOLD, "{said}");
        }
        while begun.elapsed() < LASTS {
            thread::sleep(Duration::from_millis(50));
        }
        assert_eq!(deployment.operations("GET", "/readyz").expect("an answer").0, 503);
        assert!(clients.refused() > 0);
        end();
        let recovered = await_readiness(deployment, 200, RECOVERED);
        clients.await_answers(40, Duration::from_secs(30));
        (told, recovered)
    });
    println!("/readyz told of it after {:?}, and was ready again after {:?}", told.0, told.1);
    clients.check();
}

/// No file of the server may grow, its log included: as on a full disk.
#[test]
fn a_full_disk() {
    let deployment = Deployment::after_with("trap '' XFSZ", Database::Sqlite, setup("2"));
    let process = deployment.process().to_string();
    let limit = |size: &str| {
        let status = Command::new("prlimit").args(["--pid", &process, &format!("--fsize={size}:unlimited")]).status();
        assert!(status.expect("prlimit, of util-linux").success());
    };
    // Beyond the first bytes nothing can be written, and what crosses that place is written in
    // part.
    survives(&deployment, "cannot write", || limit("4100"), || limit("unlimited"));
}

/// A file system of a fixed size, until it is dropped or its test dies.
struct SmallDisk {
    folder: TempDir,
    keeper: Child,
}

impl SmallDisk {
    fn mount(size: &str) -> SmallDisk {
        const KEEPER: &str = r#"mount -t tmpfs -o size="$2" none "$1" && { echo mounted; read -r _; umount -l "$1"; }"#;
        let folder = tempfile::tempdir().expect("a folder");
        let mut keeper = Command::new("sh");
        keeper.args(["-c", KEEPER, "sh"]).arg(folder.path()).arg(size).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut keeper = keeper.stderr(Stdio::null()).spawn().expect("sh");
        let mut said = String::new();
        BufReader::new(keeper.stdout.as_mut().expect("an output")).read_line(&mut said).expect("a line");
        assert_eq!(said, "mounted\n", "only root may mount a file system");
        SmallDisk { folder, keeper }
    }

    /// Writes until there is no room left.
    fn fill(&self) {
        let mut ballast = File::create(self.ballast()).expect("a file");
        while ballast.write_all(&[0; 4096]).is_ok() {}
        let error = ballast.write(&[0]).expect_err("no room");
        assert_eq!(error.kind(), ErrorKind::StorageFull, "{error}");
    }

    fn ballast(&self) -> PathBuf {
        self.folder.path().join("ballast")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// The disk of the database and its trail has no room left (ENOSPC).
#[test]
fn a_disk_without_room() {
    let disk = SmallDisk::mount("64m");
    let url = format!("sqlite:{}", disk.folder.path().join("lrs.db").display());
    let deployment = Deployment::through(&url, url.clone(), setup("2"));
    let end = || std::fs::remove_file(disk.ballast()).expect("removed");
    survives(&deployment, "cannot write", || disk.fill(), end);
}

#[cfg(feature = "postgres")]
#[test]
fn a_database_that_takes_no_changes() {
    use diesel::{Connection, PgConnection, RunQueryDsl};
    let deployment = Deployment::with(Database::Postgres, setup("2"));
    let url = deployment.store_url();
    let (_, name) = url.rsplit_once('/').expect("a database");
    // As after a failover to a server that is still a standby. Only new sessions have the setting.
    let read_only = |on: &str| {
        let mut connection = PgConnection::establish(&url).expect("the server answers");
        for statement in [
            "SET default_transaction_read_only = off".to_owned(),
            format!("ALTER DATABASE {name} SET default_transaction_read_only = {on}"),
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()".to_owned(),
        ] {
            diesel::sql_query(statement).execute(&mut connection).expect("done");
        }
    };
    survives(&deployment, "read-only", || read_only("on"), || read_only("off"));
}
