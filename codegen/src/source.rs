//! Reads documents in two passes. The first rejects unsupported elements and marks every other one
//! with its position; the second parses with yaserde, keeping the namespace bindings that yaserde
//! itself drops.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};

use quick_xml::NsReader;
use quick_xml::events::Event;
use quick_xml::name::ResolveResult;
use yaserde::__xml::reader::XmlEvent;
use yaserde::YaDeserialize;

use crate::error::{At, Error};
use crate::wsdl::Definitions;
use crate::xsd::Schema;

const WSDL: &str = "http://schemas.xmlsoap.org/wsdl/";
const SOAP: &str = "http://schemas.xmlsoap.org/wsdl/soap/";
const XS: &str = "http://www.w3.org/2001/XMLSchema";

/// The elements that the compiler understands. Elements of other namespaces are extensions
/// (policies, addressing, appinfo) that do not affect the messages.
const SUPPORTED: &[(&str, &[&str])] = &[
    (
        WSDL,
        &[
            "definitions",
            "types",
            "message",
            "part",
            "portType",
            "operation",
            "input",
            "output",
            "fault",
            "binding",
            "service",
            "port",
            "documentation",
        ],
    ),
    (SOAP, &["binding", "operation", "body", "fault", "address"]),
    (
        XS,
        &[
            "schema",
            "import",
            "include",
            "element",
            "complexType",
            "simpleType",
            "sequence",
            "complexContent",
            "extension",
            "restriction",
            "annotation",
            "documentation",
            "appinfo",
            "enumeration",
            "pattern",
            "length",
            "minLength",
            "maxLength",
            "minInclusive",
            "maxInclusive",
        ],
    ),
];

const SUPPORTED_ATTRIBUTES: &[&str] = &[
    "name",
    "type",
    "ref",
    "minOccurs",
    "maxOccurs",
    "nillable",
    "form",
    "abstract",
    "base",
    "value",
    "targetNamespace",
    "elementFormDefault",
    "attributeFormDefault",
    "namespace",
    "schemaLocation",
    "id",
    "version",
    "source",
];

/// A part of a document, with the namespace bindings in scope at its start tag.
#[derive(Debug, Default)]
pub struct Scoped<T> {
    /// Prefix to namespace; the empty prefix stands for the default namespace.
    pub scope: BTreeMap<String, String>,
    /// The part.
    pub inner: T,
}

impl<T: YaDeserialize> YaDeserialize for Scoped<T> {
    fn deserialize<R: Read>(reader: &mut yaserde::de::Deserializer<R>) -> yaserde::Result<Self> {
        let scope = match reader.peek()? {
            XmlEvent::StartElement { namespace, .. } => {
                namespace.iter().map(|(prefix, uri)| (prefix.to_owned(), uri.to_owned())).collect()
            }
            _ => BTreeMap::new(),
        };
        Ok(Scoped { scope, inner: T::deserialize(reader)? })
    }
}

/// A schema and its file.
#[derive(Debug)]
pub struct SchemaDocument {
    /// The file.
    pub file: PathBuf,
    /// The schema.
    pub schema: Scoped<Schema>,
}

/// A WSDL with all schemas that it contains or imports.
#[derive(Debug)]
pub struct Documents {
    /// The WSDL's file.
    pub file: PathBuf,
    /// The WSDL.
    pub definitions: Scoped<Definitions>,
    /// All schemas.
    pub schemas: Vec<SchemaDocument>,
    /// All files read: the WSDL, then each schema after those that it imports.
    pub files: Vec<PathBuf>,
}

/// Reads a WSDL and the schemas that it imports by `schemaLocation`. An import without one refers
/// to a schema in the same WSDL.
pub fn load_wsdl(file: &Path) -> Result<Documents, Error> {
    let mut definitions: Scoped<Definitions> = parse(file)?;
    let mut documents = Vec::new();
    let mut imported = Vec::new();
    for types in &mut definitions.inner.types {
        for schema in types.schemas.drain(..) {
            imported.extend(locations(file, &schema.inner));
            documents.push(SchemaDocument { file: file.to_owned(), schema });
        }
    }
    let mut schemas = Schemas::default();
    schemas.load(&imported)?;
    let files = std::iter::once(file.to_owned()).chain(schemas.loaded.iter().map(|one| one.file.clone())).collect();
    documents.extend(schemas.loaded);
    Ok(Documents { file: file.to_owned(), definitions, schemas: documents, files })
}

