//! `lrs man`: manual pages, made from the texts of `--help`.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use clap::CommandFactory as _;

use super::Cli;
use super::failure::Failure;

/// Print the manual page, or write a page for every command
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  lrs man | man -l -\n  lrs man --dir /usr/local/share/man/man1")]
pub struct Man {
    /// Write lrs.1 and a page for every command (lrs-call.1, lrs-batch-submit.1, ...) to this
    /// folder
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// Runs the command.
pub fn run(man: &Man, out: &mut impl Write) -> Result<(), Failure> {
    let Some(dir) = &man.dir else {
        return Ok(clap_mangen::Man::new(Cli::command()).render(out)?);
    };
    fs::create_dir_all(dir)
        .and_then(|()| clap_mangen::generate_to(Cli::command(), dir))
        .map_err(|error| Failure::doing(&format!("Cannot write the pages to {}", dir.display()), error))?;
    Ok(writeln!(out, "The manual pages are in {}: man {}", dir.display(), dir.join("lrs.1").display())?)
}
