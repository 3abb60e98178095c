//! How many calls may be at work at once: in all, of an organisation, and of a certificate. The
//! others queue, each organisation in a queue of its own, and the organisations take turns.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::{Limit, LoadLimits};
use crate::model::Fingerprint;

/// Who makes a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::domain) struct Claimant {
    pub(in crate::domain) organisation_id: i32,
    pub(in crate::domain) certificate: Fingerprint,
}

/// The calls at work, and those that queue.
pub(in crate::domain) struct Slots {
    all: usize,
    by_organisation: usize,
    by_certificate: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    all: usize,
    /// Those with calls at work or in the queue.
    organisations: HashMap<i32, Own>,
    /// Calls at work.
    certificates: HashMap<Fingerprint, usize>,
    /// The organisations with a queue, in the order of their turns.
    turns: VecDeque<i32>,
}

#[derive(Default)]
struct Own {
    at_work: usize,
    queue: VecDeque<Waiting>,
}

struct Waiting {
    certificate: Fingerprint,
    come: oneshot::Sender<Slot>,
}

/// A call's slot, until it is dropped.
pub(in crate::domain) struct Slot {
    slots: Arc<Slots>,
    claimant: Claimant,
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Slot").field(&self.claimant).finish()
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut state = self.slots.state();
        state.leave(self.claimant);
        let mut next = Vec::new();
        while let Some(each) = state.next(&self.slots) {
            next.push(each);
        }
        drop(state);
        for (claimant, come) in next {
            // If the call has gone meanwhile, the slot comes back and is dropped here.
            let _ = come.send(Slot { slots: Arc::clone(&self.slots), claimant });
        }
    }
}

impl Slots {
    pub(super) fn new(limits: &LoadLimits) -> Self {
        let most = |calls: u32| match calls {
            0 => usize::MAX,
            calls => usize::try_from(calls).unwrap_or(usize::MAX),
        };
        Self {
            all: most(limits.calls_at_once),
            by_organisation: most(limits.calls_at_once_by_organisation),
            by_certificate: most(limits.calls_at_once_by_certificate),
            state: Mutex::default(),
        }
    }

