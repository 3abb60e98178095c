//! The peer: taken from the TLS session when a connection is established, checked again before
//! every request.

use std::net::IpAddr;
use std::sync::Arc;

use actix_web::HttpRequest;
use chrono::Utc;

use super::forwarded;
use super::origin::Origin;
use super::party::Party;
use super::places::Place;
use super::pulse::Pulse;
use super::refused::Refused;
use crate::ops::Metrics;
use crate::tls::{Client, Trust};

/// What is stored with a connection.
pub(super) struct Connection {
    /// The client by its certificate, where the listener asks for one.
    pub(super) client: Option<Arc<Client>>,
    /// Whose it is, for the bounds.
    pub(super) party: Party,
    /// Its timing.
    pub(super) pulse: Arc<Pulse>,
    /// Its slot among all connections.
    pub(super) place: Place,
    metrics: Arc<Metrics>,
}

impl Connection {
    pub(super) fn new(
        client: Option<Arc<Client>>,
        party: Party,
        pulse: Arc<Pulse>,
        place: Place,
        metrics: Arc<Metrics>,
    ) -> Self {
        metrics.connected();
        Self { client, party, pulse, place, metrics }
    }

    /// Whether its next request is answered: it is not one too many, and its certificate is good at
    /// this moment.
    pub(super) fn admit(&self, trust: &Trust) -> Result<(), Refused> {
        if let Some(refused) = self.place.beyond {
            return Err(refused);
        }
        match &self.client {
            Some(client) => Ok(client.admit(trust, Utc::now().naive_utc())?),
            None => Ok(()),
        }
    }

    /// The address that a request on it comes from, and who has a share of the memory for its body.
    pub(super) fn sender(&self, request: &HttpRequest) -> (Option<IpAddr>, Party) {
        let address = request.peer_addr().map(|address| address.ip());
        match (self.party, address) {
            (Party::Proxy, Some(proxy)) => {
                let address = forwarded::address(request.headers(), proxy);
                (Some(address), Party::Address(Origin::of(address)))
            }
            (party, address) => (address, party),
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.metrics.disconnected();
    }
}
