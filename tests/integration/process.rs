//! What the process requires of the system, and what it leaves behind: open files, core files, and
//! who may read its files.

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::harness::actor::{SOAP_HEADERS, request};
use crate::harness::wire::Connection;
use crate::harness::{Database, Deployment};

/// Connections that have had a response and stay open.
fn open(deployment: &Deployment, count: usize) -> Vec<Connection> {
    let provider = deployment.provider();
    let answered = |_| {
        let mut connection = provider.connect().expect("a connection");
        connection.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("sent");
        assert_eq!(connection.receive().expect("an answer").status, 200);
        connection
    };
    (0..count).map(answered).collect()
}

fn ready(deployment: &Deployment) -> Option<u16> {
    deployment.operations("GET", "/readyz").map(|(status, _)| status)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).permissions().mode() & 0o777
}

#[test]
fn a_soft_limit_of_open_files_is_raised() {
    let deployment = Deployment::after("ulimit -Sn 256", Database::Sqlite);
    let connections = open(&deployment, 300);
    assert_eq!(ready(&deployment), Some(200));
    assert!(!deployment.log().contains("limits.connections"), "{}", deployment.log());
    drop(connections);
}

#[test]
fn connections_are_fewer_where_the_system_allows_few_open_files() {
    let deployment = Deployment::after("ulimit -n 256", Database::Sqlite);
    // Half of them, which is the maximum for one certificate.
    let connections = open(&deployment, 14);
    // More than are admitted: silent ones displace each other, and leave the operators enough file
    // descriptors. The listener does not reach its own limit, at which it would accept nobody for
    // half a second each time.
    let waiting: Vec<_> = (0..600).map(|_| std::net::TcpStream::connect(("127.0.0.1", deployment.port()))).collect();
    assert_eq!(ready(&deployment), Some(200));
    let log = deployment.log();
    assert!(
        log.contains("limits.connections is 32 instead of 4096: the system limits this process to 256 open files"),
        "{log}"
    );
    assert!(!log.contains("Too many open files"), "{log}");
    drop((connections, waiting));
}

/// Connections that are open are served, new ones wait, and nobody has to do anything.
#[test]
fn file_descriptors_that_run_out_while_it_runs() {
    let deployment = Deployment::after("", Database::Sqlite);
    let provider = deployment.provider();
    let process = deployment.process();
    let find = provider.credentials().find_by_uln("FUL", "1000000000", "Body", "No");
    let find = request("POST", "/LearnerService.svc", SOAP_HEADERS, find.as_bytes());
    let mut open = open(&deployment, 4);
    let limit = |soft: usize| {
        let status =
            Command::new("prlimit").args(["--pid", &process.to_string(), &format!("--nofile={soft}:")]).status();
        assert!(status.expect("prlimit, of util-linux").success());
    };
    let descriptors = fs::read_dir(format!("/proc/{process}/fd")).expect("the descriptors");
    let used = descriptors.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let used: BTreeSet<usize> = used.collect();
    // One more, and those that are used stay so.
    let free = (0..).find(|number| !used.contains(number)).expect("a number");
    limit(free + 1);
    let lasts = Duration::from_secs(4);
    thread::scope(|scope| {
        // The system queues connections that are not accepted, so their clients wait.
        let waiting: Vec<_> = (0..16)
            .map(|_| {
                scope.spawn(|| {
                    let answer = provider.raw(&find)?;
                    Ok::<_, std::io::Error>(answer.code())
                })
            })
            .collect();
        let begun = Instant::now();
        let mut answered = 0;
        while begun.elapsed() < lasts {
            for connection in &mut open {
                connection.send(&find).expect("sent");
                assert_eq!(connection.receive().expect("an answer").code(), "WSRC0001");
                answered += 1;
            }
            thread::sleep(Duration::from_millis(50));
        }
        limit(1024);
        for client in waiting {
            let code = client.join().expect("a client").expect("an answer, once there are descriptors again");
            assert_eq!(code, "WSRC0001");
        }
        println!("{answered} calls on open connections were answered meanwhile");
    });
    assert_eq!(ready(&deployment), Some(200));
    let log = deployment.log();
    let told = log.matches("Too many open files").count();
    println!("the log tells of it {told} times");
    assert_eq!(told, 1, "{log}");
}

#[test]
fn no_core_file_is_written() {
    let deployment = Deployment::after("ulimit -Sc unlimited 2>/dev/null", Database::Sqlite);
    let limits = fs::read_to_string(format!("/proc/{}/limits", deployment.process())).expect("the limits");
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).expect("a line");
    assert_eq!(core.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"], "{core}");
}

#[test]
fn the_files_of_the_database_are_for_their_owner_alone() {
    let mut deployment = Deployment::after("umask 022", Database::Sqlite);
    let files = || ["", "-wal", "-shm", "-trail"].map(|end| deployment.dir().join(format!("lrs.db{end}")));
    for file in files() {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
    let files = files();
    assert_eq!(deployment.stop(), Some(0));
    for file in files.iter().filter(|file| file.exists()) {
        fs::set_permissions(file, Permissions::from_mode(0o644)).expect("permissions");
    }
    deployment.launch();
    for file in files {
        assert_eq!(mode(&file), 0o600, "{} of an earlier release", file.display());
    }
}

#[test]
fn keys_are_made_for_their_owner_alone() {
    let deployment = Deployment::after("umask 000", Database::Sqlite);
    for file in ["ca.key", "server.pem", "provider.pem", "provider.p12", "provider-rsa.pem", "provider-rsa.p12"] {
        assert_eq!(mode(&deployment.dir().join("pki").join(file)), 0o600, "{file}");
    }
    let made = deployment.shell("umask 002; cd demo; lrs cert new later --dir pki");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    assert_eq!(["later.pem", "later.p12"].map(|file| mode(&deployment.dir().join("pki").join(file))), [0o600; 2]);
}

#[test]
fn a_worker_raises_its_soft_limit_of_open_files() {
    let deployment = Deployment::after("", Database::Sqlite);
    let mut worker = deployment.spawn_after("ulimit -Sn 256", &["worker"]);
    let limits = format!("/proc/{}/limits", worker.id());
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    let soft = || {
        let limits = fs::read_to_string(&limits).expect("the limits");
        let files = limits.lines().find(|line| line.starts_with("Max open files")).expect("a line");
        files.split_whitespace().nth(3).and_then(|soft| soft.parse::<u64>().ok())
    };
    while soft().is_some_and(|soft| soft <= 256) {
        assert!(std::time::Instant::now() < deadline, "it is still {:?}", soft());
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let _ = worker.kill();
    let _ = worker.wait();
}

#[test]
fn a_key_that_others_can_read_is_warned_of_and_one_that_they_can_write_is_refused() {
    let deployment = Deployment::after("", Database::Sqlite);
    let key = deployment.dir().join("pki/server.pem");
    for (permissions, says) in
        [(0o644, "every user can read the key"), (0o620, "can write this key (mode 620)"), (0o602, "mode 602")]
    {
        fs::set_permissions(&key, Permissions::from_mode(permissions)).expect("permissions");
        // Its ports are in use by the deployment, so it ends after reading its key.
        let started = deployment.lrs(&["serve"]);
        let said = String::from_utf8_lossy(&started.stderr);
        assert!(!started.status.success() && said.contains(says), "{permissions:o}: {said}");
        assert!(said.contains("chmod 600 "), "{said}");
    }
}
