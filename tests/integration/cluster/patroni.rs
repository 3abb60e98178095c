//! A PostgreSQL cluster that Patroni runs, with etcd, and HAProxy in front of it.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use diesel::{Connection, PgConnection, RunQueryDsl};

use super::{PASSWORD, PATIENCE, await_port, changed, haproxy, in_full, local, packaged};
use crate::harness::deployment::free_port;
use crate::harness::program::{Folder, Program, postgres_programs};

/// The superuser of the cluster.
const SUPERUSER: &str = "postgres";
/// A database for nodes that reach it through PgBouncer, and one for others.
pub const POOLED: &str = "lrs";
pub const DIRECT: &str = "lrs_direct";

/// A PostgreSQL server with its Patroni.
pub struct Server {
    program: Program,
    port: u16,
    rest: u16,
}

/// A primary with its standbys.
pub struct Databases {
    servers: Vec<Server>,
    /// HAProxy, which leads to the primary.
    balancer: Program,
    balanced: u16,
    _etcd: Program,
}

impl Databases {
    /// Two servers, or three where the tests run in full; with a user and a database of the
    /// service.
    pub fn start() -> Databases {
        let (etcd_port, peers) = (free_port(), free_port());
        let folder = Folder::new();
        let mut etcd = Command::new("etcd");
        etcd.arg("--data-dir").arg(folder.path().join("etcd"));
        let (clients, peers) = (format!("http://{}", local(etcd_port)), format!("http://{}", local(peers)));
        etcd.args(["--listen-client-urls", &clients, "--advertise-client-urls", &clients]);
        etcd.args(["--listen-peer-urls", &peers, "--initial-advertise-peer-urls", &peers]);
        etcd.args(["--initial-cluster", &format!("default={peers}")]);
        let etcd = folder.start(etcd);
        await_port(etcd_port, &etcd);

        let count = if in_full() { 3 } else { 2 };
        let servers: Vec<Server> = (1..=count).map(|number| Server::start(number, etcd_port)).collect();
        let balanced = free_port();
        let mut balancer = haproxy("haproxy-database.cfg");
        balancer.env("LRS_DATABASE", local(balanced));
        for number in 1..=3 {
            // Where there are two servers, the third is the second once more, and never asked.
            let server = servers.get(number - 1);
            balancer.env(format!("LRS_DB{number}"), local(server.map_or(1, |server| server.port)));
            balancer.env(format!("LRS_DB{number}_PATRONI"), server.map_or(1, |server| server.rest).to_string());
        }
        let balancer = Folder::new().start(balancer);
        let databases = Databases { servers, balancer, balanced, _etcd: etcd };
        databases.await_standby();
        databases.prepare();
        databases
    }

    /// A user for the service, and databases.
    fn prepare(&self) {
        let primary = self.primary().expect("a primary").port;
        let address = format!("postgres://{SUPERUSER}:{PASSWORD}@127.0.0.1:{primary}/postgres");
        let mut connection = PgConnection::establish(&address).expect("the primary answers");
        let user = format!("CREATE ROLE lrs LOGIN PASSWORD '{PASSWORD}'");
        let databases = [POOLED, DIRECT].map(|name| format!("CREATE DATABASE {name} OWNER lrs"));
        for statement in [user].iter().chain(&databases) {
            diesel::sql_query(statement).execute(&mut connection).expect(statement);
        }
    }

    /// The port where HAProxy leads to the primary.
    pub fn balanced(&self) -> u16 {
        await_port(self.balanced, &self.balancer);
        self.balanced
    }

    /// The address of a database on all servers, of which the client takes the primary.
    pub fn address_of_all(&self, database: &str) -> String {
        let hosts: Vec<String> = self.servers.iter().map(|server| local(server.port)).collect();
        let options = "target_session_attrs=read-write&connect_timeout=2&tcp_user_timeout=10000";
        format!("postgres://lrs:{PASSWORD}@{}/{database}?{options}", hosts.join(","))
    }

    fn primary(&self) -> Option<&Server> {
        self.servers.iter().find(|server| server.is("primary"))
    }

    /// Waits until there is a primary, and a standby that has everything that is confirmed.
    pub fn await_standby(&self) {
        self.wait("a synchronous standby", || {
            self.primary().is_some() && self.servers.iter().any(|server| server.is("sync"))
        });
    }

