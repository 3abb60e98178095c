//! `lrs call`: a client of the service. It takes an operation's fields by name, sends them over
//! mutual TLS, and prints the request, the reply and the meaning of its code.

mod arguments;
#[cfg(test)]
mod tests;

use clap::{Args as _, FromArgMatches as _};
use std::io::Write;

use super::caller::CallerFlags;
use super::failure::Failure;
use crate::client::envelope::{self, Secrets};
use crate::client::{ClientError, Found, Replied, fields, fill_usual_values, find};
use crate::contract::SERVICES;
use crate::domain::codes;
use crate::manual::{self, Entry};

/// Call an operation of the service
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Fields have the contract's names ('lrs call OPERATION --help' explains them). Use dots for nested fields, and repeat a \
field to send a list. Defaults: FindType FUL, getType FULL, userType ORG, vendorID 1, language ENG; credentials come from \
options or the environment. Other required fields that are omitted are sent as nil. Printed passwords are masked.

Examples:
  lrs call learnerByULN --help
  lrs call learnerByULN --ULN 1000000000 --FamilyName Example --GivenName Ada
  lrs call registerSingleLearner --Learner.GivenName Ada --Learner.FamilyName Example ...
  lrs call retrieveULNs --ULNsToRetrieve.ULN 1000000000 --ULNsToRetrieve.ULN 1000000019
  lrs call --as awarding verifyLearner --LearnerToVerify.ULN 1000000000 ...

Exit code: 0 for a reply, 1 for a fault or no reply, 2 if the command line is invalid.")]
#[command(disable_help_flag = true)]
pub struct Call {
    #[command(flatten)]
    options: Options,
    /// The operation, such as learnerByULN
    #[arg(required_unless_present = "help")]
    operation: Option<String>,
    /// The operation's fields
    #[arg(value_name = "--FIELD VALUE", trailing_var_arg = true, allow_hyphen_values = true)]
    fields: Vec<String>,
}

/// Options, before the operation or between its fields.
#[derive(Debug, Default, clap::Args)]
struct Options {
    /// Print help; with an operation, its fields, codes and an example
    #[arg(short, long)]
    help: bool,
    /// The web service, if several have an operation of this name
    #[arg(long)]
    service: Option<String>,
    #[command(flatten)]
    caller: CallerFlags,
}

/// Runs the command.
pub fn run(mut call: Call, out: &mut impl Write) -> Result<(), Failure> {
    let arguments = call.options.take_from(call.fields)?;
    let Options { help, service, caller } = call.options;
    let Some(name) = call.operation else {
        return Ok(write!(out, "{}", Call::augment_args(clap::Command::new("lrs call")).render_long_help())?);
    };
    let found = find(SERVICES, &name, service.as_deref())?;
    let Found { service, operation } = found;
    if help {
        return Ok(write!(out, "{}", manual::text(&Entry::of(service, operation)))?);
    }
    let mut given = arguments::parse(&arguments).map_err(|error| Failure::Usage(error.to_string()))?;

    let client = caller.resolve(|name| std::env::var(name).ok())?;
    client.credentials.fill(&operation.input, &mut given);
    fill_usual_values(&operation.input, &mut given);
    let request = fields::arrange(&operation.input, &given).map_err(ClientError::from)?;

    writeln!(out, "Request to {}.{}:\n", service.name, operation.name)?;
    out.write_all(envelope::write(&request, Secrets::Masked)?.as_bytes())?;
    let Replied { status, reply } = client.send(&found, &request)?;
    writeln!(out, "\nReply, HTTP status {status}:\n\n{}\n", reply.text)?;
    let meanings = reply.meanings(|code| codes::lookup(code).map(|entry| entry.meaning));
    for meaning in &meanings {
        writeln!(out, "{meaning}")?;
    }
    if !reply.is_fault {
        return Ok(());
    }
    if let Some(details) = reply.fault_details()
        && !meanings.iter().any(|meaning| meaning.ends_with(&details))
    {
        writeln!(out, "{details}")?;
    }
    Err(Failure::Fault)
}

impl Options {
    /// Takes the command's own options out of the arguments after the operation, and returns the
    /// remaining fields.
    fn take_from(&mut self, words: Vec<String>) -> Result<Vec<String>, Failure> {
        let command =
            Options::augment_args(clap::Command::new("lrs call")).no_binary_name(true).disable_help_flag(true);
        let own: Vec<String> =
            command.get_arguments().filter_map(|option| Some(format!("--{}", option.get_long()?))).collect();
        let is_flag = |name: &str| matches!(name, "-h" | "--help");

        let (mut options, mut fields) = (Vec::new(), Vec::new());
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            let name = word.split_once('=').map_or(word.as_str(), |(name, _)| name);
            let joined = name.len() < word.len();
            let alone = joined || is_flag(name);
            let list =
                if is_flag(name) || own.iter().any(|option| option == name) { &mut options } else { &mut fields };
            list.push(word);
            if !alone {
                list.extend(words.next());
            }
        }
        let matches = command.try_get_matches_from(options).map_err(|error| Failure::Usage(error.to_string()))?;
        // Otherwise an option before the operation would be reset if it is not repeated here.
        let asked = self.help;
        self.update_from_arg_matches(&matches).map_err(|error| Failure::Usage(error.to_string()))?;
        self.help |= asked;
        Ok(fields)
    }
}
