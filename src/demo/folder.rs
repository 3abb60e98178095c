//! The folder of a demonstration: certificates, configuration, shell variables, sample files. What is there already is kept.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::DemoError;
use super::organisations::{AWARDING, DemoOrganisation, ORGANISATIONS, PROVIDER};
use super::samples::SAMPLES;
use super::shell::quote;
use crate::model::Peer;
use crate::pki::{CertificateAuthority, Credential, peer_of_pem, write_private};

/// Validity of the authority, in days.
const AUTHORITY_DAYS: u32 = 3650;
/// Validity of the certificates, in days: the longest that clients accept for a server.
const CERTIFICATE_DAYS: u32 = 825;
/// Password of the PKCS#12 files.
const PKCS12_PASSWORD: &str = "demo";
/// What a demonstration puts into its folder, for starting over; nothing else there is touched.
const CONTENTS: [&str; 13] = [
    "pki/ca.pem",
    "pki/ca.key",
    "pki/server.pem",
    "pki/provider.pem",
    "pki/provider.p12",
    "pki/awarding.pem",
    "pki/awarding.p12",
    "lrs.toml",
    "lrs.db",
    "lrs.db-wal",
    "lrs.db-shm",
    "demo.env",
    "PEOPLE.md",
];

/// The folder, complete.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
    /// The provider's client certificate.
    pub provider: Peer,
    /// The awarding organisation's client certificate.
    pub awarding: Peer,
}

impl Folder {
    /// Makes whatever is missing. Shell variables are always written anew, because the port may be another one.
    pub fn prepare(path: &Path, port: u16, ops_port: u16) -> Result<Self, DemoError> {
        let pki = path.join("pki");
        fs::create_dir_all(&pki).map_err(|error| DemoError::file(&pki, error))?;
        let path = path.canonicalize().map_err(|error| DemoError::file(path, error))?;
        let pki = path.join("pki");
        certificates(&pki)?;
        write_missing(&path.join("lrs.toml"), || Ok(configuration(port, ops_port).into_bytes()))?;
        let folder =
            Self { provider: peer(&pki.join("provider.pem"))?, awarding: peer(&pki.join("awarding.pem"))?, path };
        folder.write("demo.env", &folder.variables(port))?;
        Ok(folder)
    }

    /// Removes what a demonstration put into a folder, so that the next one starts over. Folders that become empty go too.
    pub fn clear(path: &Path) -> Result<(), DemoError> {
        let remove = |result: io::Result<()>, path: &Path| match result {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(DemoError::file(path, error)),
            _ => Ok(()),
        };
        let samples = SAMPLES.iter().map(|sample| path.join("samples").join(sample.name));
        for file in CONTENTS.iter().map(|name| path.join(name)).chain(samples) {
            remove(fs::remove_file(&file), &file)?;
        }
        for folder in [path.join("pki"), path.join("samples"), path.to_owned()] {
            let is_empty = fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_none());
            if is_empty {
                remove(fs::remove_dir(&folder), &folder)?;
            }
        }
        Ok(())
    }

    /// The folder itself, an absolute path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Replaces a file that is no secret.
    pub fn write(&self, name: &str, text: &str) -> Result<(), DemoError> {
        let file = self.path.join(name);
        fs::write(&file, text).map_err(|error| DemoError::file(&file, error))
    }

    /// Puts the sample files there, as they are meant to be.
    pub fn write_samples(&self) -> Result<(), DemoError> {
        let folder = self.path.join("samples");
        fs::create_dir_all(&folder).map_err(|error| DemoError::file(&folder, error))?;
        SAMPLES.iter().try_for_each(|sample| self.write(&format!("samples/{}", sample.name), sample.text))
    }

    /// `demo.env`.
    fn variables(&self, port: u16) -> String {
        let pki = self.path.join("pki");
        let mut text = "# Variables for clients of this demonstration. In a shell: . demo/demo.env\n".to_owned();
        let mut export = |name: &str, value: &str| {
            let _ = writeln!(text, "export {name}={}", quote(value)); // writing into a String cannot fail
        };
        export("LRS_URL", &format!("https://localhost:{port}"));
        export("LRS_CA", &pki.join("ca.pem").display().to_string());
        export("PROVIDER_CERT", &pki.join("provider.pem").display().to_string());
        export("AO_CERT", &pki.join("awarding.pem").display().to_string());
        for DemoOrganisation { prefix, ukprn, org_ref, password, .. } in ORGANISATIONS {
            export(&format!("{prefix}_UKPRN"), ukprn);
            export(&format!("{prefix}_ORGREF"), org_ref);
            export(&format!("{prefix}_PASSWORD"), password);
        }
        text
    }
}

