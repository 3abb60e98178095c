//! Reads certificate files from organisations: PEM, DER or PKCS#12, with or without the rest of the
//! chain, in any order.

use p12_keystore::Pkcs12Archive;
use rcgen::{KeyPair, PublicKeyData};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;

use super::credential::{peer, pem};
use super::{Bundle, PkiError};
use crate::model::Peer;

/// A client certificate, and the rest of its file.
#[derive(Debug)]
pub struct ClientCertificate {
    /// The peer that it identifies.
    pub peer: Peer,
    /// The full subject.
    pub subject: String,
    /// The issuer's full name.
    pub issuer: String,
    /// The serial number, in hexadecimal.
    pub serial: String,
    /// The certificate, then the others in the file.
    pub chain: Vec<CertificateDer<'static>>,
}

impl ClientCertificate {
    /// Reads a file. The password is only used for PKCS#12.
    ///
    /// # Errors
    /// The file is invalid, or it is not clear which certificate is the client's.
    pub fn read(bytes: &[u8], password: &str) -> Result<Self, PkiError> {
        let bundle = bundle(bytes, password)?;
        let own = own(&bundle)?;
        let (_, certificate) = X509Certificate::from_der(&own).map_err(|_| PkiError::NotCertificate)?;
        let above = bundle.certificates.iter().filter(|other| **other != own).cloned();
        Ok(Self {
            peer: peer(&own)?,
            subject: certificate.subject().to_string(),
            issuer: certificate.issuer().to_string(),
            serial: certificate.raw_serial_as_string(),
            chain: std::iter::once(own.clone()).chain(above).collect(),
        })
    }

    /// The certificate and the others of its file as PEM, without a key.
    pub fn pem(&self) -> String {
        self.chain.iter().map(|certificate| pem("CERTIFICATE", certificate)).collect()
    }
}

fn bundle(bytes: &[u8], password: &str) -> Result<Bundle, PkiError> {
    // DER and PKCS#12 begin with an ASN.1 sequence.
    if bytes.first() != Some(&0x30) {
        return Ok(Bundle::read(bytes)?);
    }
    if X509Certificate::from_der(bytes).is_ok_and(|(rest, _)| rest.is_empty()) {
        return Ok(Bundle { certificates: vec![bytes.to_vec().into()], ..Bundle::default() });
    }
    let archive = Pkcs12Archive::from_pkcs12(bytes, password).map_err(PkiError::Unopened)?;
    let key = |der: &[u8]| PrivateKeyDer::try_from(der.to_vec()).ok();
    Ok(Bundle {
        certificates: archive.certs.iter().map(|bag| bag.cert.as_der().to_vec().into()).collect(),
        keys: archive.keys.iter().filter_map(|bag| key(bag.key.as_der())).collect(),
        ..Bundle::default()
    })
}

/// The certificate that matches a key in the file, or else the only one that is not an authority's.
fn own(bundle: &Bundle) -> Result<CertificateDer<'static>, PkiError> {
    let mut certificates = Vec::new();
    for der in &bundle.certificates {
        let (_, certificate) = X509Certificate::from_der(der).map_err(|_| PkiError::NotCertificate)?;
        if !certificates.iter().any(|(other, _)| *other == der) {
            certificates.push((der, certificate));
        }
    }
    if let [(der, _)] = certificates.as_slice() {
        return Ok((*der).clone());
    }
    // Keys that rcgen cannot load are ignored.
    let keys: Vec<KeyPair> = bundle.keys.iter().filter_map(|key| KeyPair::try_from(key).ok()).collect();
    let fits = |certificate: &X509Certificate<'_>| {
        keys.iter().any(|key| key.der_bytes() == certificate.public_key().subject_public_key.data.as_ref())
    };
    let fitting: Vec<_> = certificates.iter().filter(|(_, certificate)| fits(certificate)).collect();
    if let [(der, _)] = fitting.as_slice() {
        return Ok((*der).clone());
    }
    let leaves: Vec<_> = certificates.iter().filter(|(_, certificate)| !certificate.is_ca()).collect();
    match leaves.as_slice() {
        [(der, _)] => Ok((*der).clone()),
        [] if certificates.is_empty() => Err(PkiError::NoCertificate),
        [] => Err(PkiError::OnlyAuthorities(certificates.len())),
        several => Err(PkiError::SeveralClients(several.len())),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::pki::CertificateAuthority;

    #[test]
    fn the_client_of_a_file_is_found_in_any_form_and_order() {
        let authority = CertificateAuthority::create("Authority", 1).unwrap();
        let client = authority.issue_client("Client", 1).unwrap();
        let root = authority.credential().certificate_pem();
        let own = client.certificate_pem();
        let key = client.key_pem().to_string();
        let files: Vec<Vec<u8>> = vec![
            own.clone().into(),
            format!("{root}{own}{key}").into(),
            format!("{key}{root}{own}").into(),
            format!("{root}{own}").into(),
            format!("{own}{own}{root}").into(),
            client.certificate_der().to_vec(),
            client.pkcs12("secret", &[authority.credential()]).unwrap(),
        ];
        for file in files {
            let read = ClientCertificate::read(&file, "secret").unwrap();
            assert_eq!(read.peer.fingerprint, client.fingerprint());
            assert_eq!((read.subject.as_str(), read.issuer.as_str()), ("CN=Client", "CN=Authority"));
        }
        // The key decides between clients; without it nothing does.
        let other = authority.issue_client("Other", 1).unwrap().certificate_pem();
        let read = ClientCertificate::read(format!("{other}{own}{key}").as_bytes(), "").unwrap();
        assert_eq!(read.peer.fingerprint, client.fingerprint());
        let refused = |text: String| ClientCertificate::read(text.as_bytes(), "").unwrap_err().to_string();
        assert!(refused(format!("{other}{own}")).contains("2 client certificates"));
        let second = CertificateAuthority::create("Second", 1).unwrap().credential().certificate_pem();
        assert!(refused(format!("{root}{second}")).contains("2 authority certificates"));
        assert!(refused(key).contains("no certificate"));
        let container = client.pkcs12("secret", &[]).unwrap();
        let error = ClientCertificate::read(&container, "wrong").unwrap_err().to_string();
        assert!(error.contains("password"), "{error}");
    }
}
