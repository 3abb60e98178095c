//! `lrs wsdl`: prints contracts and sample requests.

use clap::{Subcommand, ValueEnum};
use std::io::Write;

use super::caller::Role;
use super::config;
use super::failure::Failure;
use crate::client::envelope::{self, Secrets};
use crate::client::fields::{Content, Field, Node};
use crate::client::{Found, find, find_service};
use crate::contract::{Element, Operation, SERVICES, Service};
use crate::manual;

/// Show a contract, or a sample request
#[derive(Debug, Subcommand)]
pub enum Wsdl {
    /// Print the WSDL document of a web service, including its schemas
    #[command(after_help = "\
The service's address is taken from server.public_url.

The published contract puts the fields of LearnerService's fault in a namespace, but replies send them without one. --faults as-sent describes
them as sent, so that generated clients (JAX-WS, gSOAP, Axis, .NET) can read them.

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
    /// Print a sample request of an operation, with every field
    #[command(after_help = "\
The organisation and password come from the environment (PROVIDER_UKPRN, PROVIDER_ORGREF, PROVIDER_PASSWORD; AO_... for ExternalService),
which demo.env sets, so the request can be sent unchanged. Otherwise they are made up.

Example:
  lrs wsdl sample learnerByDemographics > request.xml
  curl --cacert \"$LRS_CA\" --cert \"$PROVIDER_CERT\" -H 'Content-Type: text/xml; charset=utf-8' -d @request.xml \\
    \"$LRS_URL/LearnerService.svc\"")]
    Sample {
        /// The operation, such as learnerByDemographics
        operation: String,
        /// The web service, if several have an operation of this name
        #[arg(long)]
        service: Option<String>,
    },
}

/// How a contract describes faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Faults {
    /// As in the published contract
    #[default]
    Contract,
    /// As replies have them
    AsSent,
}

/// Runs the command.
pub fn run(wsdl: Wsdl, out: &mut impl Write) -> Result<(), Failure> {
    match wsdl {
        Wsdl::Show { service, faults, config } => {
            let service = find_service(SERVICES, &service)?;
            let url = config.load()?.server.public_url;
            let address = format!("{}{}", url.trim_end_matches('/'), service.path);
            let faults = match faults {
                Faults::Contract => manual::Faults::Contract,
                Faults::AsSent => manual::Faults::AsSent,
            };
            let text = manual::in_one(service, &address, faults);
            Ok(out.write_all(text.as_bytes())?)
        }
        Wsdl::Sample { operation, service } => {
            let Found { service, operation } = find(SERVICES, &operation, service.as_deref())?;
            let text = sample_request(service, operation, |name| std::env::var(name).ok())?;
            Ok(out.write_all(text.as_bytes())?)
        }
    }
}

/// A request with the credentials that the environment has for the web service's role.
fn sample_request(
    service: &Service,
    operation: &'static Operation,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<String, Failure> {
    let role = if service.name == "ExternalService" { Role::Awarding } else { Role::Provider };
    let mut known = Vec::new();
    role.credentials(&environment).fill(&operation.input, &mut known);
    Ok(envelope::write(&sample(&operation.input, &mut Vec::new(), &known), Secrets::Written)?)
}

/// An element with one of each of its children. `path` leads to it, without the root.
fn sample(element: &'static Element, path: &mut Vec<String>, known: &[Field]) -> Node {
    let content = if element.children.is_empty() {
        let field = known.iter().find(|field| field.path == *path);
        Content::Text(field.map_or_else(|| manual::sample(element), |field| &field.value).to_owned())
    } else {
        let member = |child: &'static Element| {
            path.push(child.name.to_owned());
            let node = sample(child, path, known);
            path.pop();
            node
        };
        Content::Members(element.children.iter().map(member).collect())
    };
    Node { element, content }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

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
