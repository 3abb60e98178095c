//! The promise that rows will be durable, for asynchronous and for blocking callers.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use tokio::sync::oneshot;

use super::StoreError;

/// Resolves when the rows of a call are committed. Drop it if you need not know.
#[must_use = "rows count as written only when the ticket says so"]
pub struct Ticket {
    outcome: oneshot::Receiver<Result<(), StoreError>>,
}

impl Ticket {
    pub(super) fn new(outcome: oneshot::Receiver<Result<(), StoreError>>) -> Self {
        Self { outcome }
    }

    /// Waits without blocking the thread.
    pub async fn committed(self) -> Result<(), StoreError> {
        self.outcome.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Blocks the thread, whether or not it belongs to an asynchronous runtime.
    pub fn wait(self) -> Result<(), StoreError> {
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        let mut context = Context::from_waker(&waker);
        let mut committed = pin!(self.committed());
        loop {
            match committed.as_mut().poll(&mut context) {
                Poll::Ready(outcome) => return outcome,
                Poll::Pending => thread::park(),
            }
        }
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
