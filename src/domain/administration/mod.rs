//! Operators' actions on the command line: organisations, certificates, and looking up learners.
//! Every action is audited.

mod error;

use std::sync::atomic::{AtomicBool, Ordering};

pub use error::AdministrationError;

use super::{Action, Caller, Error, Service, passwords, registry};
use crate::model::{Door, Fingerprint, Learner, OrgRef, Organisation, Peer, Permissions, Timestamp, Ukprn, Uln};
use crate::store::organisations as rows;
pub use crate::store::organisations::Certificate;
use crate::store::{StoreError, Transaction, audit, learners, wipe};

/// The outcome in the trail of an operator's action that has no other.
pub(super) const DONE: &str = "Done";

/// The service as its operators use it, on behalf of one of them. Each action is a separate call.
pub struct Administration<'a> {
    pub(super) service: &'a Service,
    user_name: String,
    /// Whether organisations, certificates or planned maintenance were changed.
    changed: AtomicBool,
    /// Whether learners were changed that other processes may have cached.
    pub(super) learners_changed: AtomicBool,
}

/// An organisation to add.
pub struct NewOrganisation<'a> {
    /// UKPRN.
    pub ukprn: Ukprn,
    /// Organisation reference.
    pub org_ref: OrgRef,
    /// Name.
    pub name: &'a str,
    /// Whether it is a learner registration body.
    pub learner_registration_body: bool,
    /// Whether it is an awarding organisation.
    pub awarding_organisation: bool,
    /// Its permissions; `None` means the defaults of its roles.
    pub permissions: Option<Permissions>,
    /// Its password, 16 characters; without one it cannot sign in.
    pub password: Option<&'a str>,
}

impl Service {
    /// The service as an operator of this name uses it.
    pub fn administration(&self, user_name: &str) -> Administration<'_> {
        Administration {
            service: self,
            user_name: user_name.to_owned(),
            changed: AtomicBool::new(false),
            learners_changed: AtomicBool::new(false),
        }
    }
}

