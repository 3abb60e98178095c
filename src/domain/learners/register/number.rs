//! The number that a learner gets (rules.md 1.5).

use crate::model::{Learner, SearchKeys, Uln};
use crate::store::{StoreError, Transaction, erasure, learners as rows};

/// The key of the lock that keeps others from registering the same details at the same time.
pub(in crate::domain) fn lock_key(details: &blake3::Hash) -> i64 {
    let (first, _) = details.as_bytes().split_first_chunk().unwrap_or((&[0; 8], &[]));
    i64::from_le_bytes(*first)
}

/// Stores the learner under a number that was never issued before. The number is random, from the
/// operating system, so that nobody can guess the next one from the last; if it is taken, even by a
/// deleted or merged learner, or was one of an erased learner, another is drawn.
pub(super) fn issue(store: &mut Transaction<'_>, learner: &Learner, keys: &SearchKeys) -> Result<Uln, StoreError> {
    let mut learner = learner.clone();
    while erasure::was_erased(store, learner.uln)? || !rows::insert(store, &learner, keys)? {
        learner.uln = random_uln();
    }
    Ok(learner.uln)
}

/// A random valid ULN.
pub(in crate::domain::learners) fn random_uln() -> Uln {
    loop {
        let stem = rand::random_range(Uln::FIRST_STEM..=Uln::LAST_STEM);
        if let Some(uln) = Uln::from_stem(stem) {
            return uln;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_numbers_are_ulns_and_do_not_repeat() {
        let drawn: std::collections::HashSet<_> = (0..1_000).map(|_| random_uln()).collect();
        assert!(drawn.len() > 990);
        assert!(drawn.iter().all(|uln| uln.as_str().parse::<Uln>().is_ok()));
    }
}
