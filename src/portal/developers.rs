//! What developers need: the contracts to download, and each operation with its fields, its codes
//! and an example. All of it is the manual's (`src/manual`), as on the command line.

use askama::Template;

use super::answer::Answer;
use super::layout::Layout;
use super::problem::Problem;
use super::visit::Visit;
use crate::manual::{self, Entry};

/// The web services with their contracts and operations.
#[derive(Template)]
#[template(path = "developers.html")]
struct Overview {
    layout: Layout,
    services: Vec<Listed>,
    common: Vec<(&'static str, &'static str)>,
}

/// A web service.
struct Listed {
    name: &'static str,
    address: String,
    files: Vec<&'static str>,
    operations: Vec<(&'static str, &'static str)>,
}

/// An operation.
#[derive(Template)]
#[template(path = "operation.html")]
struct OperationPage {
    layout: Layout,
    entry: Entry,
}

/// `GET /developers`
pub(super) fn overview(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let services = manual::services().iter().map(|service| Listed {
        name: service.name,
        address: address(visit, service.path),
        files: service.documents.iter().map(|(name, _)| *name).collect(),
        operations: service.operations.iter().map(|each| (each.name, each.documentation)).collect(),
    });
    let common = manual::common_codes().map(|code| (code.code, code.meaning)).collect();
    Answer::page(&Overview { layout: visit.layout(), services: services.collect(), common })
}

/// `GET /developers/{service}/{operation}`
pub(super) fn operation(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let entry = manual::entry(visit.parameter("service"), visit.parameter("operation"));
    Answer::page(&OperationPage { layout: visit.layout(), entry: entry.ok_or(Problem::NotFound)? })
}

/// `GET /developers/contracts/{service}/{file}`: a document of a contract, whose imports name the
/// files beside it.
pub(super) fn contract(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let service = manual::service(visit.parameter("service")).ok_or(Problem::NotFound)?;
    let (file, address) = (visit.parameter("file"), address(visit, service.path));
    let text = manual::file(service, file, &address).ok_or(Problem::NotFound)?;
    Ok(Answer::file("text/xml; charset=utf-8", file, text.into_bytes()))
}

/// `GET /developers/contracts/{service}`: the contract in one document.
pub(super) fn contract_in_one(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let service = manual::service(visit.parameter("service")).ok_or(Problem::NotFound)?;
    let text = manual::in_one(service, &address(visit, service.path), manual::Faults::Contract);
    Ok(Answer::file("text/xml; charset=utf-8", format!("{}-single.wsdl", service.name), text.into_bytes()))
}

fn address(visit: &Visit<'_>, path: &str) -> String {
    format!("{}{path}", visit.addresses().web_services.trim_end_matches('/'))
}
