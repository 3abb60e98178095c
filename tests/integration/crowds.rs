//! Many simultaneous connections, most of them malicious: honest clients are still served.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rcgen::KeyPair;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustls::{ClientConfig, ClientConnection, SupportedProtocolVersion};
use socket2::{Domain, Socket, Type};

use crate::harness::wire::{Answer, Connection};
use crate::harness::{Actor, Database, Deployment, Setup};
use crate::tls::{certified, question};

const VERSIONS: &[&SupportedProtocolVersion] = &[&rustls::version::TLS13];

/// A handshake that is not displaced outlasts the timeouts of these tests' clients.
fn patient() -> Setup {
    Setup { environment: vec![("LRS_LIMITS_HANDSHAKE_TIMEOUT_S", "120".to_owned())] }
}

/// A crowd needs more files than a shell allows by default.
fn allow_many_files() {
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).expect("a higher soft limit");
    assert!(maximum.is_none_or(|files| files > 8000), "this test needs 8,000 open files: raise the limit (ulimit -Hn)");
}

/// Sockets that have sent these bytes and then nothing, from this many addresses.
fn crowd(deployment: &Deployment, count: u32, addresses: u32, bytes: &[u8]) -> Vec<Socket> {
    let connected = |n: u32| {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
        let from = Ipv4Addr::from_bits(Ipv4Addr::LOCALHOST.to_bits() + n % addresses);
        socket.bind(&SocketAddr::from((from, 0)).into()).expect("an address of loopback");
        socket.connect(&SocketAddr::from(([127, 0, 0, 1], deployment.port())).into()).expect("a connection");
        let mut stream = TcpStream::from(socket);
        stream.write_all(bytes).expect("sent");
        Socket::from(stream)
    };
    (0..count).map(connected).collect()
}

fn hello(config: &Arc<ClientConfig>) -> Vec<u8> {
    let mut session = ClientConnection::new(Arc::clone(config), "localhost".try_into().expect("a name")).expect("TLS");
    let mut bytes = Vec::new();
    session.write_tls(&mut bytes).expect("a hello");
    bytes
}

fn index(connection: &mut Connection) -> io::Result<Answer> {
    connection.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
    connection.receive()
}

/// Connections that have had a response and stay open.
fn hold(caller: &Actor<'_>, count: usize) -> Vec<Connection> {
    let answered = |_| {
        let mut connection = caller.connect().expect("a connection");
        assert_eq!(index(&mut connection).expect("an answer").status, 200);
        connection
    };
    (0..count).map(answered).collect()
}

/// A response to a call that the caller may make.
fn call(caller: &Actor<'_>, connection: &mut Connection) -> Answer {
    connection.send(&question(caller)).expect("sent");
    connection.receive().expect("an answer")
}

#[test]
fn silent_clients_keep_nobody_out() {
    allow_many_files();
    let deployment = Deployment::with(Database::Sqlite, patient());
    let provider = deployment.provider();
    let hello = hello(provider.tls());
    for (count, addresses, bytes) in [
        (6000, 1, &b""[..]),
        (6000, 250, b""),
        (1100, 1, b"\x16"),
        (1100, 250, b"\x16\x03\x01"),
        // They have sent everything required, but ignore the server.
        (1100, 1, &hello),
        (1100, 250, &hello),
    ] {
        let crowd = crowd(&deployment, count, addresses, bytes);
        for _ in 0..3 {
            let mut connection = provider.connect().expect("a connection");
            assert_eq!(index(&mut connection).expect("an answer").status, 200, "{count} from {addresses}: {bytes:?}");
        }
        drop(crowd);
    }
    let (_, metrics) = deployment.operations("GET", "/metrics").expect("metrics");
    assert!(metrics.contains("lrs_refused_total{reason=\"handshake_displaced\"}"), "{metrics}");
}

