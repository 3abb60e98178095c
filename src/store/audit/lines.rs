//! The lines of the trail with their places in the chains, in the order in which they were stored.

use diesel::prelude::*;

use super::row::Row;
use crate::model::{ChainHash, ChainHead, Timestamp};
use crate::store::dialect::on_either;
use crate::store::schema::{audit, audit_chains, audit_erased, audit_start};
use crate::store::{AnyConnection, StoreError};

/// What is known of the chains beside the trail.
pub struct Registry {
    /// How many chains there are.
    pub chains: i32,
    /// The last line of each.
    pub heads: Vec<ChainHead>,
    /// The last line of each that was erased, if any.
    pub erased: Vec<ChainHead>,
    /// The id of the last line from before the chains.
    pub uncovered: i64,
}

/// A line of the trail. It contains personal data: it has no `Debug`.
pub struct Line {
    /// Its id; ids ascend within a chain.
    pub id: i64,
    /// Its place in a chain.
    pub place: Option<ChainHead>,
    row: Row<'static>,
}

impl Line {
    /// When (UTC).
    pub const fn at(&self) -> Timestamp {
        self.row.at.0
    }

    /// The hash that it must have if it is whole and comes after this line.
    pub fn hash_after(&self, previous: &ChainHead) -> ChainHash {
        self.row.hash_after(previous)
    }

    /// The line as JSON, with the hash before it in its chain, and its own.
    pub fn text(&self, previous: ChainHash) -> Vec<u8> {
        let Some(ChainHead { chain, sequence, hash }) = self.place else { return self.row.text(None, None) };
        let previous = ChainHead { chain, sequence: sequence.saturating_sub(1), hash: previous };
        self.row.text(Some(&previous), Some(hash))
    }
}

/// What is known of the chains.
pub fn registry(connection: &mut AnyConnection) -> Result<Registry, StoreError> {
    let start =
        audit_start::table.select((audit_start::chains, audit_start::uncovered)).first(connection).optional()?;
    let (chains, uncovered) = start.unwrap_or_default();
    let heads = audit_chains::table.order(audit_chains::chain).load::<(i32, i64, Vec<u8>)>(connection)?;
    let erased = audit_erased::table
        .order(audit_erased::chain)
        .select((audit_erased::chain, audit_erased::through, audit_erased::hash))
        .load::<(i32, i64, Vec<u8>)>(connection)?;
    let head = |(chain, sequence, hash): (i32, i64, Vec<u8>)| head(chain, sequence, &hash);
    Ok(Registry {
        chains,
        heads: heads.into_iter().map(head).collect(),
        erased: erased.into_iter().map(head).collect(),
        uncovered,
    })
}

/// A hash of another length than a hash has, which somebody must have written, counts as none.
fn head(chain: i32, sequence: i64, hash: &[u8]) -> ChainHead {
    ChainHead { chain, sequence, hash: ChainHash::from_bytes(hash).unwrap_or(ChainHash::START) }
}

/// Lines of the trail, from after this id on.
pub fn page(connection: &mut AnyConnection, after: i64, limit: i64) -> Result<Vec<Line>, StoreError> {
    type Place = (Option<i32>, Option<i64>, Option<Vec<u8>>);
    let rows: Vec<(i64, Place, Row<'static>)> = on_either!(connection, c => {
        audit::table
            .filter(audit::id.gt(after))
            .order(audit::id)
            .limit(limit)
            .select((
                audit::id,
                (audit::chain, audit::sequence, audit::hash),
                (
                    audit::at,
                    audit::organisation_id,
                    audit::organisation_ref,
                    audit::organisation_name,
                    audit::user_name,
                    audit::certificate,
                    audit::door,
                    audit::action,
                    audit::uln,
                    audit::outcome,
                    audit::record_shown,
                    audit::account_id,
                    audit::about_account_id,
                ),
            ))
            .load(c)?
    });
    let line = |(id, (chain, sequence, hash), row): (i64, Place, Row<'static>)| {
        let place = chain.map(|chain| head(chain, sequence.unwrap_or_default(), &hash.unwrap_or_default()));
        Line { id, place, row }
    };
    Ok(rows.into_iter().map(line).collect())
}
