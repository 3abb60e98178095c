//! Resolves every qualified name by the bindings in scope at its position, and flattens extensions,
//! base first. This file covers the service, its operations and messages; `types` covers their
//! content.

mod types;

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::bindings::{Bindings, ServiceBinding};
use crate::error::{At, Error};
use crate::facets::Facet;
use crate::model::{Enum, Kind, Message, Name, Operation, Service, Struct};
use crate::naming;
use crate::scoped::Scoped;
use crate::source::{Documents, SchemaDocument};
use crate::xsd::{ComplexType, Element, SimpleType};

const XS: &str = "http://www.w3.org/2001/XMLSchema";

/// Resolves a WSDL.
pub fn service(
    name: &str,
    documents: Documents,
    bindings: &Bindings,
    facets: &BTreeMap<String, Facet>,
) -> Result<Service, Error> {
    Resolver::new(name, &documents, bindings, facets)?.run()
}

/// The schema that contains a declaration.
#[derive(Clone, Copy)]
struct Home<'d> {
    file: &'d PathBuf,
    namespace: &'d str,
    qualified: bool,
}

impl Home<'_> {
    fn at(self, position: &str) -> At {
        At { file: self.file.clone(), position: position.to_owned() }
    }
}

/// A declaration in a schema.
type Declared<'d, T> = (&'d Scoped<T>, Home<'d>);

struct Resolver<'d> {
    name: &'d str,
    documents: &'d Documents,
    bindings: &'d Bindings,
    facets: &'d BTreeMap<String, Facet>,
    binding: ServiceBinding,
    elements: BTreeMap<Name, Declared<'d, Element>>,
    complex: BTreeMap<Name, Declared<'d, ComplexType>>,
    simple: BTreeMap<Name, Declared<'d, SimpleType>>,
    structs: Vec<Struct>,
    enums: Vec<Enum>,
    known: BTreeMap<(bool, Name), Kind>,
    open: Vec<(bool, Name)>,
}

impl<'d> Resolver<'d> {
    fn new(
        name: &'d str,
        documents: &'d Documents,
        bindings: &'d Bindings,
        facets: &'d BTreeMap<String, Facet>,
    ) -> Result<Self, Error> {
        let mut resolver = Resolver {
            name,
            documents,
            bindings,
            facets,
            binding: bindings.service(name)?.clone(),
            elements: BTreeMap::new(),
            complex: BTreeMap::new(),
            simple: BTreeMap::new(),
            structs: Vec::new(),
            enums: Vec::new(),
            known: BTreeMap::new(),
            open: Vec::new(),
        };
        for document in &documents.schemas {
            resolver.declare(document);
        }
        Ok(resolver)
    }

    fn declare(&mut self, document: &'d SchemaDocument) {
        let schema = &document.schema.inner;
        let namespace = schema.target_namespace.as_deref().unwrap_or("");
        let qualified = schema.element_form_default.as_deref() == Some("qualified");
        let home = Home { file: &document.file, namespace, qualified };
        let name = |local: &Option<String>| (namespace.to_owned(), local.clone().unwrap_or_default());
        for item in &schema.elements {
            self.elements.insert(name(&item.inner.name), (item, home));
        }
        for item in &schema.complex_types {
            self.complex.insert(name(&item.inner.name), (item, home));
        }
        for item in &schema.simple_types {
            self.simple.insert(name(&item.inner.name), (item, home));
        }
    }

    fn run(mut self) -> Result<Service, Error> {
        let definitions = &self.documents.definitions.inner;
        let [port_type] = definitions.port_types.as_slice() else {
            return Err(self.document("1:1", "a WSDL with exactly one port type is expected"));
        };
        let mut operations = Vec::new();
        for operation in &port_type.operations {
            let (Some(input), Some(output)) = (operation.input.first(), operation.output.first()) else {
                return Err(self.document(&operation.at, "an operation with one input and one output is expected"));
            };
            operations.push(Operation {
                name: operation.name.clone(),
                action: self.action(&operation.name, &operation.at)?,
                documentation: fold(operation.documentation.as_deref().unwrap_or("")),
                input: self.message(input)?,
                output: self.message(output)?,
            });
        }
        self.tell_names_apart(&operations);
        let at = self.wsdl_at("1:1");
        let service = Service {
            name: self.name.to_owned(),
            namespace: definitions.target_namespace.clone(),
            port_type: port_type.name.clone(),
            binding: self.binding,
            operations,
            structs: self.structs,
            enums: self.enums,
            files: self.documents.files.clone(),
        };
        distinct_roots(&service, at)?;
        Ok(service)
    }

