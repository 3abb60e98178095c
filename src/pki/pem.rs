//! Reads PEM text in all variants that editors and tools produce. An unreadable section is an error
//! and is never skipped silently.

use std::borrow::Cow;

use rustls_pki_types::pem::{PemObject, SectionKind};
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use x509_parser::asn1_rs::{FromDer, Sequence};

/// The contents of a PEM text, each kind in order.
#[derive(Debug, Default)]
pub struct Bundle {
    /// The certificates.
    pub certificates: Vec<CertificateDer<'static>>,
    /// The unencrypted private keys.
    pub keys: Vec<PrivateKeyDer<'static>>,
    /// The revocation lists.
    pub lists: Vec<CertificateRevocationListDer<'static>>,
    /// Whether there is an encrypted private key.
    pub encrypted_key: bool,
}

/// An unreadable section of a PEM text. The message quotes nothing of its contents.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} {number}, which begins on line {line}, {reason}")]
pub struct PemError {
    what: &'static str,
    number: usize,
    line: usize,
    reason: &'static str,
}

const CERTIFICATE: &str = "certificate";
const KEY: &str = "private key";
const LIST: &str = "revocation list";

impl Bundle {
    /// Reads a text: UTF-8 or UTF-16, with or without byte order marks, with any line endings and
    /// indentation.
    ///
    /// # Errors
    /// The first unreadable section.
    pub fn read(bytes: &[u8]) -> Result<Self, PemError> {
        let text = plain(bytes);
        let mut bundle = Self::default();
        let mut numbers = [(CERTIFICATE, 0), (KEY, 0), (LIST, 0)];
        let (mut line, mut framed) = (1, false);
        for (index, piece) in text.split("BEGIN ").enumerate() {
            let label = piece.split(['-', '\n']).next().unwrap_or_default().trim();
            if index > 0
                && let Some(what) = what(label)
            {
                let number = numbers.iter_mut().find(|(name, _)| *name == what).map_or(0, |(_, number)| {
                    *number += 1;
                    *number
                });
                bundle.add(framed, label, piece).map_err(|reason| PemError { what, number, line, reason })?;
            }
            line += piece.matches('\n').count();
            framed = piece.ends_with("-----");
        }
        Ok(bundle)
    }

    fn add(&mut self, framed: bool, label: &str, piece: &str) -> Result<(), &'static str> {
        match label {
            "TRUSTED CERTIFICATE" => {
                return Err("is in OpenSSL's own format; to convert it, run 'openssl x509 -in FILE'");
            }
            "PKCS7" => return Err("is PKCS#7; to extract its certificates, run 'openssl pkcs7 -print_certs -in FILE'"),
            "ENCRYPTED PRIVATE KEY" => {
                self.encrypted_key = true;
                return Ok(());
            }
            _ if !framed => return Err("does not begin with five hyphens"),
            _ => {}
        }
        if piece.contains("4,ENCRYPTED") {
            self.encrypted_key = true;
            return Ok(());
        }
        // Lines with a colon are headers, which we do not need.
        let body: Vec<&str> = piece.lines().filter(|line| !line.is_empty() && !line.contains(':')).collect();
        let section = pem::parse(format!("-----BEGIN {}", body.join("\n"))).map_err(|error| match error {
            pem::PemError::MalformedFraming => "has no end line (-----END ...-----)",
            pem::PemError::MismatchedTags(..) => "has different labels in its BEGIN and END lines",
            _ => "is not base64",
        })?;
        let der = section.into_contents();
        // Only check that it is one whole structure; its contents are for the readers.
        match Sequence::from_der(&der) {
            Ok(([], _)) => {}
            _ => return Err("is truncated or damaged: its contents are not one DER structure"),
        }
        match label {
            "CERTIFICATE" | "X509 CERTIFICATE" => self.certificates.push(der.into()),
            "X509 CRL" | "CRL" => self.lists.push(der.into()),
            _ => {
                let kind = SectionKind::try_from(label.as_bytes()).map_err(|()| "is of an unknown kind")?;
                self.keys.push(PrivateKeyDer::from_pem(kind, der).ok_or("is of an unknown kind")?);
            }
        }
        Ok(())
    }
}

