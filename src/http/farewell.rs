//! Graceful stop: the service announces it first, then closes connections, so that no call goes
//! unanswered.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use futures_util::future::join_all;
use tokio::time::{Instant, sleep};

use crate::ops::Operations;

/// New connections are still accepted for this long, so that load balancers see `/readyz` first.
const ANNOUNCED: Duration = Duration::from_secs(1);

/// After that, connections already accepted have at least this long to send the call that they were
/// opened for ...
const SETTLED: Duration = Duration::from_millis(500);

/// ... and idle ones at most this long to send another, whose response says that the connection
/// will close.
const KEPT: Duration = Duration::from_secs(3);

/// How often to check whether connections are left.
const GLANCE: Duration = Duration::from_millis(20);

/// Turns `/readyz`, has every answer close its connection, and stops the listeners once idle
/// clients have had time to notice.
pub(super) async fn say(handles: Vec<ServerHandle>, health: Arc<Operations>) {
    health.stopping.store(true, Ordering::Relaxed);
    sleep(ANNOUNCED).await;
    join_all(handles.iter().map(ServerHandle::pause)).await;
    sleep(SETTLED).await;
    let end = Instant::now() + KEPT;
    while health.metrics.open_connections() > 0 && Instant::now() < end {
        sleep(GLANCE).await;
    }
    join_all(handles.iter().map(|handle| handle.stop(true))).await;
}
