//! SOAP over HTTP: media types, the text of a body, the phases of a call, replies. The listener,
//! and what is wrong with a connection or a body as such, are `http`'s; what an envelope says is
//! the business of the rest of `soap`.

mod calls;
mod decode;
mod gateway;
mod handler;
mod intake;
mod media;
mod receive;
mod refused;
mod services;

pub use self::handler::SoapHandler;
pub use self::services::addresses;

#[cfg(test)]
mod tests;
