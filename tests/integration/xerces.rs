//! The messages for refused LearnerService requests, as a Xerces validator gives them (rules.md
//! 3.4). The wording is that of the JDK 17's validator; passwords in it are masked, which is our
//! choice.

use crate::harness::message::{BATCH, REGISTER, REPORT};
use crate::harness::{Actor, Deployment, on_both};

const XSI: &str = r#"xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance""#;

/// A valid request.
fn question(actor: &Actor<'_>) -> String {
    actor.credentials().find_by_uln("FUL", "1000000000", "Body", "No")
}

/// The service's message about a request, which it must refuse as invalid.
fn refusal(actor: &Actor<'_>, request: &str) -> String {
    let answer = actor.post("LearnerService", request);
    assert_eq!(answer.status, 500, "{request}\n{}", answer.text());
    let fault = answer.fault();
    assert_eq!(fault.error, "WSEC0001", "{request}");
    fault.further
}

/// Replaces a text in the valid request, and expects the message.
fn expect(actor: &Actor<'_>, from: &str, to: &str, text: &str) {
    let valid = question(actor);
    assert!(valid.contains(from), "{from} in {valid}");
    assert_eq!(refusal(actor, &valid.replacen(from, to, 1)), text, "{to}");
}

on_both! {
    fn a_child_that_comes_twice_is_told_what_is_expected_instead(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        expect(&provider, "<OrgPassword>", "<UKPRN>TEST0038</UKPRN><OrgPassword>",
            "cvc-complex-type.2.4.a: Invalid content was found starting with element 'UKPRN'. One of '{OrgPassword}' is expected.");
        expect(&provider, "<FamilyName>", "<UKPRN>TEST0038</UKPRN><FamilyName>",
            "cvc-complex-type.2.4.a: Invalid content was found starting with element 'UKPRN'. One of '{FamilyName}' is expected.");
        expect(&provider, "</GivenName>", "</GivenName><UKPRN>TEST0038</UKPRN>",
            "cvc-complex-type.2.4.d: Invalid content was found starting with element 'UKPRN'. No child element is expected at this point.");
    }

    fn the_first_fault_of_the_document_is_told(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let fault = |change: &dyn Fn(String) -> String| refusal(&provider, &change(question(&provider)));
        let password = format!("<OrgPassword>{}</OrgPassword>", provider.credentials().password);
        assert_eq!(fault(&|valid| valid.replace("UserName>", "Username>")),
            "cvc-complex-type.2.4.a: Invalid content was found starting with element 'Username'. One of '{UserName}' is expected.");
        let user = |valid: &str| valid.split_once("<UserName>").unwrap().1.split_once("</UserName>").unwrap().0.to_owned();
        assert_eq!(fault(&|valid| valid.replace(&password, "").replace(&format!("<UserName>{}<", user(&valid)), "<UserName><")),
            "cvc-complex-type.2.4.a: Invalid content was found starting with element 'UserName'. One of '{OrgPassword}' is expected.");
        assert_eq!(fault(&|valid| valid.replace("<GivenName>No</GivenName>", "").replace("FamilyName>Body<", "FamilyName> <")),
            "cvc-pattern-valid: Value ' ' is not facet-valid with respect to pattern '[\\s]*[\\S][\\s\\S]*' for type 'MIAPNameNonEmpty'.");
        assert_eq!(fault(&|valid| valid.replace(&password, "").replace("<UserName>", "<fin:UserName>").replace("</UserName>", "</fin:UserName>")),
            "cvc-complex-type.2.4.a: Invalid content was found starting with element '{\"http://api.lrs.miap.gov.uk/findmsg\":UserName}'. One of '{OrgPassword}' is expected.");
        assert_eq!(fault(&|valid| valid.replace("<GivenName>No</GivenName>", "").replace("<ULN>", "<ULN id=\"u\">")),
            "cvc-type.3.1.1: Element 'ULN' is a simple type, so it cannot have attributes, excepting those whose namespace name is identical to 'http://www.w3.org/2001/XMLSchema-instance' and whose [local name] is one of 'type', 'nil', 'schemaLocation' or 'noNamespaceSchemaLocation'. However, the attribute, 'id' was found.");
        // The wrong order is accepted; the request is refused for what is missing, with the first
        // error that Xerces finds.
        let (before, after) = ("<FamilyName>Body</FamilyName>", "<GivenName>No</GivenName>");
        assert_eq!(fault(&|valid| valid.replace(&format!("{before}{after}"), &format!("{after}{before}")).replace(&password, "")),
            "cvc-complex-type.2.4.a: Invalid content was found starting with element 'UserName'. One of '{OrgPassword}' is expected.");
        assert_eq!(fault(&|valid| valid.replace(&format!("{before}{after}"), after)),
            "cvc-complex-type.2.4.a: Invalid content was found starting with element 'GivenName'. One of '{FamilyName}' is expected.");
    }

    fn a_second_entry_of_the_detail_says_what_was_refused_and_where(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let valid = question(&provider);
        let (before, _) = valid.split_once("<GivenName>").unwrap();
        let answer = provider.post("LearnerService", &valid.replace("<GivenName>No<", "\n <GivenName><"));
        let (_, detail) = answer.text().split_once("</ns10:MIAPAPIException>").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        assert!(!before.contains('\n'), "{before}");
        assert!(detail.starts_with("<Refusal xmlns=\"urn:learning-records:refusal\"><Element>/Envelope/Body/FindLearnerByULN/GivenName</Element>\
            <Line>2</Line><Column>25</Column><Rule>cvc-pattern-valid: "), "{detail}");
        // What to correct, if the message of Xerces is about something that the service accepts.
        let answer = provider.post("LearnerService", &valid.replace("UserName>", "Username>"));
        assert!(answer.text().contains("<Rule>'UserName' is missing in 'FindLearnerByULN'.</Rule></Refusal></detail>"), "{}", answer.text());
    }

    fn an_element_is_named_as_its_sender_wrote_it(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        expect(&provider, "<GivenName>No</GivenName>", "",
            "cvc-complex-type.2.4.b: The content of element 'fin:FindLearnerByULN' is not complete. One of '{GivenName}' is expected.");
        expect(&provider, "<GivenName>", "and<GivenName>",
            "cvc-complex-type.2.3: Element 'fin:FindLearnerByULN' cannot have character [children], because the type's content type is element-only.");
    }

    fn a_number_is_held_to_its_own_type(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let credentials = provider.credentials();
        for (job, text) in [
            ("9223372036854775808", "cvc-maxInclusive-valid: Value '9223372036854775808' is not facet-valid with respect to maxInclusive '9223372036854775807' for type 'long'."),
            (" -9223372036854775809\n", "cvc-minInclusive-valid: Value '-9223372036854775809' is not facet-valid with respect to minInclusive '-9223372036854775808' for type 'long'."),
            ("&#xA0;1", "cvc-datatype-valid.1.2.1: '\u{a0}1' is not a valid value for 'integer'."),
            (" one ", "cvc-datatype-valid.1.2.1: 'one' is not a valid value for 'integer'."),
        ] {
            let request = credentials.request(BATCH, "GetSubmitBatchOutput", &format!("<JobID>{job}</JobID>"));
            assert_eq!(refusal(&provider, &request), text, "{job}");
        }
        for (count, text) in [
            (" 201 ", "cvc-maxInclusive-valid: Value '201' is not facet-valid with respect to maxInclusive '200' for type 'MIAPLearnerRecordCount'."),
            ("99999999999999999999", "cvc-maxInclusive-valid: Value '99999999999999999999' is not facet-valid with respect to maxInclusive '200' for type 'MIAPLearnerRecordCount'."),
            ("0", "cvc-minInclusive-valid: Value '0' is not facet-valid with respect to minInclusive '1' for type 'MIAPLearnerRecordCount'."),
        ] {
            let rest = format!("<JobType>FUL</JobType><LearnerRecordCount>{count}</LearnerRecordCount>{}", learners(1));
            assert_eq!(refusal(&provider, &credentials.request(BATCH, "SubmitBatch", &rest)), text, "{count}");
        }
        let learner = "<Learner><GivenName>No</GivenName><FamilyName>Body</FamilyName><LastKnownPostCode>ZZ99 3WZ</LastKnownPostCode>\
            <DateOfBirth>2006-05-04</DateOfBirth><Gender>2</Gender><VerificationType>0</VerificationType><AbilityToShare>1</AbilityToShare>\
            <ULN>1000000000</ULN><VersionNumber>2147483648</VersionNumber></Learner>";
        assert_eq!(refusal(&provider, &credentials.request(REGISTER, "UpdateLearner", learner)),
            "cvc-maxInclusive-valid: Value '2147483648' is not facet-valid with respect to maxInclusive '2147483647' for type 'int'.");
    }

    fn a_learner_too_many_is_told_the_limit(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let rest = format!("<JobType>FUL</JobType><LearnerRecordCount>200</LearnerRecordCount>{}", learners(201));
        assert_eq!(refusal(&provider, &provider.credentials().request(BATCH, "SubmitBatch", &rest)),
            "cvc-complex-type.2.4.f: 'Learner' can occur a maximum of '200' times in the current sequence. This limit was exceeded. No child element is expected at this point.");
    }

    fn an_empty_entry_of_a_list_is_no_entry(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        for entries in ["<ULN/>", "<ULN>1000000000</ULN><ULN></ULN>"] {
            let rest = format!("<ULNsToRetrieve>{entries}</ULNsToRetrieve>");
            assert_eq!(refusal(&provider, &provider.credentials().request(REPORT, "RetrieveULNs", &rest)),
                "cvc-pattern-valid: Value '' is not facet-valid with respect to pattern '[1-9][0-9]{9}' for type 'MIAPULN'.");
        }
    }

    fn nil_stands_only_where_it_may_and_holds_nothing(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        for name in ["GivenName", "UserName", "OrgPassword"] {
            let valid = question(&provider);
            let (before, rest) = valid.split_once(&format!("<{name}>")).unwrap();
            let (_, after) = rest.split_once(&format!("</{name}>")).unwrap();
            assert_eq!(refusal(&provider, &format!(r#"{before}<{name} {XSI} xsi:nil="true"/>{after}"#)),
                format!("cvc-elt.3.1: Attribute 'http://www.w3.org/2001/XMLSchema-instance,nil' must not appear on element '{name}', because the {{nillable}} property of '{name}' is false."));
        }
        expect(&provider, "<UKPRN>", &format!(r#"<UKPRN {XSI} xsi:nil="true">"#),
            "cvc-elt.3.2.1: Element 'UKPRN' cannot have character or element information [children], because 'http://www.w3.org/2001/XMLSchema-instance,nil' is specified.");
    }

    fn a_wrong_password_never_stands_in_a_fault(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let password = provider.credentials().password;
        for (given, text) in [
            ("Horse-Battery", "cvc-minLength-valid: Value '…' with length = '13' is not facet-valid with respect to minLength '16' for type 'MIAPOrgPassword'."),
            ("Horse-Battery-Staple", "cvc-maxLength-valid: Value '…' with length = '20' is not facet-valid with respect to maxLength '16' for type 'MIAPOrgPassword'."),
            ("                ", r"cvc-pattern-valid: Value '…' is not facet-valid with respect to pattern '[\s]*[\S][\s\S]*' for type 'MIAPOrgPassword'."),
        ] {
            expect(&provider, &format!("<OrgPassword>{password}<"), &format!("<OrgPassword>{given}<"), text);
        }
        let base64 = format!(r#"<OrgPassword {XSI} xmlns:xs="http://www.w3.org/2001/XMLSchema" xsi:type="xs:base64Binary">Horse-Battery<"#);
        expect(&provider, &format!("<OrgPassword>{password}<"), &base64,
            "cvc-datatype-valid.1.2.1: '…' is not a valid value for 'base64Binary'.");
    }
}

/// This many learners for a batch.
fn learners(count: usize) -> String {
    "<Learner><GivenName>No</GivenName><FamilyName>Body</FamilyName></Learner>".repeat(count)
}
