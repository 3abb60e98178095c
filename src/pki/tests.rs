//! The development authority, tested with independent readers: webpki through rustls, x509-parser,
//! and openssl if it is installed.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::process::Command;
use std::sync::Arc;

use p12_keystore::{KeyStore, Pkcs12ImportPolicy};
use rustls::RootCertStore;
use rustls::crypto::ring;
use rustls::server::WebPkiClientVerifier;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer, UnixTime};
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

use super::*;

fn authority() -> CertificateAuthority {
    CertificateAuthority::create("Learning Records development CA", 30).unwrap()
}

/// Whether a server that trusts the authority accepts the client certificate, given this revocation
/// list.
fn accepts(authority: &CertificateAuthority, client: &Credential, list: Option<&str>) -> bool {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(authority.credential().certificate_der().to_vec())).unwrap();
    let lists = list.map(|pem| CertificateRevocationListDer::from_pem_slice(pem.as_bytes()).unwrap());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::new(ring::default_provider()))
        .with_crls(lists)
        .allow_unknown_revocation_status()
        .build()
        .unwrap();
    let certificate = CertificateDer::from(client.certificate_der().to_vec());
    verifier.verify_client_cert(&certificate, &[], UnixTime::now()).is_ok()
}

#[test]
fn client_certificates_are_accepted_until_revoked() {
    let authority = authority();
    let (one, other) =
        (authority.issue_client("Provider", 10).unwrap(), authority.issue_client("Provider", 10).unwrap());
    assert_ne!(one.fingerprint(), other.fingerprint());
    assert!(accepts(&authority, &one, None));
    let list = authority.revoke(&[one.serial().unwrap()]).unwrap();
    assert!(!accepts(&authority, &one, Some(&list)));
    assert!(accepts(&authority, &other, Some(&list)));
    assert!(accepts(&authority, &one, Some(&authority.revoke(&[]).unwrap())));
}

#[test]
fn strangers_servers_and_expired_certificates_are_no_clients() {
    let authority = authority();
    let stranger = CertificateAuthority::create("Learning Records development CA", 30).unwrap();
    assert!(!accepts(&authority, &stranger.issue_client("Provider", 10).unwrap(), None));
    assert!(!accepts(&authority, &authority.issue_server(&["localhost"], 10).unwrap(), None));
    let expired = authority.issue_client("Provider", 0).unwrap();
    let certificate = X509Certificate::from_der(expired.certificate_der()).unwrap().1;
    assert!(certificate.validity().not_after.timestamp() <= UnixTime::now().as_secs().try_into().unwrap());
}

#[test]
fn server_certificates_name_hosts_and_addresses() {
    let server = authority().issue_server(&["localhost", "127.0.0.1", "::1"], 10).unwrap();
    let (_, certificate) = X509Certificate::from_der(server.certificate_der()).unwrap();
    let names = &certificate.subject_alternative_name().unwrap().unwrap().value.general_names;
    assert_eq!(
        names,
        &[
            GeneralName::DNSName("localhost"),
            GeneralName::IPAddress(&[127, 0, 0, 1]),
            GeneralName::IPAddress(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])
        ]
    );
    assert!(certificate.public_key().parsed().is_ok());
}

#[test]
fn an_authority_reads_back_from_one_file() {
    let made = authority();
    let loaded = CertificateAuthority::load(&made.credential().pem()).unwrap();
    let client = loaded.issue_client("Provider", 10).unwrap();
    assert!(accepts(&made, &client, None));
    assert!(!accepts(&made, &client, Some(&loaded.revoke(&[client.serial().unwrap()]).unwrap())));
    let pem = client.pem();
    assert_eq!(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap().as_ref(), client.certificate_der());
    assert!(PrivateKeyDer::from_pem_slice(pem.as_bytes()).is_ok());
    assert_eq!(Serial::of_pem(&pem).unwrap(), client.serial().unwrap());
    let peer = peer_of_pem(&pem).unwrap();
    assert_eq!((peer.fingerprint, peer.subject.as_str()), (client.fingerprint(), "Provider"));
    assert!(matches!(CertificateAuthority::load(&client.certificate_pem()), Err(PkiError::NotPem)));
    assert!(matches!(CertificateAuthority::load("nothing"), Err(PkiError::NotPem)));
    assert!(pem.lines().all(|line| line.len() <= 64));
}

#[test]
fn pkcs12_reads_back_with_its_password_alone() {
    let authority = authority();
    let client = authority.issue_client("Provider", 10).unwrap();
    let container = client.pkcs12("demo", &[authority.credential()]).unwrap();
    assert!(KeyStore::from_pkcs12(&container, "wrong", Pkcs12ImportPolicy::Strict).is_err());
    let store = KeyStore::from_pkcs12(&container, "demo", Pkcs12ImportPolicy::Strict).unwrap();
    let (_, chain) = store.private_key_chain().unwrap();
    assert_eq!(
        chain.certs().iter().map(|c| c.as_der()).collect::<Vec<_>>(),
        [client.certificate_der(), authority.credential().certificate_der()]
    );

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("client.p12");
    write_private(&path, &container).unwrap();
    let Ok(openssl) = Command::new("openssl")
        .args(["pkcs12", "-legacy", "-nodes", "-passin", "pass:demo", "-in"])
        .arg(&path)
        .output()
    else {
        eprintln!("openssl is not installed: its reading of PKCS#12 was not tried");
        return;
    };
    let text = String::from_utf8(openssl.stdout).unwrap();
    assert_eq!(text.matches("BEGIN CERTIFICATE").count(), 2, "{}", String::from_utf8_lossy(&openssl.stderr));
    assert_eq!(text.matches("BEGIN PRIVATE KEY").count(), 1);
}

#[cfg(unix)]
#[test]
fn private_files_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.pem");
    std::fs::write(&path, "open to all").unwrap();
    write_private(&path, b"first").unwrap();
    write_private(&path, b"second").unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"second");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
