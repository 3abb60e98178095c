//! The command line: one file per command. Each turns its arguments into calls of the layers below
//! and prints the outcome in plain English. No rule of the service lives here.

mod audit;
mod backup;
mod batch;
mod call;
mod caller;
mod catalogue;
mod cert;
pub mod check;
mod completions;
mod config;
mod demo;
mod failure;
mod health;
mod learner;
mod maintenance;
mod man;
mod migrate;
mod org;
mod password;
mod serve;
mod setup;
mod slo;
mod stop;
mod user;
mod worker;
mod workers;
mod wsdl;

use clap::{Parser, Subcommand};
use std::io::Write;

use crate::ops;

pub use self::failure::Failure;

/// The Learning Records Service: find, register, update and verify learners, and read their records
#[derive(Debug, Parser)]
#[command(name = "lrs", version, after_help = "To try it: lrs demo")]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Demo),
    Serve(serve::Serve),
    Worker(worker::Worker),
    Migrate(migrate::Migrate),
    #[command(subcommand)]
    Org(org::Org),
    #[command(subcommand)]
    User(user::User),
    #[command(subcommand)]
    Cert(cert::Cert),
    #[command(subcommand)]
    Learner(learner::LearnerCommand),
    #[command(subcommand)]
    Audit(audit::Audit),
    #[command(subcommand)]
    Backup(backup::BackupCommand),
    #[command(subcommand)]
    Catalogue(catalogue::CatalogueCommand),
    Call(call::Call),
    Check(check::Check),
    #[command(subcommand)]
    Batch(batch::Batch),
    #[command(subcommand)]
    Wsdl(wsdl::Wsdl),
    Health(health::Health),
    Slo(slo::Slo),
    #[command(subcommand)]
    Maintenance(maintenance::MaintenanceCommand),
    #[command(subcommand)]
    Config(config::ConfigCommand),
    Man(man::Man),
    Completions(completions::Completions),
}

/// Runs the command.
pub fn run(cli: Cli, out: &mut impl Write) -> Result<(), Failure> {
    // Not every system allows this; carry on regardless.
    let _ = ops::forbid_core_files();
    let outcome = match cli.command {
        Command::Demo(demo) => demo::run(&demo, out),
        Command::Serve(serve) => serve::run(&serve, out),
        Command::Worker(worker) => worker::run(&worker, out),
        Command::Migrate(migrate) => migrate::run(&migrate, out),
        Command::Org(org) => org::run(org, out),
        Command::User(user) => user::run(&user, out),
        Command::Cert(cert) => cert::run(cert, out),
        Command::Learner(command) => learner::run(command, out),
        Command::Audit(command) => audit::run(&command, out),
        Command::Backup(command) => backup::run(&command, out),
        Command::Catalogue(command) => catalogue::run(command, out),
        Command::Call(call) => call::run(call, out),
        Command::Check(check) => check::run(&check, out),
        Command::Batch(batch) => batch::run(batch, out),
        Command::Wsdl(command) => wsdl::run(command, out),
        Command::Health(health) => health::run(&health, out),
        Command::Slo(slo) => slo::run(&slo, out),
        Command::Maintenance(command) => maintenance::run(&command, out),
        Command::Config(command) => config::run(&command, out),
        Command::Man(man) => man::run(&man, out),
        Command::Completions(completions) => completions::run(&completions, out),
    };
    ops::flush_log();
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_says_what_it_does_and_gives_an_example() {
        let mut waiting: Vec<clap::Command> = Cli::command().get_subcommands().cloned().collect();
        while let Some(command) = waiting.pop() {
            assert!(command.get_about().is_some(), "{} says nothing", command.get_name());
            let example = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(command.has_subcommands() || example.contains("lrs "), "{} has no example", command.get_name());
            waiting.extend(command.get_subcommands().cloned());
        }
    }
}
