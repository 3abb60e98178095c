//! What a client is told if its request is unknown: the element found, and what was expected.

use crate::contract::{Element, SERVICES, Service};

/// Explains why the element `local` in `namespace` is not a request of `service`.
pub fn unknown(service: &Service, namespace: &str, local: &str) -> String {
    let found = format!("The Body holds the element '{local}' in the namespace '{namespace}'");
    if let Some(root) = root(service, local) {
        return format!("{found}; it must be '{}' in the namespace '{}'.", root.name, root.namespace);
    }
    let elsewhere = SERVICES.iter().find(|other| root(other, local).is_some());
    if let Some(other) = elsewhere {
        return format!("{found}, which is a request of {}: send it to {}.", other.name, other.path);
    }
    format!("{found}, which is not a request of {}. {}", service.name, wanted(service, namespace))
}

/// What the web service has in this namespace; if nothing, its namespaces.
fn wanted(service: &Service, namespace: &str) -> String {
    let inputs = || service.operations.iter().map(|operation| &operation.input);
    let here: Vec<&str> = inputs().filter(|input| input.namespace == namespace).map(|input| input.name).collect();
    if !here.is_empty() {
        return format!("Its requests in this namespace are '{}'.", here.join("', '"));
    }
    let mut namespaces: Vec<&str> = inputs().map(|input| input.namespace).collect();
    namespaces.sort_unstable();
    namespaces.dedup();
    let word = if namespaces.len() == 1 { "namespace" } else { "namespaces" };
    format!("Its requests are in the {word} '{}'.", namespaces.join("', '"))
}

/// The request that a name probably means: its own name or that of its operation, ignoring case.
fn root<'s>(service: &'s Service, local: &str) -> Option<&'s Element> {
    let is_meant = |name: &str| name.eq_ignore_ascii_case(local);
    let inputs = || service.operations.iter().map(|operation| &operation.input);
    inputs().find(|input| is_meant(input.name)).or_else(|| {
        service.operations.iter().find(|operation| is_meant(operation.name)).map(|operation| &operation.input)
    })
}
