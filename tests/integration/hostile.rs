//! Hostile and broken input: each case must be refused quickly and cheaply, reveal nothing about
//! the server, and leave it fully working.

pub mod forms;
mod large;
pub mod structure;

use std::fs;
use std::io::ErrorKind;
use std::net::TcpListener;
use std::time::{Duration, Instant};

pub use self::large::gzip;
use crate::harness::actor::request;
use crate::harness::{Actor, Answer, Database, Deployment, on_both};

const LS: &str = "LearnerService";
const XML: &str = "Content-Type: text/xml; charset=utf-8\r\nSOAPAction: \"\"\r\n";
const FIND: &str = "http://api.lrs.miap.gov.uk/findmsg";

/// How long a refusal may take on a busy two-core machine with an unoptimised build.
pub const QUICK: Duration = Duration::from_secs(5);

/// How much memory a refusal may take.
pub const LITTLE_KIB: u64 = 5 * 1024;

fn question(actor: &Actor<'_>) -> String {
    actor.credentials().find_by_uln("FUL", "1000000000", "Body", "No")
}

/// The query with something unusual as the given name.
fn with_given(actor: &Actor<'_>, content: &str) -> String {
    question(actor).replace("<GivenName>No</GivenName>", &format!("<GivenName>{content}</GivenName>"))
}

/// Expects a refusal: a 4xx, or a fault that blames the client, revealing nothing about the server.
fn refused(name: &str, answer: &Answer) {
    match answer.status {
        400..=499 => {}
        500 => {
            let fault = answer.fault();
            let typed = fault.error == "WSEC0001" || fault.error == "WSEC0002";
            assert!(typed || fault.code == "Client" || fault.code == "Sender", "{name}: {fault:?}");
        }
        other => panic!("{name}: answered {other}: {}", answer.text()),
    }
    reveals_nothing(name, answer);
}

/// Expects that the answer says nothing about what it was made with.
pub fn reveals_nothing(name: &str, answer: &Answer) {
    let text = answer.text();
    for inside in ["quick_xml", "quick-xml", "src/", ".rs:", "panicked", "actix", "SELECT ", "sqlite", "diesel"] {
        assert!(!text.contains(inside), "{name}: the answer shows {inside}: {text}");
    }
}

/// Sends each body; all must be refused quickly.
fn all_refused(actor: &Actor<'_>, cases: Vec<(String, Vec<u8>)>) {
    for (name, body) in cases {
        let begin = Instant::now();
        let answer = actor.raw(&request("POST", "/LearnerService.svc", XML, &body));
        let took = begin.elapsed();
        match answer {
            Ok(answer) => refused(&name, &answer),
            Err(error) => panic!("{name}: no answer: {error}"),
        }
        assert!(took < QUICK, "{name}: took {took:?}");
    }
    assert_eq!(actor.post(LS, &question(actor)).code(), "WSRC0001", "the server still answers");
}

fn cases<const N: usize>(list: [(&str, String); N]) -> Vec<(String, Vec<u8>)> {
    list.into_iter().map(|(name, text)| (name.to_owned(), text.into_bytes())).collect()
}

