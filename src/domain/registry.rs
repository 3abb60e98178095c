//! Organisations and certificates in memory, so that a call looks them up without the store. No call uses a memory that is older than
//! [`VALID`]: an operator's change holds on every node once that time has passed since its commit, and the command waits for it. So no node
//! has to be told, or to answer, and one that cannot reach the store lets nobody in.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;

use super::{Error, Organisations, Service};
use crate::model::{Fingerprint, OrgRef, Organisation, Peer, Timestamp, Ukprn};
use crate::store::organisations::{self, Certificate};

/// How old the memory may be before one of the calls compares it with the store, while the others go on with it.
const FRESH: Duration = Duration::from_millis(100);
/// How old it may be at all.
const VALID: Duration = Duration::from_millis(300);
/// After so long a change holds on every node: nobody's clock runs a tenth too slow.
pub(super) const EVERYWHERE: Duration = VALID.saturating_add(Duration::from_millis(30));

/// The memory, if there is any.
#[derive(Default)]
pub(super) struct Registry {
    memory: ArcSwapOption<Memory>,
    refreshing: Mutex<()>,
}

/// What the store held at a moment.
struct Memory {
    content: Arc<Content>,
    /// The moment, before the store was asked.
    seen: Moment,
}

/// A moment by both clocks: the system's may be set back, and the other one stands still while the machine sleeps.
#[derive(Clone, Copy)]
struct Moment {
    instant: Instant,
    time: Timestamp,
}

impl Moment {
    /// Whether an earlier moment is no longer ago than this, by either clock.
    fn is_within(self, age: Duration, earlier: Moment) -> bool {
        self.instant.saturating_duration_since(earlier.instant) <= age
            && self.time.signed_duration_since(earlier.time).to_std().is_ok_and(|passed| passed <= age)
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
    /// theirs into both fields (rules.md 2.0).
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
    /// Makes the next look-up read the store.
    pub(super) fn forget(&self) {
        // What is being read now may be older.
        let _refreshing = self.refreshing.lock().unwrap_or_else(PoisonError::into_inner);
        self.memory.store(None);
    }

    fn recent(&self, now: Moment, age: Duration) -> Option<Arc<Content>> {
        let memory = self.memory.load();
        memory.as_ref().filter(|memory| now.is_within(age, memory.seen)).map(|memory| Arc::clone(&memory.content))
    }
}

impl Service {
    /// The organisations and certificates as they are now. To read all of them takes long, so that it is done only where that may be.
    pub(super) fn registry(&self, may_block: bool) -> Result<Arc<Content>, Error> {
        let registry = &self.inner.registry;
        let now = Moment { instant: Instant::now(), time: self.inner.clock.now() };
        if let Some(content) = registry.recent(now, FRESH) {
            return Ok(content);
        }
        let _refreshing = match registry.refreshing.try_lock() {
            Ok(guard) => guard,
            Err(_) => match registry.recent(now, VALID) {
                Some(content) => return Ok(content),
                None if !may_block => return Err(Error::MustBlock),
                None => registry.refreshing.lock().unwrap_or_else(PoisonError::into_inner),
            },
        };
        if let Some(content) = registry.recent(now, FRESH) {
            return Ok(content);
        }
        let change_number = self.inner.store.read(organisations::change_number)?;
        let content = match registry.memory.load().as_ref() {
            Some(memory) if memory.content.change_number == change_number => Arc::clone(&memory.content),
            _ if !may_block => return Err(Error::MustBlock),
            _ => Arc::new(self.read_registry(change_number)?),
        };
        registry.memory.store(Some(Arc::new(Memory { content: Arc::clone(&content), seen: now })));
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

impl Organisations<'_> {
    /// Whether the certificate may act for any active organisation; what is worth asking before a request is read. A yes may be out of date
    /// (the call itself asks again); a no is as good as the call's would be, and may leave a line of the trail.
    ///
    /// # Errors
    /// [`Error::MustBlock`], and what the store fails with.
    pub fn may_call(&self, peer: &Peer, may_block: bool) -> Result<bool, Error> {
        let now = Moment { instant: Instant::now(), time: self.0.inner.clock.now() };
        let registry = &self.0.inner.registry;
        if registry.memory.load().as_ref().is_some_and(|memory| memory.content.may_call(peer, now.time)) {
            return Ok(true);
        }
        let content =
            if may_block { self.0.registry(true)? } else { registry.recent(now, FRESH).ok_or(Error::MustBlock)? };
        let may_call = content.may_call(peer, now.time);
        if !may_call {
            self.0.turn_away(peer);
        }
        Ok(may_call)
    }
}
