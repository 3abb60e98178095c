//! The contract of a web service as it is published: the WSDL with its schemas apart, in one
//! document, or as files for one folder.

use std::borrow::Cow;

use crate::contract::Service;
use crate::xml::attribute;

/// How a contract describes the faults of its web service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Faults {
    /// As published, although LearnerService sends the children of its fault without the namespace
    /// declared.
    #[default]
    Contract,
    /// As actually sent, for clients that parse the detail of a fault by its type.
    AsSent,
}

impl Faults {
    /// The query value that requests them.
    pub const fn word(self) -> &'static str {
        match self {
            Faults::Contract => "contract",
            Faults::AsSent => "as-sent",
        }
    }

    /// The way that a query value requests, ignoring case.
    pub fn of(word: &str) -> Option<Faults> {
        [Faults::Contract, Faults::AsSent].into_iter().find(|faults| faults.word().eq_ignore_ascii_case(word))
    }
}

/// One of the schemas of a service's contract, whose own imports are at the service's address.
pub fn schema(service: &Service, name: &str, address: &str, faults: Faults) -> Option<String> {
    let (_, text) = service.documents.iter().skip(1).find(|(known, _)| *known == name)?;
    Some(with_locations(&described(text, faults), |file| at_address(file, address, faults)))
}

/// Whether the contract describes faults otherwise than they are sent.
pub fn has_other_faults(service: &Service) -> bool {
    service.documents.iter().any(|(_, schema)| described(schema, Faults::AsSent) != *schema)
}

/// A document of the contract for a folder that has all of them: imports name the file beside it.
pub fn file(service: &Service, name: &str, address: &str) -> Option<String> {
    let (_, text) = service.documents.iter().find(|(known, _)| *known == name)?;
    Some(with_address(&with_locations(text, str::to_owned), address))
}

/// A schema with the faults described in this way.
fn described(schema: &str, faults: Faults) -> Cow<'_, str> {
    const START: &str = "<xs:complexType name=\"MIAPAPIException\">";
    let part =
        schema.split_once(START).and_then(|(before, rest)| Some((before, rest.split_once("</xs:complexType>")?)));
    match (faults, part) {
        (Faults::AsSent, Some((before, (members, after)))) => {
            let members = members.replace("<xs:element name=", "<xs:element form=\"unqualified\" name=");
            format!("{before}{START}{members}</xs:complexType>{after}").into()
        }
        _ => schema.into(),
    }
}

/// The WSDL as published, with its schemas at `?xsd=`.
pub fn in_parts(service: &Service, address: &str, faults: Faults) -> String {
    let text = service.documents.first().map_or("", |(_, text)| text);
    with_address(&with_locations(text, |file| at_address(file, address, faults)), address)
}

/// The WSDL with every schema inline, each after those that it imports: kdwsdl2cpp looks on the
/// network for a namespace that it has not seen yet. Imports between schemas keep their namespace
/// but lose their location.
pub fn in_one(service: &Service, address: &str, faults: Faults) -> String {
    let mut documents = service.documents.iter();
    let wsdl = documents.next().map_or("", |(_, text)| text);
    let (Some(begin), Some(end)) = (wsdl.find("<wsdl:types>"), wsdl.find("</wsdl:types>")) else {
        return with_address(wsdl, address);
    };
    let mut out = wsdl.get(..begin).unwrap_or("").to_owned();
    out.push_str("<wsdl:types>");
    for (_, schema) in documents {
        out.push_str(&without_locations(without_declaration(&described(schema, faults))));
    }
    out.push_str(wsdl.get(end..).unwrap_or(""));
    with_address(&out, address)
}

fn without_declaration(document: &str) -> &str {
    match document.find("?>") {
        Some(end) if document.starts_with("<?xml") => document.get(end + 2..).unwrap_or(""),
        _ => document,
    }
}

fn with_address(wsdl: &str, address: &str) -> String {
    each_attribute(wsdl, " location=\"", |_| {
        let mut value = String::new();
        attribute(address, &mut value);
        Some(value)
    })
}

/// A schema's own address, below that of its service.
fn at_address(file: &str, address: &str, faults: Faults) -> String {
    match faults {
        Faults::Contract => format!("{address}?xsd={file}"),
        Faults::AsSent => format!("{address}?xsd={file}&faults={}", faults.word()),
    }
}

/// With the location of each schema that is imported, by the name of its file.
fn with_locations(document: &str, location: impl Fn(&str) -> String) -> String {
    each_attribute(document, " schemaLocation=\"", |old| {
        let mut value = String::new();
        attribute(&location(old.rsplit('/').next().unwrap_or(old)), &mut value);
        Some(value)
    })
}

fn without_locations(document: &str) -> String {
    each_attribute(document, " schemaLocation=\"", |_| None)
}

/// Changes or removes every attribute that begins with `start`.
fn each_attribute(document: &str, start: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(document.len());
    let mut rest = document;
    while let Some((before, after)) = rest.split_once(start) {
        out.push_str(before);
        let (old, after) = after.split_once('"').unwrap_or((after, ""));
        if let Some(new) = value(old) {
            out.push_str(start);
            out.push_str(&new);
            out.push('"');
        }
        rest = after;
    }
    out.push_str(rest);
    out
}
