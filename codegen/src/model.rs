//! What resolving gives: a plain model of one service, in which nothing of WSDL is left.

use std::path::PathBuf;

use crate::bindings::ServiceBinding;

/// A qualified name.
pub type Name = (String, String);

/// One service, resolved.
#[derive(Debug)]
pub struct Service {
    /// The WSDL's file name without extension.
    pub name: String,
    /// Target namespace of the definitions.
    pub namespace: String,
    /// Name of the port type.
    pub port_type: String,
    /// What the bindings file says.
    pub binding: ServiceBinding,
    /// Operations in the order of the port type.
    pub operations: Vec<Operation>,
    /// Structured types, each after those that it uses.
    pub structs: Vec<Struct>,
    /// Types that are a choice of words.
    pub enums: Vec<Enum>,
    /// The WSDL first, then its schemas, each after those that it imports.
    pub files: Vec<PathBuf>,
}

impl Service {
    /// The names that the root of an operation's request may have, its own first.
    pub fn roots(&self, operation: &Operation) -> Vec<Name> {
        let (namespace, local) = &operation.input.element;
        let others = &self.binding.other_root_namespaces;
        std::iter::once(namespace).chain(others).map(|namespace| (namespace.clone(), local.clone())).collect()
    }
}

/// One operation.
#[derive(Debug)]
pub struct Operation {
    /// Its name.
    pub name: String,
    /// SOAPAction of the binding.
    pub action: String,
    /// What it does.
    pub documentation: String,
    /// What is asked.
    pub input: Message,
    /// What is answered.
    pub output: Message,
}

/// The global element that a message consists of.
#[derive(Debug, Clone)]
pub struct Message {
    /// Namespace and name of the element.
    pub element: Name,
    /// Index of its type among the structs.
    pub content: usize,
}

/// A structured type.
#[derive(Debug)]
pub struct Struct {
    /// Name in Rust.
    pub rust: String,
    /// Name in the contract; for the type of an element without type name, the element's.
    pub name: Name,
    /// What it is.
    pub documentation: String,
    /// Children in order, those of the base first.
    pub fields: Vec<Field>,
    /// Whether it borrows from the document.
    pub borrows: bool,
}

/// A choice of words.
#[derive(Debug)]
pub struct Enum {
    /// Name in Rust.
    pub rust: String,
    /// Name in the contract.
    pub name: Name,
    /// What it is.
    pub documentation: String,
    /// The words.
    pub values: Vec<String>,
}

/// A child element.
#[derive(Debug)]
pub struct Field {
    /// Name in Rust.
    pub rust: String,
    /// Local name.
    pub local: String,
    /// Namespace; empty where it is unqualified.
    pub namespace: String,
    /// What it is.
    pub documentation: String,
    /// What it holds.
    pub kind: Kind,
    /// Least number of occurrences.
    pub min: u32,
    /// Greatest number of occurrences, where there is one.
    pub max: Option<u32>,
    /// Whether it may be nil.
    pub nillable: bool,
    /// Whether it is left out rather than nil (`EmitDefaultValue="false"`).
    pub omitted: bool,
    /// Whether it may not be missing.
    pub required: bool,
    /// The facet type that it is held to.
    pub facet: Option<String>,
    /// Name of its type as people know it.
    pub type_name: String,
}

/// What an element holds.
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
    /// A UTF-16 unit as a number, as DataContract has it.
    Char,
    /// The enum with this index.
    Enum(usize),
    /// The struct with this index.
    Struct(usize),
}
