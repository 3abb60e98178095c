//! A client of the service: finds an operation of the contract by name, writes its request, sends
//! it over mutual TLS and reads the reply. Used by `lrs call` and `lrs batch`; printing and the
//! environment are their business.

mod credentials;
pub mod envelope;
mod error;
pub mod fields;
mod identity;
mod operation;
mod reply;
#[cfg(test)]
mod sample_contract;
mod transport;

use std::path::PathBuf;

pub use self::credentials::{Credentials, fill_usual_values};
pub use self::error::ClientError;
pub use self::operation::{Found, find, find_service};
pub use self::reply::{Reply, ReplyError};
use crate::client::envelope::Secrets;
use crate::client::fields::{Field, Node};
use crate::contract::SERVICES;

/// A client: the service's address, and the caller.
pub struct Client {
    /// Scheme, host and port of the service.
    pub url: String,
    /// The file with the trust root.
    pub ca: PathBuf,
    /// The file with the client certificate and its key.
    pub cert: PathBuf,
    /// The caller's credentials.
    pub credentials: Credentials,
}

/// A reply and its HTTP status.
pub struct Replied {
    /// 200, or 500 for a fault.
    pub status: u16,
    /// The envelope.
    pub reply: Reply,
}

impl Client {
    /// Sends a request. The reply may be a fault.
    ///
    /// # Errors
    /// No connection, no reply, or a reply that is not XML.
    pub fn send(&self, found: &Found, request: &Node) -> Result<Replied, ClientError> {
        let text = envelope::write(request, Secrets::Written)?;
        let transport::Received { status, body } =
            transport::post(self, found.service.path, found.operation.soap_action, &text)?;
        let reply = Reply::read(&body, envelope::passwords(request))
            .map_err(|error| ClientError::Unreadable { status, error })?;
        Ok(Replied { status, reply })
    }

    /// Sends a request with the given fields, the credentials, and whatever `complete` adds.
    ///
    /// # Errors
    /// Like [`Client::send`]; also if the fields do not fit the contract, or the reply is a fault
    /// ([`ClientError::Fault`]).
    pub fn ask(
        &self,
        operation: &str,
        given: Vec<(&str, String)>,
        complete: impl FnOnce(&mut Node),
    ) -> Result<Reply, ClientError> {
        let found = find(SERVICES, operation, None)?;
        let request = self.credentials.request(&found, given, complete)?;
        let Replied { reply, .. } = self.send(&found, &request)?;
        if !reply.is_fault {
            return Ok(reply);
        }
        Err(ClientError::Fault {
            code: reply.value("ErrorCode").map(str::to_owned),
            details: reply.fault_details().unwrap_or_default(),
        })
    }
}

impl Credentials {
    /// Builds a request with the given fields, the credentials, and whatever `complete` adds.
    ///
    /// # Errors
    /// If the fields do not fit the contract.
    pub fn request(
        &self,
        found: &Found,
        given: Vec<(&str, String)>,
        complete: impl FnOnce(&mut Node),
    ) -> Result<Node, ClientError> {
        let mut given: Vec<Field> = given.into_iter().map(|(name, value)| Field::new(name, value)).collect();
        self.fill(&found.operation.input, &mut given);
        let mut request = fields::arrange(&found.operation.input, &given)?;
        complete(&mut request);
        Ok(request)
    }
}
