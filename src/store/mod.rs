//! The store: SQLite or PostgreSQL behind one concrete type, with a pool of readers and a single
//! writer that commits in groups. One file per noun holds the statements; `dialect` holds the
//! differences between the databases. The store knows no rules of the service.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use diesel::r2d2::Pool;

pub mod accounts;
pub mod achievements;
pub mod audit;
pub mod backup;
pub mod cases;
pub mod catalogue;
pub mod certificate_requests;
pub mod challenges;
mod condition;
mod connection;
mod dialect;
pub mod erasure;
mod error;
pub mod events;
pub mod exceptions;
pub mod jobs;
pub mod kept;
pub mod learners;
pub mod links;
pub mod maintenance;
mod migrations;
pub mod organisations;
pub mod outbox;
pub mod plans;
mod private;
mod replica;
mod schema;
pub mod searches;
pub mod service_levels;
#[cfg(test)]
pub(crate) mod test_support;
#[cfg(test)]
mod tests;
mod ticket;
mod trail;
mod transaction;
pub mod uln_problems;
pub mod uploads;
mod values;
mod wipe;
mod writer;

pub use connection::AnyConnection;
pub use dialect::lock;
pub use error::StoreError;
pub use migrations::{Migration, State as MigrationState};
pub use replica::ReplicaCounts;
pub use ticket::Ticket;
pub use transaction::Transaction;
pub use wipe::wipe;

use crate::model::{AuditEntry, Timestamp, Uln};
use connection::{Address, Reader};
use learners::{LearnerMemory, Stored};
use replica::Replica;
use trail::Trail;
use writer::{Work, Writer};

/// How long a reader waits for a connection before the store counts as unreachable.
const WAIT_FOR_A_READER: Duration = Duration::from_secs(5);
/// The size of the reader pool if not configured: enough for a node's worker threads.
const DEFAULT_READERS: u32 = 8;

/// The location of the store and the number of readers.
#[derive(Clone)]
pub struct StoreSettings {
    /// `sqlite:PATH`, a plain path, or `postgres://...`.
    pub url: String,
    /// The number of reading connections; 0 means 8.
    pub readers: u32,
}

/// The trail of a call that changes nothing.
#[derive(Default)]
pub struct Record {
    /// Lines of the audit trail.
    pub entries: Vec<AuditEntry>,
    /// The search made, for the rule that a find precedes a registration.
    pub search: Option<searches::RecentSearch>,
    /// Searches from before this time may be deleted.
    pub forget_searches_before: Option<Timestamp>,
}

/// The store. Clones share the connections and the writer.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    address: Address,
    readers: Pool<Address>,
    writer: Arc<Writer>,
    trail: Option<Trail>,
    /// Only on SQLite; on PostgreSQL other nodes change learners all the time.
    memory: Option<Arc<LearnerMemory>>,
    replica: OnceLock<Replica>,
}

impl Inner {
    /// The trail comes first, because the writer flushes what is left of it.
    fn close(&self) {
        if let Some(trail) = &self.trail {
            trail.close();
        }
        if let Some(replica) = self.replica.get() {
            replica.close();
        }
        self.writer.close();
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}

/// The missing file of an SQLite database; `None` if it exists or the address is not SQLite's.
pub fn missing_file(url: &str) -> Option<PathBuf> {
    Address::parse(url).ok()?.file().filter(|file| !file.exists())
}

/// The migrations that this release knows, and those of later ones that the database of this
/// address has, in the order of their numbers. Nothing changes in the database, which must exist.
pub fn migrations(url: &str) -> Result<Vec<Migration>, StoreError> {
    migrations::all(&mut Address::parse(url)?.connect()?)
}

impl Store {
    /// Opens the store, creating a missing SQLite file. [`Store::migrate`] creates the tables.
    pub fn open(settings: &StoreSettings) -> Result<Self, StoreError> {
        let address = Address::parse(&settings.url)?;
        // Open the first connection alone: it turns a new SQLite file into WAL mode, and gives the
        // clearest error.
        let memory = address.is_embedded().then(|| Arc::new(LearnerMemory::new()));
        let writer = Arc::new(Writer::start(address.clone(), memory.clone())?);
        let size = if settings.readers == 0 { DEFAULT_READERS } else { settings.readers };
        let readers = Pool::builder()
            .max_size(size)
            .test_on_check_out(false)
            .connection_timeout(WAIT_FOR_A_READER)
            .build(address.clone())
            .map_err(|error| StoreError::Unreachable(error.to_string()))?;
        // Where the database does not say, the lines are compared with the table when they are
        // moved.
        let moved = |generation: &str| {
            let position =
                readers.get().ok().and_then(|mut reader| audit::moved_up_to(&mut reader.connection, generation).ok());
            position.and_then(|position| u64::try_from(position).ok()).unwrap_or(0)
        };
        let trail = match address.trail() {
            Some(path) => Trail::start(&path, Arc::clone(&writer), moved)?,
            None => None,
        };
        Ok(Self { inner: Arc::new(Inner { address, readers, writer, trail, memory, replica: OnceLock::new() }) })
    }

