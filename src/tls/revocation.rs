//! The revocation lists, each with the authority that signed it. Names decide nothing: an authority that was renewed with a new key is another
//! authority of the same name, and each generation has its own lists.

use std::collections::{HashMap, HashSet};

use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::{CertificateRevocationListDer, TrustAnchor};
use webpki::OwnedCertRevocationList;
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::{CertificateRevocationList, FromDer, SubjectPublicKeyInfo, X509Extension};

/// The lists, as they stand in the files.
#[derive(Debug, Default)]
pub(super) struct Lists {
    /// Serial numbers by the key (the contents of its SubjectPublicKeyInfo) that signed the list.
    by_key: HashMap<Vec<u8>, HashSet<Vec<u8>>>,
    /// Lists of authorities that clients may send in their chains.
    others: Vec<CertificateRevocationListDer<'static>>,
}

/// What has become of a list.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Placed {
    /// It is of an authority that is trusted.
    Trusted,
    /// It is of none of them: it counts for an intermediate that has signed it, if a client sends one.
    Elsewhere,
}

impl Lists {
    /// Adds a list of one of the authorities.
    ///
    /// # Errors
    /// It cannot be read, or bears an authority's name and key identifier and not its signature.
    pub(super) fn add(
        &mut self,
        list: CertificateRevocationListDer<'static>,
        authorities: &[Authority],
        algorithms: &WebPkiSupportedAlgorithms,
    ) -> Result<Placed, String> {
        // Refuses what would have to be understood to be followed: deltas, indirect lists, unknown critical extensions.
        OwnedCertRevocationList::from_der(&list).map_err(|e| format!("the revocation list cannot be used: {e:?}"))?;
        let parsed = parse(&list).ok_or("not a revocation list")?;
        let mut placed = Placed::Elsewhere;
        for authority in authorities {
            if signed_by(&parsed, &authority.key, algorithms) {
                placed = Placed::Trusted;
                self.by_key.entry(authority.key.clone()).or_default().extend(serials(&parsed));
            }
        }
        if placed == Placed::Elsewhere {
            let forged = |authority: &Authority| {
                authority.subject == parsed.issuer().as_raw()
                    && key_identifier(parsed.extensions()).is_none_or(|id| authority.identifier.as_deref() == Some(id))
            };
            if authorities.iter().any(forged) {
                return Err(format!(
                    "the revocation list of {} does not bear the signature of that authority: fetch it again",
                    parsed.issuer()
                ));
            }
            drop(parsed);
            self.others.push(list);
        }
        Ok(placed)
    }

    /// Whether the authority with this key has revoked the certificate with this serial number.
    pub(super) fn revoked(&self, key: &[u8], serial: &[u8], algorithms: &WebPkiSupportedAlgorithms) -> bool {
        let serial = significant(serial);
        if self.by_key.get(key).is_some_and(|serials| serials.contains(serial)) {
            return true;
        }
        let mut others = self.others.iter().filter_map(|list| parse(list));
        others.any(|list| {
            list.iter_revoked_certificates().any(|revoked| significant(revoked.raw_serial()) == serial)
                && signed_by(&list, key, algorithms)
        })
    }
}

/// A trusted authority, as far as lists are matched to it.
#[derive(Debug)]
pub(super) struct Authority {
    /// The name as it is encoded, with its tag.
    pub(super) subject: Vec<u8>,
    /// The contents of its SubjectPublicKeyInfo.
    pub(super) key: Vec<u8>,
    /// The identifier of the key, where the certificate has one.
    pub(super) identifier: Option<Vec<u8>>,
    /// The authority above it, by name and, where the certificate says so, by the identifier of its key; a root is its own.
    issuer: (Vec<u8>, Option<Vec<u8>>),
    serial: Vec<u8>,
}

