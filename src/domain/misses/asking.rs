//! What the operations ask of the misses, and tell them.

use super::Way;
use crate::domain::{Caller, Error, Service};
use crate::model::Uln;

impl Service {
    /// Whether the caller may look for learners now. Called by every operation that can reveal that
    /// nobody is there.
    pub(in crate::domain) fn may_look(&self, caller: &Caller<'_>) -> Result<(), Error> {
        self.may_try_any(caller, None)
    }

    /// Whether the caller may have details of a ULN compared now.
    pub(in crate::domain) fn may_try(&self, caller: &Caller<'_>, way: Way, uln: Option<Uln>) -> Result<(), Error> {
        self.may_try_any(caller, uln.map(|uln| (way, uln)))
    }

    fn may_try_any(&self, caller: &Caller<'_>, tried: Option<(Way, Uln)>) -> Result<(), Error> {
        let Some(pair) = caller.pair() else { return Ok(()) };
        Ok(self.inner.misses.admit(pair, tried, || self.inner.clock.now())?)
    }

    /// Whether the caller may submit a batch with these records; if so, they are counted. `details`
    /// has the ULN of each record that names one, and its details; identical details count once.
    pub(in crate::domain) fn may_submit<'a>(
        &self,
        caller: &Caller<'_>,
        records: usize,
        details: impl Iterator<Item = (Option<&'a str>, [Option<&'a str>; 4])>,
    ) -> Result<(), Error> {
        let Some(pair) = caller.pair() else { return Ok(()) };
        let tried = details.filter_map(|(uln, words)| Some((uln?.parse().ok()?, hash_of(words)))).collect();
        Ok(self.inner.misses.admit_batch(pair, records, &tried, self.inner.clock.now())?)
    }

    /// Counts replies that nobody was found.
    pub(in crate::domain) fn missed(&self, caller: &Caller<'_>, count: usize) {
        if count > 0 {
            self.note_misses(caller, count, None);
        }
    }

    /// Counts a reply that the details are not those of the ULN's learner.
    pub(in crate::domain) fn tried(&self, caller: &Caller<'_>, way: Way, uln: Uln) {
        self.note_misses(caller, 1, Some((way, uln)));
    }

    fn note_misses(&self, caller: &Caller<'_>, count: usize, tried: Option<(Way, Uln)>) {
        let (Some(pair), Ok(organisation)) = (caller.pair(), caller.organisation()) else { return };
        if self.inner.misses.note(pair, count, tried, self.inner.clock.now()) {
            log::warn!(
                "{} has had too many misses, or tried too many details of one ULN, with {pair}: is somebody \
                 guessing? Its searches are limited for now; 'lrs cert revoke' revokes the certificate",
                organisation.ukprn
            );
        }
    }
}

fn hash_of(words: [Option<&str>; 4]) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    for word in words {
        hasher.update(word.unwrap_or_default().as_bytes());
        hasher.update(&[0]);
    }
    hasher.finalize()
}
