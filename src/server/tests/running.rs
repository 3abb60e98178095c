//! Starting and stopping.

use super::*;

#[test]
fn calls_in_flight_finish_when_the_service_stops() {
    let mut stage = Stage::new();
    let mut idle = stage.connect();
    assert_eq!(idle.ask(post(XML, "<a/>")).status, 200);
    let mut busy = stage.connect();
    busy.send(post(XML, "wait")).unwrap();
    while stage.gateway.calls.load(Ordering::SeqCst) < 3 {
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
    let taken = stage.address;
    let other = Stage::new();
    let setup = Setup {
        server: config::Server { listen: taken, public_url: "https://localhost".to_owned(), workers: 1 },
        operations: config::Operations { listen: SocketAddr::from(([127, 0, 0, 1], 0)) },
        limits: config::Limits::default(),
        trust: other.trust.clone(),
        routes: Vec::new(),
        gateway: other.gateway.clone(),
        always_block: false,
        maintenance: other.maintenance.clone(),
        health: ops::Operations::new(other.metrics.clone()),
    };
    let error = start(setup).err().unwrap().to_string();
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
