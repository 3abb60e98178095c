//! The demo's folder: certificates, configuration, shell variables and sample files. Those of an
//! earlier demo are kept, or deleted to start over. A folder with anything else in it is refused
//! and left alone.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::organisations::{AWARDING, DemoOrganisation, ORGANISATIONS, PROVIDER};
use super::samples::SAMPLES;
use super::shell::quote;
use super::{DemoError, Ports, Start, accounts};
use crate::model::Peer;
use crate::pki::{CertificateAuthority, Credential, KeyKind, peer_of_pem, write_private};

/// Validity of the authority in days.
const AUTHORITY_DAYS: u32 = 3650;
/// Validity of the certificates in days: the maximum that clients accept for servers.
const CERTIFICATE_DAYS: u32 = 825;
/// Password of the PKCS#12 files.
const PKCS12_PASSWORD: &str = "demo";
/// The shell variables. The demo writes this file first and never deletes it: its first line marks
/// the folder as a demo's, and a running demo keeps it locked. The marks never change, so that a
/// later release knows the folders of earlier ones.
const VARIABLES: &str = "demo.env";
const VARIABLES_MARK: &str = "# Variables for clients of this demonstration.";
const CONFIGURATION_MARK: &str = "# Configuration of a demonstration of the Learning Records Service.";
const AUTHORITY_NAME: &str = "Learning Records demonstration authority";
/// The demo's other files, which are deleted to start over. Nothing else in the folder is touched.
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

/// The folder with all its files.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
    /// The provider's client certificate.
    pub provider: Peer,
    /// The provider's second certificate, with an RSA key, for clients that support nothing else.
    pub provider_rsa: Peer,
    /// The awarding organisation's client certificate.
    pub awarding: Peer,
    /// Keeps other demos out of the folder.
    _lock: Arc<fs::File>,
}

impl Folder {
    /// Refuses a folder that is neither empty nor a demo's. A demo's folder has the demo's
    /// variables, and its configuration and authority have not been replaced.
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
        // A demo that was killed immediately may have left an empty file.
        let empty = |name: &str| fs::metadata(path.join(name)).is_ok_and(|file| file.is_file() && file.len() == 0);
        if begins(VARIABLES, VARIABLES_MARK) != Some(true) && !empty(VARIABLES) {
            return foreign("files, and no demo.env of a demo");
        }
        if begins("lrs.toml", CONFIGURATION_MARK) == Some(false) {
            return foreign("an lrs.toml that is not a demo's");
        }
        let authority = path.join("pki/ca.pem");
        if authority.exists() && peer(&authority).map_or(true, |authority| !authority.subject.contains(AUTHORITY_NAME))
        {
            return foreign("a certificate authority, pki/ca.pem, that is not a demo's");
        }
        Ok(())
    }

    /// Creates whatever is missing. Shell variables are always rewritten, because the port may have
    /// changed.
    pub fn prepare(path: &Path, ports: Ports, start: Start) -> Result<Self, DemoError> {
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
        fs::write(&variables, text_of_variables(&path, ports)).map_err(|error| DemoError::file(&variables, error))?;
        certificates(&pki)?;
        write_missing(&path.join("lrs.toml"), || Ok(configuration(ports).into_bytes()))?;
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

    /// Replaces a file without secrets.
    pub fn write(&self, name: &str, text: &str) -> Result<(), DemoError> {
        let file = self.path.join(name);
        fs::write(&file, text).map_err(|error| DemoError::file(&file, error))
    }

    /// Writes the sample files.
    pub fn write_samples(&self) -> Result<(), DemoError> {
        let folder = self.path.join("samples");
        fs::create_dir_all(&folder).map_err(|error| DemoError::file(&folder, error))?;
        SAMPLES.iter().try_for_each(|sample| self.write(&format!("samples/{}", sample.name), sample.text))
    }
}

/// Locks the folder by the file of variables. The system unlocks it whenever the process ends.
fn lock(variables: &Path) -> Result<fs::File, DemoError> {
    let file = fs::OpenOptions::new().create(true).append(true).open(variables);
    let file = file.map_err(|error| DemoError::file(variables, error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(DemoError::Running(variables.to_owned())),
        Err(fs::TryLockError::Error(error)) => Err(DemoError::file(variables, error)),
    }
}

/// Deletes a demo's files, and the folders that are empty after that.
fn clear(path: &Path) -> Result<(), DemoError> {
    let remove = |result: io::Result<()>, path: &Path| match result {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(DemoError::file(path, error)),
        _ => Ok(()),
    };
    let samples = SAMPLES.iter().map(|sample| path.join("samples").join(sample.name));
    for file in CONTENTS.iter().map(|name| path.join(name)).chain(samples) {
        remove(fs::remove_file(&file), &file)?;
    }
    let mail = path.join("mail");
    for entry in fs::read_dir(&mail).into_iter().flatten().flatten() {
        if entry.path().extension().is_some_and(|extension| extension == "eml") {
            remove(fs::remove_file(entry.path()), &mail)?;
        }
    }
    for folder in [path.join("pki"), path.join("samples"), mail] {
        let is_empty = fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_none());
        if is_empty {
            remove(fs::remove_dir(&folder), &folder)?;
        }
    }
    Ok(())
}

/// The text of `demo.env`.
fn text_of_variables(path: &Path, ports: Ports) -> String {
    let pki = path.join("pki");
    let mut text = format!("{VARIABLES_MARK} In a shell: . demo/demo.env\n");
    let mut export = |name: &str, value: &str| {
        let _ = writeln!(text, "export {name}={}", quote(value)); // writing into a String cannot fail
    };
    export("LRS_URL", &format!("https://localhost:{}", ports.service));
    export("PORTAL_URL", &format!("https://localhost:{}", ports.portal));
    export("LRS_CA", &pki.join("ca.pem").display().to_string());
    export("PROVIDER_CERT", &pki.join("provider.pem").display().to_string());
    export("PROVIDER_RSA_CERT", &pki.join("provider-rsa.pem").display().to_string());
    export("AO_CERT", &pki.join("awarding.pem").display().to_string());
    for DemoOrganisation { prefix, ukprn, org_ref, password, .. } in ORGANISATIONS {
        export(&format!("{prefix}_UKPRN"), ukprn);
        export(&format!("{prefix}_ORGREF"), org_ref);
        export(&format!("{prefix}_PASSWORD"), password);
    }
    export("PORTAL_PASSWORD", accounts::PASSWORD);
    export("PORTAL_TOTP_SECRET", accounts::TOTP_SECRET);
    for account in &accounts::ACCOUNTS {
        export(account.variable, account.email);
    }
    text
}

/// The authority's certificate and key, and the certificates that it signs.
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
            // Certificates of an earlier authority are useless now.
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

/// The text of `lrs.toml`.
fn configuration(ports: Ports) -> String {
    let Ports { service, portal, operations } = ports;
    format!(
        "{CONFIGURATION_MARK} Paths are relative to this file.\n\
         \n\
         [server]\n\
         listen = \"127.0.0.1:{service}\"\n\
         \n\
         [portal]\n\
         listen = \"127.0.0.1:{portal}\"\n\
         \n\
         [operations]\n\
         listen = \"127.0.0.1:{operations}\"\n\
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
