//! Copies of the whole database, and their loading into an empty one.

use super::{Action, Administration, Database, Error};
pub use crate::store::StoreError;
pub use crate::store::backup::{Contents, Sink, Table};
use crate::store::{audit, backup};

/// The outcome in the trail: the line is in the copy, too, which does not yet know how it ends.
const BEGUN: &str = "Begun";

impl Administration<'_> {
    /// Gives a copy of the whole database to the sink, as of one moment after this was called
    /// ([`Action::BackUp`]), while the service runs. The copy has an audit line about itself.
    ///
    /// # Errors
    /// Errors of the sink and of the store; the copy is then incomplete.
    pub fn back_up<S: Sink>(&self, sink: &mut S) -> Result<(), S::Error>
    where
        S::Error: From<Error>,
    {
        self.call(Action::BackUp, |operator| {
            let store = &self.service.inner.store;
            let entry = operator.entry(self.service.inner.clock.now(), None, BEGUN);
            store.write(move |store| audit::insert(store, std::iter::once(&entry)))?;
            backup::copy(store, sink)
        })
    }
}

impl Database {
    /// Loads a copy into the database of this address, which must be empty: all of it or nothing.
    /// Its tables are then those of the release that was copied; [`Database::migrate`] brings them
    /// up to date. `next` returns the copy's rows in order, then `None`.
    ///
    /// # Errors
    /// The database is not empty, the copy is from a later release, or it is not complete.
    pub fn load<E: From<StoreError>>(
        url: &str,
        contents: &Contents,
        next: impl FnMut() -> Result<Option<String>, E>,
    ) -> Result<(), E> {
        backup::load(url, contents, next)
    }
}
