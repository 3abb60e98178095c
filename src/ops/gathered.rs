//! Buffers log lines and writes those of 50 ms at once, because one write per line would cost a
//! call more than reading its request.

use std::io::{self, Write};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

/// Maximum time in the buffer.
const DELAY: Duration = Duration::from_millis(50);
/// At this many bytes, the thread that adds a line writes the buffer.
const FULL: usize = 1024 * 1024;

struct Gathering {
    lines: Mutex<Vec<u8>>,
    begun: Condvar,
    /// Held while lines are written, to keep their order.
    writing: Mutex<()>,
}

static GATHERING: OnceLock<Gathering> = OnceLock::new();

/// Takes lines for standard error. [`flush_log`] writes the buffer.
pub(super) struct Gathered;

impl Gathered {
    /// Starts the writing thread.
    pub(super) fn start() -> Self {
        let mut is_first = false;
        let gathering = GATHERING.get_or_init(|| {
            is_first = true;
            Gathering { lines: Mutex::new(Vec::new()), begun: Condvar::new(), writing: Mutex::new(()) }
        });
        if is_first {
            // Without the thread, lines are written when the buffer is full and at the end.
            drop(thread::Builder::new().name("lrs-log".to_owned()).spawn(move || gathering.run()));
        }
        Self
    }
}

impl Write for Gathered {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let Some(gathering) = GATHERING.get() else { return io::stderr().write(line) };
        let waiting = {
            let mut lines = gathering.lines();
            if lines.is_empty() {
                gathering.begun.notify_one();
            }
            lines.extend_from_slice(line);
            lines.len()
        };
        if waiting >= FULL {
            gathering.write();
        }
        Ok(line.len())
    }

    /// Called after every line; does nothing, because lines may wait.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Gathering {
    fn lines(&self) -> MutexGuard<'_, Vec<u8>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self) {
        loop {
            let mut lines = self.lines();
            while lines.is_empty() {
                lines = self.begun.wait(lines).unwrap_or_else(PoisonError::into_inner);
            }
            drop(lines);
            thread::sleep(DELAY);
            self.write();
        }
    }

    fn write(&self) {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = std::mem::take(&mut *self.lines());
        // There is nowhere to report an error.
        let _ = io::stderr().lock().write_all(&lines);
    }
}

/// Writes the buffer, before the process ends.
pub fn flush_log() {
    if let Some(gathering) = GATHERING.get() {
        gathering.write();
    }
}
