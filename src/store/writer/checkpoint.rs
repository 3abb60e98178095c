//! The thread that copies SQLite's write-ahead log into the database. It has a connection of its
//! own, so that calls do not wait meanwhile.
//!
//! Under constant load there are always writes that it has not copied yet, so the log cannot begin
//! again from its start. A commit that finds the log longer than `wal_autocheckpoint` copies the
//! rest, which is what was written within [`EVERY`].

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use crate::store::StoreError;
use crate::store::condition::DatabaseFile;
use crate::store::connection::{Address, AnyConnection};

/// The pause before a checkpoint, in which more is written: what changes often is copied once.
const EVERY: Duration = Duration::from_millis(250);

/// A running thread; it ends when this is dropped.
pub(super) struct Checkpoints {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Whether anything was committed since the last checkpoint.
    wrote: bool,
    closed: bool,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Checkpoints {
    /// Starts the thread; `None` on PostgreSQL, which does this by itself.
    pub(super) fn start(address: &Address, file: Option<Arc<DatabaseFile>>) -> Result<Option<Self>, StoreError> {
        if !address.is_embedded() {
            return Ok(None);
        }
        let connection = address.connect()?;
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        let thread = Builder::new()
            .name("lrs-checkpoint".to_owned())
            .spawn(move || run(&theirs, connection, file.as_deref()))
            .map_err(|error| StoreError::Unreachable(error.to_string()))?;
        Ok(Some(Self { shared, thread: Some(thread) }))
    }

    /// Called after a commit.
    pub(super) fn wrote(&self) {
        let mut state = self.shared.state();
        if !state.wrote {
            state.wrote = true;
            self.shared.changed.notify_one();
        }
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        self.shared.state().closed = true;
        self.shared.changed.notify_one();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn run(shared: &Shared, mut connection: AnyConnection, file: Option<&DatabaseFile>) {
    let mut failed = false;
    loop {
        let state = shared.state();
        let waited = shared.changed.wait_while(state, |state| !state.wrote && !state.closed);
        let state = waited.unwrap_or_else(PoisonError::into_inner);
        let paused = shared.changed.wait_timeout_while(state, EVERY, |state| !state.closed);
        let (mut state, _) = paused.unwrap_or_else(PoisonError::into_inner);
        if state.closed {
            // The last connection to the database checkpoints when it is closed.
            return;
        }
        state.wrote = false;
        drop(state);
        // A file that was replaced is told by the writer, which refuses changes.
        if file.is_some_and(|file| file.check().is_err()) {
            continue;
        }
        let copied = Address::checkpoint(&mut connection);
        match &copied {
            Err(error) if !failed => log::warn!("cannot checkpoint the database's write-ahead log: {error}"),
            Ok(()) if failed => log::info!("the database's write-ahead log is checkpointed again"),
            _ => {}
        }
        failed = copied.is_err();
    }
}
