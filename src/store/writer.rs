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
//! statements, because Linux would otherwise let calls wait up to 4 ms during a batch (`open`).
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

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use diesel::connection::{Connection, InstrumentationEvent, TransactionManager};
use tokio::sync::oneshot;

use super::condition::DatabaseFile;
use super::connection::{Address, AnyConnection};
use super::learners::LearnerMemory;
use super::transaction::{Changed, Transaction};
use super::{Record, StoreError, audit, dialect, searches};

/// The maximum number of pieces in a transaction; it limits how long the first one waits.
const LARGEST_GROUP: usize = 512;
/// After this long without work the writer checkpoints SQLite's WAL; during work, calls would have
/// to wait for that.
const QUIET: Duration = Duration::from_millis(50);
/// How often a write that collided with another node's is retried, alone.
const RETRIES: usize = 3;

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

/// How long the thread computes before it yields the processor.
const STRETCH: Duration = Duration::from_micros(200);

/// A connection that yields the processor between statements to threads that serve calls. Its work
/// takes long, and the scheduler alone would make them wait up to 4 ms (measured on Linux), even
/// with another processor idle.
fn open(address: &Address) -> Result<AnyConnection, StoreError> {
    let mut connection = address.connect()?;
    let mut since = Instant::now();
    connection.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if matches!(event, InstrumentationEvent::StartQuery { .. }) && since.elapsed() >= STRETCH {
            thread::yield_now();
            since = Instant::now();
        }
    });
    Ok(connection)
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
        let connection = Some(open(&address)?);
        let file = address.file().and_then(DatabaseFile::at).map(Arc::new);
        let thread = WritingThread { address, file: file.clone(), connection, wrote: false, memory, known: None };
        let (queue, tasks) = channel();
        let thread = thread::Builder::new()
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
            && thread.thread().id() != thread::current().id()
        {
            let _ = thread.join();
        }
    }
}

struct WritingThread {
    address: Address,
    file: Option<Arc<DatabaseFile>>,
    connection: Option<AnyConnection>,
    /// Whether anything was committed since the last checkpoint.
    wrote: bool,
    memory: Option<Arc<LearnerMemory>>,
    /// The database's [`dialect::data_version`] when the cache was last compared with it.
    known: Option<i64>,
}

/// The content of one transaction.
#[derive(Default)]
struct Group {
    works: Vec<Box<dyn Work>>,
    additions: Vec<Addition>,
    /// Whether to compare the cache with the database.
    compare: bool,
}

/// How each piece of a group ended.
struct Fates {
    works: Vec<Result<(), StoreError>>,
    additions: Vec<Result<(), StoreError>>,
    /// Whether the transaction was rolled back because its only piece failed.
    undone: bool,
}

impl Group {
    /// Takes a task, or puts it aside; `false` if it was the last.
    fn take(&mut self, task: Task, aside: &mut VecDeque<Box<dyn Work>>) -> bool {
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
    fn take_waiting(&mut self, tasks: &Receiver<Task>, aside: &mut VecDeque<Box<dyn Work>>) -> bool {
        while self.len() < LARGEST_GROUP
            && let Ok(next) = tasks.try_recv()
        {
            if !self.take(next, aside) {
                return false;
            }
        }
        true
    }

    fn len(&self) -> usize {
        self.works.len() + self.additions.len()
    }
}

impl WritingThread {
    /// Runs group after group, and between two groups one of the writes that were put aside.
    fn run(mut self, tasks: &Receiver<Task>) {
        let mut open = true;
        let mut aside = VecDeque::new();
        while open {
            let mut group = Group::default();
            if aside.is_empty() {
                match self.wait(tasks) {
                    Some(first) => open = group.take(first, &mut aside),
                    None => open = false,
                }
            }
            open = open && group.take_waiting(tasks, &mut aside);
            if group.compare {
                self.compare();
            }
            if group.len() > 0 {
                self.settle(group);
            }
            if let Some(work) = aside.pop_front() {
                self.settle(Group { works: vec![work], ..Group::default() });
            }
        }
        for work in aside {
            self.settle(Group { works: vec![work], ..Group::default() });
        }
    }

    /// Waits for the next task; `None` if there will be none. When idle, it checkpoints what was
    /// written.
    fn wait(&mut self, tasks: &Receiver<Task>) -> Option<Task> {
        if self.wrote {
            match tasks.recv_timeout(QUIET) {
                Ok(task) => return Some(task),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => {}
            }
            self.wrote = false;
            if let Some(connection) = &mut self.connection
                && let Err(error) = Address::checkpoint(connection)
            {
                log::warn!("cannot checkpoint the database's write-ahead log: {error}");
            }
        }
        tasks.recv().ok()
    }

