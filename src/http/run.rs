//! Starts and stops the listeners.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::task::Poll;
use std::thread::{JoinHandle, available_parallelism};
use std::time::Duration;

use actix_http::{HttpService, KeepAlive};
use actix_service::{IntoServiceFactory as _, ServiceFactoryExt as _, fn_service, map_config};
use actix_web::dev::{AppConfig, Server, ServerHandle};
use actix_web::{App, HttpRequest, rt, web};
use chrono::Utc;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpStream;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

use super::arrival::{Arrivals, Refusals, TurnedAway};
use super::budget::Budget;
use super::farewell;
use super::gateway::{Gateway, Route};
use super::handler::{Edge, answer};
use super::peers;
use super::stalls::Stalls;
use crate::tls::{Item, TlsError, Trust};
use crate::{config, ops, tls};

/// Calls in flight may take this long when the service stops; clients give up after 20 s.
const FAREWELL_S: u64 = 25;

/// After an answer that closes the connection, what the client still sends is read and dropped for this long, so that it sees the answer.
const LINGER: Duration = Duration::from_secs(2);

/// Connections that the system takes while the listener is busy.
const BACKLOG: i32 = 4096;

/// Threads that may wait, for each worker. Few, because verifying a password takes 19 MiB.
const WAITING_THREADS: usize = 16;

/// Everything that the edge needs.
pub struct Setup {
    /// Where to listen.
    pub server: config::Server,
    /// Where operators look.
    pub operations: config::Operations,
    /// Bounds.
    pub limits: config::Limits,
    /// Certificate, trust roots and revocation lists.
    pub tls: config::Tls,
    /// The services.
    pub routes: Vec<Route>,
    /// The layer that knows SOAP.
    pub gateway: Arc<dyn Gateway>,
    /// Whether every call waits for something (a database over the network), and so goes to a waiting thread at once.
    pub always_block: bool,
    /// While set, calls are answered with the maintenance page.
    pub maintenance: Arc<AtomicBool>,
    /// What operators see.
    pub health: ops::Operations,
}

/// Why the edge did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An address cannot be listened on.
    #[error("cannot listen on {address}: {reason}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        reason: io::Error,
    },
    /// TLS cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Cannot start a thread.
    #[error("cannot start: {0}")]
    Thread(#[from] io::Error),
}

/// A running edge. Dropping it stops it without waiting for calls in flight.
pub struct Running {
    address: SocketAddr,
    operations: SocketAddr,
    trust: Trust,
    handle: ServerHandle,
    health: Arc<ops::Operations>,
    ended: Option<oneshot::Receiver<()>>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

/// Binds both listeners and serves on threads of its own until it is stopped.
///
/// # Errors
/// See [`StartError`]; nothing runs then.
pub fn start(setup: Setup) -> Result<Running, StartError> {
    let trust = Trust::load(&tls::Files::of(&setup.tls))?;
    tls::watch(&trust)?;
    let (tell, told) = mpsc::channel();
    let (end, ended) = oneshot::channel();
    let served = trust.clone();
    let run = move || {
        let result = rt::System::new().block_on(serve(setup, served, &tell));
        let _ = end.send(());
        result
    };
    let thread = std::thread::Builder::new().name("lrs-edge".to_owned()).spawn(run)?;
    let bound = told.recv().map_err(|_| io::Error::other("the server's thread ended"))??;
    let Bound { address, operations, handle, health } = bound;
    Ok(Running { address, operations, trust, handle, health, ended: Some(ended), thread: Some(thread) })
}

impl Running {
    /// Where calls are answered; the port is the real one if the configuration said 0.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where operators look.
    pub fn operations(&self) -> SocketAddr {
        self.operations
    }

    /// The certificates in use.
    pub fn trust(&self) -> &Trust {
        &self.trust
    }

