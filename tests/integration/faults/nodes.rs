//! One of two servers on a database stands still, then dies.

use std::time::Duration;

use super::await_readiness;
use super::clients::Clients;
use crate::batches::setup;
use crate::harness::{Database, Deployment};

/// How long the other server may need: the transaction of the one that stands still may hold locks,
/// until PostgreSQL ends it after 30 seconds.
const GOES_ON: Duration = Duration::from_secs(60);

#[test]
fn a_server_that_stands_still_and_dies_beside_another() {
    let deployment = Deployment::with(Database::Postgres, setup("2"));
    let node = deployment.another_node();
    let (here, there) = (Clients::of(&deployment), Clients::at(&deployment, node.port).that_lose_their_server());
    here.during(|| {
        there.during(|| {
            here.await_answers(30, Duration::from_secs(30));
            there.await_answers(30, Duration::from_secs(30));
            node.signal("-STOP");
            here.await_answers(30, GOES_ON);
            node.signal("-KILL");
        });
        here.await_answers(30, GOES_ON);
        await_readiness(&deployment, 200, Duration::from_secs(10));
    });
    here.check();
    // Its jobs are done by the other one.
    there.check();
}