    /// Runs and commits a group, and replies to all of it.
    fn settle(&mut self, mut group: Group) {
        let fates = match self.commit(&mut group) {
            Err(error) if error.is_disconnection() => self.commit(&mut group),
            fates => fates,
        };
        match fates {
            Ok(fates) => {
                for (addition, fate) in group.additions.into_iter().zip(fates.additions) {
                    let _ = addition.reply.send(fate);
                }
                for (work, fate) in group.works.into_iter().zip(fates.works) {
                    match fate {
                        Err(error) if error.is_collision() => self.retry(work, error),
                        fate => work.answer(fate),
                    }
                }
            }
            Err(error) => {
                for addition in group.additions {
                    let _ = addition.reply.send(Err(error.clone()));
                }
                for work in group.works {
                    work.answer(Err(error.clone()));
                }
            }
        }
    }

    /// Runs one transaction. An error means that nothing was stored, or that the outcome of the
    /// commit is unknown. The latter never counts as a disconnection, so that nothing is done
    /// twice.
    fn commit(&mut self, group: &mut Group) -> Result<Fates, StoreError> {
        self.file.as_deref().map_or(Ok(()), DatabaseFile::check_for_change)?;
        let memory = self.memory.clone();
        let connection = self.connection()?;
        let outcome = dialect::begin_write(connection).and_then(|()| {
            let mut transaction = Transaction::of(connection);
            let fates = run_group(&mut transaction, group)?;
            Ok((fates, transaction.changed()))
        });
        match outcome {
            Ok((fates, _)) if fates.undone => Ok(fates),
            Ok((fates, changed)) => {
                let _committing =
                    memory.as_deref().zip(changed.as_ref()).map(|(memory, changed)| memory.commit(changed));
                match Transactions::commit_transaction(connection) {
                    Ok(()) => {
                        self.wrote = true;
                        Ok(fates)
                    }
                    Err(error) => {
                        self.connection = None;
                        Err(StoreError::Unreachable(format!("the commit failed: {error}")))
                    }
                }
            }
            Err(error) => {
                self.connection = None;
                Err(error)
            }
        }
    }

    fn connection(&mut self) -> Result<&mut AnyConnection, StoreError> {
        if self.connection.is_none() {
            self.known = None;
        }
        match &mut self.connection {
            Some(connection) => Ok(connection),
            none => Ok(none.insert(open(&self.address)?)),
        }
    }

    /// Empties the cache if another process has committed anything since the last check.
    fn compare(&mut self) {
        let Some(memory) = self.memory.clone() else { return };
        let began = memory.now();
        let version = self.connection().and_then(dialect::data_version);
        match version {
            Ok(version) if version == self.known => memory.compared(Some(began)),
            Ok(version) => {
                drop(memory.commit(&Changed::Any));
                self.known = version;
                memory.compared(Some(began));
            }
            // Readers of the database will find out what is wrong with it.
            Err(_) => memory.compared(None),
        }
    }

    /// Retries a write that collided with another node's, in a transaction of its own.
    fn retry(&mut self, work: Box<dyn Work>, first: StoreError) {
        let mut group = Group { works: vec![work], ..Group::default() };
        let mut fate = Err(first);
        for _ in 0..RETRIES {
            fate = self.commit(&mut group).and_then(|fates| fates.works.into_iter().collect());
            match &fate {
                Err(error) if error.is_collision() || error.is_disconnection() => {}
                _ => break,
            }
        }
        for work in group.works {
            work.answer(fate.clone());
        }
    }
}

fn run_group(transaction: &mut Transaction<'_>, group: &mut Group) -> Result<Fates, StoreError> {
    if let ([work], []) = (group.works.as_mut_slice(), group.additions.as_slice()) {
        // It has the transaction to itself, so it needs no savepoint.
        let fate = catch_unwind(AssertUnwindSafe(|| work.run(transaction))).unwrap_or(Err(StoreError::Panicked));
        let undone = match &fate {
            Ok(()) => false,
            Err(error) if error.is_disconnection() => return Err(error.clone()),
            Err(_) => {
                Transactions::rollback_transaction(&mut **transaction)?;
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
        Err(_) => Transactions::rollback_transaction(&mut **transaction)?,
    }
    Ok(outcome)
}
