//! The demo: a folder with all that a client needs, synthetic people and organisations, and a guide
//! with a request for every response code. It fills the service's store, and restores its data on
//! demand.

mod accounts;
mod aims;
mod catalogue;
mod example;
mod examples;
mod folder;
mod guide;
mod organisations;
pub mod people;
pub mod population;
mod samples;
mod shell;
#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

pub use example::{Caller, Example, Request};
pub use organisations::{AWARDING, DemoOrganisation, ORGANISATIONS};

use crate::domain::{AdministrationError, Clock, Database, HashedPassword, RuleSettings, Service};
use crate::model::Organisation;
use crate::pki::PkiError;
use folder::Folder;
use people::People;

/// Seed of the unnamed people, so that they are always the same.
pub const SEED: u64 = 2;
/// The demo's name in the audit trail.
const USER: &str = "lrs demo";

/// An invalid fixture of this project.
#[derive(Debug, thiserror::Error)]
pub enum FixtureError {
    /// The file is not TOML, or not of the expected structure.
    #[error("fixture: {0}")]
    Form(#[from] toml::de::Error),
    /// A field is missing or invalid.
    #[error("fixture: {entry} has no valid {field}")]
    Value {
        /// Key or role of the entry.
        entry: String,
        /// Name of the field.
        field: &'static str,
    },
    /// Nobody has the role.
    #[error("fixture: nobody has the role {0}")]
    Role(&'static str),
}

/// Why the demo cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// A file cannot be read or written.
    #[error("{}: {reason}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// The system's error.
        reason: io::Error,
    },
    /// A certificate cannot be created or read.
    #[error(transparent)]
    Pki(#[from] PkiError),
    /// The fixtures are invalid.
    #[error(transparent)]
    Fixture(#[from] FixtureError),
    /// The folder has other contents.
    #[error(
        "{} contains {what}. Nothing was written there. Choose an empty or a new folder with --dir", path.display()
    )]
    ForeignFolder {
        /// The folder.
        path: PathBuf,
        /// What is in it that is not the demo's.
        what: &'static str,
    },
    /// Another demo uses the folder.
    #[error("a demo is already running in this folder ({} is locked). Stop it first, or choose another folder with --dir", _0.display())]
    Running(PathBuf),
    /// The store has other data.
    #[error("the database holds data that is not the demo's; the demo needs a database of its own")]
    ForeignStore,
    /// The service refused the data.
    #[error(transparent)]
    Administration(#[from] AdministrationError),
}

impl DemoError {
    fn file(path: &Path, reason: io::Error) -> Self {
        Self::File { path: path.to_owned(), reason }
    }
}

/// A demo. Clones share it.
#[derive(Clone)]
pub struct Demo {
    folder: Folder,
    learners: u32,
    known: Arc<Mutex<Option<Known>>>,
}

/// What this process hashed when it first filled the store: hashing again would make every reset
/// slow.
struct Known {
    /// The organisations with their passwords.
    organisations: Vec<Organisation>,
    /// The password of the portal's users.
    password: HashedPassword,
}

/// Where a demo listens, on localhost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ports {
    /// The web services.
    pub service: u16,
    /// The portal.
    pub portal: u16,
    /// Health and metrics.
    pub operations: u16,
}

/// What to do with an earlier demo in the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// Use it.
    Again,
    /// Delete it.
    Over,
}

/// What the demo put into the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seeded {
    /// Learners, named and unnamed.
    pub learners: u64,
    /// Learning events.
    pub events: u64,
    /// Qualifications and units in the catalogue.
    pub catalogue: u64,
}

impl Demo {
    /// Creates the folder, or completes or clears that of an earlier demo. `learners` is the number
    /// of unnamed people, at most [`population::MOST_PEOPLE`].
    ///
    /// # Errors
    /// The folder has other contents, or a demo is running in it; then nothing has been written. Or
    /// files cannot be written, or existing ones cannot be read.
    pub fn prepare(folder: &Path, ports: Ports, learners: u32, start: Start) -> Result<Self, DemoError> {
        Folder::check(folder)?;
        if start == Start::Over {
            check_register(&folder.join("lrs.db"))?;
        }
        let folder = Folder::prepare(folder, ports, start)?;
        folder.write_samples()?;
        folder.write("PEOPLE.md", &guide::people_md(&People::named()?, learners, ports.operations)?)?;
        Ok(Self { folder, learners, known: Arc::default() })
    }

    /// The folder, an absolute path.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The configuration file in it.
    pub fn configuration(&self) -> PathBuf {
        self.folder.path().join("lrs.toml")
    }

    /// Two commands to try in a shell with `demo.env`: a call with curl, and one with this program.
    ///
    /// # Errors
    /// The fixtures are invalid.
    pub fn commands(&self, program: &str) -> Result<[String; 2], DemoError> {
        Ok(guide::commands(&People::named()?, program)?)
    }

