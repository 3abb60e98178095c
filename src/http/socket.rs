//! The socket of one connection, which others can cut: an idle client is shut out, or one that is slow gives way to
//! another.

use std::future::poll_fn;
use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures_util::task::AtomicWaker;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::peers::Connection;

/// No time is set: a call is being answered.
const BUSY: u64 = u64::MAX;

/// A socket and its pulse.
pub(super) struct Socket {
    stream: TcpStream,
    pulse: Arc<Pulse>,
    /// Who is at the other end, once that is known.
    connection: Option<Rc<Connection>>,
}

/// What others see of a connection, and by which they cut it.
pub(super) struct Pulse {
    began: Instant,
    /// Milliseconds after the beginning since which the client has been silent, while it is on its way in.
    heard: AtomicU64,
    /// Milliseconds after the beginning by which the next request must have begun.
    due: AtomicU64,
    cut: AtomicBool,
    task: AtomicWaker,
}

impl Socket {
    pub(super) fn new(stream: TcpStream) -> Self {
        let pulse = Pulse {
            began: Instant::now(),
            heard: AtomicU64::new(0),
            due: AtomicU64::new(BUSY),
            cut: AtomicBool::new(false),
            task: AtomicWaker::new(),
        };
        Self { stream, pulse: Arc::new(pulse), connection: None }
    }

    pub(super) fn pulse(&self) -> &Arc<Pulse> {
        &self.pulse
    }

    /// Waits until there is something to read, or the client has gone.
    ///
    /// # Errors
    /// The connection is broken or was cut.
    pub(super) async fn readable(&self) -> io::Result<()> {
        poll_fn(|cx| self.unless_cut(cx, |cx| self.stream.poll_read_ready(cx))).await
    }

    /// The client is known: its connection stands.
    pub(super) fn stand(&mut self, connection: Rc<Connection>) {
        self.connection = Some(connection);
    }

    pub(super) const fn connection(&self) -> Option<&Rc<Connection>> {
        self.connection.as_ref()
    }

    fn unless_cut<T>(
        &self,
        cx: &mut Context<'_>,
        poll: impl FnOnce(&mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        self.pulse.check()?;
        let polled = poll(cx);
        if polled.is_pending() {
            self.pulse.poll_cut(cx)?;
        }
        polled
    }
}

impl Pulse {
    /// Ends the connection: whatever it waits for fails.
    pub(super) fn cut(&self) {
        self.cut.store(true, Ordering::Release);
        self.task.wake();
    }

    pub(super) fn is_cut(&self) -> bool {
        self.cut.load(Ordering::Acquire)
    }

    /// Waits until the connection is cut.
    pub(super) async fn until_cut(&self) {
        poll_fn(|cx| if self.poll_cut(cx).is_err() { Poll::Ready(()) } else { Poll::Pending }).await;
    }

    /// A request has come.
    pub(super) fn busy(&self) {
        self.due.store(BUSY, Ordering::Relaxed);
    }

    /// The next request must have begun after this time.
    pub(super) fn expect_within(&self, time: Duration) {
        self.due.store(milliseconds(self.began.elapsed() + time), Ordering::Relaxed);
    }

    /// Whether the next request should have begun.
    pub(super) fn is_late(&self) -> bool {
        self.due.load(Ordering::Relaxed) < milliseconds(self.began.elapsed())
    }

    /// How long the client has said nothing, while it is on its way in.
    pub(super) fn silence(&self) -> Duration {
        self.began.elapsed().saturating_sub(Duration::from_millis(self.heard.load(Ordering::Relaxed)))
    }

    /// Its silence begins now.
    pub(super) fn heard(&self) {
        self.heard.store(milliseconds(self.began.elapsed()), Ordering::Relaxed);
    }

    fn check(&self) -> io::Result<()> {
        if self.is_cut() { Err(ErrorKind::ConnectionAborted.into()) } else { Ok(()) }
    }

    /// Looks after the waker is in its place, so that no cut is missed.
    fn poll_cut(&self, cx: &Context<'_>) -> io::Result<()> {
        self.task.register(cx.waker());
        self.check()
    }
}

impl AsyncRead for Socket {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.pulse.check()?;
        let polled = Pin::new(&mut self.stream).poll_read(cx, buffer);
        match polled {
            Poll::Pending => self.pulse.poll_cut(cx)?,
            Poll::Ready(_) if self.connection.is_none() => self.pulse.heard(),
            Poll::Ready(_) => {}
        }
        polled
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.pulse.check()?;
        let polled = Pin::new(&mut self.stream).poll_write(cx, bytes);
        if polled.is_pending() {
            self.pulse.poll_cut(cx)?;
        }
        polled
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.pulse.check()?;
        let polled = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        if polled.is_pending() {
            self.pulse.poll_cut(cx)?;
        }
        polled
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// A TCP stream has nothing to flush, and its shutdown never waits.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(BUSY)
}
