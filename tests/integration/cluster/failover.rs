//! The database's primary dies or is replaced under load: nothing acknowledged is lost, and the
//! nodes find the new one by themselves.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::load::Load;
use super::patroni::{DIRECT, Databases, POOLED};
use super::{Cluster, in_full, pgbouncer};

/// Clients give up after so long.
const CLIENTS_WAIT: Duration = Duration::from_secs(20);

/// How the nodes find the primary: all through PgBouncer and HAProxy, all by an address of several
/// hosts, or the last of them so. The last is enough where the test is to be short.
#[test]
fn nothing_acknowledged_is_lost_when_the_primary_is_replaced() {
    let mut databases = Databases::start();
    let (_pgbouncer, pooled) = pgbouncer(databases.balanced(), POOLED);
    if !in_full() {
        let direct = databases.address_of_all(POOLED);
        replace_the_primary("either way", &mut databases, [pooled.clone(), pooled, direct], 1);
        return;
    }
    replace_the_primary("PgBouncer and HAProxy", &mut databases, [pooled.clone(), pooled.clone(), pooled], 3);
    let direct = databases.address_of_all(DIRECT);
    replace_the_primary("several hosts", &mut databases, [direct.clone(), direct.clone(), direct], 3);
}

fn replace_the_primary(by: &str, databases: &mut Databases, stores: [String; 3], rounds: usize) {
    let cluster = Cluster::start(stores);
    for _ in 0..rounds {
        let mut killed = 0;
        let was_unready = measure(&format!("failover, by {by}"), &cluster, || killed = databases.kill_primary());
        assert!(was_unready, "/readyz says that the database does not answer");
        databases.start_again(killed);
        measure(&format!("switchover, by {by}"), &cluster, || databases.switch_over());
        databases.await_standby();
    }
    cluster.verify_trail();
}

/// Calls the cluster while its primary is replaced, and prints how long calls failed. Returns
/// whether a node said that it was not ready.
fn measure(what: &str, cluster: &Cluster, replace: impl FnOnce()) -> bool {
    let (was_unready, is_over) = (AtomicBool::new(false), AtomicBool::new(false));
    let mut begun = Instant::now();
    let load = thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                was_unready.fetch_or(cluster.ready().contains(&false), Ordering::Relaxed);
                thread::sleep(Duration::from_millis(100));
            }
        });
        let load = Load::during(&cluster.deployment, None, |load| {
            begun = Instant::now();
            replace();
            // What succeeds now may still be an answer of before.
            load.await_calls(200);
            cluster.await_readiness(true);
            cluster.await_balancer();
        });
        is_over.store(true, Ordering::Relaxed);
        load
    });
    let failures = load.failures();
    let last = failures.last().map_or(begun, |(when, _)| *when);
    let again = load.successes().into_iter().find(|when| *when > last).expect("a call that succeeds");
    println!(
        "{what}: calls succeed again after {:.1} s, longest time without a success {:.1} s, longest call {:.1} s, \
         {} of {} calls failed, {} learners registered and found",
        (again - begun).as_secs_f64(),
        load.longest_silence().as_secs_f64(),
        load.longest_call().as_secs_f64(),
        failures.len(),
        failures.len() + load.successes().len(),
        load.find_everybody(),
    );
    assert!(load.longest_call() < CLIENTS_WAIT, "every call ends while its client still waits");
    was_unready.into_inner()
}
