//! The refusals that every operation of the learner services shares: of an organisation that nobody
//! knows, of a wrong password and of one that is missing, and of a caller without the permission.
//! Each is made from a good request of the operation, in both versions of SOAP; the answer is the
//! same for all operations of a service.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::thread;

use learning_records::contract::SERVICES;

use crate::fixtures::{Fixture, all, carried, pattern, printed, send};
use crate::harness::message::{SOAP_1_1, SOAP_1_2};
use crate::harness::{Answer, Deployment, on_both};

/// Services whose operations all refuse these callers with the same answer.
const SERVICES_THAT_SHARE: [&str; 2] = ["LearnerService", "LearnerServiceR9"];

/// The first codes of a request that got what it asked for.
const SUCCESS: [&str; 11] = [
    "WSRC0004", "WSRC0005", "WSRC0006", "WSRC0007", "WSRC0009", "WSRC0024", "WSRC0025", "WSRC0027", "WSRC0050",
    "WSRC0051", "WSVRC001",
];

/// One refusal: the name of its golden answer, and the requests that get it, made from a good one.
struct Refusal {
    case: &'static str,
    requests: Vec<String>,
}

/// The refusals of a good request. LearnerService wants a password as its contract says, so that
/// one that is missing is an invalid request there (WSEC0001, with fixtures of its own).
fn refusals(service: &str, good: &str) -> Vec<Refusal> {
    let limited = good.replace("${UKPRN}", "${LIMITED.UKPRN}").replace("${ORGREF}", "${LIMITED.ORGREF}");
    let mut refusals = vec![
        Refusal { case: "wsec0003-unknown-organisation", requests: vec![good.replace("${UKPRN}", "99999999")] },
        Refusal {
            case: "wsec0005-incorrect-password",
            requests: vec![good.replace("${PASSWORD}", "not-the-password")],
        },
        Refusal {
            case: "wsec0006-insufficient-access",
            requests: vec![limited.replace("${PASSWORD}", "${LIMITED.PASSWORD}")],
        },
    ];
    if service == "LearnerServiceR9" {
        let element = pattern!(r"<((?:\w+:)?)Password([^>]*)>\$\{PASSWORD\}</(?:\w+:)?Password>");
        let nil =
            r#"<${1}Password${2} i:nil="true" xmlns:i="http://www.w3.org/2001/XMLSchema-instance"></${1}Password>"#;
        let requests = ["<${1}Password${2}></${1}Password>", nil, ""].map(|missing| {
            let request = element.replace(good, missing).into_owned();
            assert!(request != good, "{good}");
            request
        });
        refusals.push(Refusal { case: "wsec0005-missing-password", requests: requests.into() });
    }
    refusals
}

/// A fixture of the provider's that got what it asked for.
fn good_fixture<'f>(fixtures: &'f [Fixture], service: &str, operation: &str) -> &'f Fixture {
    let is_good = |fixture: &&Fixture| {
        let of_the_provider = ["${UKPRN}", "${PASSWORD}"].iter().all(|field| fixture.request().contains(field));
        let codes = fixture.codes();
        let succeeds = codes.first().is_none_or(|code| SUCCESS.contains(&code.as_str()));
        fixture.service == service && fixture.operation == operation && of_the_provider && succeeds
    };
    fixtures.iter().find(is_good).unwrap_or_else(|| panic!("{service} {operation} has no fixture that succeeds"))
}

/// The requests in each version of SOAP, but a wrong password in one by turns: guesses are limited.
fn in_versions(case: &str, place: usize, requests: &[String]) -> Vec<(&'static str, String)> {
    let both = requests.iter().flat_map(|request| {
        [("soap-1-1", request.replace(SOAP_1_2, SOAP_1_1)), ("soap-1-2", request.replace(SOAP_1_1, SOAP_1_2))]
    });
    if case == "wsec0005-incorrect-password" { both.skip(place % 2).step_by(2).collect() } else { both.collect() }
}

/// The answer of a service that is not busy: wrong passwords are slowed down, and there are more
/// operations than free guesses.
fn sent(deployment: &Deployment, service: &str, request: &str) -> Answer {
    loop {
        let answer = send(deployment, service, request);
        let Some(wait) = answer.retry_after() else { return answer };
        thread::sleep(wait);
    }
}

fn golden(service: &str, case: &str, version: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/soap");
    root.join(format!("{service}/refused/{case}.{version}.response.xml"))
}

on_both! {
    fn every_operation_refuses_alike(database) {
        let deployment = Deployment::start(database);
        let update = std::env::var_os("LRS_UPDATE_GOLDENS").is_some();
        let fixtures = all();
        let mut wrong = Vec::new();
        for service in SERVICES.iter().filter(|service| SERVICES_THAT_SHARE.contains(&service.name)) {
            for (place, operation) in service.operations.iter().enumerate() {
                deployment.reset();
                let good = good_fixture(&fixtures, service.name, operation.name);
                let request = good.request().replace("${JOB}", "1");
                for Refusal { case, requests } in refusals(service.name, &request) {
                    for (version, request) in in_versions(case, place, &requests) {
                        let answer = sent(&deployment, service.name, &request);
                        let code = case.split('-').next().expect("a code").to_ascii_uppercase();
                        let codes = carried(&answer.document());
                        let answer = printed(&deployment, &answer);
                        let golden = golden(service.name, case, version);
                        if update {
                            fs::create_dir_all(golden.parent().expect("a folder")).expect("a folder");
                            fs::write(&golden, &answer).expect("written");
                        }
                        let expected = fs::read_to_string(&golden).unwrap_or_default();
                        if codes != [code] || answer != expected {
                            let from = good.label();
                            wrong.push(format!("== {case} from {from}, {version}\n-- expected\n{expected}\n-- got\n{answer}"));
                        }
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{} answers differ\n{}", wrong.len(), wrong.join("\n"));
    }
}
