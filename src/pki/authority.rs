//! The development authority: issues and revokes certificates.

use std::time::{Duration, SystemTime};

use super::{Bundle, CertificateRequest, Credential, KeyKind, PkiError, Serial};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams, SerialNumber,
    date_time_ymd,
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Certificates are valid from this long before now, for clients whose clocks are slow.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(60 * 60);
/// Days until the next update of a revocation list.
const LIST_VALIDITY_DAYS: u32 = 365;

/// A certificate authority with its private key.
pub struct CertificateAuthority {
    credential: Credential,
    issuer: Issuer<'static, KeyPair>,
}

impl CertificateAuthority {
    /// A new self-signed authority, valid for `days`.
    ///
    /// # Errors
    /// The name is not valid in a certificate.
    pub fn create(name: &str, days: u32) -> Result<Self, PkiError> {
        let mut params = params(name, &[], days)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages =
            vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign, KeyUsagePurpose::DigitalSignature];
        let key = KeyPair::generate()?;
        let certificate = params.self_signed(&key)?;
        let credential = Credential::new(&certificate, &key);
        Ok(Self { credential, issuer: Issuer::new(params, key) })
    }

    /// Loads an authority from a PEM text with certificate and private key (PKCS#8), as written by
    /// [`Credential::pem`].
    ///
    /// # Errors
    /// Either is missing or unreadable.
    pub fn load(pem: &str) -> Result<Self, PkiError> {
        let bundle = Bundle::read(pem.as_bytes())?;
        let (Some(certificate), Some(key)) = (bundle.certificates.first(), bundle.keys.first()) else {
            return Err(PkiError::NotPem);
        };
        let key = KeyPair::try_from(key)?;
        let credential = Credential::from_der(certificate, &key);
        Ok(Self { issuer: Issuer::from_ca_cert_der(certificate, key)?, credential })
    }

    /// The authority's own certificate and key.
    pub fn credential(&self) -> &Credential {
        &self.credential
    }

    /// A server certificate for host names and addresses, valid for `days`.
    ///
    /// # Errors
    /// A host name is not ASCII.
    pub fn issue_server(&self, hosts: &[&str], days: u32) -> Result<Credential, PkiError> {
        self.issue_server_with(KeyKind::Ec, hosts, days)
    }

    /// As [`Self::issue_server`], with a choice of key.
    ///
    /// # Errors
    /// A host name is not ASCII.
    pub fn issue_server_with(&self, key: KeyKind, hosts: &[&str], days: u32) -> Result<Credential, PkiError> {
        let name = hosts.first().copied().unwrap_or("server");
        self.issue(params(name, hosts, days)?, ExtendedKeyUsagePurpose::ServerAuth, key)
    }

    /// A client certificate with this common name, valid for `days`.
    ///
    /// # Errors
    /// The name is not valid in a certificate.
    pub fn issue_client(&self, name: &str, days: u32) -> Result<Credential, PkiError> {
        self.issue_client_with(KeyKind::Ec, name, days)
    }

    /// As [`Self::issue_client`], with a choice of key.
    ///
    /// # Errors
    /// The name is not valid in a certificate.
    pub fn issue_client_with(&self, key: KeyKind, name: &str, days: u32) -> Result<Credential, PkiError> {
        self.issue(params(name, &[], days)?, ExtendedKeyUsagePurpose::ClientAuth, key)
    }

    /// The client certificate for the key of a request, with this common name, as PEM, valid for
    /// `days`. Nothing else of the request is taken.
    ///
    /// # Errors
    /// The name is not valid in a certificate.
    pub fn sign(&self, request: &CertificateRequest, name: &str, days: u32) -> Result<String, PkiError> {
        let params = limited(params(name, &[], days)?, ExtendedKeyUsagePurpose::ClientAuth);
        Ok(params.signed_by(&request.public_key, &self.issuer)?.pem())
    }

    /// A PEM revocation list of exactly these certificates, which replaces every earlier one. It is
    /// valid for a year.
    ///
    /// # Errors
    /// The authority may not sign lists.
    pub fn revoke(&self, serials: &[Serial]) -> Result<String, PkiError> {
        let (epoch, now) = (date_time_ymd(1970, 1, 1), since_epoch());
        let revoked = |serial: &Serial| RevokedCertParams {
            serial_number: SerialNumber::from_slice(serial.as_bytes()),
            revocation_time: epoch + now,
            reason_code: None,
            invalidity_date: None,
        };
        let list = CertificateRevocationListParams {
            this_update: epoch + now,
            next_update: epoch + now + DAY * LIST_VALIDITY_DAYS,
            crl_number: SerialNumber::from(u64::try_from(now.as_micros()).unwrap_or(u64::MAX)),
            issuing_distribution_point: None,
            revoked_certs: serials.iter().map(revoked).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        Ok(list.signed_by(&self.issuer)?.pem()?)
    }

    fn issue(
        &self,
        params: CertificateParams,
        usage: ExtendedKeyUsagePurpose,
        key: KeyKind,
    ) -> Result<Credential, PkiError> {
        let key = key.make()?;
        let certificate = limited(params, usage).signed_by(&key, &self.issuer)?;
        Ok(Credential::new(&certificate, &key))
    }
}

/// The parameters of a certificate that is good for this use alone.
fn limited(mut params: CertificateParams, usage: ExtendedKeyUsagePurpose) -> CertificateParams {
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![usage];
    params.use_authority_key_identifier_extension = true;
    params
}

fn params(name: &str, hosts: &[&str], days: u32) -> Result<CertificateParams, PkiError> {
    let mut params = CertificateParams::new(hosts.iter().map(|host| (*host).to_owned()).collect::<Vec<_>>())?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    let (epoch, now) = (date_time_ymd(1970, 1, 1), since_epoch());
    params.not_before = epoch + now.saturating_sub(CLOCK_TOLERANCE);
    params.not_after = epoch + now + DAY * days;
    Ok(params)
}

fn since_epoch() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}
