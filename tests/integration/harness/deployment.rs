//! A running `lrs demo` with its own folder, ports and store, which ends when the test drops it or
//! dies.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::{Actor, Database, visitor};

/// The program under test.
pub const LRS: &str = env!("CARGO_BIN_EXE_lrs");
const START: Duration = Duration::from_secs(90);
/// More than the service allows itself.
const END: Duration = Duration::from_secs(90);

/// Runs the server as a child and writes its process id to the folder. When the pipe from the test
/// closes, however the test ended, it ends the server and removes the folder.
const SUPERVISOR: &str = r#"
folder=$1; shift
exec 3<&0
"$@" 3<&- </dev/null &
child=$!
echo "$child" >"$folder/server.pid"
{ read -r _ <&3; : >"$folder/abandoned"; kill -TERM "$child" 2>/dev/null; } &
wait "$child"
status=$?
kill "$!" 2>/dev/null
[ ! -e "$folder/abandoned" ] || rm -rf "$folder"
exit "$status"
"#;

/// How a deployment differs from the plain demo.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// Settings as environment variables, such as `("LRS_LOG_LEVEL", "trace")`.
    pub environment: Vec<(&'static str, String)>,
}

/// A running server and everything known about it.
pub struct Deployment {
    folder: TempDir,
    store: Option<String>,
    setup: Setup,
    shell: String,
    port: u16,
    portal_port: u16,
    ops_port: u16,
    variables: BTreeMap<String, String>,
    supervisor: Mutex<Option<Child>>,
}

