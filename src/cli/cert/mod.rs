//! `lrs cert`: which client certificates may act for which organisations.

mod new;

use clap::Subcommand;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::{config, setup};
use crate::model::{Fingerprint, Organisation, Peer, Ukprn, london_day, london_text};
use crate::pki;
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
        /// PEM file of the certificate; a key in it is not read
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
            writeln!(out, "{}\nmay{already} act for {ukprn}, until {}.", peer.fingerprint, london_day(peer.not_after))?;
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
            Some(at) => format!("revoked {}", london_text(at)),
            None => format!("until {}", london_day(certificate.not_after)),
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

/// The first certificate of a file.
fn read(file: &Path) -> Result<Peer, Failure> {
    let pem = fs::read_to_string(file)
        .map_err(|error| Failure::doing(&format!("{} could not be read as PEM", file.display()), error))?;
    pki::peer_of_pem(&pem).map_err(|_| Failure::Failed(format!("{} holds no certificate in PEM form.", file.display())))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;
    use crate::domain::NewOrganisation;
    use crate::pki::CertificateAuthority;

    fn text(cert: Cert) -> Result<String, Failure> {
        let mut out = Vec::new();
        run(cert, &mut out).map(|()| String::from_utf8(out).unwrap())
    }

    #[test]
    fn a_certificate_is_registered_listed_and_revoked_for_good() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("lrs.toml");
        fs::write(&file, "[store]\nurl = \"lrs.db\"\n").unwrap();
        let config = config::File { config: Some(file) };
        setup::open(&config.load().unwrap()).unwrap().migrate().unwrap();
        let ukprn: Ukprn = "90000051".parse().unwrap();
        let new = NewOrganisation {
            ukprn,
            org_ref: "RIVER1".parse().unwrap(),
            name: "Riverside College",
            learner_registration_body: true,
            awarding_organisation: false,
            permissions: None,
            password: None,
        };
        setup::administer(&config, |admin| admin.add_organisation(&new)).unwrap();
        let credential = CertificateAuthority::create("Test", 1).unwrap().issue_client("riverside", 1).unwrap();
        let fingerprint = credential.fingerprint();
        let certificate = folder.path().join("riverside.pem");
        fs::write(&certificate, credential.pem().as_bytes()).unwrap();

        let add = || Cert::Add { ukprn, certificate: certificate.clone(), config: config.clone() };
        assert!(text(add()).unwrap().contains("may act for 90000051"));
        assert!(text(add()).unwrap().contains("may already act for 90000051"));
        let listed = text(Cert::List { config: config.clone() }).unwrap();
        assert!(listed.contains(&fingerprint.to_string()) && listed.contains("for 90000051"), "{listed}");
        text(Cert::Revoke { fingerprint, config: config.clone() }).unwrap();
        assert!(text(Cert::List { config: config.clone() }).unwrap().contains("(revoked "));
        let Err(Failure::Failed(message)) = text(add()) else { panic!("expected a failure") };
        assert!(message.contains("Give the organisation a new one"), "{message}");
        assert!(text(Cert::Revoke { fingerprint, config }).is_err());
    }

    #[test]
    fn a_file_without_certificate_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("empty.pem");
        fs::write(&file, "").unwrap();
        let Err(Failure::Failed(message)) = read(&file) else { panic!("expected a failure") };
        assert!(message.contains("empty.pem"), "{message}");
    }
}
