//! `lrs cert new`: a development authority, and certificates that it signs.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::cli::failure::Failure;
use crate::cli::password;
use crate::pki::{CertificateAuthority, KeyKind, PkiError, write_private};

/// Validity of certificates in days: twelve months (our choice, rules.md 8).
pub(super) const DAYS: u32 = 365;

/// Validity of the authority in days.
const AUTHORITY_DAYS: u32 = 10 * 365;

/// Create a client certificate for development, and an authority to sign it if there is none
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Writes DIR/NAME.pem (certificate and key in one file, for curl, PHP and Python's requests) and DIR/NAME.p12 (with \
algorithms that old clients support). DIR/ca.pem is the authority's certificate and DIR/ca.key its private key; they \
are created if missing. The .p12 file is protected by --p12-password, or by a password that is generated and printed \
once. Existing files are not replaced without --force.

Examples:
  lrs cert new riverside --dir pki
  lrs cert new riverside-soap4r --key rsa
  lrs cert new server --dir pki --host localhost --host 127.0.0.1")]
pub struct New {
    /// Name of the certificate's subject and of the files
    #[arg(value_parser = file_name)]
    name: String,
    /// Folder for the authority and the files
    #[arg(long, default_value = "pki", value_name = "DIR")]
    dir: PathBuf,
    /// Password of the .p12 file; generated and printed if omitted
    #[arg(long, value_name = "PASSWORD")]
    p12_password: Option<String>,
    /// Replace an existing certificate and key of this name
    #[arg(long)]
    force: bool,
    /// Create a server certificate for this host name or address instead; repeatable
    #[arg(long, value_name = "HOST")]
    host: Vec<String>,
    /// Kind of the private key
    #[arg(long, value_name = "KIND", value_enum, default_value_t)]
    key: KeyKind,
}

fn file_name(text: &str) -> Result<String, String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if text == "ca" || text.starts_with('.') || text.is_empty() || !text.chars().all(allowed) {
        return Err("use letters, digits, '-', '_' and '.'; 'ca' is reserved".to_owned());
    }
    Ok(text.to_owned())
}

/// Runs the command.
pub fn run(new: &New, out: &mut impl Write) -> Result<(), Failure> {
    let [pem, p12] = ["pem", "p12"].map(|ending| new.dir.join(format!("{}.{ending}", new.name)));
    if !new.force
        && let Some(there) = [&pem, &p12].into_iter().find(|file| file.exists())
    {
        return Err(Failure::Failed(format!(
            "Nothing was changed: {} already exists. Choose another name, or replace the certificate and key with '--force'.",
            there.display()
        )));
    }
    fs::create_dir_all(&new.dir).map_err(|error| unwritten(&new.dir, &error))?;
    let authority = authority(&new.dir, out)?;
    let hosts: Vec<&str> = new.host.iter().map(String::as_str).collect();
    let credential = if hosts.is_empty() {
        authority.issue_client_with(new.key, &new.name, DAYS)
    } else {
        authority.issue_server_with(new.key, &hosts, DAYS)
    };
    let credential = credential.map_err(|error| unmade(&error))?;
    let password = new.p12_password.clone().map_or_else(password::made, Zeroizing::new);
    let container = credential.pkcs12(&password, &[authority.credential()]).map_err(|error| unmade(&error))?;

    write(&pem, credential.pem().as_bytes(), out)?;
    write(&p12, &container, out)?;
    if new.p12_password.is_none() {
        writeln!(out, "password of {} (shown only once): {}", p12.display(), *password)?;
    }
    writeln!(out, "fingerprint {}", credential.fingerprint())?;
    if hosts.is_empty() {
        writeln!(out, "\nTo allow it to act for an organisation:\n  lrs cert add UKPRN {}", pem.display())?;
    }
    Ok(())
}

/// The authority in the folder, created if there is none.
fn authority(dir: &Path, out: &mut impl Write) -> Result<CertificateAuthority, Failure> {
    let (certificate, key) = (dir.join("ca.pem"), dir.join("ca.key"));
    match (fs::read_to_string(&certificate), fs::read_to_string(&key)) {
        (Ok(certificate), Ok(key)) => CertificateAuthority::load(&(certificate + &key)).map_err(|error| unmade(&error)),
        (Err(error), Err(_)) if error.kind() == io::ErrorKind::NotFound => {
            let authority = CertificateAuthority::create("Development authority", AUTHORITY_DAYS)
                .map_err(|error| unmade(&error))?;
            write(&key, authority.credential().key_pem().as_bytes(), out)?;
            write(&certificate, authority.credential().certificate_pem().as_bytes(), out)?;
            Ok(authority)
        }
        (Err(error), _) => Err(Failure::doing(&format!("Cannot read {}", certificate.display()), error)),
        (_, Err(error)) => Err(Failure::doing(&format!("Cannot read {}", key.display()), error)),
    }
}

