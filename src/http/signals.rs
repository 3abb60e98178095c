//! The signals that a running service obeys.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::Poll;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

/// What happens next.
pub(super) enum Event {
    Stop,
    Reload,
    Ended,
}

pub(super) struct Signals {
    stop: [Signal; 2],
    reload: Signal,
}

impl Signals {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            stop: [signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?],
            reload: signal(SignalKind::hangup())?,
        })
    }

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
