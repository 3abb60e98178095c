//! The network between the service and PostgreSQL fails.

use std::thread;
use std::time::{Duration, Instant};

use super::await_readiness;
use super::clients::Clients;
use super::proxy::{Network, Proxy};
use crate::batches::setup;
use crate::harness::{Database, Deployment};

/// How soon `/readyz` must tell of a fault: its own patience of 2 s, and as long for the last write
/// that it trusts; and room for a busy machine.
const TOLD: Duration = Duration::from_secs(8);
/// How soon the service must be ready again by itself.
const RECOVERED: Duration = Duration::from_secs(15);

/// How soon it must have stopped: systemd kills after 90 s.
const STOPPED: Duration = Duration::from_secs(60);

/// A server whose connections to PostgreSQL run through a proxy.
fn proxied() -> (Proxy, Deployment) {
    let url = Database::Postgres.fresh().expect("an address");
    let (before, rest) = url.split_once('@').expect("a user");
    let (address, name) = rest.split_once('/').expect("a database");
    let proxy = Proxy::before(address);
    let through = format!("{before}@{}/{name}", proxy.address());
    let deployment = Deployment::through(&url, through, setup("2"));
    (proxy, deployment)
}

/// Calls, breaks the network for some time, mends it, and checks everything.
fn survives(network: Network, lasts: Duration) {
    let (proxy, deployment) = proxied();
    let clients = Clients::of(&deployment);
    let recovered = clients.during(|| {
        clients.await_answers(40, Duration::from_secs(30));
        proxy.set(network);
        let begun = Instant::now();
        let told = await_readiness(&deployment, 503, TOLD);
        assert_eq!(deployment.operations("GET", "/livez").expect("an answer").0, 200);
        while begun.elapsed() < lasts {
            thread::sleep(Duration::from_millis(50));
        }
        let (status, said) = deployment.operations("GET", "/readyz").expect("an answer");
        assert_eq!(status, 503, "{said}");
        assert!(clients.refused() > 0);
        proxy.set(Network::Well);
        let recovered = await_readiness(&deployment, 200, RECOVERED);
        clients.await_answers(40, Duration::from_secs(30));
        (told, recovered)
    });
    println!("{network:?}: /readyz told of it after {:?}, and was ready again after {:?}", recovered.0, recovered.1);
    clients.check();
}

#[test]
fn connections_to_postgresql_that_are_cut() {
    survives(Network::Cut, Duration::from_secs(4));
}

#[test]
fn connections_to_postgresql_that_are_reset() {
    survives(Network::Reset, Duration::from_secs(4));
}

#[test]
fn a_network_to_postgresql_that_stands_still() {
    survives(Network::Stalled, Duration::from_secs(16));
}

#[test]
fn a_network_to_postgresql_that_swallows_new_connections() {
    survives(Network::Hole, Duration::from_secs(16));
}

/// Each break costs the calls that wait for the database at that moment, and no others.
#[test]
fn connections_to_postgresql_that_break_again_and_again() {
    let (proxy, deployment) = proxied();
    let clients = Clients::of(&deployment);
    clients.during(|| {
        for number in 0..12 {
            clients.await_answers(10, Duration::from_secs(30));
            proxy.set(if number % 2 == 0 { Network::Cut } else { Network::Reset });
            thread::sleep(Duration::from_millis(60));
            proxy.set(Network::Well);
        }
        await_readiness(&deployment, 200, RECOVERED);
        clients.await_answers(20, Duration::from_secs(30));
    });
    clients.check();
}

/// What is slow is answered, and is not a fault.
#[test]
fn a_slow_network_to_postgresql() {
    let (proxy, deployment) = proxied();
    let clients = Clients::of(&deployment);
    clients.during(|| {
        proxy.set(Network::Slow(Duration::from_millis(15)));
        clients.await_answers(30, Duration::from_secs(60));
        await_readiness(&deployment, 200, TOLD);
        proxy.set(Network::Well);
        clients.await_answers(40, Duration::from_secs(30));
    });
    assert_eq!(clients.refused(), 0);
    clients.check();
}

/// An operator can stop the service, too.
#[test]
fn a_server_that_is_stopped_while_postgresql_is_away() {
    for network in [Network::Cut, Network::Hole, Network::Stalled] {
        let (proxy, mut deployment) = proxied();
        let clients = Clients::of(&deployment).that_lose_their_server();
        clients.during(|| {
            clients.await_answers(20, Duration::from_secs(30));
            proxy.set(network);
            await_readiness(&deployment, 503, TOLD);
            deployment.signal("-TERM");
            thread::sleep(Duration::from_secs(1));
        });
        drop(clients);
        let begun = Instant::now();
        deployment.ended();
        println!("{network:?}: stopped after {:?}", begun.elapsed());
        assert!(begun.elapsed() < STOPPED, "{network:?}: {:?}", begun.elapsed());
    }
}

/// The thread that writes waits for an answer for ever: it was between two transactions, so
/// PostgreSQL has nothing to end.
#[test]
fn a_server_that_is_stopped_while_its_writer_waits_for_ever() {
    let (proxy, mut deployment) = proxied();
    proxy.set(Network::Stalled);
    await_readiness(&deployment, 503, TOLD);
    deployment.signal("-TERM");
    let begun = Instant::now();
    let code = deployment.ended();
    assert!(begun.elapsed() < STOPPED, "{:?}", begun.elapsed());
    assert_eq!(code, Some(1));
    assert!(deployment.log().contains("did not stop within 45 s"), "{}", deployment.log());
}
