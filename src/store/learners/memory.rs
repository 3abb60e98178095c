//! Learners in memory, so that a call that asks for one again (a find is followed by a verification, by learning events, by an update) needs
//! no look into the database. It serves SQLite alone, and it is exact: what this process changes is taken out before the commit that changes
//! it, and not put back before that commit has ended. What another process changes is noticed within a second.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

use quick_cache::sync::Cache;

use super::Stored;
use crate::model::Uln;
use crate::store::transaction::Changed;

/// As many learners are remembered, about 1 KB each.
const LEARNERS: usize = 8_192;
/// How long after a comparison with the database the memory is used.
const FRESH: Duration = Duration::from_secs(1);
/// How long after a comparison the next one is asked for.
const DUE: Duration = Duration::from_millis(500);

/// The learners that are remembered.
pub(in crate::store) struct LearnerMemory {
    learners: Cache<Uln, Arc<Stored>>,
    changes: RwLock<Changes>,
    started: Instant,
    /// When the database was last found to hold nothing of other processes that is not known: microseconds after `started`, 0 for never.
    compared_at: AtomicU64,
    /// Whether a comparison has been asked for.
    comparing: AtomicBool,
}

/// What decides whether a learner who was read may be remembered.
#[derive(Default)]
struct Changes {
    number: u64,
    committing: bool,
}

/// The state of things before a learner was read.
#[derive(Clone, Copy)]
pub(in crate::store) struct Before(u64);

impl LearnerMemory {
    pub(in crate::store) fn new() -> Self {
        Self {
            learners: Cache::new(LEARNERS),
            changes: RwLock::default(),
            started: Instant::now(),
            compared_at: AtomicU64::new(0),
            comparing: AtomicBool::new(false),
        }
    }

    /// The learner as committed, if remembered. `compare` is called when it is time to compare with the database.
    pub(in crate::store) fn get(&self, uln: Uln, compare: impl FnOnce()) -> Option<Stored> {
        let compared_at = self.compared_at.load(Ordering::Acquire);
        let age = self.now().saturating_sub(compared_at);
        let is_within = |limit: Duration| compared_at > 0 && u128::from(age) < limit.as_micros();
        if !is_within(DUE) && !self.comparing.swap(true, Ordering::AcqRel) {
            compare();
        }
        if is_within(FRESH) { self.learners.get(&uln).map(|stored| Stored::clone(&stored)) } else { None }
    }

    /// To be asked before a learner is read who may then be kept; `None` while a commit is under way.
    pub(in crate::store) fn before(&self) -> Option<Before> {
        let changes = self.read_changes();
        (!changes.committing).then_some(Before(changes.number))
    }

    /// Remembers a learner who was read, unless a commit that changes learners has begun since.
    pub(in crate::store) fn keep(&self, before: Before, stored: &Stored) {
        let changes = self.read_changes();
        if changes.number == before.0 {
            self.learners.insert(stored.learner.uln, Arc::new(stored.clone()));
        }
    }

    /// Forgets what a commit is about to change; nobody is remembered anew until the returned guard goes, after the commit.
    pub(in crate::store) fn commit(&self, changed: &Changed) -> Committing<'_> {
        let mut changes = self.write_changes();
        changes.number = changes.number.wrapping_add(1);
        changes.committing = true;
        match changed {
            Changed::These(ulns) => ulns.iter().for_each(|uln| drop(self.learners.remove(uln))),
            Changed::Any => self.learners.clear(),
        }
        Committing(self)
    }

    /// Now, as [`LearnerMemory::compared`] takes it.
    pub(in crate::store) fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX).max(1)
    }

    /// Ends a comparison that began at this moment. After one that failed the memory is not used until another succeeds.
    pub(in crate::store) fn compared(&self, began: Option<u64>) {
        if let Some(began) = began {
            self.compared_at.store(began, Ordering::Release);
        }
        self.comparing.store(false, Ordering::Release);
    }

    fn read_changes(&self) -> RwLockReadGuard<'_, Changes> {
        self.changes.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_changes(&self) -> RwLockWriteGuard<'_, Changes> {
        self.changes.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A commit that changes learners is under way.
pub(in crate::store) struct Committing<'m>(&'m LearnerMemory);

impl Drop for Committing<'_> {
    fn drop(&mut self) {
        self.0.write_changes().committing = false;
    }
}

#[cfg(all(test, feature = "sqlite"))]
mod tests;
