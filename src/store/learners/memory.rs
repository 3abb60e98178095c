//! A cache of learners, so that a call about a learner read shortly before needs no database query.
//! Only on SQLite: on PostgreSQL, other nodes change learners all the time.
//!
//! **Warning: delicate.** An outdated entry shows wrong details, or loses somebody's update.
//!
//! # Why it exists
//!
//! A find is followed by a verification, by learning events, by an update of the same learner.
//! Under load, reading one from the database cost 22 microseconds of processor time, most of it for
//! pages that were in no processor cache.
//!
//! # The states of a learner
//!
//! ```text
//!              read, and no commit has begun since `before`
//!  not cached ─────────────────────────────────────────────► cached
//!      ▲                                                       │
//!      ├────── a commit is about to change this learner ◄──────┤
//!      └────── another process has committed something ◄───────┘
//!
//!  last comparison with the database:
//!    under 0.5 s ago        used
//!    0.5 s to 1 s ago       used, and the writer is asked for a comparison
//!    over 1 s ago, never    not used, and the writer is asked for a comparison
//! ```
//!
//! # Invariants
//!
//! * A learner is evicted **before** the commit that changes it, and nothing is cached until that
//!   commit has ended (`Committing`), however it ends.
//! * `before` is called before the read. `keep` discards what was read if a commit has begun since.
//! * A statement that changes a cached learner takes the `Transaction` (`src/store/transaction.rs`)
//!   and records whom it changes: `changes`, or `changes_any`. The compiler does not enforce this.
//! * Only found learners are cached, never that a ULN is unknown. So adding a learner evicts
//!   nothing.
//! * Only the writer's connection can tell other processes' commits from its own. A comparison
//!   counts from when it began, and only one runs at a time.
//! * After a failed comparison, the age goes on counting from the last successful one.
//!
//! # When you change it
//!
//! Run `src/store/learners/memory/tests.rs`, `src/domain/tests/updating.rs` and
//! `src/domain/tests/concurrency.rs`; `make bench` for `load`. A new statement that changes
//! learners needs a test that reads, changes and reads again.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

use quick_cache::sync::Cache;

use super::Stored;
use crate::model::Uln;
use crate::store::transaction::Changed;

/// The number of cached learners, about 1 KB each.
const LEARNERS: usize = 8_192;
/// How long after a comparison with the database the cache may be used.
pub(in crate::store) const FRESH: Duration = Duration::from_secs(1);
/// How long after a comparison the next one is requested.
const DUE: Duration = Duration::from_millis(500);

/// The cached learners.
pub(in crate::store) struct LearnerMemory {
    learners: Cache<Uln, Arc<Stored>>,
    changes: RwLock<Changes>,
    started: Instant,
    /// When the cache was last found to be consistent with other processes' changes: microseconds
    /// since `started`, 0 for never.
    compared_at: AtomicU64,
    /// Whether a comparison has been requested.
    comparing: AtomicBool,
}

/// Decides whether a learner just read may be cached.
#[derive(Default)]
struct Changes {
    number: u64,
    committing: bool,
}

/// The state before a learner was read.
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

    /// The learner as committed, if cached. Calls `compare` when a comparison with the database is
    /// due.
    pub(in crate::store) fn get(&self, uln: Uln, compare: impl FnOnce()) -> Option<Stored> {
        let compared_at = self.compared_at.load(Ordering::Acquire);
        let age = self.now().saturating_sub(compared_at);
        let is_within = |limit: Duration| compared_at > 0 && u128::from(age) < limit.as_micros();
        if !is_within(DUE) && !self.comparing.swap(true, Ordering::AcqRel) {
            compare();
        }
        if is_within(FRESH) { self.learners.get(&uln).map(|stored| Stored::clone(&stored)) } else { None }
    }

    /// Call this before reading a learner to be cached; `None` during a commit.
    pub(in crate::store) fn before(&self) -> Option<Before> {
        let changes = self.read_changes();
        (!changes.committing).then_some(Before(changes.number))
    }

    /// Caches a learner just read, unless a commit that changes learners has begun since.
    pub(in crate::store) fn keep(&self, before: Before, stored: &Stored) {
        let changes = self.read_changes();
        if changes.number == before.0 {
            self.learners.insert(stored.learner.uln, Arc::new(stored.clone()));
        }
    }

    /// Evicts what a commit is about to change. Nothing is cached until the returned guard is
    /// dropped after the commit.
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

    /// The current time, for [`LearnerMemory::compared`].
    pub(in crate::store) fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX).max(1)
    }

    /// Ends a comparison that began at this time; `None` if it failed, which does not extend how
    /// long the cache may be used.
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

/// A commit that changes learners is in progress.
pub(in crate::store) struct Committing<'m>(&'m LearnerMemory);

impl Drop for Committing<'_> {
    fn drop(&mut self) {
        self.0.write_changes().committing = false;
    }
}

#[cfg(all(test, feature = "sqlite"))]
mod tests;
