//! Who is at the other end: taken from the TLS session when a connection stands, asked again before every request.

use std::rc::Rc;
use std::sync::Arc;

use actix_web::dev::Extensions;
use tokio_rustls::server::TlsStream;

use super::places::Place;
use super::socket::{Pulse, Socket};
use crate::ops::Metrics;
use crate::tls::Client;

/// What is kept with a connection.
pub(super) struct Connection {
    /// The client.
    pub(super) client: Client,
    /// Its time.
    pub(super) pulse: Arc<Pulse>,
    /// Its place among all connections.
    pub(super) place: Place,
    metrics: Arc<Metrics>,
}

impl Connection {
    pub(super) fn new(client: Client, pulse: Arc<Pulse>, place: Place, metrics: Arc<Metrics>) -> Self {
        metrics.connected();
        Self { client, pulse, place, metrics }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.metrics.disconnected();
    }
}

/// Called by the HTTP library for each connection that stands: its requests find it by this.
pub(super) fn introduce(stream: &TlsStream<Socket>, data: &mut Extensions) {
    if let Some(connection) = stream.get_ref().0.connection() {
        data.insert(Rc::clone(connection));
    }
}
