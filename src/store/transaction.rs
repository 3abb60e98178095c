//! A transaction that will be committed: the writer's connection, and which learners are changed.
//! The writer alone makes one, so a statement that takes it cannot run anywhere else.

use std::ops::{Deref, DerefMut};

use super::AnyConnection;
use crate::model::Uln;

/// The learners that a transaction changes, for the memory to forget before the commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Changed {
    /// These; none at first.
    These(Vec<Uln>),
    /// Any: the change did not look at them one by one.
    Any,
}

/// An open transaction of the writer. It reads as the connection that it is; a statement that
/// changes a learner takes the transaction itself and says whom it changes.
pub struct Transaction<'c> {
    connection: &'c mut AnyConnection,
    changed: Changed,
}

impl<'c> Transaction<'c> {
    /// Of a connection on which a transaction has begun.
    pub(super) fn of(connection: &'c mut AnyConnection) -> Self {
        Self { connection, changed: Changed::These(Vec::new()) }
    }

    /// Says that this learner is changed. A savepoint that is taken back does not unsay it: the
    /// memory then forgets a learner without need, which costs one read.
    pub(super) fn changes(&mut self, uln: Uln) {
        if let Changed::These(ulns) = &mut self.changed {
            ulns.push(uln);
        }
    }

    /// Says that learners are changed who are not known one by one.
    pub(super) fn changes_any(&mut self) {
        self.changed = Changed::Any;
    }

    /// What was changed; `None` for no learner.
    pub(super) fn changed(self) -> Option<Changed> {
        match self.changed {
            Changed::These(ulns) if ulns.is_empty() => None,
            changed => Some(changed),
        }
    }
}

impl Deref for Transaction<'_> {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        self.connection
    }
}

impl DerefMut for Transaction<'_> {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        self.connection
    }
}
