//! Starting and stopping.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use super::*;
use crate::http::Signals;
use crate::ops;

#[test]
fn calls_in_flight_finish_when_the_service_stops() {
    let mut stage = Stage::new();
    let mut idle = stage.connect();
    assert_eq!(idle.ask(post(XML, "<a/>")).status, 200);
    let mut busy = stage.connect();
    busy.send(post(XML, "wait")).unwrap();
    while stage.calls() < 2 {
        std::thread::sleep(Duration::from_millis(5));
    }
    let running = stage.running.take().unwrap();
    let stopping = std::thread::spawn(move || running.stop());
    assert_eq!(busy.response(false).unwrap().status, 200);
    assert!(busy.is_closed());
    assert!(idle.is_closed());
    stopping.join().unwrap().unwrap();
    assert!(TcpStream::connect(stage.address).is_err());
}

#[test]
fn an_address_in_use_is_said_to_be() {
    let stage = Stage::new();
    let pki = Pki::new();
    let (taken, limits) = (stage.address, config::Limits::default());
    let listener = Listener::new(taken, 1, limits, trust(&pki), Clients::Certified, Arc::new(Echo::default()));
    let operations = config::Operations { listen: anywhere() };
    let health = ops::Operations::new(Arc::clone(&stage.metrics));
    let error = start(Setup { listeners: vec![listener], operations, health }).err().unwrap().to_string();
    assert!(error.contains(&taken.to_string()), "{error}");
}

#[test]
fn operators_see_it() {
    let stage = Stage::new();
    assert_eq!(stage.ask(post(XML, "<a/>")).status, 200);
    let mut stream = TcpStream::connect(stage.running.as_ref().unwrap().operations()).unwrap();
    write!(stream, "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    assert!(text.contains("lrs_handshakes_total 1") && text.contains("lrs_calls_total{"), "{text}");
}

/// Runs itself again as a separate process, because signals belong to a process.
#[test]
fn signals_are_obeyed() {
    const CHILD: &str = "EDGE_TEST_CHILD";
    if std::env::var_os(CHILD).is_some() {
        let mut stage = Stage::new();
        println!("\nready");
        stage.running.take().unwrap().until_signal(Signals::receive().unwrap(), || println!("hangup"), || ()).unwrap();
        println!("stopped");
        return;
    }
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "http::tests::running::signals_are_obeyed", "--nocapture", "--test-threads=1"])
        .env(CHILD, "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut until = |word: &str| lines.find(|line| line.as_ref().unwrap() == word).is_some();
    let signal = |name: &str| Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(until("ready"));
    // The handlers are installed a moment after the listeners.
    std::thread::sleep(Duration::from_millis(300));
    signal("-HUP");
    assert!(until("hangup"));
    signal("-TERM");
    assert!(until("stopped"));
    assert!(child.wait().unwrap().success());
}