impl Administration<'_> {
    /// The service.
    pub const fn service(&self) -> &Service {
        self.service
    }

    /// Adds an organisation.
    pub fn add_organisation(&self, new: &NewOrganisation<'_>) -> Result<Organisation, AdministrationError> {
        let NewOrganisation {
            ukprn,
            org_ref,
            name,
            learner_registration_body,
            awarding_organisation,
            permissions,
            password,
        } = *new;
        let permissions =
            permissions.unwrap_or_else(|| Permissions::for_roles(learner_registration_body, awarding_organisation));
        let organisation = Organisation {
            id: 0,
            ukprn,
            org_ref,
            name: name.to_owned(),
            learner_registration_body,
            awarding_organisation,
            active: true,
            permissions,
            password_hash: password.map(password_hash).transpose()?,
        };
        let row = organisation.clone();
        match self.write(Action::AddOrganisation, move |store, now| rows::insert(store, &row, now)) {
            Ok(id) => Ok(Organisation { id, ..organisation }),
            Err(Error::Unavailable(error)) if error.is_duplicate() => Err(AdministrationError::OrganisationExists),
            Err(error) => Err(error.into()),
        }
    }

    /// Puts organisations back into a register that was wiped, as they were when they were added,
    /// password hashes included.
    pub fn restore_organisations(&self, organisations: &[Organisation]) -> Result<(), AdministrationError> {
        let (organisations, now) = (organisations.to_vec(), self.service.inner.clock.now());
        Ok(self
            .service
            .inner
            .store
            .write(move |store| organisations.iter().try_for_each(|row| rows::insert(store, row, now).map(drop)))?)
    }

    /// All organisations, by UKPRN.
    pub fn organisations(&self) -> Result<Vec<Organisation>, AdministrationError> {
        Ok(self.service.inner.store.read(rows::all)?)
    }

    /// The organisation of a UKPRN.
    pub fn organisation(&self, ukprn: Ukprn) -> Result<Organisation, AdministrationError> {
        let all = self.organisations()?;
        all.into_iter().find(|each| each.ukprn == ukprn).ok_or(AdministrationError::UnknownOrganisation(ukprn))
    }

    /// Sets an organisation's password. The old one is refused immediately here, and on other nodes
    /// once [`Self::reach_every_node`] returns.
    pub fn set_password(&self, ukprn: Ukprn, password: &str) -> Result<(), AdministrationError> {
        let id = self.organisation(ukprn)?.id;
        let hash = password_hash(password)?;
        Ok(self.write(Action::SetPassword, move |store, now| rows::set_password_hash(store, id, &hash, now))?)
    }

    /// Sets an organisation's permissions.
    pub fn set_permissions(&self, ukprn: Ukprn, permissions: Permissions) -> Result<(), AdministrationError> {
        let Organisation { id, active, .. } = self.organisation(ukprn)?;
        Ok(self
            .write(Action::SetPermissions, move |store, now| rows::set_rights(store, id, permissions, active, now))?)
    }

    /// Allows an organisation to call, or stops it.
    pub fn set_active(&self, ukprn: Ukprn, active: bool) -> Result<(), AdministrationError> {
        let Organisation { id, permissions, .. } = self.organisation(ukprn)?;
        Ok(self.write(Action::SetActive, move |store, now| rows::set_rights(store, id, permissions, active, now))?)
    }

    /// Allows a certificate to act for an organisation. It may act for several, and an organisation
    /// may have several (for renewals). `false` if it could already.
    pub fn register_certificate(&self, ukprn: Ukprn, certificate: &Peer) -> Result<bool, AdministrationError> {
        let id = self.organisation(ukprn)?.id;
        let fingerprint = certificate.fingerprint;
        if self.certificates()?.iter().any(|each| each.fingerprint == fingerprint && each.revoked_at.is_some()) {
            return Err(AdministrationError::RevokedCertificate(fingerprint));
        }
        let certificate = certificate.clone();
        Ok(self.write(Action::AddCertificate, move |store, now| {
            rows::register_certificate(store, &certificate, id, now)
        })?)
    }

    /// All registered certificates with their organisations' numbers, by time of registration.
    pub fn certificates(&self) -> Result<Vec<Certificate>, AdministrationError> {
        Ok(self.service.inner.store.read(rows::all_certificates)?)
    }

    /// Revokes a certificate permanently. It is refused immediately here, and on other nodes once
    /// [`Self::reach_every_node`] returns.
    pub fn revoke_certificate(&self, fingerprint: Fingerprint) -> Result<(), AdministrationError> {
        let revoked =
            self.write(Action::RevokeCertificate, move |store, now| rows::revoke_certificate(store, fingerprint, now))?;
        if revoked { Ok(()) } else { Err(AdministrationError::UnknownCertificate(fingerprint)) }
    }

    /// Returns once every node is certain to use organisations, certificates and links between
    /// learners as changed here. Blocks for a third of a second if anything was changed; after a
    /// change of links on SQLite, for a second.
    pub fn reach_every_node(&self) {
        if self.changed.swap(false, Ordering::Relaxed) {
            std::thread::sleep(registry::EVERYWHERE);
        }
        if self.learners_changed.swap(false, Ordering::Relaxed) {
            self.service.inner.store.await_other_processes();
        }
    }

    /// A learner of any status.
    pub fn learner(&self, uln: Uln) -> Result<Option<Learner>, AdministrationError> {
        self.call(Action::ShowLearner, |operator| {
            operator.trail([Some(uln)], DONE);
            let stored = self.service.inner.store.read(|store| learners::by_uln(store, uln))?;
            Ok(stored.map(|stored| stored.learner))
        })
    }

    /// The number of learners of any status.
    pub fn learner_count(&self) -> Result<i64, AdministrationError> {
        Ok(self.service.inner.store.read(learners::count)?)
    }

    /// Deletes everything, including the audit trail. Only for resetting the demo.
    pub fn wipe(&self) -> Result<(), AdministrationError> {
        // Lines that still wait for the table would reach it after the wipe.
        self.service.inner.store.flush_trail()?;
        Ok(self.write(Action::Wipe, |store, _| wipe(store))?)
    }

    /// An operator's action, as a separate call.
    pub(super) fn call<T, E: From<Error>>(
        &self,
        action: Action,
        act: impl FnOnce(&Caller<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.service.call(Door::CommandLine, action, |call| act(&call.operator(&self.user_name)))
    }

    /// Makes a change and its audit line in one transaction, then clears this process's cache of
    /// organisations.
    pub(super) fn write<T: Send + 'static>(
        &self,
        action: Action,
        change: impl Fn(&mut Transaction<'_>, Timestamp) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Error> {
        let outcome = self.call(action, |operator| {
            let entry = operator.entry(self.service.inner.clock.now(), None, DONE);
            Ok(self.service.inner.store.write(move |store| {
                let outcome = change(store, entry.at)?;
                audit::insert(store, std::iter::once(&entry))?;
                Ok(outcome)
            })?)
        });
        self.registry_changed();
        outcome
    }

    /// Clears this process's cache of organisations and planned maintenance; other nodes notice the
    /// change by themselves.
    pub(super) fn registry_changed(&self) {
        self.service.inner.registry.forget();
        self.changed.store(true, Ordering::Relaxed);
    }
}

fn password_hash(password: &str) -> Result<String, AdministrationError> {
    if password.chars().count() != passwords::PASSWORD_LENGTH || password.trim().is_empty() {
        return Err(AdministrationError::PasswordForm);
    }
    Ok(passwords::hash(password)?)
}
