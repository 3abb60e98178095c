//! The phases of a call, in order: envelope, known request, opening hours, request, caller, domain,
//! reply.

use super::door::{Door, Noted, Refused, envelope_fault};
use super::envelope::{self, Prefix, Refusal, Version};
use super::fault::{Blame, Fault, Shape};
use super::strict::Strict;
use super::unknown::unknown;
use crate::contract::{self, external_service, learner_service, learner_service_r9};
use crate::domain::{Action, Error, MustBlock, Pass, Service, Unsettled};
use crate::http::Outcome;
use crate::model::{Door as Entrance, Peer};
use crate::xml::{Limits, NotWellFormed, Place, ReadError, Reader};

/// One of the three web services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    /// LearnerService.
    Learner,
    /// LearnerServiceR9.
    LearnerR9,
    /// ExternalService.
    External,
}

/// The result of a call, reply or fault.
pub struct Answered {
    /// The reply.
    pub body: String,
    /// The SOAP version of the reply.
    pub version: Version,
    /// How the call ended; what did not end well is a fault.
    pub outcome: Outcome,
    /// The operation, or `unknown`.
    pub operation: &'static str,
    /// The number of seconds after which the same call may succeed, if the caller has to wait.
    pub retry_after_s: Option<u64>,
    /// What metrics and log may know.
    pub noted: Noted,
}

/// What the beginning of a request says about its sender.
pub enum Sender {
    /// The sender is known, and has proved its identity.
    Known,
    /// The beginning is too short or not well-formed; the reply if nothing more arrives.
    Unclear(Unsettled<Answered>),
    /// The sender, or its request, is refused.
    Refused(Unsettled<Answered>),
}

/// The name of an unknown operation.
pub(super) const UNKNOWN: &str = "unknown";
/// What metrics and log record when a caller has to wait; on the wire it is WSEC0999, but nothing
/// has failed.
const BUSY: &str = "busy";

/// The code of a failure inside the service.
const FAILED: &str = "WSEC0999";

#[derive(Clone, Copy)]
enum Operation {
    Learner(learner_service::Operation),
    LearnerR9(learner_service_r9::Operation),
    External(external_service::Operation),
}

impl Operation {
    fn name(self) -> &'static str {
        match self {
            Operation::Learner(operation) => operation.name(),
            Operation::LearnerR9(operation) => operation.name(),
            Operation::External(operation) => operation.name(),
        }
    }

    fn action(self) -> Action {
        match self {
            Operation::Learner(operation) => operation.into(),
            Operation::LearnerR9(operation) => operation.into(),
            Operation::External(operation) => operation.into(),
        }
    }
}

impl Endpoint {
    /// All of them, in the order of [`crate::contract::SERVICES`].
    pub const ALL: [Endpoint; 3] = [Endpoint::Learner, Endpoint::LearnerR9, Endpoint::External];

    /// The shape of its faults.
    pub fn shape(self) -> Shape {
        match self {
            Endpoint::Learner => Shape::Miap,
            Endpoint::LearnerR9 | Endpoint::External => Shape::Domain,
        }
    }

    /// The prefix of its envelopes, as captured.
    pub fn prefix(self) -> Prefix {
        match self {
            Endpoint::Learner => Prefix("soapenv"),
            Endpoint::LearnerR9 | Endpoint::External => Prefix("s"),
        }
    }

    /// Whether its requests carry batches of thousands of records.
    pub fn is_for_batches(self) -> bool {
        self == Endpoint::External
    }