fn write(file: &Path, contents: &[u8], out: &mut impl Write) -> Result<(), Failure> {
    write_private(file, contents).map_err(|error| unwritten(file, &error))?;
    Ok(writeln!(out, "wrote {}", file.display())?)
}

fn unwritten(file: &Path, error: &io::Error) -> Failure {
    Failure::doing(&format!("Cannot write {}", file.display()), error)
}

fn unmade(error: &PkiError) -> Failure {
    Failure::doing("Cannot create the certificate", error)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

    use super::*;

    fn new(dir: &Path, name: &str, host: &[&str]) -> Result<String, Failure> {
        let host = host.iter().map(|host| (*host).to_owned()).collect();
        text(&New { name: name.into(), dir: dir.into(), p12_password: None, force: false, host, key: KeyKind::Ec })
    }

    fn text(new: &New) -> Result<String, Failure> {
        let mut out = Vec::new();
        run(new, &mut out).map(|()| String::from_utf8(out).unwrap())
    }

    #[test]
    fn a_key_is_replaced_by_force_alone() {
        let folder = tempfile::tempdir().unwrap();
        new(folder.path(), "riverside", &[]).unwrap();
        let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
        let kept = [read("riverside.pem"), read("riverside.p12")];
        let Err(Failure::Failed(message)) = new(folder.path(), "riverside", &[]) else { panic!("expected a failure") };
        assert!(message.contains("riverside.pem already exists") && message.contains("--force"), "{message}");
        assert_eq!([read("riverside.pem"), read("riverside.p12")], kept);
        // A container alone is a key, too.
        fs::remove_file(folder.path().join("riverside.pem")).unwrap();
        assert!(new(folder.path(), "riverside", &[]).is_err());
        let dir = folder.path().to_owned();
        text(&New {
            name: "riverside".into(),
            dir,
            p12_password: None,
            force: true,
            host: Vec::new(),
            key: KeyKind::Ec,
        })
        .unwrap();
        assert_ne!(read("riverside.p12"), kept[1]);
    }

    #[test]
    fn the_password_of_the_container_is_given_or_told() {
        let folder = tempfile::tempdir().unwrap();
        let opens = |name: &str, password: &str| {
            let container = fs::read(folder.path().join(name)).unwrap();
            crate::pki::ClientCertificate::read(&container, password).is_ok()
        };
        let told = new(folder.path(), "made", &[]).unwrap();
        let password = told.lines().find_map(|line| line.split_once("(shown only once): ")).unwrap().1;
        assert!(opens("made.p12", password) && !opens("made.p12", "demo"));
        let (name, dir, p12_password) = ("given".into(), folder.path().to_owned(), Some("secret".to_owned()));
        let told = text(&New { name, dir, p12_password, force: false, host: Vec::new(), key: KeyKind::Ec }).unwrap();
        assert!(opens("given.p12", "secret") && !told.contains("secret"), "{told}");
    }

    #[test]
    fn the_authority_is_made_once_and_signs_every_certificate() {
        let folder = tempfile::tempdir().unwrap();
        let first = new(folder.path(), "riverside", &[]).unwrap();
        assert!(
            first.contains("ca.pem") && first.contains("riverside.p12") && first.contains("lrs cert add"),
            "{first}"
        );
        let authority = fs::read(folder.path().join("ca.pem")).unwrap();
        let second = new(folder.path(), "server", &["localhost", "127.0.0.1"]).unwrap();
        assert!(!second.contains("ca.pem"), "{second}");
        assert_eq!(authority, fs::read(folder.path().join("ca.pem")).unwrap());
        assert!(fs::read_to_string(folder.path().join("server.pem")).unwrap().contains("PRIVATE KEY"));
    }

    #[test]
    fn half_an_authority_is_refused_and_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("ca.pem"), "kept").unwrap();
        assert!(matches!(new(folder.path(), "riverside", &[]), Err(Failure::Failed(_))));
        assert_eq!(fs::read_to_string(folder.path().join("ca.pem")).unwrap(), "kept");
    }

    #[test]
    fn names_cannot_leave_the_folder_or_replace_the_authority() {
        for name in ["", "ca", "../ca", "a/b", ".hidden", "two words"] {
            assert!(file_name(name).is_err(), "{name}");
        }
        assert_eq!(file_name("riverside-2.0").as_deref(), Ok("riverside-2.0"));
    }
}
