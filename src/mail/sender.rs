//! The thread that sends messages: it looks for new ones every few seconds, and tries again later
//! what was not taken.

use std::sync::mpsc::{RecvTimeoutError, Sender as Channel, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::Post;
use crate::domain::{Error, Failed, Service};

/// How often it looks for messages.
const PAUSE: Duration = Duration::from_secs(2);

/// The running thread. When dropped, it finishes the message at hand.
pub struct Sender {
    end: Option<Channel<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Sender {
    /// Starts it.
    ///
    /// # Errors
    /// If no thread can be started.
    pub fn start(service: &Service, post: Post) -> std::io::Result<Self> {
        let (end, ended) = channel::<()>();
        let service = service.clone();
        let thread = std::thread::Builder::new().name("lrs-mail".to_owned()).spawn(move || {
            let mut is_failing = false;
            while ended.recv_timeout(PAUSE) == Err(RecvTimeoutError::Timeout) {
                match send_due(&service, &post) {
                    Ok(()) => is_failing = false,
                    Err(error) if !is_failing => {
                        log::warn!("cannot read the messages to send: {error}");
                        is_failing = true;
                    }
                    Err(_) => {}
                }
            }
        })?;
        Ok(Self { end: Some(end), thread: Some(thread) })
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Sends all messages that are due.
pub(super) fn send_due(service: &Service, post: &Post) -> Result<(), Error> {
    while let Some(message) = service.outbox().take()? {
        match post.send(&message) {
            Ok(()) => service.outbox().sent(&message)?,
            Err(error) => match service.outbox().not_sent(&message)? {
                Failed::Again(pause) => {
                    log::warn!("message {} waits for {} min: {error}", message.id, pause.num_minutes());
                }
                Failed::GivenUp => log::error!("message {} is given up after two days: {error}", message.id),
            },
        }
    }
    Ok(())
}
