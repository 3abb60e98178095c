//! `lrs worker`: workers in a process of their own.

use std::io::Write;
use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};

use super::failure::Failure;
use super::{config, setup, stop, workers};
use crate::ops;
use crate::workers::Observer;

/// Process batches in a separate process
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Workers share the queue in the configured database with all other workers. To leave all batches to them, run 'lrs serve --workers 0'.
SIGTERM or SIGINT stops the process: it finishes the current chunk and hands its jobs back to the queue.

Example:
  lrs worker --config /etc/lrs/lrs.toml --workers 4")]
pub struct Worker {
    /// Number of batches to process at once
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    workers: Option<u16>,
    #[command(flatten)]
    config: config::File,
}

/// Runs the command.
pub fn run(worker: &Worker, out: &mut impl Write) -> Result<(), Failure> {
    let mut sources = worker.config.sources();
    if let Some(workers) = worker.workers {
        sources = sources.with_flag("jobs.workers", workers.to_string());
    }
    let config = config::load(&sources)?;
    if config.jobs.workers == 0 {
        return Err(Failure::Usage("jobs.workers is 0. Set it, or give --workers N.".to_owned()));
    }
    ops::init_log(&config.log);
    // Each connection to the database needs open files.
    ops::raise_open_files();
    let database = setup::open_existing(&config)?;
    setup::check_migrated(&database)?;
    setup::check_writable(&database)?;
    let service = setup::service(&config, database);
    let observer: Observer = Arc::new(|kind, records| log::debug!("processed {records} records of kind {kind}"));
    let running = workers::start(&service, config.jobs, &observer)?;
    writeln!(out, "Process {1} runs {0} workers.", config.jobs.workers, std::process::id())?;
    out.flush()?;
    let stopped = until_signal();
    stop::within_limit();
    running.stop();
    service.database().close();
    stopped.map_err(|error| Failure::doing("Cannot receive signals", error))
}

fn until_signal() -> std::io::Result<()> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        std::future::poll_fn(|context| {
            if terminate.poll_recv(context).is_ready() || interrupt.poll_recv(context).is_ready() {
                std::task::Poll::Ready(())
            } else {
                std::task::Poll::Pending
            }
        })
        .await;
        Ok(())
    })
}
