//! The `lrs` program.

use clap::Parser;
use learning_records::cli::{self, Cli};
use std::process::ExitCode;

/// A call makes about a hundred small allocations on one thread and frees some of them on another.
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
