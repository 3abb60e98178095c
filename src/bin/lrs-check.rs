//! The program `lrs-check`: `lrs check` on its own, for people who only send files.

use std::process::ExitCode;

use clap::Parser;
use learning_records::cli::check::{self, Check};

/// Check batch files before sending them, and convert spreadsheets
#[derive(Debug, Parser)]
#[command(name = "lrs-check", version, after_help = check::EXAMPLES)]
struct Program {
    #[command(flatten)]
    check: Check,
}

fn main() -> ExitCode {
    match check::run(&Program::parse().check, &mut std::io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if let Some(message) = failure.message() {
                eprintln!("lrs-check: {message}");
            }
            failure.exit_code()
        }
    }
}
