//! The pages for GET: the list of web services, the help page of each, and its contract.

use std::fmt::Write;

use crate::contract::{Operation, SERVICES, Service};
use crate::manual::{self, Faults, has_other_faults, in_one, in_parts, look, schema};
use crate::xml::escape;

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

const XML: &str = "text/xml; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";

/// The page for the server itself: its web services, each with a link to its help page.
pub fn index(public_url: &str) -> Page {
    let mut out = look::begin("Web services", "");
    out.push_str(
        "<h1>Web services</h1>\n<p>These SOAP services answer here. Each has a page with its contract and its operations.</p>\n<dl>\n",
    );
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
    out.push_str("</dl>\n");
    out.push_str(look::END);
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
        "xsd" => match schema(service, value, &address, faults) {
            Some(text) => found(text),
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

fn help(service: &Service, address: &str) -> String {
    let mut text = String::new();
    escape(address, &mut text);
    let mut out = look::begin(service.name, "<a href=\"/\">Web services</a>");
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        "<h1>{name}</h1>\n\
         <p>A SOAP service of the Learning Records Service. Calls are POST requests to <code>{text}</code> over TLS with a \
         client certificate.</p>\n<ul>\n<li><a href=\"?singleWsdl\">The contract in one document</a></li>\n\
         <li><a href=\"?wsdl\">The contract with its schemas apart</a></li>\n\
         {as_sent}<li><a href=\"?operations\">The operations with their fields, answers and examples</a></li>\n</ul>\n<h2>Operations</h2>\n<dl>\n",
        name = service.name,
        as_sent = if has_other_faults(service) {
            "<li><a href=\"?singleWsdl&amp;faults=as-sent\">The contract in one document, its faults described as they are sent</a></li>\n"
        } else {
            ""
        },
    );
    for operation in service.operations {
        describe(operation, &mut out);
    }
    out.push_str("</dl>\n");
    out.push_str(look::END);
    out
}

fn describe(operation: &Operation, out: &mut String) {
    // Writing to a String cannot fail.
    let _ = write!(out, "<dt><a href=\"?operations#{0}\"><code>{0}</code></a></dt>\n<dd>", operation.name);
    escape(operation.documentation, out);
    out.push_str("</dd>\n");
}
