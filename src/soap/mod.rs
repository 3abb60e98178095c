//! SOAP: from the text of a request to the text of a reply. It knows the contract and the domain,
//! and no SQL; how requests travel is known in `http/` alone.

mod action;
mod caller;
mod data_challenges;
mod door;
mod endpoint;
pub mod envelope;
mod external_service;
mod fault;
mod find_type;
mod http;
mod learner_batches;
mod learner_service;
mod learner_service_r9;
mod pages;
mod record;
mod sender;
mod sent;
mod strict;
mod unknown;

pub use door::Noted;
pub use endpoint::{Answered, Endpoint, Sender};
pub use fault::Shape;
pub use http::{SoapHandler, addresses};
