//! `lrs cert requests` and `lrs cert sign`: the certificates that organisations ask for at the
//! portal.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::new::DAYS;
use crate::cli::failure::Failure;
use crate::cli::{config, setup};
use crate::domain::WaitingRequest;
use crate::model::{Organisation, london_day, london_text, plain};
use crate::pki::{CertificateAuthority, CertificateRequest, ClientCertificate, PkiError};
use crate::tls;

/// List the certificates that organisations ask for at the portal
#[derive(Debug, clap::Args)]
#[command(after_help = "\
With a number, prints that request as PEM, for an authority of your own.

Examples:
  lrs cert requests --config demo/lrs.toml
  lrs cert requests 3 > riverside.csr")]
pub struct Requests {
    /// Print this request
    number: Option<i32>,
    #[command(flatten)]
    config: config::File,
}

/// Sign a request for a certificate and register the certificate
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Signs with the authority in DIR (ca.pem and ca.key, as 'lrs cert new' makes them). From the request only the key is taken; the certificate \
has the organisation's name and is valid for twelve months. With --certificate, registers what an authority of your own has signed.

Before anything is changed, the certificate is checked as the service checks it. Then it may act for the organisation, whose super users \
download it at the portal. Check with the organisation, not by e-mail alone, that the request is theirs: 'lrs cert requests' shows its key.

Examples:
  lrs cert sign 3 --dir pki
  lrs cert sign 3 --certificate riverside.pem")]
pub struct Sign {
    /// The request, as 'lrs cert requests' numbers it
    number: i32,
    /// Folder of the authority
    #[arg(long, default_value = "pki", value_name = "DIR")]
    dir: PathBuf,
    /// The certificate that another authority has signed
    #[arg(long, value_name = "FILE", conflicts_with = "dir")]
    certificate: Option<PathBuf>,
    #[command(flatten)]
    config: config::File,
}

/// Lists the requests, or prints one.
pub fn list(requests: &Requests, out: &mut impl Write) -> Result<(), Failure> {
    let (waiting, organisations) = waiting(&requests.config)?;
    if let Some(number) = requests.number {
        let request = numbered(waiting, number)?;
        return Ok(write!(out, "{}", request.pem)?);
    }
    for request in &waiting {
        let (number, at, kind) = (request.number, london_text(request.asked_at), &request.key_kind);
        let asker = asker(&organisations, request)?;
        writeln!(out, "{number}  {} {}, {at}", asker.ukprn, plain(&asker.name))?;
        writeln!(out, "    {kind}, SHA-256 of the key {}", request.key)?;
    }
    if waiting.is_empty() {
        writeln!(out, "No request waits.")?;
    }
    Ok(())
}

/// Signs a request.
pub fn run(sign: &Sign, out: &mut impl Write) -> Result<(), Failure> {
    let (waiting, organisations) = waiting(&sign.config)?;
    let request = numbered(waiting, sign.number)?;
    let asker = asker(&organisations, &request)?;
    let bytes = match &sign.certificate {
        Some(file) => read(file)?,
        None => signed(sign, &request, &asker.name)?.into_bytes(),
    };
    let certificate = ClientCertificate::read(&bytes, "").map_err(|error| unusable(&error))?;
    let files = tls::Files::of(&sign.config.load()?.tls);
    let refusal = match tls::examine(&files, &certificate.chain) {
        Ok(Ok(())) => None,
        Ok(Err(refusal)) => Some(refusal.to_string()),
        Err(error) => Some(format!("the certificate cannot be checked, because the TLS settings are invalid: {error}")),
    };
    if let Some(reason) = refusal {
        return Err(Failure::Failed(format!(
            "Nothing was changed: the service would refuse the certificate: {reason}."
        )));
    }
    let peer = &certificate.peer;
    let pem = certificate.pem();
    let ukprn = setup::administer(&sign.config, |admin| admin.answer_certificate_request(sign.number, peer, &pem))?;
    writeln!(out, "{}", peer.fingerprint)?;
    writeln!(out, "may act for {ukprn}, until {}. Its super users can download it.", london_day(peer.not_after))?;
    Ok(())
}

fn waiting(config: &config::File) -> Result<(Vec<WaitingRequest>, Vec<Organisation>), Failure> {
    setup::administer(config, |admin| Ok((admin.certificate_requests()?, admin.organisations()?)))
}

fn numbered(waiting: Vec<WaitingRequest>, number: i32) -> Result<WaitingRequest, Failure> {
    let found = waiting.into_iter().find(|request| request.number == number);
    found.ok_or_else(|| Failure::Failed(format!("No request {number} waits. To list them, run 'lrs cert requests'.")))
}

fn asker<'o>(organisations: &'o [Organisation], request: &WaitingRequest) -> Result<&'o Organisation, Failure> {
    let found = organisations.iter().find(|organisation| organisation.id == request.organisation);
    found.ok_or_else(|| Failure::Failed("The organisation of the request is gone.".to_owned()))
}

fn signed(sign: &Sign, request: &WaitingRequest, name: &str) -> Result<String, Failure> {
    let authority = [read(&sign.dir.join("ca.pem"))?, read(&sign.dir.join("ca.key"))?].concat();
    let authority =
        CertificateAuthority::load(&String::from_utf8_lossy(&authority)).map_err(|error| unusable(&error))?;
    let request = CertificateRequest::read(request.pem.as_bytes())
        .map_err(|error| Failure::doing("Cannot sign the request", error))?;
    authority.sign(&request, name, DAYS).map_err(|error| unusable(&error))
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(file).map_err(|error| Failure::doing(&format!("Cannot read {}", file.display()), error))
}

fn unusable(error: &PkiError) -> Failure {
    Failure::doing("Cannot sign the request", error)
}