    /// The limits of its requests.
    pub(super) fn limits(self) -> &'static Limits {
        static INTERACTIVE: Limits = Limits::INTERACTIVE;
        static BATCH: Limits = Limits::BATCH;
        match self {
            Endpoint::Learner | Endpoint::LearnerR9 => &INTERACTIVE,
            Endpoint::External => &BATCH,
        }
    }

    /// Its contract.
    pub(super) fn service(self) -> &'static contract::Service {
        match self {
            Endpoint::Learner => &learner_service::SERVICE,
            Endpoint::LearnerR9 => &learner_service_r9::SERVICE,
            Endpoint::External => &external_service::SERVICE,
        }
    }

    fn operation(self, namespace: &str, local: &str) -> Option<Operation> {
        match self {
            Endpoint::Learner => learner_service::Operation::of(namespace, local).map(Operation::Learner),
            Endpoint::LearnerR9 => learner_service_r9::Operation::of(namespace, local).map(Operation::LearnerR9),
            Endpoint::External => external_service::Operation::of(namespace, local).map(Operation::External),
        }
    }

    /// Processes the text of a request.
    ///
    /// # Errors
    /// [`MustBlock`] if `may_block` is not set and the call would have to wait; nothing has been
    /// done then.
    pub fn answer(
        self,
        domain: &Service,
        peer: &Peer,
        body: &str,
        may_block: bool,
        pass: &Pass,
    ) -> Result<Unsettled<Answered>, MustBlock> {
        if self.is_for_batches()
            && let Sender::Refused(called) = self.sender(domain, peer, body, may_block, pass)?
        {
            return Ok(called);
        }
        let unread = |version, fault: &Fault| Ok(Unsettled::without_call(self.refuse(domain, version, fault, UNKNOWN)));
        let mut reader = match Reader::new(body, self.limits()) {
            Ok(reader) => reader,
            Err(error) => return unread(Version::default(), &Refused::Read(error).fault()),
        };
        let opened = match envelope::open(&mut reader) {
            Ok(opened) => opened,
            Err(refusal) => {
                let (version, fault) = envelope_refusal(refusal);
                return unread(version, &fault);
            }
        };
        let (version, start) = (opened.version, &opened.root);
        let Some(operation) = self.operation(&opened.namespace, start.local) else {
            let refused = Refused::UnknownRequest(unknown(self.service(), &opened.namespace, start.local));
            return unread(version, &self.fault(body, UNKNOWN, &well_formed_first(body, self.limits(), refused)));
        };
        let door = Door::new(domain, peer);
        let mut out = String::with_capacity(4096);
        envelope::begin(version, self.prefix(), &mut out);
        let called = domain.begin(Entrance::WebService, operation.action(), may_block, pass, |call| match operation {
            Operation::Learner(operation) => {
                learner_service::dispatch(&door, call, operation, &mut reader, start, envelope::close, &mut out)
            }
            Operation::LearnerR9(operation) => {
                learner_service_r9::dispatch(&door, call, operation, &mut reader, start, envelope::close, &mut out)
            }
            Operation::External(operation) => {
                external_service::dispatch(&door, call, operation, &mut reader, start, envelope::close, &mut out)
            }
        });
        let name = operation.name();
        let answered = called.map(|outcome| match outcome {
            Ok(()) => {
                envelope::end(self.prefix(), &mut out);
                let noted = door.noted();
                Ok(Answered { body: out, version, outcome: Outcome::Ok, operation: name, retry_after_s: None, noted })
            }
            Err(Refused::Domain(Error::MustBlock)) => Err(MustBlock),
            Err(refused) => {
                log_refusal(&refused);
                let fault = self.fault(body, name, &well_formed_first(body, self.limits(), refused));
                let answered = self.refuse(domain, version, &fault, name);
                Ok(Answered { noted: Noted { code: answered.noted.code, ..door.noted() }, ..answered })
            }
        });
        answered.unless_blocked()
    }

    /// Refuses a request for an operation, known or not.
    pub(super) fn refuse(self, domain: &Service, version: Version, fault: &Fault, operation: &'static str) -> Answered {
        let retry_after_s = fault.retry_after_s;
        let (outcome, code) = match fault.code {
            _ if retry_after_s.is_some() => (Outcome::Busy, BUSY),
            FAILED => (Outcome::Failed, FAILED),
            code => (Outcome::Refused, code),
        };
        Answered {
            body: fault.envelope(self.shape(), version, self.prefix(), domain.clock().now()),
            version,
            outcome,
            operation,
            retry_after_s,
            noted: Noted { code, ..Noted::default() },
        }
    }

    /// The fault for a refused request. Clients of LearnerService know a strict validator's
    /// messages.
    fn fault(self, body: &str, operation: &str, refused: &Refused) -> Fault {
        let fault = refused.fault();
        match (self, refused) {
            (Endpoint::Learner, Refused::Read(ReadError::Invalid(invalid))) => {
                let called = learner_service::SERVICE.operations.iter().find(|each| each.name == operation);
                let strict =
                    called.map(|called| Strict::of(body, self.limits(), &called.input, &invalid.place, &invalid.text));
                Fault { strict, ..fault }
            }
            _ => fault,
        }
    }

    /// The fault for a body that is not text in an accepted encoding.
    pub fn malformed(self, version: Version, reason: &str, domain: &Service) -> String {
        let fault = envelope_fault(Blame::Client, reason.to_owned());
        fault.envelope(self.shape(), version, self.prefix(), domain.clock().now())
    }

    /// The fault for a refusal by the domain or an internal failure (WSEC0999), before the request
    /// was read.
    pub fn failure(self, version: Version, error: Error, domain: &Service) -> String {
        let fault = Refused::Domain(error).fault();
        fault.envelope(self.shape(), version, self.prefix(), domain.clock().now())
    }
}

pub(super) fn envelope_refusal(refusal: Refusal) -> (Version, Fault) {
    match refusal {
        Refusal::VersionMismatch => (Version::default(), envelope_fault(Blame::VersionMismatch, String::new())),
        Refusal::MustUnderstand(version, not_understood) => {
            (version, Fault { not_understood, ..envelope_fault(Blame::MustUnderstand, String::new()) })
        }
        Refusal::Client(version, error) => (version, Refused::Read(error).fault()),
    }
}

/// A document that is not well-formed is refused as such, whatever else is wrong with it (rules.md
/// 3.4, order of checks): if a request was refused before its end was read, the rest is read now.
fn well_formed_first(body: &str, limits: &Limits, refused: Refused) -> Refused {
    if !matches!(
        refused,
        Refused::Read(ReadError::Invalid(_))
            | Refused::UnknownRequest(_)
            | Refused::Domain(Error::OutOfHours | Error::Maintenance)
    ) {
        return refused;
    }
    let read_through = || -> Result<(), ReadError> {
        let mut reader = Reader::new(body, limits)?;
        let opened = envelope::open(&mut reader).map_err(|refusal| match refusal {
            Refusal::Client(_, error) => error,
            Refusal::VersionMismatch | Refusal::MustUnderstand(..) => {
                ReadError::NotWellFormed { reason: NotWellFormed::Misplaced, place: Place::default() }
            }
        })?;
        let _ = opened;
        reader.skip()?;
        envelope::close(&mut reader)
    };
    match read_through() {
        Err(error @ ReadError::NotWellFormed { .. }) => Refused::Read(error),
        Err(ReadError::Invalid(_)) | Ok(()) => refused,
    }
}

/// Logs where a request is invalid, but never its content; and internal failures.
pub(super) fn log_refusal(refused: &Refused) {
    match refused {
        Refused::Read(error) => log::debug!("refused: {error}"),
        Refused::Domain(error @ (Error::Unavailable(_) | Error::Unexpected(_))) => log::error!("call failed: {error}"),
        Refused::Domain(_) | Refused::UnknownRequest(_) => {}
    }
}