    /// Stops accepting, lets calls in flight finish, and returns when all threads have ended.
    ///
    /// # Errors
    /// What the server failed with.
    pub fn stop(mut self) -> io::Result<()> {
        self.end(true)
    }

    /// Serves until SIGTERM or SIGINT, then stops as [`Running::stop`] does, but tells clients first: every answer closes its connection, and
    /// idle connections are kept a moment. A second signal returns at once. SIGHUP loads the certificates again and calls `hangup`, which may
    /// read the configuration again.
    ///
    /// # Errors
    /// Cannot receive signals, or what the server failed with.
    pub fn until_signal(mut self, hangup: impl Fn()) -> io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let mut signals = Signals::new()?;
            let mut ended = self.ended.take();
            loop {
                match signals.next(&mut ended).await {
                    Event::Reload => {
                        match self.trust.reload() {
                            Ok(()) => log::info!("reloaded the certificate, trusted authorities and revocation lists"),
                            Err(error) => {
                                log::error!("the certificates were not reloaded, and the old ones stay in use: {error}")
                            }
                        }
                        hangup();
                    }
                    Event::Ended => return Ok(()),
                    Event::Stop => break,
                }
            }
            log::info!("stopping: calls in flight may finish");
            let farewell = farewell::say(self.handle.clone(), Arc::clone(&self.health));
            drop(tokio::spawn(farewell));
            loop {
                match signals.next(&mut ended).await {
                    Event::Ended => return Ok(()),
                    Event::Stop => {
                        return Err(io::Error::other("stopped by a second signal, before all calls had finished"));
                    }
                    Event::Reload => {}
                }
            }
        })?;
        self.end(true)
    }

    fn end(&mut self, graceful: bool) -> io::Result<()> {
        let Some(thread) = self.thread.take() else { return Ok(()) };
        self.health.stopping.store(true, Ordering::Relaxed);
        drop(self.handle.stop(graceful));
        thread.join().map_err(|_| io::Error::other("the server's thread panicked"))?
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = self.end(false);
        }
    }
}

/// What `start` is told once both listeners are bound.
struct Bound {
    address: SocketAddr,
    operations: SocketAddr,
    handle: ServerHandle,
    health: Arc<ops::Operations>,
}

async fn serve(setup: Setup, trust: Trust, tell: &mpsc::Sender<Result<Bound, StartError>>) -> io::Result<()> {
    let (server, operations, bound) = match bind(setup, trust) {
        Ok(bound) => bound,
        Err(error) => {
            let _ = tell.send(Err(error));
            return Ok(());
        }
    };
    let beside = operations.handle();
    let _ = tell.send(Ok(bound));
    let operations = rt::spawn(operations);
    let result = server.await;
    beside.stop(false).await;
    let _ = operations.await;
    result
}

fn bind(setup: Setup, trust: Trust) -> Result<(Server, Server, Bound), StartError> {
    let own = trust.clone();
    let health = setup.health.with_probe("certificate", move || match own.not_after() {
        not_after if not_after < Utc::now().naive_utc() => Err(format!("ended on {not_after}")),
        _ => Ok(()),
    });
    let (own, shown) = (trust.clone(), trust.clone());
    let health = health.with_remarks(move || {
        own.warnings(Utc::now().naive_utc())
            .into_iter()
            .map(|warning| format!("certificate: {}", warning.text))
            .collect()
    });
    let health = Arc::new(health.with_refresh(move |metrics| show_ends(&shown, metrics)));
    let metrics = Arc::clone(&health.metrics);
    let refusals = Arc::new(Refusals::new(Arc::clone(&metrics)));
    let stalls = Stalls::watch(&setup.limits, Arc::clone(&refusals))?;
    let arrivals = Arrivals::new(&setup.limits, trust.clone(), stalls.clone(), metrics, refusals)?;
    let edge = Edge {
        routes: setup.routes,
        gateway: setup.gateway,
        always_block: setup.always_block,
        budget: Budget::of(&setup.limits),
        limits: setup.limits,
        trust,
        stalls,
        health: Arc::clone(&health),
        maintenance: setup.maintenance,
        // Names of requests do not begin anew with the process.
        next_request: AtomicU64::new(rand::random()),
    };
    let workers = match setup.server.workers {
        0 => available_parallelism().map_or(1, usize::from),
        workers => workers,
    };
    let listen = setup.server.listen;
    let listening = |reason| StartError::Listen { address: listen, reason };
    let listener = listener(listen).map_err(listening)?;
    let address = listener.local_addr().map_err(listening)?;
    let server = serving(listener, Arc::new(arrivals), Arc::new(edge), workers).map_err(listening)?;
    let listen = setup.operations.listen;
    let (operations, operations_address) = ops::bind(&setup.operations, Arc::clone(&health))
        .map_err(|reason| StartError::Listen { address: listen, reason })?;
    let bound = Bound { address, operations: operations_address, handle: server.handle(), health };
    Ok((server, operations, bound))
}

