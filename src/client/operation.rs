//! Finds an operation by the name that a person types.

use super::ClientError;
use crate::contract::{Operation, Service};

/// An operation and its service.
#[derive(Debug)]
pub struct Found {
    /// The service, which has the endpoint.
    pub service: &'static Service,
    /// The operation.
    pub operation: &'static Operation,
}

/// Finds a service by name, ignoring case.
pub fn find_service(services: &'static [Service], name: &str) -> Result<&'static Service, ClientError> {
    services.iter().find(|service| service.name.eq_ignore_ascii_case(name)).ok_or_else(|| {
        let known = services.iter().map(|service| service.name).collect::<Vec<_>>().join(", ");
        ClientError::Unknown(format!("Unknown web service '{name}'. The web services are {known}."))
    })
}

/// Finds an operation by name, in one service or in all: an exact match, otherwise the only one
/// that matches ignoring case.
pub fn find(services: &'static [Service], name: &str, service: Option<&str>) -> Result<Found, ClientError> {
    let service = service.map(|service| find_service(services, service)).transpose()?;
    let searched = service.map_or(services, std::slice::from_ref);
    let all = || {
        searched.iter().flat_map(|service| service.operations.iter().map(move |operation| Found { service, operation }))
    };
    let mut fitting: Vec<Found> = all().filter(|found| found.operation.name == name).collect();
    if fitting.is_empty() {
        fitting = all().filter(|found| found.operation.name.eq_ignore_ascii_case(name)).collect();
    }
    match fitting.pop() {
        None => {
            let known = all()
                .map(|found| format!("  {} ({})", found.operation.name, found.service.name))
                .collect::<Vec<_>>()
                .join("\n");
            Err(ClientError::Unknown(format!("Unknown operation '{name}'. The operations are:\n{known}")))
        }
        Some(only) if fitting.is_empty() => Ok(only),
        Some(last) => {
            fitting.push(last);
            let choices = fitting
                .iter()
                .map(|found| format!("  {} --service {}", found.operation.name, found.service.name))
                .collect::<Vec<_>>();
            Err(ClientError::Unknown(format!(
                "Several operations are named '{name}'. Choose one:\n{}",
                choices.join("\n")
            )))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::super::sample_contract::SERVICES;
    use super::*;

    fn service_of(name: &str, service: Option<&str>) -> &'static str {
        find(SERVICES, name, service).unwrap().service.name
    }

    fn refusal(name: &str, service: Option<&str>) -> String {
        match find(SERVICES, name, service) {
            Err(ClientError::Unknown(text)) => text,
            other => panic!("expected a refusal, not {other:?}"),
        }
    }

    #[test]
    fn the_exact_name_wins_over_letter_case() {
        assert_eq!(service_of("learnerByULN", None), "LearnerService");
        assert_eq!(service_of("LearnerByUln", None), "LearnerServiceR9");
        assert_eq!(service_of("viewaudit", None), "LearnerServiceR9");
    }

    #[test]
    fn a_name_that_fits_twice_needs_the_service() {
        assert!(refusal("learnerbyuln", None).contains("learnerByULN --service LearnerService"));
        assert_eq!(service_of("learnerbyuln", Some("learnerservicer9")), "LearnerServiceR9");
    }

    #[test]
    fn unknown_names_are_answered_with_the_known_ones() {
        assert!(refusal("register", None).contains("ViewAudit (LearnerServiceR9)"));
        assert!(refusal("ViewAudit", Some("Learner")).contains("LearnerServiceR9"));
    }
}
