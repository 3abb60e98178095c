//! Identifies the sender of a batch before its records are read.
//!
//! For ExternalService the order of checks in rules.md 3.4 is changed (our choice): unknown
//! request, opening hours, organisation and password are checked before the rest of the document
//! has been read, and so before it is known to be well-formed. A request of 32 MiB that is going to
//! be refused then costs no more than its beginning. The other web services keep the order; their
//! requests are short.

use super::door::{Door, Refused};
use super::endpoint::{Endpoint, Sender, UNKNOWN, envelope_refusal, log_refusal};
use super::envelope::{self, Refusal};
use super::unknown::unknown;
use crate::contract::external_service::{
    GetAchievementBatchJob, GetAchievementBatchJobResponse, IExternalService, Operation, SubmitAchievementBatchJob,
    SubmitAchievementBatchJobResponse, dispatch,
};
use crate::domain::{Call, Error, MustBlock, Pass, Service, Unsettled};
use crate::model::{Door as Entrance, Peer};
use crate::xml::{NotWellFormed, ReadError, Reader};

/// Why reading stopped after the credentials.
enum Passed {
    /// They are valid.
    Known,
    Refused(Refused),
}

impl From<Error> for Passed {
    fn from(error: Error) -> Self {
        Passed::Refused(error.into())
    }
}

impl From<Refused> for Passed {
    fn from(refused: Refused) -> Self {
        Passed::Refused(refused)
    }
}

impl From<ReadError> for Passed {
    fn from(error: ReadError) -> Self {
        Passed::Refused(error.into())
    }
}

impl Endpoint {
    /// Identifies the sender of a request with this beginning. It reads as far as the credentials,
    /// which come first in the contract's order.
    ///
    /// # Errors
    /// [`MustBlock`] if `may_block` is not set and the call would have to wait; nothing has been
    /// done then.
    pub fn sender(
        self,
        domain: &Service,
        peer: &Peer,
        beginning: &str,
        may_block: bool,
        pass: &Pass,
    ) -> Result<Sender, MustBlock> {
        let refuse = |version, refused: &Refused, operation| self.refuse(domain, version, &refused.fault(), operation);
        let unread = |answered| Ok(Sender::Refused(Unsettled::without_call(answered)));
        let mut reader = Reader::beginning(beginning, self.limits());
        let opened = match envelope::open(&mut reader) {
            Ok(opened) => opened,
            Err(Refusal::Client(version, error @ ReadError::NotWellFormed { .. })) => {
                let answered = refuse(version, &Refused::Read(late(error)), UNKNOWN);
                return Ok(Sender::Unclear(Unsettled::without_call(answered)));
            }
            Err(refusal) => {
                let (version, fault) = envelope_refusal(refusal);
                return unread(self.refuse(domain, version, &fault, UNKNOWN));
            }
        };
        let Some(operation) = Operation::of(&opened.namespace, opened.root.local) else {
            let text = unknown(self.service(), &opened.namespace, opened.root.local);
            return unread(refuse(opened.version, &Refused::UnknownRequest(text), UNKNOWN));
        };
        if let Some(credentials) = self.credentials(operation) {
            reader.end_after(credentials);
        }
        let door = Door::new(domain, peer);
        let called = domain.begin(Entrance::WebService, operation.into(), may_block, pass, |call| {
            let (threshold, unwritten) = (Threshold(&door), &mut String::new());
            dispatch(&threshold, call, operation, &mut reader, &opened.root, Reader::check_so_far, unwritten)
        });
        let mut is_unclear = false;
        let called = called.map(|read| match read {
            Ok(()) | Err(Passed::Known) => Ok(None),
            Err(Passed::Refused(Refused::Domain(Error::MustBlock))) => Err(MustBlock),
            Err(Passed::Refused(refused)) => {
                log_refusal(&refused);
                let refused = match refused {
                    Refused::Read(error @ ReadError::NotWellFormed { .. }) => {
                        is_unclear = true;
                        Refused::Read(late(error))
                    }
                    refused => refused,
                };
                Ok(Some(refuse(opened.version, &refused, operation.name())))
            }
        });
        Ok(match called.unless_blocked()?.transpose() {
            None => Sender::Known,
            Some(called) if is_unclear => Sender::Unclear(called),
            Some(called) => Sender::Refused(called),
        })
    }

    /// The name of the first child of a request.
    fn credentials(self, operation: Operation) -> Option<&'static str> {
        let called = self.service().operations.iter().find(|each| each.name == operation.name())?;
        called.input.children.first().map(|first| first.name)
    }
}

/// The error for a beginning that ends before the credentials do.
fn late(error: ReadError) -> ReadError {
    const LATE: &str = "the sender's credentials must be the first member of the request, at its beginning";
    match error {
        ReadError::NotWellFormed { reason: NotWellFormed::Truncated, place } => {
            ReadError::NotWellFormed { reason: NotWellFormed::Structure(LATE), place }
        }
        error => error,
    }
}

/// Replaces the service while a request is read as far as its credentials, and looks at nothing
/// else.
struct Threshold<'d, 'e>(&'d Door<'e>);

impl<'e> IExternalService for Threshold<'_, 'e> {
    type Call = Call<'e>;
    type Error = Passed;

    fn submit_achievement_batch_job<'a>(
        &self,
        call: &Call,
        request: SubmitAchievementBatchJob<'a>,
    ) -> Result<SubmitAchievementBatchJobResponse<'a>, Passed> {
        self.0.caller(call, &request)?;
        Err(Passed::Known)
    }

    fn get_achievement_batch_job<'a>(
        &self,
        call: &Call,
        request: GetAchievementBatchJob<'a>,
    ) -> Result<GetAchievementBatchJobResponse<'a>, Passed> {
        self.0.caller(call, &request)?;
        Err(Passed::Known)
    }
}
