//! The socket of one connection, which ends when its pulse is cut, and which keeps what is known of
//! its client; and the stream above it, with TLS or plain.

use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::dev::Extensions;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use super::connection::Connection;
use super::pulse::Pulse;

/// A socket and its pulse.
pub(super) struct Socket {
    stream: TcpStream,
    pulse: Arc<Pulse>,
    /// The peer, once known.
    connection: Option<Rc<Connection>>,
}

impl Socket {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self { stream, pulse: Arc::new(Pulse::begin()), connection: None }
    }

    pub(super) fn pulse(&self) -> &Arc<Pulse> {
        &self.pulse
    }

    /// Waits until there is something to read, or the client has gone.
    ///
    /// # Errors
    /// When the connection broke or was cut.
    pub(super) async fn readable(&self) -> io::Result<()> {
        poll_fn(|cx| self.unless_cut(cx, |cx| self.stream.poll_read_ready(cx))).await
    }

    /// The client is known: the connection is established.
    pub(super) fn stand(&mut self, connection: Rc<Connection>) {
        self.connection = Some(connection);
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

/// What requests are read from.
pub(super) enum Stream {
    /// TLS.
    Tls(Box<TlsStream<Socket>>),
    /// Behind a proxy on this machine.
    Plain(Socket),
}

impl Stream {
    fn socket(&self) -> &Socket {
        match self {
            Self::Tls(stream) => stream.get_ref().0,
            Self::Plain(socket) => socket,
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match &mut *self {
            Self::Tls(stream) => Pin::new(stream).poll_read(cx, buffer),
            Self::Plain(socket) => Pin::new(socket).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut *self {
            Self::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
            Self::Plain(socket) => Pin::new(socket).poll_write(cx, bytes),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match &mut *self {
            Self::Tls(stream) => Pin::new(stream).poll_write_vectored(cx, bytes),
            Self::Plain(socket) => Pin::new(socket).poll_write_vectored(cx, bytes),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Tls(stream) => stream.is_write_vectored(),
            Self::Plain(socket) => socket.is_write_vectored(),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut *self {
            Self::Tls(stream) => Pin::new(stream).poll_flush(cx),
            Self::Plain(socket) => Pin::new(socket).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut *self {
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Plain(socket) => Pin::new(socket).poll_shutdown(cx),
        }
    }
}

/// Called by the HTTP library for each established connection; its requests find the connection by
/// this.
pub(super) fn introduce(stream: &Stream, data: &mut Extensions) {
    if let Some(connection) = &stream.socket().connection {
        data.insert(Rc::clone(connection));
    }
}