    /// Runs pending migrations and returns their names. Several nodes may do so at once.
    pub fn migrate(&self) -> Result<Vec<String>, StoreError> {
        migrations::run(&mut self.inner.address.connect()?)
    }

    /// The migrations that the database has after the one of this number or name, newest first.
    pub fn migrations_after(&self, last: &str) -> Result<Vec<Migration>, StoreError> {
        migrations::after(&mut self.inner.address.connect()?, last)
    }

    /// Undoes these migrations in this order, and tells the name of each. What a server that was
    /// killed has left of the audit trail is moved into its table before.
    pub fn undo_migrations(&self, later: &[Migration], undone: &mut dyn FnMut(&str)) -> Result<(), StoreError> {
        if let Some(trail) = &self.inner.trail {
            trail.flush()?;
        }
        migrations::undo(&mut self.inner.address.connect()?, later, undone)
    }

    /// Checks that no other process has the database open to write, as far as that shows: on
    /// SQLite it keeps the trail file, on PostgreSQL a chain of the audit trail.
    pub fn check_alone(&self) -> Result<(), StoreError> {
        let others = match &self.inner.trail {
            Some(_) => false,
            None if self.is_embedded() => true,
            None => audit::chains_are_held(&mut self.inner.address.connect()?)?,
        };
        if others {
            return Err(StoreError::Undo(
                "a server, a worker or another command has the database open; stop them all first".to_owned(),
            ));
        }
        Ok(())
    }

    /// Whether all migrations have run and the database answers: the meaning of readiness.
    pub fn is_ready(&self) -> Result<bool, StoreError> {
        self.read(migrations::are_complete)
    }

    /// Checks that the database is still the one that was opened. An SQLite file can be removed or
    /// replaced while the store is open; the store then refuses changes.
    ///
    /// # Errors
    /// If it is not; the text says what happened to the file and what to do.
    pub fn check_place(&self) -> Result<(), StoreError> {
        self.inner.writer.check_place()
    }

    /// Checks that the database accepts changes, by a small one that is rolled back. The tables
    /// must exist. Blocks.
    ///
    /// # Errors
    /// If it is read-only, full or unreachable.
    pub fn check_writable(&self) -> Result<(), StoreError> {
        self.write(condition::try_a_change)
    }

    /// Whether the database runs inside this process (SQLite).
    pub fn is_embedded(&self) -> bool {
        self.inner.address.is_embedded()
    }

    /// Runs a query, which must not change anything, on a pooled connection. Runs it again if the
    /// connection was lost.
    pub fn read<T>(&self, query: impl Fn(&mut AnyConnection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        read_from(&self.inner.readers, query)
    }

    /// Like [`Store::read`], for a query that reads much: the replica answers, if there is one that
    /// has everything which was acknowledged before now, and otherwise the primary.
    pub fn read_much<T: Send + 'static>(
        &self,
        query: impl Fn(&mut AnyConnection) -> Result<T, StoreError> + Clone + Send + 'static,
    ) -> Result<T, StoreError> {
        if let Some(replica) = self.inner.replica.get()
            && let Some(found) = replica.ask(query.clone())?
        {
            return Ok(found);
        }
        self.read(query)
    }

    /// Has a standby of this PostgreSQL database, at `url`, answer what [`Store::read_much`] asks.
    /// It need not be there yet.
    ///
    /// # Errors
    /// The address is invalid, or the database is SQLite.
    pub fn use_replica(&self, url: &str) -> Result<(), StoreError> {
        let address = Address::parse(url)?;
        if self.is_embedded() || address.is_embedded() {
            return Err(StoreError::Address("SQLite has no replicas".to_owned()));
        }
        let readers = &self.inner.readers;
        let replica = Replica::start(address, readers.clone(), readers.max_size())?;
        // A second replica is closed by its drop.
        let _ = self.inner.replica.set(replica);
        Ok(())
    }

    /// Who answered [`Store::read_much`] so far; `None` without a replica.
    pub fn replica_counts(&self) -> Option<ReplicaCounts> {
        self.inner.replica.get().map(Replica::counts)
    }

    /// Why the replica answers nothing now, if so.
    pub fn replica_trouble(&self) -> Option<String> {
        self.inner.replica.get().and_then(Replica::trouble)
    }

    /// Runs queries that all see the database as it is now. They run once: if the connection is
    /// lost, they fail.
    pub fn snapshot<T, E: From<StoreError>>(
        &self,
        queries: impl FnOnce(&mut AnyConnection) -> Result<T, E>,
    ) -> Result<T, E> {
        let unreachable = |error: diesel::r2d2::PoolError| StoreError::Unreachable(error.to_string());
        let mut reader = self.inner.readers.get().map_err(unreachable)?;
        dialect::in_snapshot(&mut reader.connection, queries)
    }

