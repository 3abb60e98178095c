//! Replies as the service and others send them.

#![allow(clippy::unwrap_used)]

use super::super::envelope::MASK;
use super::*;

fn meaning(code: &str) -> Option<&'static str> {
    match code {
        "WSRC0004" => Some("Exact match"),
        "WSEC0005" => Some("Incorrect password"),
        _ => None,
    }
}

#[test]
fn an_answer_is_indented_and_its_code_explained_once() {
    let reply = Reply::read(
        "<s:Envelope xmlns:s='u'><s:Body><R><ResponseCode>WSRC0004</ResponseCode><Learner><FamilyName>O&apos;Example &#38; Co</FamilyName>\
         <Notes></Notes></Learner><ResponseCode>WSRC0004</ResponseCode></R></s:Body></s:Envelope>",
        Vec::new(),
    )
    .unwrap();
    assert!(!reply.is_fault);
    assert_eq!(reply.meanings(meaning), ["WSRC0004: Exact match"]);
    assert!(reply.text.contains("\n      <Learner>\n        <FamilyName>"), "{}", reply.text);
    assert!(reply.text.contains("<Notes/>"), "{}", reply.text);
    assert!(reply.leaves.iter().any(|leaf| leaf.text == "O'Example & Co"));
    assert_eq!(reply.elements("Learner"), [[("FamilyName", "O'Example & Co")]]);
    assert_eq!(reply.value("ResponseCode"), Some("WSRC0004"));
}

#[test]
fn a_fault_is_told_from_an_answer_and_its_details_decoded() {
    let reply = Reply::read(
        "<s:Envelope xmlns:s='u'><s:Body><s:Fault><faultcode>s:Client</faultcode><faultstring>Incorrect password</faultstring><detail>\
         <DomainFault><ErrorCode>WSEC0005</ErrorCode><ErrorDetail>Tm90IHRoaXMgb25l</ErrorDetail></DomainFault></detail></s:Fault>\
         </s:Body></s:Envelope>",
        Vec::new(),
    )
    .unwrap();
    assert!(reply.is_fault);
    assert_eq!(reply.meanings(meaning), ["WSEC0005: Incorrect password"]);
    assert_eq!(reply.fault_details().as_deref(), Some("Not this one"));
}

#[test]
fn the_refused_element_is_named_and_the_rule_is_told_once() {
    let details = |further: &str| {
        let fault = format!(
            "<s:Envelope xmlns:s='u'><s:Body><s:Fault><faultcode>s:Server</faultcode><detail><e:MIAPAPIException xmlns:e='v'>\
             <ErrorCode>WSEC0001</ErrorCode><FurtherDetails>{further}</FurtherDetails></e:MIAPAPIException><Refusal xmlns='r'>\
             <Element>/Envelope/Body/Find</Element><Line>1</Line><Column>9</Column><Rule>'ULN' is missing in 'Find'.</Rule></Refusal>\
             </detail></s:Fault></s:Body></s:Envelope>"
        );
        Reply::read(&fault, Vec::new()).unwrap().fault_details().unwrap()
    };
    assert_eq!(
        details("Xerces says."),
        "Xerces says.\nRefused: /Envelope/Body/Find, line 1, column 9: 'ULN' is missing in 'Find'."
    );
    assert_eq!(
        details("'ULN' is missing in 'Find'."),
        "'ULN' is missing in 'Find'.\nRefused: /Envelope/Body/Find, line 1, column 9."
    );
}

#[test]
fn passwords_are_masked_wherever_a_reply_quotes_them() {
    let detail = BASE64.encode("wrong-passwordxx was sent");
    let fault = format!(
        "<s:Fault><FurtherDetails>Value 'wrong-passwordxx' with length = '16'; Value 'o&amp;1'.</FurtherDetails>\
         <ErrorDetail>{detail}</ErrorDetail></s:Fault>"
    );
    let reply = Reply::read(&fault, vec!["wrong-passwordxx".into(), "o&1".into(), "16".into()]).unwrap();
    let told = reply.text.clone() + &reply.fault_details().unwrap();
    assert!(!told.contains("wrong-passwordxx") && !told.contains("o&amp;1") && !told.contains(&detail), "{told}");
    assert!(
        told.contains(&format!("Value &apos;{MASK}&apos; with")) && told.contains(&format!("{MASK} was sent")),
        "{told}"
    );
}

#[test]
fn what_is_no_xml_document_is_refused() {
    for text in ["", "Bad Gateway", "<a><b></a>", "<a>", "<a>&unknown;</a>", "<!DOCTYPE a><a/>"] {
        assert!(Reply::read(text, Vec::new()).is_err(), "{text}");
    }
}
