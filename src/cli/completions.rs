//! `lrs completions`: scripts with which shells complete commands and options of `lrs`.

use std::io::Write;

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::Cli;
use super::failure::Failure;

/// Print the completion script for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  lrs completions bash > ~/.local/share/bash-completion/completions/lrs
  lrs completions fish > ~/.config/fish/completions/lrs.fish")]
pub struct Completions {
    /// The shell
    shell: Shell,
}

/// Runs the command.
pub fn run(completions: &Completions, out: &mut impl Write) -> Result<(), Failure> {
    // Into memory first: the generator panics if it cannot write, and a pipe may be closed.
    let mut script = Vec::new();
    clap_complete::generate(completions.shell, &mut Cli::command(), "lrs", &mut script);
    Ok(out.write_all(&script)?)
}
