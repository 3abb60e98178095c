//! The gateway between the HTTP edge and the three services: it gives each call to its endpoint, and each page to its
//! contract.

use std::borrow::Cow;

use super::super::endpoint::{Answered, Endpoint, Sender};
use super::super::envelope::Version;
use super::super::pages;
use crate::contract::SERVICES;
use crate::domain::{Error, MustBlock, Service, Unsettled};
use crate::http::{
    Answer, Exchange, Gateway, Opening, Page, PageRequest, Pending, Reply, Route, SoapVersion, Trouble, Turn,
};
use crate::model::Peer;

/// The three services over one domain.
pub struct SoapGateway {
    domain: Service,
    public_url: String,
}

impl SoapGateway {
    /// `public_url` is what clients call the server, without a path; the contract is published with it.
    pub fn new(domain: Service, public_url: String) -> Self {
        SoapGateway { domain, public_url }
    }

    /// The routes of the edge, in the order of the endpoints.
    pub fn routes() -> Vec<Route> {
        SERVICES
            .iter()
            .zip(Endpoint::ALL)
            .map(|(service, endpoint)| Route {
                path: service.path.trim_start_matches('/'),
                name: service.name,
                batch: endpoint.is_for_batches(),
            })
            .collect()
    }

    /// The reply, which does not leave before the trail of its call is durable.
    fn pending(&self, endpoint: Endpoint, called: Unsettled<Answered>) -> Pending {
        let mut named = (Version::default(), "unknown");
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
        match endpoint.answer(&self.domain, &exchange.peer, &exchange.body, exchange.may_block) {
            Ok(called) => Answer::Said(self.pending(endpoint, called)),
            Err(MustBlock) => Answer::MustBlock,
        }
    }

    fn may_call(&self, peer: &Peer, may_block: bool) -> Answer<bool> {
        match self.domain.organisations().may_call(peer, may_block) {
            Err(Error::MustBlock) => Answer::MustBlock,
            // Where the store fails, the call itself will have the fault for that.
            answer => Answer::Said(answer.unwrap_or(true)),
        }
    }

    fn opening(&self, exchange: &Exchange) -> Answer<Opening> {
        let endpoint = endpoint(exchange.service);
        match endpoint.sender(&self.domain, &exchange.peer, &exchange.body, exchange.may_block) {
            Ok(Sender::Known) => Answer::Said(Opening::Known),
            Ok(Sender::Unclear(called)) => Answer::Said(Opening::Unclear(self.pending(endpoint, called))),
            Ok(Sender::Refused(called)) => Answer::Said(Opening::Refused(self.pending(endpoint, called))),
            Err(MustBlock) => Answer::MustBlock,
        }
    }

    fn index(&self) -> Page {
        to_edge(pages::index(&self.public_url))
    }

    fn page(&self, request: &PageRequest<'_>) -> Page {
        match SERVICES.get(request.service) {
            Some(service) => to_edge(pages::page(service, request.query, &self.public_url)),
            None => Page { status: 404, content_type: "text/plain; charset=utf-8", body: Cow::Borrowed("") },
        }
    }

    fn fault(&self, service: usize, version: SoapVersion, trouble: Trouble) -> Reply {
        let endpoint = endpoint(service);
        let version = match version {
            SoapVersion::Soap11 => Version::V11,
            SoapVersion::Soap12 => Version::V12,
        };
        match trouble {
            Trouble::Malformed(reason) => Reply {
                body: endpoint.malformed(version, reason, &self.domain),
                code: "WSEC0001",
                ..failed(endpoint, version, "unknown", &self.domain)
            },
            Trouble::UnknownOrganisation => Reply {
                body: endpoint.failure(version, Error::UnknownOrganisation, &self.domain),
                code: "WSEC0003",
                ..failed(endpoint, version, "unknown", &self.domain)
            },
            Trouble::Internal => failed(endpoint, version, "unknown", &self.domain),
        }
    }
}

fn endpoint(index: usize) -> Endpoint {
    Endpoint::ALL.get(index).copied().unwrap_or(Endpoint::Learner)
}

fn to_edge(page: pages::Page) -> Page {
    let pages::Page { status, content_type, body } = page;
    Page { status, content_type, body: Cow::Owned(body) }
}

fn on_the_wire(version: Version) -> SoapVersion {
    match version {
        Version::V11 => SoapVersion::Soap11,
        Version::V12 => SoapVersion::Soap12,
    }
}

fn reply(answered: Answered, turn: Option<Turn>) -> Reply {
    let Answered { body, version, is_fault, operation, retry_after_s, noted } = answered;
    Reply {
        status: if is_fault { 500 } else { 200 },
        version: on_the_wire(version),
        body,
        operation,
        outcome: if is_fault { "fault" } else { "answer" },
        code: noted.code,
        organisation: noted.organisation,
        retry_after_s,
        turn: turn.filter(|_| retry_after_s.is_some()),
    }
}

/// The reply where something failed inside.
fn failed(endpoint: Endpoint, version: Version, operation: &'static str, domain: &Service) -> Reply {
    Reply {
        status: 500,
        version: on_the_wire(version),
        body: endpoint.failure(version, Error::Unexpected("the call failed"), domain),
        operation,
        outcome: "fault",
        code: "WSEC0999",
        organisation: String::new(),
        retry_after_s: None,
        turn: None,
    }
}