    /// The learner with this ULN, whatever the status, as committed. Changes that another process
    /// made on the same SQLite file in the last second may be missing.
    pub fn learner(&self, uln: Uln) -> Result<Option<Stored>, StoreError> {
        let read = || self.read(|connection| learners::by_uln(connection, uln));
        let Some(memory) = &self.inner.memory else { return read() };
        if let Some(stored) = memory.get(uln, || self.inner.writer.compare()) {
            return Ok(Some(stored));
        }
        let before = memory.before();
        let stored = read()?;
        if let (Some(before), Some(stored)) = (before, &stored) {
            memory.keep(before, stored);
        }
        Ok(stored)
    }

    /// Returns once no other process on the same database uses a learner as cached before now. On
    /// SQLite this blocks for a second, on PostgreSQL not at all.
    pub fn await_other_processes(&self) {
        if self.inner.memory.is_some() {
            std::thread::sleep(learners::FRESH);
        }
    }

    /// Runs a change on the writer's thread and waits until it is durable. Either all of its
    /// statements take effect or none. It may run again after a collision with another node, so it
    /// must not consume its input. Blocks: never call it on a thread that serves others.
    pub fn write<T: Send + 'static>(
        &self,
        change: impl FnMut(&mut Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, result) = sync_channel(1);
        self.inner.writer.work(Box::new(Change { change, kept: None, reply }))?;
        result.recv().unwrap_or(Err(StoreError::Closed))
    }

    /// Like [`Store::write`], for changes that nobody waits for, such as a step of a job. It runs
    /// in a transaction of its own, after everything else that is queued, so that a call waits for
    /// at most one of these. Keep it short: a few milliseconds.
    pub fn write_aside<T: Send + 'static>(
        &self,
        change: impl FnMut(&mut Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.begin_aside(change)?.wait()
    }

    /// Like [`Store::write_aside`], without waiting for the change.
    pub fn begin_aside<T: Send + 'static>(
        &self,
        change: impl FnMut(&mut Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<Begun<T>, StoreError> {
        let (reply, result) = sync_channel(1);
        self.inner.writer.work_aside(Box::new(Change { change, kept: None, reply }))?;
        Ok(Begun { result })
    }

    /// Queues audit lines; the ticket tells when they are durable.
    pub fn record(&self, entries: Vec<AuditEntry>) -> Ticket {
        self.add(Record { entries, ..Record::default() })
    }

    /// Queues the trail of a call; the ticket tells when it is durable. It may take a moment longer
    /// to appear in the audit table; [`Store::flush_trail`] waits for that.
    pub fn add(&self, record: Record) -> Ticket {
        Ticket::new(match (&self.inner.trail, record) {
            (Some(trail), Record { entries, search: None, forget_searches_before: None }) => trail.add(entries),
            (_, record) => self.inner.writer.add(record),
        })
    }

    /// Waits until every line that is durable now is also in the audit table. Blocks: never call it
    /// on a thread that serves others.
    pub fn flush_trail(&self) -> Result<(), StoreError> {
        self.inner.trail.as_ref().map_or(Ok(()), Trail::flush)
    }

    /// Completes what is queued and stops the writer. Later requests are refused.
    pub fn close(&self) {
        self.inner.close();
    }
}

/// Runs a query on a pooled connection, and again if the connection was lost.
fn read_from<T>(
    readers: &Pool<Address>,
    query: impl Fn(&mut AnyConnection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let mut lost = 0;
    loop {
        let mut reader = readers.get().map_err(|error| StoreError::Unreachable(error.to_string()))?;
        let Reader { connection, lost: is_lost } = &mut *reader;
        match query(connection) {
            Err(error) if error.is_disconnection() && lost < readers.max_size() => {
                *is_lost = true;
                lost += 1;
            }
            outcome => return outcome,
        }
    }
}

/// A change in progress.
#[must_use = "a change counts as made only when it says so"]
pub struct Begun<T> {
    result: Receiver<Result<T, StoreError>>,
}

impl<T> Begun<T> {
    /// Waits until the change is durable. Blocks: never call it on a thread that serves others.
    pub fn wait(self) -> Result<T, StoreError> {
        self.result.recv().unwrap_or(Err(StoreError::Closed))
    }
}

/// A change, whose result is withheld until the commit.
struct Change<F, T> {
    change: F,
    kept: Option<T>,
    reply: SyncSender<Result<T, StoreError>>,
}

impl<F, T> Work for Change<F, T>
where
    F: FnMut(&mut Transaction<'_>) -> Result<T, StoreError> + Send,
    T: Send,
{
    fn run(&mut self, transaction: &mut Transaction<'_>) -> Result<(), StoreError> {
        self.kept = Some((self.change)(transaction)?);
        Ok(())
    }

    fn answer(self: Box<Self>, outcome: Result<(), StoreError>) {
        let Self { kept, reply, .. } = *self;
        // The receiver may have gone; that is fine.
        let _ = reply.send(outcome.and_then(|()| kept.ok_or(StoreError::Closed)));
    }
}
