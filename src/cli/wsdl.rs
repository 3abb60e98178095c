//! `lrs wsdl`: the contract for people and their tools.

use clap::{Subcommand, ValueEnum};
use std::io::Write;

use super::call::envelope::{self, Secrets};
use super::call::fields::{Content, Node};
use super::call::{Found, find, find_service};
use super::config;
use super::failure::Failure;
use crate::contract::{Element, SERVICES};
use crate::manual;
use crate::soap::pages;

/// Show a contract, or a sample request
#[derive(Debug, Subcommand)]
pub enum Wsdl {
    /// Print the WSDL document of a service, with its schemas inside
    #[command(after_help = "\
The address in it is server.public_url of the configuration.

The contract gives the members of LearnerService's fault a namespace that they do not have in replies. With --faults as-sent it describes
them as they travel: clients generated from it (JAX-WS, gSOAP, Axis, .NET) find the fault's values.

Examples:
  lrs wsdl show LearnerService > LearnerService.wsdl
  lrs wsdl show LearnerService --faults as-sent > LearnerService.wsdl")]
    Show {
        /// LearnerService, LearnerServiceR9 or ExternalService
        service: String,
        /// How the contract describes faults
        #[arg(long, value_enum, default_value_t)]
        faults: Faults,
        #[command(flatten)]
        config: config::File,
    },
    /// Print a request of an operation, with every field
    #[command(after_help = "Example:\n  lrs wsdl sample learnerByDemographics")]
    Sample {
        /// The operation, such as learnerByDemographics
        operation: String,
        /// The service, where several have an operation of this name
        #[arg(long)]
        service: Option<String>,
    },
}

/// How a contract describes faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Faults {
    /// As the contract was published
    #[default]
    Contract,
    /// As they travel
    AsSent,
}

/// Runs the verb.
pub fn run(verb: Wsdl, out: &mut impl Write) -> Result<(), Failure> {
    match verb {
        Wsdl::Show { service, faults, config } => {
            let service = find_service(SERVICES, &service)?;
            let url = config.load()?.server.public_url;
            let address = format!("{}{}", url.trim_end_matches('/'), service.path);
            let faults = match faults {
                Faults::Contract => pages::Faults::Contract,
                Faults::AsSent => pages::Faults::AsSent,
            };
            let text = pages::in_one(service, &address, faults);
            Ok(out.write_all(text.as_bytes())?)
        }
        Wsdl::Sample { operation, service } => {
            let Found { operation, .. } = find(SERVICES, &operation, service.as_deref())?;
            let text = envelope::write(&sample(&operation.input), Secrets::Written)?;
            Ok(out.write_all(text.as_bytes())?)
        }
    }
}

/// An element with one occurrence of everything in it.
fn sample(element: &'static Element) -> Node {
    let content = if element.children.is_empty() {
        Content::Text(manual::sample(element).to_owned())
    } else {
        Content::Members(element.children.iter().map(sample).collect())
    };
    Node { element, content }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::contract::Operation;

    fn request_of(operation: &Operation, service: &str) -> String {
        let mut out = Vec::new();
        run(Wsdl::Sample { operation: operation.name.into(), service: Some(service.into()) }, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn show(service: &str, faults: Faults) -> Wsdl {
        Wsdl::Show { service: service.into(), faults, config: config::File::default() }
    }

    fn elements(element: &Element) -> Vec<&'static str> {
        std::iter::once(element.name).chain(element.children.iter().flat_map(elements)).collect()
    }

    #[test]
    fn a_sample_of_every_operation_has_every_element() {
        for service in SERVICES {
            for operation in service.operations {
                let text = request_of(operation, service.name);
                for name in elements(&operation.input) {
                    assert!(text.contains(&format!("{name}>")), "{} lacks {name}:\n{text}", operation.name);
                }
            }
        }
    }

    #[test]
    fn a_contract_is_shown_by_name_and_an_unknown_one_refused() {
        for service in SERVICES {
            let mut out = Vec::new();
            run(show(&service.name.to_lowercase(), Faults::Contract), &mut out).unwrap();
            let text = String::from_utf8(out).unwrap();
            assert!(
                text.contains(service.port_type) && text.contains(&format!("https://localhost:8443{}", service.path)),
                "{text}"
            );
        }
        let refused = run(show("Learner", Faults::Contract), &mut Vec::new());
        assert!(matches!(refused, Err(Failure::Usage(_))));
    }
}
