//! The demonstration: a folder with everything that a client needs, synthetic people and organisations, and a guide that lists a request for
//! every answer. It puts its data into whatever store the service has, and puts them back on demand.

mod aims;
mod catalogue;
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

pub use examples::{Caller, Example, Request};
pub use organisations::{AWARDING, DemoOrganisation, ORGANISATIONS};

use crate::domain::{AdministrationError, Clock, RuleSettings, Service};
use crate::model::Organisation;
use crate::pki::PkiError;
use crate::store::{Store, StoreSettings, Transaction, organisations as rows};
use folder::Folder;
use people::People;

/// Seed of the people beside the named ones: always the same people.
pub const SEED: u64 = 2;
/// In whose name the demonstration changes the register, as the audit trail shows it.
const USER: &str = "lrs demo";

/// A fixture of this project is not what it should be.
#[derive(Debug, thiserror::Error)]
pub enum FixtureError {
    /// The file is not TOML of the expected form.
    #[error("fixture: {0}")]
    Form(#[from] toml::de::Error),
    /// A member has no good value.
    #[error("fixture: {entry} has no good {field}")]
    Value {
        /// Key or role of the entry.
        entry: String,
        /// Name of the member.
        field: &'static str,
    },
    /// Nobody has the role.
    #[error("fixture: nobody is {0}")]
    Role(&'static str),
}

/// Why the demonstration could not be made.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// A file could not be read or written.
    #[error("{}: {reason}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        reason: io::Error,
    },
    /// A certificate could not be made or read.
    #[error(transparent)]
    Pki(#[from] PkiError),
    /// The people are not what they should be.
    #[error(transparent)]
    Fixture(#[from] FixtureError),
    /// The folder belongs to somebody else.
    #[error(
        "{} holds {what}. Nothing was written there. Give the demonstration an empty or a new folder with --dir", path.display()
    )]
    ForeignFolder {
        /// The folder.
        path: PathBuf,
        /// What is in it that no demonstration put there.
        what: &'static str,
    },
    /// Another demonstration uses the folder.
    #[error("a demonstration is running in this folder ({} is locked). Stop it first, or give another folder with --dir", _0.display())]
    Running(PathBuf),
    /// The store belongs to somebody else.
    #[error("the store holds data that are not a demonstration's; a demonstration needs a store of its own")]
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

/// A demonstration. Clones are the same one.
#[derive(Clone)]
pub struct Demo {
    folder: Folder,
    learners: u32,
    /// The organisations as first added by this process, password hashes included: hashing anew would make every reset slow.
    organisations: Arc<Mutex<Vec<Organisation>>>,
}

/// What a demonstration does with what an earlier one left in its folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// It uses what is there.
    Again,
    /// It removes what is there.
    Over,
}

/// What a demonstration put into the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seeded {
    /// Learners, named and others.
    pub learners: u64,
    /// Learning events.
    pub events: u64,
    /// Qualifications and units of the catalogue.
    pub catalogue: u64,
}

impl Demo {
    /// Makes the folder, or completes or clears one that an earlier demonstration left. `learners` is how many people there are beside the
    /// named ones, at most [`population::MOST_PEOPLE`].
    ///
    /// # Errors
    /// When the folder holds what no demonstration put there, or one is running in it; then nothing was written. When files cannot be written,
    /// or those that are there cannot be read.
    pub fn prepare(folder: &Path, port: u16, ops_port: u16, learners: u32, start: Start) -> Result<Self, DemoError> {
        Folder::check(folder)?;
        if start == Start::Over {
            check_register(&folder.join("lrs.db"))?;
        }
        let folder = Folder::prepare(folder, port, ops_port, start)?;
        folder.write_samples()?;
        folder.write("PEOPLE.md", &guide::people_md(&People::named()?, learners, ops_port)?)?;
        Ok(Self { folder, learners, organisations: Arc::default() })
    }

    /// The folder, an absolute path.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The configuration in it.
    pub fn configuration(&self) -> PathBuf {
        self.folder.path().join("lrs.toml")
    }

    /// Two commands to try in a shell that has read `demo.env`: a call with curl, and one with this program.
    ///
    /// # Errors
    /// When the fixture is not what it should be.
    pub fn commands(&self, program: &str) -> Result<[String; 2], DemoError> {
        Ok(guide::commands(&People::named()?, program)?)
    }

    /// Puts the data into an empty store; one that has them already keeps them and gives `None`. The tables must be there. `progress` hears
    /// how many of the learners are in.
    ///
    /// # Errors
    /// When the store holds anything but a demonstration's data, or fails.
    pub fn seed(&self, service: &Service, progress: impl FnMut(u64)) -> Result<Option<Seeded>, DemoError> {
        let mut known = self.organisations.lock().unwrap_or_else(PoisonError::into_inner);
        match contents(service)? {
            Contents::Nothing => {}
            Contents::Unfinished => service.administration(USER).wipe()?,
            Contents::Demonstration => {
                self.register_certificates(service)?;
                return Ok(None);
            }
        }
        self.fill(service, &mut known, progress).map(Some)
    }

    /// Empties the store and puts the data back; identifiers begin anew, so that every reset gives the same.
    ///
    /// # Errors
    /// When the store holds anything but a demonstration's data, or fails; it may then be empty.
    pub fn reset(&self, service: &Service) -> Result<Seeded, DemoError> {
        let mut known = self.organisations.lock().unwrap_or_else(PoisonError::into_inner);
        contents(service)?;
        service.administration(USER).wipe()?;
        self.fill(service, &mut known, |_| ())
    }

    /// The organisations come last: whoever can call finds everything there.
    fn fill(
        &self,
        service: &Service,
        known: &mut Vec<Organisation>,
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
        if known.is_empty() {
            *known = ORGANISATIONS.iter().map(|new| new.add(service, USER)).collect::<Result<_, _>>()?;
        } else {
            let (again, now) = (known.clone(), service.clock().now());
            let insert = move |store: &mut Transaction<'_>| {
                again.iter().try_for_each(|row| rows::insert(store, row, now).map(drop))
            };
            service.store().write(insert).map_err(AdministrationError::from)?;
        }
        self.register_certificates(service)?;
        Ok(Seeded { learners, events, catalogue })
    }

    /// Lets the folder's certificates act for their organisations. One that the service knows is left as it is, revoked or not.
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

/// Refuses to start over where the folder's register has become somebody else's. One that an earlier release left and this one cannot read is
/// a demonstration's, as its folder says.
fn check_register(file: &Path) -> Result<(), DemoError> {
    if !file.exists() {
        return Ok(());
    }
    let settings = StoreSettings { url: format!("sqlite:{}", file.display()), readers: 1 };
    let Ok(store) = Store::open(&settings) else { return Ok(()) };
    let known = if store.is_ready().is_ok_and(|ready| ready) {
        contents(&Service::new(store.clone(), RuleSettings::default(), Clock::system())).map(drop)
    } else {
        Ok(())
    };
    store.close();
    known
}

/// What a store holds that a demonstration may use.
enum Contents {
    Nothing,
    Unfinished,
    Demonstration,
}

/// Refuses a store that others use: a demonstration would destroy it with its first reset.
fn contents(service: &Service) -> Result<Contents, DemoError> {
    let administration = service.administration(USER);
    let provider = organisations::PROVIDER.ukprn()?;
    let organisations = administration.organisations()?;
    if organisations.iter().any(|organisation| organisation.ukprn == provider) {
        return Ok(Contents::Demonstration);
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