/// Schemas, each loaded after those that it imports. If two import each other, the one met first is
/// last.
#[derive(Default)]
struct Schemas {
    met: BTreeSet<PathBuf>,
    loaded: Vec<SchemaDocument>,
}

impl Schemas {
    fn load(&mut self, files: &[PathBuf]) -> Result<(), Error> {
        for file in files {
            if self.met.insert(file.clone()) {
                let document = load_schema(file)?;
                self.load(&locations(file, &document.schema.inner))?;
                self.loaded.push(document);
            }
        }
        Ok(())
    }
}

/// Reads a schema document.
pub fn load_schema(file: &Path) -> Result<SchemaDocument, Error> {
    Ok(SchemaDocument { file: file.to_owned(), schema: parse(file)? })
}

fn locations(file: &Path, schema: &Schema) -> Vec<PathBuf> {
    let folder = file.parent().unwrap_or(Path::new(""));
    schema
        .imports
        .iter()
        .chain(&schema.includes)
        .filter_map(|import| import.location.as_ref())
        .map(|location| normal(&folder.join(location)))
        .collect()
}

/// The path without `.` and `..`, so that a file imported twice is read only once.
fn normal(path: &Path) -> PathBuf {
    let mut parts = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir if parts.file_name().is_some() => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    parts
}

fn parse<T: YaDeserialize>(file: &Path) -> Result<T, Error> {
    let text = std::fs::read_to_string(file).map_err(|source| Error::File { file: file.to_owned(), source })?;
    let located = locate(file, &text)?;
    yaserde::de::from_str(&located).map_err(|reason| Error::Document {
        at: At { file: file.to_owned(), position: "1:1".to_owned() },
        reason: reason.to_string(),
    })
}

/// Checks every element of the three namespaces against the supported ones, and returns the text
/// with an attribute `codegen-at` in each of them that holds its line and column.
fn locate(file: &Path, text: &str) -> Result<String, Error> {
    let mut reader = NsReader::from_str(text);
    let mut located = String::with_capacity(text.len() * 2);
    let mut copied = 0;
    loop {
        let begin = position(&reader);
        let at = || At { file: file.to_owned(), position: line_and_column(text, begin) };
        let (namespace, event) =
            reader.read_resolved_event().map_err(|reason| Error::Document { at: at(), reason: reason.to_string() })?;
        let tag = match &event {
            Event::Start(tag) | Event::Empty(tag) => tag,
            Event::Eof => break,
            _ => continue,
        };
        let ResolveResult::Bound(namespace) = namespace else { continue };
        let namespace = namespace.into_inner();
        let Some((_, names)) = SUPPORTED.iter().find(|(known, _)| *known == namespace) else { continue };
        let name = tag.name();
        let local = tag.local_name();
        if !names.contains(&local.into_inner()) {
            return Err(Error::Unsupported { at: at(), construct: format!("<{}>", name.into_inner()) });
        }
        if namespace == XS {
            for attribute in tag.attributes().flatten() {
                let key = attribute.key.into_inner();
                let repeats = local.into_inner() == "sequence" && key.ends_with("Occurs") && attribute.value != "1";
                if repeats || (!key.contains(':') && key != "xmlns" && !SUPPORTED_ATTRIBUTES.contains(&key)) {
                    return Err(Error::Unsupported {
                        at: at(),
                        construct: format!("{key} on <{}>", name.into_inner()),
                    });
                }
            }
        }
        let end_of_name = begin + 1 + name.into_inner().len();
        located.push_str(text.get(copied..end_of_name).unwrap_or(""));
        located.push_str(&format!(" codegen-at=\"{}\"", line_and_column(text, begin)));
        copied = end_of_name;
    }
    located.push_str(text.get(copied..).unwrap_or(""));
    Ok(located)
}

fn position(reader: &NsReader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

fn line_and_column(text: &str, offset: usize) -> String {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    format!("{line}:{column}")
}
