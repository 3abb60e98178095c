//! What surrounds a message: the XML declaration at the start of every reply, the headers of a
//! request, and its root.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::flows::{Person, borrowed};
use crate::harness::message::{FIND, R9, REPORT, SOAP_1_1, SOAP_1_2, VERIFY, elements, envelope};
use crate::harness::{Actor, Deployment, on_both};

const LS: &str = "LearnerService";
const SERVICES: [&str; 3] = [LS, "LearnerServiceR9", "ExternalService"];

/// A request that every provider may make, and that finds nobody.
fn question(actor: &Actor<'_>) -> String {
    actor.credentials().find_by_uln("FUL", "1000000000", "Body", "No")
}

/// The text of a `DomainFault`.
fn decoded(detail: &str) -> String {
    String::from_utf8(STANDARD.decode(detail).expect("base64")).expect("UTF-8")
}

/// The request with its root, and with `children` all its elements, in the namespace of
/// LearnerService's WSDL.
fn in_the_namespace_of_the_wsdl(request: &str, children: bool) -> String {
    let root = regex::Regex::new(r#"(</?)(?:m|fin):(\w+)(?: xmlns:\w+="[^"]+")?>"#).expect("a pattern");
    assert_eq!(root.find_iter(request).count(), 2, "{request}");
    if children {
        let default = root.replace(request, format!("<$2 xmlns=\"{R9}\">"));
        return root.replace(&default, "</$2>").into_owned();
    }
    let prefixed = root.replace_all(request, "${1}tns:$2>");
    prefixed.replacen("Envelope ", &format!("Envelope xmlns:tns=\"{R9}\" "), 1)
}

on_both! {
    fn the_requests_of_savon_are_taken_for_all_operations_of_learner_service(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let credentials = provider.credentials();
        for (children, soap) in [(false, SOAP_1_1), (true, SOAP_1_1), (false, SOAP_1_2)] {
            let send = |request: String| {
                let request = in_the_namespace_of_the_wsdl(&request, children).replace(SOAP_1_1, soap);
                let answer = provider.post(LS, &request);
                assert_eq!(answer.status, 200, "{request}\n{}", answer.text());
                assert!(answer.result().namespace.starts_with("http://api.lrs.miap.gov.uk/"), "{}", answer.text());
                answer
            };
            let person = Person::new();
            assert_eq!(send(credentials.find_by_demographics("FUL", &person.demographics())).code(), "WSRC0001");
            let registered = send(credentials.register(&borrowed(&person.registration("1"))));
            assert_eq!(registered.code(), "WSRC0005");
            let uln = registered.value("ULN");
            assert_eq!(send(credentials.find_by_uln("FUL", &uln, &person.family, &person.given)).code(), "WSRC0004");
            let mut changed = person.registration("1");
            changed.insert(0, ("Title", "Dr".to_owned()));
            changed.extend([("ULN", uln.clone()), ("VersionNumber", "1".to_owned())]);
            assert_eq!(send(credentials.update(&borrowed(&changed))).code(), "WSRC0006");
            let names = [("GivenName", person.given.as_str()), ("FamilyName", &person.family)];
            let to_verify = [&[("ULN", uln.as_str())], &names[..]].concat();
            assert_eq!(send(credentials.verify(&to_verify)).code(), "WSVRC001");
            assert_eq!(send(credentials.retrieve(&[&uln])).code(), "WSRC0004");
            for report in ["GetMergedUnmergedULNsReport", "GetDeletedULNsReport"] {
                let days = elements(&[("FromDate", "2001-01-01"), ("ToDate", "2001-12-31")]);
                assert_eq!(send(credentials.request(REPORT, report, &days)).code(), "WSRC0024");
            }

            let another = Person::new();
            let batch = send(credentials.submit_batch("FUL", &[another.registration("1")]));
            assert_eq!(batch.code(), "WSRC0007");
            let output = send(credentials.batch_output(&batch.value("JobID"))).code();
            assert!(["WSRC0008", "WSRC0009"].contains(&output.as_str()), "{output}");
            let rest = format!("{}<Learner>{}</Learner>", elements(&[("LearnerRecordCount", "1")]), elements(&to_verify));
            let batch = send(credentials.request(VERIFY, "SubmitVerifyBatch", &rest));
            assert_eq!(batch.code(), "WSRC0025");
            let job = batch.value("JobID");
            let output = send(credentials.request(VERIFY, "GetVerifyBatchOutput", &elements(&[("JobID", &job)])));
            assert!(["WSRC0026", "WSRC0027"].contains(&output.code().as_str()), "{}", output.text());
        }
    }

    fn a_request_of_no_operation_is_told_what_was_found_and_what_is_wanted(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let found = |element: &str, namespace: &str| format!("The Body holds the element '{element}' in the namespace '{namespace}'");
        let cases = [
            (LS, "FindLearnerByULN", "urn:example", "; it must be 'FindLearnerByULN' in the namespace 'http://api.lrs.miap.gov.uk/findmsg'."),
            (LS, "learnerByULN", R9, "; it must be 'FindLearnerByULN' in the namespace 'http://api.lrs.miap.gov.uk/findmsg'."),
            (LS, "verifylearner", REPORT, "; it must be 'VerifyLearner' in the namespace 'http://api.lrs.miap.gov.uk/reportmsg'."),
            (LS, "ViewAudit", R9, ", which is a request of LearnerServiceR9: send it to /LearnerServiceR9.svc."),
            (LS, "FindEverybody", FIND, ", which is not a request of LearnerService. Its requests in this namespace are 'FindLearnerByULN', \
                'FindLearnerByDemographics'."),
            (LS, "FindEverybody", "urn:example", ", which is not a request of LearnerService. Its requests are in the namespaces \
                'http://api.lrs.miap.gov.uk/batchmsg', 'http://api.lrs.miap.gov.uk/findmsg', 'http://api.lrs.miap.gov.uk/regmsg', \
                'http://api.lrs.miap.gov.uk/reportmsg', 'http://api.lrs.miap.gov.uk/vldmsg'."),
            ("LearnerServiceR9", "GetOrganisation", FIND, "; it must be 'GetOrganisation' in the namespace 'http://tempuri.org/'."),
            ("LearnerServiceR9", "FindLearnerByULN", R9, ", which is a request of LearnerService: send it to /LearnerService.svc."),
            ("ExternalService", "Submit", "urn:a&amp;b", ", which is not a request of ExternalService. Its requests are in the \
                namespace 'http://api.lrs.qcf.gov.uk/services'."),
        ];
        for (service, element, namespace, wanted) in cases {
            let answer = provider.post(service, &envelope(&format!("<{element} xmlns=\"{namespace}\"/>")));
            let fault = answer.fault();
            assert_eq!((answer.status, fault.error.as_str()), (500, "WSEC0002"), "{element}");
            let expected = found(element, &namespace.replace("&amp;", "&")) + wanted;
            let detail = answer.document().value("ErrorDetail").map_or(fault.further, decoded);
            assert_eq!(detail, expected, "{service} {element}");
        }
    }

    fn every_reply_begins_with_the_declaration_of_xml(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let envelope = question(&provider);
        let requests: [(&str, u16, Vec<u8>); 7] = [
            ("an answer", 200, envelope.clone().into_bytes()),
            ("an answer in SOAP 1.2", 200, envelope.replace(SOAP_1_1, SOAP_1_2).into_bytes()),
            ("a typed fault", 500, envelope.replace(">FUL<", ">ALL<").into_bytes()),
            ("an unknown operation", 500, envelope.replace("FindLearnerByULN", "FindEverybody").into_bytes()),
            ("another SOAP", 500, envelope.replace(SOAP_1_1, "urn:example:soap").into_bytes()),
            ("no XML", 500, b"hello".to_vec()),
            ("no text", 500, b"<a>\xff\xfe\xfd</a>".to_vec()),
        ];
        for service in SERVICES {
            for (name, status, body) in &requests {
                let answer = provider.post_with(service, "Content-Type: text/xml; charset=utf-8\r\n", body);
                if service == LS {
                    assert_eq!(answer.status, *status, "{name}: {}", answer.text());
                }
                let declaration = "<?xml version=\"1.0\" encoding=\"utf-8\"?><";
                assert!(answer.text().starts_with(declaration), "{service}, {name}: {}", answer.text());
                assert_eq!(answer.text().matches("<?xml").count(), 1, "{service}, {name}");
                assert_eq!(answer.document().name, "Envelope", "{service}, {name}");
            }
        }
    }

    fn a_header_that_is_not_understood_is_named(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let headers = "<soapenv:Header>\
            <x:Transaction xmlns:x=\"urn:example\" soapenv:mustUnderstand=\"1\">5</x:Transaction>\
            <Optional xmlns=\"urn:example\">1</Optional>\
            <s:Elsewhere xmlns:s=\"urn:example\" soapenv:mustUnderstand=\"1\" ROLE=\"urn:example:next-but-one\"/>\
            <Security xmlns=\"urn:a&amp;b\" soapenv:mustUnderstand=\"true\"><x/></Security></soapenv:Header>";
        let text = "A header that must be understood is not understood. Not understood: 'Transaction' in the namespace 'urn:example', \
            'Security' in the namespace 'urn:a&b'.";
        for service in SERVICES {
            let ask = |soap: &str, role: &str| {
                let header = headers.replace("ROLE", role);
                provider.post(service, &question(&provider).replace("<soapenv:Header/>", &header).replace(SOAP_1_1, soap))
            };
            let answer = ask(SOAP_1_1, "soapenv:actor");
            let fault = answer.fault();
            assert_eq!((answer.status, fault.code.as_str(), fault.text.as_str()), (500, "MustUnderstand", text), "{service}");
            assert!(answer.document().child("Header").is_none(), "{}", answer.text());

            let answer = ask(SOAP_1_2, "soapenv:role");
            let fault = answer.fault();
            assert_eq!((answer.status, fault.code.as_str(), fault.text.as_str()), (500, "MustUnderstand", text), "{service}");
            let document = answer.document();
            assert_eq!(document.names(), ["Header", "Body"]);
            let blocks = &document.children[0].children;
            assert!(blocks.iter().all(|block| block.namespace == SOAP_1_2 && block.name == "NotUnderstood"), "{blocks:?}");
            assert_eq!(blocks.len(), 2);
            for qualified in ["xmlns:h=\"urn:example\" qname=\"h:Transaction\"/>", "xmlns:h=\"urn:a&amp;b\" qname=\"h:Security\"/>"] {
                assert!(answer.text().contains(qualified), "{}", answer.text());
            }
        }
    }

    fn a_header_that_must_be_understood_stops_the_call_before_any_effect(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let person = Person::new();
        let header = "<soapenv:Header><x:Transaction xmlns:x=\"urn:example\" soapenv:mustUnderstand=\"1\">5</x:Transaction></soapenv:Header>";
        let register = provider.credentials().register(&borrowed(&person.registration("1")));
        let answer = provider.post(LS, &register.replace("<soapenv:Header/>", header));
        assert_eq!((answer.status, answer.fault().code.as_str()), (500, "MustUnderstand"));
        let found = provider.post(LS, &provider.credentials().find_by_demographics("FUL", &person.demographics()));
        assert_eq!(found.code(), "WSRC0001", "nobody was registered");
        let answer = provider.post(LS, &question(&provider).replace("<soapenv:Header/>", &header.replace("mustUnderstand=\"1\"", "mustUnderstand=\"0\"")));
        assert_eq!(answer.code(), "WSRC0001");
        let elsewhere = header.replace("<x:Transaction", "<x:Transaction soapenv:actor=\"urn:example:next-but-one\"");
        assert_eq!(provider.post(LS, &question(&provider).replace("<soapenv:Header/>", &elsewhere)).code(), "WSRC0001");
    }
}
