//! The messages that actors send, as a client would write them, and what the tests look up in
//! replies.

use std::time::Duration;

use super::tree::Node;
use super::wire::Answer;

pub const SOAP_1_1: &str = "http://schemas.xmlsoap.org/soap/envelope/";
pub const SOAP_1_2: &str = "http://www.w3.org/2003/05/soap-envelope";
pub const FIND: &str = "http://api.lrs.miap.gov.uk/findmsg";
pub const REGISTER: &str = "http://api.lrs.miap.gov.uk/regmsg";
pub const BATCH: &str = "http://api.lrs.miap.gov.uk/batchmsg";
pub const VERIFY: &str = "http://api.lrs.miap.gov.uk/vldmsg";
pub const REPORT: &str = "http://api.lrs.miap.gov.uk/reportmsg";
pub const R9: &str = "http://tempuri.org/";
pub const COMMON: &str = "http://schemas.datacontract.org/2004/07/Amor.Qcf.Common";
pub const R10_ORGANISATION: &str = "http://schemas.datacontract.org/2004/07/Amor.Qcf.Service.Interface";
pub const FAULTS: &str = "http://api.lrs.qcf.gov.uk/faults";

/// The credentials of an organisation in a message.
#[derive(Clone, Debug)]
pub struct Credentials {
    pub ukprn: String,
    pub org_ref: String,
    pub password: String,
    pub user_name: String,
}

/// The fields of a learner as an MIS would send them; fields left out are not sent.
pub type Fields<'a> = [(&'a str, &'a str)];

/// Wraps a body in a SOAP 1.1 envelope.
pub fn envelope(body: &str) -> String {
    format!(
        r#"<soapenv:Envelope xmlns:soapenv="{SOAP_1_1}"><soapenv:Header/><soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"#
    )
}

