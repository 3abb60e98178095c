//! The waiting room: connections whose client has not yet sent its complete hello. When it is full,
//! the oldest is cut, so that silent clients keep nobody out.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::super::origin::Origin;
use super::super::pulse::Pulse;

/// The connections waiting.
pub(super) struct Room {
    places: usize,
    places_by_origin: usize,
    waiting: Mutex<Waiting>,
}

/// Numbered in order of arrival.
#[derive(Default)]
struct Waiting {
    next: u64,
    all: BTreeMap<u64, (Origin, Arc<Pulse>)>,
    by_origin: HashMap<Origin, BTreeSet<u64>>,
}

/// A seat in the room, until it is dropped.
pub(super) struct Seat<'r> {
    room: &'r Room,
    number: u64,
}

impl Room {
    pub(super) fn new(places: usize, places_by_origin: usize) -> Self {
        Self { places, places_by_origin, waiting: Mutex::default() }
    }

    /// Assigns a seat immediately. If the room, or the share of this origin, is full, the oldest
    /// connection there is cut.
    pub(super) fn enter(&self, address: IpAddr, pulse: &Arc<Pulse>) -> Seat<'_> {
        let origin = Origin::of(address);
        let mut waiting = self.waiting();
        let of_origin = waiting.by_origin.get(&origin);
        let oldest = if of_origin.is_some_and(|numbers| numbers.len() >= self.places_by_origin) {
            of_origin.and_then(BTreeSet::first).copied()
        } else if waiting.all.len() >= self.places {
            waiting.all.keys().next().copied()
        } else {
            None
        };
        if let Some(pulse) = oldest.and_then(|oldest| waiting.remove(oldest)) {
            pulse.cut();
        }
        let number = waiting.add(origin, Arc::clone(pulse));
        Seat { room: self, number }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        self.room.waiting().remove(self.number);
    }
}

impl Waiting {
    fn add(&mut self, origin: Origin, pulse: Arc<Pulse>) -> u64 {
        let number = self.next;
        self.next += 1;
        self.all.insert(number, (origin, pulse));
        self.by_origin.entry(origin).or_default().insert(number);
        number
    }

    fn remove(&mut self, number: u64) -> Option<Arc<Pulse>> {
        let (origin, pulse) = self.all.remove(&number)?;
        if let Some(numbers) = self.by_origin.get_mut(&origin) {
            numbers.remove(&number);
            if numbers.is_empty() {
                self.by_origin.remove(&origin);
            }
        }
        Some(pulse)
    }
}
