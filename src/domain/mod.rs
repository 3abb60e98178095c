//! The rules of the service, for every door: one [`Service`] that hands out a capability for each
//! noun, one [`Call`] per request, one function per operation, one enum of outcomes for each. It
//! knows nothing of XML, HTTP or SQL.

mod accounts;
pub mod achievements;
mod action;
mod administration;
mod audit;
pub mod backup;
mod call;
mod caller;
pub mod catalogue;
mod certificate_requests;
mod certificate_warnings;
mod certificates;
pub mod challenges;
mod clock;
pub mod codes;
mod crowding;
mod database;
pub mod desk;
mod erasure;
mod error;
pub mod exceptions;
pub mod format;
mod import;
pub mod jobs;
mod kinds;
mod learners;
mod linking;
mod maintenance;
pub mod matching;
mod migrations;
mod misses;
pub mod names;
mod organisations;
mod outbox;
mod passwords;
pub mod plans;
mod records;
pub mod registrations;
mod registry;
mod roles;
pub mod service_levels;
mod settings;
mod status;
mod strangers;
mod subjects;
pub mod support_hours;
#[cfg(test)]
mod tests;
mod throttle;
mod trail;
mod uln_problems;
mod unsettled;
pub mod uploads;
pub mod verification;
pub mod verifications;
mod waiting;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

pub use accounts::{
    Accounts, Activity, ActivityPage, AddedPasskey, Changed, Credentials, FactorStep, Invited, Link, MOST_PASSKEYS,
    NewUser, Passkey, PasswordRefusal, PasswordStep, PendingSignIn, Place, Purpose, ReadyAccount, SecondFactor,
    Session, SignIn, SignedIn, Step, Token, User, UserDetails, UserStatus, Users,
};
pub use achievements::{AchievementBatch, AchievementJob, AchievementRow, AchievementSubmission};
pub use action::Action;
pub use administration::{Administration, AdministrationError, Certificate, NewOrganisation};
pub use audit::{Audit, AuditLine, AuditPage, AuditQuery};
pub use call::Call;
pub use caller::{Account, Caller};
pub use catalogue::{Catalogue, CatalogueReport};
pub use certificate_requests::{Asked, MOST_CERTIFICATES, NewCertificateRequest, WaitingRequest};
pub use certificates::{Certificates, OwnCertificate, Revoked, Validity};
pub use challenges::Challenges;
pub use clock::Clock;
pub use database::{Database, Migration, MigrationState};
pub use desk::Desk;
pub use erasure::Erased;
pub use error::{Busy, Error};
pub use exceptions::Exceptions;
pub use import::{ImportReport, MANDATORY_ON_IMPORT, imported_learner};
pub use jobs::Jobs;
pub use learners::{
    Dismissal, FieldChange, FindByUln, Found, FoundLearner, Insufficient, LearnerChange, Learners, NewLearner,
    NoneOfThese, NotRegistered, Registered, RetrievedUln, UnknownReason, Updated, Verification, VerifyQuery, text_of,
};
pub use linking::{
    LinkEffect, LinkRecord, LinkRefusal, LinkReport, LinkRequest, Linked, Linking, ReportedChange, ReportedDays,
    ReportedKinds, Split, SplitRefusal, Standing,
};
pub use maintenance::{Cancelled, Maintenance, MaintenancePlan, NotPlanned, Planned};
pub use misses::MissLimits;
pub use organisations::{Claim, OrganisationSummary, Organisations};
pub use outbox::{Failed, Message, Outbox};
pub use passwords::HashedPassword;
pub use records::{
    Credits, GetType, LearnerRecord, LearnerRecordQuery, Listed, Listing, ListingFilter, Origin, RecordAnswer,
    RecordOutcome, RecordQuery, Records, UserType, listing_day,
};
pub use roles::{Role, Roles, UnknownRole};
pub use settings::{OpeningHours, RuleSettings};
pub use status::{Guesses, Status};
pub use subjects::{SubjectReport, SubjectSection, Subjects};
pub use throttle::{Burst, Limit, LoadLimits, Pass};
pub use trail::{BrokenTrail, Damage, TrailDays, WholeTrail};
pub use uln_problems::{NewUlnProblem, Reported, UlnProblems};
pub use unsettled::{MustBlock, Unsettled};
pub use uploads::Uploads;
pub use verification::{Flag, Verdict, Verified, VerifiedField};
pub use waiting::Turn;

