//! A call at the web-service door: who calls, what is refused, and what may be logged.

use std::cell::RefCell;

use super::fault::{Blame, Fault};
use crate::domain::{Call, Caller, Claim, Error, Service, codes};
use crate::model::Peer;
use crate::xml::{Place, ReadError};

/// The three web services are implemented on this: the domain, and the client of this call.
pub struct Door<'e> {
    /// The rules.
    pub(super) domain: &'e Service,
    peer: &'e Peer,
    noted: RefCell<Noted>,
}

/// What metrics and log learn about a call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Noted {
    /// UKPRN of the organisation that proved who it is.
    pub organisation: String,
    /// The response code.
    pub code: &'static str,
}

/// The credentials in a request.
pub struct Credentials<'r> {
    /// UKPRN.
    pub ukprn: Option<&'r str>,
    /// Organisation reference.
    pub organisation_ref: Option<&'r str>,
    /// The organisation's password.
    pub password: Option<&'r str>,
    /// The user, a label.
    pub user_name: Option<&'r str>,
}

/// A request that has credentials.
pub trait Credentialed {
    /// The credentials.
    fn credentials(&self) -> Credentials<'_>;
}

/// Why a call gets a fault.
#[derive(Debug)]
pub enum Refused {
    /// The request cannot be read.
    Read(ReadError),
    /// No such operation (WSEC0002): what the request contains, and what it should.
    UnknownRequest(String),
    /// The domain refused.
    Domain(Error),
}

impl From<ReadError> for Refused {
    fn from(error: ReadError) -> Self {
        Refused::Read(error)
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Refused::Domain(error)
    }
}

impl<'e> Door<'e> {
    /// The door for one call.
    pub fn new(domain: &'e Service, peer: &'e Peer) -> Self {
        Door { domain, peer, noted: RefCell::default() }
    }

    /// Identifies the caller, before anything else is done.
    pub(super) fn caller<'c>(
        &'c self,
        call: &'c Call<'c>,
        request: &'c impl Credentialed,
    ) -> Result<Caller<'c>, Refused> {
        let Credentials { ukprn, organisation_ref, password, user_name } = request.credentials();
        let claim = Claim {
            peer: Some(self.peer),
            ukprn,
            org_ref: organisation_ref,
            password: password.unwrap_or_default(),
            user_name: user_name.unwrap_or_default(),
        };
        let caller = self.domain.organisations().authenticate(call, &claim)?;
        caller.organisation()?.ukprn.as_str().clone_into(&mut self.noted.borrow_mut().organisation);
        Ok(caller)
    }

    /// Records the response code of the reply, and returns it.
    pub(super) fn answer(&self, code: &'static str) -> &'static str {
        self.noted.borrow_mut().code = code;
        code
    }

    /// What was recorded.
    pub fn noted(&self) -> Noted {
        self.noted.borrow().clone()
    }
}

const VALIDATOR: &str = "uk.gov.miap.lrs.api.learner.utils.MSGValidator.validateSOAPMSG()";
/// The next two are our choice (rules.md 3.4).
const ORGANISATION_VALIDATOR: &str = "uk.gov.miap.lrs.api.learner.utils.OrganisationValidator.validate()";
const SERVICE: &str = "uk.gov.miap.lrs.api.learner.LearnerService";

/// What a client is told when a call fails. There is no `Retry-After`, because that promises that
/// nothing was done; a commit may be in doubt, or come after the fault.
const UNFINISHED: &str = "The service could not finish the call. Check whether it was carried out, then try again.";

impl Refused {
    /// The fault for the client. It explains errors in the request fully, but not those of the
    /// service.
    pub fn fault(&self) -> Fault {
        match self {
            Refused::Read(ReadError::Invalid(invalid)) => {
                let (further, place) = (invalid.text.clone(), Some(invalid.place.clone()));
                Fault { further, place, ..bare("WSEC0001", VALIDATOR, Blame::Client) }
            }
            Refused::Read(ReadError::NotWellFormed { reason, place }) => {
                let place = Some(place).filter(|place| **place != Place::default()).cloned();
                Fault { place, ..envelope_fault(Blame::Client, reason.to_string()) }
            }
            Refused::UnknownRequest(text) => {
                Fault { further: text.clone(), ..bare("WSEC0002", SERVICE, Blame::Client) }
            }
            Refused::Domain(error) => match error {
                Error::UnknownOrganisation => bare("WSEC0003", ORGANISATION_VALIDATOR, Blame::Client),
                Error::OutOfHours | Error::Maintenance => bare("WSEC0004", SERVICE, Blame::Server),
                Error::IncorrectPassword => bare("WSEC0005", ORGANISATION_VALIDATOR, Blame::Client),
                Error::InsufficientAccess => bare("WSEC0006", ORGANISATION_VALIDATOR, Blame::Client),
                Error::Busy(busy) => Fault {
                    further: busy.to_string(),
                    retry_after_s: Some(busy.seconds()),
                    ..bare("WSEC0999", SERVICE, Blame::Server)
                },
                Error::Unavailable(_) | Error::MustBlock | Error::Unexpected(_) => {
                    Fault { further: UNFINISHED.to_owned(), ..bare("WSEC0999", SERVICE, Blame::Server) }
                }
            },
        }
    }
}

/// A fault of the envelope, which is not an exception of the service.
pub(super) fn envelope_fault(blame: Blame, reason: String) -> Fault {
    let description = match blame {
        Blame::Client | Blame::Server => "The message is not an acceptable SOAP envelope.",
        Blame::VersionMismatch => "The envelope is neither SOAP 1.1 nor SOAP 1.2.",
        Blame::MustUnderstand => "A header that must be understood is not understood.",
    };
    Fault { description, further: reason, ..bare("WSEC0001", "", blame) }
}

/// A fault with nothing but a code.
fn bare(code: &'static str, actor: &'static str, blame: Blame) -> Fault {
    let description = codes::lookup(code).map_or("", |entry| entry.meaning);
    Fault {
        code,
        description,
        further: String::new(),
        place: None,
        strict: None,
        not_understood: Vec::new(),
        blame,
        actor,
        retry_after_s: None,
    }
}
