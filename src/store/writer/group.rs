//! A group: what one transaction holds, and how each piece of it ends.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Receiver;

use diesel::connection::TransactionManager;

use super::{Addition, Task, Transactions, Work};
use crate::store::transaction::Transaction;
use crate::store::{Record, StoreError, audit, searches};

/// The maximum number of pieces in a transaction; it limits how long the first one waits.
const LARGEST_GROUP: usize = 512;
/// The content of one transaction.
#[derive(Default)]
pub(super) struct Group {
    pub(super) works: Vec<Box<dyn Work>>,
    pub(super) additions: Vec<Addition>,
    /// Whether to compare the cache with the database.
    pub(super) compare: bool,
}

/// How each piece of a group ended.
pub(super) struct Fates {
    pub(super) works: Vec<Result<(), StoreError>>,
    pub(super) additions: Vec<Result<(), StoreError>>,
    /// Whether the transaction was rolled back because its only piece failed.
    pub(super) undone: bool,
}

impl Group {
    /// Takes a task, or puts it aside; `false` if it was the last.
    pub(super) fn take(&mut self, task: Task, aside: &mut VecDeque<Box<dyn Work>>) -> bool {
        match task {
            Task::Work(work) => self.works.push(work),
            Task::Aside(work) => aside.push_back(work),
            Task::Add(addition) => self.additions.push(addition),
            Task::Compare => self.compare = true,
            Task::Close => return false,
        }
        true
    }

    /// Takes what is queued, as far as there is room; `false` at the end of the queue.
    pub(super) fn take_waiting(&mut self, tasks: &Receiver<Task>, aside: &mut VecDeque<Box<dyn Work>>) -> bool {
        while self.len() < LARGEST_GROUP
            && let Ok(next) = tasks.try_recv()
        {
            if !self.take(next, aside) {
                return false;
            }
        }
        true
    }

    pub(super) fn len(&self) -> usize {
        self.works.len() + self.additions.len()
    }
}

/// Runs every piece; an error means that the transaction is lost.
pub(super) fn run_group(transaction: &mut Transaction<'_>, group: &mut Group) -> Result<Fates, StoreError> {
    if let ([work], []) = (group.works.as_mut_slice(), group.additions.as_slice()) {
        // It has the transaction to itself, so it needs no savepoint.
        let fate = catch_unwind(AssertUnwindSafe(|| work.run(transaction))).unwrap_or(Err(StoreError::Panicked));
        let undone = match &fate {
            Ok(()) => false,
            Err(error) if error.is_disconnection() => return Err(error.clone()),
            Err(_) => {
                roll_back(transaction)?;
                true
            }
        };
        return Ok(Fates { works: vec![fate], additions: Vec::new(), undone });
    }
    let mut fates = Fates { works: Vec::with_capacity(group.works.len()), additions: Vec::new(), undone: false };
    for work in &mut group.works {
        fates.works.push(in_savepoint(transaction, |transaction| work.run(transaction))?);
    }
    if !group.additions.is_empty() {
        let records = || group.additions.iter().map(|addition| &addition.record);
        fates.additions = match in_savepoint(transaction, |transaction| add(transaction, records()))? {
            Ok(()) => group.additions.iter().map(|_| Ok(())).collect(),
            // One of them cannot be stored: find out which, and store the others.
            Err(_) => records()
                .map(|record| in_savepoint(transaction, |transaction| add(transaction, std::iter::once(record))))
                .collect::<Result<_, _>>()?,
        };
    }
    Ok(fates)
}

fn add<'a>(
    transaction: &mut Transaction<'_>,
    records: impl Iterator<Item = &'a Record> + Clone,
) -> Result<(), StoreError> {
    audit::insert(transaction, records.clone().flat_map(|record| &record.entries))?;
    for record in records {
        if let Some(search) = &record.search {
            searches::remember(transaction, search)?;
        }
        if let Some(moment) = record.forget_searches_before {
            searches::forget_before(transaction, moment)?;
        }
    }
    Ok(())
}

/// Runs a piece so that a failure or panic rolls back its own changes only. The outer error means
/// that the transaction itself is lost.
fn in_savepoint(
    transaction: &mut Transaction<'_>,
    piece: impl FnOnce(&mut Transaction<'_>) -> Result<(), StoreError>,
) -> Result<Result<(), StoreError>, StoreError> {
    Transactions::begin_transaction(&mut **transaction)?;
    let outcome = catch_unwind(AssertUnwindSafe(|| piece(transaction))).unwrap_or(Err(StoreError::Panicked));
    match outcome {
        Ok(()) => Transactions::commit_transaction(&mut **transaction)?,
        Err(error) if error.is_disconnection() => return Err(error),
        Err(_) => roll_back(transaction)?,
    }
    Ok(outcome)
}

/// Takes a piece back, and with it the audit lines that it added.
fn roll_back(transaction: &mut Transaction<'_>) -> Result<(), StoreError> {
    transaction.chain().head = None;
    Ok(Transactions::rollback_transaction(&mut **transaction)?)
}
