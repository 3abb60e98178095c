//! TLS 1.2 and 1.3 with client certificates (rustls, ring): the server's certificate, the authorities trusted for clients and their
//! revocation lists, all reloadable while running; and who is at the other end of a connection ([`crate::model::Peer`]).
//!
//! Two traps are closed here. A resumed session skips the verifier and a kept-alive connection outlives it, so neither would notice a
//! new revocation list: [`Client::admit`] is asked before every request, and verifies the chain again whenever the files have changed
//! since it last did, or the handshake was a resumption.

mod client;
mod expiry;
mod handshake;
mod material;
mod permissions;
mod refusal;
mod revocation;
mod trust;
mod verifier;
mod watch;

pub use self::client::Client;
pub use self::expiry::{Ending, Item, Warning};
pub use self::handshake::{Failure, Unfit, attempt};
pub use self::material::{Files, TlsError, examine};
pub use self::refusal::Refusal;
pub use self::trust::Trust;
pub use self::watch::watch;

#[cfg(test)]
pub(crate) mod test_pki;
#[cfg(test)]
mod tests;