    /// A slot.
    ///
    /// # Errors
    /// What there is too much of, and where the slot will come when it is the call's turn.
    pub(in crate::domain) fn take(
        self: &Arc<Self>,
        claimant: Claimant,
    ) -> Result<Slot, (Limit, oneshot::Receiver<Slot>)> {
        let mut state = self.state();
        // Every call that could go has gone already, so none in the queue is overtaken.
        let Some(limit) = state.exceeded(self, claimant) else {
            state.enter(claimant);
            return Ok(Slot { slots: Arc::clone(self), claimant });
        };
        let (come, slot) = oneshot::channel();
        let own = state.organisations.entry(claimant.organisation_id).or_default();
        let is_first = own.queue.is_empty();
        own.queue.push_back(Waiting { certificate: claimant.certificate, come });
        if is_first {
            state.turns.push_back(claimant.organisation_id);
        }
        Err((limit, slot))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// What another call of the claimant would exceed.
    fn exceeded(&self, slots: &Slots, claimant: Claimant) -> Option<Limit> {
        let of_organisation = self.organisations.get(&claimant.organisation_id).map_or(0, |own| own.at_work);
        let of_certificate = self.certificates.get(&claimant.certificate).copied().unwrap_or_default();
        if of_organisation >= slots.by_organisation {
            Some(Limit::AtOnceOfOrganisation)
        } else if of_certificate >= slots.by_certificate {
            Some(Limit::AtOnceOfCertificate)
        } else if self.all >= slots.all {
            Some(Limit::AtOnce)
        } else {
            None
        }
    }

    fn enter(&mut self, claimant: Claimant) {
        self.all += 1;
        self.organisations.entry(claimant.organisation_id).or_default().at_work += 1;
        *self.certificates.entry(claimant.certificate).or_default() += 1;
    }

    fn leave(&mut self, claimant: Claimant) {
        self.all = self.all.saturating_sub(1);
        if let Entry::Occupied(mut own) = self.organisations.entry(claimant.organisation_id) {
            own.get_mut().at_work = own.get().at_work.saturating_sub(1);
            if own.get().at_work == 0 && own.get().queue.is_empty() {
                own.remove();
            }
        }
        if let Entry::Occupied(mut calls) = self.certificates.entry(claimant.certificate) {
            *calls.get_mut() = calls.get().saturating_sub(1);
            if *calls.get() == 0 {
                calls.remove();
            }
        }
    }

    /// The next call that may go, which is counted as at work.
    fn next(&mut self, slots: &Slots) -> Option<(Claimant, oneshot::Sender<Slot>)> {
        for _ in 0..self.turns.len() {
            let organisation_id = self.turns.pop_front()?;
            if let Some(own) = self.organisations.get_mut(&organisation_id) {
                own.queue.retain(|each| !each.come.is_closed());
            }
            let of = |each: &Waiting| Claimant { organisation_id, certificate: each.certificate };
            let place = self
                .organisations
                .get(&organisation_id)
                .and_then(|own| own.queue.iter().position(|each| self.exceeded(slots, of(each)).is_none()));
            let own = self.organisations.get_mut(&organisation_id);
            let (found, has_more, is_idle) = match own {
                Some(own) => {
                    let found = place.and_then(|place| own.queue.remove(place));
                    (found, !own.queue.is_empty(), own.at_work == 0 && own.queue.is_empty())
                }
                None => (None, false, false),
            };
            if has_more {
                self.turns.push_back(organisation_id);
            } else if is_idle {
                self.organisations.remove(&organisation_id);
            }
            if let Some(found) = found {
                let claimant = of(&found);
                self.enter(claimant);
                return Some((claimant, found.come));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn slots(all: u32, by_organisation: u32, by_certificate: u32) -> Arc<Slots> {
        Arc::new(Slots::new(&LoadLimits {
            calls_at_once: all,
            calls_at_once_by_organisation: by_organisation,
            calls_at_once_by_certificate: by_certificate,
            ..LoadLimits::default()
        }))
    }

    fn claimant(organisation_id: i32, name: &str) -> Claimant {
        Claimant { organisation_id, certificate: Fingerprint::of_der(name.as_bytes()) }
    }

    fn limit(taken: Result<Slot, (Limit, oneshot::Receiver<Slot>)>) -> Option<Limit> {
        taken.err().map(|(limit, _)| limit)
    }

    #[test]
    fn each_bound_holds_and_what_is_left_can_be_taken_again() {
        let slots = slots(5, 3, 2);
        let first = [claimant(1, "a"), claimant(1, "a"), claimant(1, "b")].map(|each| slots.take(each).unwrap());
        assert_eq!(limit(slots.take(claimant(1, "b"))), Some(Limit::AtOnceOfOrganisation));
        assert_eq!(limit(slots.take(claimant(2, "a"))), Some(Limit::AtOnceOfCertificate));
        let others = [claimant(2, "c"), claimant(3, "d")].map(|each| slots.take(each).unwrap());
        assert_eq!(limit(slots.take(claimant(4, "e"))), Some(Limit::AtOnce));
        drop(first);
        assert!(slots.take(claimant(1, "a")).is_ok());
        drop(others);
        let state = slots.state();
        assert_eq!((state.all, state.organisations.len(), state.certificates.len()), (0, 0, 0));
    }

    #[test]
    fn organisations_take_turns() {
        let slots = slots(1, 0, 0);
        let mut at_work = slots.take(claimant(9, "z")).unwrap();
        let many: Vec<_> = (0..3).map(|_| slots.take(claimant(1, "a")).unwrap_err().1).collect();
        let few: Vec<_> = (0..2).map(|_| slots.take(claimant(2, "b")).unwrap_err().1).collect();
        let mut queued: Vec<_> = many.into_iter().chain(few).collect();
        let mut order = Vec::new();
        while !queued.is_empty() {
            drop(at_work);
            let (place, slot) =
                queued.iter_mut().enumerate().find_map(|(place, each)| Some((place, each.try_recv().ok()?))).unwrap();
            order.push(slot.claimant.organisation_id);
            drop(queued.remove(place));
            at_work = slot;
        }
        assert_eq!(order, [1, 2, 1, 2, 1]);
    }

    #[test]
    fn a_certificate_at_its_bound_does_not_block_the_organisations_other_one() {
        let slots = slots(0, 2, 1);
        let first = slots.take(claimant(1, "a")).unwrap();
        let other = slots.take(claimant(2, "b")).unwrap();
        let mut waits_for_a = slots.take(claimant(1, "a")).unwrap_err().1;
        let mut waits_for_b = slots.take(claimant(1, "b")).unwrap_err().1;
        drop(other);
        assert!(waits_for_a.try_recv().is_err());
        assert!(waits_for_b.try_recv().is_ok());
        drop(first);
        assert!(waits_for_a.try_recv().is_ok());
    }

    #[test]
    fn a_call_that_has_gone_takes_no_slot() {
        let slots = slots(1, 1, 1);
        let first = slots.take(claimant(1, "a")).unwrap();
        drop(slots.take(claimant(1, "a")).unwrap_err());
        let mut patient = slots.take(claimant(1, "a")).unwrap_err().1;
        drop(first);
        let second = patient.try_recv().unwrap();
        let sent_to_nobody = slots.take(claimant(2, "b")).unwrap_err().1;
        drop(second);
        // It was sent a slot, and goes without having looked.
        drop(sent_to_nobody);
        assert!(slots.take(claimant(3, "c")).is_ok());
    }
}
