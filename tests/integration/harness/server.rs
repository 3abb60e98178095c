//! PostgreSQL servers of a test's own: a primary, its standbys, and what happens to them.

use std::process::{Command, Output};
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::deployment::free_port;
use super::program::{Folder, Program, postgres_programs};

const PATIENCE: Duration = Duration::from_secs(60);
/// The superuser, who needs no password.
const SUPERUSER: &str = "lrs";

/// A server, and its folder.
pub struct Server {
    program: Program,
    port: u16,
}

#[derive(QueryableByName)]
struct Text {
    #[diesel(sql_type = diesel::sql_types::Nullable<diesel::sql_types::Text>)]
    text: Option<String>,
}

impl Server {
    /// A primary with these settings, in which `/place` is the server's folder.
    pub fn start(settings: &str) -> Server {
        Server::of("initdb -D data -U lrs -A trust -E UTF8 --locale=C >initdb.log", settings)
    }

    /// A standby that streams from this primary.
    pub fn standby(&self, settings: &str) -> Server {
        let copy = format!("pg_basebackup -h 127.0.0.1 -p {} -U {SUPERUSER} -D data -R -X stream -c fast", self.port);
        Server::of(&copy, settings)
    }

    fn of(creation: &str, settings: &str) -> Server {
        let (folder, port) = (Folder::unprivileged(), free_port());
        let place = folder.path().display().to_string();
        let settings = settings.replace("/place", &place);
        let script = format!(
            "set -e\n{creation}\ncat >>data/postgresql.conf <<'END'\n{settings}\nlisten_addresses = '127.0.0.1'\n\
             port = {port}\nunix_socket_directories = '{place}'\ntimezone = 'UTC'\nEND\n"
        );
        let created = folder.run(&script);
        assert!(created.status.success(), "{}", String::from_utf8_lossy(&created.stderr));
        let mut postgres = Command::new(format!("{}/postgres", postgres_programs()));
        postgres.arg("-D").arg(folder.path().join("data"));
        let server = Server { program: folder.start(postgres), port };
        server.wait("1", |_| true);
        server
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address of a database for this user.
    pub fn address(&self, user: &str, database: &str) -> String {
        format!("postgres://{user}@127.0.0.1:{}/{database}", self.port)
    }

    /// A session of the superuser.
    fn session(&self, database: &str) -> ConnectionResult<PgConnection> {
        PgConnection::establish(&self.address(SUPERUSER, database))
    }

    /// Runs statements as the superuser.
    pub fn execute(&self, database: &str, statements: &str) {
        self.session(database).expect("the server answers").batch_execute(statements).expect(statements);
    }

    /// The value of an expression, if the server answers.
    pub fn query(&self, expression: &str) -> Option<String> {
        let mut connection = self.session("postgres").ok()?;
        let Text { text } =
            diesel::sql_query(format!("SELECT ({expression})::text AS text")).get_result(&mut connection).ok()?;
        Some(text.unwrap_or_default())
    }

    /// Waits until an expression has a value.
    pub fn wait(&self, expression: &str, until: impl Fn(&str) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !self.query(expression).is_some_and(|text| until(&text)) {
            assert!(Instant::now() < deadline, "{expression}: {}", self.program.log());
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until the server takes changes.
    pub fn await_primary(&self) {
        self.wait("pg_is_in_recovery()", |text| text == "false");
    }

    /// Runs a script as the server's user, in its folder.
    pub fn run(&self, script: &str) -> Output {
        self.program.run(script)
    }

    pub fn place(&self) -> String {
        self.program.path().display().to_string()
    }

    pub fn kill(&self) {
        self.program.kill();
    }

    /// Ends the server: `immediate`, as if it had crashed, or `fast`.
    pub fn stop(&self, mode: &str) {
        self.control(&format!("stop -m {mode}"));
    }

    /// Has a standby become a primary.
    pub fn promote(&self) {
        self.control("promote -w");
    }

    pub fn start_again(&mut self) {
        self.program.start_again();
    }

    fn control(&self, command: &str) {
        let done = self.run(&format!("pg_ctl -D data {command}"));
        let told = [&done.stdout, &done.stderr].map(|text| String::from_utf8_lossy(text).into_owned());
        assert!(done.status.success(), "{command}: {}", told.concat());
    }
}