use crate::store::Store;
use misses::Misses;
use passwords::Passwords;
use registry::Registry;
use strangers::Strangers;
use throttle::Throttle;

/// The service: the rules over one store. Clones share everything.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    settings: RuleSettings,
    clock: Clock,
    registry: Registry,
    passwords: Passwords,
    sign_ins: accounts::Admission,
    misses: Misses,
    strangers: Strangers,
    throttle: Throttle,
    maintenance: Arc<AtomicBool>,
    recent_months: service_levels::RecentMonths,
    searches: learners::SearchSweep,
    jobs_bell: jobs::Bell,
    kinds: jobs::Kinds,
}

impl Service {
    /// The rules over a database, whose tables must be there ([`Database::migrate`]).
    pub fn new(database: Database, settings: RuleSettings, clock: Clock) -> Self {
        let inner = Inner {
            passwords: Passwords::new(settings.password_memory),
            sign_ins: accounts::Admission::default(),
            misses: Misses::new(settings.miss_limits),
            registry: Registry::default(),
            strangers: Strangers::default(),
            throttle: Throttle::new(&settings.load_limits),
            maintenance: Arc::default(),
            recent_months: service_levels::RecentMonths::default(),
            searches: learners::SearchSweep::default(),
            jobs_bell: jobs::Bell::default(),
            kinds: kinds::all(&settings),
            store: database.0,
            settings,
            clock,
        };
        Self { inner: Arc::new(inner) }
    }

    /// The database, for those who watch and close it.
    pub fn database(&self) -> Database {
        Database(self.inner.store.clone())
    }

    /// The store, for tests that look at its rows.
    #[cfg(test)]
    pub(crate) fn store(&self) -> &Store {
        &self.inner.store
    }

    /// The service's clock.
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }
}

/// The capabilities: what the service does, by noun. Each borrows the service and is defined in the
/// file of its noun.
impl Service {
    /// Who calls, and organisations as others see them.
    pub const fn organisations(&self) -> Organisations<'_> {
        Organisations(self)
    }

    /// Users: sign-in, sessions, accounts.
    pub const fn accounts(&self) -> Accounts<'_> {
        Accounts(self)
    }

    /// Messages to users that are to be sent.
    pub const fn outbox(&self) -> Outbox<'_> {
        Outbox(self)
    }

    /// Learners: find, register, update, verify, retrieve.
    pub const fn learners(&self) -> Learners<'_> {
        Learners(self)
    }

    /// The links between the ULNs of one person: merge, unmerge, delete, restore.
    pub const fn linking(&self) -> Linking<'_> {
        Linking(self)
    }

    /// Problems with ULNs that users report to the service desk.
    pub const fn uln_problems(&self) -> UlnProblems<'_> {
        UlnProblems(self)
    }

    /// What is held about a person and was disclosed of it.
    pub const fn subjects(&self) -> Subjects<'_> {
        Subjects(self)
    }

    /// The service desk: cases and their clocks.
    pub const fn desk(&self) -> Desk<'_> {
        Desk(self)
    }

    /// Personal learning records.
    pub const fn records(&self) -> Records<'_> {
        Records(self)
    }

    /// Learning event data challenges.
    pub const fn challenges(&self) -> Challenges<'_> {
        Challenges(self)
    }

    /// Batches as jobs: an organisation's own, and the workers' queue.
    pub const fn jobs(&self) -> Jobs<'_> {
        Jobs(self)
    }

    /// Records of registration batches that need somebody's attention.
    pub const fn exceptions(&self) -> Exceptions<'_> {
        Exceptions(self)
    }

    /// Files that users upload, until they are submitted as jobs.
    pub const fn uploads(&self) -> Uploads<'_> {
        Uploads(self)
    }

    /// Who saw a learning record.
    pub const fn audit(&self) -> Audit<'_> {
        Audit(self)
    }

    /// Achievements one by one: an awarding organisation's own.
    pub const fn achievements(&self) -> achievements::Achievements<'_> {
        achievements::Achievements(self)
    }

    /// Qualifications and units, and who is recognised to award them.
    pub const fn catalogue(&self) -> Catalogue<'_> {
        Catalogue(self)
    }

    /// Plans of learners in custody.
    pub const fn plans(&self) -> plans::Plans<'_> {
        plans::Plans(self)
    }

    /// Planned maintenance.
    pub const fn maintenance(&self) -> Maintenance<'_> {
        Maintenance(self)
    }

    /// Whether the service is open, and how it performs.
    pub const fn status(&self) -> Status<'_> {
        Status(self)
    }
}
