//! What stands around a message: the declaration of XML that every reply begins with, the headers of a request, and its root.

use crate::flows::{Person, borrowed};
use crate::harness::message::{SOAP_1_1, SOAP_1_2};
use crate::harness::{Actor, Deployment, on_both};

const LS: &str = "LearnerService";
const SERVICES: [&str; 3] = [LS, "LearnerServiceR9", "ExternalService"];

/// A request that every provider may make and that finds nobody.
fn question(actor: &Actor<'_>) -> String {
    actor.credentials().find_by_uln("FUL", "1000000000", "Body", "No")
}

on_both! {
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
