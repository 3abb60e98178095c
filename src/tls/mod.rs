//! TLS 1.2 and 1.3 with client certificates (rustls, ring): the server's certificate, the trusted
//! authorities of clients and their revocation lists, reloadable at run time; and the peer of each
//! connection ([`crate::model::Peer`]).
//!
//! A resumed session skips the check of the client's certificate, and a kept-alive connection
//! outlives it, so neither would notice a new revocation list. Therefore [`Client::admit`] is
//! called before every request. It checks the chain again if the handshake was a resumption, or the
//! files have changed since the handshake checked it. A handshake does not check a chain that
//! others with it have found good (`known`).

mod check;
mod client;
mod error;
mod expiry;
mod handshake;
mod known;
mod material;
mod permissions;
mod refusal;
mod revocation;
mod trust;
mod watch;

pub use self::client::Client;
pub use self::error::TlsError;
pub use self::expiry::{Ending, Item, Warning};
pub use self::handshake::{Failure, Unfit, attempt};
pub use self::material::{Files, examine};
pub use self::refusal::Refusal;
pub use self::trust::{Clients, Trust};
pub use self::watch::watch;

#[cfg(test)]
pub(crate) mod test_pki;
#[cfg(test)]
mod tests;
