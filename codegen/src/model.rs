//! The resolved model of a service, which no longer depends on WSDL.

use std::path::PathBuf;

use crate::bindings::ServiceBinding;

/// A qualified name: namespace and local name.
pub type Name = (String, String);

/// A resolved service.
#[derive(Debug)]
pub struct Service {
    /// The WSDL's file name without extension.
    pub name: String,
    /// The target namespace of the definitions.
    pub namespace: String,
    /// The name of the port type.
    pub port_type: String,
    /// Its row in the bindings file.
    pub binding: ServiceBinding,
    /// The operations, in port type order.
    pub operations: Vec<Operation>,
    /// The structured types, each after those that it uses.
    pub structs: Vec<Struct>,
    /// The enumerated types.
    pub enums: Vec<Enum>,
    /// The WSDL first, then its schemas, each after those that it imports.
    pub files: Vec<PathBuf>,
}

impl Service {
    /// The accepted names of an operation's request element, its own first.
    pub fn roots(&self, operation: &Operation) -> Vec<Name> {
        let (namespace, local) = &operation.input.element;
        let others = &self.binding.other_root_namespaces;
        std::iter::once(namespace).chain(others).map(|namespace| (namespace.clone(), local.clone())).collect()
    }
}

/// An operation.
#[derive(Debug)]
pub struct Operation {
    /// The name.
    pub name: String,
    /// The SOAPAction of the binding.
    pub action: String,
    /// What it does.
    pub documentation: String,
    /// The request.
    pub input: Message,
    /// The reply.
    pub output: Message,
}

/// The global element that a message consists of.
#[derive(Debug, Clone)]
pub struct Message {
    /// The namespace and name of the element.
    pub element: Name,
    /// The index of its type among the structs.
    pub content: usize,
}

/// A structured type.
#[derive(Debug)]
pub struct Struct {
    /// The name in Rust.
    pub rust: String,
    /// The name in the contract; for an anonymous type, the element's name.
    pub name: Name,
    /// Its documentation.
    pub documentation: String,
    /// The children in order, those of the base type first.
    pub fields: Vec<Field>,
    /// Whether it borrows from the document.
    pub borrows: bool,
}

/// An enumerated type.
#[derive(Debug)]
pub struct Enum {
    /// The name in Rust.
    pub rust: String,
    /// The name in the contract.
    pub name: Name,
    /// Its documentation.
    pub documentation: String,
    /// The values.
    pub values: Vec<String>,
}

/// A child element.
#[derive(Debug)]
pub struct Field {
    /// The name in Rust.
    pub rust: String,
    /// The local name.
    pub local: String,
    /// The namespace; empty if unqualified.
    pub namespace: String,
    /// Its documentation.
    pub documentation: String,
    /// The type of its content.
    pub kind: Kind,
    /// The minimum number of occurrences.
    pub min: u32,
    /// The maximum number of occurrences; `None` if unbounded.
    pub max: Option<u32>,
    /// Whether it may be nil.
    pub nillable: bool,
    /// Whether an absent value is omitted rather than written as nil (`EmitDefaultValue="false"`).
    pub omitted: bool,
    /// Whether it is mandatory.
    pub required: bool,
    /// The facet type that restricts it.
    pub facet: Option<String>,
    /// The name of its type in the contract.
    pub type_name: String,
}

/// The type of an element's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    String,
    /// xs:int.
    Int,
    /// xs:long.
    Long,
    /// xs:boolean.
    Boolean,
    /// xs:float.
    Float,
    /// xs:dateTime.
    DateTime,
    /// xs:base64Binary.
    Base64,
    /// A UTF-16 code unit as a number, as in DataContract.
    Char,
    /// The enum with this index.
    Enum(usize),
    /// The struct with this index.
    Struct(usize),
}
