//! The store: SQLite or PostgreSQL behind one concrete type, with a pool of readers and one writer that shares its commits.
//! One file per noun holds the statements; `dialect` holds what truly differs between the databases. It knows no rule of the service.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use diesel::r2d2::Pool;

pub mod achievements;
pub mod audit;
pub mod catalogue;
mod condition;
mod connection;
mod dialect;
mod error;
pub mod events;
pub mod jobs;
pub mod learners;
mod migrations;
pub mod organisations;
mod private;
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
mod wipe;
mod writer;

pub use connection::AnyConnection;
pub use dialect::lock;
pub use error::StoreError;
pub use ticket::Ticket;
pub use transaction::Transaction;
pub use wipe::wipe;

use crate::model::{AuditEntry, Timestamp, Uln};
use connection::{Address, Reader};
use learners::{LearnerMemory, Stored};
use trail::Trail;
use writer::{Work, Writer};

/// How long a reader waits for a connection before the store counts as unreachable.
const WAIT_FOR_A_READER: Duration = Duration::from_secs(5);
/// Readers of the pool when the settings leave the number open: enough for a node's worker threads.
const DEFAULT_READERS: u32 = 8;

/// Where the store is and how many may read at once.
#[derive(Clone)]
pub struct StoreSettings {
    /// `sqlite:PATH`, a bare path, or `postgres://...`.
    pub url: String,
    /// Connections for reading; 0 means 8.
    pub readers: u32,
}

/// What is added to the store without anything being changed: the trail of a call.
#[derive(Default)]
pub struct Record {
    /// Lines of the audit trail.
    pub entries: Vec<AuditEntry>,
    /// The search that was made, for the rule that a find precedes a registration.
    pub search: Option<searches::RecentSearch>,
    /// Searches from before this moment are of no use any more.
    pub forget_searches_before: Option<Timestamp>,
}

/// The store. Clones share connections and writer.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    address: Address,
    readers: Pool<Address>,
    writer: Arc<Writer>,
    trail: Option<Trail>,
    /// On SQLite alone: elsewhere other nodes change learners all the time.
    memory: Option<Arc<LearnerMemory>>,
}

impl Inner {
    /// The trail first: the writer moves what is left of it.
    fn close(&self) {
        if let Some(trail) = &self.trail {
            trail.close();
        }
        self.writer.close();
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}

/// The file of the SQLite database that an address names, where that file is missing.
pub fn missing_file(url: &str) -> Option<PathBuf> {
    Address::parse(url).ok()?.file().filter(|file| !file.exists())
}

impl Store {
    /// Opens the store; an SQLite file is made when it is missing. Tables are made by [`Store::migrate`].
    pub fn open(settings: &StoreSettings) -> Result<Self, StoreError> {
        let address = Address::parse(&settings.url)?;
        // The first connection of all, on its own: it alone turns a new SQLite file into WAL mode, and it gives the clearest error.
        let memory = address.is_embedded().then(|| Arc::new(LearnerMemory::new()));
        let writer = Arc::new(Writer::start(address.clone(), memory.clone())?);
        let size = if settings.readers == 0 { DEFAULT_READERS } else { settings.readers };
        let readers = Pool::builder()
            .max_size(size)
            .test_on_check_out(false)
            .connection_timeout(WAIT_FOR_A_READER)
            .build(address.clone())
            .map_err(|error| StoreError::Unreachable(error.to_string()))?;
        let trail = match address.trail() {
            Some(path) => Trail::start(&path, Arc::clone(&writer))?,
            None => None,
        };
        Ok(Self { inner: Arc::new(Inner { address, readers, writer, trail, memory }) })
    }

    /// Brings the tables up to date and returns the names of the migrations that ran. Several nodes may do so at once.
    pub fn migrate(&self) -> Result<Vec<String>, StoreError> {
        migrations::run(&mut self.inner.address.connect()?)
    }

    /// Whether the tables are up to date and the database answers: what readiness means.
    pub fn is_ready(&self) -> Result<bool, StoreError> {
        self.read(migrations::are_complete)
    }

