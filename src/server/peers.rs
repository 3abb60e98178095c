//! Who is at the other end: taken from the TLS session when a connection stands, asked again before every request.

use std::any::Any;
use std::sync::Arc;

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use rustls::HandshakeKind;

use super::stalls::{Pulse, Stalls};
use crate::ops::Metrics;
use crate::tls::{Client, Refusal, Trust};

/// What is kept with a connection.
pub(super) struct Connection {
    /// The client, or why its certificate could not be read.
    pub(super) client: Result<Client, Refusal>,
    /// Its time; `None` where the system has no more handles.
    pub(super) pulse: Option<Arc<Pulse>>,
    metrics: Arc<Metrics>,
}

impl Connection {
    fn new(stream: &TlsStream<TcpStream>, trust: &Trust, stalls: &Stalls, metrics: Arc<Metrics>) -> Self {
        let (socket, session) = stream.get_ref();
        let resumed = session.handshake_kind() == Some(HandshakeKind::Resumed);
        metrics.connected();
        let client = trust.client(session.peer_certificates().unwrap_or_default(), resumed);
        Self { client, pulse: stalls.add(socket).ok(), metrics }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.metrics.disconnected();
    }
}

/// Called by the server for each connection whose handshake is complete.
pub(super) fn on_connect(
    trust: Trust,
    stalls: Stalls,
    metrics: Arc<Metrics>,
) -> impl Fn(&dyn Any, &mut Extensions) + Send + Sync + 'static {
    move |stream, data| {
        if let Some(stream) = stream.downcast_ref::<TlsStream<TcpStream>>() {
            data.insert(Connection::new(stream, &trust, &stalls, Arc::clone(&metrics)));
        }
    }
}
