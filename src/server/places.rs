//! How many connections stand, and how many may: in all, of one certificate, and of one organisation. A certificate or
//! organisation never has more than half of them (our choice), so that nobody keeps the others out.

use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::respond::Refused;
use crate::config::Limits;
use crate::model::Fingerprint;

/// So many more may stand, in all and of one certificate, for as long as it takes to tell them that they are too many.
const TOLD: usize = 16;

/// Those that are taken.
pub(super) struct Places {
    all: usize,
    by_certificate: usize,
    by_organisation: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    all: usize,
    certificates: HashMap<Fingerprint, Certificate>,
    /// An organisation has the connections whose last caller proved to be it.
    organisations: HashMap<String, usize>,
}

/// A certificate that has connections.
#[derive(Default)]
struct Certificate {
    served: usize,
    told: usize,
    callers: Callers,
}

/// Who has called with a certificate.
#[derive(Default)]
enum Callers {
    #[default]
    Unknown,
    /// This organisation alone: a new connection will be its own, too.
    One(String),
    Several,
}

/// One that is taken, until it is dropped.
pub(super) struct Place {
    places: Arc<Places>,
    certificate: Fingerprint,
    /// Its last caller.
    organisation: RefCell<Option<String>>,
    /// Why its connection is one too many, if it is.
    pub(super) beyond: Option<Refused>,
}

impl Places {
    pub(super) fn new(limits: &Limits) -> Self {
        let half = (limits.connections / 2).max(1);
        Self {
            all: limits.connections,
            by_certificate: limits.connections_by_certificate.min(half),
            by_organisation: limits.connections_by_organisation.min(half),
            taken: Mutex::default(),
        }
    }

    /// A place for one more connection; none where even those to be told are too many.
    pub(super) fn take(self: &Arc<Self>, certificate: Fingerprint) -> Option<Place> {
        let mut taken = self.taken();
        let Taken { all, certificates, organisations } = &mut *taken;
        let own = certificates.entry(certificate).or_default();
        let of_caller = match &own.callers {
            Callers::One(organisation) => organisations.get(organisation).copied().unwrap_or_default(),
            Callers::Unknown | Callers::Several => 0,
        };
        let beyond = if *all >= self.all {
            Some(Refused::CONNECTIONS)
        } else if own.served >= self.by_certificate {
            Some(Refused::CONNECTIONS_OF_CERTIFICATE)
        } else if of_caller >= self.by_organisation {
            Some(Refused::CONNECTIONS_OF_ORGANISATION)
        } else {
            None
        };
        *all += 1;
        *own.count(beyond.is_some()) += 1;
        let bearable = *all <= self.all.saturating_add(TOLD) && own.told <= TOLD;
        drop(taken);
        // Gives itself back if it is dropped here.
        let place = Place { places: Arc::clone(self), certificate, organisation: RefCell::default(), beyond };
        bearable.then_some(place)
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// The caller has proved to be this organisation. Says whether the organisation has more connections than it may with this one.
    pub(super) fn proven(&self, organisation: &str) -> bool {
        if organisation.is_empty() || self.organisation.borrow().as_deref() == Some(organisation) {
            return false;
        }
        let before = self.organisation.replace(Some(organisation.to_owned()));
        let mut taken = self.places.taken();
        if let Some(before) = before {
            taken.leave(before);
        }
        if let Some(certificate) = taken.certificates.get_mut(&self.certificate) {
            certificate.callers.note(organisation);
        }
        let connections = taken.organisations.entry(organisation.to_owned()).or_default();
        *connections += 1;
        *connections > self.places.by_organisation
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        taken.all -= 1;
        if let Some(organisation) = self.organisation.take() {
            taken.leave(organisation);
        }
        if let Entry::Occupied(mut entry) = taken.certificates.entry(self.certificate) {
            let own = entry.get_mut();
            *own.count(self.beyond.is_some()) -= 1;
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

impl Certificate {
    const fn count(&mut self, beyond: bool) -> &mut usize {
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