impl Deployment {
    /// A server shared by many tests: those that leave its records and settings unchanged, or only
    /// add records that no other test looks at.
    pub fn shared(database: Database) -> &'static Deployment {
        static SQLITE: OnceLock<Deployment> = OnceLock::new();
        #[cfg(feature = "postgres")]
        static POSTGRES: OnceLock<Deployment> = OnceLock::new();
        let cell = match database {
            Database::Sqlite => &SQLITE,
            #[cfg(feature = "postgres")]
            Database::Postgres => &POSTGRES,
        };
        cell.get_or_init(|| Deployment::start(database))
    }

    /// A server for one test, on a fresh store.
    pub fn start(database: Database) -> Deployment {
        Deployment::with(database, Setup::default())
    }

    pub fn with(database: Database, setup: Setup) -> Deployment {
        Deployment::of(database, setup, "")
    }

    /// A server started after a shell command, such as `ulimit -n 256`.
    pub fn after(shell: &str, database: Database) -> Deployment {
        Deployment::of(database, Setup::default(), shell)
    }

    /// The same with other settings.
    pub fn after_with(shell: &str, database: Database, setup: Setup) -> Deployment {
        Deployment::of(database, setup, shell)
    }

    /// A server that reaches the store at `url` by another address.
    pub fn through(url: &str, address: String, mut setup: Setup) -> Deployment {
        setup.environment.push(("LRS_STORE_URL", address));
        Deployment::on(Some(url.to_owned()), setup, "")
    }

    fn of(database: Database, setup: Setup, shell: &str) -> Deployment {
        Deployment::on(database.fresh(), setup, shell)
    }

    fn on(store: Option<String>, setup: Setup, shell: &str) -> Deployment {
        let mut deployment = Deployment {
            folder: tempfile::tempdir().expect("a folder"),
            store,
            setup,
            shell: shell.to_owned(),
            port: free_port(),
            portal_port: free_port(),
            ops_port: free_port(),
            variables: BTreeMap::new(),
            supervisor: Mutex::default(),
        };
        deployment.launch();
        deployment.variables = read_variables(&deployment.dir().join("demo.env"));
        deployment
    }

    /// Starts the server on this deployment's folder and store, new or from an earlier run.
    pub fn launch(&mut self) {
        self.start_server();
    }

    /// Starts a server again that was killed, while others use the deployment.
    pub fn restart(&self) {
        self.join();
        self.start_server();
    }

    fn start_server(&self) {
        assert!(self.supervisor().is_none(), "already running");
        let append = |path| fs::OpenOptions::new().create(true).append(true).open(path).expect("a file to append to");
        let (output, log) = (append(self.output_path()), append(self.log_path()));
        let _ = fs::remove_file(self.pid_path());
        let mut command = Command::new("sh");
        command
            .args(["-c", &format!("{}\n{SUPERVISOR}", self.shell), "sh"])
            .arg(self.folder.path())
            .arg(LRS)
            .arg("demo");
        command.arg("--dir").arg(self.dir());
        for (flag, port) in [("--port", self.port), ("--portal-port", self.portal_port), ("--ops-port", self.ops_port)]
        {
            command.args([flag, &port.to_string()]);
        }
        command.args(["--learners", "50"]);
        self.environment(&mut command);
        command.stdin(Stdio::piped());
        command.stdout(output).stderr(log);
        *self.supervisor() = Some(command.spawn().expect("sh"));
        self.await_ready();
    }

    fn environment(&self, command: &mut Command) {
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LRS_") || name == "RUST_LOG") {
            command.env_remove(name);
        }
        if let Some(store) = &self.store {
            command.env("LRS_STORE_URL", store);
        }
        command.envs(self.setup.environment.iter().map(|(name, value)| (name, value)));
    }

    fn supervisor(&self) -> MutexGuard<'_, Option<Child>> {
        self.supervisor.lock().expect("no panic")
    }

    fn await_ready(&self) {
        let deadline = Instant::now() + START;
        loop {
            if self.operations("GET", "/readyz").is_some_and(|(status, _)| status == 200) {
                return;
            }
            let ended = self.supervisor().as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(Some(_))));
            assert!(!ended && Instant::now() < deadline, "lrs demo did not become ready:\n{}", self.log());
            thread::sleep(Duration::from_millis(25));
        }
    }

    /// The demo's folder: `pki/`, `lrs.toml`, `demo.env`, `PEOPLE.md`.
    pub fn dir(&self) -> PathBuf {
        self.folder.path().join("demo")
    }

    /// The address of the store, for looking into it directly.
    pub fn store_url(&self) -> String {
        let embedded = || format!("sqlite:{}", self.dir().join("lrs.db").display());
        self.store.clone().unwrap_or_else(embedded)
    }

    /// The server's process id.
    pub fn process(&self) -> u32 {
        fs::read_to_string(self.pid_path()).expect("a process id").trim().parse().expect("a number")
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The port of the portal.
    pub fn portal_port(&self) -> u16 {
        self.portal_port
    }

    /// A variable in `demo.env`.
    pub fn variable(&self, name: &str) -> &str {
        self.variables.get(name).unwrap_or_else(|| panic!("demo.env has no {name}: {:?}", self.variables.keys()))
    }

    pub fn variables(&self) -> &BTreeMap<String, String> {
        &self.variables
    }

    /// The code that the authenticator app of the demo's users shows now.
    pub fn portal_code(&self) -> String {
        self.portal_code_in(0)
    }

    /// The code that it shows in so many seconds.
    pub fn portal_code_in(&self, seconds: u64) -> String {
        visitor::code(self.variable("PORTAL_TOTP_SECRET"), seconds)
    }

    /// A learning provider with the demo's certificate and credentials.
    pub fn provider(&self) -> Actor<'_> {
        Actor::organisation(self, "PROVIDER")
    }

    /// An awarding organisation with the demo's certificate and credentials.
    pub fn awarding_organisation(&self) -> Actor<'_> {
        Actor::organisation(self, "AO")
    }

    /// A client with a certificate from another authority.
    pub fn stranger(&self) -> Actor<'_> {
        Actor::stranger(self)
    }

    /// A client without a certificate.
    pub fn nobody(&self) -> Actor<'_> {
        Actor::nobody(self)
    }

    /// Runs another command of `lrs` on this deployment's configuration and store.
    pub fn lrs(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(LRS);
        command.args(arguments).current_dir(self.dir());
        self.environment(&mut command);
        command.stdin(Stdio::null()).output().expect("lrs runs")
    }

    /// Runs a script like a person who has read `demo.env` and has `lrs` in PATH, in the folder
    /// where the demo was started.
    pub fn shell(&self, script: &str) -> Output {
        let programs = Path::new(LRS).parent().expect("a folder");
        let path = format!("{}:{}", programs.display(), std::env::var("PATH").expect("a path"));
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!(". demo/demo.env\n{script}")]).current_dir(self.folder.path());
        self.environment(&mut shell);
        shell.env("PATH", path).stdin(Stdio::null()).output().expect("sh")
    }

    /// Starts another command of `lrs` on this deployment's configuration and store, and leaves it
    /// running.
    pub fn spawn(&self, arguments: &[&str]) -> Child {
        let mut command = Command::new(LRS);
        command.args(arguments).arg("--config").arg(self.dir().join("lrs.toml")).current_dir(self.dir());
        self.environment(&mut command);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("lrs runs")
    }

    /// Like [`Deployment::spawn`], after a shell command.
    pub fn spawn_after(&self, shell: &str, arguments: &[&str]) -> Child {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("{shell}\nexec \"$@\""), "sh", LRS]).args(arguments);
        command.arg("--config").arg(self.dir().join("lrs.toml")).current_dir(self.dir());
        self.environment(&mut command);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("sh")
    }

    /// Starts another `lrs serve` on this deployment's store, and waits until it responds.
    pub fn another_node(&self) -> Node {
        self.node_at(Ports::free(), &[])
    }

    /// The same at these ports, with other settings. The deployment's own server need not run.
    pub fn node_at(&self, ports: Ports, settings: &[(&'static str, String)]) -> Node {
        let mut command = Command::new(LRS);
        command.args(["serve", "--config"]).arg(self.dir().join("lrs.toml")).current_dir(self.dir());
        self.environment(&mut command);
        command.envs(settings.iter().map(|(name, value)| (name, value)));
        let Ports { services, portal, operations } = ports;
        let listeners =
            [("LRS_SERVER_LISTEN", services), ("LRS_PORTAL_LISTEN", portal), ("LRS_OPERATIONS_LISTEN", operations)];
        command.envs(listeners.map(|(name, port)| (name, format!("127.0.0.1:{port}"))));
        let log = self.folder.path().join(format!("node-{services}.log"));
        let lines = fs::OpenOptions::new().create(true).append(true).open(&log).expect("a log");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(lines);
        let node = Node { port: services, ports, log, process: command.spawn().expect("lrs runs") };
        let deadline = Instant::now() + START;
        while self::operations(operations, "GET", "/readyz").is_none_or(|(status, _)| status != 200) {
            assert!(Instant::now() < deadline, "the node did not become ready:\n{}", node.log());
            thread::sleep(Duration::from_millis(25));
        }
        node
    }

    /// The server's standard error so far: the log.
    ///
    /// Lines wait in a buffer for a moment; a running server writes them when its metrics are read.
    pub fn log(&self) -> String {
        let _ = self.operations("GET", "/metrics");
        String::from_utf8_lossy(&fs::read(self.log_path()).unwrap_or_default()).into_owned()
    }

    /// The server's standard output so far: what the demo tells its user.
    pub fn output(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.output_path()).unwrap_or_default()).into_owned()
    }

    /// A request to the operations listener: status and body; `None` if it does not listen.
    pub fn operations(&self, method: &str, path: &str) -> Option<(u16, String)> {
        operations(self.ops_port, method, path)
    }

    /// Restores the demo's data.
    pub fn reset(&self) {
        let (status, body) = self.operations("POST", "/demo/reset").expect("the operations listener");
        assert!((200..300).contains(&status), "reset answered {status}: {body}");
    }

    /// Sends a signal to the server process.
    pub fn signal(&self, signal: &str) {
        let pid = fs::read_to_string(self.pid_path()).expect("a process id");
        let status = Command::new("kill").args([signal, pid.trim()]).status().expect("kill");
        assert!(status.success(), "kill {signal}");
    }

    /// Changes a setting for the next launch.
    pub fn set(&mut self, name: &'static str, value: &str) {
        self.setup.environment.push((name, value.to_owned()));
    }

    /// Waits for a server that was told to end, and returns its exit code.
    pub fn ended(&mut self) -> Option<i32> {
        self.join()
    }

    /// Stops the server like an operator, and returns its exit code.
    pub fn stop(&mut self) -> Option<i32> {
        self.signal("-TERM");
        self.join()
    }

    /// Waits for the server to end; the pipe stays open, so that the folder stays for the next
    /// launch.
    fn join(&self) -> Option<i32> {
        let mut supervisor = self.supervisor().take().expect("running");
        let pipe = supervisor.stdin.take();
        let status = self.await_end(&mut supervisor);
        drop(pipe);
        status.expect("the server ends when it is told to").code()
    }

    /// Waits for the server to end. One that does not is killed: a run of all tests must not wait
    /// for it.
    fn await_end(&self, supervisor: &mut Child) -> Option<ExitStatus> {
        let deadline = Instant::now() + END;
        while Instant::now() < deadline {
            if let Some(status) = supervisor.try_wait().expect("the supervisor") {
                return Some(status);
            }
            thread::sleep(Duration::from_millis(5));
        }
        let pid = fs::read_to_string(self.pid_path()).unwrap_or_default();
        let _ = Command::new("kill").args(["-KILL", pid.trim()]).status();
        let _ = supervisor.wait();
        None
    }

    fn output_path(&self) -> PathBuf {
        self.folder.path().join("server.out")
    }

    fn log_path(&self) -> PathBuf {
        self.folder.path().join("server.log")
    }

    fn pid_path(&self) -> PathBuf {
        self.folder.path().join("server.pid")
    }
}

