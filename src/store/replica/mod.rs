//! A standby of the database that answers reads in the primary's place. It answers only what the
//! primary would: once it has replayed everything that was acknowledged, by any node, before the
//! read began. Which reads may go there is not its business.
//!
//! **Warning: delicate.** A mistake may hide a learner who has just been registered, so that
//! somebody registers them twice.
//!
//! # How a read runs
//!
//! ```text
//!  a session is free? ── no ────────────────────────────┐
//!        │ yes                                          │
//!  the primary's position, asked after the read began   │
//!        │                                              ▼
//!  has the replica replayed it within 50 ms? ── no ──► the primary answers
//!        │ yes                                          ▲
//!  the replica answers within a second? ─────── no ─────┘
//!        │ yes
//!  its answer
//! ```
//!
//! Sessions belong to threads, which alone wait for the replica: a caller can leave a silent one.
//! A session is free only after it has answered, so a replica that is dead or silent costs each
//! session one caller at most, and usually one caller in all, because the others are checked
//! before they are free again. One that answers too late is left alone for longer and longer.
//! Sessions are opened by the threads, never by a caller.

mod position;
mod session;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SendError, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use diesel::r2d2::Pool;

use self::position::Position;
use self::session::Session;
use super::connection::Address;
use super::{AnyConnection, StoreError, read_from};

/// How long a read waits for the replica to catch up.
const CATCHES_UP_WITHIN: Duration = Duration::from_millis(50);
/// How long the replica has for its answer, waiting included.
const ANSWERS_WITHIN: Duration = Duration::from_secs(1);
/// How long it is left alone after a read for which it did not catch up.
const LEFT_ALONE: Duration = Duration::from_secs(1);
/// How long at most after reads that it did not answer in time: twice as long for each in a row.
const LONGEST_LEFT_ALONE: Duration = Duration::from_secs(30);
/// How much longer operators are told of that.
const TOLD_FOR: Duration = Duration::from_secs(30);
/// How often a session without work is checked.
const CHECKED_EVERY: Duration = Duration::from_secs(2);
/// Operators are told when no session has been free for so long.
const SILENT_FOR: Duration = Duration::from_secs(3);
/// The pause after a session could not be opened.
const OPENED_EVERY: Duration = Duration::from_secs(2);

/// Why the primary answered a read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Declined {
    /// The replica has not replayed the position in time.
    Behind,
    /// No session is free.
    Unavailable,
    /// The replica failed, or was too slow.
    Failed,
}

/// Who answered reads so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReplicaCounts {
    /// The replica.
    pub replica: u64,
    /// The primary, because the replica had not caught up in time.
    pub behind: u64,
    /// The primary, because no session on the replica was free: it cannot be reached, or all are at
    /// work.
    pub unavailable: u64,
    /// The primary, because the replica failed or was too slow.
    pub failed: u64,
    /// How long reads waited for the replica to catch up before it answered them.
    pub waited: Duration,
}

/// The replica.
pub(super) struct Replica {
    shared: Arc<Shared>,
}

struct Shared {
    address: Address,
    primary: Pool<Address>,
    state: Mutex<State>,
    closing: Condvar,
    /// Held while a session is opened, and during the pause after a failure: a server that is away
    /// is asked by one thread.
    opening: Mutex<()>,
    answered: AtomicU64,
    behind: AtomicU64,
    unavailable: AtomicU64,
    failed: AtomicU64,
    waited_micros: AtomicU64,
}

#[derive(Default)]
struct State {
    /// The sessions that are free.
    free: Vec<SyncSender<Task>>,
    closed: bool,
    /// Why no session can be opened.
    trouble: Option<String>,
    /// What it last did not do in time.
    slow: Option<Slow>,
    /// When a session was last found to work.
    offered: Option<Instant>,
}

/// That the replica was slow.
#[derive(Clone, Copy)]
struct Slow {
    when: Instant,
    /// It did not catch up, or it did not answer.
    why: Declined,
    left_alone: Duration,
}

/// A read for a session.
struct Task {
    position: Position,
    question: Box<dyn Question>,
}

/// A query whose caller may have gone.
trait Question: Send {
    /// Runs it, and sends the outcome, with how long it had to wait. Returns the error.
    fn run(self: Box<Self>, connection: &mut AnyConnection, waited: Duration) -> Result<(), StoreError>;
    fn decline(self: Box<Self>, why: Declined);
}

struct Asked<F, T> {
    query: F,
    reply: SyncSender<Result<(T, Duration), Declined>>,
}

