//! Sends one request over mutual TLS and hands back status and text of the reply.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rustls::pki_types::PrivateKeyDer;
use ureq::Agent;
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig};
use zeroize::Zeroizing;

use super::credentials::Caller;
use crate::cli::failure::Failure;
use crate::pki::Bundle;

/// As long as the known clients wait for a reply (rules.md 2.0).
const PATIENCE: Duration = Duration::from_secs(20);

/// The largest reply that is read, in bytes: a full record is far below it.
const REPLY_LIMIT: u64 = 64 * 1024 * 1024;

/// An HTTP reply.
pub struct Answer {
    /// The HTTP status: 200, or 500 for a fault.
    pub status: u16,
    /// The body as text.
    pub body: String,
}

/// Posts an envelope to a service's endpoint, given its path.
pub fn post(caller: &Caller, path: &str, soap_action: &str, envelope: &str) -> Result<Answer, Failure> {
    let address = format!("{}{path}", caller.url.trim_end_matches('/'));
    let mut response = agent(caller)?
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
        .map_err(|error| Failure::doing(&format!("The reply of {address} could not be read"), error))?;
    Ok(Answer { status: response.status().as_u16(), body })
}

fn agent(caller: &Caller) -> Result<Agent, Failure> {
    let roots = bundle(&caller.ca)?.certificates;
    if roots.is_empty() {
        return Err(unusable(&caller.ca, "no certificate in PEM form"));
    }
    let roots: Vec<_> = roots.iter().map(|root| Certificate::from_der(root).to_owned()).collect();
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(&roots))
        .client_cert(Some(client_certificate(&caller.cert)?))
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

fn client_certificate(file: &Path) -> Result<ClientCert, Failure> {
    let bundle = bundle(file)?;
    let chain: Vec<_> =
        bundle.certificates.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect();
    let Some(key) = bundle.keys.first() else {
        let advice = if bundle.encrypted_key {
            "a private key that a password protects: 'openssl pkey -in FILE' writes it without"
        } else {
            "no private key: expected certificate and key in one file"
        };
        return Err(unusable(file, advice));
    };
    let key = {
        let pem = Zeroizing::new(pem::encode(&pem::Pem::new(label(key), key.secret_der())));
        PrivateKey::from_pem(pem.as_bytes()).map_err(|error| unusable(file, &format!("no private key: {error}")))?
    };
    if chain.is_empty() {
        return Err(unusable(file, "no certificate: expected certificate and key in one file"));
    }
    Ok(ClientCert::new_with_certs(&chain, key))
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(file).map_err(|error| Failure::doing(&format!("{} could not be read", file.display()), error))
}

fn bundle(file: &Path) -> Result<Bundle, Failure> {
    let bytes = read(file)?;
    // DER, and PKCS#12 with it, begins with a sequence.
    if bytes.first() == Some(&0x30) {
        let advice =
            "no PEM text; a .p12 or .pfx container becomes one by 'openssl pkcs12 -nodes -in FILE -out FILE.pem'";
        return Err(unusable(file, advice));
    }
    Bundle::read(&bytes).map_err(|error| Failure::Failed(format!("{}: {error}.", file.display())))
}

/// By which ureq, whose kinds of keys have no names, tells what it is.
const fn label(key: &PrivateKeyDer<'_>) -> &'static str {
    match key {
        PrivateKeyDer::Pkcs1(_) => "RSA PRIVATE KEY",
        PrivateKeyDer::Sec1(_) => "EC PRIVATE KEY",
        _ => "PRIVATE KEY",
    }
}

fn unusable(file: &Path, what: &str) -> Failure {
    Failure::Failed(format!("{} holds {what}", file.display()))
}

fn unreachable(address: &str, error: &ureq::Error) -> Failure {
    let advice = match error {
        ureq::Error::Io(error) if refuses_server(error) => {
            "Check --ca: it must be the authority of the server's certificate, and --url a name that the certificate has."
        }
        ureq::Error::ConnectionFailed | ureq::Error::Io(_) => {
            "Does the service run there, and does it accept this client certificate? 'lrs health' tells."
        }
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => "Check --ca against the server's certificate, and --cert.",
        _ => "Check --url.",
    };
    Failure::Failed(format!("{address} gave no reply: {error}\n{advice}"))
}

/// Whether the server's certificate was refused, which ureq hands on as an error of the connection.
fn refuses_server(error: &std::io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    matches!(inner, Some(rustls::Error::InvalidCertificate(_)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

    #[test]
    fn a_certificate_file_without_key_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("empty.pem");
        fs::write(&file, "").unwrap();
        let Err(Failure::Failed(text)) = client_certificate(&file) else { panic!("expected a failure") };
        assert!(text.contains("empty.pem") && text.contains("no private key"), "{text}");
    }

    #[test]
    fn a_missing_file_is_refused_by_name() {
        let Err(Failure::Failed(text)) = client_certificate(Path::new("/nonexistent/provider.pem")) else {
            panic!("expected a failure")
        };
        assert!(text.contains("/nonexistent/provider.pem could not be read"), "{text}");
    }
}