impl Authority {
    pub(super) fn new(der: &[u8], anchor: &TrustAnchor<'_>) -> Option<Self> {
        let (_, certificate) = x509_parser::parse_x509_certificate(der).ok()?;
        let identifier = certificate.extensions().iter().find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::SubjectKeyIdentifier(id) => Some(id.0.to_vec()),
            _ => None,
        });
        let subject = certificate.subject().as_raw().to_vec();
        let issuer = certificate.issuer().as_raw().to_vec();
        let issuer = (issuer, key_identifier(certificate.extensions()).map(<[u8]>::to_vec));
        let serial = significant(certificate.raw_serial()).to_vec();
        Some(Self { subject, key: anchor.subject_public_key_info.to_vec(), identifier, issuer, serial })
    }

    /// Whether a list of the authority above it names it. That authority need not be trusted itself, so that its names must do: an operator has
    /// chosen the list.
    pub(super) fn is_revoked_by(&self, list: &[u8]) -> bool {
        let (issuer, identifier) = &self.issuer;
        parse(list).is_some_and(|list| {
            let same_key = match (identifier, key_identifier(list.extensions())) {
                (Some(one), Some(other)) => one == other,
                _ => true,
            };
            *issuer != self.subject
                && list.issuer().as_raw() == issuer
                && same_key
                && list.iter_revoked_certificates().any(|revoked| significant(revoked.raw_serial()) == self.serial)
        })
    }
}

/// When the next list is due (seconds since 1970), and the authority's name.
pub(super) fn next_update(list: &[u8]) -> Option<(i64, String)> {
    let list = parse(list)?;
    Some((list.next_update()?.timestamp(), list.issuer().to_string()))
}

fn parse(list: &[u8]) -> Option<CertificateRevocationList<'_>> {
    CertificateRevocationList::from_der(list).ok().map(|(_, list)| list)
}

fn serials<'a>(list: &'a CertificateRevocationList<'_>) -> impl Iterator<Item = Vec<u8>> + 'a {
    list.iter_revoked_certificates().map(|revoked| significant(revoked.raw_serial()).to_vec())
}

/// Without the zeros in front, which some authorities write and others leave out.
fn significant(serial: &[u8]) -> &[u8] {
    let zeros = serial.iter().take_while(|byte| **byte == 0).count();
    serial.get(zeros..).unwrap_or_default()
}

fn key_identifier<'a>(extensions: &'a [X509Extension<'_>]) -> Option<&'a [u8]> {
    extensions.iter().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::AuthorityKeyIdentifier(id) => id.key_identifier.as_ref().map(|id| id.0),
        _ => None,
    })
}

/// Whether the key has signed the list, by any algorithm that is supported: each refuses keys and signatures that are not its own.
fn signed_by(list: &CertificateRevocationList<'_>, key: &[u8], algorithms: &WebPkiSupportedAlgorithms) -> bool {
    let Some(point) = key_bits(key) else { return false };
    let (message, signature) = (list.tbs_cert_list.as_ref(), list.signature_value.data.as_ref());
    algorithms.all.iter().any(|algorithm| algorithm.verify_signature(&point, message, signature).is_ok())
}

/// The key itself, from the contents of a SubjectPublicKeyInfo.
fn key_bits(key: &[u8]) -> Option<Vec<u8>> {
    let der = sequence(key);
    let (_, info) = SubjectPublicKeyInfo::from_der(&der).ok()?;
    Some(info.subject_public_key.data.to_vec())
}

/// Contents with the tag and length of a sequence in front.
fn sequence(contents: &[u8]) -> Vec<u8> {
    let length = contents.len().to_be_bytes();
    let length = significant(&length);
    let mut der = vec![0x30];
    match (contents.len(), u8::try_from(contents.len()), u8::try_from(length.len())) {
        (0..=0x7F, Ok(short), _) => der.push(short),
        (_, _, Ok(count)) => {
            der.push(0x80 | count);
            der.extend_from_slice(length);
        }
        // No length has more bytes than that.
        _ => {}
    }
    der.extend_from_slice(contents);
    der
}
