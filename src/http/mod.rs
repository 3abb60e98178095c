//! The HTTP edge: one listener with mutual TLS for the three services. It answers everything that is wrong below SOAP (method, media type,
//! size, pace, encoding of the text, a certificate that is good no more) and hands every other request to a [`Gateway`] as text.
//!
//! The path of a request is `handler`, top to bottom; what stands beside it is a phase each.

mod arrival;
mod body;
mod budget;
mod decode;
mod farewell;
mod gateway;
mod gzip;
mod handler;
mod intake;
mod media;
mod peers;
mod places;
mod receive;
mod respond;
mod run;
mod socket;
mod stalls;

pub use self::decode::Text;
pub use self::gateway::{
    Answer, Exchange, Gateway, Opening, Page, PageRequest, Pending, Reply, Route, SoapVersion, Trouble, Turn,
};
pub use self::run::{Running, Setup, StartError, start};

#[cfg(test)]
mod tests;
