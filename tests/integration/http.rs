//! The service as an HTTP and SOAP endpoint: what it must accept, what it must refuse and how (WS-I
//! Basic Profile, "messages in"), and the shape of every response.

mod encodings;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::harness::actor::request;
use crate::harness::message::{self, SOAP_1_1, SOAP_1_2, envelope};
use crate::harness::tree::Node;
use crate::harness::{Actor, Deployment, Setup, on_both};

const LS: &str = "LearnerService";
const XML: &str = "Content-Type: text/xml; charset=utf-8\r\nSOAPAction: \"\"\r\n";

/// A request that every provider may make, and that finds nobody.
fn question(actor: &Actor<'_>) -> String {
    actor.credentials().find_by_uln("FUL", "1000000000", "Body", "No")
}

/// The same request with one text replaced by another.
fn altered(actor: &Actor<'_>, from: &str, to: &str) -> String {
    let text = question(actor);
    assert!(text.contains(from), "{from} in {text}");
    text.replacen(from, to, 1)
}

/// Sends the variants and expects the normal reply for each.
fn all_answered(actor: &Actor<'_>, variants: &[(&str, String, Vec<u8>)]) {
    for (name, headers, body) in variants {
        let answer = actor.post_with(LS, headers, body);
        assert_eq!(answer.status, 200, "{name}: {}", answer.text());
        assert_eq!(answer.code(), "WSRC0001", "{name}");
    }
}

