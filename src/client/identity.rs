//! The files that identify client and server to each other: trust roots, and the client's
//! certificate with its key.

use std::fs;
use std::path::Path;

use rustls::pki_types::PrivateKeyDer;
use ureq::tls::{Certificate, ClientCert, PrivateKey};
use zeroize::Zeroizing;

use super::ClientError;
use crate::pki::Bundle;

/// The authorities trusted to sign the server's certificate.
pub(super) fn roots(file: &Path) -> Result<Vec<Certificate<'static>>, ClientError> {
    let roots = bundle(file)?.certificates;
    if roots.is_empty() {
        return Err(ClientError::holds(file, "no certificate in PEM format"));
    }
    Ok(roots.iter().map(|root| Certificate::from_der(root).to_owned()).collect())
}

/// The client's certificate and key.
pub(super) fn client_certificate(file: &Path) -> Result<ClientCert, ClientError> {
    let bundle = bundle(file)?;
    let chain: Vec<_> =
        bundle.certificates.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect();
    let Some(key) = bundle.keys.first() else {
        let advice = if bundle.encrypted_key {
            "an encrypted private key; 'openssl pkey -in FILE' decrypts it"
        } else {
            "no private key; it must have both certificate and key"
        };
        return Err(ClientError::holds(file, advice));
    };
    let key = {
        let pem = Zeroizing::new(pem::encode(&pem::Pem::new(label(key), key.secret_der())));
        PrivateKey::from_pem(pem.as_bytes())
            .map_err(|error| ClientError::holds(file, format!("no private key: {error}")))?
    };
    if chain.is_empty() {
        return Err(ClientError::holds(file, "no certificate; it must have both certificate and key"));
    }
    Ok(ClientCert::new_with_certs(&chain, key))
}

fn read(file: &Path) -> Result<Vec<u8>, ClientError> {
    fs::read(file)
        .map_err(|error| ClientError::File { file: file.to_owned(), what: format!("cannot be read: {error}") })
}

fn bundle(file: &Path) -> Result<Bundle, ClientError> {
    let bytes = read(file)?;
    // DER, and so PKCS#12, begins with a SEQUENCE.
    if bytes.first() == Some(&0x30) {
        let advice = "no PEM text; to convert a .p12 or .pfx file, run 'openssl pkcs12 -nodes -in FILE -out FILE.pem'";
        return Err(ClientError::holds(file, advice));
    }
    Bundle::read(&bytes).map_err(|error| ClientError::Certificates { file: file.to_owned(), error })
}

/// The PEM label from which ureq tells the kind of key.
const fn label(key: &PrivateKeyDer<'_>) -> &'static str {
    match key {
        PrivateKeyDer::Pkcs1(_) => "RSA PRIVATE KEY",
        PrivateKeyDer::Sec1(_) => "EC PRIVATE KEY",
        _ => "PRIVATE KEY",
    }
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
        let Err(error) = client_certificate(&file) else { panic!("expected a failure") };
        let text = error.to_string();
        assert!(text.contains("empty.pem") && text.contains("no private key"), "{text}");
    }

    #[test]
    fn a_missing_file_is_refused_by_name() {
        let Err(error) = client_certificate(Path::new("/nonexistent/provider.pem")) else {
            panic!("expected a failure")
        };
        let text = error.to_string();
        assert!(text.contains("/nonexistent/provider.pem cannot be read"), "{text}");
    }
}
