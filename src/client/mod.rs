//! A client of the service: it finds an operation of the contract by name, writes its request, sends it over mutual TLS
//! and reads the reply. `lrs call` and `lrs batch` use it; what they print, and the environment, are theirs.

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

/// A client: where the service is, and who calls.
pub struct Client {
    /// Scheme, host and port of the service.
    pub url: String,
    /// File of the trust root.
    pub ca: PathBuf,
    /// File of the client certificate and its key.
    pub cert: PathBuf,
    /// What a request says about its caller.
    pub credentials: Credentials,
}

/// A reply with its HTTP status.
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
    /// No connection, no reply, or one that is not XML.
    pub fn send(&self, found: &Found, request: &Node) -> Result<Replied, ClientError> {
        let text = envelope::write(request, Secrets::Written)?;
        let transport::Received { status, body } =
            transport::post(self, found.service.path, found.operation.soap_action, &text)?;
        let reply = Reply::read(&body, envelope::passwords(request))
            .map_err(|error| ClientError::Unreadable { status, error })?;
        Ok(Replied { status, reply })
    }

    /// Sends a request of the fields given, with credentials and with what `complete` adds to it.
    ///
    /// # Errors
    /// As [`Client::send`]; the fields do not fit the contract; or the reply is a fault, which is [`ClientError::Fault`].
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
    /// A request of the fields given, with credentials and with what `complete` adds to it.
    ///
    /// # Errors
    /// The fields do not fit the contract.
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
