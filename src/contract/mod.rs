//! The contract, compiled from `wsdl/` and `schemas/` at build time: message types, readers,
//! writers, traits and dispatch. Only the types of its static description are written by hand.

#[allow(
    missing_docs,
    clippy::all,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "compiled text is judged by its tests; what it documents comes from the contract"
)]
mod compiled {
    use super::{Element, Operation, Service};

    include!(concat!(env!("OUT_DIR"), "/contract.rs"));
}

pub use compiled::{SERVICES, external_service, facet, learner_service, learner_service_r9};

mod strict;
#[cfg(test)]
mod tests;

pub use strict::first_fault;

/// The contract as a readable listing; a test compares it with `wsdl/contract.txt`.
pub const LISTING: &str = include_str!(concat!(env!("OUT_DIR"), "/contract.txt"));

/// A service, as described by its WSDL.
#[derive(Debug, Clone, Copy)]
pub struct Service {
    /// The name, also that of the WSDL.
    pub name: &'static str,
    /// The path of the endpoint.
    pub path: &'static str,
    /// The target namespace of the definitions.
    pub namespace: &'static str,
    /// The name of the port type.
    pub port_type: &'static str,
    /// The shape of its faults: `miap` or `domain` (rules.md 3.4).
    pub fault: &'static str,
    /// The operations, in port type order.
    pub operations: &'static [Operation],
    /// File names and texts: the WSDL first, then each schema after those that it imports.
    pub documents: &'static [(&'static str, &'static str)],
}

/// An operation of a service.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    /// The name.
    pub name: &'static str,
    /// The SOAPAction, which may be empty.
    pub soap_action: &'static str,
    /// What the operation does.
    pub documentation: &'static str,
    /// The request element.
    pub input: Element,
    /// The response element.
    pub output: Element,
}

/// An element and its possible content.
#[derive(Debug, Clone, Copy)]
pub struct Element {
    /// The local name.
    pub name: &'static str,
    /// The namespace; empty if the element is unqualified.
    pub namespace: &'static str,
    /// The name of its type.
    pub type_name: &'static str,
    /// The minimum number of occurrences.
    pub min: u32,
    /// The maximum number of occurrences; `None` if unbounded.
    pub max: Option<u32>,
    /// Whether it may be nil.
    pub nillable: bool,
    /// Whether it is mandatory.
    pub required: bool,
    /// The facet type that restricts its text.
    pub facet: Option<&'static str>,
    /// Its meaning, limits and codes.
    pub documentation: &'static str,
    /// The allowed values, if the schema enumerates them.
    pub values: &'static [&'static str],
    /// Checks a text against the element's type, but not its facet. The error is what Xerces would
    /// report.
    pub check: fn(&str) -> Result<(), String>,
    /// The children in order; empty if the element holds text.
    pub children: &'static [Element],
}
