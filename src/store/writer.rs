//! The one thread that writes: it takes everything that waits, runs each piece in a savepoint of one transaction, commits once for all of
//! them, and only then answers each (group commit). Pieces that nobody waits for come between two groups, one at a time, so that others wait
//! for one of them at most. It must not know what the pieces do.

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

/// As many pieces as one transaction takes: a bound on the time that the first of them waits.
const LARGEST_GROUP: usize = 512;
/// With nothing to do for so long, the writer brings SQLite's log into the database: while it works, calls would wait for that.
const QUIET: Duration = Duration::from_millis(50);
/// As often as a write that collided with another node's is tried again, alone.
const RETRIES: usize = 3;

type Transactions = <AnyConnection as Connection>::TransactionManager;

/// A write that keeps its result until the commit. It may run more than once; only the last run counts.
pub(super) trait Work: Send {
    /// Does the work.
    fn run(&mut self, transaction: &mut Transaction<'_>) -> Result<(), StoreError>;
    /// Hands the result to whoever waits; called once, after the commit or its failure.
    fn answer(self: Box<Self>, outcome: Result<(), StoreError>);
}

/// Rows that are only ever added, and who waits for them.
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

/// As long as the thread computes before it offers its processor to others.
const STRETCH: Duration = Duration::from_micros(200);

/// A connection whose thread lets those go first who serve calls, between two statements: what it does is long, and the system by itself
/// would let them wait for up to 4 ms (measured on Linux), even with another processor idle.
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

/// The queue in front of the writing thread.
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

    /// Refuses where the database's file is not the one that was opened.
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

    /// Queues rows to be added; the receiver hears of the commit, or nothing if the store is closed.
    pub(super) fn add(&self, record: Record) -> oneshot::Receiver<Result<(), StoreError>> {
        let (reply, receiver) = oneshot::channel();
        // When the thread is gone the sender is dropped here, which the receiver reads as "closed".
        let _ = self.queue.send(Task::Add(Addition { record, reply }));
        receiver
    }

    /// Asks for a look whether another process has changed anything: only this thread's connection can tell its own changes from others'.
    pub(super) fn compare(&self) {
        let _ = self.queue.send(Task::Compare);
    }

    /// Lets the thread finish what is queued and waits for its end.
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
    /// Whether anything was committed since the log was brought in.
    wrote: bool,
    memory: Option<Arc<LearnerMemory>>,
    /// The database's [`dialect::data_version`] when the memory was last compared with it.
    known: Option<i64>,
}

/// What one transaction holds.
#[derive(Default)]
struct Group {
    works: Vec<Box<dyn Work>>,
    additions: Vec<Addition>,
    /// Whether the memory is to be compared with the database.
    compare: bool,
}

/// How each piece of a group fared.
struct Fates {
    works: Vec<Result<(), StoreError>>,
    additions: Vec<Result<(), StoreError>>,
    /// Whether the transaction was taken back, because its only piece failed.
    undone: bool,
}

impl Group {
    /// Takes a task, or puts it aside; `false` when it was the last.
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

    /// Takes what waits, as far as there is room; `false` when that was the end.
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
    /// Group by group, and between two groups one of the writes that were put aside.
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

    /// The next task; nothing when there will be none. Between two times of work, what was written is brought into the database.
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

    /// Runs and commits a group and answers all of it.
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

    /// One transaction. An error means that nothing of the group was kept, or that the commit's outcome is not known; the latter is never
    /// a disconnection, so that nothing is done twice.
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

    /// Makes the memory forget everybody when another process has committed anything since it was asked last.
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
            // Whoever reads the database meanwhile hears what is wrong with it.
            Err(_) => memory.compared(None),
        }
    }

    /// Runs a write that another node's was in the way of again, in a transaction of its own.
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
        // It has the transaction to itself, which is its savepoint.
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
            // One of them cannot be stored: find out which, and keep the others.
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

/// Runs a piece so that its failure or panic undoes its own changes alone. The outer error means that the transaction itself is lost.
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
