//! The WS-I Basic Profile (1.1, 1.2 and 2.0) as a table: every requirement that can be checked at
//! the wire, by its number, with what is sent and what must come back.

use std::collections::BTreeSet;

use crate::flows::{Person, borrowed};
use crate::harness::actor::request;
use crate::harness::message::{SOAP_1_1, SOAP_1_2, envelope};
use crate::harness::tree::Node;
use crate::harness::{Actor, Answer, Deployment, on_both};

const LS: &str = "LearnerService";
const SERVICES: [&str; 3] = ["LearnerService", "LearnerServiceR9", "ExternalService"];
const TARGET: &str = "/LearnerService.svc";
const TYPE: &str = "Content-Type: text/xml; charset=utf-8\r\n";
const WSDL_SOAP: &str = "http://schemas.xmlsoap.org/wsdl/soap/";

/// The requirements on messages that the service receives. R1013 is about what it sends, and
/// lenient here; R1005 and R1006 forbid encodingStyle to senders and leave the answer open.
const RECEIVED: [&str; 36] = [
    "R1005", "R1006", "R1008", "R1009", "R1010", "R1011", "R1012", "R1013", "R1014", "R1017", "R1018", "R1019",
    "R1025", "R1027", "R1028", "R1029", "R1032", "R1108", "R1109", "R1113", "R1114", "R1115", "R1119", "R1125",
    "R1127", "R1132", "R1140", "R1141", "R2724", "R2725", "R2744", "R2745", "R4001", "R9700", "R9980", "R9981",
];

/// What must come back.
#[derive(Debug, Clone, Copy)]
enum Expected {
    /// The normal reply, with status 200.
    Reply,
    /// A fault with this code, status 500.
    Fault(&'static str),
    /// A typed fault with this error. Its code is Server, as the original sends it, although R2724
    /// and R2725 want Client: clients of the contract read the detail.
    Typed(&'static str),
    /// This status, and no reply.
    Status(u16),
    /// A fault that blames the client or a 4xx; for what is not XML, or not HTTP.
    Refusal,
}
use Expected::{Fault, Refusal, Reply, Status, Typed};

struct Row {
    requirements: &'static [&'static str],
    sent: &'static str,
    bytes: Vec<u8>,
    expected: Expected,
}

/// A row whose request is posted with these headers.
fn posted(
    requirements: &'static [&'static str],
    sent: &'static str,
    headers: &str,
    body: impl AsRef<[u8]>,
    expected: Expected,
) -> Row {
    Row { requirements, sent, bytes: request("POST", TARGET, headers, body.as_ref()), expected }
}

/// A row whose envelope is posted as `text/xml`.
fn xml(requirements: &'static [&'static str], sent: &'static str, body: impl AsRef<[u8]>, expected: Expected) -> Row {
    posted(requirements, sent, &format!("{TYPE}SOAPAction: \"\"\r\n"), body, expected)
}

