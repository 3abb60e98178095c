//! Threads that may wait, beside those that serve the connections.

use actix_web::web;

/// Runs what may wait for a disk, a lock or a password on a thread of its own; nothing where it
/// panics.
pub async fn block<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    web::block(work).await.ok()
}