impl Drop for Deployment {
    fn drop(&mut self) {
        // The folder goes with the server.
        let log = if thread::panicking() { self.log() } else { String::new() };
        let supervisor = self.supervisor.get_mut().ok().and_then(Option::take);
        if let Some(mut supervisor) = supervisor {
            drop(supervisor.stdin.take());
            let ended = self.await_end(&mut supervisor);
            assert!(ended.is_some() || thread::panicking(), "the server did not end when it was told to");
        }
        if thread::panicking() {
            let lines: Vec<&str> = log.lines().collect();
            eprintln!("--- the server's last lines ---\n{}", lines[lines.len().saturating_sub(40)..].join("\n"));
        }
    }
}

/// The ports of a node.
#[derive(Debug, Clone, Copy)]
pub struct Ports {
    pub services: u16,
    pub portal: u16,
    pub operations: u16,
}

impl Ports {
    /// Ports that are free now.
    pub fn free() -> Ports {
        Ports { services: free_port(), portal: free_port(), operations: free_port() }
    }
}

/// Another server on a deployment's store, killed when dropped.
pub struct Node {
    pub port: u16,
    pub ports: Ports,
    log: PathBuf,
    process: Child,
}

impl Node {
    /// Sends it a signal.
    pub fn signal(&self, signal: &str) {
        let status = Command::new("kill").args([signal, &self.process.id().to_string()]).status().expect("kill");
        assert!(status.success(), "kill {signal}");
    }