    fn action(&self, operation: &str, at: &str) -> Result<String, Error> {
        let bound = self.documents.definitions.inner.bindings.iter().flat_map(|binding| &binding.operations);
        match bound.filter(|bound| bound.name == operation).find_map(|bound| bound.soap.as_ref()) {
            Some(soap) => Ok(soap.action.clone().unwrap_or_default()),
            None => Err(self.unknown(self.wsdl_at(at), "binding of operation", operation)),
        }
    }

    fn message(&mut self, carried: &'d Scoped<crate::wsdl::Carried>) -> Result<Message, Error> {
        let at = self.wsdl_at(&carried.inner.at);
        let (_, local) = qualified_name(&carried.scope, &carried.inner.message, &at)?;
        let Some(message) = self.documents.definitions.inner.messages.iter().find(|message| message.name == local)
        else {
            return Err(self.unknown(at, "message", &local));
        };
        let [part] = message.parts.as_slice() else {
            return Err(self.document(&carried.inner.at, "a message with exactly one part is expected"));
        };
        let at = self.wsdl_at(&part.inner.at);
        let Some(element) = &part.inner.element else {
            return Err(Error::Unsupported { at, construct: "a message part without element (rpc style)".to_owned() });
        };
        let element = qualified_name(&part.scope, element, &at)?;
        let Some(&declared) = self.elements.get(&element) else {
            return Err(self.unknown(at, "element", &element.1));
        };
        match self.kind_of_element(declared, &element)? {
            Kind::Struct(content) => Ok(Message { element, content }),
            _ => Err(Error::Unsupported { at, construct: "a message element that is no structured type".to_owned() }),
        }
    }

    /// Prefixes types of the same name in several namespaces with the last part of their namespace.
    ///
    /// Those in the messages' own namespaces keep their names.
    fn tell_names_apart(&mut self, operations: &[Operation]) {
        let mut count: BTreeMap<String, usize> = BTreeMap::new();
        let names = self.structs.iter().map(|item| &item.rust).chain(self.enums.iter().map(|item| &item.rust));
        for name in names {
            *count.entry(name.clone()).or_default() += 1;
        }
        let ambiguous = |name: &str, namespace: &String| {
            count.get(name).is_some_and(|&times| times > 1)
                && !operations.iter().any(|operation| operation.input.element.0 == *namespace)
        };
        for item in &mut self.structs {
            if ambiguous(&item.rust, &item.name.0) {
                item.rust = naming::short(&item.name.0) + &item.rust;
            }
        }
        for item in &mut self.enums {
            if ambiguous(&item.rust, &item.name.0) {
                item.rust = naming::short(&item.name.0) + &item.rust;
            }
        }
    }

    fn wsdl_at(&self, position: &str) -> At {
        At { file: self.documents.file.clone(), position: position.to_owned() }
    }

    fn document(&self, position: &str, reason: &str) -> Error {
        Error::Document { at: self.wsdl_at(position), reason: reason.to_owned() }
    }

    fn unknown(&self, at: At, kind: &'static str, name: &str) -> Error {
        Error::Unknown { at, kind, name: name.to_owned() }
    }
}

/// Dispatch uses the name of the request's root element, so no two operations may share it (WS-I
/// R2710).
fn distinct_roots(service: &Service, at: At) -> Result<(), Error> {
    let mut owners: BTreeMap<Name, &str> = BTreeMap::new();
    for operation in &service.operations {
        for root in service.roots(operation) {
            if let Some(owner) = owners.insert(root, &operation.name) {
                let reason = format!("{owner} and {} have the same input element", operation.name);
                return Err(Error::Document { at, reason });
            }
        }
    }
    Ok(())
}

/// Resolves a prefixed name by the bindings in scope; a prefix has no meaning of its own.
fn qualified_name(scope: &BTreeMap<String, String>, name: &str, at: &At) -> Result<Name, Error> {
    let (prefix, local) = name.trim().split_once(':').unwrap_or(("", name.trim()));
    match scope.get(prefix) {
        Some(namespace) => Ok((namespace.clone(), local.to_owned())),
        None if prefix.is_empty() => Ok((String::new(), local.to_owned())),
        None => Err(Error::Unknown { at: at.clone(), kind: "namespace prefix", name: prefix.to_owned() }),
    }
}

fn fold(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
