//! `lrs cert`: which client certificates may act for which organisations.

mod add;
mod new;
mod sign;

use clap::Subcommand;
use std::io::Write;

use super::failure::Failure;
use super::{config, setup};
use crate::domain::Certificate;
use crate::model::{Fingerprint, Organisation, london_day, london_text, plain};

/// Register, list and revoke client certificates, and create them for development
#[derive(Debug, Subcommand)]
pub enum Cert {
    /// Create a client certificate for development, and an authority to sign it if there is none
    New(new::New),
    /// Allow a client certificate to act for an organisation
    Add(add::Add),
    /// List the certificates that organisations ask for at the portal
    Requests(sign::Requests),
    /// Sign a request for a certificate and register the certificate
    Sign(sign::Sign),
    /// List certificates and the organisations that they may act for
    #[command(after_help = "Example:\n  lrs cert list --config demo/lrs.toml")]
    List {
        #[command(flatten)]
        config: config::File,
    },
    /// Revoke a certificate for every organisation
    #[command(after_help = "\
This cannot be undone; issue the organisation a new certificate. When the command ends, every server refuses the revoked one, also on
open connections.

Example:
  lrs cert revoke 3f1c5e... --config demo/lrs.toml")]
    Revoke {
        /// SHA-256 fingerprint of the certificate, as 'lrs cert list' shows it
        fingerprint: Fingerprint,
        #[command(flatten)]
        config: config::File,
    },
}

/// Runs the command.
pub fn run(cert: Cert, out: &mut impl Write) -> Result<(), Failure> {
    match cert {
        Cert::New(new) => new::run(&new, out),
        Cert::Add(add) => add::run(&add, out),
        Cert::Requests(requests) => sign::list(&requests, out),
        Cert::Sign(sign) => sign::run(&sign, out),
        Cert::List { config } => {
            let (certificates, organisations) =
                setup::administer(&config, |admin| Ok((admin.certificates()?, admin.organisations()?)))?;
            list(&certificates, &organisations, out)
        }
        Cert::Revoke { fingerprint, config } => {
            setup::administer(&config, |admin| admin.revoke_certificate(fingerprint))?;
            Ok(writeln!(out, "Revoked {fingerprint}. Every server now refuses it.")?)
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
            plain(&certificate.subject),
            may_act_for.join(" ")
        )?;
    }
    if certificates.is_empty() {
        writeln!(out, "No certificates yet. To register one, see 'lrs cert add --help'.")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