    pub fn log(&self) -> String {
        let _ = operations(self.ports.operations, "GET", "/metrics");
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    pub fn operations(&self, path: &str) -> (u16, String) {
        operations(self.ports.operations, "GET", path).expect("the operations listener")
    }

    /// Stops it like an operator, and returns its exit code.
    pub fn stop(mut self) -> Option<i32> {
        self.signal("-TERM");
        self.process.wait().expect("the node").code()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A request to an operations listener.
fn operations(port: u16, method: &str, path: &str) -> Option<(u16, String)> {
    let mut socket = TcpStream::connect(("127.0.0.1", port)).ok()?;
    socket.set_read_timeout(Some(Duration::from_secs(30))).ok()?;
    let request =
        format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    socket.write_all(request.as_bytes()).ok()?;
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).ok()?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1)?.parse().ok()?;
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default();
    Some((status, body))
}

/// A port that is free now. It is below those that the system gives to connections: one of these
/// could take it before a program listens there. No other test of this process gets it.
pub fn free_port() -> u16 {
    const FIRST: u32 = 10_000;
    const COUNT: u32 = 10_000;
    static NEXT: LazyLock<AtomicU32> = LazyLock::new(|| AtomicU32::new(rand::random_range(0..COUNT)));
    loop {
        let port = FIRST + NEXT.fetch_add(1, Ordering::Relaxed) % COUNT;
        let port = u16::try_from(port).expect("a port");
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// Parses shell assignments: `NAME=value`, `export NAME='value'`.
fn read_variables(path: &Path) -> BTreeMap<String, String> {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines()
        .map(|line| line.trim().trim_start_matches("export "))
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.trim_matches(['"', '\'']).to_owned()))
        .collect()
}
