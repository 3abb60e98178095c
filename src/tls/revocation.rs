//! The revocation lists, each with the authority that signed it. Authorities are told apart by key
//! and not by name: one that was renewed with a new key is another authority, with its own lists.

use std::collections::{HashMap, HashSet};

use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::{CertificateRevocationListDer, TrustAnchor};
use webpki::OwnedCertRevocationList;
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::{CertificateRevocationList, FromDer, SubjectPublicKeyInfo, X509Extension};

/// The lists of all files.
#[derive(Debug, Default)]
pub(super) struct Lists {
    /// Serial numbers, by the key that signed the list (the contents of its SubjectPublicKeyInfo).
    by_key: HashMap<Vec<u8>, HashSet<Vec<u8>>>,
    /// Lists of authorities that clients may send in their chains.
    others: Vec<CertificateRevocationListDer<'static>>,
}

/// Whose list it is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Placed {
    /// A trusted authority's.
    Trusted,
    /// None of theirs. It is used if a client sends an intermediate certificate whose key signed
    /// it.
    Elsewhere,
}

impl Lists {
    /// Adds a list.
    ///
    /// # Errors
    /// It is invalid, or has an authority's name and key identifier without that authority's
    /// signature.
    pub(super) fn add(
        &mut self,
        list: CertificateRevocationListDer<'static>,
        authorities: &[Authority],
        algorithms: &WebPkiSupportedAlgorithms,
    ) -> Result<Placed, String> {
        // Refuses unsupported lists: deltas, indirect lists, unknown critical extensions.
        OwnedCertRevocationList::from_der(&list).map_err(|e| format!("the revocation list is not supported: {e:?}"))?;
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
                    "the revocation list of {} is not signed by that authority: fetch it again",
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

/// What is needed of a trusted authority to match lists to it.
#[derive(Debug)]
pub(super) struct Authority {
    /// The encoded name, with its tag.
    pub(super) subject: Vec<u8>,
    /// The contents of its SubjectPublicKeyInfo.
    pub(super) key: Vec<u8>,
    /// The key identifier, if the certificate has one.
    pub(super) identifier: Option<Vec<u8>>,
    /// Its issuer's name and, if given, key identifier. A root is its own issuer.
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

    /// Whether a list of its issuer revokes it. The issuer may not be a trusted authority, so its
    /// key is not known and the name has to do. This is safe because an operator chose the list.
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

/// When the next list is due (seconds since 1970), and the issuer's name.
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

/// Without leading zeros, which only some authorities write.
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

/// Whether the key signed the list, with any supported algorithm. Each algorithm refuses the keys
/// and signatures of the others.
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

/// Prepends the tag and length of a sequence.
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
        // Unreachable: a length has at most eight bytes.
        _ => {}
    }
    der.extend_from_slice(contents);
    der
}
