//! The signals that a running service obeys.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::Poll;

use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

/// What happens next.
pub(super) enum Event {
    Stop,
    Reload,
    Ended,
}

/// SIGTERM, SIGINT and SIGHUP, received from the moment this is made: make it before the service
/// answers, or an early signal ends the process.
pub struct Signals {
    pub(super) runtime: Runtime,
    pub(super) received: Received,
}

/// What the system has sent so far.
pub(super) struct Received {
    stop: [Signal; 2],
    reload: Signal,
}

impl Signals {
    /// Receives them from now on.
    ///
    /// # Errors
    /// The system does not let this process receive signals.
    pub fn receive() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let received = {
            let _entered = runtime.enter();
            Received {
                stop: [signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?],
                reload: signal(SignalKind::hangup())?,
            }
        };
        Ok(Self { runtime, received })
    }
}

impl Received {
    /// The next event.
    pub(super) async fn next(&mut self, ended: &mut Option<oneshot::Receiver<()>>) -> Event {
        poll_fn(|context| {
            if let Some(receiver) = ended
                && Pin::new(receiver).poll(context).is_ready()
            {
                *ended = None;
                return Poll::Ready(Event::Ended);
            }
            for signal in &mut self.stop {
                if signal.poll_recv(context).is_ready() {
                    return Poll::Ready(Event::Stop);
                }
            }
            if self.reload.poll_recv(context).is_ready() { Poll::Ready(Event::Reload) } else { Poll::Pending }
        })
        .await
    }
}
