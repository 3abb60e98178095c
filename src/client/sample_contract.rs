//! A small contract, written by hand in the shapes of the three services, for the tests of this
//! folder.

use crate::contract::{Element, Operation, Service};

const REGMSG: &str = "http://api.lrs.miap.gov.uk/regmsg";
const TEMPURI: &str = "http://tempuri.org/";
const INTERFACE: &str = "http://schemas.datacontract.org/2004/07/Amor.Qcf.Service.Interface";

const fn leaf(name: &'static str, namespace: &'static str, min: u32, nillable: bool) -> Element {
    Element {
        name,
        namespace,
        type_name: "string",
        min,
        max: Some(1),
        nillable,
        required: false,
        facet: None,
        documentation: "",
        values: &[],
        check: |_| Ok(()),
        children: &[],
    }
}

const fn list(name: &'static str, children: &'static [Element]) -> Element {
    Element { max: None, ..branch(name, "", children) }
}

const fn branch(name: &'static str, namespace: &'static str, children: &'static [Element]) -> Element {
    Element { children, ..leaf(name, namespace, 0, false) }
}

pub static REGISTER: Element = branch(
    "RegisterLearner",
    REGMSG,
    &[
        leaf("OrganisationRef", "", 1, true),
        leaf("UKPRN", "", 1, true),
        leaf("OrgPassword", "", 0, false),
        leaf("UserName", "", 0, false),
        branch(
            "Learner",
            "",
            &[leaf("Title", "", 0, false), leaf("GivenName", "", 0, false), leaf("FamilyName", "", 0, false)],
        ),
    ],
);

pub static RETRIEVE: Element = branch(
    "RetrieveULNs",
    "http://api.lrs.miap.gov.uk/reportmsg",
    &[branch("ULNsToRetrieve", "", &[list("ULN", &[])])],
);

pub static ACHIEVEMENTS: Element = branch(
    "SubmitAchievementBatchJob",
    "http://api.lrs.qcf.gov.uk/services",
    &[branch("achievements", "", &[list("Achievement", &[leaf("Grade", "", 0, true), leaf("Uln", "", 1, true)])])],
);

pub static EVENTS: Element = branch(
    "GetLearnerLearningEvents",
    TEMPURI,
    &[
        branch(
            "invokingOrganisation",
            TEMPURI,
            &[
                leaf("OrganisationRef", INTERFACE, 0, true),
                leaf("Password", INTERFACE, 0, true),
                leaf("Ukprn", INTERFACE, 0, true),
                leaf("Username", INTERFACE, 0, true),
            ],
        ),
        leaf("uln", TEMPURI, 1, true),
        leaf("gender", TEMPURI, 1, true),
        leaf("getType", TEMPURI, 1, true),
    ],
);

const fn operation(name: &'static str, input: Element) -> Operation {
    Operation { name, soap_action: "", documentation: "", input, output: leaf("Response", "", 1, false) }
}

pub static SERVICES: &[Service] = &[
    Service {
        name: "LearnerService",
        path: "/LearnerService.svc",
        namespace: TEMPURI,
        port_type: "LearnerPortType",
        fault: "miap",
        documents: &[],
        operations: &[
            operation("learnerByULN", leaf("FindLearnerByULN", REGMSG, 1, false)),
            operation("getLearnerRecord", leaf("GetLearnerRecord", REGMSG, 1, false)),
        ],
    },
    Service {
        name: "LearnerServiceR9",
        path: "/LearnerServiceR9.svc",
        namespace: TEMPURI,
        port_type: "ILearnerServiceR9",
        fault: "domain",
        documents: &[],
        operations: &[
            operation("LearnerByUln", leaf("LearnerByUln", TEMPURI, 1, false)),
            operation("GetLearnerRecord", leaf("GetLearnerRecord", TEMPURI, 1, false)),
            operation("ViewAudit", leaf("ViewAudit", TEMPURI, 1, false)),
        ],
    },
];