    /// How to sign in at the portal: the program prints it below the commands.
    pub fn how_to_sign_in() -> String {
        guide::how_to_sign_in()
    }

    /// Fills an empty store, whose tables must exist. Returns `None` if the data is already there.
    /// `progress` gets the number of learners so far.
    ///
    /// # Errors
    /// The store has data other than the demo's, or fails.
    pub fn seed(&self, service: &Service, progress: impl FnMut(u64)) -> Result<Option<Seeded>, DemoError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        match contents(service)? {
            Contents::Nothing => {}
            Contents::Unfinished => service.administration(USER).wipe()?,
            Contents::Demo => {
                self.register_certificates(service)?;
                return Ok(None);
            }
        }
        self.fill(service, &mut known, progress).map(Some)
    }

    /// Empties the store and fills it again. Identifiers start over, so that every reset gives the
    /// same data.
    ///
    /// # Errors
    /// The store has data other than the demo's, or fails; it may then be empty.
    pub fn reset(&self, service: &Service) -> Result<Seeded, DemoError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        contents(service)?;
        service.administration(USER).wipe()?;
        self.fill(service, &mut known, |_| ())
    }

    /// The organisations come last, so that nobody can call before the rest is there.
    fn fill(
        &self,
        service: &Service,
        known: &mut Option<Known>,
        progress: impl FnMut(u64),
    ) -> Result<Seeded, DemoError> {
        let people = People::named()?;
        let named = || people.all().iter();
        let others = || population::people(SEED, self.learners);
        let administration = service.administration(USER);
        let learners = named().map(|person| person.learner.clone()).chain(others()?.map(|(learner, _)| learner));
        let learners = administration.import_learners(learners, progress)?.added;
        let events = named().flat_map(|person| person.events.clone()).chain(others()?.flat_map(|(_, events)| events));
        let events = administration.import_events(events)?;
        let catalogue = administration.import_catalogue(catalogue::entries()?, |_| ())?.added;
        let known = match known {
            Some(known) => {
                administration.restore_organisations(&known.organisations)?;
                known
            }
            None => known.insert(Known {
                organisations: ORGANISATIONS.iter().map(|new| new.add(service, USER)).collect::<Result<_, _>>()?,
                password: HashedPassword::of(accounts::PASSWORD).map_err(AdministrationError::from)?,
            }),
        };
        self.register_certificates(service)?;
        accounts::ACCOUNTS.iter().try_for_each(|account| account.add(service, USER, &known.password))?;
        Ok(Seeded { learners, events, catalogue })
    }

    /// Registers the folder's certificates for their organisations. Known ones are left unchanged,
    /// even if revoked.
    fn register_certificates(&self, service: &Service) -> Result<(), DemoError> {
        let administration = service.administration(USER);
        let known: Vec<_> =
            administration.certificates()?.into_iter().map(|certificate| certificate.fingerprint).collect();
        let Folder { provider, provider_rsa, awarding, .. } = &self.folder;
        let certificates = [
            (&organisations::PROVIDER, provider),
            (&organisations::PROVIDER, provider_rsa),
            (&organisations::LIMITED, provider),
            (&organisations::LIMITED, provider_rsa),
            (&organisations::AWARDING, awarding),
        ];
        for (organisation, certificate) in
            certificates.into_iter().filter(|(_, peer)| !known.contains(&peer.fingerprint))
        {
            administration.register_certificate(organisation.ukprn()?, certificate)?;
        }
        Ok(())
    }
}

/// Refuses to start over if the folder's database now has other data than the demo's. One that this
/// release cannot read is an earlier release's, because the folder is a demo's.
fn check_register(file: &Path) -> Result<(), DemoError> {
    if !file.exists() {
        return Ok(());
    }
    let Ok(database) = Database::open(&format!("sqlite:{}", file.display()), 1) else { return Ok(()) };
    let known = if database.is_ready().is_ok_and(|ready| ready) {
        contents(&Service::new(database.clone(), RuleSettings::default(), Clock::system())).map(drop)
    } else {
        Ok(())
    };
    database.close();
    known
}

/// Contents of a store that the demo may use.
enum Contents {
    Nothing,
    Unfinished,
    Demo,
}

/// Refuses a store with other data, which the demo's first reset would destroy.
fn contents(service: &Service) -> Result<Contents, DemoError> {
    let administration = service.administration(USER);
    let provider = organisations::PROVIDER.ukprn()?;
    let organisations = administration.organisations()?;
    if organisations.iter().any(|organisation| organisation.ukprn == provider) {
        return Ok(Contents::Demo);
    }
    if !organisations.is_empty() {
        return Err(DemoError::ForeignStore);
    }
    if administration.learner_count()? == 0 {
        return Ok(Contents::Nothing);
    }
    let first = People::named()?.role("EXACT")?.learner.uln;
    if administration.learner(first)?.is_some() { Ok(Contents::Unfinished) } else { Err(DemoError::ForeignStore) }
}