on_both! {
    fn an_answer_has_the_form_that_clients_expect(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let answer = provider.post(LS, &question(&provider));
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), Some("text/xml; charset=utf-8"));
        assert_eq!(answer.header("content-length"), Some(answer.body.len().to_string().as_str()));
        assert_eq!(answer.header("content-encoding"), None);
        let text = answer.text();
        assert!(text.contains("<soapenv:Body><ns2:FindLearnerResponse"), "{text}");
        let result = answer.result();
        assert_eq!(result.namespace, message::FIND);
        assert_eq!(result.names(), ["ResponseCode", "ULN", "FamilyName", "GivenName"]);
        assert!(result.children.iter().all(|child| child.namespace.is_empty()), "{text}");
    }

    fn a_fault_has_the_form_that_clients_expect(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let answer = provider.post(LS, &altered(&provider, "<GivenName>No</GivenName>", "<GivenName></GivenName>"));
        assert_eq!(answer.status, 500);
        assert_eq!(answer.header("content-type"), Some("text/xml; charset=utf-8"));
        let text = answer.text();
        assert!(text.contains("<ns10:MIAPAPIException xmlns:ns10=\"http://api.lrs.miap.gov.uk/exceptions\">"), "{text}");
        let document = answer.document();
        let fault = document.find("Body/Fault").expect("a fault");
        assert_eq!(fault.names(), ["faultcode", "faultstring", "detail"]);
        assert!(fault.children.iter().all(|child| child.namespace.is_empty()), "{text}");
        let exception = fault.find("detail/MIAPAPIException").expect("a typed detail");
        assert_eq!(exception.names(), ["ErrorCode", "ErrorActor", "Description", "FurtherDetails", "ErrorTimestamp"]);
        assert!(exception.children.iter().all(|child| child.namespace.is_empty()), "{text}");
        assert_eq!(answer.fault().error, "WSEC0001");
        assert_eq!(
            answer.fault().further,
            r"cvc-pattern-valid: Value '' is not facet-valid with respect to pattern '[\s]*[\S][\s\S]*' for type 'MIAPNameNonEmpty'."
        );

        let answer = provider.post("LearnerServiceR9", &envelope("<t:Nonsense xmlns:t=\"http://tempuri.org/\"/>"));
        assert_eq!((answer.status, answer.fault().error.as_str()), (500, "WSEC0002"));
        let document = answer.document();
        let domain = document.find("detail/DomainFault").expect("a typed detail");
        assert_eq!(domain.namespace, message::FAULTS);
        assert_eq!(domain.names(), ["ErrorCode", "ErrorDetail"]);

        let submission = r#"<SubmitAchievementBatchJob xmlns="http://api.lrs.qcf.gov.uk/services"><achievements><Achievement><Action>one</Action></Achievement></achievements></SubmitAchievementBatchJob>"#;
        let answer = deployment.awarding_organisation().post("ExternalService", &envelope(submission));
        assert_eq!((answer.status, answer.fault().error.as_str()), (500, "WSEC0001"));
        let detail = answer.document().find("detail/DomainFault").and_then(|fault| fault.value("ErrorDetail").map(str::to_owned));
        let detail = String::from_utf8(STANDARD.decode(detail.expect("a detail")).expect("base64")).expect("text");
        assert!(detail.starts_with("cvc-datatype-valid.1.2.1: 'one' is not a valid value for 'integer'. (byte "), "{detail}");
        assert!(detail.ends_with(" in /Envelope/Body/SubmitAchievementBatchJob/achievements/Achievement/Action)"), "{detail}");
    }

    /// What clients send that do not wrap the arguments in the request element (strong-soap).
    fn arguments_that_stand_in_the_body_by_themselves_are_refused_with_the_reason(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        for (body, reason) in [
            ("<FindType>FUL</FindType><ULN>1000000000</ULN>".to_owned(), "the element in the Body is in no namespace"),
            (format!("<f:FindLearnerByULN xmlns:f=\"{0}\"/><f:ULN xmlns:f=\"{0}\"/>", message::FIND), "the Body holds more than one element"),
            (question(&provider).replace("</fin:FindLearnerByULN>", "</fin:FindLearnerByULN><fin:ULN xmlns:fin=\"urn:x\"/>"),
                "the Body holds more than one element"),
            ("".to_owned(), "the Envelope holds no Body, or the Body no request"),
        ] {
            let whole = if body.contains("Envelope") { body } else { envelope(&body) };
            let fault = provider.post(LS, &whole).fault();
            assert_eq!(fault.error, "WSEC0001", "{whole}");
            assert!(fault.further.starts_with(reason), "{}: {whole}", fault.further);
            assert!(fault.further.contains("(byte "), "{}", fault.further);
        }
    }

    fn the_soap_action_is_ignored_in_every_form(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let forms = [
            ("empty quotes", "SOAPAction: \"\"\r\n"),
            ("nothing after the colon", "SOAPAction:\r\n"),
            ("absent", ""),
            ("quoted", "SOAPAction: \"http://tempuri.org/LearnerPortType/learnerByULN\"\r\n"),
            ("unquoted", "SOAPAction: http://tempuri.org/LearnerPortType/learnerByULN\r\n"),
            ("single quotes", "SOAPAction: 'http://tempuri.org/LearnerPortType/learnerByULN'\r\n"),
            ("of another operation", "SOAPAction: \"http://tempuri.org/LearnerPortType/verifyLearner\"\r\n"),
            ("as JAX-WS derives it", "SOAPAction: \"http://tempuri.org/LearnerPortType/learnerByULNRequest\"\r\n"),
            ("lower case header", "soapaction: \"\"\r\n"),
        ];
        let body = question(&provider).into_bytes();
        let variants: Vec<_> = forms
            .iter()
            .map(|(name, header)| (*name, format!("Content-Type: text/xml; charset=utf-8\r\n{header}"), body.clone()))
            .collect();
        all_answered(&provider, &variants);
    }

    fn the_content_types_of_soap_are_taken_and_others_are_not(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let body = question(&provider).into_bytes();
        let variants: Vec<_> = ["text/xml", "text/xml; charset=utf-8", "text/xml;charset=\"UTF-8\"", "TEXT/XML; Charset=Utf-8"]
            .iter()
            .map(|kind| (*kind, format!("Content-Type: {kind}\r\nAccept: application/xml\r\n"), body.clone()))
            .collect();
        all_answered(&provider, &variants);
        for kind in ["application/json", "text/plain", "multipart/related; boundary=x; type=\"text/xml\"", "application/x-www-form-urlencoded"] {
            let answer = provider.post_with(LS, &format!("Content-Type: {kind}\r\n"), &body);
            assert_eq!(answer.status, 415, "{kind}: {}", answer.text());
        }
        assert_eq!(provider.post_with(LS, "", &body).status, 415, "no Content-Type");
    }

    fn shapes_of_real_clients_are_understood(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let plain = |text: String| (XML.to_owned(), text.into_bytes());
        let namespaces: String = (0..35).map(|n| format!(" xmlns:p{n}=\"urn:example:{n}\"")).collect();
        let org_ref = format!("<OrganisationRef>{}</OrganisationRef>", provider.credentials().org_ref);
        let nil = "<OrganisationRef xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\"/>";
        let cases: Vec<(&str, String)> = vec![
            ("a newline before the envelope", format!("\n{}", question(&provider))),
            ("35 namespaces on the envelope", altered(&provider, " xmlns:soapenv=", &format!("{namespaces} xmlns:soapenv="))),
            ("no header element", altered(&provider, "<soapenv:Header/>", "")),
            ("addressing headers", altered(&provider, "<soapenv:Header/>",
                "<soapenv:Header xmlns:wsa=\"http://www.w3.org/2005/08/addressing\"><wsa:Action>urn:x</wsa:Action><wsa:MessageID>urn:uuid:1</wsa:MessageID><wsa:To>urn:y</wsa:To></soapenv:Header>")),
            ("encodingStyle", altered(&provider, "<soapenv:Envelope ", "<soapenv:Envelope soapenv:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\" ")),
            ("children in the namespace of the root", question(&provider)
                .replace("<GivenName>", "<fin:GivenName>").replace("</GivenName>", "</fin:GivenName>")
                .replace("<ULN>", "<fin:ULN>").replace("</ULN>", "</fin:ULN>")),
            ("a default namespace undone on each child", question(&provider)
                .replace("<fin:FindLearnerByULN xmlns:fin=", "<FindLearnerByULN xmlns=").replace("</fin:", "</")
                .replace("<GivenName>", "<GivenName xmlns=\"\">").replace("<ULN>", "<ULN xmlns=\"\">")
                .replace("<FamilyName>", "<FamilyName xmlns=\"\">").replace("<FindType>", "<FindType xmlns=\"\">")),
            ("no OrganisationRef", altered(&provider, &org_ref, "")),
            ("an empty OrganisationRef", altered(&provider, &org_ref, "<OrganisationRef></OrganisationRef>")),
            ("a nil OrganisationRef", altered(&provider, &org_ref, nil)),
            ("nil said with 1", altered(&provider, &org_ref, &nil.replace("true", "1"))),
            ("nil after another attribute", altered(&provider, &org_ref, &nil.replace(" xsi:nil", " id=\"a\" xsi:nil"))),
            ("xsi:type on a value", altered(&provider, "<GivenName>",
                "<GivenName xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xsi:type=\"xsd:string\">")),
            ("two prefixes of SOAP", altered(&provider, "<soapenv:Body>", "<s:Body xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\">").replace("</soapenv:Body>", "</s:Body>")),
            ("a CDATA section", altered(&provider, "<GivenName>No</GivenName>", "<GivenName><![CDATA[No]]></GivenName>")),
            ("character references", altered(&provider, "<GivenName>No</GivenName>", "<GivenName>&#78;&#x6F;</GivenName>")),
            ("indented with comments", question(&provider).replace("><", ">\n  <!-- - -->\n  <")),
        ];
        let variants: Vec<_> = cases.into_iter().map(|(name, text)| { let (headers, body) = plain(text); (name, headers, body) }).collect();
        all_answered(&provider, &variants);
    }

    fn soap_1_2_is_answered_in_soap_1_2(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let text = question(&provider).replace(SOAP_1_1, SOAP_1_2);
        for kind in ["application/soap+xml; charset=utf-8", "application/soap+xml; charset=utf-8; action=\"\"", "text/xml; charset=utf-8"] {
            let answer = provider.post_with(LS, &format!("Content-Type: {kind}\r\n"), text.as_bytes());
            assert_eq!(answer.code(), "WSRC0001", "{kind}");
            assert_eq!(answer.document().namespace, SOAP_1_2);
            assert_eq!(answer.header("content-type"), Some("application/soap+xml; charset=utf-8"));
        }
        let answer = provider.post_with(LS, "Content-Type: application/soap+xml\r\n", message::envelope_1_2("<n:nothing xmlns:n=\"urn:example\"/>").as_bytes());
        assert_eq!(answer.fault().error, "WSEC0002");
        assert_eq!(answer.document().namespace, SOAP_1_2);
        let other = question(&provider).replace(SOAP_1_1, "urn:example:soap");
        let answer = provider.post(LS, &other);
        assert_eq!(answer.fault().code, "VersionMismatch");
    }

    fn a_wrong_envelope_is_a_client_fault(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let text = question(&provider);
        let cases = [
            ("two elements in the Body", text.replace("</soapenv:Body>", "<x/></soapenv:Body>")),
            ("an element after the Body", text.replace("</soapenv:Envelope>", "<x/></soapenv:Envelope>")),
            ("the Body before the Header", envelope("").replace("<soapenv:Header/><soapenv:Body></soapenv:Body>", "<soapenv:Body/><soapenv:Header/>")),
            ("no Body", envelope("").replace("<soapenv:Body></soapenv:Body>", "")),
            ("two Bodies", text.replace("</soapenv:Envelope>", "<soapenv:Body/></soapenv:Envelope>")),
            ("an empty Body", envelope("")),
            ("an unqualified element in the Body", envelope("<FindLearnerByULN/>")),
            ("text in the Body", envelope("hello")),
            ("not an envelope", "<hello/>".to_owned()),
            ("not XML", "hello".to_owned()),
            ("nothing", String::new()),
        ];
        for (name, body) in cases {
            let answer = provider.post(LS, &body);
            assert!([400, 500].contains(&answer.status), "{name}: {}", answer.status);
            let fault = answer.fault();
            assert!(["Client", "Server", "VersionMismatch"].contains(&fault.code.as_str()), "{name}: {fault:?}");
        }
        for (name, body) in [
            ("an unknown element", envelope("<x:FindEverybody xmlns:x=\"http://api.lrs.miap.gov.uk/findmsg\"/>")),
            ("an element of another service", envelope("<t:ViewAudit xmlns:t=\"http://tempuri.org/\"/>")),
        ] {
            let answer = provider.post(LS, &body);
            assert_eq!((answer.status, answer.fault().error.as_str()), (500, "WSEC0002"), "{name}");
        }
    }

    fn methods_and_targets_are_as_documented(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        for method in ["PUT", "DELETE", "PATCH", "M-POST"] {
            let answer = provider.raw(&request(method, "/LearnerService.svc", XML, question(&provider).as_bytes())).expect("an answer");
            assert_eq!(answer.status, 405, "{method}");
            let allow = answer.header("allow").expect("Allow").to_owned();
            assert!(allow.contains("POST") && allow.contains("GET"), "{allow}");
        }
        assert_eq!(provider.ask("GET", "/LearnerService.svc").status, 200);
        let head = provider.ask("HEAD", "/LearnerService.svc");
        assert_eq!((head.status, head.body.len()), (200, 0));
        let unknown = provider.ask("GET", "/NoSuchService.svc");
        assert_eq!((unknown.status, unknown.text().as_str()), (404, "There is nothing here. The page / lists the services.\n"));
        assert_eq!(provider.post("NoSuchService", &question(&provider)).status, 404);
        for query in ["?singleWsdl", "?singlewsdl", "?wsdl", "?anything=else"] {
            let answer = provider.raw(&request("POST", &format!("/LearnerService.svc{query}"), XML, question(&provider).as_bytes()));
            assert_eq!(answer.expect("an answer").code(), "WSRC0001", "{query}");
        }
    }

    fn the_root_leads_to_the_pages_of_the_services(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let index = provider.ask("GET", "/");
        assert_eq!((index.status, index.header("content-type")), (200, Some("text/html; charset=utf-8")));
        let text = index.text();
        let links: Vec<&str> = text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(links, ["LearnerService.svc", "LearnerServiceR9.svc", "ExternalService.svc"]);
        for link in links {
            let page = provider.ask("GET", &format!("/{link}"));
            assert!(page.status == 200 && page.text().contains("?operations"), "{link}: {}", page.text());
        }
        let head = provider.ask("HEAD", "/");
        assert_eq!((head.status, head.body.len()), (200, 0));
        assert_eq!(provider.raw(&request("POST", "/", XML, question(&provider).as_bytes())).expect("an answer").status, 404);
    }

    fn the_contracts_are_served_with_the_public_address(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let public = deployment.variable("LRS_URL").to_owned();
        for (service, operations) in [("LearnerService", 12), ("LearnerServiceR9", 9), ("ExternalService", 2)] {
            for query in ["wsdl", "WSDL", "singleWsdl", "singlewsdl", "SINGLEWSDL"] {
                let answer = provider.ask("GET", &format!("/{service}.svc?{query}"));
                assert_eq!(answer.status, 200, "{service} {query}");
                assert!(answer.header("content-type").expect("a type").starts_with("text/xml"));
                let document = answer.document();
                assert_eq!(document.name, "definitions");
                let port_type = document.find("portType").expect("a portType");
                assert_eq!(port_type.children.iter().filter(|child| child.name == "operation").count(), operations);
                assert!(answer.text().contains(&format!("location=\"{public}/{service}.svc")), "{service} {query}: {public}");
                let parts = schema_parts(&answer.text());
                if query.eq_ignore_ascii_case("singlewsdl") {
                    assert!(parts.is_empty(), "{parts:?}");
                }
                for part in parts {
                    let target = part.strip_prefix(&public).unwrap_or(&part).to_owned();
                    let target = if target.starts_with('?') { format!("/{service}.svc{target}") } else { target };
                    let schema = provider.ask("GET", &target.replace("&amp;", "&"));
                    assert_eq!((schema.status, Node::parse(&schema.text()).name.as_str()), (200, "schema"), "{target}");
                }
            }
        }
    }

    fn http_1_0_chunks_and_kept_connections_work(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let body = question(&provider);

        let old = format!("POST /LearnerService.svc HTTP/1.0\r\n{XML}Content-Length: {}\r\n\r\n{body}", body.len());
        assert_eq!(provider.raw(old.as_bytes()).expect("an answer").code(), "WSRC0001");

        let mut chunked = format!("POST /LearnerService.svc HTTP/1.1\r\nHost: localhost\r\n{XML}Transfer-Encoding: chunked\r\n\r\n").into_bytes();
        for piece in body.as_bytes().chunks(97) {
            chunked.extend(format!("{:x}\r\n", piece.len()).into_bytes());
            chunked.extend(piece);
            chunked.extend(b"\r\n");
        }
        chunked.extend(b"0\r\n\r\n");
        assert_eq!(provider.raw(&chunked).expect("an answer").code(), "WSRC0001");

        let mut connection = provider.connect().expect("a connection");
        for _ in 0..20 {
            connection.send(&request("POST", "/LearnerService.svc", XML, body.as_bytes())).expect("sent");
            assert_eq!(connection.receive().expect("an answer").code(), "WSRC0001");
        }
    }

    fn a_client_that_asks_to_continue_is_told_at_once(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let body = question(&provider);
        let mut connection = provider.connect().expect("a connection");
        let head = format!("POST /LearnerService.svc HTTP/1.1\r\nHost: localhost\r\n{XML}Expect: 100-continue\r\nContent-Length: {}\r\n\r\n", body.len());
        connection.send(head.as_bytes()).expect("sent");
        assert_eq!(connection.head().expect("an interim answer").status, 100);
        connection.send(body.as_bytes()).expect("sent");
        assert_eq!(connection.receive().expect("an answer").code(), "WSRC0001");
    }

    fn the_first_broken_rule_is_reported_in_the_words_of_the_schema_processor(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let c = provider.credentials();
        let cases: Vec<(&str, String, &str)> = vec![
            ("an unknown find type", altered(&provider, "<FindType>FUL<", "<FindType>ALL<"), "cvc-"),
            ("a short password", altered(&provider, &c.password, "short"), "cvc-"),
            ("a long name", altered(&provider, "<GivenName>No<", &format!("<GivenName>{}<", "N".repeat(36))),
                "cvc-maxLength-valid: Value 'NNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNN' with length = '36' is not facet-valid with respect to maxLength '35' for type 'MIAPNameNonEmpty'."),
            ("a ULN with letters", altered(&provider, "<ULN>1000000000<", "<ULN>10000000AB<"),
                "cvc-pattern-valid: Value '10000000AB' is not facet-valid with respect to pattern '[1-9][0-9]{9}' for type 'MIAPULN'."),
            ("a missing name", altered(&provider, "<GivenName>No</GivenName>", ""), "cvc-complex-type.2.4"),
        ];
        for (name, body, expected) in cases {
            let fault = provider.post(LS, &body).fault();
            assert_eq!(fault.error, "WSEC0001", "{name}");
            assert!(fault.further.starts_with(expected), "{name}: {}", fault.further);
        }
    }
}

/// The `?xsd=` addresses that a document imports.
fn schema_parts(text: &str) -> Vec<String> {
    text.match_indices("schemaLocation=\"")
        .map(|(at, marker)| text[at + marker.len()..].split('"').next().unwrap_or_default().to_owned())
        .collect()
}

/// During maintenance, clients expect the response of the page that replaces the service.
#[test]
fn maintenance_answers_as_the_stand_in_page_does() {
    let setup = Setup { environment: vec![("LRS_SERVICE_MAINTENANCE", "true".to_owned())] };
    let deployment = Deployment::with(crate::harness::Database::Sqlite, setup);
    let provider = deployment.provider();
    let answer = provider.post(LS, &question(&provider));
    assert_eq!(answer.status, 405);
    assert!(answer.text().contains("<Code>UnsupportedHttpVerb</Code>"), "{}", answer.text());
}
