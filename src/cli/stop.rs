//! The end of a process that was told to stop but cannot.

use std::time::Duration;

use crate::ops;

/// How long a stop may take: calls in flight have 25 s, and workers need a moment for the rest of
/// their chunk. systemd kills after 90 s.
const LIMIT: Duration = Duration::from_secs(45);

/// Ends the process with an error if it still runs after the limit. A thread that waits for a
/// database that keeps the connection and never answers cannot be told to stop; nothing that was
/// acknowledged waits for it.
pub fn within_limit() {
    let wait = || {
        std::thread::sleep(LIMIT);
        log::error!(
            "did not stop within {} s, probably because the database does not answer; what is unfinished ends now",
            LIMIT.as_secs()
        );
        ops::flush_log();
        std::process::exit(1);
    };
    if let Err(error) = std::thread::Builder::new().name("lrs-stop".to_owned()).spawn(wait) {
        log::warn!("cannot limit how long the stop takes: {error}");
    }
}
