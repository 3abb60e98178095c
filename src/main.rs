//! The `lrs` program.

use clap::Parser;
use learning_records::cli::{self, Cli};
use learning_records::ops;
use std::process::ExitCode;

/// A call makes some hundred small allocations on one thread and frees some of them on another.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let outcome = cli::run(Cli::parse(), &mut std::io::stdout());
    ops::flush_log();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if let Some(message) = failure.message() {
                eprintln!("lrs: {message}");
            }
            failure.exit_code()
        }
    }
}
