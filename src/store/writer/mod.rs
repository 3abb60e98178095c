//! The only thread that writes (group commit). It takes everything that is queued, runs each piece
//! of work in a savepoint of one transaction, commits once for all of them, and only then replies
//! to each. Work that nobody waits for runs between groups. The writer does not know what the work
//! does.
//!
//! **Warning: delicate.** Every change passes through here. A mistake may acknowledge what was not
//! stored, store it twice, or block everybody.
//!
//! # Why it exists
//!
//! SQLite has one writer, and a durable commit costs more than the work in it: a durable write
//! alone takes 90 to 155 microseconds (`docs/speed.md`). The thread yields the processor between
//! statements, because Linux would otherwise let calls wait up to 4 ms during a batch
//! (`thread.rs`).
//!
//! # The states of a group
//!
//! ```text
//!          ┌────────────────── next group, with one piece put aside in between ◄────────┐
//!          ▼                                                                            │
//!  wait ──► take (at most 512) ──► begin ──► each piece, in a savepoint ──► commit ──► reply
//!                                    ▲         │ fails: its savepoint      │ fails: an error
//!                                    │         │ alone is rolled back      └ for each piece
//!                                    └─────────┘ connection lost: the whole group once more
//!
//!  a piece that collided with another node's is retried alone, up to 3 times
//! ```
//!
//! # Invariants
//!
//! * No reply is sent before the commit.
//! * Work may run more than once. It must not consume its input, and must not act outside the
//!   database.
//! * If the outcome of a commit is unknown, nothing is retried, and the connection is replaced.
//! * A failure or panic in one piece rolls back that piece only.
//! * Learners changed by the transaction (`transaction.rs`) are evicted from the cache before the
//!   commit, and none is cached until it has ended.
//! * A new connection forgets the known `data_version`; the next comparison then empties the cache.
//! * A call waits for at most one piece that was put aside. Keep these to a few milliseconds.
//! * Never wait for the writer on a thread that serves others, or on the writer's own.
//!
//! # When you change it
//!
//! Run `src/store/tests.rs`, `src/store/learners/memory/tests.rs`,
//! `src/domain/tests/concurrency.rs` and `tests/integration/torture.rs`, on both databases; then
//! `make torture`, and `make bench` for `load` and `achievements` (which measures how long others'
//! calls take during a batch).

mod checkpoint;
mod group;
mod thread;

use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use diesel::connection::Connection;
use tokio::sync::oneshot;

use self::thread::WritingThread;
use super::condition::DatabaseFile;
use super::connection::{Address, AnyConnection};
use super::learners::LearnerMemory;
use super::transaction::Transaction;
use super::{Record, StoreError};

type Transactions = <AnyConnection as Connection>::TransactionManager;
/// A write that withholds its result until the commit. It may run more than once; only the last run
/// counts.
pub(super) trait Work: Send {
    /// Does the work.
    fn run(&mut self, transaction: &mut Transaction<'_>) -> Result<(), StoreError>;
    /// Sends the result to its waiting caller. Called once, after the commit or its failure.
    fn answer(self: Box<Self>, outcome: Result<(), StoreError>);
}

/// Rows that are only ever added, and the reply channel.
struct Addition {
    record: Record,
    reply: oneshot::Sender<Result<(), StoreError>>,
}

enum Task {
    Work(Box<dyn Work>),
    Aside(Box<dyn Work>),
    Add(Addition),
    Compare,
    Close,
}

/// The queue of the writer's thread.
pub(super) struct Writer {
    queue: Sender<Task>,
    file: Option<Arc<DatabaseFile>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the thread with a connection of its own.
    pub(super) fn start(address: Address, memory: Option<Arc<LearnerMemory>>) -> Result<Self, StoreError> {
        let thread = WritingThread::open(address, memory)?;
        let file = thread.file();
        let (queue, tasks) = channel();
        let thread = std::thread::Builder::new()
            .name("lrs-writer".to_owned())
            .spawn(move || thread.run(&tasks))
            .map_err(|error| StoreError::Unreachable(error.to_string()))?;
        Ok(Self { queue, file, thread: Mutex::new(Some(thread)) })
    }

    /// Refuses if the database's file is not the one that was opened.
    pub(super) fn check_place(&self) -> Result<(), StoreError> {
        self.file.as_deref().map_or(Ok(()), DatabaseFile::check)
    }

    /// Queues a write.
    pub(super) fn work(&self, work: Box<dyn Work>) -> Result<(), StoreError> {
        self.queue.send(Task::Work(work)).map_err(|_| StoreError::Closed)
    }

    /// Queues a write that lets others go first and shares no transaction with them.
    pub(super) fn work_aside(&self, work: Box<dyn Work>) -> Result<(), StoreError> {
        self.queue.send(Task::Aside(work)).map_err(|_| StoreError::Closed)
    }

    /// Queues rows to add. The receiver gets the outcome after the commit, and fails if the store
    /// is closed.
    pub(super) fn add(&self, record: Record) -> oneshot::Receiver<Result<(), StoreError>> {
        let (reply, receiver) = oneshot::channel();
        // If the thread has stopped, the sender is dropped here, which the receiver reads as
        // "closed".
        let _ = self.queue.send(Task::Add(Addition { record, reply }));
        receiver
    }

    /// Requests a check whether another process has changed anything. Only this thread's connection
    /// can tell its own changes from others'.
    pub(super) fn compare(&self) {
        let _ = self.queue.send(Task::Compare);
    }

    /// Lets the thread finish what is queued, and waits for it to end.
    pub(super) fn close(&self) {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        let _ = self.queue.send(Task::Close);
        if let Some(thread) = thread
            && thread.thread().id() != std::thread::current().id()
        {
            let _ = thread.join();
        }
    }
}