on_both! {
    fn a_name_that_xml_does_not_allow_is_refused(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let names = ["\u{b7}A", "a\u{d7}", "a\u{f7}b", "\u{300}a", "a\u{2014}b", "a\u{37e}"];
        let cases = names.iter().map(|name| (format!("<{name}>"), question(&provider).replace("<GivenName>", &format!("<{name}/><GivenName>")).into_bytes()));
        all_refused(&provider, cases.collect());
        let allowed = question(&provider).replace("<GivenName>", "<\u{e9}t\u{e9}\u{b7}\u{300}/><GivenName>");
        assert_eq!(provider.post(LS, &allowed).code(), "WSRC0001", "an unknown element with a name that is allowed");
    }

    fn document_types_and_entities_are_refused(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let canary = TcpListener::bind("127.0.0.1:0").expect("a port");
        canary.set_nonblocking(true).expect("a socket option");
        let lure = format!("http://{}/", canary.local_addr().expect("an address"));
        let with_type = |doctype: &str, value: &str| format!("{doctype}{}", with_given(&provider, value));
        let laughs: String = (1..10)
            .map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10)))
            .collect();
        let mut list = cases([
            ("a bare document type", with_type("<!DOCTYPE x>", "No")),
            ("a billion laughs", with_type(&format!("<!DOCTYPE x [<!ENTITY l0 \"ha\">{laughs}]>"), "&l9;")),
            ("a quadratic blow-up", with_type(&format!("<!DOCTYPE x [<!ENTITY a \"{}\">]>", "a".repeat(50_000)), &"&a;".repeat(1_000))),
            ("a recursive entity", with_type("<!DOCTYPE x [<!ENTITY a \"&b;\"><!ENTITY b \"&a;\">]>", "&a;")),
            ("a parameter entity", with_type(&format!("<!DOCTYPE x [<!ENTITY % p SYSTEM \"{lure}\"> %p;]>"), "No")),
            ("an external file", with_type("<!DOCTYPE x [<!ENTITY f SYSTEM \"file:///etc/passwd\">]>", "&f;")),
            ("an external address", with_type(&format!("<!DOCTYPE x [<!ENTITY f SYSTEM \"{lure}\">]>"), "&f;")),
            ("an external subset", with_type(&format!("<!DOCTYPE x SYSTEM \"{lure}x.dtd\">"), "No")),
            ("a document type inside the envelope", question(&provider).replace("<soapenv:Body>", "<!DOCTYPE x><soapenv:Body>")),
            ("an undefined entity", with_given(&provider, "&nope;")),
            ("an entity of HTML", with_given(&provider, "&nbsp;")),
            ("an entity without an end", with_given(&provider, "&amp")),
            ("a bare ampersand", with_given(&provider, "A & B")),
        ]);
        list.extend(cases([
            ("character zero", with_given(&provider, "&#0;")),
            ("a noncharacter", with_given(&provider, "&#xFFFE;")),
            ("another noncharacter", with_given(&provider, "&#xFFFF;")),
            ("a surrogate", with_given(&provider, "&#xD800;")),
            ("a character past the last", with_given(&provider, "&#x110000;")),
            ("a huge character number", with_given(&provider, "&#99999999999999999999;")),
            ("a control character", with_given(&provider, "a\u{1}b")),
            ("a form feed", with_given(&provider, "a\u{c}b")),
            ("a referred control character", with_given(&provider, "&#1;")),
            ("a raw noncharacter", with_given(&provider, "a\u{FFFF}b")),
        ]));
        all_refused(&provider, list);

        // These contain an address but no entity: whatever the reply, nothing may be fetched.
        let hint = question(&provider).replace("<soapenv:Envelope ", &format!(
            "<soapenv:Envelope xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"urn:x {lure}\" "));
        provider.post(LS, &hint);
        provider.post(LS, &with_given(&provider, &format!("<xi:include xmlns:xi=\"http://www.w3.org/2001/XInclude\" href=\"{lure}\"/>")));
        let fetched = canary.accept();
        assert!(matches!(&fetched, Err(error) if error.kind() == ErrorKind::WouldBlock), "the server fetched {lure}");
    }

    fn what_is_not_well_formed_is_refused(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let q = question(&provider);
        all_refused(&provider, cases([
            ("a processing instruction first", format!("<?go fast?>{q}")),
            ("a style sheet", format!("<?xml-stylesheet href=\"x.xsl\"?>{q}")),
            ("a processing instruction inside", with_given(&provider, "<?go fast?>No")),
            ("a processing instruction last", format!("{q}<?go fast?>")),
            ("a late declaration", format!(" \n<?xml version=\"1.0\"?>{q}")),
            ("XML 1.1", format!("<?xml version=\"1.1\"?>{q}")),
            ("a declaration without a version", format!("<?xml encoding=\"utf-8\"?>{q}")),
            ("a duplicate attribute", q.replace("<GivenName>", "<GivenName a=\"1\" a=\"2\">")),
            ("one attribute by two prefixes", q.replace("<GivenName>", "<GivenName xmlns:p=\"urn:x\" xmlns:q=\"urn:x\" p:a=\"1\" q:a=\"2\">")),
            ("an unbound prefix", q.replace("<GivenName>No</GivenName>", "<z:GivenName>No</z:GivenName>")),
            ("an unbound attribute prefix", q.replace("<GivenName>", "<GivenName z:a=\"1\">")),
            ("a second root", format!("{q}<again/>")),
            ("text after the root", format!("{q}junk")),
            ("text before the root", format!("junk{q}")),
            ("no end", q.replace("</soapenv:Body></soapenv:Envelope>", "")),
            ("a wrong end", q.replace("</soapenv:Body>", "</soapenv:Bady>")),
            ("a less-than in an attribute", q.replace("<GivenName>", "<GivenName a=\"<\">")),
            ("an attribute without quotes", q.replace("<GivenName>", "<GivenName a=1>")),
            ("an attribute without a value", q.replace("<GivenName>", "<GivenName a>")),
            ("the end of CDATA in text", with_given(&provider, "a]]>b")),
            ("two hyphens in a comment", with_given(&provider, "No<!-- a -- b -->")),
            ("a comment without an end", with_given(&provider, "No<!-- a")),
            ("a CDATA section without an end", with_given(&provider, "<![CDATA[No")),
            ("the prefix xml re-bound", q.replace("<soapenv:Body>", "<soapenv:Body xmlns:xml=\"urn:x\">")),
            ("a prefix undeclared", q.replace("<soapenv:Body>", "<soapenv:Body xmlns:fin=\"\">")),
            ("the prefix xmlns bound", q.replace("<soapenv:Body>", "<soapenv:Body xmlns:xmlns=\"urn:x\">")),
            ("two colons in a name", q.replace("<GivenName>", "<a:b:c/><GivenName>")),
            ("a name that begins with a digit", q.replace("<GivenName>", "<1a/><GivenName>")),
            ("no space between attributes", q.replace("<GivenName>", "<GivenName a=\"1\"b=\"2\">")),
        ]));
    }

    fn what_is_too_large_or_too_deep_is_refused(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        for case in large::cases() {
            let begin = Instant::now();
            refused(case.name, &provider.raw(&case.bytes).expect(case.name));
            assert!(begin.elapsed() < QUICK, "{}: took {:?}", case.name, begin.elapsed());
        }
        assert_eq!(provider.post(LS, &question(&provider)).code(), "WSRC0001", "the server still answers");
    }

    fn encodings_that_lie_are_refused(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let q = question(&provider);
        let utf32: Vec<u8> = std::iter::once('\u{FEFF}').chain(q.chars()).flat_map(|c| u32::from(c).to_le_bytes()).collect();
        let utf16: Vec<u8> = q.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let broken = |bytes: &[u8]| {
            let (head, tail) = q.split_once("No</GivenName>").expect("the name");
            [head.as_bytes(), bytes, b"</GivenName>", tail.as_bytes()].concat()
        };
        all_refused(&provider, vec![
            ("UTF-32".to_owned(), utf32),
            ("UTF-16 called UTF-8".to_owned(), utf16),
            ("an overlong slash".to_owned(), broken(b"a\xC0\xAFb")),
            ("an overlong less-than".to_owned(), broken(b"\xE0\x80\xBC")),
            ("a lone continuation byte".to_owned(), broken(b"a\x80b")),
            ("a surrogate in UTF-8".to_owned(), broken(b"\xED\xA0\x80")),
            ("a sequence cut short".to_owned(), broken(b"\xE2\x82")),
            ("Latin-1".to_owned(), broken(b"Ren\xE9e")),
        ]);
        let sixteen = "Content-Type: text/xml; charset=utf-16\r\n";
        let odd: Vec<u8> = [&[0xFF, 0xFE][..], &q.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>(), &[0x20]].concat();
        refused("half a UTF-16 unit", &provider.post_with(LS, sixteen, &odd));
        let lone: Vec<u8> = [0xFEFF].into_iter()
            .chain(with_given(&provider, "X").encode_utf16())
            .map(|unit| if unit == u16::from(b'X') { 0xD800 } else { unit })
            .flat_map(u16::to_le_bytes).collect();
        refused("a lone surrogate in UTF-16", &provider.post_with(LS, sixteen, &lone));
        let seven = q.replace('<', "+ADw-").replace('>', "+AD4-");
        refused("UTF-7", &provider.post_with(LS, "Content-Type: text/xml; charset=utf-7\r\n", seven.as_bytes()));
    }

    fn what_is_not_well_packed_is_refused(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let q = question(&provider).into_bytes();
        let mut cut = gzip(&q);
        cut.truncate(cut.len() / 2);
        let cases = [
            ("gzip cut short", "gzip", cut),
            ("not gzip", "gzip", q.clone()),
            ("two codings", "gzip, gzip", gzip(&gzip(&q))),
            ("brotli", "br", q.clone()),
            ("a made-up coding", "squeeze", q),
        ];
        for (name, coding, body) in cases {
            let begin = Instant::now();
            let bytes = request("POST", "/LearnerService.svc", &format!("{XML}Content-Encoding: {coding}\r\n"), &body);
            refused(name, &provider.raw(&bytes).expect("an answer"));
            assert!(begin.elapsed() < QUICK, "{name}");
        }
    }

    fn messages_that_smuggle_are_refused(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let q = question(&provider);
        let head = format!("POST /LearnerService.svc HTTP/1.1\r\nHost: localhost\r\n{XML}");
        for (name, bytes) in structure::cases(&head, &q) {
            let begin = Instant::now();
            // Closing silently is a refusal, too; a response must be one.
            if let Ok(answer) = provider.raw(bytes.as_bytes()) {
                assert!((400..=505).contains(&answer.status), "{name}: {} {}", answer.status, answer.text());
            }
            assert!(begin.elapsed() < QUICK, "{name}: took {:?}", begin.elapsed());
        }
        // HTTP requires chunk extensions to be ignored, and the library limits them only by the
        // time allowed for a body.
        let extended = format!("{head}Transfer-Encoding: chunked\r\n\r\n{:x};{}\r\n{q}\r\n0\r\n\r\n", q.len(), "x".repeat(1_000_000));
        assert_eq!(provider.raw(extended.as_bytes()).expect("an answer").code(), "WSRC0001");
        assert_eq!(provider.post(LS, &q).code(), "WSRC0001");
    }

    fn the_body_decides_what_is_done_and_who_may(database) {
        let deployment = Deployment::shared(database);
        let awarding = deployment.awarding_organisation();
        let find = awarding.credentials().find_by_uln("FUL", "1000000000", "Body", "No");
        let headers = "Content-Type: text/xml\r\nSOAPAction: \"http://tempuri.org/LearnerPortType/verifyLearner\"\r\n";
        assert_eq!(awarding.post_with(LS, headers, find.as_bytes()).fault().error, "WSEC0006");

        let provider = deployment.provider();
        let wrapped = question(&provider).replace("<soapenv:Header/>", &format!(
            "<soapenv:Header><w:Wrapper xmlns:w=\"urn:x\"><soapenv:Body><a:FindLearnerByULN xmlns:a=\"{FIND}\"/></soapenv:Body></w:Wrapper></soapenv:Header>"));
        assert_eq!(provider.post(LS, &wrapped).code(), "WSRC0001", "a Body inside a header is no Body");
    }

    fn a_value_in_pieces_is_one_value(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let person = crate::flows::Person::new();
        let uln = person.register(&provider, "1");
        let (head, tail) = person.given.split_at(4);
        for split in ["<!-- -->", "<![CDATA[]]>", "<!----><!---->"] {
            let text = provider.credentials().find_by_uln("FUL", &uln, &person.family, &person.given)
                .replace(&person.given, &format!("{head}{split}{tail}"));
            let answer = provider.post(LS, &text);
            assert_eq!((answer.code(), answer.value("GivenName")), ("WSRC0004".to_owned(), person.given.clone()), "{split}");
        }
    }
}

