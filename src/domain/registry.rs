//! Organisations and certificates in memory, so that a call looks them up without the store. What is in memory is at most a second old:
//! that is how soon every node notices a revocation.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwapOption;

use super::{Error, Service};
use crate::model::{Fingerprint, OrgRef, Organisation, Peer, Timestamp, Ukprn};
use crate::store::organisations::{self, Certificate};

/// How old the memory may be before it is compared with the store (microseconds).
const FRESH: i64 = 1_000_000;
/// How old it may be while another thread is comparing (microseconds).
const BEARABLE: i64 = 3_000_000;
/// How old it may be where it does not know a certificate, which may just have been registered (microseconds).
const FRESH_FOR_STRANGERS: i64 = 100_000;
/// The age of a memory that was never read.
const NEVER: i64 = i64::MIN;

/// The memory and when it was last found equal to the store.
pub(super) struct Registry {
    content: ArcSwapOption<Content>,
    checked_at: AtomicI64,
    refreshing: Mutex<()>,
}

impl Default for Registry {
    fn default() -> Self {
        Self { content: ArcSwapOption::empty(), checked_at: AtomicI64::new(NEVER), refreshing: Mutex::new(()) }
    }
}

/// Every organisation and certificate.
pub(super) struct Content {
    change_number: i64,
    by_ukprn: HashMap<Ukprn, Arc<Organisation>>,
    by_org_ref: HashMap<OrgRef, Arc<Organisation>>,
    by_id: HashMap<i32, Arc<Organisation>>,
    certificates: HashMap<Fingerprint, Certificate>,
}

impl Content {
    /// The organisation of a UKPRN or, where that is empty, of a reference. A reference of eight characters is a UKPRN: some clients put
    /// theirs into both fields (domain.md 2.0).
    pub(super) fn organisation(&self, ukprn: &str, org_ref: &str) -> Option<&Arc<Organisation>> {
        let named_by_ukprn = |text: &str| text.parse().ok().and_then(|ukprn: Ukprn| self.by_ukprn.get(&ukprn));
        if !ukprn.is_empty() {
            named_by_ukprn(ukprn)
        } else if let Ok(org_ref) = org_ref.parse::<OrgRef>() {
            self.by_org_ref.get(&org_ref)
        } else {
            named_by_ukprn(org_ref)
        }
    }

    /// The organisation of an internal number.
    pub(super) fn organisation_of(&self, id: i32) -> Option<&Arc<Organisation>> {
        self.by_id.get(&id)
    }

    /// Whether the certificate may act for the organisation at this moment.
    pub(super) fn may_act(&self, peer: &Peer, organisation: &Organisation, now: Timestamp) -> bool {
        self.acts_for(peer, now).contains(&organisation.id)
    }

    /// Whether the certificate may act for any active organisation at this moment.
    fn may_call(&self, peer: &Peer, now: Timestamp) -> bool {
        self.acts_for(peer, now).iter().any(|id| self.organisation_of(*id).is_some_and(|each| each.active))
    }

    fn acts_for(&self, peer: &Peer, now: Timestamp) -> &[i32] {
        let certificate = self.certificates.get(&peer.fingerprint);
        let valid = certificate.filter(|each| each.revoked_at.is_none() && now <= peer.not_after);
        valid.map_or(&[], |each| &each.organisations)
    }
}

impl Registry {
    /// Makes the next look-up compare with the store.
    pub(super) fn forget(&self) {
        self.checked_at.store(NEVER, Ordering::Release);
    }

    fn recent(&self, now: i64, age: i64) -> Option<Arc<Content>> {
        let checked_at = self.checked_at.load(Ordering::Acquire);
        let is_recent = checked_at != NEVER && (0..=age).contains(&now.saturating_sub(checked_at));
        if is_recent { self.content.load_full() } else { None }
    }
}

impl Service {
    /// The organisations and certificates as they are now. To read all of them takes long, so that it is done only where that may be.
    pub(super) fn registry(&self, may_block: bool) -> Result<Arc<Content>, Error> {
        self.registry_of_age(FRESH, BEARABLE, may_block)
    }

    /// Whether the certificate may act for any active organisation; what is worth asking before a request is read. A yes may be out of date
    /// (the call itself asks again); a no is not, for the store is compared first, at most ten times a second.
    ///
    /// # Errors
    /// [`Error::MustBlock`], and what the store fails with.
    pub fn may_call(&self, peer: &Peer, may_block: bool) -> Result<bool, Error> {
        let now = self.inner.clock.now();
        if self.inner.registry.content.load().as_ref().is_some_and(|content| content.may_call(peer, now)) {
            return Ok(true);
        }
        if !may_block {
            let recent = self.inner.registry.recent(now.and_utc().timestamp_micros(), FRESH_FOR_STRANGERS);
            return recent.map(|content| content.may_call(peer, now)).ok_or(Error::MustBlock);
        }
        let content = self.registry_of_age(FRESH_FOR_STRANGERS, FRESH_FOR_STRANGERS, may_block)?;
        Ok(content.may_call(peer, now))
    }

    fn registry_of_age(&self, fresh: i64, bearable: i64, may_block: bool) -> Result<Arc<Content>, Error> {
        let registry = &self.inner.registry;
        let now = self.inner.clock.now().and_utc().timestamp_micros();
        if let Some(content) = registry.recent(now, fresh) {
            return Ok(content);
        }
        let _refreshing = match registry.refreshing.try_lock() {
            Ok(guard) => guard,
            Err(_) => match registry.recent(now, bearable) {
                Some(content) => return Ok(content),
                None if !may_block => return Err(Error::MustBlock),
                None => registry.refreshing.lock().unwrap_or_else(PoisonError::into_inner),
            },
        };
        if let Some(content) = registry.recent(now, fresh) {
            return Ok(content);
        }
        let change_number = self.inner.store.read(organisations::change_number)?;
        let content = match registry.content.load_full() {
            Some(content) if content.change_number == change_number => content,
            _ if !may_block => return Err(Error::MustBlock),
            _ => {
                let content = Arc::new(self.read_registry(change_number)?);
                registry.content.store(Some(Arc::clone(&content)));
                content
            }
        };
        registry.checked_at.store(now, Ordering::Release);
        Ok(content)
    }

    /// The number was read before the rows, so that a change in between is noticed next time.
    fn read_registry(&self, change_number: i64) -> Result<Content, Error> {
        let organisations = self.inner.store.read(organisations::all)?;
        let certificates = self.inner.store.read(organisations::all_certificates)?;
        let organisations: Vec<_> = organisations.into_iter().map(Arc::new).collect();
        Ok(Content {
            change_number,
            by_ukprn: organisations.iter().map(|each| (each.ukprn, Arc::clone(each))).collect(),
            by_org_ref: organisations.iter().map(|each| (each.org_ref, Arc::clone(each))).collect(),
            by_id: organisations.iter().map(|each| (each.id, Arc::clone(each))).collect(),
            certificates: certificates.into_iter().map(|each| (each.fingerprint, each)).collect(),
        })
    }
}
