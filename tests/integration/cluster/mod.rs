//! Several nodes as docs/scale.md describes them: behind HAProxy, on PgBouncer and PostgreSQL, also
//! on a PostgreSQL cluster of Patroni's, with the configuration files of `packaging/`.

mod balanced;
mod everywhere;
mod failover;
mod load;
mod partitions;
mod patroni;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use crate::harness::deployment::{Node, Ports, free_port};
use crate::harness::program::{Folder, Program};
use crate::harness::{Database, Deployment, Setup};

const PATIENCE: Duration = Duration::from_secs(60);
const NODES: usize = 3;

/// The password of the database's user.
const PASSWORD: &str = "lrs-of-the-tests";

/// Three nodes behind HAProxy. HAProxy has the ports of the deployment, whose own server has ended,
/// so everybody who calls the deployment calls the cluster.
pub struct Cluster {
    nodes: Mutex<Vec<Node>>,
    settings: Vec<Vec<(&'static str, String)>>,
    balancer: Program,
    /// The HAProxy on each node.
    _beside: Vec<Program>,
    pub deployment: Deployment,
}

impl Cluster {
    /// On a new database, which each node reaches by its own address.
    pub fn start(stores: [String; NODES]) -> Cluster {
        let setup = Setup { environment: vec![("LRS_STORE_URL", stores[0].clone())] };
        let mut deployment = Deployment::with(Database::Postgres, setup);
        assert_eq!(deployment.stop(), Some(0), "{}", deployment.log());
        let public = |port| format!("https://localhost:{port}");
        let settings = stores.map(|store| {
            vec![
                ("LRS_STORE_URL", store),
                ("LRS_SERVER_PUBLIC_URL", public(deployment.port())),
                ("LRS_PORTAL_PUBLIC_URL", public(deployment.portal_port())),
                ("LRS_PORTAL_BEHIND_PROXY", "true".to_owned()),
                ("LRS_LIMITS_WAITING_BY_ADDRESS", "4096".to_owned()),
            ]
        });
        let settings = Vec::from(settings);
        let ports: Vec<Ports> = (0..NODES).map(|_| Ports::free()).collect();
        let nodes = thread::scope(|scope| {
            let deployment = &deployment;
            let starting = ports.iter().zip(&settings);
            let starting = starting.map(|(ports, settings)| scope.spawn(|| deployment.node_at(*ports, settings)));
            let starting: Vec<_> = starting.collect();
            starting.into_iter().map(|node| node.join().expect("a node")).collect()
        });

        let folder = Folder::new();
        let mut balancer = haproxy("haproxy.cfg");
        balancer.env("LRS_HAPROXY_SOCKET", folder.path().join("admin.sock"));
        balancer.env("LRS_SERVICES", local(deployment.port())).env("LRS_PORTAL", local(deployment.portal_port()));
        let mut beside = Vec::new();
        for (number, ports) in (1..).zip(&ports) {
            let (health, portal) = (free_port(), free_port());
            beside.push(beside_node(&deployment, *ports, health, portal));
            balancer.env(format!("LRS_NODE{number}"), local(ports.services));
            balancer.env(format!("LRS_NODE{number}_PORTAL"), local(portal));
            balancer.env(format!("LRS_NODE{number}_HEALTH"), health.to_string());
        }
        let balancer = folder.start(balancer);
        await_port(deployment.port(), &balancer);
        Cluster { nodes: Mutex::new(nodes), settings, balancer, _beside: beside, deployment }
    }

