//! Client certificates as the rules see them: a fingerprint and a few details.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use super::Timestamp;

/// The SHA-256 hash of a certificate or a public key in DER, written in lower-case hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 32]);

/// The text is not 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a fingerprint is 64 hexadecimal digits (SHA-256)")]
pub struct InvalidFingerprint;

impl Fingerprint {
    /// The fingerprint of a certificate or a public key in DER.
    pub fn of_der(der: &[u8]) -> Self {
        Self(Sha256::digest(der).into())
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// A fingerprint from its 32 bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl FromStr for Fingerprint {
    type Err = InvalidFingerprint;

    /// Accepts either case, and the colons that `openssl x509 -fingerprint` prints between bytes.
    fn from_str(text: &str) -> Result<Self, InvalidFingerprint> {
        let mut digits = text.bytes().filter(|b| *b != b':').map(|b| char::from(b).to_digit(16));
        let mut next = || digits.next().flatten().and_then(|d| u8::try_from(d).ok()).ok_or(InvalidFingerprint);
        let mut bytes = [0; 32];
        for byte in &mut bytes {
            *byte = next()? << 4 | next()?;
        }
        if digits.next().is_some() { Err(InvalidFingerprint) } else { Ok(Self(bytes)) }
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

/// The peer of a mutually authenticated connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// The fingerprint of the client certificate.
    pub fingerprint: Fingerprint,
    /// The SHA-256 of its public key (SubjectPublicKeyInfo in DER).
    pub key: Fingerprint,
    /// The certificate's subject, for display.
    pub subject: String,
    /// When the certificate expires (UTC).
    pub not_after: Timestamp,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn written_and_read() {
        let fingerprint = Fingerprint::of_der(b"");
        assert_eq!(fingerprint.to_string(), EMPTY);
        assert_eq!(EMPTY.to_uppercase().parse(), Ok(fingerprint));
        let with_colons =
            EMPTY.as_bytes().chunks(2).map(|c| std::str::from_utf8(c).unwrap()).collect::<Vec<_>>().join(":");
        assert_eq!(with_colons.parse(), Ok(fingerprint));
        for wrong in ["", "e3", &EMPTY.replace('e', "g"), &format!("{EMPTY}0"), "é"] {
            assert_eq!(wrong.parse::<Fingerprint>(), Err(InvalidFingerprint));
        }
    }
}