#[test]
fn a_handshake_that_waited_for_its_place_has_its_time_all_the_same() {
    let mut setup = patient();
    setup.environment.push(("LRS_LIMITS_HANDSHAKES", "1".to_owned()));
    let deployment = Deployment::with(Database::Sqlite, setup);
    let provider = deployment.provider();
    let hello = hello(provider.tls());
    let mut silent = crowd(&deployment, 1, 1, &hello);
    silent.iter_mut().for_each(|socket| socket.read_exact(&mut [0]).expect("the server's hello"));

    let mut socket = TcpStream::connect(("127.0.0.1", deployment.port())).expect("a connection");
    let mut session =
        ClientConnection::new(Arc::clone(provider.tls()), "localhost".try_into().expect("a name")).expect("a session");
    session.write_tls(&mut socket).expect("sent");
    std::thread::sleep(Duration::from_millis(100));
    let next = crowd(&deployment, 1, 1, &hello);

    // The slot comes after more than a second; then the client pauses for a moment while the next
    // one waits.
    session.read_tls(&mut socket).expect("the server's hello");
    std::thread::sleep(Duration::from_millis(400));
    session.process_new_packets().expect("an answer of the server");
    let mut stream = rustls::StreamOwned::new(session, socket);
    stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("sent");
    let mut status = [0; 12];
    stream.read_exact(&mut status).expect("an answer");
    assert_eq!(&status, b"HTTP/1.1 200");
    drop(next);
}

#[test]
fn a_client_that_says_nothing_is_closed_after_a_second_and_a_slow_one_is_not() {
    let deployment = Deployment::with(Database::Sqlite, patient());
    let provider = deployment.provider();
    let mut silent = crowd(&deployment, 1, 1, b"");
    assert_eq!(silent.iter_mut().map(|socket| socket.read(&mut [0]).expect("closed")).sum::<usize>(), 0);

    // The hello in three parts, the last of them when a silent client would long have been cut.
    let hello = hello(provider.tls());
    let (first, rest) = hello.split_at(3);
    let (second, third) = rest.split_at(40);
    let mut slow = TcpStream::connect(("127.0.0.1", deployment.port())).expect("a connection");
    for part in [first, second, third] {
        slow.write_all(part).expect("sent");
        std::thread::sleep(Duration::from_millis(800));
    }
    let mut answer = [0; 1];
    slow.read_exact(&mut answer).expect("the server's hello");
    assert_eq!(answer, [0x16], "a handshake record");
}

#[test]
fn beyond_the_connections_that_it_can_hold_the_service_says_so() {
    let environment = vec![("LRS_LIMITS_CONNECTIONS", "4".to_owned())];
    let deployment = Deployment::with(Database::Sqlite, Setup { environment });
    let provider = deployment.provider();
    let awarding = deployment.awarding_organisation();
    let mut held: Vec<Connection> = [&provider, &awarding].into_iter().flat_map(|caller| hold(caller, 2)).collect();
    let mut fifth = provider.connect().expect("a connection");
    let answer = index(&mut fifth).expect("an answer");
    assert_eq!(
        (answer.status, answer.header("retry-after"), answer.header("connection")),
        (503, Some("5"), Some("close"))
    );
    assert!(answer.text().contains("connections"), "{}", answer.text());
    assert!(fifth.closed_by_server());
    let (_, metrics) = deployment.operations("GET", "/metrics").expect("metrics");
    assert!(metrics.contains("lrs_refused_total{reason=\"connections\"} 1"), "{metrics}");

    // One leaves, so another may come; the server takes a moment to notice.
    drop(held.pop());
    let served = (0..200).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        index(&mut awarding.connect().expect("a connection")).is_ok_and(|answer| answer.status == 200)
    });
    assert!(served);
    assert_eq!(index(held.first_mut().expect("a connection")).expect("an answer").status, 200);
}

