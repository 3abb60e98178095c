//! The folder of a demonstration: certificates, configuration, shell variables, sample files. What an earlier demonstration left is kept, or
//! cleared to start over. A folder that holds anything else is refused, and nothing is written into it.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::organisations::{AWARDING, DemoOrganisation, ORGANISATIONS, PROVIDER};
use super::samples::SAMPLES;
use super::shell::quote;
use super::{DemoError, Start};
use crate::model::Peer;
use crate::pki::{CertificateAuthority, Credential, KeyKind, peer_of_pem, write_private};

/// Validity of the authority, in days.
const AUTHORITY_DAYS: u32 = 3650;
/// Validity of the certificates, in days: the longest that clients accept for a server.
const CERTIFICATE_DAYS: u32 = 825;
/// Password of the PKCS#12 files.
const PKCS12_PASSWORD: &str = "demo";
/// The shell variables. The file is the first that a demonstration writes and the last that it leaves: its first line marks the folder, and the
/// demonstration that runs there keeps it locked.
const VARIABLES: &str = "demo.env";
const VARIABLES_MARK: &str = "# Variables for clients of this demonstration.";
const CONFIGURATION_MARK: &str = "# Configuration of a demonstration of the Learning Records Service.";
const AUTHORITY_NAME: &str = "Learning Records demonstration authority";
/// What else a demonstration puts into its folder, for starting over; nothing else there is touched.
const CONTENTS: [&str; 15] = [
    "pki/ca.pem",
    "pki/ca.key",
    "pki/server.pem",
    "pki/provider.pem",
    "pki/provider.p12",
    "pki/provider-rsa.pem",
    "pki/provider-rsa.p12",
    "pki/awarding.pem",
    "pki/awarding.p12",
    "lrs.toml",
    "lrs.db",
    "lrs.db-wal",
    "lrs.db-shm",
    "lrs.db-trail",
    "PEOPLE.md",
];

/// The folder, complete.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
    /// The provider's client certificate.
    pub provider: Peer,
    /// Another one of the provider's, with an RSA key, for clients that read no other.
    pub provider_rsa: Peer,
    /// The awarding organisation's client certificate.
    pub awarding: Peer,
    /// Keeps other demonstrations out of the folder while this one lives.
    _lock: Arc<fs::File>,
}

impl Folder {
    /// Refuses a folder that holds anything and that no demonstration made. One made by a demonstration has its variables, and neither another
    /// configuration nor another authority has taken the place of its own.
    pub fn check(path: &Path) -> Result<(), DemoError> {
        let mut entries = match fs::read_dir(path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(DemoError::file(path, error)),
        };
        if entries.next().is_none() {
            return Ok(());
        }
        let begins = |name: &str, mark: &str| match fs::read(path.join(name)) {
            Ok(text) => Some(text.starts_with(mark.as_bytes())),
            Err(_) => None,
        };
        let foreign = |what| Err(DemoError::ForeignFolder { path: path.to_owned(), what });
        // A demonstration that was stopped at once may have left its variables without a text.
        let empty = |name: &str| fs::metadata(path.join(name)).is_ok_and(|file| file.is_file() && file.len() == 0);
        if begins(VARIABLES, VARIABLES_MARK) != Some(true) && !empty(VARIABLES) {
            return foreign("files, and no demo.env of a demonstration");
        }
        if begins("lrs.toml", CONFIGURATION_MARK) == Some(false) {
            return foreign("an lrs.toml that is not a demonstration's");
        }
        let authority = path.join("pki/ca.pem");
        if authority.exists() && peer(&authority).map_or(true, |authority| !authority.subject.contains(AUTHORITY_NAME))
        {
            return foreign("a certificate authority, pki/ca.pem, that is not a demonstration's");
        }
        Ok(())
    }

