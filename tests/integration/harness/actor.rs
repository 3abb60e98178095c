//! Callers of the service: each has a certificate (or none), credentials (or none) and an address
//! to send to.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls::client::Resumption;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};

use super::Deployment;
use super::message::Credentials;
use super::wire::{Answer, Connection};

/// A certificate chain and its key.
pub type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

/// The headers of a plain SOAP 1.1 client.
pub const SOAP_HEADERS: &str = "Content-Type: text/xml; charset=utf-8\r\nSOAPAction: \"\"\r\n";

/// A caller of a deployment.
pub struct Actor<'d> {
    deployment: &'d Deployment,
    port: u16,
    credentials: Option<Credentials>,
    config: Arc<ClientConfig>,
}

impl<'d> Actor<'d> {
    pub(super) fn organisation(deployment: &'d Deployment, prefix: &str) -> Actor<'d> {
        let variable = |name: &str| deployment.variable(&format!("{prefix}_{name}")).to_owned();
        let credentials = Credentials {
            ukprn: variable("UKPRN"),
            org_ref: variable("ORGREF"),
            password: variable("PASSWORD"),
            user_name: "integration test".to_owned(),
        };
        let identity = read_identity(&deployment.dir().join(variable("CERT")));
        Actor::of(deployment, Some(credentials), Some(identity))
    }

    pub(super) fn stranger(deployment: &'d Deployment) -> Actor<'d> {
        Actor::of(deployment, None, Some(foreign_identity()))
    }

    pub(super) fn nobody(deployment: &'d Deployment) -> Actor<'d> {
        Actor::of(deployment, None, None)
    }

    fn of(deployment: &'d Deployment, credentials: Option<Credentials>, identity: Option<Identity>) -> Actor<'d> {
        Actor { deployment, port: deployment.port(), credentials, config: config(deployment, identity, VERSIONS) }
    }

    /// The same caller, calling another server on the deployment's store.
    pub fn at(mut self, port: u16) -> Actor<'d> {
        self.port = port;
        self
    }

    /// The same caller, restricted to these TLS versions. `identity` is read again from its PEM
    /// file.
    pub fn speaking(mut self, pem: &Path, versions: &'static [&'static SupportedProtocolVersion]) -> Actor<'d> {
        self.config = config(self.deployment, Some(read_identity(pem)), versions);
        self
    }

    /// The caller's credentials; only organisations have them.
    pub fn credentials(&self) -> Credentials {
        self.credentials.clone().expect("an organisation")
    }

    /// Its TLS configuration.
    pub fn tls(&self) -> &Arc<ClientConfig> {
        &self.config
    }

    /// A new connection, after the handshake.
    pub fn connect(&self) -> io::Result<Connection> {
        Connection::open(self.port, &self.config)
    }

    /// A new connection to another server on the deployment's store.
    pub fn connect_to(&self, port: u16) -> io::Result<Connection> {
        Connection::open(port, &self.config)
    }

    /// Posts an envelope to `LearnerService`, `LearnerServiceR9` or `ExternalService`, like a plain
    /// client.
    pub fn post(&self, service: &str, envelope: &str) -> Answer {
        self.post_with(service, SOAP_HEADERS, envelope.as_bytes())
    }

    /// Posts bytes with the given headers (Content-Length and Host are added).
    pub fn post_with(&self, service: &str, headers: &str, body: &[u8]) -> Answer {
        self.try_post(service, headers, body).expect("an answer")
    }

    pub fn try_post(&self, service: &str, headers: &str, body: &[u8]) -> io::Result<Answer> {
        self.try_post_to(self.deployment.port(), service, headers, body)
    }

    /// The same to another server on the deployment's store.
    pub fn try_post_to(&self, port: u16, service: &str, headers: &str, body: &[u8]) -> io::Result<Answer> {
        let mut connection = self.connect_to(port)?;
        connection.send(&request("POST", &format!("/{service}.svc"), headers, body))?;
        connection.receive()
    }

    /// Sends exactly these bytes on a new connection and reads one response.
    pub fn raw(&self, bytes: &[u8]) -> io::Result<Answer> {
        self.raw_to(self.deployment.port(), bytes)
    }

    /// The same, to another listener.
    pub fn raw_to(&self, port: u16, bytes: &[u8]) -> io::Result<Answer> {
        let mut connection = self.connect_to(port)?;
        // A server may respond and close before it has read everything; the response can still be
        // read.
        let sent = connection.send(bytes);
        let answer = connection.receive();
        if answer.is_err() {
            sent?;
        }
        answer
    }

    /// A request without a body.
    pub fn ask(&self, method: &str, target: &str) -> Answer {
        let mut connection = self.connect().expect("a connection");
        connection.send(format!("{method} {target} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes()).expect("sent");
        connection.receive_for(method).expect("an answer")
    }
}

/// The bytes of a request, with Host and Content-Length.
pub fn request(method: &str, target: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes =
        format!("{method} {target} HTTP/1.1\r\nHost: localhost\r\n{headers}Content-Length: {}\r\n\r\n", body.len())
            .into_bytes();
    bytes.extend(body);
    bytes
}

/// A certificate chain and key from a PEM file.
pub fn read_identity(path: &Path) -> Identity {
    let pem = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let chain = CertificateDer::pem_slice_iter(&pem).collect::<Result<_, _>>().expect("certificates");
    (chain, PrivateKeyDer::from_pem_slice(&pem).expect("a key"))
}

/// A certificate not signed by the deployment's authority.
pub fn foreign_identity() -> Identity {
    let authority_key = rcgen::KeyPair::generate().expect("a key");
    let mut authority = rcgen::CertificateParams::new(Vec::<String>::new()).expect("parameters");
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    authority.distinguished_name.push(rcgen::DnType::CommonName, "Another authority");
    let issuer = rcgen::Issuer::new(authority, authority_key);
    let key = rcgen::KeyPair::generate().expect("a key");
    let mut leaf = rcgen::CertificateParams::new(Vec::<String>::new()).expect("parameters");
    leaf.distinguished_name.push(rcgen::DnType::CommonName, "A stranger");
    leaf.extended_key_usages.push(rcgen::ExtendedKeyUsagePurpose::ClientAuth);
    let certificate = leaf.signed_by(&key, &issuer).expect("a certificate");
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    (vec![certificate.der().clone()], key)
}

const VERSIONS: &[&SupportedProtocolVersion] = &[&rustls::version::TLS13, &rustls::version::TLS12];

fn config(
    deployment: &Deployment,
    identity: Option<Identity>,
    versions: &[&'static SupportedProtocolVersion],
) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    let authority = std::fs::read(deployment.dir().join(deployment.variable("LRS_CA"))).expect("the demo's authority");
    for certificate in CertificateDer::pem_slice_iter(&authority) {
        roots.add(certificate.expect("a certificate")).expect("a root");
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(versions)
        .expect("protocol versions")
        .with_root_certificates(roots);
    let mut config = match identity {
        Some((chain, key)) => builder.with_client_auth_cert(chain, key).expect("a client certificate"),
        None => builder.with_no_client_auth(),
    };
    config.resumption = Resumption::in_memory_sessions(8);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Arc::new(config)
}
