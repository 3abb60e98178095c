//! The contract: message types, readers, writers, traits and dispatch, all compiled from `wsdl/` and `schemas/` at build
//! time; by hand there are only the shapes of its static description.

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

/// The contract as a listing for people; a test compares it with `wsdl/contract.txt`.
pub const LISTING: &str = include_str!(concat!(env!("OUT_DIR"), "/contract.txt"));

/// A service as its WSDL describes it.
#[derive(Debug, Clone, Copy)]
pub struct Service {
    /// Name, which is also that of its WSDL.
    pub name: &'static str,
    /// Path of its endpoint.
    pub path: &'static str,
    /// Target namespace of the definitions.
    pub namespace: &'static str,
    /// Name of the port type.
    pub port_type: &'static str,
    /// Shape of its faults: `miap` or `domain` (rules.md 3.4).
    pub fault: &'static str,
    /// Operations in the order of the port type.
    pub operations: &'static [Operation],
    /// File names and texts: the WSDL first, then its schemas, each after those that it imports.
    pub documents: &'static [(&'static str, &'static str)],
}

/// An operation of a service.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    /// Name.
    pub name: &'static str,
    /// SOAPAction, which may be empty.
    pub soap_action: &'static str,
    /// What it does.
    pub documentation: &'static str,
    /// The request element.
    pub input: Element,
    /// The response element.
    pub output: Element,
}

/// An element with all that may stand in it.
#[derive(Debug, Clone, Copy)]
pub struct Element {
    /// Local name.
    pub name: &'static str,
    /// Namespace, empty where the element is unqualified.
    pub namespace: &'static str,
    /// Name of its type.
    pub type_name: &'static str,
    /// Least number of occurrences.
    pub min: u32,
    /// Greatest number of occurrences, where there is one.
    pub max: Option<u32>,
    /// Whether it may be nil.
    pub nillable: bool,
    /// Whether it may not be missing.
    pub required: bool,
    /// The facet type that its text is held to.
    pub facet: Option<&'static str>,
    /// Meaning, limits, codes.
    pub documentation: &'static str,
    /// The words that it may hold, where they are listed in the schema.
    pub values: &'static [&'static str],
    /// Whether a text is a value of its type, or what Xerces says of it; the facet is not looked at.
    pub check: fn(&str) -> Result<(), String>,
    /// Its children in order; none where it holds text.
    pub children: &'static [Element],
}