/// Refusing a large request takes little memory, even briefly. The server is otherwise idle.
#[test]
fn refusing_takes_little_memory() {
    let deployment = Deployment::start(Database::Sqlite);
    let provider = deployment.provider();
    assert_eq!(provider.post(LS, &question(&provider)).code(), "WSRC0001");
    for case in large::cases() {
        peak_reset(&deployment);
        let before = memory(&deployment, "VmRSS:");
        refused(case.name, &provider.raw(&case.bytes).expect(case.name));
        let grown = memory(&deployment, "VmHWM:").saturating_sub(before);
        println!("{}: {grown} KiB", case.name);
        assert!(grown < LITTLE_KIB, "{}: the server grew by {grown} KiB", case.name);
    }
}

/// Resets the kernel's record of the server's peak memory.
pub fn peak_reset(deployment: &Deployment) {
    fs::write(format!("/proc/{}/clear_refs", deployment.process()), "5").expect("a process of ours");
}

/// The server's current or peak memory, in KiB.
pub fn memory(deployment: &Deployment, name: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", deployment.process())).expect("a process");
    let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("a line of this name");
    line.split_whitespace().next().and_then(|number| number.parse().ok()).expect("a number")
}

/// Clients that stall hold only their own connection, and only for a limited time.
#[test]
fn a_client_that_stalls_is_let_go_and_holds_nobody_up() {
    let setup = crate::harness::Setup {
        environment: vec![
            ("LRS_LIMITS_HEADER_TIMEOUT_S", "2".to_owned()),
            ("LRS_LIMITS_BODY_TIMEOUT_S", "2".to_owned()),
            ("LRS_LIMITS_HANDSHAKE_TIMEOUT_S", "2".to_owned()),
        ],
    };
    let deployment = Deployment::with(Database::Sqlite, setup);
    let provider = deployment.provider();
    let silent: Vec<_> = (0..50)
        .map(|_| std::net::TcpStream::connect(("127.0.0.1", deployment.port())).expect("a connection"))
        .collect();
    let mut half_header = provider.connect().expect("a connection");
    half_header.send(b"POST /LearnerService.svc HTTP/1.1\r\nHost: local").expect("sent");
    let mut half_body = provider.connect().expect("a connection");
    half_body
        .send(
            format!("POST /LearnerService.svc HTTP/1.1\r\nHost: localhost\r\n{XML}Content-Length: 1000\r\n\r\n<soap")
                .as_bytes(),
        )
        .expect("sent");
    let mut endless = provider.connect().expect("a connection");
    endless
        .send(
            format!(
                "POST /LearnerService.svc HTTP/1.1\r\nHost: localhost\r\n{XML}Transfer-Encoding: chunked\r\n\r\n1;"
            )
            .as_bytes(),
        )
        .expect("sent");
    let begin = Instant::now();
    assert_eq!(provider.post(LS, &question(&provider)).code(), "WSRC0001", "others are served");
    assert!(begin.elapsed() < Duration::from_secs(3), "others are not held up: {:?}", begin.elapsed());
    for connection in [&mut half_header, &mut half_body] {
        connection.set_patience(Duration::from_secs(15));
        while let Ok(answer) = connection.receive() {
            assert_eq!(answer.status, 408);
        }
        assert!(connection.closed_by_server(), "a stalled connection is closed");
    }
    while endless.send(&[b'x'; 1024]).is_ok() {
        assert!(begin.elapsed() < Duration::from_secs(15), "an extension of a chunk without end is ended");
        std::thread::sleep(Duration::from_millis(5));
    }
    for mut socket in silent {
        socket.set_read_timeout(Some(Duration::from_secs(15))).expect("a socket option");
        let mut byte = [0];
        let ended = std::io::Read::read(&mut socket, &mut byte);
        assert!(
            !matches!(&ended, Err(error) if error.kind() == ErrorKind::WouldBlock),
            "a silent handshake is ended: {ended:?}"
        );
    }
}
