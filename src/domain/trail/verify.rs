//! Following the chains of the trail from line to line.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

use crate::model::{ChainHash, ChainHead};
use crate::store::audit::{Line, Registry};

/// What was found in a trail in which every line is as it was written.
#[derive(Debug, PartialEq, Eq)]
pub struct WholeTrail {
    /// The last line of each chain.
    pub heads: Vec<ChainHead>,
    /// The number of lines in the chains.
    pub lines: u64,
    /// The number of lines that were erased when the time to keep them was over.
    pub erased: u64,
    /// The number of lines from before there were chains, of which nothing is known.
    pub uncovered: u64,
    /// How many of the heads that were kept are still part of the chains.
    pub agreed: usize,
    /// How many of them are of lines that were erased since.
    pub outlived: usize,
}

/// The first place at which a trail is not as it was written. It names no person.
#[derive(Debug, PartialEq, Eq)]
pub struct BrokenTrail {
    /// The chain, unless the line has none.
    pub chain: Option<i32>,
    /// The line's number in the chain.
    pub sequence: Option<i64>,
    /// The line's id in the table, if there is such a line.
    pub id: Option<i64>,
    /// What is wrong.
    pub damage: Damage,
}

/// What is wrong with a trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// The line or the one before it was changed.
    Changed,
    /// Lines are missing, up to this number.
    Missing {
        /// The last that is missing.
        until: i64,
    },
    /// The line was inserted: its number is taken, or the chain does not go so far.
    Inserted,
    /// The line is in no chain, although it came when there were chains.
    Outside,
    /// What is recorded of a chain is missing.
    NoChain,
    /// The chain was never begun.
    UnknownChain,
    /// The last line is not the one that is known to be the last.
    Head,
    /// The line is not the one that was kept elsewhere: the chain was written anew.
    Rewritten,
}

impl fmt::Display for BrokenTrail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(chain) = self.chain {
            write!(f, "chain {chain}, ")?;
        }
        if let Some(sequence) = self.sequence {
            write!(f, "line {sequence}, ")?;
        }
        if let Some(id) = self.id {
            write!(f, "id {id}, ")?;
        }
        match self.damage {
            Damage::Changed => f.write_str("changed: this line, or the one before it, is not as it was written"),
            Damage::Missing { until } => write!(f, "missing: the lines from this one to line {until} are not there"),
            Damage::Inserted => f.write_str("inserted: this line was not written in this place"),
            Damage::Outside => f.write_str(
                "inserted: this line is in no chain (it was inserted, or written by an earlier release after 'lrs migrate')",
            ),
            Damage::NoChain => f.write_str("missing: what is recorded of this chain was removed"),
            Damage::UnknownChain => f.write_str("inserted: no such chain was ever begun"),
            Damage::Head => f.write_str("changed: the last line is not the one that is recorded as the last"),
            Damage::Rewritten => f.write_str("changed: this line is not the one whose hash was kept"),
        }
    }
}

/// A chain, as far as it was followed.
struct Followed {
    /// The last line that was found to be whole.
    reached: ChainHead,
    /// The last line, as recorded beside the trail.
    recorded: ChainHead,
}

/// Follows all chains at once.
pub(super) struct Verifier {
    chains: BTreeMap<i32, Followed>,
    /// Hashes that were kept elsewhere, by chain and number.
    kept: BTreeMap<(i32, i64), ChainHash>,
    /// The id of the last line from before the chains.
    last_uncovered: i64,
    whole: WholeTrail,
}

impl Verifier {
    /// Begins with what is known beside the trail.
    pub(super) fn new(registry: &Registry, kept: &[ChainHead]) -> Result<Self, BrokenTrail> {
        let of_chain = |chain, damage| BrokenTrail { chain: Some(chain), sequence: None, id: None, damage };
        let erased = |chain| registry.erased.iter().find(|erased| erased.chain == chain).copied();
        let mut chains = BTreeMap::new();
        if registry.chains < 1 {
            return Err(BrokenTrail { chain: None, sequence: None, id: None, damage: Damage::NoChain });
        }
        for number in 1..=registry.chains {
            let recorded = registry.heads.iter().find(|head| head.chain == number).copied();
            let recorded = recorded.ok_or_else(|| of_chain(number, Damage::NoChain))?;
            let reached = erased(number).unwrap_or(ChainHead::start(number));
            if reached.sequence > recorded.sequence {
                return Err(of_chain(number, Damage::Head));
            }
            chains.insert(number, Followed { reached, recorded });
        }
        if let Some(unknown) = registry.heads.iter().find(|head| !chains.contains_key(&head.chain)) {
            return Err(of_chain(unknown.chain, Damage::UnknownChain));
        }
        let erased = chains.values().map(|chain| u64::try_from(chain.reached.sequence).unwrap_or_default()).sum();
        let whole = WholeTrail { heads: Vec::new(), lines: 0, erased, uncovered: 0, agreed: 0, outlived: 0 };
        let kept_hashes = kept.iter().map(|head| ((head.chain, head.sequence), head.hash)).collect();
        let mut verifier = Self { chains, kept: kept_hashes, last_uncovered: registry.uncovered, whole };
        for head in kept {
            verifier.begin_with(head)?;
        }
        Ok(verifier)
    }

