//! What developers need to know about the web services: their contracts, and of each operation its
//! fields, its codes, an example. The single source of `lrs call OPERATION --help`,
//! `docs/operations.md` and the pages for developers. The rules themselves belong elsewhere.

mod example;
mod field;
mod lists;
pub mod look;
mod markdown;
mod page;
mod published;
mod sample;
#[cfg(test)]
mod tests;
mod text;

pub use self::example::Example;
pub use self::field::Field;
pub use self::lists::Choice;
pub use self::markdown::markdown;
pub use self::page::page;
pub use self::published::{Faults, file, has_other_faults, in_one, in_parts, schema};
pub use self::sample::sample;
pub use self::text::text;

use crate::contract::{Operation, SERVICES, Service};
use crate::domain::codes::{self, ResponseCode};

/// The manual entry of an operation.
#[derive(Debug)]
pub struct Entry {
    /// The service that the operation belongs to.
    pub service: &'static Service,
    /// The operation.
    pub operation: &'static Operation,
    /// The request fields that hold a value, in the order of the contract.
    pub fields: Vec<Field>,
    /// The codes that it can return, except those that every operation can return.
    pub codes: Vec<&'static ResponseCode>,
    /// An example request and its reply.
    pub example: Option<Example>,
}

impl Entry {
    /// The entry of an operation.
    pub fn of(service: &'static Service, operation: &'static Operation) -> Entry {
        let answers = |code: &&ResponseCode| code.operations.contains(&operation.name);
        Entry {
            service,
            operation,
            fields: field::all(&operation.input),
            codes: codes::ALL.iter().filter(answers).collect(),
            example: Example::of(service.name, operation.name),
        }
    }
}

/// The web services.
pub const fn services() -> &'static [Service] {
    SERVICES
}

/// The web service of this name.
pub fn service(name: &str) -> Option<&'static Service> {
    SERVICES.iter().find(|service| service.name == name)
}

/// The entry of an operation by its service's name and its own.
pub fn entry(service: &str, operation: &str) -> Option<Entry> {
    let service = self::service(service)?;
    let operation = service.operations.iter().find(|each| each.name == operation)?;
    Some(Entry::of(service, operation))
}

/// The entries of a service, in the order of its contract.
pub fn entries(service: &'static Service) -> impl Iterator<Item = Entry> {
    service.operations.iter().map(move |operation| Entry::of(service, operation))
}

/// The codes that any operation can return.
pub fn common_codes() -> impl Iterator<Item = &'static ResponseCode> {
    codes::ALL.iter().filter(|code| code.operations.is_empty())
}