    /// Makes whatever is missing. Shell variables are always written again, because the port may be another one.
    pub fn prepare(path: &Path, port: u16, ops_port: u16, start: Start) -> Result<Self, DemoError> {
        let variables = path.join(VARIABLES);
        fs::create_dir_all(path).map_err(|error| DemoError::file(path, error))?;
        let lock = lock(&variables)?;
        if start == Start::Over {
            clear(path)?;
        }
        let pki = path.join("pki");
        fs::create_dir_all(&pki).map_err(|error| DemoError::file(&pki, error))?;
        let path = path.canonicalize().map_err(|error| DemoError::file(path, error))?;
        let pki = path.join("pki");
        fs::write(&variables, text_of_variables(&path, port)).map_err(|error| DemoError::file(&variables, error))?;
        certificates(&pki)?;
        write_missing(&path.join("lrs.toml"), || Ok(configuration(port, ops_port).into_bytes()))?;
        Ok(Self {
            provider: peer(&pki.join("provider.pem"))?,
            provider_rsa: peer(&pki.join("provider-rsa.pem"))?,
            awarding: peer(&pki.join("awarding.pem"))?,
            path,
            _lock: Arc::new(lock),
        })
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
}

/// Locks the folder by its variables; the system unlocks it when the process ends, however it ends.
fn lock(variables: &Path) -> Result<fs::File, DemoError> {
    let file = fs::OpenOptions::new().create(true).append(true).open(variables);
    let file = file.map_err(|error| DemoError::file(variables, error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(DemoError::Running(variables.to_owned())),
        Err(fs::TryLockError::Error(error)) => Err(DemoError::file(variables, error)),
    }
}

/// Removes what a demonstration put into a folder, so that the next one starts over. Folders that become empty go too.
fn clear(path: &Path) -> Result<(), DemoError> {
    let remove = |result: io::Result<()>, path: &Path| match result {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(DemoError::file(path, error)),
        _ => Ok(()),
    };
    let samples = SAMPLES.iter().map(|sample| path.join("samples").join(sample.name));
    for file in CONTENTS.iter().map(|name| path.join(name)).chain(samples) {
        remove(fs::remove_file(&file), &file)?;
    }
    for folder in [path.join("pki"), path.join("samples")] {
        let is_empty = fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_none());
        if is_empty {
            remove(fs::remove_dir(&folder), &folder)?;
        }
    }
    Ok(())
}

/// `demo.env`.
fn text_of_variables(path: &Path, port: u16) -> String {
    let pki = path.join("pki");
    let mut text = format!("{VARIABLES_MARK} In a shell: . demo/demo.env\n");
    let mut export = |name: &str, value: &str| {
        let _ = writeln!(text, "export {name}={}", quote(value)); // writing into a String cannot fail
    };
    export("LRS_URL", &format!("https://localhost:{port}"));
    export("LRS_CA", &pki.join("ca.pem").display().to_string());
    export("PROVIDER_CERT", &pki.join("provider.pem").display().to_string());
    export("PROVIDER_RSA_CERT", &pki.join("provider-rsa.pem").display().to_string());
    export("AO_CERT", &pki.join("awarding.pem").display().to_string());
    for DemoOrganisation { prefix, ukprn, org_ref, password, .. } in ORGANISATIONS {
        export(&format!("{prefix}_UKPRN"), ukprn);
        export(&format!("{prefix}_ORGREF"), org_ref);
        export(&format!("{prefix}_PASSWORD"), password);
    }
    text
}

/// The authority's certificate and key, and what it signed.
fn certificates(pki: &Path) -> Result<(), DemoError> {
    let (certificate, key) = (pki.join("ca.pem"), pki.join("ca.key"));
    let authority = if certificate.exists() && key.exists() {
        CertificateAuthority::load(&(read(&certificate)? + &read(&key)?))?
    } else {
        let authority = CertificateAuthority::create(AUTHORITY_NAME, AUTHORITY_DAYS)?;
        write_private(&key, authority.credential().key_pem().as_bytes())
            .map_err(|error| DemoError::file(&key, error))?;
        let text = authority.credential().certificate_pem();
        fs::write(&certificate, text).map_err(|error| DemoError::file(&certificate, error))?;
        for signed in ["server", "provider", "provider-rsa", "awarding"] {
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
    let clients = [
        ("provider", &PROVIDER, KeyKind::Ec),
        ("provider-rsa", &PROVIDER, KeyKind::Rsa),
        ("awarding", &AWARDING, KeyKind::Ec),
    ];
    for (file, organisation, key) in clients {
        let pem = pki.join(format!("{file}.pem"));
        if !pem.exists() {
            let credential: Credential = authority.issue_client_with(key, organisation.name, CERTIFICATE_DAYS)?;
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
        "{CONFIGURATION_MARK} Paths are relative to this file.\n\
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
