//! Why a client certificate is refused: each cause with a label for the metrics and a sentence for
//! people.

use std::fmt;

use rustls::CertificateError;

/// Why a client certificate is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It is in a revocation list.
    Revoked,
    /// It has expired.
    Expired,
    /// It is not valid yet.
    NotYetValid,
    /// It was not issued by a trusted authority.
    Untrusted,
    /// It is not a client certificate.
    Purpose,
    /// It is the certificate of an authority.
    Authority,
    /// It uses X.509 version 1 or 2.
    Version,
    /// It has an unknown critical extension.
    Extension,
    /// It, or one above it, has an unsupported signature algorithm.
    Algorithm,
    /// Its key has an unsupported type or length.
    Key,
    /// The chain violates a constraint of an authority in it.
    Constraint,
    /// There is no certificate.
    Missing,
    /// It is not a certificate.
    Unreadable,
}

impl Refusal {
    /// The label in metrics and log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Revoked => "certificate_revoked",
            Self::Expired => "certificate_expired",
            Self::NotYetValid => "certificate_not_yet_valid",
            Self::Untrusted => "certificate_untrusted",
            Self::Purpose => "certificate_purpose",
            Self::Authority => "certificate_authority",
            Self::Version => "certificate_version",
            Self::Extension => "certificate_extension",
            Self::Algorithm => "certificate_algorithm",
            Self::Key => "certificate_key",
            Self::Constraint => "certificate_constraint",
            Self::Missing => "certificate_missing",
            Self::Unreadable => "certificate_unreadable",
        }
    }

    pub(super) fn of(error: &webpki::Error) -> Self {
        use webpki::Error as E;
        match error {
            E::CertRevoked => Self::Revoked,
            E::CertExpired { .. } | E::InvalidCertValidity => Self::Expired,
            E::CertNotValidYet { .. } => Self::NotYetValid,
            E::RequiredEkuNotFoundContext(_) | E::EmptyEkuExtension => Self::Purpose,
            E::CaUsedAsEndEntity => Self::Authority,
            E::UnsupportedCertVersion => Self::Version,
            E::UnsupportedCriticalExtension => Self::Extension,
            E::UnsupportedSignatureAlgorithmContext(_)
            | E::UnsupportedSignatureAlgorithmForPublicKeyContext(_)
            | E::SignatureAlgorithmMismatch => Self::Algorithm,
            E::NameConstraintViolation
            | E::PathLenConstraintViolated
            | E::MaximumPathDepthExceeded
            | E::MalformedNameConstraint => Self::Constraint,
            E::BadDer
            | E::BadDerTime
            | E::TrailingData(_)
            | E::ExtensionValueInvalid
            | E::InvalidSerialNumber
            | E::MalformedExtensions
            | E::MalformedDnsIdentifier => Self::Unreadable,
            _ => Self::Untrusted,
        }
    }

    /// The error that decides the alert sent to the client.
    pub(super) const fn alert(self) -> CertificateError {
        match self {
            Self::Revoked => CertificateError::Revoked,
            Self::Expired => CertificateError::Expired,
            Self::NotYetValid => CertificateError::NotValidYet,
            Self::Untrusted => CertificateError::UnknownIssuer,
            Self::Purpose | Self::Authority => CertificateError::InvalidPurpose,
            Self::Version
            | Self::Extension
            | Self::Algorithm
            | Self::Key
            | Self::Constraint
            | Self::Missing
            | Self::Unreadable => CertificateError::BadEncoding,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Revoked => "the client certificate is revoked",
            Self::Expired => "the client certificate has expired",
            Self::NotYetValid => "the client certificate is not valid yet",
            Self::Untrusted => "the client certificate is not from a trusted authority",
            Self::Purpose => "the client certificate is not for clients: its extended key usage lacks clientAuth",
            Self::Authority => "the client certificate is an authority's, not a client's",
            Self::Version => "the client certificate is not X.509 version 3",
            Self::Extension => "the client certificate has an unknown critical extension",
            Self::Algorithm => "the client certificate, or one above it, has an unsupported signature algorithm",
            Self::Key => {
                "the key of the client certificate is not supported; use RSA (2048 to 8192 bits), P-256, P-384 or Ed25519"
            }
            Self::Constraint => "the client certificate violates a constraint of an authority above it",
            Self::Missing => "the client sent no certificate",
            Self::Unreadable => "the client certificate cannot be read",
        })
    }
}
