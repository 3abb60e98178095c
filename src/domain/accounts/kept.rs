//! What the pages of a session keep between two requests: personal data stays out of addresses.

use super::token::Token;
use super::{Accounts, Session};
use crate::domain::Error;
use crate::store::kept::{self, KeptValue};

/// The most values that a session keeps; the oldest is forgotten first (our choice).
const MOST: i64 = 200;

impl Accounts<'_> {
    /// Keeps a value of a kind for the session, and returns the random handle that finds it again.
    ///
    /// # Errors
    /// Those of the store.
    pub fn keep(&self, session: &Session, kind: &str, value: String) -> Result<String, Error> {
        let handle = Token::random().as_str().to_owned();
        let value = KeptValue {
            handle: handle.clone(),
            session_id: session.id,
            kind: kind.to_owned(),
            value,
            kept_at: self.0.inner.clock.now(),
        };
        self.0.inner.store.write(move |store| kept::keep(store, &value, MOST))?;
        Ok(handle)
    }

    /// The value that the session keeps under this handle, if it is of this kind.
    ///
    /// # Errors
    /// Those of the store.
    pub fn kept(&self, session: &Session, kind: &str, handle: &str) -> Result<Option<String>, Error> {
        Ok(self.0.inner.store.read(|store| kept::find(store, session.id, handle, kind))?)
    }

    /// Replaces it, and says whether it was still there.
    ///
    /// # Errors
    /// Those of the store.
    pub fn keep_instead(&self, session: &Session, kind: &str, handle: &str, value: String) -> Result<bool, Error> {
        let (session, kind, handle) = (session.id, kind.to_owned(), handle.to_owned());
        Ok(self.0.inner.store.write(move |store| kept::replace(store, session, &handle, &kind, &value))?)
    }
}
