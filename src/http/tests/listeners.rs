//! Two listeners in one process: one demands certificates of its clients, one has a certificate of
//! its own alone.

use super::*;

/// A stage whose first listener is mutual, and whose second asks for no certificate and has these
/// limits.
fn both(limits: config::Limits) -> Stage {
    let (pki, echo) = (Pki::new(), Arc::new(Echo::default()));
    let trust = trust(&pki);
    let listener = |clients, limits| Listener::new(anywhere(), 1, limits, trust.clone(), clients, Arc::clone(&echo));
    let listeners = vec![listener(Clients::Certified, config::Limits::default()), listener(Clients::Anybody, limits)];
    Stage::of_listeners(echo.clone(), pki, trust.clone(), listeners)
}

/// A connection to the second listener, without a certificate.
fn anybody(stage: &Stage) -> Connection {
    let address = stage.running.as_ref().unwrap().addresses()[1];
    Connection::open(address, Arc::new(stage.pki.client_config(None))).unwrap()
}

#[test]
fn each_has_its_own_way_to_treat_clients() {
    let stage = both(config::Limits::default());
    let without = stage.connect_with(Arc::new(stage.pki.client_config(None)));
    let refused = without.and_then(|mut connection| {
        connection.send(post(XML, "word"))?;
        connection.response(false)
    });
    assert!(refused.is_err(), "the first demands a certificate");
    assert_eq!(stage.ask(post(XML, "word")).text(), "word by Synthetic Provider");

    let mut connection = anybody(&stage);
    assert!(connection.stream.conn.peer_certificates().is_some(), "the server shows its own");
    assert_eq!(connection.ask(post(XML, "word")).text(), "word");
    let request = "GET /certified HTTP/1.1\r\nHost: localhost\r\n\r\n";
    assert_eq!(connection.ask(request).status, 403, "what is for certificates is for nobody here");
    assert!(stage.refused("certificate_missing"));
    assert_eq!(stage.ask(request).status, 200);
}

#[test]
fn each_has_its_own_bounds() {
    let stage = both(config::Limits { connections: 2, ..config::Limits::default() });
    let mut first = anybody(&stage);
    assert_eq!(first.ask(post(XML, "word")).status, 200);
    let mut second = anybody(&stage);
    let told = second.ask(post(XML, "word"));
    assert_eq!((told.status, told.header("connection")), (503, Some("close")), "half of them for one address");
    assert!(stage.refused("connections_of_address"));
    let mut others: Vec<Connection> = (0..3).map(|_| stage.connect()).collect();
    assert!(others.iter_mut().all(|connection| connection.ask(post(XML, "word")).status == 200));
    assert_eq!(first.ask(post(XML, "word")).status, 200);
}

#[test]
fn both_stop_together_and_let_calls_in_flight_finish() {
    let mut stage = both(config::Limits::default());
    let mut busy = [stage.connect(), anybody(&stage)];
    busy.iter_mut().for_each(|connection| connection.send(post(XML, "wait")).unwrap());
    while stage.calls() < 2 {
        std::thread::sleep(Duration::from_millis(5));
    }
    let running = stage.running.take().unwrap();
    let addresses = running.addresses().to_vec();
    let stopping = std::thread::spawn(move || running.stop());
    for connection in &mut busy {
        assert_eq!(connection.response(false).unwrap().status, 200);
        assert!(connection.is_closed());
    }
    stopping.join().unwrap().unwrap();
    assert!(addresses.iter().all(|address| TcpStream::connect(address).is_err()));
}
