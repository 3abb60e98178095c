//! The audit trail as a whole, for those who answer for it: whether every line is as it was
//! written, and a copy of it for another place (rules.md 2.0, our choice).

#[cfg(test)]
mod tests;
mod verify;

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{Action, Administration, AdministrationError, codes};
use crate::model::{ChainHash, ChainHead, Timestamp, london_midnight};
use crate::store::audit::{self, Line};
use crate::store::{AnyConnection, StoreError};
use verify::Verifier;
pub use verify::{BrokenTrail, Damage, WholeTrail};

/// Lines that are read together.
const AT_ONCE: i64 = 1_000;

/// Days of the trail, in London. `None` sets no limit.
#[derive(Debug, Default, Clone, Copy)]
pub struct TrailDays {
    /// The first.
    pub from: Option<NaiveDate>,
    /// The last.
    pub until: Option<NaiveDate>,
}

impl Administration<'_> {
    /// Checks that no line of the trail was changed, removed or inserted since it was written, and
    /// that the heads that were kept elsewhere are still part of it. Lines that still wait in the
    /// trail file of another process are not part of it yet. It shows nothing about anybody, so it
    /// leaves no line.
    ///
    /// # Errors
    /// Errors of the store. A broken trail is an outcome.
    pub fn verify_trail(&self, kept: &[ChainHead]) -> Result<Result<WholeTrail, BrokenTrail>, AdministrationError> {
        let store = &self.service.inner.store;
        store.flush_trail()?;
        Ok(store.snapshot(|store| verify(store, kept))?)
    }

    /// Hands on the lines of the trail as JSON, in the order in which they were stored
    /// ([`Action::ExportTrail`]). Its own line is durable before the first is handed on. It stops
    /// at the first error of `take`.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn export_trail<E>(
        &self,
        days: TrailDays,
        take: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<Result<(), E>, AdministrationError> {
        self.call(Action::ExportTrail, |operator| {
            operator.trail([None], codes::DONE);
            Ok::<_, AdministrationError>(())
        })?;
        let store = &self.service.inner.store;
        store.flush_trail()?;
        Ok(store.snapshot(|store| export(store, days, take))?)
    }
}

fn verify(store: &mut AnyConnection, kept: &[ChainHead]) -> Result<Result<WholeTrail, BrokenTrail>, StoreError> {
    let mut verifier = match Verifier::new(&audit::registry(store)?, kept) {
        Ok(verifier) => verifier,
        Err(broken) => return Ok(Err(broken)),
    };
    let read = for_each_line(store, |line| verifier.check(line))?;
    Ok(read.and_then(|()| verifier.finish()))
}

fn export<E>(
    store: &mut AnyConnection,
    days: TrailDays,
    mut take: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<Result<(), E>, StoreError> {
    let erased = audit::registry(store)?.erased.into_iter();
    let mut last: BTreeMap<i32, ChainHash> = erased.map(|head| (head.chain, head.hash)).collect();
    for_each_line(store, |line| {
        let previous = line.place.and_then(|place| last.insert(place.chain, place.hash));
        if days.contain(line.at()) { take(&line.text(previous.unwrap_or(ChainHash::START))) } else { Ok(()) }
    })
}

/// Reads the trail from its beginning, a page at a time, until there is an error.
fn for_each_line<E>(
    store: &mut AnyConnection,
    mut act: impl FnMut(&Line) -> Result<(), E>,
) -> Result<Result<(), E>, StoreError> {
    let mut after = i64::MIN;
    loop {
        let page = audit::page(store, after, AT_ONCE)?;
        let Some(last) = page.last() else { return Ok(Ok(())) };
        after = last.id;
        if let Err(error) = page.iter().try_for_each(&mut act) {
            return Ok(Err(error));
        }
    }
}

impl TrailDays {
    fn contain(&self, at: Timestamp) -> bool {
        let next = |day: NaiveDate| day.succ_opt().unwrap_or(day);
        self.from.is_none_or(|day| at >= london_midnight(day))
            && self.until.is_none_or(|day| at < london_midnight(next(day)))
    }
}
