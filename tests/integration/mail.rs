//! E-mail to users, taken by a real mail server: aiosmtpd, over STARTTLS and with a password.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use diesel::RunQueryDsl;
use learning_records::store::{Store, StoreSettings};

use crate::harness::visitor::Visitor;
use crate::harness::{Deployment, on_both};

const PATIENCE: Duration = Duration::from_secs(60);
const USER: &str = "lrs";
const PASSWORD: &str = "Mail-password-1";

/// A running mail server, which ends when it is dropped.
struct MailServer(Child);

impl MailServer {
    fn start(port: u16, deployment: &Deployment, folder: &Path) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let python = root.join(".work/venv/bin/python");
        assert!(python.exists(), "{} is missing: run scripts/test-environment", python.display());
        let mut command = Command::new(python);
        command.arg("-B").arg(root.join("tests/interop/mail_server.py")).arg(port.to_string());
        command.arg(deployment.dir().join("pki/server.pem")).args([USER, PASSWORD]).arg(folder);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("Python runs");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("an output")).read_line(&mut line).expect("a line");
        assert_eq!(line.trim(), "ready", "the mail server does not start: run scripts/test-environment");
        Self(child)
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

on_both! {
    /// The mail server is away when the invitation is written, and back after a restart of the
    /// service.
    fn an_invitation_waits_for_the_mail_server_and_arrives_over_tls(database) {
        let mut deployment = Deployment::start(database);
        deployment.stop();
        let port = TcpListener::bind(("127.0.0.1", 0)).expect("a port").local_addr().expect("an address").port();
        deployment.set("LRS_MAIL_SERVER", &format!("smtp://{USER}:{PASSWORD}@localhost:{port}?tls=required"));
        deployment.set("LRS_MAIL_CA", &deployment.dir().join("pki/ca.pem").display().to_string());
        deployment.launch();

        let ukprn = deployment.variable("PROVIDER_UKPRN").to_owned();
        let address = "zoe.marsh@college.example";
        let who = ["--given", "Zoë", "--family", "Marsh", "--role", "online", "--identity", "Passport seen"];
        let added = deployment.lrs(&[&["user", "add", &ukprn, address][..], &who].concat());
        assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
        until("the message is tried", || deployment.log().contains("waits for 1 min: the mail server cannot be reached"));
        assert!(!deployment.log().contains("zoe") && !deployment.log().contains(PASSWORD), "{}", deployment.log());
        assert_eq!(deployment.stop(), Some(0));

        let folder = tempfile::tempdir().expect("a folder");
        let _server = MailServer::start(port, &deployment, folder.path());
        let store = Store::open(&StoreSettings { url: deployment.store_url(), readers: 1 }).expect("the store");
        let waiting = store.write(|c| Ok(diesel::sql_query("UPDATE outbox SET due_at = created_at").execute(&mut **c)?));
        assert_eq!(waiting.expect("written"), 1, "the message is not lost");
        drop(store);
        deployment.launch();
        until("the message arrives", || folder.path().join("1.txt").exists());
        let message = fs::read_to_string(folder.path().join("1.txt")).expect("a message");
        let mut lines = message.lines();
        assert_eq!(lines.next(), Some(address), "the envelope");
        assert_eq!(lines.next(), Some("Zoë Marsh <zoe.marsh@college.example>"));
        assert_eq!(lines.next(), Some("Your account for Learning Records"));
        let link = lines.find(|line| line.starts_with("https://")).expect("a link");
        let portal = deployment.variable("PORTAL_URL");
        let path = link.strip_prefix(portal).expect("the portal's address");
        let mut visitor = Visitor::of(&deployment);
        assert_eq!(visitor.open(path).heading(), "Choose a password");
        // The words are the same for everybody but for name, organisation and link: no learner is
        // in it.
        let words = message.replace(link, "LINK").replace("Demonstration College", "COLLEGE");
        assert!(!words.contains(|letter: char| letter.is_ascii_digit() && letter != '4' && letter != '8'), "{words}");
        until("the message is deleted", || {
            let store = Store::open(&StoreSettings { url: deployment.store_url(), readers: 1 }).expect("the store");
            store.write(|c| Ok(diesel::sql_query("UPDATE outbox SET attempts = attempts").execute(&mut **c)?)).expect("written") == 0
        });
    }
}
