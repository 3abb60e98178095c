//! Sends a request over mutual TLS and returns the status and text of the reply.

use std::time::Duration;

use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};

use super::{Client, ClientError, identity};

/// How long existing clients wait for a reply (rules.md 2.0).
const PATIENCE: Duration = Duration::from_secs(20);

/// The maximum length of a reply in bytes; a full learning record is far smaller.
const REPLY_LIMIT: u64 = 64 * 1024 * 1024;

/// An HTTP reply.
pub(super) struct Received {
    /// The HTTP status: 200, or 500 for a fault.
    pub(super) status: u16,
    /// The body as text.
    pub(super) body: String,
}

/// Posts an envelope to the endpoint at this path.
pub(super) fn post(client: &Client, path: &str, soap_action: &str, envelope: &str) -> Result<Received, ClientError> {
    let address = format!("{}{path}", client.url.trim_end_matches('/'));
    let mut response = agent(client)?
        .post(&address)
        .header("Content-Type", "text/xml; charset=utf-8")
        .header("SOAPAction", format!("\"{soap_action}\""))
        .send(envelope)
        .map_err(|error| unreachable(&address, &error))?;
    let body = response
        .body_mut()
        .with_config()
        .limit(REPLY_LIMIT)
        .read_to_string()
        .map_err(|error| ClientError::Broken { address, reason: error.to_string() })?;
    Ok(Received { status: response.status().as_u16(), body })
}

fn agent(client: &Client) -> Result<Agent, ClientError> {
    let roots = identity::roots(&client.ca)?;
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(&roots))
        .client_cert(Some(identity::client_certificate(&client.cert)?))
        .build();
    let agent = Agent::config_builder()
        .tls_config(tls)
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_global(Some(PATIENCE))
        .user_agent(concat!("lrs/", env!("CARGO_PKG_VERSION")))
        .build();
    Ok(agent.into())
}

fn unreachable(address: &str, error: &ureq::Error) -> ClientError {
    let advice = match error {
        ureq::Error::Io(error) if refuses_server(error) => {
            "Check that --ca is the authority that signed the server's certificate, and that the certificate names the host in --url."
        }
        ureq::Error::ConnectionFailed | ureq::Error::Io(_) => {
            "Is the service running there, and does it accept this client certificate? Try 'lrs health'."
        }
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => "Check --ca against the server's certificate, and --cert.",
        _ => "Check --url.",
    };
    ClientError::NoReply { address: address.to_owned(), reason: error.to_string(), advice }
}

/// Whether the server's certificate was refused, which ureq reports as a connection error.
fn refuses_server(error: &std::io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    matches!(inner, Some(rustls::Error::InvalidCertificate(_)))
}