fn utf16(text: &str, big: bool) -> Vec<u8> {
    let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
    units.flat_map(|unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
}

/// An envelope of SOAP 1.1 with something in place of its empty Header.
fn with_header(text: &str, header: &str) -> String {
    text.replace("<soapenv:Header/>", &format!("<soapenv:Header>{header}</soapenv:Header>"))
}

const UNKNOWN_HEADER: &str = "<x:Unknown xmlns:x=\"urn:example\" soapenv:mustUnderstand=\"1\"/>";

fn envelopes(q: &str) -> Vec<Row> {
    let soap_1_2 = q.replace(SOAP_1_1, SOAP_1_2);
    let encoded = "soapenv:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\"";
    let on = |tag: &str, attribute: &str| q.replace(&format!("<{tag}"), &format!("<{tag} {attribute}"));
    vec![
        xml(&["R1005"], "encodingStyle on the Envelope", on("soapenv:Envelope", encoded), Reply),
        xml(&["R1005"], "encodingStyle on the Body", on("soapenv:Body", encoded), Reply),
        xml(&["R1006"], "encodingStyle on the child of the Body", on("fin:FindLearnerByULN", encoded), Reply),
        xml(&["R1032"], "an attribute of SOAP on the Header", on("soapenv:Header", "soapenv:actor=\"urn:x\""), Reply),
        xml(&["R1032"], "an attribute of SOAP on the Body", on("soapenv:Body", "soapenv:mustUnderstand=\"1\""), Reply),
        xml(&["R1008"], "a document type declaration", format!("<!DOCTYPE x>{q}"), Fault("Client")),
        xml(&["R1009"], "a processing instruction", q.replace("<ULN>", "<?go?><ULN>"), Fault("Client")),
        posted(
            &["R1009"],
            "a processing instruction in SOAP 1.2",
            "Content-Type: application/soap+xml\r\n",
            soap_1_2.replace("<ULN>", "<?go?><ULN>"),
            Fault("Sender"),
        ),
        xml(&["R1010"], "an XML declaration", format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>{q}"), Reply),
        xml(
            &["R9980", "R9981"],
            "two children of the Body",
            q.replace("</soapenv:Body>", "<x:x xmlns:x=\"urn:x\"/></soapenv:Body>"),
            Fault("Client"),
        ),
        xml(&["R9980"], "no Body", format!("<e:Envelope xmlns:e=\"{SOAP_1_1}\"/>"), Fault("Client")),
        xml(
            &["R9980"],
            "the Header after the Body",
            q.replace("<soapenv:Header/>", "").replace("</soapenv:Body>", "</soapenv:Body><soapenv:Header/>"),
            Fault("Client"),
        ),
        xml(
            &["R1011"],
            "an element after the Body",
            q.replace("</soapenv:Envelope>", "<x:x xmlns:x=\"urn:x\"/></soapenv:Envelope>"),
            Fault("Client"),
        ),
        xml(&["R1014"], "a child of the Body without a namespace", envelope("<FindLearnerByULN/>"), Fault("Client")),
        xml(&["R1017"], "no xsi:type anywhere", q, Reply),
        xml(&["R9700"], "text after the Envelope", format!("{q}text"), Fault("Client")),
        xml(&["R9700"], "XML 1.1", format!("<?xml version=\"1.1\"?>{q}"), Fault("Client")),
    ]
}

fn headers_to_understand(q: &str) -> Vec<Row> {
    let other = q.replace(SOAP_1_1, "urn:example:soap");
    vec![
        xml(&["R1013"], "mustUnderstand=0", with_header(q, &UNKNOWN_HEADER.replace("\"1\"", "\"0\"")), Reply),
        xml(
            &["R1013"],
            "mustUnderstand=true",
            with_header(q, &UNKNOWN_HEADER.replace("\"1\"", "\"true\"")),
            Fault("MustUnderstand"),
        ),
        xml(
            &["R1025", "R1027"],
            "a header that must be understood",
            with_header(q, UNKNOWN_HEADER),
            Fault("MustUnderstand"),
        ),
        xml(
            &["R2724"],
            "an unknown request",
            envelope("<x:Nothing xmlns:x=\"http://api.lrs.miap.gov.uk/findmsg\"/>"),
            Typed("WSEC0002"),
        ),
        xml(
            &["R2724"],
            "an invalid request",
            q.replace("<GivenName>No</GivenName>", "<GivenName/>"),
            Typed("WSEC0001"),
        ),
        xml(
            &["R2725"],
            "an unknown version before a header",
            with_header(&other, UNKNOWN_HEADER),
            Fault("VersionMismatch"),
        ),
        xml(
            &["R2725"],
            "a header before an invalid request",
            with_header(&q.replace("<GivenName>No</GivenName>", "<GivenName/>"), UNKNOWN_HEADER),
            Fault("MustUnderstand"),
        ),
    ]
}

fn encodings(q: &str) -> Vec<Row> {
    let typed = |charset: &str| format!("Content-Type: text/xml{charset}\r\n");
    let marked: Vec<u8> = [b"\xEF\xBB\xBF", q.as_bytes()].concat();
    let latin = format!("<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>{q}");
    vec![
        posted(&["R4001"], "UTF-8 with a byte order mark", &typed(""), marked, Reply),
        posted(&["R4001", "R1012"], "UTF-16, little-endian", &typed("; charset=utf-16"), utf16(q, false), Reply),
        posted(&["R4001", "R1012"], "UTF-16, big-endian", &typed("; charset=utf-16"), utf16(q, true), Reply),
        posted(&["R1012"], "another encoding", &typed("; charset=iso-8859-1"), q, Refusal),
        posted(&["R1018", "R1019"], "a charset against the declaration", &typed("; charset=utf-8"), latin, Reply),
        posted(
            &["R1018"],
            "UTF-16 with the charset of UTF-8",
            &typed("; charset=utf-8"),
            &utf16(q, false)[2..],
            Refusal,
        ),
    ]
}

fn http(q: &str) -> Vec<Row> {
    let action = |value: &str| format!("{TYPE}{value}\r\n");
    let uri = "http://tempuri.org/LearnerPortType/learnerByULN";
    let raw =
        |requirements, sent, text: String, expected| Row { requirements, sent, bytes: text.into_bytes(), expected };
    let length = format!("Content-Length: {}\r\n\r\n{q}", q.len());
    vec![
        posted(&["R1109", "R2744"], "a quoted SOAPAction", &action(&format!("SOAPAction: \"{uri}\"")), q, Reply),
        posted(&["R1109", "R1119"], "a SOAPAction without quotes", &action(&format!("SOAPAction: {uri}")), q, Reply),
        posted(&["R2745"], "a SOAPAction of two quotes", &action("SOAPAction: \"\""), q, Reply),
        posted(&["R1127"], "an empty SOAPAction", &action("SOAPAction:"), q, Reply),
        posted(&["R1127"], "no SOAPAction", TYPE, q, Reply),
        posted(&["R1119", "R1127"], "the SOAPAction of another operation", &action("SOAPAction: \"urn:x\""), q, Reply),
        posted(&["R1115"], "application/json", "Content-Type: application/json\r\n", q, Status(415)),
        posted(&["R1115", "R9700"], "no Content-Type", "", q, Status(415)),
        xml(&["R1113", "R1125"], "malformed XML", "<soapenv:Envelope", Refusal),
        raw(
            &["R1113", "R1125"],
            "malformed HTTP",
            format!("POST {TARGET} HTTP/1.1\r\nHost: localhost\r\n{TYPE}Content-Length: many\r\n\r\n{q}"),
            Status(400),
        ),
        Row {
            requirements: &["R1114", "R1132"],
            sent: "PUT",
            bytes: request("PUT", TARGET, TYPE, q.as_bytes()),
            expected: Status(405),
        },
        Row {
            requirements: &["R1108"],
            sent: "M-POST",
            bytes: request("M-POST", TARGET, TYPE, q.as_bytes()),
            expected: Status(405),
        },
        raw(&["R1140", "R1141"], "HTTP/1.0", format!("POST {TARGET} HTTP/1.0\r\n{TYPE}{length}"), Reply),
        raw(
            &["R1140", "R1141"],
            "HTTP/1.1",
            format!("POST {TARGET} HTTP/1.1\r\nHost: localhost\r\n{TYPE}{length}"),
            Reply,
        ),
    ]
}

/// What came back, held against what must; for a fault, also the requirements on its form.
fn judge(row: &Row, answer: &Answer) {
    let Row { requirements, sent, expected, .. } = row;
    let place = format!("{requirements:?}, {sent}: {} {}", answer.status, answer.text());
    // R1130, R1131: never to another place.
    assert!(!(300..400).contains(&answer.status), "{place}");
    // R1029: what is HTTP is always answered with a body.
    assert!(!answer.body.is_empty() || matches!(expected, Status(400)), "{place}");
    match expected {
        Reply => {
            // R1111, R1112, R1124.
            assert_eq!(answer.status, 200, "{place}");
            assert_eq!(answer.code(), "WSRC0001", "{place}");
        }
        Fault(code) => {
            assert_eq!(answer.status, 500, "R1126, {place}");
            assert_eq!(answer.fault().code, *code, "{place}");
            fault_has_its_form(answer, &place);
        }
        Typed(error) => {
            assert_eq!((answer.status, answer.fault().error.as_str()), (500, *error), "R1126, {place}");
            fault_has_its_form(answer, &place);
        }
        Status(status) => assert_eq!(answer.status, *status, "{place}"),
        Refusal if answer.status == 500 => {
            assert_eq!(answer.fault().code, "Client", "{place}");
            fault_has_its_form(answer, &place);
        }
        Refusal => assert!((400..500).contains(&answer.status), "{place}"),
    }
}

/// R1000, R1001, R1004, R1031, R1033, R2712 of a fault that is sent.
fn fault_has_its_form(answer: &Answer, place: &str) {
    let document = answer.document();
    let fault = document.find("Body/Fault").unwrap_or_else(|| panic!("{place}"));
    assert!(!answer.text().contains("xmlns:xml="), "R1033, {place}");
    if document.namespace == SOAP_1_2 {
        return;
    }
    let known = ["faultcode", "faultstring", "faultactor", "detail"];
    assert!(fault.children.iter().all(|child| child.namespace.is_empty()), "R1001, {place}");
    assert!(fault.names().iter().all(|name| known.contains(name)), "R1000, {place}");
    let code = fault.value("faultcode").unwrap_or_default();
    assert!(!code.contains('.') && code.contains(':'), "R1004, R1031, {place}");
}

on_both! {
    fn what_the_service_receives_is_judged_by_the_basic_profile(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let q = provider.credentials().find_by_uln("FUL", "1000000000", "Body", "No");
        let rows = [envelopes(&q), headers_to_understand(&q), encodings(&q), http(&q)];
        let mut seen: BTreeSet<&str> = ["R1028", "R1029"].into();
        for row in rows.iter().flatten() {
            let answer = provider.raw(&row.bytes).unwrap_or_else(|error| panic!("{}: {error}", row.sent));
            println!("{:?}, {}: {}", row.requirements, row.sent, answer.status);
            judge(row, &answer);
            seen.extend(row.requirements);
        }
        assert_eq!(seen, BTreeSet::from(RECEIVED), "every requirement has a row");
    }

    /// R1025, R1027, R1028: the fault comes before any effect.
    fn a_header_that_is_not_understood_leaves_no_effect(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let person = Person::new();
        let text = provider.credentials().register(&borrowed(&person.registration("1")));
        let answer = provider.post(LS, &with_header(&text, UNKNOWN_HEADER));
        assert_eq!(answer.fault().code, "MustUnderstand");
        let found = provider.credentials().find_by_demographics("FUL", &person.demographics());
        assert_eq!(provider.post(LS, &found).code(), "WSRC0001", "nobody was registered");
    }
}

/// What the service sends: R2712 of every reply.
#[test]
fn the_child_of_a_body_is_the_element_of_the_message_part() {
    let deployment = Deployment::shared(crate::harness::Database::Sqlite);
    let provider = deployment.provider();
    let q = provider.credentials().find_by_uln("FUL", "1000000000", "Body", "No");
    let reply = provider.post(LS, &q).result();
    let contract = description(&provider, LS);
    let element = reply.name.clone();
    let is_of_a_message = contract
        .children
        .iter()
        .filter(|node| node.name == "message")
        .any(|message| message.children.iter().any(|part| local(part.attribute("element")) == element));
    assert!(is_of_a_message, "{element}");
    assert!(!reply.namespace.is_empty());
}

fn description(provider: &Actor<'_>, service: &str) -> Node {
    let answer = provider.ask("GET", &format!("/{service}.svc?singleWsdl"));
    assert_eq!(answer.status, 200);
    answer.document()
}

/// The local part of a qualified name.
fn local(name: Option<&str>) -> String {
    name.unwrap_or_default().rsplit(':').next().unwrap_or_default().to_owned()
}

fn named<'n>(node: &'n Node, name: &'n str) -> impl Iterator<Item = &'n Node> {
    node.children.iter().filter(move |child| child.name == name)
}

/// R2022, R2023, R2105, R2201, R2204, R2205, R2210, R2301, R2304, R2401, R2701, R2702, R2705,
/// R2706, R2710, R2718, R2721, R2754 and R5001 of each description. R2001 to R2011 (imports), R2028
/// and R2029 (valid against the schemas of WSDL) are not checked here; the clients of the test
/// `interop` read the contracts. R2716 and R2726 are broken by the originals, which have a
/// `namespace` at soap:fault; they are kept as they are.
#[test]
fn the_descriptions_keep_the_basic_profile() {
    let deployment = Deployment::shared(crate::harness::Database::Sqlite);
    let provider = deployment.provider();
    for service in SERVICES {
        let contract = description(&provider, service);
        let order: Vec<&str> = contract.names().into_iter().filter(|name| *name != "documentation").collect();
        let rank = |name: &str| {
            ["import", "types", "message", "portType", "binding", "service"].iter().position(|each| *each == name)
        };
        assert!(order.iter().all(|name| rank(name).is_some()), "{service}: {order:?}");
        assert!(order.iter().map(|name| rank(name).unwrap_or_default()).is_sorted(), "R2022, R2023, {service}");
        for schema in named(contract.child("types").expect("types"), "schema") {
            assert!(schema.attribute("targetNamespace").is_some_and(|space| !space.is_empty()), "R2105, {service}");
        }
        let mut inputs = Vec::new();
        for message in named(&contract, "message") {
            let parts: Vec<&Node> = named(message, "part").collect();
            assert!(parts.len() <= 1, "R2201, R2210, {service}: {message:?}");
            assert!(
                parts.iter().all(|part| part.attribute("element").is_some() && part.attribute("type").is_none()),
                "R2204, R2205, {service}"
            );
        }
        let ports = contract.child("portType").expect("a port type");
        let operations: Vec<String> = named(ports, "operation").map(|each| local(each.attribute("name"))).collect();
        assert_eq!(operations.iter().collect::<BTreeSet<_>>().len(), operations.len(), "R2304, {service}");
        for operation in named(ports, "operation") {
            let input = local(operation.child("input").and_then(|input| input.attribute("message")));
            let message = named(&contract, "message").find(|message| message.attribute("name") == Some(&input));
            let part = message.and_then(|message| named(message, "part").next());
            inputs.push(part.and_then(|part| part.attribute("element")).expect("an element").to_owned());
        }
        assert_eq!(inputs.iter().collect::<BTreeSet<_>>().len(), inputs.len(), "R2710, {service}: {inputs:?}");
        for binding in named(&contract, "binding") {
            let soap = named(binding, "binding").next().expect("a SOAP binding");
            assert_eq!(soap.namespace, WSDL_SOAP, "R2401, {service}");
            assert_eq!(
                soap.attribute("transport"),
                Some("http://schemas.xmlsoap.org/soap/http"),
                "R2701, R2702, {service}"
            );
            assert_ne!(soap.attribute("style"), Some("rpc"), "R2301, R2705, {service}");
            let bound: Vec<String> = named(binding, "operation").map(|each| local(each.attribute("name"))).collect();
            assert_eq!(bound, operations, "R2718, {service}");
            for body in binding.descendants().into_iter().filter(|node| node.name == "body") {
                assert_eq!(body.attribute("use"), Some("literal"), "R2706, {service}");
            }
            for fault in
                binding.descendants().into_iter().filter(|node| node.name == "fault" && node.namespace == WSDL_SOAP)
            {
                assert!(fault.attribute("name").is_some(), "R2721, {service}");
            }
            for (of_port, of_binding) in named(ports, "operation").zip(named(binding, "operation")) {
                let faults = |operation: &Node| -> BTreeSet<String> {
                    named(operation, "fault").map(|fault| local(fault.attribute("name"))).collect()
                };
                assert_eq!(faults(of_port), faults(of_binding), "R2754, {service}");
            }
        }
        let address = contract.descendants().into_iter().find(|node| node.name == "address").expect("an address");
        assert!(address.attribute("location").is_some_and(|place| place.starts_with("https://")), "R5001, {service}");
    }
}
