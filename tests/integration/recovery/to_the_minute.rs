//! Point-in-time recovery with PostgreSQL's own means: the commands of docs/recovery.md, as they
//! stand there, bring back everything up to the moment asked for and nothing after it.

use std::process::{Command, Output};
use std::thread;
use std::time::{Duration, Instant};

use diesel::prelude::*;

use super::{Acknowledged, find, said, succeeds};
use crate::flows::Person;
use crate::harness::deployment::free_port;
use crate::harness::program::{Folder, Program, postgres_programs};
use crate::harness::{Actor, Database, Deployment, Setup};

const PATIENCE: Duration = Duration::from_secs(60);
const RUNBOOK: &str = include_str!("../../../docs/recovery.md");

/// A PostgreSQL server of its own, that archives its log.
struct Server {
    program: Program,
    port: u16,
}

#[derive(QueryableByName)]
struct Text {
    #[diesel(sql_type = diesel::sql_types::Text)]
    text: String,
}

impl Server {
    fn start() -> Server {
        let (folder, port) = (Folder::unprivileged(), free_port());
        let data = folder.path().join("data");
        let place = folder.path().display().to_string();
        let settings = block("archive_mode = on").replace("/archive", &format!("{place}/archive"));
        let script = format!(
            "set -e\nmkdir -p archive/wal archive/base\ninitdb -D data -U lrs -A trust -E UTF8 --locale=C >initdb.log\n\
             cat >>data/postgresql.conf <<'END'\n{settings}\nlisten_addresses = '127.0.0.1'\nport = {port}\n\
             unix_socket_directories = '{place}'\ntimezone = 'UTC'\nEND\n"
        );
        succeeds(folder.run(&script));
        let mut postgres = Command::new(format!("{}/postgres", postgres_programs()));
        postgres.arg("-D").arg(data);
        let server = Server { program: folder.start(postgres), port };
        server.await_primary();
        server
    }

    fn address(&self) -> String {
        format!("postgres://lrs@127.0.0.1:{}/postgres", self.port)
    }

    fn query(&self, query: &str) -> Option<String> {
        let mut connection = PgConnection::establish(&self.address()).ok()?;
        let Text { text } =
            diesel::sql_query(format!("SELECT ({query})::text AS text")).get_result(&mut connection).ok()?;
        Some(text)
    }

    fn wait(&self, query: &str, until: impl Fn(&str) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !self.query(query).is_some_and(|text| until(&text)) {
            assert!(Instant::now() < deadline, "{query}: {}", self.program.log());
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until the server takes changes.
    fn await_primary(&self) {
        self.wait("pg_is_in_recovery()", |text| text == "false");
    }

    /// Waits until everything written so far is in the archive.
    fn archive(&self) {
        let written = self.query("pg_walfile_name(pg_switch_wal())").expect("the piece that ended");
        self.wait("SELECT last_archived_wal FROM pg_stat_archiver", |archived| archived >= written.as_str());
    }

    /// Runs commands of the runbook with this server's folders.
    fn follow(&self, commands: &str) -> Output {
        let place = self.program.path().display().to_string();
        let commands = commands
            .replace("/archive", &format!("{place}/archive"))
            .replace("/var/lib/postgresql/15/main", &format!("{place}/data"));
        let connection = format!("export PGHOST=127.0.0.1 PGPORT={} PGUSER=lrs\n", self.port);
        self.program.run(&format!("set -e\n{connection}{commands}"))
    }
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
    let mut server = Server::start();
    let setup = Setup { environment: vec![("LRS_STORE_URL", server.address())] };
    let mut deployment = Deployment::with(Database::Postgres, setup);
    let before = registered(&deployment.provider());
    succeeds(server.follow(&block("pg_basebackup")));
    let after_the_base = registered(&deployment.provider());
    thread::sleep(Duration::from_millis(50));
    let moment = server.query("clock_timestamp()").expect("a time");
    thread::sleep(Duration::from_millis(50));
    let too_late = registered(&deployment.provider());
    server.archive();
    deployment.signal("-KILL");
    deployment.ended();
    server.program.kill();

    let restore = block("recovery.signal");
    let date = restore.split("/archive/base/").nth(1).and_then(|rest| rest.split(' ').next()).expect("a base backup");
    let time =
        restore.split("recovery_target_time = '").nth(1).and_then(|rest| rest.split('\'').next()).expect("a time");
    let restore = restore.replace(date, "*").replace(time, &moment);
    // The files are the server's already, and its own program starts it.
    let is_ours = |line: &&str| !line.starts_with("chown") && !line.starts_with("systemctl");
    let restore: Vec<&str> = restore.lines().filter(is_ours).collect();
    succeeds(server.follow(&format!("mv data damaged\n{}", restore.join("\n"))));
    server.program.start_again();
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
