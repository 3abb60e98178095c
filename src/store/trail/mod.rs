//! The audit trail of reads on SQLite: lines that accompany no change are appended to a file of
//! their own, one write for all calls in flight, and moved to the table `audit` in the background.
//!
//! **Warning: delicate.** A mistake here may lose an audit line, or store it twice, only after a
//! crash.
//!
//! # Why it exists
//!
//! A transaction for each call would cost several times as much as its query, and would slow down
//! all readers by invalidating their page caches. With the file, the load bench reaches 0.30 of a
//! bare server's rate; without any trail it would reach 0.62 (`docs/speed.md`).
//!
//! # The states of a line
//!
//! ```text
//!  add          append, sync            hand_over            commit
//!  ───► queued ─────────────► pending ────────────► moving ─────────► in the table
//!         │ failed: the call     ▲  reply sent         │
//!         ▼ gets an error        └───── failed ────────┘
//!
//!  after a crash: the intact frames of the file that the table does not have are pending again
//! ```
//!
//! # Invariants
//!
//! * A call's reply is sent after its lines are durable, never before.
//! * The rows and the offset up to which the file has been moved are written in one transaction. If
//!   the outcome of its commit is unknown, the lines become pending again, and the next `Move`
//!   skips those that the table has.
//! * Lines leave `pending` from the front, and return to the front after a failure: offsets only
//!   grow.
//! * At most one `Move` is under way, and the file starts a new generation only when none is: an
//!   offset is meaningless in another generation.
//! * One process keeps the file, by a lock. Others write to the table directly.
//! * `flush` waits for the lines that were pending or moving when it was called, not for later
//!   ones.
//! * Lines with a search are not for the trail: `Store::add` gives them to the writer.
//!
//! # When you change it
//!
//! Run `src/store/trail/tests.rs`, the tests in `file.rs`, and `tests/integration/torture.rs`;
//! before a release `make torture` (a hundred kills), and `make bench` for `load`.

mod file;
#[cfg(all(test, feature = "sqlite"))]
mod tests;

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

#[cfg(feature = "sqlite")]
pub(super) use self::file::{Durable, durable};
use self::file::{Frame, TrailFile};
use super::writer::{Work, Writer};
use super::{StoreError, Transaction, audit};
use crate::model::AuditEntry;

/// The maximum number of calls per append.
const LARGEST_GROUP: usize = 512;
/// The maximum number of lines moved per transaction: it takes a few milliseconds, which changes
/// may have to wait for.
const MOVED_AT_ONCE: usize = 1_024;
/// At this many lines all are moved, one transaction after another. Every transaction invalidates
/// the readers' page caches, so a burst followed by a long pause is better than steady single ones.
const MANY: usize = 16_384;
/// How long a line stays out of the table when there is little to do, and the pause after a
/// failure.
const DELAY: Duration = Duration::from_millis(1_000);
/// The maximum number of lines waiting for the table; beyond that the database must be stuck, and
/// more are refused.
const MOST_PENDING: usize = 1_000_000;

/// The lines of one call, and its reply channel.
struct Addition {
    entries: Vec<AuditEntry>,
    reply: oneshot::Sender<Result<(), StoreError>>,
}

enum Task {
    Add(Addition),
    Flush(SyncSender<Result<(), StoreError>>),
    Moved(Vec<Frame>, Result<(), StoreError>),
    Close,
}

