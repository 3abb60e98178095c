//! The SOAP envelope: its version, its headers, and the only child of its Body.

use crate::xml::{NotWellFormed, Place, ReadError, Reader, Start, attribute};

/// The namespaces of the two versions; each gets replies in its own.
const SOAP_11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const SOAP_12: &str = "http://www.w3.org/2003/05/soap-envelope";

/// The SOAP version of a request, and so of the reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Version {
    /// SOAP 1.1, which the contract is bound to.
    #[default]
    V11,
    /// SOAP 1.2, which gSOAP clients send.
    V12,
}

impl Version {
    fn namespace(self) -> &'static str {
        match self {
            Version::V11 => SOAP_11,
            Version::V12 => SOAP_12,
        }
    }
}

/// Why an envelope is invalid, in the order of precedence of WS-I R2724 and R2725.
#[derive(Debug)]
pub enum Refusal {
    /// The envelope of an unknown SOAP version.
    VersionMismatch,
    /// At least one header that must be understood is not.
    MustUnderstand(Version, Vec<HeaderName>),
    /// The envelope violates SOAP, or is not XML.
    Client(Version, ReadError),
}

/// The name of a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderName {
    /// Its namespace; SOAP requires one, but senders may forget it.
    pub namespace: String,
    /// Its local name.
    pub local: String,
}

/// An envelope, read up to and including the start of the first child of its Body.
#[derive(Debug)]
pub struct Opened<'i> {
    /// The version.
    pub version: Version,
    /// The start of the request element.
    pub root: Start<'i>,
    /// Its namespace.
    pub namespace: String,
}

/// Reads the envelope up to the request element.
///
/// # Errors
/// See [`Refusal`].
pub fn open<'i>(reader: &mut Reader<'i>) -> Result<Opened<'i>, Refusal> {
    let envelope = next(reader, Version::V11)?;
    let version = match (reader.namespace(&envelope), envelope.local) {
        (SOAP_11, "Envelope") => Version::V11,
        (SOAP_12, "Envelope") => Version::V12,
        (_, "Envelope") => return Err(Refusal::VersionMismatch),
        _ => return Err(Refusal::Client(Version::V11, built_wrong(reader, "the root element is not a SOAP Envelope"))),
    };
    let wrong = |reader: &Reader<'_>, reason| Refusal::Client(version, built_wrong(reader, reason));
    let mut part = next(reader, version)?;
    if is_part(reader, &part, version, "Header") {
        headers(reader, version)?;
        part = next(reader, version)?;
    }
    if !is_part(reader, &part, version, "Body") {
        return Err(wrong(reader, "the Envelope has no Body where it should be"));
    }
    let root = next(reader, version)?;
    let namespace = reader.namespace(&root).to_owned();
    // WS-I R1014: the child of the Body must have a namespace.
    if namespace.is_empty() {
        return Err(wrong(
            reader,
            "the element in the Body is in no namespace: it must be a request of the contract, around all its members",
        ));
    }
    Ok(Opened { version, root, namespace })
}

/// Reads the rest of the document: the ends of Body and Envelope, and nothing else (WS-I R9981,
/// R1011).
///
/// # Errors
/// When anything else follows, or the document ends too early.
pub fn close(reader: &mut Reader<'_>) -> Result<(), ReadError> {
    for reason in [
        "the Body holds more than one element: the request must be around all its members",
        "an element follows the Body",
    ] {
        if reader.child()?.is_some() {
            return Err(built_wrong(reader, reason));
        }
    }
    reader.finish()
}

fn next<'i>(reader: &mut Reader<'i>, version: Version) -> Result<Start<'i>, Refusal> {
    match reader.child() {
        Ok(Some(start)) => Ok(start),
        Ok(None) => {
            Err(Refusal::Client(version, built_wrong(reader, "the Envelope holds no Body, or the Body no request")))
        }
        Err(error) => Err(Refusal::Client(version, error)),
    }
}

/// The names in it may be anything, so the place is only the offset.
fn built_wrong(reader: &Reader<'_>, reason: &'static str) -> ReadError {
    let place = Place { offset: reader.place().offset, path: String::new() };
    ReadError::NotWellFormed { reason: NotWellFormed::Structure(reason), place }
}

fn is_part(reader: &Reader<'_>, start: &Start<'_>, version: Version, local: &str) -> bool {
    start.local == local && reader.namespace(start) == version.namespace()
}

/// Skips the headers. This service understands none, so none may require it.
fn headers(reader: &mut Reader<'_>, version: Version) -> Result<(), Refusal> {
    let broken = |error| Refusal::Client(version, error);
    let mut demanded = Vec::new();
    while let Some(start) = reader.child().map_err(broken)? {
        let namespace = version.namespace();
        let demands =
            reader.attribute(namespace, "mustUnderstand").is_some_and(|value| matches!(value.trim(), "1" | "true"));
        if demands && is_for_us(reader, version) {
            let namespace = reader.namespace(&start).to_owned();
            demanded.push(HeaderName { namespace, local: start.local.to_owned() });
        }
        reader.skip().map_err(broken)?;
    }
    if demanded.is_empty() { Ok(()) } else { Err(Refusal::MustUnderstand(version, demanded)) }
}

fn is_for_us(reader: &Reader<'_>, version: Version) -> bool {
    let role = match version {
        Version::V11 => reader.attribute(SOAP_11, "actor"),
        Version::V12 => reader.attribute(SOAP_12, "role"),
    };
    matches!(
        role.map(str::trim),
        None | Some(
            "" | "http://schemas.xmlsoap.org/soap/actor/next"
                | "http://www.w3.org/2003/05/soap-envelope/role/next"
                | "http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver"
        )
    )
}

/// The prefix of the envelope in replies: captured as `soapenv` for LearnerService, `s` for the
/// other two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prefix(pub &'static str);

/// Some clients (soap4r) read nothing from a document without it.
const DECLARATION: &str = r#"<?xml version="1.0" encoding="utf-8"?>"#;

/// Starts a reply: appends the XML declaration and the start of an envelope up to the inside of its
/// Body.
pub fn begin(version: Version, prefix: Prefix, out: &mut String) {
    begin_not_understood(version, &[], prefix, out);
}

/// Starts a reply to a request with headers that are not understood, which SOAP 1.2 lists in the
/// reply's own Header (part 1, 5.4.8).
pub fn begin_not_understood(version: Version, headers: &[HeaderName], Prefix(prefix): Prefix, out: &mut String) {
    let mut push = |pieces: &[&str]| pieces.iter().for_each(|piece| out.push_str(piece));
    push(&[DECLARATION, "<", prefix, ":Envelope xmlns:", prefix, "=\"", version.namespace(), "\">"]);
    if version == Version::V12 && !headers.is_empty() {
        push(&["<", prefix, ":Header>"]);
        for HeaderName { namespace, local } in headers {
            push(&["<", prefix, ":NotUnderstood"]);
            if namespace.is_empty() {
                push(&[" qname=\"", local, "\"/>"]);
            } else {
                let mut value = String::new();
                attribute(namespace, &mut value);
                push(&[" xmlns:h=\"", &value, "\" qname=\"h:", local, "\"/>"]);
            }
        }
        push(&["</", prefix, ":Header>"]);
    }
    push(&["<", prefix, ":Body>"]);
}

/// Appends the ends of Body and Envelope.
pub fn end(Prefix(prefix): Prefix, out: &mut String) {
    for piece in ["</", prefix, ":Body></", prefix, ":Envelope>"] {
        out.push_str(piece);
    }
}
