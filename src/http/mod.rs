//! The HTTP edge: any number of listeners, each with its TLS mode (or plain, behind a proxy), its
//! limits and the [`Handler`] that answers its requests. It knows connections, certificates,
//! bodies, compression, the names of requests and the line of the log. What a request means is the
//! handler's.
//!
//! The path of a connection is in `arrival`, that of a request in `answer`.

mod answer;
mod arrival;
mod blocking;
mod body;
mod budget;
mod certificates;
mod coding;
mod connection;
mod edge;
mod farewell;
mod forwarded;
mod gzip;
mod handler;
mod listener;
mod origin;
mod pace;
mod party;
mod places;
mod pulse;
mod refusals;
mod refused;
mod response;
mod run;
mod signals;
mod socket;
mod stalls;
mod unread;

pub use actix_web::http::header::{self, HeaderMap, HeaderValue};
pub use actix_web::http::{Method, StatusCode};
pub use actix_web::web::Bytes;

pub use self::blocking::block;
pub use self::body::{Body, Unread};
pub use self::budget::Share;
pub use self::certificates::look_after;
pub use self::coding::Coding;
pub use self::handler::{Handler, Request};
pub use self::listener::Listener;
pub use self::refused::Refused;
pub use self::response::{Called, Response};
pub use self::run::{Running, Setup, StartError, start};
pub use self::signals::Signals;
pub use crate::ops::{Outcome, RequestId};
pub use crate::tls::Clients;

#[cfg(test)]
pub(crate) mod test_support;
#[cfg(test)]
mod tests;
