//! What the service does while something under it fails: clients get a fault that asks to try
//! again, within a bounded time; nothing acknowledged is lost; `/readyz` says so; and the service
//! recovers by itself.

mod clients;
mod clock;
#[cfg(feature = "postgres")]
mod network;
#[cfg(feature = "postgres")]
mod nodes;
#[cfg(feature = "postgres")]
pub mod proxy;
mod storage;

use std::thread;
use std::time::{Duration, Instant};

use crate::harness::Deployment;
pub use clients::Clients;

/// Waits until `/readyz` has this status.
fn await_readiness(deployment: &Deployment, status: u16, within: Duration) -> Duration {
    let begun = Instant::now();
    loop {
        let (is, said) = deployment.operations("GET", "/readyz").expect("the operations listener");
        if is == status {
            return begun.elapsed();
        }
        assert!(begun.elapsed() < within, "/readyz is {is} after {within:?}: {said}");
        thread::sleep(Duration::from_millis(50));
    }
}