#[test]
fn a_certificate_has_a_part_of_the_connections() {
    let environment = vec![("LRS_LIMITS_CONNECTIONS_BY_CERTIFICATE", "3".to_owned())];
    let deployment = Deployment::with(Database::Sqlite, Setup { environment });
    let provider = deployment.provider();
    let mut held = hold(&provider, 3);
    // They need not have made a call.
    let mut fourth = provider.connect().expect("a connection");
    let answer = call(&provider, &mut fourth);
    assert_eq!(
        (answer.status, answer.header("retry-after"), answer.header("connection")),
        (503, Some("5"), Some("close"))
    );
    assert!(answer.text().contains("This client certificate has as many connections"), "{}", answer.text());
    assert!(fourth.closed_by_server());
    // Clients that do not read the refusal are closed without one.
    let deaf: Vec<Connection> = (0..40).filter_map(|_| provider.connect().ok()).collect();
    let (_, metrics) = deployment.operations("GET", "/metrics").expect("metrics");
    assert!(metrics.contains("lrs_refused_total{reason=\"connections_of_certificate\"} 1"), "{metrics}");
    assert_eq!(hold(&deployment.awarding_organisation(), 3).len(), 3);
    for connection in &mut held {
        assert_eq!(call(&provider, connection).status, 200);
    }
    drop(deaf);
}

#[test]
fn an_organisation_has_a_part_of_the_connections_whatever_its_certificates() {
    let environment = vec![
        ("LRS_LIMITS_CONNECTIONS_BY_CERTIFICATE", "3".to_owned()),
        ("LRS_LIMITS_CONNECTIONS_BY_ORGANISATION", "4".to_owned()),
    ];
    let deployment = Deployment::with(Database::Sqlite, Setup { environment });
    let pki = deployment.dir().join("pki");
    let another = |name: &str| {
        let pem = pki.join(format!("{name}.pem"));
        std::fs::write(&pem, certified(&pki, name, &KeyPair::generate().expect("a key"))).expect("written");
        let ukprn = deployment.variable("PROVIDER_UKPRN");
        let output = deployment.lrs(&["cert", "add", ukprn, &pem.display().to_string()]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        deployment.provider().speaking(&pem, VERSIONS)
    };
    let first = deployment.provider();
    let (second, third) = (another("second"), another("third"));
    let mut held = hold(&first, 3);
    for connection in &mut held {
        assert_eq!(call(&first, connection).status, 200);
    }
    // The organisation's fourth; the server may not know the certificate yet.
    held.extend((0..200).find_map(|_| {
        let mut connection = second.connect().expect("a connection");
        let answered = call(&second, &mut connection).status == 200;
        std::thread::sleep(Duration::from_millis(20));
        answered.then_some(connection)
    }));
    assert_eq!(held.len(), 4);
    let answer = call(&second, &mut second.connect().expect("a connection"));
    assert_eq!(
        (answer.status, answer.header("retry-after"), answer.header("connection")),
        (503, Some("5"), Some("close"))
    );
    assert!(answer.text().contains("The organisation of this client certificate"), "{}", answer.text());

    // Before its call nobody knows whose connection this is; the call is not lost.
    let mut unknown = third.connect().expect("a connection");
    let answer = call(&third, &mut unknown);
    assert_eq!((answer.status, answer.header("connection")), (200, Some("close")));
    assert!(unknown.closed_by_server());
    let (_, metrics) = deployment.operations("GET", "/metrics").expect("metrics");
    assert!(metrics.contains("lrs_refused_total{reason=\"connections_of_organisation\"} 2"), "{metrics}");

    let awarding = deployment.awarding_organisation();
    assert_eq!(hold(&awarding, 3).len(), 3);
    // Established connections are still served, and each that ends makes room.
    drop(held.remove(0));
    assert!((0..200).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        call(&second, &mut second.connect().expect("a connection")).status == 200
    }));
    assert_eq!(call(&first, held.first_mut().expect("a connection")).status, 200);
}