    /// Whether the database is still the one that was opened: an SQLite file can be removed or replaced under an open store, which
    /// then refuses changes.
    ///
    /// # Errors
    /// It is not; the text says what happened to the file and what to do.
    pub fn check_place(&self) -> Result<(), StoreError> {
        self.inner.writer.check_place()
    }

    /// Whether the database takes changes, tried by a small one that leaves nothing behind. The tables must be there. Blocks.
    ///
    /// # Errors
    /// It is read-only, has no room, or cannot be reached.
    pub fn check_writable(&self) -> Result<(), StoreError> {
        self.write(condition::try_a_change)
    }

    /// Whether the database lives inside this process (SQLite).
    pub fn is_embedded(&self) -> bool {
        self.inner.address.is_embedded()
    }

    /// Reads with a connection of the pool. Must change nothing. Runs again when the connection turns out to be lost.
    pub fn read<T>(&self, query: impl Fn(&mut AnyConnection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut lost = 0;
        loop {
            let mut reader = self.inner.readers.get().map_err(|error| StoreError::Unreachable(error.to_string()))?;
            let Reader { connection, lost: is_lost } = &mut *reader;
            match query(connection) {
                Err(error) if error.is_disconnection() && lost < self.inner.readers.max_size() => {
                    *is_lost = true;
                    lost += 1;
                }
                outcome => return outcome,
            }
        }
    }

    /// The learner of a number, whatever the record's status: as committed, but for what another process on the same SQLite file has
    /// committed in the last second.
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

    /// Runs a change on the writing thread and waits until it is durable. All its statements are kept, or none. It may run again when
    /// another node was in the way, so that it must not consume what it needs. Blocks: never call it on a thread that serves others.
    pub fn write<T: Send + 'static>(
        &self,
        change: impl FnMut(&mut Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, result) = sync_channel(1);
        self.inner.writer.work(Box::new(Change { change, kept: None, reply }))?;
        result.recv().unwrap_or(Err(StoreError::Closed))
    }

    /// As [`Store::write`], for changes that nobody waits for, such as a step of a batch: it has a transaction of its own and comes after
    /// whatever else waits, so that a call waits for one such change at most. Keep it short, a few milliseconds.
    pub fn write_aside<T: Send + 'static>(
        &self,
        change: impl FnMut(&mut Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.begin_aside(change)?.wait()
    }

    /// As [`Store::write_aside`], without waiting for the change.
    pub fn begin_aside<T: Send + 'static>(
        &self,
        change: impl FnMut(&mut Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<Begun<T>, StoreError> {
        let (reply, result) = sync_channel(1);
        self.inner.writer.work_aside(Box::new(Change { change, kept: None, reply }))?;
        Ok(Begun { result })
    }

    /// Queues lines of the audit trail; the ticket tells when they are durable.
    pub fn record(&self, entries: Vec<AuditEntry>) -> Ticket {
        self.add(Record { entries, ..Record::default() })
    }

    /// Queues the trail of a call; the ticket tells when it is durable. It may then take a moment to appear in the audit table:
    /// [`Store::settle`] waits for it.
    pub fn add(&self, record: Record) -> Ticket {
        Ticket::new(match (&self.inner.trail, record) {
            (Some(trail), Record { entries, search: None, forget_searches_before: None }) => trail.add(entries),
            (_, record) => self.inner.writer.add(record),
        })
    }

    /// Waits until every line that was durable before is in the audit table. Blocks: never call it on a thread that serves others.
    pub fn settle(&self) -> Result<(), StoreError> {
        self.inner.trail.as_ref().map_or(Ok(()), Trail::settle)
    }

    /// Finishes what is queued and stops the writer; whatever comes later is refused.
    pub fn close(&self) {
        self.inner.close();
    }
}

/// A change that is under way.
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

/// A change with its result, which is kept back until the commit.
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
        // Whoever waited may have gone: nothing to do then.
        let _ = reply.send(outcome.and_then(|()| kept.ok_or(StoreError::Closed)));
    }
}
