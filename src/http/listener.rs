//! One listener: its address, who may connect, its limits, and the handler that answers.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use actix_http::{HttpService, KeepAlive};
use actix_service::{IntoServiceFactory as _, ServiceFactoryExt as _, boxed, fn_service, map_config};
use actix_web::dev::{AppConfig, Server};
use actix_web::{App, HttpRequest, web};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpStream;

use super::answer::answer;
use super::arrival::{Arrivals, TurnedAway};
use super::edge::Edge;
use super::handler::Handler;
use super::refusals::Refusals;
use super::response::WRITTEN_AT_ONCE;
use super::socket::introduce;
use super::stalls::Stalls;
use crate::config::Limits;
use crate::ops::Operations;
use crate::tls::{Clients, Trust};

/// How long calls in flight may take when the service stops; clients give up after 20 s.
const FAREWELL_S: u64 = 25;

/// After a response that closes the connection, the client's further input is read and dropped for
/// this long, so that the client sees the response.
const LINGER: Duration = Duration::from_secs(2);

/// Connections that the system queues while the listener is busy.
const BACKLOG: i32 = 4096;

/// Threads that may block, per server thread. Few, because checking a password takes 19 MiB.
const WAITING_THREADS: usize = 16;

/// A listener that is not bound yet.
pub struct Listener {
    /// Its address; port 0 takes any.
    pub address: SocketAddr,
    /// Server threads; 0 means one per processor.
    pub workers: usize,
    /// The bounds of its own connections, handshakes and bodies.
    pub limits: Limits,
    /// Its certificate, and the authorities of its clients.
    pub trust: Trust,
    /// Who may connect.
    pub clients: Clients,
    handler: Box<dyn FnOnce(Bound) -> io::Result<Server> + Send>,
}

/// What the workers of a listener are made of.
struct Bound {
    socket: TcpListener,
    arrivals: Arc<Arrivals>,
    edge: Arc<Edge>,
    workers: usize,
    /// Connections at once of one worker.
    open: usize,
    limits: Limits,
}

impl Listener {
    /// A listener whose requests this handler answers.
    pub fn new<H: Handler>(
        address: SocketAddr,
        workers: usize,
        limits: Limits,
        trust: Trust,
        clients: Clients,
        handler: Arc<H>,
    ) -> Self {
        let handler = Box::new(move |bound| serving(bound, handler));
        Self { address, workers, limits, trust, clients, handler }
    }

    /// Binds it, and gives the server, which runs when it is awaited, and its address.
    pub(super) fn bind(self, health: &Arc<Operations>) -> io::Result<(Server, SocketAddr)> {
        let Self { address, workers, limits, trust, clients, handler } = self;
        let metrics = Arc::clone(&health.metrics);
        let refusals = Arc::new(Refusals::new(Arc::clone(&metrics)));
        let stalls = Stalls::watch(&limits, Arc::clone(&refusals))?;
        let arrivals = Arrivals::new(&limits, trust.clone(), clients, stalls.clone(), metrics, refusals);
        let arrivals = Arc::new(arrivals.map_err(io::Error::other)?);
        let edge = Arc::new(Edge::new(&limits, trust, stalls, Arc::clone(health)));
        let workers = match workers {
            0 => available_parallelism().map_or(1, usize::from),
            workers => workers,
        };
        let socket = listen(address)?;
        let address = socket.local_addr()?;
        let open = limits.open().div_ceil(workers);
        Ok((handler(Bound { socket, arrivals, edge, workers, open, limits })?, address))
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// The workers. Each connection goes through [`Arrivals`], then its requests to [`answer`].
fn serving<H: Handler>(bound: Bound, handler: Arc<H>) -> io::Result<Server> {
    let Bound { socket, arrivals, edge, workers, open, limits } = bound;
    let builder = Server::build();
    let stopping = builder.graceful_shutdown_signal();
    let server = builder
        .workers(workers)
        .worker_max_blocking_threads(WAITING_THREADS)
        // Connections are limited where it is known whose they are. This limit exceeds all phases
        // together: it stops the listener before the process runs out of file descriptors, and
        // resumes as soon as old connections make way.
        .max_concurrent_connections(open)
        .shutdown_timeout(FAREWELL_S)
        .disable_signals()
        .listen("lrs", socket, move || {
            let (arrivals, edge, handler) = (Arc::clone(&arrivals), Arc::clone(&edge), Arc::clone(&handler));
            let stopping = stopping.clone();
            let app = App::new().default_service(web::to(move |request: HttpRequest, payload: web::Payload| {
                answer(Arc::clone(&edge), Arc::clone(&handler), request, payload)
            }));
            let http = HttpService::build()
                .graceful_shutdown_signal(move || {
                    let stopping = stopping.clone();
                    async move { stopping.notified().await }
                })
                .keep_alive(KeepAlive::Timeout(limits.idle))
                .client_request_timeout(limits.header_timeout)
                .client_disconnect_timeout(LINGER)
                .h1_write_buffer_size(WRITTEN_AT_ONCE)
                .on_connect_ext(introduce)
                .h1(map_config(app.into_factory().map_err(|error| error.error_response()), |_| AppConfig::default()));
            // The arrival's state is boxed, to be freed once the connection stands; and that of the
            // whole connection, because the library's task would hold it twice.
            let arrive = move |stream: TcpStream| {
                let arrivals = Arc::clone(&arrivals);
                Box::pin(async move { arrivals.receive(stream).await })
            };
            boxed::factory(fn_service(arrive).and_then(http.map_err(|_| TurnedAway)))
        })?;
    Ok(server.run())
}