    /// Stops a node and starts it again, as an operator restarts one after the other.
    pub fn restart(&self, number: usize) {
        let mut nodes = self.nodes.lock().expect("no test has failed here");
        let node = nodes.remove(number);
        let ports = node.ports;
        assert_eq!(node.stop(), Some(0));
        nodes.insert(number, self.deployment.node_at(ports, &self.settings[number]));
        let deadline = Instant::now() + PATIENCE;
        while !self.sends_calls_to(number) {
            assert!(Instant::now() < deadline, "HAProxy does not use the node again:\n{}", self.balancer.log());
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// The ports of the nodes themselves, in order.
    pub fn ports(&self) -> Vec<Ports> {
        self.nodes.lock().expect("no test has failed here").iter().map(|node| node.ports).collect()
    }

    /// Checks that every line of the audit trail is as it was written.
    pub fn verify_trail(&self) {
        let verified = self.deployment.lrs(&["audit", "verify"]);
        let told = [verified.stdout, verified.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
        assert!(verified.status.success(), "{}", told.concat());
    }

    /// Which nodes say that they are ready.
    pub fn ready(&self) -> Vec<bool> {
        let nodes = self.nodes.lock().expect("no test has failed here");
        nodes.iter().map(|node| node.operations("/readyz").0 == 200).collect()
    }

    /// Waits until all nodes say that they are ready, or none does.
    pub fn await_readiness(&self, is_ready: bool) {
        let deadline = Instant::now() + PATIENCE;
        while self.ready().contains(&!is_ready) {
            assert!(Instant::now() < deadline, "the nodes do not become ready: {is_ready}");
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until HAProxy sends new connections to a node. It sees that nodes are ready a second
    /// after they are.
    pub fn await_balancer(&self) {
        let deadline = Instant::now() + PATIENCE;
        while !(0..NODES).any(|number| self.sends_calls_to(number)) {
            assert!(Instant::now() < deadline, "HAProxy sends calls to no node");
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Kills a node, which stays away.
    pub fn kill(&self, number: usize) {
        drop(self.nodes.lock().expect("no test has failed here").remove(number));
    }

    /// Has HAProxy send visitors of the portal to this node alone.
    pub fn send_visitors_to(&self, number: usize) {
        let states = (0..NODES).map(|each| {
            let state = if each == number { "ready" } else { "maint" };
            format!("set server portal/node{} state {state}", each + 1)
        });
        self.tell_balancer(&states.collect::<Vec<_>>().join(";"));
    }

    /// Gives HAProxy commands, and returns what it says.
    fn tell_balancer(&self, commands: &str) -> String {
        let mut socket = UnixStream::connect(self.balancer.path().join("admin.sock")).expect("HAProxy's socket");
        socket.write_all(format!("{commands}\n").as_bytes()).expect("sent");
        let mut said = String::new();
        socket.read_to_string(&mut said).expect("an answer");
        said
    }

    /// Whether HAProxy sends calls to a node.
    fn sends_calls_to(&self, number: usize) -> bool {
        let table = self.tell_balancer("show stat");
        let (head, rows) = table.trim_start_matches("# ").split_once('\n').expect("a table");
        let status = head.split(',').position(|name| name == "status").expect("a column");
        let row = rows.lines().find(|row| row.starts_with(&format!("web_services,node{},", number + 1)));
        row.expect("the node's row").split(',').nth(status).expect("a status") == "UP"
    }
}

/// Whether the tests run in full (`make cluster`), with the times of the packaged configuration.
pub fn in_full() -> bool {
    std::env::var_os("LRS_TEST_CLUSTER").is_some()
}

/// PgBouncer in front of the database server at this port. The address leads to `database` through
/// it.
pub fn pgbouncer(server: u16, database: &str) -> (Program, String) {
    let folder = Folder::unprivileged();
    let port = free_port();
    let users = folder.write("users.txt", &format!("\"lrs\" \"{PASSWORD}\"\n"));
    let settings = changed(
        &packaged("pgbouncer.ini"),
        &[
            ("lrs = ", &format!("* = host=127.0.0.1 port={server}")),
            ("listen_port = ", &format!("listen_port = {port}")),
            ("auth_file = ", &format!("auth_file = {}\nunix_socket_dir =", users.display())),
        ],
    );
    let settings = folder.write("pgbouncer.ini", &settings);
    let mut command = Command::new("pgbouncer");
    command.arg(settings);
    let pgbouncer = folder.start(command);
    await_port(port, &pgbouncer);
    (pgbouncer, format!("postgres://lrs:{PASSWORD}@127.0.0.1:{port}/{database}"))
}

/// The HAProxy on a node, which shows its health and opens the portal's TLS at these ports.
fn beside_node(deployment: &Deployment, ports: Ports, health: u16, portal: u16) -> Program {
    let mut command = haproxy("haproxy-node.cfg");
    command.env("LRS_HEALTH", local(health)).env("LRS_OPERATIONS", local(ports.operations));
    command.env("LRS_NODE_PORTAL", local(portal)).env("LRS_PORTAL_LISTEN", local(ports.portal));
    command.env("LRS_PORTAL_CERTIFICATE", deployment.dir().join("pki/server.pem"));
    let program = Folder::new().start(command);
    await_port(health, &program);
    program
}

fn haproxy(file: &str) -> Command {
    let mut command = Command::new("haproxy");
    command.arg("-db").arg("-f").arg(packaging().join(file));
    command
}

fn packaging() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging")
}

fn packaged(file: &str) -> String {
    fs::read_to_string(packaging().join(file)).expect("a file of packaging/")
}

/// A text with other lines in the place of those that begin so.
fn changed(text: &str, lines: &[(&str, &str)]) -> String {
    let mut changed: Vec<&str> = text.lines().collect();
    for (begin, new) in lines {
        let line = changed.iter_mut().find(|line| line.starts_with(begin));
        *line.unwrap_or_else(|| panic!("no line {begin:?}")) = new;
    }
    changed.join("\n")
}

fn local(port: u16) -> String {
    format!("127.0.0.1:{port}")
}

fn await_port(port: u16, program: &Program) {
    let deadline = Instant::now() + PATIENCE;
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(
            Instant::now() < deadline,
            "the program does not listen; run scripts/test-environment:\n{}",
            program.log()
        );
        thread::sleep(Duration::from_millis(20));
    }
}
