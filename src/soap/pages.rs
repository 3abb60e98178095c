//! The pages for GET: the list of web services, the help page of each, and the contract as WSDL
//! with separate schemas or in one document.

use std::borrow::Cow;
use std::fmt::Write;

use crate::contract::{Operation, SERVICES, Service};
use crate::manual;
use crate::xml::{attribute, escape};

/// A page for people or tools.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// HTTP status.
    pub status: u16,
    /// The Content-Type.
    pub content_type: &'static str,
    /// The text.
    pub body: String,
}

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

    fn of(word: &str) -> Option<Faults> {
        [Faults::Contract, Faults::AsSent].into_iter().find(|faults| faults.word().eq_ignore_ascii_case(word))
    }
}

const XML: &str = "text/xml; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";

/// The page for the server itself: its web services, each with a link to its help page.
pub fn index(public_url: &str) -> Page {
    let mut out = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Learning Records Service</title></head><body>\n\
         <h1>Learning Records Service</h1>\n<p>These SOAP services answer here. Each has a page with its contract and its operations.</p>\n<dl>\n"
        .to_owned();
    for service in SERVICES {
        let mut address = String::new();
        escape(&address_of(service, public_url), &mut address);
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "<dt><a href=\"{path}\">{name}</a></dt>\n<dd><code>{address}</code>: {operations}</dd>",
            path = service.path.trim_start_matches('/'),
            name = service.name,
            operations = service.operations.iter().map(|operation| operation.name).collect::<Vec<_>>().join(", "),
        );
    }
    out.push_str("</dl>\n</body></html>\n");
    Page { status: 200, content_type: HTML, body: out }
}

/// The page for a GET on the endpoint of `service`; `public_url` is the server's address for
/// clients, without a path.
///
/// The query decides, ignoring case: `wsdl` gives the WSDL, `xsd=NAME` one of its schemas,
/// `singleWsdl` all in one, `operations` the manual of its operations, and anything else the help
/// page. `faults=as-sent` with one of the first three describes the faults as they are sent.
pub fn page(service: &'static Service, query: &str, public_url: &str) -> Page {
    let address = address_of(service, public_url);
    let mut faults = Faults::default();
    let mut asked = ("", "");
    for part in query.split('&').rev() {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        if name.eq_ignore_ascii_case("faults") {
            match Faults::of(value) {
                Some(known) => faults = known,
                None => return refused(400, "The value of faults is contract or as-sent.\n"),
            }
        } else {
            asked = (name, value);
        }
    }
    let (name, value) = asked;
    match name.to_ascii_lowercase().as_str() {
        "wsdl" => found(in_parts(service, &address, faults)),
        "singlewsdl" => found(in_one(service, &address, faults)),
        "xsd" => match service.documents.iter().skip(1).find(|(name, _)| *name == value) {
            Some((_, text)) => found(with_locations(&described(text, faults), &address, faults)),
            None => refused(404, "There is no such schema.\n"),
        },
        "operations" => Page { status: 200, content_type: HTML, body: manual::page(service) },
        _ => Page { status: 200, content_type: HTML, body: help(service, &address) },
    }
}

fn address_of(service: &Service, public_url: &str) -> String {
    format!("{}{}", public_url.trim_end_matches('/'), service.path)
}

fn found(body: String) -> Page {
    Page { status: 200, content_type: XML, body }
}

fn refused(status: u16, text: &str) -> Page {
    Page { status, content_type: "text/plain; charset=utf-8", body: text.to_owned() }
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
fn in_parts(service: &Service, address: &str, faults: Faults) -> String {
    let text = service.documents.first().map_or("", |(_, text)| text);
    with_address(&with_locations(text, address, faults), address)
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

fn with_locations(document: &str, address: &str, faults: Faults) -> String {
    let with_faults = match faults {
        Faults::Contract => String::new(),
        Faults::AsSent => format!("&faults={}", faults.word()),
    };
    each_attribute(document, " schemaLocation=\"", |location| {
        let mut value = String::new();
        let file = location.rsplit('/').next().unwrap_or(location);
        attribute(&format!("{address}?xsd={file}{with_faults}"), &mut value);
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

fn help(service: &Service, address: &str) -> String {
    let mut text = String::new();
    escape(address, &mut text);
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{name}</title></head><body>\n<h1>{name}</h1>\n\
         <p>A SOAP service of the Learning Records Service. Calls are POST requests to <code>{text}</code> over TLS with a \
         client certificate.</p>\n<ul>\n<li><a href=\"?singleWsdl\">The contract in one document</a></li>\n\
         <li><a href=\"?wsdl\">The contract with its schemas apart</a></li>\n\
         {as_sent}<li><a href=\"?operations\">The operations with their fields, answers and examples</a></li>\n</ul>\n<h2>Operations</h2>\n<dl>\n",
        name = service.name,
        as_sent = if service.documents.iter().any(|(_, schema)| described(schema, Faults::AsSent) != *schema) {
            "<li><a href=\"?singleWsdl&amp;faults=as-sent\">The contract in one document, its faults described as they are sent</a></li>\n"
        } else {
            ""
        },
    );
    for operation in service.operations {
        describe(operation, &mut out);
    }
    out.push_str("</dl>\n</body></html>\n");
    out
}

fn describe(operation: &Operation, out: &mut String) {
    // Writing to a String cannot fail.
    let _ = write!(out, "<dt><a href=\"?operations#{0}\"><code>{0}</code></a></dt>\n<dd>", operation.name);
    escape(operation.documentation, out);
    out.push_str("</dd>\n");
}
