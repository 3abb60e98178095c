//! Calls beyond the limits of an organisation or certificate: they wait or are refused, and a burst
//! of them leaves one line in the audit trail and the log.

use std::sync::Arc;
use std::time::Duration;

use super::throttle::{Claimant, Limit, Outcome, Pace, Queued, Slots};
use super::waiting::Turn;
use super::{Busy, Caller, Error, Service};
use crate::model::Fingerprint;

/// When a call may try again that found too many others at work.
const SOON: Duration = Duration::from_secs(1);

impl Service {
    /// Lets a program's call in, whose caller is known. It may have to wait for its time first, and
    /// for a slot if it may block: calls that may not block do not compete for anything.
    ///
    /// # Errors
    /// [`Error::Busy`], with a turn where waiting helps.
    pub(super) fn admit_program(&self, caller: &Caller<'_>, certificate: Fingerprint) -> Result<(), Error> {
        let throttle = &self.inner.throttle;
        let organisation_id = caller.organisation()?.id;
        let (pass, waiting) = (caller.call.pass(), caller.call.waiting());
        if !pass.is_paid() {
            match throttle.pace_of_program(organisation_id, certificate) {
                Pace::Now => pass.pay(),
                Pace::After(limit, wait) => {
                    pass.pay();
                    waiting.offer(Turn::in_time(wait));
                    return Err(self.hold_back(caller, limit, Outcome::Waits, wait));
                }
                Pace::Never(limit, wait) => {
                    // The door's patience delays the refusal, so that a client that retries at once
                    // costs little.
                    waiting.offer(Turn::never());
                    return Err(self.hold_back(caller, limit, Outcome::Refused, wait));
                }
            }
        }
        if caller.call.may_block() && !pass.has_slot() {
            match Slots::take(&throttle.slots, Claimant { organisation_id, certificate }) {
                Ok(slot) => pass.keep(slot),
                Err((limit, slot)) => {
                    let (pass, held) = (pass.clone(), Arc::clone(&throttle.held));
                    waiting.offer(Turn::for_slot(Queued { slot, pass, organisation_id, limit, held }));
                    return Err(self.hold_back(caller, limit, Outcome::Waits, SOON));
                }
            }
        }
        Ok(())
    }

    /// Lets a user's call in.
    ///
    /// # Errors
    /// [`Error::Busy`].
    pub(super) fn admit_person(&self, caller: &Caller<'_>) -> Result<(), Error> {
        match self.inner.throttle.pace_of_person(caller.organisation()?.id) {
            Pace::Now | Pace::After(..) => Ok(()),
            Pace::Never(limit, wait) => Err(self.hold_back(caller, limit, Outcome::Refused, wait)),
        }
    }

    /// Refuses a batch.
    pub(super) fn refuse_batch(&self, caller: &Caller<'_>, limit: Limit, retry_after: Duration) -> Error {
        self.hold_back(caller, limit, Outcome::Refused, retry_after)
    }

    /// Counts a call that is held back; a burst's first one leaves its line.
    fn hold_back(&self, caller: &Caller<'_>, limit: Limit, outcome: Outcome, retry_after: Duration) -> Error {
        let now = self.inner.clock.now();
        if let Ok(organisation) = caller.organisation()
            && self.inner.throttle.held.note(organisation, limit, outcome, now)
        {
            // Nothing is disclosed, so nobody needs to wait for the line.
            let _ = self.inner.store.record(vec![caller.entry(now, None, limit.text())]);
            log::warn!(
                "{}: {} (see limits.calls_* and jobs.open_* in docs/configuration.md); its calls wait or are told to \
                 try again, and the others' are not affected",
                organisation.ukprn,
                limit.text()
            );
        }
        Busy { why: limit.why(), retry_after }.into()
    }
}
