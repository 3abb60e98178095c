//! `lrs cert`: which client certificates may act for which organisations.

mod new;

use clap::Subcommand;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use x509_parser::parse_x509_certificate;

use super::failure::Failure;
use super::{config, setup};
use crate::model::{Fingerprint, Organisation, Peer, Ukprn};
use crate::store::organisations::Certificate;

/// Register, list and revoke client certificates; make some for development
#[derive(Debug, Subcommand)]
pub enum Cert {
    /// Make a client certificate for development, and the authority that signs it where there is none
    New(new::New),
    /// Let a client certificate act for an organisation
    #[command(after_help = "\
One certificate may act for several organisations, and an organisation may have several certificates.

Example:
  lrs cert add TEST0038 demo/pki/provider.pem --config demo/lrs.toml")]
    Add {
        /// The organisation
        ukprn: Ukprn,
        /// PEM or DER file of the certificate; a key in it is not read
        certificate: PathBuf,
        #[command(flatten)]
        config: config::File,
    },
    /// List certificates with the organisations that they may act for
    #[command(after_help = "Example:\n  lrs cert list --config demo/lrs.toml")]
    List {
        #[command(flatten)]
        config: config::File,
    },
    /// Refuse a certificate from now on, for every organisation
    #[command(after_help = "\
A revoked certificate stays revoked; give the organisation a new one. Open connections are refused at their next request.

Example:
  lrs cert revoke 3f1c5e... --config demo/lrs.toml")]
    Revoke {
        /// SHA-256 fingerprint of the certificate, as 'lrs cert list' shows it
        fingerprint: Fingerprint,
        #[command(flatten)]
        config: config::File,
    },
}

/// Runs the verb.
pub fn run(cert: Cert, out: &mut impl Write) -> Result<(), Failure> {
    match cert {
        Cert::New(new) => new::run(&new, out),
        Cert::Add { ukprn, certificate, config } => {
            let peer = read(&certificate)?;
            let is_new = setup::administer(&config, |admin| admin.register_certificate(ukprn, &peer))?;
            let already = if is_new { "" } else { " already" };
            writeln!(
                out,
                "{}\nmay{already} act for {ukprn}, until {}.",
                peer.fingerprint,
                peer.not_after.format("%F")
            )?;
            Ok(())
        }
        Cert::List { config } => {
            let (certificates, organisations) =
                setup::administer(&config, |admin| Ok((admin.certificates()?, admin.organisations()?)))?;
            list(&certificates, &organisations, out)
        }
        Cert::Revoke { fingerprint, config } => {
            setup::administer(&config, |admin| admin.revoke_certificate(fingerprint))?;
            Ok(writeln!(out, "{fingerprint} is revoked.")?)
        }
    }
}

fn list(certificates: &[Certificate], organisations: &[Organisation], out: &mut impl Write) -> Result<(), Failure> {
    for certificate in certificates {
        let may_act_for: Vec<&str> = organisations
            .iter()
            .filter(|organisation| certificate.organisations.contains(&organisation.id))
            .map(|organisation| organisation.ukprn.as_str())
            .collect();
        let state = match certificate.revoked_at {
            Some(at) => format!("revoked {}", at.format("%F %T")),
            None => format!("until {}", certificate.not_after.format("%F")),
        };
        writeln!(
            out,
            "{}\n    {} ({state}) for {}",
            certificate.fingerprint,
            certificate.subject,
            may_act_for.join(" ")
        )?;
    }
    if certificates.is_empty() {
        writeln!(out, "There are no certificates. 'lrs cert add --help' says how to register one.")?;
    }
    Ok(())
}

/// The first certificate of a file, in PEM or DER form.
fn read(file: &Path) -> Result<Peer, Failure> {
    let bytes =
        fs::read(file).map_err(|error| Failure::doing(&format!("{} could not be read", file.display()), error))?;
    let der = CertificateDer::from_pem_slice(&bytes).map_or(bytes, |certificate| certificate.as_ref().to_vec());
    let (_, certificate) = parse_x509_certificate(&der)
        .map_err(|_| Failure::Failed(format!("{} holds no X.509 certificate in PEM or DER form.", file.display())))?;
    let not_after =
        chrono::DateTime::from_timestamp(certificate.validity().not_after.timestamp(), 0).ok_or_else(|| {
            Failure::Failed(format!("The certificate in {} has no readable end of validity.", file.display()))
        })?;
    Ok(Peer {
        fingerprint: Fingerprint::of_der(&der),
        subject: certificate.subject().to_string(),
        not_after: not_after.naive_utc(),
    })
}
