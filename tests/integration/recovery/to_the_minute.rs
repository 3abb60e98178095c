//! Point-in-time recovery with PostgreSQL's own means: the commands of docs/recovery.md, as they
//! stand there, bring back everything up to the moment asked for and nothing after it.

use std::process::Output;
use std::thread;
use std::time::Duration;

use super::{Acknowledged, find, said, succeeds};
use crate::flows::Person;
use crate::harness::server::Server;
use crate::harness::{Actor, Database, Deployment, Setup};

const RUNBOOK: &str = include_str!("../../../docs/recovery.md");

/// A server that archives its log.
fn archiving() -> Server {
    let server = Server::start(&block("archive_mode = on").replace("/archive", "/place/archive"));
    succeeds(server.run("mkdir -p archive/wal archive/base"));
    server
}

/// Waits until everything written so far is in the archive.
fn archive(server: &Server) {
    let written = server.query("pg_walfile_name(pg_switch_wal())").expect("the piece that ended");
    server.wait("SELECT last_archived_wal FROM pg_stat_archiver", |archived| archived >= written.as_str());
}

/// Runs commands of the runbook with this server's folders.
fn follow(server: &Server, commands: &str) -> Output {
    let place = server.place();
    let commands = commands
        .replace("/archive", &format!("{place}/archive"))
        .replace("/var/lib/postgresql/15/main", &format!("{place}/data"));
    let connection = format!("export PGHOST=127.0.0.1 PGPORT={} PGUSER=lrs\n", server.port());
    server.run(&format!("set -e\n{connection}{commands}"))
}

/// The block of the runbook that has these words.
fn block(words: &str) -> String {
    let blocks = RUNBOOK.split("\n```").collect::<Vec<_>>();
    let found = blocks.iter().skip(1).step_by(2).find(|block| block.contains(words)).expect(words);
    found.split_once('\n').map(|(_, lines)| lines.to_owned()).expect("lines")
}

fn registered(provider: &Actor<'_>) -> Acknowledged {
    let person = Person::new();
    let uln = person.register(provider, "1");
    Acknowledged { person, uln, found: 0 }
}

#[test]
fn the_runbook_brings_back_everything_up_to_a_moment() {
    let mut server = archiving();
    let setup = Setup { environment: vec![("LRS_STORE_URL", server.address("lrs", "postgres"))] };
    let mut deployment = Deployment::with(Database::Postgres, setup);
    let before = registered(&deployment.provider());
    succeeds(follow(&server, &block("pg_basebackup")));
    let after_the_base = registered(&deployment.provider());
    thread::sleep(Duration::from_millis(50));
    let moment = server.query("clock_timestamp()").expect("a time");
    thread::sleep(Duration::from_millis(50));
    let too_late = registered(&deployment.provider());
    archive(&server);
    deployment.signal("-KILL");
    deployment.ended();
    server.kill();

    let restore = block("recovery.signal");
    let date = restore.split("/archive/base/").nth(1).and_then(|rest| rest.split(' ').next()).expect("a base backup");
    let time =
        restore.split("recovery_target_time = '").nth(1).and_then(|rest| rest.split('\'').next()).expect("a time");
    let restore = restore.replace(date, "*").replace(time, &moment);
    // The files are the server's already, and its own program starts it.
    let is_ours = |line: &&str| !line.starts_with("chown") && !line.starts_with("systemctl");
    let restore: Vec<&str> = restore.lines().filter(is_ours).collect();
    succeeds(follow(&server, &format!("mv data damaged\n{}", restore.join("\n"))));
    server.start_again();
    server.await_primary();

    deployment.launch();
    let provider = deployment.provider();
    assert_eq!(find(&provider, &before), "WSRC0004", "in the base backup");
    assert_eq!(find(&provider, &after_the_base), "WSRC0004", "in the archive");
    assert_eq!(find(&provider, &too_late), "WSRC0001", "after the moment");
    registered(&provider);
    let verified = deployment.lrs(&["audit", "verify"]);
    assert!(verified.status.success(), "{}", said(&verified));
}
