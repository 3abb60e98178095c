//! The `lrs` program, and its memory allocator.
//!
//! **Warning: the allocator's settings are delicate.** A call makes about a hundred small
//! allocations on one thread and frees some of them on another. mimalloc does that with fewer locks
//! than the system's allocator.
//!
//! ```text
//!  allocate ──► block of the thread's own heap ──► freed by the same thread: reused at once
//!                                               └► freed by another: queued for its owner, no lock
//! ```
//!
//! * `no_thp` (`Cargo.toml`) asks the system for no huge pages. It came with other changes that
//!   together cut the extra memory of a batch of 10,000 achievements from 47 to 31 MiB. Huge pages
//!   gave the load bench no measurable gain (`docs/speed.md`).
//! * Only this program sets it. `lrs-check` and the tests use the system's allocator, so that a
//!   figure of theirs says nothing about `lrs`.
//!
//! When you change it, or update the crate, run `make bench` for `load` and `achievements`, and
//! `make fairness` (memory held by bodies), against the old build in the same run.

use clap::Parser;
use learning_records::cli::{self, Cli};
use std::process::ExitCode;

/// Why not the system's: see the top of this file.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match cli::run(Cli::parse(), &mut std::io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if let Some(message) = failure.message() {
                eprintln!("lrs: {message}");
            }
            failure.exit_code()
        }
    }
}