    /// Checks a head that was kept against where the chain begins and ends.
    fn begin_with(&mut self, kept: &ChainHead) -> Result<(), BrokenTrail> {
        let ChainHead { chain, sequence, .. } = *kept;
        let broken = |sequence, damage| BrokenTrail { chain: Some(chain), sequence, id: None, damage };
        let Some(Followed { reached, recorded }) = self.chains.get(&chain) else {
            return Err(broken(None, Damage::NoChain));
        };
        if sequence > recorded.sequence {
            return Err(broken(Some(recorded.sequence.saturating_add(1)), Damage::Missing { until: sequence }));
        }
        if sequence < reached.sequence {
            self.whole.outlived += 1;
        } else if sequence == reached.sequence {
            self.compare(*reached, None)?;
        }
        Ok(())
    }

    /// Checks the next line of the trail.
    pub(super) fn check(&mut self, line: &Line) -> Result<(), BrokenTrail> {
        let Some(place) = line.place else {
            if line.id > self.last_uncovered {
                return Err(BrokenTrail { chain: None, sequence: None, id: Some(line.id), damage: Damage::Outside });
            }
            self.whole.uncovered += 1;
            return Ok(());
        };
        let ChainHead { chain, sequence, hash } = place;
        let broken =
            |sequence, id, damage| Err(BrokenTrail { chain: Some(chain), sequence: Some(sequence), id, damage });
        let Some(Followed { reached, recorded }) = self.chains.get_mut(&chain) else {
            return broken(sequence, Some(line.id), Damage::UnknownChain);
        };
        let expected = reached.sequence.saturating_add(1);
        match sequence.cmp(&expected) {
            Ordering::Less => return broken(sequence, Some(line.id), Damage::Inserted),
            Ordering::Greater => return broken(expected, None, Damage::Missing { until: sequence.saturating_sub(1) }),
            Ordering::Equal => {}
        }
        if line.hash_after(reached) != hash {
            return broken(sequence, Some(line.id), Damage::Changed);
        }
        if sequence > recorded.sequence {
            return broken(sequence, Some(line.id), Damage::Inserted);
        }
        *reached = place;
        self.whole.lines += 1;
        self.compare(place, Some(line.id))
    }

    /// Compares a line with the hash that was kept of it, if one was.
    fn compare(&mut self, place: ChainHead, id: Option<i64>) -> Result<(), BrokenTrail> {
        let ChainHead { chain, sequence, hash } = place;
        match self.kept.get(&(chain, sequence)) {
            None => Ok(()),
            Some(kept) if *kept == hash => {
                self.whole.agreed += 1;
                Ok(())
            }
            Some(_) => Err(BrokenTrail { chain: Some(chain), sequence: Some(sequence), id, damage: Damage::Rewritten }),
        }
    }

    /// Checks that every chain was followed to its end.
    pub(super) fn finish(self) -> Result<WholeTrail, BrokenTrail> {
        for Followed { reached, recorded } in self.chains.values() {
            let (sequence, damage) = match reached.sequence.cmp(&recorded.sequence) {
                Ordering::Less => (reached.sequence.saturating_add(1), Damage::Missing { until: recorded.sequence }),
                _ if reached.hash != recorded.hash => (reached.sequence, Damage::Head),
                _ => continue,
            };
            return Err(BrokenTrail { chain: Some(reached.chain), sequence: Some(sequence), id: None, damage });
        }
        let heads = self.chains.into_values().map(|chain| chain.reached).collect();
        Ok(WholeTrail { heads, ..self.whole })
    }
}