impl<F, T> Question for Asked<F, T>
where
    F: FnOnce(&mut AnyConnection) -> Result<T, StoreError> + Send,
    T: Send,
{
    fn run(self: Box<Self>, connection: &mut AnyConnection, waited: Duration) -> Result<(), StoreError> {
        let Self { query, reply } = *self;
        let outcome = catch_unwind(AssertUnwindSafe(|| query(connection))).unwrap_or(Err(StoreError::Panicked));
        let (answer, error) = match outcome {
            Ok(found) => (Ok((found, waited)), Ok(())),
            Err(error) => (Err(Declined::Failed), Err(error)),
        };
        // The caller may have gone; that is fine.
        let _ = reply.send(answer);
        error
    }

    fn decline(self: Box<Self>, why: Declined) {
        let _ = self.reply.send(Err(why));
    }
}

impl Replica {
    /// Starts so many threads, each with a session on the server at this address. It need not be
    /// there yet.
    pub(super) fn start(address: Address, primary: Pool<Address>, sessions: u32) -> Result<Self, StoreError> {
        let shared = Arc::new(Shared {
            address,
            primary,
            state: Mutex::default(),
            closing: Condvar::new(),
            opening: Mutex::default(),
            answered: AtomicU64::new(0),
            behind: AtomicU64::new(0),
            unavailable: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            waited_micros: AtomicU64::new(0),
        });
        let replica = Self { shared: Arc::clone(&shared) };
        for _ in 0..sessions {
            let shared = Arc::clone(&shared);
            thread::Builder::new()
                .name("lrs-replica".to_owned())
                .spawn(move || shared.work())
                .map_err(|error| StoreError::Unreachable(error.to_string()))?;
        }
        Ok(replica)
    }

