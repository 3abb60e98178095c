//! The workers: threads that claim jobs from the queue and process them chunk by chunk, in the
//! server or in a separate process. The domain does the work; here is when, how much at once, and
//! for how long.

mod pace;
#[cfg(test)]
mod tests;
mod worker;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::domain::Service;
use crate::model::JobKind;
use worker::Worker;

/// The number of workers, and their lease.
#[derive(Debug, Clone, Copy)]
pub struct WorkerSettings {
    /// Jobs processed at once. On SQLite more workers do not write faster, but a large job does not
    /// delay a small one.
    pub workers: usize,
    /// How long a worker may go without a step before others take its job: the delay that a crash
    /// causes.
    pub lease: Duration,
}

/// Told of every chunk processed: the kind of the job and the number of records.
pub type Observer = Arc<dyn Fn(JobKind, usize) + Send + Sync>;

/// Running workers. When dropped, each finishes its chunk and releases its job.
pub struct Workers {
    stop: Arc<AtomicBool>,
    service: Service,
    threads: Vec<JoinHandle<()>>,
}

impl Workers {
    /// Starts them.
    ///
    /// # Errors
    /// When a thread cannot be started.
    pub fn start(service: &Service, settings: WorkerSettings, observer: &Observer) -> io::Result<Self> {
        let mut workers =
            Self { stop: Arc::new(AtomicBool::new(false)), service: service.clone(), threads: Vec::new() };
        for number in 0..settings.workers {
            let worker = Worker::new(service.clone(), settings.lease, Arc::clone(observer), Arc::clone(&workers.stop));
            let thread = std::thread::Builder::new().name(format!("lrs-job-{number}")).spawn(move || worker.run())?;
            workers.threads.push(thread);
        }
        Ok(workers)
    }

    /// Lets each worker finish its chunk and release its job, and waits for that.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.service.wake_workers();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}
