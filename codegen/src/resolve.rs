//! Resolving: every qualified name by the bindings in scope where it stands, extensions flattened base first, and what
//! comes out is a plain model of one service that nothing of WSDL is left in.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::bindings::{Bindings, ServiceBinding};
use crate::error::{At, Error};
use crate::facets::Facet;
use crate::naming;
use crate::source::{Documents, Scoped};
use crate::xsd::{Annotation, ComplexType, Element, Sequence, SimpleType};

const XS: &str = "http://www.w3.org/2001/XMLSchema";
const SERIALIZATION: &str = "http://schemas.microsoft.com/2003/10/Serialization/";

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
    /// The WSDL first, then its schemas.
    pub files: Vec<PathBuf>,
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

/// Resolves a WSDL.
pub fn service(
    name: &str,
    documents: Documents,
    bindings: &Bindings,
    facets: &BTreeMap<String, Facet>,
) -> Result<Service, Error> {
    Resolver::new(name, &documents, bindings, facets)?.run()
}

/// The schema that a declaration stands in.
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

/// A declaration of a schema.
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

    fn declare(&mut self, document: &'d crate::source::SchemaDocument) {
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
        self.distinct_inputs(&operations)?;
        self.tell_names_apart(&operations);
        Ok(Service {
            name: self.name.to_owned(),
            namespace: definitions.target_namespace.clone(),
            port_type: port_type.name.clone(),
            binding: self.binding,
            operations,
            structs: self.structs,
            enums: self.enums,
            files: self.documents.files.clone(),
        })
    }

    fn action(&self, operation: &str, at: &str) -> Result<String, Error> {
        let bound = self.documents.definitions.inner.bindings.iter().flat_map(|binding| &binding.operations);
        match bound.filter(|bound| bound.name == operation).find_map(|bound| bound.soap.as_ref()) {
            Some(soap) => Ok(soap.action.clone().unwrap_or_default()),
            None => Err(self.unknown(self.wsdl_at(at), "binding of operation", operation)),
        }
    }

    /// Dispatch is by the name of the input element, so no two operations may share one (WS-I R2710).
    fn distinct_inputs(&self, operations: &[Operation]) -> Result<(), Error> {
        for (index, one) in operations.iter().enumerate() {
            if let Some(other) =
                operations.iter().skip(index + 1).find(|other| other.input.element == one.input.element)
            {
                return Err(
                    self.document("1:1", &format!("{} and {} have the same input element", one.name, other.name))
                );
            }
        }
        Ok(())
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

    fn kind_of_element(&mut self, (item, home): Declared<'d, Element>, name: &Name) -> Result<Kind, Error> {
        let element = &item.inner;
        let at = home.at(&element.at);
        match (&element.type_name, &element.complex_type) {
            (Some(type_name), _) => {
                let type_name = qualified_name(&item.scope, type_name, &at)?;
                self.kind_of_type(&type_name, &at)
            }
            (None, Some(anonymous)) => {
                let owner = format!("element:{{{}}}{}", name.0, name.1);
                let text = documentation(&element.annotation);
                self.structure((true, name.clone()), (anonymous, home), vec![owner], text)
            }
            (None, None) => Err(Error::Unsupported { at, construct: "an element without a type".to_owned() }),
        }
    }

    fn kind_of_type(&mut self, name: &Name, at: &At) -> Result<Kind, Error> {
        if let Some(kind) = builtin(name) {
            return Ok(kind);
        }
        if name.0 == XS {
            return Err(Error::Unsupported { at: at.clone(), construct: format!("the type xs:{}", name.1) });
        }
        if let Some(&complex) = self.complex.get(name) {
            let text = documentation(&complex.0.inner.annotation);
            return self.structure((false, name.clone()), complex, vec![clark(name)], text);
        }
        if let Some(&simple) = self.simple.get(name) {
            return self.choice(name, simple);
        }
        Err(self.unknown(at.clone(), "type", &clark(name)))
    }

    fn choice(&mut self, name: &Name, (item, home): Declared<'d, SimpleType>) -> Result<Kind, Error> {
        let key = (false, name.clone());
        if let Some(&kind) = self.known.get(&key) {
            return Ok(kind);
        }
        let simple = &item.inner;
        let values: Vec<String> = simple
            .restriction
            .iter()
            .flat_map(|restriction| &restriction.inner.enumeration)
            .map(|value| value.value.clone())
            .collect();
        if values.is_empty() {
            let at = home.at(&simple.at);
            return Err(Error::Unsupported {
                at,
                construct: format!("the simple type {} without enumeration", name.1),
            });
        }
        self.enums.push(Enum {
            rust: naming::camel(&name.1),
            name: name.clone(),
            documentation: documentation(&simple.annotation),
            values,
        });
        let kind = Kind::Enum(self.enums.len() - 1);
        self.known.insert(key, kind);
        Ok(kind)
    }

    fn structure(
        &mut self,
        key: (bool, Name),
        declared: Declared<'d, ComplexType>,
        owners: Vec<String>,
        documentation: String,
    ) -> Result<Kind, Error> {
        if let Some(&kind) = self.known.get(&key) {
            return Ok(kind);
        }
        let at = declared.1.at(&declared.0.inner.at);
        if self.open.contains(&key) {
            return Err(Error::Unsupported { at, construct: format!("the type {}, which holds itself,", key.1.1) });
        }
        self.open.push(key.clone());
        let mut fields = Vec::new();
        self.fields(declared, &owners, &mut fields)?;
        self.open.pop();
        if fields.len() > 128 {
            return Err(Error::Unsupported {
                at,
                construct: format!("the type {} with more than 128 children", key.1.1),
            });
        }
        let borrows = fields.iter().any(|field| match field.kind {
            Kind::String => true,
            Kind::Struct(index) => self.structs.get(index).is_some_and(|inner| inner.borrows),
            _ => false,
        });
        self.structs.push(Struct {
            rust: naming::camel(&key.1.1),
            name: key.1.clone(),
            documentation,
            fields,
            borrows,
        });
        let kind = Kind::Struct(self.structs.len() - 1);
        self.known.insert(key, kind);
        Ok(kind)
    }

    /// The children of a type, those of its bases first.
    fn fields(
        &mut self,
        (item, home): Declared<'d, ComplexType>,
        owners: &[String],
        fields: &mut Vec<Field>,
    ) -> Result<(), Error> {
        let complex = &item.inner;
        let sequence = match &complex.complex_content {
            None => &complex.sequence,
            Some(content) => {
                let at = home.at(&complex.at);
                let Some(extension) = &content.extension else {
                    return Err(Error::Unsupported { at, construct: "complex content without extension".to_owned() });
                };
                let at = home.at(&extension.inner.at);
                let base = qualified_name(&extension.scope, &extension.inner.base, &at)?;
                let Some(&parent) = self.complex.get(&base) else {
                    return Err(self.unknown(at, "type", &clark(&base)));
                };
                let owners: Vec<String> = owners.iter().cloned().chain([clark(&base)]).collect();
                self.fields(parent, &owners, fields)?;
                &extension.inner.sequence
            }
        };
        let Some(Sequence { elements }) = sequence else { return Ok(()) };
        for item in elements {
            let field = self.field((item, home), owners)?;
            fields.push(field);
        }
        Ok(())
    }

    fn field(&mut self, declared: Declared<'d, Element>, owners: &[String]) -> Result<Field, Error> {
        let element = &declared.0.inner;
        let at = declared.1.at(&element.at);
        let (target, namespace, local) = self.target(declared, &at)?;
        let kind = self.kind_of_element(target, &(namespace.clone(), local.clone()))?;
        let row = self.bindings.field(owners, &local);
        let facet = row.and_then(|row| row.facet.clone());
        if let Some(facet) = &facet
            && !self.facets.contains_key(facet)
        {
            return Err(self.unknown(at, "facet", facet));
        }
        let min = occurs(&element.min_occurs, &at)?.unwrap_or(1);
        let max = match element.max_occurs.as_deref() {
            Some("unbounded") => row.and_then(|row| row.maximum_occurs),
            _ => Some(occurs(&element.max_occurs, &at)?.unwrap_or(1)),
        };
        let repeated = element.max_occurs.as_deref().is_some_and(|most| most != "1");
        let nillable = is_true(&element.nillable);
        let value_type = !matches!(kind, Kind::String | Kind::Struct(_));
        let required = row
            .is_some_and(|row| row.required || (repeated && row.minimum_occurs.is_some_and(|least| least > 0)))
            || (value_type && min == 1 && !nillable && !repeated);
        let omitted = element
            .annotation
            .iter()
            .flat_map(|annotation| &annotation.appinfo)
            .any(|info| info.default_value.as_ref().is_some_and(|value| value.emit == "false"));
        let type_name = match (&element.type_name, kind) {
            (Some(name), _) => name.rsplit(':').next().unwrap_or(name).to_owned(),
            (None, _) => local.clone(),
        };
        Ok(Field {
            rust: naming::snake(&local),
            documentation: documentation(&element.annotation),
            kind,
            min,
            max: if repeated { max } else { Some(1) },
            nillable,
            omitted,
            required,
            facet,
            type_name,
            local,
            namespace,
        })
    }

    /// The declaration that a local element stands for, itself or the global one that it refers to, with its
    /// namespace and name.
    fn target(
        &self,
        declared: Declared<'d, Element>,
        at: &At,
    ) -> Result<(Declared<'d, Element>, String, String), Error> {
        let (item, home) = declared;
        let element = &item.inner;
        if let Some(reference) = &element.reference {
            let name = qualified_name(&item.scope, reference, at)?;
            let Some(&global) = self.elements.get(&name) else {
                return Err(self.unknown(at.clone(), "element", &clark(&name)));
            };
            return Ok((global, name.0, name.1));
        }
        let qualified = match element.form.as_deref() {
            Some(form) => form == "qualified",
            None => home.qualified,
        };
        let namespace = if qualified { home.namespace } else { "" };
        let Some(local) = &element.name else {
            return Err(Error::Document { at: at.clone(), reason: "an element without name and ref".to_owned() });
        };
        Ok((declared, namespace.to_owned(), local.clone()))
    }

    /// Types of one name in several namespaces get the end of their namespace in front.
    ///
    /// Those of the messages' own namespaces keep theirs.
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

fn builtin(name: &Name) -> Option<Kind> {
    match (name.0.as_str(), name.1.as_str()) {
        (XS, "string") => Some(Kind::String),
        (XS, "int") => Some(Kind::Int),
        (XS, "long") => Some(Kind::Long),
        (XS, "boolean") => Some(Kind::Boolean),
        (XS, "float") => Some(Kind::Float),
        (XS, "dateTime") => Some(Kind::DateTime),
        (XS, "base64Binary") => Some(Kind::Base64),
        (SERIALIZATION, "char") => Some(Kind::Char),
        _ => None,
    }
}

/// A prefixed name by the bindings in scope where it stands; prefixes mean nothing by themselves.
fn qualified_name(scope: &BTreeMap<String, String>, name: &str, at: &At) -> Result<Name, Error> {
    let (prefix, local) = name.trim().split_once(':').unwrap_or(("", name.trim()));
    match scope.get(prefix) {
        Some(namespace) => Ok((namespace.clone(), local.to_owned())),
        None if prefix.is_empty() => Ok((String::new(), local.to_owned())),
        None => Err(Error::Unknown { at: at.clone(), kind: "namespace prefix", name: prefix.to_owned() }),
    }
}

fn clark(name: &Name) -> String {
    format!("{{{}}}{}", name.0, name.1)
}

fn occurs(value: &Option<String>, at: &At) -> Result<Option<u32>, Error> {
    match value {
        None => Ok(None),
        Some(number) => number
            .parse()
            .map(Some)
            .map_err(|_| Error::Document { at: at.clone(), reason: format!("{number} is no number of occurrences") }),
    }
}

fn is_true(value: &Option<String>) -> bool {
    matches!(value.as_deref(), Some("true" | "1"))
}

fn documentation(annotation: &Option<Annotation>) -> String {
    annotation.as_ref().map(Annotation::text).unwrap_or_default()
}

fn fold(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
