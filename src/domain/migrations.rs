//! Going back to an earlier release: its tables, with the data in place.

use super::{Action, Administration, Error};
use crate::store::{StoreError, audit};

impl Administration<'_> {
    /// Brings the tables back to those of an earlier release, whose last migration has this number
    /// or name: undoes the later ones, newest first, and tells the name of each. What only they
    /// keep is lost. The trail says so first ([`Action::UndoMigrations`]) if the tables are those
    /// of this release; an earlier one's may not hold its lines.
    ///
    /// # Errors
    /// There is no such migration, the database does not have it or has one that this release does
    /// not know, or a server still runs: nothing has changed then. Or one of them cannot be undone.
    pub fn undo_migrations_after(&self, last: &str, undone: &mut dyn FnMut(&str)) -> Result<(), StoreError> {
        let store = &self.service.inner.store;
        let later = store.migrations_after(last)?;
        if later.is_empty() {
            return Ok(());
        }
        store.check_alone()?;
        if store.is_ready()? {
            let noted = self.call(Action::UndoMigrations, |operator| {
                let entry = operator.entry(self.service.inner.clock.now(), None, &format!("After {last}"));
                Ok(store.write(move |store| audit::insert(store, std::iter::once(&entry)))?)
            });
            noted.map_err(|error| match error {
                Error::Unavailable(error) => error,
                other => StoreError::Undo(other.to_string()),
            })?;
        }
        store.undo_migrations(&later, undone)
    }
}
