//! The thread that writes: it waits, commits a group at a time, and replies.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::{Connection, InstrumentationEvent, TransactionManager};

use super::checkpoint::Checkpoints;
use super::group::{Fates, Group, run_group};
use super::{Task, Transactions, Work};
use crate::store::condition::DatabaseFile;
use crate::store::connection::{Address, AnyConnection};
use crate::store::learners::LearnerMemory;
use crate::store::transaction::{Chain, Changed, Transaction};
use crate::store::{StoreError, audit, dialect};

/// How often a write that collided with another node's is retried, alone. PostgreSQL notices a
/// deadlock after a second, and a node that writes much may collide with each attempt.
const RETRIES: usize = 5;

/// How long the thread computes before it yields the processor.
const STRETCH: Duration = Duration::from_micros(200);

/// A connection that yields the processor between statements to threads that serve calls. Its work
/// takes long, and the scheduler alone would make them wait up to 4 ms (measured on Linux), even
/// with another processor idle.
fn open(address: &Address) -> Result<AnyConnection, StoreError> {
    let mut connection = address.connect_writer()?;
    let mut since = Instant::now();
    connection.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if matches!(event, InstrumentationEvent::StartQuery { .. }) && since.elapsed() >= STRETCH {
            thread::yield_now();
            since = Instant::now();
        }
    });
    Ok(connection)
}

pub(super) struct WritingThread {
    address: Address,
    file: Option<Arc<DatabaseFile>>,
    connection: Option<AnyConnection>,
    /// The connection's chain of the audit trail, once it has one.
    chain: Option<Chain>,
    checkpoints: Option<Checkpoints>,
    memory: Option<Arc<LearnerMemory>>,
    /// The database's [`dialect::data_version`] when the cache was last compared with it.
    known: Option<i64>,
}

impl WritingThread {
    /// The thread's state, with a connection of its own.
    pub(super) fn open(address: Address, memory: Option<Arc<LearnerMemory>>) -> Result<Self, StoreError> {
        let connection = Some(open(&address)?);
        // Only now: opening creates a missing file.
        let file = address.file().and_then(DatabaseFile::at).map(Arc::new);
        let checkpoints = Checkpoints::start(&address, file.clone())?;
        Ok(Self { address, file, connection, chain: None, checkpoints, memory, known: None })
    }

    /// The database's file; `None` if it is not a file of this machine.
    pub(super) fn file(&self) -> Option<Arc<DatabaseFile>> {
        self.file.clone()
    }

    /// Runs group after group, and between two groups one of the writes that were put aside.
    pub(super) fn run(mut self, tasks: &Receiver<Task>) {
        let mut open = true;
        let mut aside = VecDeque::new();
        while open {
            let mut group = Group::default();
            if aside.is_empty() {
                match tasks.recv() {
                    Ok(first) => open = group.take(first, &mut aside),
                    Err(_) => open = false,
                }
            }
            open = open && group.take_waiting(tasks, &mut aside);
            if group.compare {
                self.compare();
            }
            if group.len() > 0 {
                self.process(group);
            }
            if let Some(work) = aside.pop_front() {
                self.process(Group { works: vec![work], ..Group::default() });
            }
        }
        for work in aside {
            self.process(Group { works: vec![work], ..Group::default() });
        }
    }

    /// Runs and commits a group, and replies to all of it.
    fn process(&mut self, mut group: Group) {
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
        let (connection, chain) = self.connection_and_chain()?;
        let outcome = dialect::begin_write(connection).and_then(|()| {
            let mut transaction = Transaction::of(connection, chain);
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
                        if let Some(checkpoints) = &self.checkpoints {
                            checkpoints.wrote();
                        }
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
            self.chain = None;
        }
        match &mut self.connection {
            Some(connection) => Ok(connection),
            none => Ok(none.insert(open(&self.address)?)),
        }
    }

    /// The connection, with its chain of the audit trail, which it takes before its first
    /// transaction. On SQLite other processes add to the same chain, so its head is read in every
    /// transaction.
    fn connection_and_chain(&mut self) -> Result<(&mut AnyConnection, &mut Chain), StoreError> {
        let embedded = self.address.is_embedded();
        self.connection()?;
        if let (Some(connection), None) = (&mut self.connection, &self.chain) {
            match audit::take_chain(connection) {
                Ok(chain) => self.chain = Some(chain),
                Err(error) => {
                    self.connection = None;
                    return Err(error);
                }
            }
        }
        let (Some(connection), Some(chain)) = (&mut self.connection, &mut self.chain) else {
            return Err(StoreError::Closed);
        };
        if embedded {
            chain.head = None;
        }
        Ok((connection, chain))
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