/// The authority's certificate and key, and what it signed.
fn certificates(pki: &Path) -> Result<(), DemoError> {
    let (certificate, key) = (pki.join("ca.pem"), pki.join("ca.key"));
    let authority = if certificate.exists() && key.exists() {
        CertificateAuthority::load(&(read(&certificate)? + &read(&key)?))?
    } else {
        let authority = CertificateAuthority::create("Learning Records demonstration authority", AUTHORITY_DAYS)?;
        write_private(&key, authority.credential().key_pem().as_bytes())
            .map_err(|error| DemoError::file(&key, error))?;
        let text = authority.credential().certificate_pem();
        fs::write(&certificate, text).map_err(|error| DemoError::file(&certificate, error))?;
        for signed in ["server", "provider", "awarding"] {
            // Whatever another authority signed is of no use any more.
            let file = pki.join(format!("{signed}.pem"));
            if file.exists() {
                fs::remove_file(&file).map_err(|error| DemoError::file(&file, error))?;
            }
        }
        authority
    };
    let server =
        || Ok(authority.issue_server(&["localhost", "127.0.0.1", "::1"], CERTIFICATE_DAYS)?.pem().as_bytes().to_vec());
    write_missing(&pki.join("server.pem"), server)?;
    for (file, organisation) in [("provider", &PROVIDER), ("awarding", &AWARDING)] {
        let pem = pki.join(format!("{file}.pem"));
        if !pem.exists() {
            let credential: Credential = authority.issue_client(organisation.name, CERTIFICATE_DAYS)?;
            let container = pki.join(format!("{file}.p12"));
            write_private(&container, &credential.pkcs12(PKCS12_PASSWORD, &[authority.credential()])?)
                .map_err(|error| DemoError::file(&container, error))?;
            write_private(&pem, credential.pem().as_bytes()).map_err(|error| DemoError::file(&pem, error))?;
        }
    }
    Ok(())
}

fn write_missing(file: &Path, contents: impl FnOnce() -> Result<Vec<u8>, DemoError>) -> Result<(), DemoError> {
    if file.exists() { Ok(()) } else { write_private(file, &contents()?).map_err(|error| DemoError::file(file, error)) }
}

fn read(file: &Path) -> Result<String, DemoError> {
    fs::read_to_string(file).map_err(|error| DemoError::file(file, error))
}

fn peer(file: &Path) -> Result<Peer, DemoError> {
    Ok(peer_of_pem(&read(file)?)?)
}

/// `lrs.toml`. Paths in it are relative to its folder.
fn configuration(port: u16, ops_port: u16) -> String {
    format!(
        "# Configuration of a demonstration of the Learning Records Service. Paths are relative to this file.\n\
         \n\
         [server]\n\
         listen = \"127.0.0.1:{port}\"\n\
         \n\
         [operations]\n\
         listen = \"127.0.0.1:{ops_port}\"\n\
         \n\
         [tls]\n\
         certificate = \"pki/server.pem\"\n\
         key = \"pki/server.pem\"\n\
         client_ca = \"pki/ca.pem\"\n\
         \n\
         [store]\n\
         url = \"sqlite:lrs.db\"\n"
    )
}