    /// The replica's answer to a query; `None` if the primary has to answer.
    ///
    /// # Errors
    /// The primary cannot be reached.
    pub(super) fn ask<T: Send + 'static>(
        &self,
        query: impl FnOnce(&mut AnyConnection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<Option<T>, StoreError> {
        let shared = &self.shared;
        let answer = match shared.free() {
            Ok(session) => shared.ask(session, query)?,
            Err(why) => Err(why),
        };
        let counter = match answer {
            Ok(_) => &shared.answered,
            Err(Declined::Behind) => &shared.behind,
            Err(Declined::Unavailable) => &shared.unavailable,
            Err(Declined::Failed) => &shared.failed,
        };
        counter.fetch_add(1, Ordering::Relaxed);
        Ok(answer.ok())
    }

    /// Who answered reads since the start.
    pub(super) fn counts(&self) -> ReplicaCounts {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let shared = &self.shared;
        ReplicaCounts {
            replica: of(&shared.answered),
            behind: of(&shared.behind),
            unavailable: of(&shared.unavailable),
            failed: of(&shared.failed),
            waited: Duration::from_micros(of(&shared.waited_micros)),
        }
    }

    /// Why the replica answers nothing now, if so.
    pub(super) fn trouble(&self) -> Option<String> {
        let state = self.shared.state();
        let is_silent = state.free.is_empty() && state.offered.is_some_and(|when| when.elapsed() > SILENT_FOR);
        let slow = state.slow.filter(|slow| slow.when.elapsed() < slow.left_alone + TOLD_FOR);
        let slow = slow.map(|slow| match slow.why {
            Declined::Behind => "it does not keep up with the primary",
            Declined::Unavailable | Declined::Failed => "it does not answer in time",
        });
        let silent = is_silent.then_some("it does not answer");
        state.trouble.clone().or_else(|| silent.or(slow).map(str::to_owned))
    }

    /// Ends the threads. One that waits for the server ends when that does.
    pub(super) fn close(&self) {
        let mut state = self.shared.state();
        state.closed = true;
        state.free.clear();
        self.shared.closing.notify_all();
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        self.close();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a session that is free.
    fn free(&self) -> Result<SyncSender<Task>, Declined> {
        let mut state = self.state();
        match state.slow {
            Some(slow) if slow.when.elapsed() < slow.left_alone => Err(slow.why),
            _ => state.free.pop().ok_or(Declined::Unavailable),
        }
    }

    /// Leaves the replica alone for a while.
    fn leave_alone(&self, why: Declined) {
        let mut state = self.state();
        let left_alone = match state.slow {
            Some(before) if why != Declined::Behind => (before.left_alone * 2).min(LONGEST_LEFT_ALONE),
            _ => LEFT_ALONE,
        };
        state.slow = Some(Slow { when: Instant::now(), why, left_alone });
    }

    /// Gives a session back that was not used.
    fn give_back(&self, session: SyncSender<Task>) {
        let mut state = self.state();
        if !state.closed {
            state.free.push(session);
        }
    }

    /// Has a free session run a query. The position is asked for now, so that it covers everything
    /// acknowledged before.
    fn ask<T: Send + 'static>(
        &self,
        session: SyncSender<Task>,
        query: impl FnOnce(&mut AnyConnection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<Result<T, Declined>, StoreError> {
        let position = match read_from(&self.primary, position::of_primary) {
            Ok(position) => position,
            Err(error) => {
                self.give_back(session);
                // Without the primary nobody answers. Another error is no reason not to let it.
                return if error.is_outage() { Err(error) } else { Ok(Err(Declined::Failed)) };
            }
        };
        let (reply, answer) = sync_channel(1);
        let mut task = Task { position, question: Box::new(Asked { query, reply }) };
        let mut session = session;
        // A session that has ended meanwhile takes nothing.
        while let Err(SendError(back)) = session.send(task) {
            match self.free() {
                Ok(next) => (session, task) = (next, back),
                Err(why) => return Ok(Err(why)),
            }
        }
        let answer = match answer.recv_timeout(ANSWERS_WITHIN) {
            Ok(answer) => answer,
            Err(RecvTimeoutError::Disconnected) => Err(Declined::Failed),
            Err(RecvTimeoutError::Timeout) => {
                log::warn!("the replica did not answer within a second");
                self.leave_alone(Declined::Unavailable);
                Err(Declined::Failed)
            }
        };
        Ok(match answer {
            Ok((found, waited)) => {
                self.state().slow = None;
                let waited = u64::try_from(waited.as_micros()).unwrap_or(u64::MAX);
                self.waited_micros.fetch_add(waited, Ordering::Relaxed);
                Ok(found)
            }
            Err(why) => {
                match why {
                    Declined::Unavailable => {}
                    Declined::Behind => self.leave_alone(Declined::Behind),
                    // The others are checked before anybody waits for one.
                    Declined::Failed => self.state().free.clear(),
                }
                Err(why)
            }
        })
    }

    /// The life of a thread: opens a session, and another one when that fails.
    fn work(&self) {
        while let Some(mut session) = self.open() {
            if let Err(error) = self.serve(&mut session) {
                log::info!("a session on the replica ended: {error}");
            }
        }
    }

    /// Opens a session, as soon as it can be; `None` if there is no more need.
    fn open(&self) -> Option<Session> {
        let _opening = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if self.state().closed {
                return None;
            }
            let primary = || read_from(&self.primary, position::origin);
            let opened = Session::open(&self.address, primary);
            let mut state = self.state();
            match opened {
                Ok(session) => {
                    if state.trouble.take().is_some() {
                        log::info!("the replica answers again");
                    }
                    return Some(session);
                }
                Err(error) => {
                    if state.trouble.is_none() {
                        log::warn!("the primary answers what the replica could: {error}");
                    }
                    state.trouble = Some(error.to_string());
                    let pause = self.closing.wait_timeout_while(state, OPENED_EVERY, |state| !state.closed);
                    drop(pause.unwrap_or_else(PoisonError::into_inner));
                }
            }
        }
    }

    /// Runs reads on a session until it fails, or there is no more need.
    fn serve(&self, session: &mut Session) -> Result<(), StoreError> {
        while let Some(tasks) = self.offer() {
            match wait(&tasks, session)? {
                Some(task) => self.run(session, task)?,
                None => session.check()?,
            }
        }
        Ok(())
    }

    /// Adds a session to those that are free; `None` if there is no more need.
    fn offer(&self) -> Option<Receiver<Task>> {
        let (give, tasks) = sync_channel(1);
        let mut state = self.state();
        if state.closed {
            return None;
        }
        state.free.push(give);
        state.offered = Some(Instant::now());
        Some(tasks)
    }

    fn run(&self, session: &mut Session, task: Task) -> Result<(), StoreError> {
        let begun = Instant::now();
        match session.reaches(task.position, begun + CATCHES_UP_WITHIN) {
            Ok(true) => match task.question.run(&mut session.connection, begun.elapsed()) {
                Ok(()) => Ok(()),
                // Such as a statement that stood in the way of what was replayed: the session may
                // go on.
                Err(_) => session.check(),
            },
            Ok(false) => {
                task.question.decline(Declined::Behind);
                Ok(())
            }
            Err(error) => {
                task.question.decline(Declined::Failed);
                Err(error)
            }
        }
    }
}

/// Waits for a task, and checks the session meanwhile; `None` if somebody has taken the offer back.
fn wait(tasks: &Receiver<Task>, session: &mut Session) -> Result<Option<Task>, StoreError> {
    loop {
        match tasks.recv_timeout(CHECKED_EVERY) {
            Ok(task) => return Ok(Some(task)),
            Err(RecvTimeoutError::Disconnected) => return Ok(None),
            Err(RecvTimeoutError::Timeout) => session.check()?,
        }
    }
}
