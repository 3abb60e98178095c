//! The three services behind their listener: each call goes to its endpoint, and each page to its
//! contract.

use std::sync::Arc;

use super::super::endpoint::{Answered, Endpoint, Sender, UNKNOWN};
use super::super::envelope::Version;
use super::super::pages::{self, Page};
use super::gateway::{Answer, Exchange, Gateway, Opening, Pending, Reply, Trouble, Turn};
use super::handler::{Route, SoapHandler};
use crate::config::Limits;
use crate::contract::{self, SERVICES};
use crate::domain::{Error, MustBlock, Service, Unsettled};
use crate::http::{Called, Outcome};
use crate::model::{Door, Peer};

/// The three web services on one domain.
pub struct SoapGateway {
    domain: Service,
    public_url: String,
}

impl SoapHandler<SoapGateway> {
    /// The three services for a listener with these limits. `public_url` is what clients call the
    /// server, without a path; the contract is published with it. `always_block` says that every
    /// call waits for something (a database over the network).
    pub fn new(domain: Service, public_url: String, limits: &Limits, always_block: bool) -> Self {
        Self::of(Arc::new(SoapGateway { domain, public_url }), routes(limits), always_block)
    }
}

/// What clients call the services, below the server's own URL.
pub fn addresses(public_url: &str) -> impl Iterator<Item = String> {
    SERVICES.iter().map(|service| format!("{}{}", public_url.trim_end_matches('/'), service.path))
}

/// The services in the order of the endpoints.
fn routes(limits: &Limits) -> Vec<Route> {
    let route = |(service, endpoint): (&contract::Service, Endpoint)| {
        let batch = endpoint.is_for_batches();
        let limit = if batch { limits.batch_body_bytes } else { limits.body_bytes };
        Route { path: service.path.trim_start_matches('/'), name: service.name, batch, limit }
    };
    SERVICES.iter().zip(Endpoint::ALL).map(route).collect()
}

impl SoapGateway {
    /// The reply, withheld until the trail of its call is durable.
    fn pending(&self, endpoint: Endpoint, called: Unsettled<Answered>) -> Pending {
        let mut named = (Version::default(), UNKNOWN);
        let mut called = called.map(|answered| {
            named = (answered.version, answered.operation);
            answered
        });
        let turn = called.take_turn().map(|turn| -> Turn { Box::pin(turn.come()) });
        match called.settled() {
            Ok(answered) => Pending::Ready(reply(answered, turn)),
            Err(called) => {
                let ((version, operation), domain) = (named, self.domain.clone());
                Pending::Held(Box::pin(async move {
                    match called.settle().await {
                        Ok(answered) => reply(answered, None),
                        Err(error) => {
                            log::error!("cannot write the audit trail of a call: {error}");
                            failed(endpoint, version, operation, &domain)
                        }
                    }
                }))
            }
        }
    }
}

impl Gateway for SoapGateway {
    fn post(&self, exchange: &Exchange) -> Answer<Pending> {
        let endpoint = endpoint(exchange.service);
        match endpoint.answer(&self.domain, &exchange.peer, &exchange.body, exchange.may_block, &exchange.pass) {
            Ok(called) => Answer::Said(self.pending(endpoint, called)),
            Err(MustBlock) => Answer::MustBlock,
        }
    }

    fn may_call(&self, peer: &Peer, may_block: bool) -> Answer<bool> {
        match self.domain.organisations().may_call(peer, may_block) {
            Err(Error::MustBlock) => Answer::MustBlock,
            // If the store fails, the call itself will produce the fault for that.
            answer => Answer::Said(answer.unwrap_or(true)),
        }
    }

    fn in_maintenance(&self, may_block: bool) -> Answer<bool> {
        match self.domain.status().in_maintenance(Door::WebService, may_block) {
            Err(Error::MustBlock) => Answer::MustBlock,
            answer => Answer::Said(answer.unwrap_or(false)),
        }
    }

    fn opening(&self, exchange: &Exchange) -> Answer<Opening> {
        let endpoint = endpoint(exchange.service);
        match endpoint.sender(&self.domain, &exchange.peer, &exchange.body, exchange.may_block, &exchange.pass) {
            Ok(Sender::Known) => Answer::Said(Opening::Known),
            Ok(Sender::Unclear(called)) => Answer::Said(Opening::Unclear(self.pending(endpoint, called))),
            Ok(Sender::Refused(called)) => Answer::Said(Opening::Refused(self.pending(endpoint, called))),
            Err(MustBlock) => Answer::MustBlock,
        }
    }

    fn index(&self) -> Page {
        pages::index(&self.public_url)
    }

    fn page(&self, service: usize, query: &str) -> Page {
        match SERVICES.get(service) {
            Some(service) => pages::page(service, query, &self.public_url),
            None => Page { status: 404, content_type: "text/plain; charset=utf-8", body: String::new() },
        }
    }

    fn fault(&self, service: usize, version: Version, trouble: Trouble) -> Reply {
        let endpoint = endpoint(service);
        match trouble {
            Trouble::Malformed(reason) => {
                refused(version, endpoint.malformed(version, reason, &self.domain), "WSEC0001")
            }
            Trouble::UnknownOrganisation => {
                refused(version, endpoint.failure(version, Error::UnknownOrganisation, &self.domain), "WSEC0003")
            }
            Trouble::Internal => failed(endpoint, version, UNKNOWN, &self.domain),
        }
    }
}

fn endpoint(index: usize) -> Endpoint {
    Endpoint::ALL.get(index).copied().unwrap_or(Endpoint::Learner)
}

fn function(operation: &'static str) -> Option<&'static str> {
    (operation != UNKNOWN).then_some(operation)
}

fn reply(answered: Answered, turn: Option<Turn>) -> Reply {
    let Answered { body, version, outcome, operation, retry_after_s, noted } = answered;
    let called = Called { function: function(operation), outcome, code: noted.code, organisation: noted.organisation };
    Reply { version, body, called, retry_after_s, turn: turn.filter(|_| retry_after_s.is_some()) }
}

/// The reply to a request that was not read.
fn refused(version: Version, body: String, code: &'static str) -> Reply {
    fault(version, body, Called { function: None, outcome: Outcome::Refused, code, organisation: String::new() })
}

/// The reply after an internal failure.
fn failed(endpoint: Endpoint, version: Version, operation: &'static str, domain: &Service) -> Reply {
    let body = endpoint.failure(version, Error::Unexpected("the call failed"), domain);
    let (function, outcome) = (function(operation), Outcome::Failed);
    fault(version, body, Called { function, outcome, code: "WSEC0999", organisation: String::new() })
}

fn fault(version: Version, body: String, called: Called) -> Reply {
    Reply { version, body, called, retry_after_s: None, turn: None }
}