/// The queue of the thread that keeps the file.
pub(super) struct Trail {
    queue: Sender<Task>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Trail {
    /// Opens the file and starts the thread. `moved` says how much of a generation is in the table
    /// already. `None` if another process keeps the trail of this database; lines then go directly
    /// to the table.
    pub(super) fn start(
        path: &Path,
        writer: Arc<Writer>,
        moved: impl FnOnce(&str) -> u64,
    ) -> Result<Option<Self>, StoreError> {
        let unreachable = |error: std::io::Error| StoreError::Unreachable(format!("the trail file: {error}"));
        let Some((file, pending)) = TrailFile::open(path, moved).map_err(unreachable)? else { return Ok(None) };
        let (queue, tasks) = channel();
        let keeper = Keeper {
            file,
            writer,
            queue: queue.clone(),
            pending_lines: pending.iter().map(|frame| frame.count).sum(),
            pending,
            moving: None,
            bursting: false,
            failed: false,
            since: Instant::now(),
            flushing: Vec::new(),
        };
        let thread = thread::Builder::new()
            .name("lrs-trail".to_owned())
            .spawn(move || keeper.run(&tasks))
            .map_err(unreachable)?;
        Ok(Some(Self { queue, thread: Mutex::new(Some(thread)) }))
    }

    /// Queues the lines of a call. The receiver gets the outcome once they are durable, and fails
    /// if the store is closed.
    pub(super) fn add(&self, entries: Vec<AuditEntry>) -> oneshot::Receiver<Result<(), StoreError>> {
        let (reply, receiver) = oneshot::channel();
        let _ = self.queue.send(Task::Add(Addition { entries, reply }));
        receiver
    }

    /// Waits until every line that is durable now is in the table. Blocks.
    pub(super) fn flush(&self) -> Result<(), StoreError> {
        let (reply, flushed) = sync_channel(1);
        let _ = self.queue.send(Task::Flush(reply));
        flushed.recv().unwrap_or(Err(StoreError::Closed))
    }

    /// Lets the thread move what is left, and waits for it to end.
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

/// The state of the thread.
struct Keeper {
    file: TrailFile,
    writer: Arc<Writer>,
    /// For transactions to report how they ended.
    queue: Sender<Task>,
    /// Durable, but not yet handed to a transaction.
    pending: Vec<Frame>,
    /// The number of lines in `pending`.
    pending_lines: usize,
    /// The number of lines in the current transaction.
    moving: Option<usize>,
    /// Whether transactions follow one another until almost nothing is left.
    bursting: bool,
    /// Whether the last transaction failed, so that the next one must wait.
    failed: bool,
    /// When lines became pending, or the last transaction ended.
    since: Instant,
    /// Callers of `flush`, each with the number of lines that must still reach the table.
    flushing: Vec<(usize, SyncSender<Result<(), StoreError>>)>,
}

impl Keeper {
    fn run(mut self, tasks: &Receiver<Task>) {
        let mut open = true;
        while open {
            let mut group = Vec::new();
            open = match self.next(tasks) {
                Ok(task) => self.take(task, &mut group),
                Err(RecvTimeoutError::Timeout) => true,
                Err(RecvTimeoutError::Disconnected) => false,
            };
            while open
                && group.len() < LARGEST_GROUP
                && let Ok(task) = tasks.try_recv()
            {
                open = self.take(task, &mut group);
            }
            self.keep(group);
            self.move_on();
        }
        self.finish(tasks);
    }

    /// Waits for a task, or until pending lines are due.
    fn next(&self, tasks: &Receiver<Task>) -> Result<Task, RecvTimeoutError> {
        if self.pending.is_empty() || self.moving.is_some() {
            return tasks.recv().map_err(|_| RecvTimeoutError::Disconnected);
        }
        tasks.recv_timeout(DELAY.saturating_sub(self.since.elapsed()))
    }

    /// Processes a task; `false` if it was the last.
    fn take(&mut self, task: Task, group: &mut Vec<Addition>) -> bool {
        match task {
            Task::Add(addition) => group.push(addition),
            Task::Flush(reply) => self.flush(reply),
            Task::Moved(frames, outcome) => self.moved(frames, outcome),
            Task::Close => return false,
        }
        true
    }

    fn flush(&mut self, reply: SyncSender<Result<(), StoreError>>) {
        match self.pending_lines + self.moving.unwrap_or(0) {
            0 => drop(reply.send(Ok(()))),
            lines => self.flushing.push((lines, reply)),
        }
    }

    /// Makes the lines of a group durable and replies to all of it.
    fn keep(&mut self, group: Vec<Addition>) {
        if group.is_empty() {
            return;
        }
        let outcome = self.append(&group);
        for addition in group {
            let _ = addition.reply.send(outcome.clone());
        }
    }

    fn append(&mut self, group: &[Addition]) -> Result<(), StoreError> {
        if self.pending_lines > MOST_PENDING {
            return Err(StoreError::Unreachable("the audit trail cannot be moved into its table".to_owned()));
        }
        let entries = || group.iter().flat_map(|addition| &addition.entries);
        let lines = audit::to_lines(entries());
        if lines.is_empty() {
            return Ok(());
        }
        let count = entries().count();
        let frame = self
            .file
            .append(lines, count)
            .map_err(|error| StoreError::Unreachable(format!("the trail file: {error}")))?;
        if self.pending.is_empty() {
            self.since = Instant::now();
        }
        self.pending.push(frame);
        self.pending_lines += count;
        Ok(())
    }

    /// Hands pending lines to a transaction if there are many, they are due, or someone waits for
    /// them.
    fn move_on(&mut self) {
        let many = self.pending_lines >= MANY || !self.flushing.is_empty();
        self.bursting |= self.since.elapsed() >= DELAY || (many && !self.failed);
        if self.moving.is_none() && self.bursting && !self.pending.is_empty() {
            self.hand_over();
        }
    }

    fn hand_over(&mut self) {
        let mut lines = 0;
        let frames = self.pending.iter().take_while(|frame| {
            let fits = lines < MOVED_AT_ONCE;
            lines += if fits { frame.count } else { 0 };
            fits
        });
        let frames = frames.count();
        let frames = self.pending.drain(..frames).collect();
        self.pending_lines -= lines;
        self.moving = Some(lines);
        let work = Move { generation: self.file.generation(), frames, queue: self.queue.clone() };
        if let Err(error) = self.writer.work_aside(Box::new(work)) {
            // The writer has stopped; these lines stay in the file until the next start.
            self.moving = None;
            self.failed = true;
            self.answer_flushing(&Err(error));
        }
    }

    fn moved(&mut self, frames: Vec<Frame>, outcome: Result<(), StoreError>) {
        let lines = self.moving.take().unwrap_or(0);
        self.since = Instant::now();
        self.failed = outcome.is_err();
        self.bursting = outcome.is_ok() && self.pending_lines >= MOVED_AT_ONCE;
        match outcome {
            Ok(()) => {
                for (left, _) in &mut self.flushing {
                    *left = left.saturating_sub(lines);
                }
                for (_, reply) in self.flushing.extract_if(.., |(left, _)| *left == 0) {
                    let _ = reply.send(Ok(()));
                }
                if self.file.is_long() {
                    // This only saves space; after a failure it is retried later.
                    let _ = self.file.start_anew(&mut self.pending);
                }
            }
            Err(error) => {
                self.pending.splice(..0, frames);
                self.pending_lines += lines;
                self.answer_flushing(&Err(error));
            }
        }
    }

    fn answer_flushing(&mut self, outcome: &Result<(), StoreError>) {
        for (_, reply) in self.flushing.drain(..) {
            let _ = reply.send(outcome.clone());
        }
    }

    /// Moves what is left. If that fails, the file keeps it for the next start.
    fn finish(mut self, tasks: &Receiver<Task>) {
        self.failed = false;
        while !self.failed && (self.moving.is_some() || !self.pending.is_empty()) {
            if self.moving.is_none() {
                self.hand_over();
            } else if let Ok(Task::Moved(frames, outcome)) = tasks.recv() {
                self.moved(frames, outcome);
            }
            // From now on additions are refused, because the reply is dropped.
        }
        if !self.failed {
            let _ = self.file.clear();
        }
    }
}

/// A transaction that moves lines into the table, and records the offset up to which the file has
/// been moved: a crash after it moves nothing twice.
struct Move {
    generation: String,
    frames: Vec<Frame>,
    queue: Sender<Task>,
}

impl Work for Move {
    fn run(&mut self, transaction: &mut Transaction<'_>) -> Result<(), StoreError> {
        let Some(last) = self.frames.last() else { return Ok(()) };
        let moved = audit::moved_up_to(transaction, &self.generation)?;
        let position = |frame: &Frame| i64::try_from(frame.end).unwrap_or(i64::MAX);
        let frames = self.frames.iter().filter(|frame| position(frame) > moved);
        audit::insert_lines(transaction, frames.map(|frame| frame.lines.as_slice()))?;
        audit::set_moved_up_to(transaction, &self.generation, position(last))
    }

    fn answer(self: Box<Self>, outcome: Result<(), StoreError>) {
        let Self { frames, queue, .. } = *self;
        let _ = queue.send(Task::Moved(frames, outcome));
    }
}
