//! Starts and stops the listeners.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use actix_web::dev::{Server, ServerHandle};
use actix_web::rt;
use futures_util::future::try_join_all;
use tokio::sync::oneshot;

use super::farewell;
use super::listener::Listener;
use super::signals::{Event, Signals};
use crate::{config, ops};

/// Everything that the edge needs.
pub struct Setup {
    /// Where requests are answered.
    pub listeners: Vec<Listener>,
    /// The operators' listener.
    pub operations: config::Operations,
    /// What they see.
    pub health: ops::Operations,
}

/// Why the edge did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// It could not listen on an address.
    #[error("cannot listen on {address}: {reason}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The system's error.
        reason: io::Error,
    },
    /// Cannot start a thread.
    #[error("cannot start: {0}")]
    Thread(#[from] io::Error),
}

/// A running edge. Dropping it stops it without waiting for calls in flight.
pub struct Running {
    addresses: Vec<SocketAddr>,
    operations: SocketAddr,
    handles: Vec<ServerHandle>,
    health: Arc<ops::Operations>,
    ended: Option<oneshot::Receiver<()>>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

/// Binds all listeners and serves on threads of its own until it is stopped.
///
/// # Errors
/// See [`StartError`]; nothing runs then.
pub fn start(setup: Setup) -> Result<Running, StartError> {
    let (tell, told) = mpsc::channel();
    let (end, ended) = oneshot::channel();
    let run = move || {
        let result = rt::System::new().block_on(serve(setup, &tell));
        let _ = end.send(());
        result
    };
    let thread = std::thread::Builder::new().name("lrs-edge".to_owned()).spawn(run)?;
    let bound = told.recv().map_err(|_| io::Error::other("the server's thread ended"))??;
    let Bound { addresses, operations, handles, health } = bound;
    Ok(Running { addresses, operations, handles, health, ended: Some(ended), thread: Some(thread) })
}

impl Running {
    /// Where requests are answered, in the order of the listeners; a port is the real one if 0 was
    /// asked for.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// The operators' listener.
    pub fn operations(&self) -> SocketAddr {
        self.operations
    }

    /// Stops accepting, lets calls in flight finish, and returns when all threads have ended.
    ///
    /// # Errors
    /// What a server failed with.
    pub fn stop(mut self) -> io::Result<()> {
        self.end(true)
    }

    /// Serves until SIGTERM or SIGINT, then stops as [`Running::stop`] does, but tells clients
    /// first: every answer closes its connection, and idle connections are kept a moment. A second
    /// signal returns at once. SIGHUP calls `hangup`, which may read certificates and configuration
    /// again; the first signal to stop calls `stopping`.
    ///
    /// # Errors
    /// What a server failed with.
    pub fn until_signal(mut self, signals: Signals, hangup: impl Fn(), stopping: impl FnOnce()) -> io::Result<()> {
        let Signals { runtime, received: mut signals } = signals;
        runtime.block_on(async {
            let mut ended = self.ended.take();
            loop {
                match signals.next(&mut ended).await {
                    Event::Reload => hangup(),
                    Event::Ended => return Ok(()),
                    Event::Stop => break,
                }
            }
            log::info!("stopping: calls in flight may finish");
            stopping();
            let farewell = farewell::say(self.handles.clone(), Arc::clone(&self.health));
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
        for handle in &self.handles {
            drop(handle.stop(graceful));
        }
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

/// What `start` is told once all listeners are bound.
struct Bound {
    addresses: Vec<SocketAddr>,
    operations: SocketAddr,
    handles: Vec<ServerHandle>,
    health: Arc<ops::Operations>,
}

async fn serve(setup: Setup, tell: &mpsc::Sender<Result<Bound, StartError>>) -> io::Result<()> {
    let (servers, operations, bound) = match bind(setup) {
        Ok(bound) => bound,
        Err(error) => {
            let _ = tell.send(Err(error));
            return Ok(());
        }
    };
    let beside = operations.handle();
    let _ = tell.send(Ok(bound));
    let operations = rt::spawn(operations);
    let result = try_join_all(servers).await;
    beside.stop(false).await;
    let _ = operations.await;
    result.map(drop)
}

fn bind(setup: Setup) -> Result<(Vec<Server>, Server, Bound), StartError> {
    let Setup { listeners, operations, health } = setup;
    let health = Arc::new(health);
    let (mut servers, mut addresses) = (Vec::new(), Vec::new());
    for listener in listeners {
        let address = listener.address;
        let bound = listener.bind(&health).map_err(|reason| StartError::Listen { address, reason })?;
        servers.push(bound.0);
        addresses.push(bound.1);
    }
    let address = operations.listen;
    let (server, operations) =
        ops::bind(&operations, Arc::clone(&health)).map_err(|reason| StartError::Listen { address, reason })?;
    let handles = servers.iter().map(Server::handle).collect();
    Ok((servers, server, Bound { addresses, operations, handles, health }))
}