fn listener(address: SocketAddr) -> io::Result<std::net::TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// The listener and its workers. Each connection goes through [`Arrivals`], then its requests to [`answer`].
fn serving(
    listener: std::net::TcpListener,
    arrivals: Arc<Arrivals>,
    edge: Arc<Edge>,
    workers: usize,
) -> io::Result<Server> {
    let builder = Server::build();
    let stopping = builder.graceful_shutdown_signal();
    let server = builder
        .workers(workers)
        .worker_max_blocking_threads(WAITING_THREADS)
        // Connections are counted where it is known whose they are. This is more than all phases hold: it stops the
        // listener before the process has no open file left, and where old connections make way it goes on at once.
        .max_concurrent_connections(edge.limits.open().div_ceil(workers))
        .shutdown_timeout(FAREWELL_S)
        .disable_signals()
        .listen("lrs", listener, move || {
            let (arrivals, answering, stopping) = (Arc::clone(&arrivals), Arc::clone(&edge), stopping.clone());
            let app = App::new().default_service(web::to(move |request: HttpRequest, payload: web::Payload| {
                answer(Arc::clone(&answering), request, payload)
            }));
            let http = HttpService::build()
                .graceful_shutdown_signal(move || {
                    let stopping = stopping.clone();
                    async move { stopping.notified().await }
                })
                .keep_alive(KeepAlive::Timeout(edge.limits.idle))
                .client_request_timeout(edge.limits.header_timeout)
                .client_disconnect_timeout(LINGER)
                .on_connect_ext(peers::introduce)
                .h1(map_config(app.into_factory().map_err(|error| error.error_response()), |_| AppConfig::default()));
            let arrive = move |stream: TcpStream| {
                let arrivals = Arc::clone(&arrivals);
                async move { arrivals.receive(stream).await }
            };
            fn_service(arrive).and_then(http.map_err(|_| TurnedAway))
        })?;
    Ok(server.run())
}

/// Shows how long the certificates and lists are good for, each kind by the first of it that ends.
fn show_ends(trust: &Trust, metrics: &ops::Metrics) {
    let (endings, now) = (trust.endings(), Utc::now().naive_utc());
    for item in Item::ALL {
        let first = endings.iter().filter(|ending| ending.item == item).map(|ending| ending.at).min();
        if let Some(first) = first {
            metrics.ends(item.name(), first.signed_duration_since(now).num_seconds());
        }
    }
}

enum Event {
    Stop,
    Reload,
    Ended,
}

struct Signals {
    stop: [Signal; 2],
    reload: Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self {
            stop: [signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?],
            reload: signal(SignalKind::hangup())?,
        })
    }

    /// The next thing that happens.
    async fn next(&mut self, ended: &mut Option<oneshot::Receiver<()>>) -> Event {
        poll_fn(|context| {
            if let Some(receiver) = ended
                && std::pin::Pin::new(receiver).poll(context).is_ready()
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