    fn wait(&self, what: &str, is_so: impl Fn() -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_so() {
            let logs: Vec<String> = self.servers.iter().map(|server| server.program.log()).collect();
            assert!(Instant::now() < deadline, "there is no {what}:\n{}", logs.join("\n--\n"));
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// Kills the primary with its Patroni, as if the machine had lost its power, and returns its
    /// number.
    pub fn kill_primary(&self) -> usize {
        let number = self.servers.iter().position(|server| server.is("primary")).expect("a primary");
        let server = &self.servers[number];
        let file = std::fs::read_to_string(server.program.path().join("data/postmaster.pid")).expect("a process id");
        let postgres = file.lines().next().expect("a line").to_owned();
        let status = Command::new("kill").args(["-KILL", &server.program.process().to_string(), &postgres]).status();
        assert!(status.expect("kill").success());
        number
    }

    /// Starts the server that was killed, and waits until it is a standby.
    pub fn start_again(&mut self, number: usize) {
        self.servers[number].program.start_again();
        self.wait("standby", || self.servers[number].is("replica"));
        self.await_standby();
    }

    /// Has another server become the primary, as an operator does before maintenance.
    pub fn switch_over(&self) {
        let name = |server: &Server| {
            let number = self.servers.iter().position(|each| each.port == server.port).expect("a server");
            format!("db{}", number + 1)
        };
        let leader = self.primary().expect("a primary");
        let candidate = self.servers.iter().find(|server| server.is("sync")).expect("a standby");
        let wish = format!("{{\"leader\": \"{}\", \"candidate\": \"{}\"}}", name(leader), name(candidate));
        let url = format!("http://{}/switchover", local(leader.rest));
        let told = Command::new("curl").args(["-sS", "--fail-with-body", "-d", &wish, &url]).output().expect("curl");
        assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stdout));
        self.wait("new primary", || candidate.is("primary"));
    }
}

impl Server {
    fn start(number: usize, etcd: u16) -> Server {
        let folder = Folder::unprivileged();
        let (port, rest) = (free_port(), free_port());
        let quick = [
            ("    ttl: ", "    ttl: 5"),
            ("    loop_wait: ", "    loop_wait: 1"),
            ("    retry_timeout: ", "    retry_timeout: 2"),
        ];
        let settings = changed(&packaged("patroni.yml"), if in_full() { &[] } else { &quick });
        let settings = folder.write("patroni.yml", &settings);
        let mut patroni = Command::new("patroni");
        patroni.arg(settings);
        for (name, value) in [
            ("PATRONI_NAME", format!("db{number}")),
            ("PATRONI_ETCD3_HOSTS", local(etcd)),
            ("PATRONI_RESTAPI_LISTEN", local(rest)),
            ("PATRONI_RESTAPI_CONNECT_ADDRESS", local(rest)),
            ("PATRONI_POSTGRESQL_LISTEN", local(port)),
            ("PATRONI_POSTGRESQL_CONNECT_ADDRESS", local(port)),
            ("PATRONI_POSTGRESQL_DATA_DIR", folder.path().join("data").display().to_string()),
            ("PATRONI_POSTGRESQL_BIN_DIR", postgres_programs()),
            ("PATRONI_POSTGRESQL_PGPASS", folder.path().join("pgpass").display().to_string()),
            ("PATRONI_SUPERUSER_USERNAME", SUPERUSER.to_owned()),
            ("PATRONI_SUPERUSER_PASSWORD", PASSWORD.to_owned()),
            ("PATRONI_REPLICATION_USERNAME", "replicator".to_owned()),
            ("PATRONI_REPLICATION_PASSWORD", PASSWORD.to_owned()),
        ] {
            patroni.env(name, value);
        }
        Server { program: folder.start(patroni), port, rest }
    }

    /// Whether Patroni says that the server is this: primary, replica, sync.
    fn is(&self, what: &str) -> bool {
        let url = format!("http://{}/{what}", local(self.rest));
        let curl = Command::new("curl").args(["-s", "-m", "2", "-o", "/dev/null", "-w", "%{http_code}", &url]).output();
        curl.expect("curl").stdout == b"200"
    }
}
