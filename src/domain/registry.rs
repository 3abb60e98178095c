//! A cache of organisations, certificates and planned maintenance, so that a call needs no query
//! for them. No call uses a cache older than [`VALID`]: an operator's change is effective on every
//! node once that time has passed since its commit, and the command waits for it. So no node needs
//! to be told or to respond, and one that cannot reach the store admits nobody.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;

use super::{Error, Organisations, Service};
use crate::model::{Door, Fingerprint, MaintenanceWindow, OrgRef, Organisation, Peer, Timestamp, Ukprn};
use crate::store::maintenance;
use crate::store::organisations::{self, Certificate};

/// The age at which one call compares the cache with the store, while others still use it.
const FRESH: Duration = Duration::from_millis(100);
/// The maximum age.
const VALID: Duration = Duration::from_millis(300);
/// After this time a change is effective on every node, even if a clock runs almost a tenth slow.
pub(super) const EVERYWHERE: Duration = VALID.saturating_add(Duration::from_millis(30));

/// The cache, if there is one.
#[derive(Default)]
pub(super) struct Registry {
    memory: ArcSwapOption<Memory>,
    refreshing: Mutex<()>,
}

/// The content of the store at a certain time.
struct Memory {
    content: Arc<Content>,
    /// Taken before the store was queried.
    seen: Moment,
}

/// A time on both clocks: the system clock may be set back, and the monotonic one stops while the
/// machine sleeps.
#[derive(Clone, Copy)]
struct Moment {
    instant: Instant,
    time: Timestamp,
}

impl Moment {
    /// Whether an earlier time is within this age, by both clocks.
    fn is_within(self, age: Duration, earlier: Moment) -> bool {
        self.instant.saturating_duration_since(earlier.instant) <= age
            && self.time.signed_duration_since(earlier.time).to_std().is_ok_and(|passed| passed <= age)
    }
}

/// All organisations and certificates, and the maintenance that is not over.
pub(super) struct Content {
    change_number: i64,
    by_ukprn: HashMap<Ukprn, Arc<Organisation>>,
    by_org_ref: HashMap<OrgRef, Arc<Organisation>>,
    by_id: HashMap<i32, Arc<Organisation>>,
    certificates: HashMap<Fingerprint, Certificate>,
    /// By start.
    maintenance: Vec<MaintenanceWindow>,
}

impl Content {
    /// The organisation with this UKPRN or, if that is empty, this reference. A reference of eight
    /// characters is a UKPRN: some clients put theirs into both fields (rules.md 2.0).
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

    /// The organisation with this internal number.
    pub(super) fn organisation_of(&self, id: i32) -> Option<&Arc<Organisation>> {
        self.by_id.get(&id)
    }

    /// Whether the certificate may act for the organisation at this time.
    pub(super) fn may_act(&self, peer: &Peer, organisation: &Organisation, now: Timestamp) -> bool {
        self.acts_for(peer, now).contains(&organisation.id)
    }

    /// Whether the certificate may act for any active organisation at this time.
    fn may_call(&self, peer: &Peer, now: Timestamp) -> bool {
        self.acts_for(peer, now).iter().any(|id| self.organisation_of(*id).is_some_and(|each| each.active))
    }

    /// The maintenance that was planned when this was read, by start.
    pub(super) fn maintenance(&self) -> &[MaintenanceWindow] {
        &self.maintenance
    }

    /// The maintenance that closes this door at this time.
    pub(super) fn maintenance_now(&self, now: Timestamp, door: Door) -> Option<&MaintenanceWindow> {
        self.maintenance.iter().find(|window| window.affects.closes(door) && window.is_on(now))
    }

    fn acts_for(&self, peer: &Peer, now: Timestamp) -> &[i32] {
        let certificate = self.certificates.get(&peer.fingerprint);
        let valid = certificate.filter(|each| each.revoked_at.is_none() && now <= peer.not_after);
        valid.map_or(&[], |each| &each.organisations)
    }
}

impl Registry {
    /// Makes the next look-up query the store.
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
    /// The organisations and certificates as they are now. Reading all of them takes long, so it
    /// happens only on a thread that may block.
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

    /// Whether planned maintenance closes this door now. With `may_block` unset it waits for no
    /// network.
    ///
    /// # Errors
    /// [`Error::MustBlock`], and errors of the store.
    pub(super) fn is_closed_by_plan(&self, door: Door, may_block: bool) -> Result<bool, Error> {
        let content = if may_block || self.inner.store.is_embedded() {
            self.registry(may_block)?
        } else {
            let now = Moment { instant: Instant::now(), time: self.inner.clock.now() };
            self.inner.registry.recent(now, VALID).ok_or(Error::MustBlock)?
        };
        Ok(content.maintenance_now(self.inner.clock.now(), door).is_some())
    }

    /// The change number was read before the rows, so a change in between is noticed next time.
    fn read_registry(&self, change_number: i64) -> Result<Content, Error> {
        let organisations = self.inner.store.read(organisations::all)?;
        let certificates = self.inner.store.read(organisations::all_certificates)?;
        let now = self.inner.clock.now();
        let maintenance = self.inner.store.read(|store| maintenance::ending_after(store, now))?;
        let organisations: Vec<_> = organisations.into_iter().map(Arc::new).collect();
        Ok(Content {
            change_number,
            by_ukprn: organisations.iter().map(|each| (each.ukprn, Arc::clone(each))).collect(),
            by_org_ref: organisations.iter().map(|each| (each.org_ref, Arc::clone(each))).collect(),
            by_id: organisations.iter().map(|each| (each.id, Arc::clone(each))).collect(),
            certificates: certificates.into_iter().map(|each| (each.fingerprint, each)).collect(),
            maintenance,
        })
    }
}

impl Organisations<'_> {
    /// Whether the certificate may act for any active organisation; worth checking before a request
    /// is read. A yes may be out of date (the call itself checks again); a no is final, and may
    /// leave an audit line.
    ///
    /// # Errors
    /// [`Error::MustBlock`], and errors of the store.
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