/// Wraps a body in a SOAP 1.2 envelope.
pub fn envelope_1_2(body: &str) -> String {
    format!(r#"<env:Envelope xmlns:env="{SOAP_1_2}"><env:Body>{body}</env:Body></env:Envelope>"#)
}

/// `<name>value</name>` for every field, escaped.
pub fn elements(fields: &Fields<'_>) -> String {
    fields.iter().map(|(name, value)| format!("<{name}>{}</{name}>", escape(value))).collect()
}

pub fn escape(value: &str) -> String {
    value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

impl Credentials {
    /// The four fields at the start of every LearnerService request.
    pub fn header(&self) -> String {
        elements(&[
            ("OrganisationRef", &self.org_ref),
            ("UKPRN", &self.ukprn),
            ("OrgPassword", &self.password),
            ("UserName", &self.user_name),
        ])
    }

    /// A LearnerService request, starting with the credentials.
    pub fn request(&self, namespace: &str, root: &str, rest: &str) -> String {
        envelope(&format!(r#"<m:{root} xmlns:m="{namespace}">{}{rest}</m:{root}>"#, self.header()))
    }

    pub fn find_by_uln(&self, find_type: &str, uln: &str, family: &str, given: &str) -> String {
        let rest = elements(&[("ULN", uln), ("FamilyName", family), ("GivenName", given)]);
        let head = elements(&[("FindType", find_type)]) + &self.header();
        envelope(&format!(r#"<fin:FindLearnerByULN xmlns:fin="{FIND}">{head}{rest}</fin:FindLearnerByULN>"#))
    }

    pub fn find_by_demographics(&self, find_type: &str, fields: &Fields<'_>) -> String {
        let head = elements(&[("FindType", find_type)]) + &self.header();
        let rest = elements(fields);
        envelope(&format!(
            r#"<fin:FindLearnerByDemographics xmlns:fin="{FIND}">{head}{rest}</fin:FindLearnerByDemographics>"#
        ))
    }

    pub fn register(&self, fields: &Fields<'_>) -> String {
        self.request(REGISTER, "RegisterLearner", &format!("<Learner>{}</Learner>", elements(fields)))
    }

    pub fn update(&self, fields: &Fields<'_>) -> String {
        self.request(REGISTER, "UpdateLearner", &format!("<Learner>{}</Learner>", elements(fields)))
    }

    pub fn verify(&self, fields: &Fields<'_>) -> String {
        let learner = elements(fields);
        self.request(REPORT, "VerifyLearner", &format!("<LearnerToVerify>{learner}</LearnerToVerify>"))
    }

    /// A registration batch; each learner's fields are in the order of the contract.
    pub fn submit_batch(&self, job_type: &str, learners: &[Vec<(&str, String)>]) -> String {
        let learners = learners.iter().map(|fields| {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            format!("<Learner>{}</Learner>", elements(&fields))
        });
        let learners: Vec<String> = learners.collect();
        let head = elements(&[("JobType", job_type), ("LearnerRecordCount", &learners.len().to_string())]);
        self.request(BATCH, "SubmitBatch", &(head + &learners.concat()))
    }

    pub fn batch_output(&self, job: &str) -> String {
        self.request(BATCH, "GetSubmitBatchOutput", &elements(&[("JobID", job)]))
    }

    pub fn retrieve(&self, ulns: &[&str]) -> String {
        let list: String = ulns.iter().map(|uln| format!("<ULN>{uln}</ULN>")).collect();
        self.request(REPORT, "RetrieveULNs", &format!("<ULNsToRetrieve>{list}</ULNsToRetrieve>"))
    }

    /// GetLearnerLearningEvents of LearnerServiceR9.
    pub fn learning_events(&self, user_type: &str, get_type: &str, uln: &str, given: &str, family: &str) -> String {
        let organisation = format!(
            r#"<t:invokingOrganisation xmlns:i="{R10_ORGANISATION}"><i:Password>{}</i:Password><i:Ukprn>{}</i:Ukprn><i:Username>{}</i:Username></t:invokingOrganisation>"#,
            escape(&self.password),
            self.ukprn,
            escape(&self.user_name)
        );
        let rest: String = [
            ("userType", user_type),
            ("vendorID", "1"),
            ("language", "ENG"),
            ("uln", uln),
            ("givenName", given),
            ("familyName", family),
            ("dateOfBirth", ""),
            ("gender", ""),
            ("getType", get_type),
        ]
        .iter()
        .map(|(name, value)| format!("<t:{name}>{}</t:{name}>", escape(value)))
        .collect();
        envelope(&format!(
            r#"<t:GetLearnerLearningEvents xmlns:t="{R9}">{organisation}{rest}</t:GetLearnerLearningEvents>"#
        ))
    }

    /// Another LearnerServiceR9 operation; `fields` follow userType, vendorId and language.
    pub fn r9(&self, operation: &str, fields: &Fields<'_>) -> String {
        let organisation = format!(
            r#"<t:invokingOrganisation xmlns:c="{COMMON}"><c:ChannelCode>WebServices</c:ChannelCode><c:Password>{}</c:Password><c:Reference>{}</c:Reference><c:Ukprn>{}</c:Ukprn><c:Username>{}</c:Username></t:invokingOrganisation>"#,
            escape(&self.password),
            self.org_ref,
            self.ukprn,
            escape(&self.user_name)
        );
        let first = [("userType", "ORG"), ("vendorId", "1"), ("language", "ENG")];
        let rest: String =
            first.iter().chain(fields).map(|(name, value)| format!("<t:{name}>{}</t:{name}>", escape(value))).collect();
        envelope(&format!(r#"<t:{operation} xmlns:t="{R9}">{organisation}{rest}</t:{operation}>"#))
    }
}

/// A fault as a typed client sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// `faultcode` (SOAP 1.1) or `Code/Value` (1.2), without its prefix.
    pub code: String,
    pub text: String,
    /// The WSEC code in the detail; empty if there is no typed detail.
    pub error: String,
    /// FurtherDetails of a MIAPAPIException.
    pub further: String,
}

impl Answer {
    /// How long the client should wait before it tries again; `None` if the service is not busy.
    pub fn retry_after(&self) -> Option<Duration> {
        let seconds = self.header("Retry-After")?.parse().expect("whole seconds");
        assert!(seconds > 0 && self.fault().error == "WSEC0999", "{}", self.text());
        Some(Duration::from_secs(seconds))
    }

    pub fn document(&self) -> Node {
        Node::parse(&self.text())
    }

    /// The only element in the Body of a 200 response.
    pub fn result(&self) -> Node {
        assert_eq!(self.status, 200, "{}", self.text());
        let document = self.document();
        let body = document.child("Body").unwrap_or_else(|| panic!("no Body: {}", self.text()));
        assert_eq!(body.children.len(), 1, "one element in the Body: {}", self.text());
        body.children[0].clone()
    }

    /// A value in the result, by a path of local names.
    pub fn value(&self, path: &str) -> String {
        let result = self.result();
        result.value(path).unwrap_or_else(|| panic!("no {path} in {}", self.text())).to_owned()
    }

    /// The ResponseCode of a 200 response.
    pub fn code(&self) -> String {
        self.value("ResponseCode")
    }

    /// The fault in a response.
    pub fn fault(&self) -> Fault {
        let document = self.document();
        let fault =
            document.find("Body/Fault").unwrap_or_else(|| panic!("not a fault: {} {}", self.status, self.text()));
        let value = |path: &str| fault.value(path).unwrap_or_default().to_owned();
        let (code, text) = if document.namespace == SOAP_1_2 {
            (value("Code/Value"), value("Reason/Text"))
        } else {
            (value("faultcode"), value("faultstring"))
        };
        Fault {
            code: code.rsplit(':').next().unwrap_or_default().to_owned(),
            text,
            error: value("ErrorCode"),
            further: value("FurtherDetails"),
        }
    }
}