/// What a section with this label contains; `None` for labels that are ignored.
fn what(label: &str) -> Option<&'static str> {
    match label {
        "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" | "PKCS7" => Some(CERTIFICATE),
        "PRIVATE KEY" | "RSA PRIVATE KEY" | "EC PRIVATE KEY" | "ENCRYPTED PRIVATE KEY" => Some(KEY),
        "X509 CRL" | "CRL" => Some(LIST),
        _ => None,
    }
}

/// The text without byte order marks and indentation, with lines that end in `\n`.
pub(super) fn plain(bytes: &[u8]) -> String {
    let text = match bytes {
        [0xFF, 0xFE, rest @ ..] => Cow::Owned(utf16(rest, u16::from_le_bytes)),
        [0xFE, 0xFF, rest @ ..] => Cow::Owned(utf16(rest, u16::from_be_bytes)),
        _ => String::from_utf8_lossy(bytes),
    };
    // Concatenated files have a mark in the middle, too.
    let text = text.replace('\u{FEFF}', "").replace("\r\n", "\n").replace('\r', "\n");
    text.split('\n').map(str::trim).collect::<Vec<_>>().join("\n")
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).filter_map(|pair| pair.try_into().ok()).map(unit);
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

    use super::*;
    use crate::pki::CertificateAuthority;

    fn pair() -> [String; 2] {
        [1, 2].map(|_| CertificateAuthority::create("Authority", 1).unwrap().credential().certificate_pem())
    }

    #[test]
    fn two_certificates_are_two_however_the_text_was_written() {
        let [first, second] = pair();
        let both = format!("{first}{second}");
        let utf16 = |to: fn(u16) -> [u8; 2], mark: [u8; 2]| -> Vec<u8> {
            mark.into_iter().chain(both.encode_utf16().flat_map(to)).collect()
        };
        let texts: Vec<Vec<u8>> = vec![
            both.clone().into(),
            format!("\u{FEFF}{both}").into(),
            format!("\u{FEFF}{first}\u{FEFF}{second}").into(),
            format!("{}{second}", first.trim_end()).into(),
            both.replace('\n', "\r\n").into(),
            both.replace('\n', "\r").into(),
            both.replace('\n', "\n\n").into(),
            both.replace('\n', "\n    ").into(),
            format!("subject=CN: one\n{first}Bag Attributes\n    friendlyName: two\n{second}").into(),
            utf16(u16::to_le_bytes, [0xFF, 0xFE]),
            utf16(u16::to_be_bytes, [0xFE, 0xFF]),
        ];
        let expected = Bundle::read(&texts[0]).unwrap().certificates;
        assert_eq!(expected.len(), 2);
        for text in texts {
            let read = Bundle::read(&text).unwrap_or_else(|e| panic!("{e}\n{}", String::from_utf8_lossy(&text)));
            assert_eq!(read.certificates, expected, "{}", String::from_utf8_lossy(&text));
        }
    }

    #[test]
    fn a_certificate_that_cannot_be_read_is_named_by_number_and_line() {
        let [first, second] = pair();
        let line = first.lines().count() + 1;
        let broken = [
            (second.replace("-----END CERTIFICATE-----\n", ""), "no end line"),
            (second.replace("-----BEGIN", "\u{2013}\u{2013}-BEGIN"), "five hyphens"),
            (second.replace("END CERTIFICATE", "END X509 CRL"), "different labels"),
            (second.replacen("\nMI", "\n*MI", 1), "not base64"),
            (second.lines().take(2).chain(["-----END CERTIFICATE-----"]).collect::<Vec<_>>().join("\n"), "truncated"),
            ("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n".to_owned(), "truncated"),
            (second.replace("CERTIFICATE", "TRUSTED CERTIFICATE"), "openssl x509"),
            (second.replace("CERTIFICATE", "PKCS7"), "openssl pkcs7"),
        ];
        for (broken, reason) in broken {
            let error = Bundle::read(format!("{first}{broken}").as_bytes()).unwrap_err().to_string();
            assert!(error.contains(&format!("certificate 2, which begins on line {line}")), "{error}");
            assert!(error.contains(reason), "{reason}: {error}");
        }
    }
}
