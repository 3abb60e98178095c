//! `lrs cert add`: registers a certificate that the service would accept.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use crate::cli::failure::Failure;
use crate::cli::{config, setup};
use crate::model::{Ukprn, london_day, plain};
use crate::pki::{ClientCertificate, PkiError};
use crate::tls;

/// Allow a client certificate to act for an organisation
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The file may be PEM, DER or PKCS#12. If it has several certificates, the one that matches the key in the file is used, or else the only one \
that is not an authority's. The certificate is checked as the service checks it; one that could not connect is refused, with the reason.

One certificate may act for several organisations, and an organisation may have several certificates.

Examples:
  lrs cert add TEST0038 demo/pki/provider.pem --config demo/lrs.toml
  lrs cert add TEST0038 provider.p12 --p12-password secret")]
pub struct Add {
    /// The organisation
    pub(super) ukprn: Ukprn,
    /// The certificate file; a private key in it is ignored
    pub(super) certificate: PathBuf,
    /// Password of the .p12 file
    #[arg(long, default_value = "", hide_default_value = true, value_name = "PASSWORD")]
    pub(super) p12_password: String,
    /// Register it even if the service would refuse it
    #[arg(long)]
    pub(super) anyway: bool,
    #[command(flatten)]
    pub(super) config: config::File,
}

/// Runs the command.
pub fn run(add: &Add, out: &mut impl Write) -> Result<(), Failure> {
    let certificate = read(add)?;
    writeln!(out, "{}", certificate.peer.fingerprint)?;
    for (name, value) in [
        ("subject", plain(&certificate.subject)),
        ("issuer", plain(&certificate.issuer)),
        ("serial", certificate.serial.clone()),
        ("ends", london_day(certificate.peer.not_after).to_string()),
    ] {
        writeln!(out, "    {name:<8}{value}")?;
    }
    if let Some(reason) = reason(add, &certificate)? {
        if !add.anyway {
            return Err(Failure::Failed(format!(
                "Nothing was changed: {reason}. To register it regardless, use '--anyway'."
            )));
        }
        writeln!(out, "For now, the service will refuse it: {reason}.")?;
    }
    let is_new = setup::administer(&add.config, |admin| admin.register_certificate(add.ukprn, &certificate.peer))?;
    let already = if is_new { "" } else { " already" };
    writeln!(out, "may{already} act for {}, until {}.", add.ukprn, london_day(certificate.peer.not_after))?;
    Ok(())
}

/// The client certificate in the file.
fn read(add: &Add) -> Result<ClientCertificate, Failure> {
    let file = add.certificate.display();
    let bytes = fs::read(&add.certificate).map_err(|error| Failure::doing(&format!("Cannot read {file}"), error))?;
    ClientCertificate::read(&bytes, &add.p12_password).map_err(|error| match error {
        PkiError::Unopened(_) => Failure::Failed(format!("{file}: {error}. Give its password with '--p12-password'.")),
        error => Failure::Failed(format!("{file}: {error}.")),
    })
}

/// Why the service would refuse the certificate, if it would.
fn reason(add: &Add, certificate: &ClientCertificate) -> Result<Option<String>, Failure> {
    let files = tls::Files::of(&add.config.load()?.tls);
    Ok(match tls::examine(&files, &certificate.chain) {
        Ok(Ok(())) => None,
        Ok(Err(refusal)) => Some(refusal.to_string()),
        Err(error) => Some(format!("the certificate cannot be checked, because the TLS settings are invalid: {error}")),
    })
}
