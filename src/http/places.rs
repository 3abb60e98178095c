//! How many connections stand, and how many may: in all, of one certificate (where clients have
//! none, of one address), and of one organisation. None of these has more than half of them (our
//! choice), so that nobody keeps the others out.

use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::party::Party;
use super::refused::Refused;
use crate::config::Limits;

/// The slots in use.
pub(super) struct Places {
    all: usize,
    by_party: usize,
    by_organisation: usize,
    /// How many excess connections may exist for as long as it takes to refuse them.
    told: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    all: Count,
    parties: HashMap<Party, Connections>,
    /// A connection counts for the organisation of its last caller.
    organisations: HashMap<String, usize>,
}

/// The connections of a certificate or address.
#[derive(Default)]
struct Connections {
    connections: Count,
    callers: Callers,
}

#[derive(Default)]
struct Count {
    served: usize,
    /// Excess ones.
    told: usize,
}

/// Who has called on them.
#[derive(Default)]
enum Callers {
    #[default]
    Unknown,
    /// Only this organisation, so a new connection counts for it too.
    One(String),
    Several,
}

/// A slot in use, until it is dropped.
pub(super) struct Place {
    places: Arc<Places>,
    party: Party,
    /// Its last caller.
    organisation: RefCell<Option<String>>,
    /// Why the connection is in excess, if it is.
    pub(super) beyond: Option<Refused>,
}

impl Places {
    pub(super) fn new(limits: &Limits) -> Self {
        let half = (limits.connections / 2).max(1);
        Self {
            all: limits.connections,
            by_party: limits.connections_by_certificate.min(half),
            by_organisation: limits.connections_by_organisation.min(half),
            told: limits.told(),
            taken: Mutex::default(),
        }
    }

    /// A slot for another connection; `None` if even the excess ones are too many.
    pub(super) fn take(self: &Arc<Self>, party: Party) -> Option<Place> {
        let mut taken = self.taken();
        let Taken { all, parties, organisations } = &mut *taken;
        let own = parties.entry(party).or_default();
        let of_caller = match &own.callers {
            Callers::One(organisation) => organisations.get(organisation).copied().unwrap_or_default(),
            Callers::Unknown | Callers::Several => 0,
        };
        let beyond = if all.served >= self.all {
            Some(Refused::CONNECTIONS)
        } else if own.connections.served >= self.by_party && party != Party::Proxy {
            Some(party.too_many_connections())
        } else if of_caller >= self.by_organisation {
            Some(Refused::CONNECTIONS_OF_ORGANISATION)
        } else {
            None
        };
        *all.of(beyond.is_some()) += 1;
        *own.connections.of(beyond.is_some()) += 1;
        // Half of them for one party: the others are told, too.
        let bearable = all.told <= self.told && own.connections.told <= self.told.div_ceil(2);
        drop(taken);
        // Releases itself if it is dropped here.
        let place = Place { places: Arc::clone(self), party, organisation: RefCell::default(), beyond };
        bearable.then_some(place)
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Records that the caller is this organisation. Returns whether the organisation now has too
    /// many connections.
    pub(super) fn proven(&self, organisation: &str) -> bool {
        if organisation.is_empty() || self.organisation.borrow().as_deref() == Some(organisation) {
            return false;
        }
        let before = self.organisation.replace(Some(organisation.to_owned()));
        let mut taken = self.places.taken();
        if let Some(before) = before {
            taken.leave(before);
        }
        if let Some(party) = taken.parties.get_mut(&self.party) {
            party.callers.note(organisation);
        }
        let connections = taken.organisations.entry(organisation.to_owned()).or_default();
        *connections += 1;
        *connections > self.places.by_organisation
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        *taken.all.of(self.beyond.is_some()) -= 1;
        if let Some(organisation) = self.organisation.take() {
            taken.leave(organisation);
        }
        if let Entry::Occupied(mut entry) = taken.parties.entry(self.party) {
            let own = &mut entry.get_mut().connections;
            *own.of(self.beyond.is_some()) -= 1;
            if own.served + own.told == 0 {
                entry.remove();
            }
        }
    }
}

impl Taken {
    fn leave(&mut self, organisation: String) {
        if let Entry::Occupied(mut entry) = self.organisations.entry(organisation) {
            *entry.get_mut() -= 1;
            if *entry.get() == 0 {
                entry.remove();
            }
        }
    }
}

impl Count {
    const fn of(&mut self, beyond: bool) -> &mut usize {
        if beyond { &mut self.told } else { &mut self.served }
    }
}

impl Callers {
    fn note(&mut self, organisation: &str) {
        match self {
            Self::Unknown => *self = Self::One(organisation.to_owned()),
            Self::One(other) if other != organisation => *self = Self::Several,
            Self::One(_) | Self::Several => {}
        }
    }
}
