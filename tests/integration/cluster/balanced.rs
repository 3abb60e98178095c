//! Three nodes behind HAProxy, on one PostgreSQL through PgBouncer.

use std::sync::atomic::Ordering;

use super::load::Load;
use super::{Cluster, pgbouncer};
use crate::harness::Database;
use crate::harness::program::Program;
use crate::harness::visitor::Visitor;

/// A cluster on a new database of the test's server.
pub fn start() -> (Cluster, Program) {
    let store = Database::Postgres.fresh().expect("an address");
    let (server, database) = store.rsplit_once('/').expect("an address with a database");
    let port = server.rsplit_once(':').expect("an address with a port").1.parse().expect("a number");
    let (pgbouncer, store) = pgbouncer(port, database);
    (Cluster::start([store.clone(), store.clone(), store]), pgbouncer)
}

#[test]
fn nodes_restart_one_after_the_other_without_a_failed_call() {
    let (cluster, _pgbouncer) = start();
    let deployment = &cluster.deployment;
    let mut visitor = Visitor::of(deployment);
    visitor.sign_in("PORTAL_ONLINE");
    let load = Load::during(deployment, Some(&mut visitor), |load| {
        for number in 0..super::NODES {
            cluster.restart(number);
            load.await_calls(20);
        }
    });
    let failures: Vec<String> = load.failures().into_iter().map(|(_, why)| why).collect();
    assert!(failures.is_empty(), "{} of {} calls failed: {failures:#?}", failures.len(), load.successes().len());
    assert!(load.told_to_close.load(Ordering::Relaxed) > 0, "kept connections were told to close");
    let found = load.find_everybody();
    cluster.verify_trail();
    println!(
        "rolling restart of {} nodes: {} calls, 0 failed, {} learners registered and found, longest silence {:?}",
        super::NODES,
        load.successes().len(),
        found,
        load.longest_silence()
    );
}

/// The calls that a node was answering fail. Others go on, and nothing that was acknowledged is
/// lost. Nor is it when PgBouncer dies, and nodes find the new one by themselves.
#[test]
fn nodes_and_pgbouncer_may_die() {
    let (cluster, mut pgbouncer) = start();
    let load = Load::during(&cluster.deployment, None, |load| {
        cluster.kill(1);
        load.await_calls(100);
    });
    let (failures, last) = (load.failures().len(), load.failures().pop());
    // Of each caller the call under way, and connections until HAProxy has seen it.
    assert!(failures <= 12, "{failures} calls failed, the last with {last:?}");
    println!(
        "a node killed: {failures} of {} calls failed, {} learners registered and found, longest silence {:?}",
        load.successes().len(),
        load.find_everybody(),
        load.longest_silence()
    );
    let load = Load::during(&cluster.deployment, None, |_| {
        pgbouncer.kill();
        cluster.await_readiness(false);
        pgbouncer.start_again();
        cluster.await_readiness(true);
        cluster.await_balancer();
    });
    println!("PgBouncer killed: {} learners registered and found", load.find_everybody());
    cluster.verify_trail();
}
