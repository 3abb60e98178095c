//! What a developer must know of each operation: its fields, its codes, a request with its answer. The one source behind
//! `lrs call OPERATION --help`, `docs/operations.md` and the pages of the services; what a rule is stands elsewhere.

mod example;
mod field;
mod lists;
mod markdown;
mod page;
mod sample;
#[cfg(test)]
mod tests;
mod text;

pub use self::example::Example;
pub use self::field::Field;
pub use self::lists::Choice;
pub use self::markdown::markdown;
pub use self::page::page;
pub use self::sample::sample;
pub use self::text::text;

use crate::contract::{Operation, Service};
use crate::domain::codes::{self, ResponseCode};

/// An operation of the manual.
#[derive(Debug)]
pub struct Entry {
    /// The service that has the operation.
    pub service: &'static Service,
    /// The operation.
    pub operation: &'static Operation,
    /// The fields of its request that hold a value, in the order of the contract.
    pub fields: Vec<Field>,
    /// The codes that it can answer with; those that every operation may answer with are not among them.
    pub codes: Vec<&'static ResponseCode>,
    /// A request with its answer.
    pub example: Option<Example>,
}

impl Entry {
    /// What there is to know of an operation.
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

/// The operations of a service, in the order of its contract.
pub fn entries(service: &'static Service) -> impl Iterator<Item = Entry> {
    service.operations.iter().map(move |operation| Entry::of(service, operation))
}

/// The codes that any operation may answer with.
pub fn common_codes() -> impl Iterator<Item = &'static ResponseCode> {
    codes::ALL.iter().filter(|code| code.operations.is_empty())
}
