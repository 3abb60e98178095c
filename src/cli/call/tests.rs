//! `lrs call` as a whole, against a test server over mutual TLS.

#![allow(clippy::unwrap_used, clippy::panic)]

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, Stream};
use std::io::Read;
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use super::super::caller::Role;
use super::*;
use crate::pki::CertificateAuthority;

fn words(line: &str) -> Vec<String> {
    line.split(' ').map(str::to_owned).collect()
}

#[test]
fn options_may_stand_between_fields() {
    let mut options = Options { service: Some("LearnerService".into()), ..Options::default() };
    options.caller.url = Some("https://localhost:1".into());
    let fields =
        options.take_from(words("--ULN 1000000000 --as awarding --GivenName=Ada --url=https://localhost:2")).unwrap();
    assert_eq!(fields, words("--ULN 1000000000 --GivenName=Ada"));
    assert_eq!(options.service.as_deref(), Some("LearnerService"));
    assert_eq!(options.caller.role, Some(Role::Awarding));
    assert_eq!(options.caller.url.as_deref(), Some("https://localhost:2"));
}

#[test]
fn a_value_that_looks_like_an_option_stays_a_value() {
    let mut options = Options::default();
    let fields = options.take_from(words("--Notes --as --GivenName Ada")).unwrap();
    assert_eq!(fields, words("--Notes --as --GivenName Ada"));
    assert_eq!(options.caller.role, None);
}

#[test]
fn an_unknown_role_is_a_usage_error() {
    let result = Options::default().take_from(words("--as king"));
    assert!(matches!(result, Err(Failure::Usage(_))));
}

#[test]
fn an_unknown_operation_is_a_usage_error_before_anything_is_sent() {
    let call = Call { options: Options::default(), operation: Some("noSuchOperation".into()), fields: Vec::new() };
    assert!(matches!(run(call, &mut Vec::new()), Err(Failure::Usage(_))));
}

/// Answers one request with the given reply, and gives what it was sent.
fn serve_once(folder: &Path, reply: &'static str) -> (String, JoinHandle<String>) {
    let authority = CertificateAuthority::create("Test authority", 1).unwrap();
    let server = authority.issue_server(&["localhost"], 1).unwrap();
    std::fs::write(folder.join("ca.pem"), authority.credential().certificate_pem()).unwrap();
    std::fs::write(folder.join("client.pem"), authority.issue_client("client", 1).unwrap().pem().as_str()).unwrap();

    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(authority.credential().certificate_der().to_vec())).unwrap();
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build().unwrap();
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(verifier)
        .with_single_cert(
            vec![CertificateDer::from(server.certificate_der().to_vec())],
            PrivateKeyDer::from_pem_slice(server.key_pem().as_bytes()).unwrap(),
        )
        .unwrap();

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let serving = std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        let mut connection = ServerConnection::new(Arc::new(config)).unwrap();
        let mut stream = Stream::new(&mut connection, &mut socket);
        let mut request = String::new();
        let mut bytes = [0; 4096];
        while !request.contains("</soap:Envelope>") {
            let count = stream.read(&mut bytes).unwrap();
            assert!(count > 0, "the client hung up");
            request.push_str(std::str::from_utf8(bytes.get(..count).unwrap()).unwrap());
        }
        stream.write_all(reply.as_bytes()).unwrap();
        connection.send_close_notify();
        connection.complete_io(&mut socket).unwrap();
        request
    });
    (url, serving)
}

fn call(folder: &Path, url: String, operation: &str, fields: &str) -> (Result<(), Failure>, String) {
    let caller = CallerFlags {
        url: Some(url),
        ca: Some(folder.join("ca.pem")),
        cert: Some(folder.join("client.pem")),
        org_ukprn: Some("TEST0038".into()),
        org_password: Some("Synthetic-Pass16".into()),
        ..CallerFlags::default()
    };
    let options = Options { help: false, service: None, caller };
    let call = Call { options, operation: Some(operation.into()), fields: words(fields) };
    let mut out = Vec::new();
    (run(call, &mut out), String::from_utf8(out).unwrap())
}

#[test]
fn an_answer_is_printed_with_its_meaning_and_the_password_only_sent() {
    let folder = tempfile::tempdir().unwrap();
    let (url, serving) = serve_once(
        folder.path(),
        "HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=utf-8\r\nConnection: close\r\n\r\n\
         <e:Envelope xmlns:e='u'><e:Body><r><ResponseCode>WSRC0001</ResponseCode></r></e:Body></e:Envelope>",
    );
    let (result, text) =
        call(folder.path(), url, "learnerByULN", "--ULN 1000000000 --FamilyName Example --GivenName Ada");
    let request = serving.join().unwrap();
    result.unwrap();
    assert!(request.starts_with("POST /LearnerService.svc HTTP/1.1\r\n"), "{request}");
    assert!(request.to_lowercase().contains("soapaction: \"\"\r\n"), "{request}");
    assert!(
        request.contains("<FindType>FUL</FindType>") && request.contains("<OrgPassword>Synthetic-Pass16<"),
        "{request}"
    );
    assert!(text.contains("WSRC0001: No match") && !text.contains("Synthetic-Pass16"), "{text}");
}

#[test]
fn a_fault_is_printed_and_fails_the_command() {
    let folder = tempfile::tempdir().unwrap();
    let (url, serving) = serve_once(
        folder.path(),
        "HTTP/1.1 500 Internal Server Error\r\nContent-Type: text/xml; charset=utf-8\r\nConnection: close\r\n\r\n\
         <e:Envelope xmlns:e='u'><e:Body><e:Fault><faultcode>e:Server</faultcode><detail><ErrorCode>WSEC0005</ErrorCode></detail></e:Fault>\
         </e:Body></e:Envelope>",
    );
    let (result, text) = call(folder.path(), url, "ViewAudit", "--learnerUln 1000000000 --page 1");
    serving.join().unwrap();
    assert!(matches!(result, Err(Failure::Fault)));
    assert!(text.contains("HTTP status 500") && text.contains("WSEC0005: Incorrect password"), "{text}");
}

#[test]
fn a_password_that_a_reply_quotes_is_masked() {
    let folder = tempfile::tempdir().unwrap();
    let (url, serving) = serve_once(
        folder.path(),
        "HTTP/1.1 500 Internal Server Error\r\nContent-Type: text/xml; charset=utf-8\r\nConnection: close\r\n\r\n\
         <e:Envelope xmlns:e='u'><e:Body><e:Fault><faultcode>e:Server</faultcode><detail><ErrorCode>WSEC0001</ErrorCode>\
         <FurtherDetails>cvc-length-valid: Value 'Synthetic-Pass16' is refused.</FurtherDetails></detail></e:Fault>\
         </e:Body></e:Envelope>",
    );
    let (result, text) =
        call(folder.path(), url, "learnerByULN", "--ULN 1000000000 --FamilyName Example --GivenName Ada");
    assert!(serving.join().unwrap().contains("Synthetic-Pass16"));
    assert!(matches!(result, Err(Failure::Fault)));
    assert!(text.contains("Value '****************' is refused.") && !text.contains("Synthetic-Pass16"), "{text}");
}

#[test]
fn a_reply_that_is_no_xml_fails_the_command_with_its_status() {
    let folder = tempfile::tempdir().unwrap();
    let (url, serving) = serve_once(folder.path(), "HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n\r\nBad Gateway");
    let (result, _) = call(folder.path(), url, "ViewAudit", "--page 1");
    serving.join().unwrap();
    let Err(Failure::Failed(text)) = result else { panic!("expected a failure") };
    assert!(text.contains("502"), "{text}");
}
