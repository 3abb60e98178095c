//! A TCP proxy between the service and PostgreSQL that fails as networks do, on command.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use socket2::SockRef;

/// How often a connection looks for a change of the fault.
const LOOKS: Duration = Duration::from_millis(10);

/// What the proxy does with connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    /// Forwards everything.
    Well,
    /// Closes every connection, and each new one at once.
    Cut,
    /// The same with a reset (RST).
    Reset,
    /// Forwards every piece this much later.
    Slow(Duration),
    /// Takes everything and forwards nothing until the network is well again.
    Stalled,
    /// Closes every connection; takes new ones, and never forwards anything of these, not even
    /// when the network is well again.
    Hole,
}

/// A proxy in front of one server.
pub struct Proxy {
    address: SocketAddr,
    network: Arc<Mutex<Network>>,
    ended: Arc<AtomicBool>,
}

impl Proxy {
    /// Forwards to `server`, an address with a port.
    pub fn before(server: &str) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let (network, ended) = (Arc::new(Mutex::new(Network::Well)), Arc::new(AtomicBool::new(false)));
        let proxy = Proxy { address, network: Arc::clone(&network), ended: Arc::clone(&ended) };
        let server = server.to_owned();
        thread::spawn(move || {
            for client in listener.incoming() {
                if ended.load(Ordering::Relaxed) {
                    return;
                }
                let (Ok(client), Ok(server)) = (client, TcpStream::connect(&server)) else { continue };
                let born = *network.lock().expect("no panic");
                let line = Arc::new(Line {
                    client,
                    server,
                    born,
                    network: Arc::clone(&network),
                    ended: Arc::clone(&ended),
                    over: AtomicBool::new(false),
                });
                let back = Arc::clone(&line);
                thread::spawn(move || line.forward(&line.client, &line.server));
                thread::spawn(move || back.forward(&back.server, &back.client));
            }
        });
        proxy
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it does from now on.
    pub fn set(&self, network: Network) {
        *self.network.lock().expect("no panic") = network;
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.address);
    }
}

/// A connection through the proxy.
struct Line {
    client: TcpStream,
    server: TcpStream,
    /// The state of the network when it was made.
    born: Network,
    network: Arc<Mutex<Network>>,
    ended: Arc<AtomicBool>,
    /// Whether one direction ended. The other must end too, even if a fault was over before it
    /// looked: a connection that is silent in one direction is no fault that these tests make.
    over: AtomicBool,
}

impl Line {
    /// Forwards in one direction until the connection ends or is made to.
    fn forward(&self, mut from: &TcpStream, mut to: &TcpStream) {
        from.set_read_timeout(Some(LOOKS)).expect("a socket option");
        let _ = to.set_nodelay(true);
        let mut buffer = vec![0; 64 * 1024];
        while !self.must_end() {
            let count = match from.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => continue,
                Err(_) => break,
            };
            while self.is_silent() && !self.must_end() {
                thread::sleep(LOOKS);
            }
            if let Network::Slow(delay) = self.network() {
                thread::sleep(delay);
            }
            if self.must_end() || to.write_all(&buffer[..count]).is_err() {
                break;
            }
        }
        self.over.store(true, Ordering::Relaxed);
        if self.network() != Network::Reset {
            let _ = self.client.shutdown(Shutdown::Both);
            let _ = self.server.shutdown(Shutdown::Both);
        }
    }

    fn network(&self) -> Network {
        *self.network.lock().expect("no panic")
    }

    fn is_silent(&self) -> bool {
        self.born == Network::Hole || self.network() == Network::Stalled
    }

    /// Whether it has to end; both directions see it soon, and the last one closes the sockets.
    fn must_end(&self) -> bool {
        if self.over.load(Ordering::Relaxed) {
            return true;
        }
        match self.network() {
            Network::Reset => {
                for socket in [&self.client, &self.server] {
                    let _ = SockRef::from(socket).set_linger(Some(Duration::ZERO));
                }
                true
            }
            Network::Cut => true,
            Network::Hole => self.born != Network::Hole,
            Network::Well | Network::Slow(_) | Network::Stalled => self.ended.load(Ordering::Relaxed),
        }
    }
}
