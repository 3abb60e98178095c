//! Messages to users, which are written in the transaction of what they tell, and sent afterwards.
//! How they are sent, and in which words, is not the domain's.

use chrono::TimeDelta;

use super::{Error, Service};
use crate::model::{MessageKind, Timestamp};
use crate::store::outbox::{self, NewMessage};
use crate::store::{StoreError, Transaction};

/// How long a node has for an attempt before another makes one.
const ATTEMPT: TimeDelta = TimeDelta::minutes(5);
/// The pause after the first failed attempt; it doubles with each further one.
const FIRST_PAUSE: TimeDelta = TimeDelta::minutes(1);
/// The longest pause between attempts.
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(1);
/// After this time a message is given up: its link has ended (our choice).
const GIVEN_UP_AFTER: TimeDelta = TimeDelta::hours(48);

/// Messages to users that are to be sent.
#[derive(Clone, Copy)]
pub struct Outbox<'s>(pub(super) &'s Service);

/// A message to a user. It contains personal data and perhaps a secret, so it has no `Debug`.
pub struct Message {
    /// The internal number.
    pub id: i32,
    /// The e-mail address to which it goes.
    pub recipient: String,
    /// The user's name.
    pub name: String,
    /// What it tells.
    pub kind: MessageKind,
    /// The organisation that it is about.
    pub organisation: Option<String>,
    /// The token of the link that it has.
    pub token: Option<String>,
    attempts: i32,
    created_at: Timestamp,
}

/// What becomes of a message that could not be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failed {
    /// It is tried again after this time.
    Again(TimeDelta),
    /// It is given up, two days after it was written.
    GivenUp,
}

impl Outbox<'_> {
    /// Takes the next message that is due, for an attempt to send it. Within five minutes one must
    /// say what became of it, or another node takes it. Runs on a thread that may block.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn take(&self) -> Result<Option<Message>, Error> {
        let (store, now) = (&self.0.inner.store, self.0.inner.clock.now());
        // Looking costs less than a change, and mostly there is nothing.
        if !store.read(|store| outbox::is_any_due(store, now))? {
            return Ok(None);
        }
        let until = now.checked_add_signed(ATTEMPT).unwrap_or(now);
        let Some(taken) = store.write(move |store| outbox::take(store, now, until))? else { return Ok(None) };
        let kind = taken.kind.parse().map_err(|_| StoreError::Corrupt("outbox.kind"))?;
        Ok(Some(Message {
            id: taken.id,
            recipient: taken.recipient,
            name: taken.name,
            kind,
            organisation: taken.organisation,
            token: taken.token,
            attempts: taken.attempts,
            created_at: taken.created_at,
        }))
    }

    /// Deletes a message that was sent.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn sent(&self, message: &Message) -> Result<(), Error> {
        let id = message.id;
        Ok(self.0.inner.store.write(move |store| outbox::delete(store, id))?)
    }

    /// Puts a message off that could not be sent, or gives it up.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn not_sent(&self, message: &Message) -> Result<Failed, Error> {
        let (id, now) = (message.id, self.0.inner.clock.now());
        let pause = pause_after(message.attempts);
        let until = now.checked_add_signed(pause).unwrap_or(now);
        if until.signed_duration_since(message.created_at) >= GIVEN_UP_AFTER {
            self.0.inner.store.write(move |store| outbox::delete(store, id))?;
            return Ok(Failed::GivenUp);
        }
        self.0.inner.store.write(move |store| outbox::postpone(store, id, until))?;
        Ok(Failed::Again(pause))
    }

    /// The number of messages that are not sent yet.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn waiting(&self) -> Result<i64, Error> {
        Ok(self.0.inner.store.read(outbox::count)?)
    }
}

/// Adds a message in the transaction of what it tells.
pub(super) fn tell(
    store: &mut Transaction<'_>,
    account: &crate::store::accounts::StoredAccount,
    kind: MessageKind,
    organisation: Option<&str>,
    token: Option<&str>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let message = NewMessage {
        recipient: account.email.clone(),
        name: account.name(),
        kind: kind.code().to_owned(),
        organisation: organisation.map(str::to_owned),
        token: token.map(str::to_owned),
        due_at: now,
        created_at: now,
    };
    outbox::insert(store, &message)
}

fn pause_after(attempts: i32) -> TimeDelta {
    let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(0).min(16);
    FIRST_PAUSE.checked_mul(1 << doublings).unwrap_or(LONGEST_PAUSE).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_an_hour() {
        let minutes: Vec<i64> = [1, 2, 3, 6, 7, 8, 40].map(|attempts| pause_after(attempts).num_minutes()).to_vec();
        assert_eq!(minutes, [1, 2, 4, 32, 60, 60, 60]);
    }
}
