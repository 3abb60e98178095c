//! The first pass over a document: rejects unsupported elements and marks every other one with its
//! position.

use std::path::Path;

use quick_xml::NsReader;
use quick_xml::events::Event;
use quick_xml::name::ResolveResult;

use crate::error::{At, Error};

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

/// Checks every element of the three namespaces against the supported ones, and returns the text
/// with an attribute `codegen-at` in each of them that holds its line and column.
pub fn locate(file: &Path, text: &str) -> Result<String, Error> {
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
