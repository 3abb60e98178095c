//! The arrival of a new connection: the waiting room until the client has sent its complete hello,
//! the TLS handshake, and then a slot among the established connections. Those of a reverse proxy
//! only take a slot: they are plain HTTP.
//!
//! The listener accepts every connection, and each phase has its own limits, so that filling one
//! phase does not block another.

mod handshakes;
mod room;

use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use rustls::server::Acceptor;
use rustls::{ServerConfig, ServerConnection};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

use self::handshakes::Handshakes;
use self::room::Room;
use super::connection::Connection;
use super::origin::Origin;
use super::party::Party;
use super::places::Places;
use super::pulse::Pulse;
use super::refusals::{Cause, Refusals};
use super::socket::{Socket, Stream};
use super::stalls::Stalls;
use crate::config::Limits;
use crate::ops::Metrics;
use crate::tls::{self, Client, Clients, Failure, TlsError, Trust};

/// By then a client must have sent something.
const FIRST_BYTE: Duration = Duration::from_secs(1);

/// What all arrivals share.
pub(super) struct Arrivals {
    tls: Arc<ServerConfig>,
    trust: Trust,
    clients: Clients,
    stalls: Stalls,
    metrics: Arc<Metrics>,
    refusals: Arc<Refusals>,
    handshake_timeout: Duration,
    room: Room,
    handshakes: Handshakes,
    places: Arc<Places>,
}

/// The connection was closed, so nothing can be sent.
#[derive(Debug)]
pub(super) struct TurnedAway;

impl Arrivals {
    pub(super) fn new(
        limits: &Limits,
        trust: Trust,
        clients: Clients,
        stalls: Stalls,
        metrics: Arc<Metrics>,
        refusals: Arc<Refusals>,
    ) -> Result<Self, TlsError> {
        let mut tls = trust.server_config(clients)?;
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            tls: Arc::new(tls),
            trust,
            clients,
            stalls,
            metrics,
            refusals,
            handshake_timeout: limits.handshake_timeout,
            room: Room::new(limits.waiting, limits.waiting_by_address),
            handshakes: Handshakes::new(limits.handshakes),
            places: Arc::new(Places::new(limits)),
        })
    }

    /// Takes a connection through all phases.
    ///
    /// # Errors
    /// When it failed in one of them and was closed.
    pub(super) async fn receive(&self, stream: TcpStream) -> Result<(Stream, Option<SocketAddr>), TurnedAway> {
        // If the client has already gone, there is no address.
        let address = stream.peer_addr().map_err(|_| TurnedAway)?;
        let _ = stream.set_nodelay(true);
        match self.phases(Socket::new(stream), address).await {
            Ok(stream) => Ok((stream, Some(address))),
            Err(cause) => {
                self.refusals.note(&cause, address);
                Err(TurnedAway)
            }
        }
    }

    async fn phases(&self, mut socket: Socket, address: SocketAddr) -> Result<Stream, Cause> {
        let pulse = Arc::clone(socket.pulse());
        if self.clients == Clients::Proxied {
            self.stand(&mut socket, None, Party::Proxy, pulse)?;
            return Ok(Stream::Plain(socket));
        }
        let handshake = self.handshake(socket, address, &pulse).await;
        let (mut stream, good) = handshake.map_err(|cause| if pulse.is_cut() { Cause::Displaced } else { cause })?;
        let (socket, session) = stream.get_mut();
        let client = match self.clients {
            Clients::Certified => Some(good.map_or_else(|| self.client(session), Ok)?),
            Clients::Anybody | Clients::Proxied => None,
        };
        let party = match &client {
            Some(client) => Party::Certificate(client.peer().fingerprint),
            None => Party::Address(Origin::of(address.ip())),
        };
        self.stand(socket, client, party, pulse)?;
        Ok(Stream::Tls(Box::new(stream)))
    }

    /// A slot among the established connections.
    fn stand(
        &self,
        socket: &mut Socket,
        client: Option<Arc<Client>>,
        party: Party,
        pulse: Arc<Pulse>,
    ) -> Result<(), Cause> {
        let place = self.places.take(party).ok_or(Cause::Full)?;
        self.stalls.add(&pulse);
        socket.stand(Rc::new(Connection::new(client, party, pulse, place, Arc::clone(&self.metrics))));
        Ok(())
    }

    /// The client by the certificate of its session, where the handshake did not check it.
    fn client(&self, session: &ServerConnection) -> Result<Arc<Client>, Cause> {
        let chain = session.peer_certificates().unwrap_or_default();
        self.trust.client(chain).map_err(|refusal| Cause::Failed(Failure::of_client(refusal, chain)))
    }

    /// The waiting room, then the handshake.
    async fn handshake(
        &self,
        socket: Socket,
        address: SocketAddr,
        pulse: &Arc<Pulse>,
    ) -> Result<(TlsStream<Socket>, Option<Arc<Client>>), Cause> {
        let seat = self.room.enter(address.ip(), pulse);
        match timeout(FIRST_BYTE, socket.readable()).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return Err(Cause::Failed(Failure::Connection)),
            Err(_) => return Err(Cause::Silent),
        }
        let handshake = tls::attempt(async {
            let hello = LazyConfigAcceptor::new(Acceptor::default(), socket).await?;
            let _in_progress = self.handshakes.begin(pulse).await?;
            drop(seat);
            self.metrics.handshake();
            hello.into_stream(Arc::clone(&self.tls)).await
        });
        match timeout_at(Instant::now() + self.handshake_timeout, handshake).await {
            Ok(result) => result.map_err(Cause::Failed),
            Err(_) => Err(Cause::Slow),
        }
    }
}
