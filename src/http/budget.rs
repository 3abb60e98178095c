//! Memory for request bodies in flight: so much in all, and so much for each certificate or
//! address, so that nobody takes it from the others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::party::Party;
use super::refused::Refused;
use crate::config::Limits;

/// Shorter bodies are not counted: there are no more of them than connections.
const UNCOUNTED: usize = 64 * 1024;

/// Memory is reserved in steps of this many bytes.
const STEP: usize = 64 * 1024;

/// The memory available. Clones share it.
#[derive(Debug, Clone)]
pub(super) struct Budget(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    all: usize,
    each: usize,
    taken: Mutex<Taken>,
}

/// What is reserved.
#[derive(Debug, Default)]
struct Taken {
    all: usize,
    /// By party; those that hold nothing have no entry.
    each: HashMap<Party, usize>,
}

impl Budget {
    pub(super) fn of(limits: &Limits) -> Self {
        let taken = Mutex::default();
        Self(Arc::new(Inner { all: limits.bodies_bytes, each: limits.bodies_bytes_by_certificate, taken }))
    }

    /// The reservation of a body, initially empty.
    pub(super) fn share(&self, party: Party) -> Share {
        Share { budget: Arc::clone(&self.0), party, bytes: 0 }
    }
}

/// The reservation of a body, released when dropped.
#[derive(Debug)]
pub struct Share {
    budget: Arc<Inner>,
    party: Party,
    bytes: usize,
}

impl Share {
    /// Takes what a body of so many bytes needs more.
    ///
    /// # Errors
    /// The memory is not there.
    pub fn grow(&mut self, bytes: usize) -> Result<(), Refused> {
        if bytes <= self.bytes.max(UNCOUNTED) {
            return Ok(());
        }
        let Inner { all, each, .. } = *self.budget;
        let wanted = bytes.next_multiple_of(STEP).min(each.min(all));
        if bytes > wanted {
            return Err(Refused::TOO_LARGE);
        }
        let more = wanted - self.bytes;
        let mut taken = self.budget.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let own = taken.each.get(&self.party).copied().unwrap_or_default();
        if own + more > each {
            return Err(self.party.too_many_bodies());
        }
        if taken.all + more > all {
            return Err(Refused::BODIES);
        }
        taken.all += more;
        taken.each.insert(self.party, own + more);
        self.bytes = wanted;
        Ok(())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        if self.bytes == 0 {
            return;
        }
        let mut taken = self.budget.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.all = taken.all.saturating_sub(self.bytes);
        if let Some(own) = taken.each.get_mut(&self.party) {
            *own = own.saturating_sub(self.bytes);
            if *own == 0 {
                taken.each.remove(&self.party);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const MIB: usize = 1024 * 1024;

    fn budget() -> Budget {
        Budget::of(&Limits { bodies_bytes: 10 * MIB, bodies_bytes_by_certificate: 4 * MIB, ..Limits::default() })
    }

    fn certificate(first: &str) -> Party {
        Party::Certificate(format!("{first:0<64}").parse().unwrap())
    }

    #[test]
    fn a_certificate_has_its_part_and_all_have_the_whole() {
        let budget = budget();
        let mut shares: Vec<Share> = ["a", "a", "b", "c", "d"].map(|each| budget.share(certificate(each))).into();
        let mut grow = |index: usize, bytes: usize| shares.get_mut(index).unwrap().grow(bytes);
        assert_eq!(grow(0, 3 * MIB), Ok(()));
        assert_eq!(grow(1, MIB), Ok(()));
        assert_eq!(grow(1, MIB + 1), Err(Refused::BODIES_OF_CERTIFICATE), "the part of a certificate");
        assert_eq!(grow(2, 4 * MIB), Ok(()), "another certificate");
        assert_eq!(grow(2, 4 * MIB + 1), Err(Refused::TOO_LARGE), "it can never fit");
        assert_eq!(grow(3, 2 * MIB), Ok(()));
        assert_eq!(grow(4, MIB), Err(Refused::BODIES), "the whole");
        assert_eq!(grow(4, UNCOUNTED), Ok(()), "short ones are not counted");
        shares.remove(0);
        assert_eq!(shares.last_mut().unwrap().grow(3 * MIB), Ok(()), "what was held is given back");
        drop(shares);
        let taken = budget.0.taken.lock().unwrap();
        assert_eq!((taken.all, taken.each.len()), (0, 0));
    }
}
