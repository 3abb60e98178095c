//! A transaction that will be committed: the writer's connection, the learners changed, and the
//! chain of the audit trail. Only the writer creates one, so a statement that takes it cannot run
//! anywhere else.

use std::ops::{Deref, DerefMut};

use super::AnyConnection;
use crate::model::{ChainHead, Uln};

/// The learners that a transaction changes, to be evicted from the cache before the commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Changed {
    /// These; initially none.
    These(Vec<Uln>),
    /// Any: the change does not list them.
    Any,
}

/// The chain of the audit trail to which a connection adds lines. No other connection adds to it
/// meanwhile: on PostgreSQL by a lock that the connection keeps, on SQLite because one transaction
/// writes at a time.
pub(super) struct Chain {
    /// Its number.
    pub(super) number: i32,
    /// Its last line, if known. After a rollback it is not, and is read again.
    pub(super) head: Option<ChainHead>,
}

/// An open transaction of the writer. For reading it dereferences to its connection; a statement
/// that changes a learner takes the transaction itself and records whom it changes.
pub struct Transaction<'c> {
    connection: &'c mut AnyConnection,
    chain: &'c mut Chain,
    changed: Changed,
}

impl<'c> Transaction<'c> {
    /// Wraps a connection on which a transaction has begun.
    pub(super) fn of(connection: &'c mut AnyConnection, chain: &'c mut Chain) -> Self {
        Self { connection, chain, changed: Changed::These(Vec::new()) }
    }

    /// The chain to which audit lines are added. After every rollback its head must be forgotten.
    pub(super) fn chain(&mut self) -> &mut Chain {
        self.chain
    }

    /// Records that this learner is changed. Rolling back to a savepoint does not undo this: the
    /// cache then evicts a learner unnecessarily, which costs one read.
    pub(super) fn changes(&mut self, uln: Uln) {
        if let Changed::These(ulns) = &mut self.changed {
            ulns.push(uln);
        }
    }

    /// Records that unspecified learners are changed.
    pub(super) fn changes_any(&mut self) {
        self.changed = Changed::Any;
    }

    /// What was changed; `None` if no learner.
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
