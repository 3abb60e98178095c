//! `lrs wsdl`: the contract for people and their tools.

use clap::Subcommand;
use std::io::Write;

use super::call::envelope::{self, Secrets};
use super::call::fields::{Content, Node};
use super::call::{Found, find};
use super::failure::Failure;
use crate::contract::{Element, SERVICES};

/// Show a contract, or a sample request
#[derive(Debug, Subcommand)]
pub enum Wsdl {
    /// Print the WSDL document of a service, with its schemas inside
    #[command(after_help = "Example:\n  lrs wsdl show LearnerService > LearnerService.wsdl")]
    Show {
        /// LearnerService, LearnerServiceR9 or ExternalService
        service: String,
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

/// Runs the verb.
pub fn run(verb: Wsdl, out: &mut impl Write) -> Result<(), Failure> {
    match verb {
        Wsdl::Show { service: _ } => Ok(()),
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
        Content::Text(sample_text(element).to_owned())
    } else {
        Content::Members(element.children.iter().map(sample).collect())
    };
    Node { element, content }
}

/// A text that the element's type accepts; the people in samples do not exist.
fn sample_text(element: &Element) -> &'static str {
    match element.facet.unwrap_or(element.type_name) {
        _ => "?",
    }
}
