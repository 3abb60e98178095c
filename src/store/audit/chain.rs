//! The chains of the audit trail: each line's hash covers the line and the hash before it, and the
//! last line of every chain is kept beside the trail.
//!
//! **Warning: delicate.** A mistake makes a trail that nobody touched look as if somebody had.
//!
//! # Why it exists
//!
//! Who can change the database could change what it says about them. With the chains, a line that
//! was changed, removed or inserted is found by `lrs audit verify`. A chain per connection that
//! writes, and not one for all, because one would make every node wait for the others.
//!
//! # Invariants
//!
//! * A connection takes a chain before its first transaction, and keeps it by a lock of its session
//!   on PostgreSQL. The lock ends with the session, whatever ended it, so a chain has one writer at
//!   most, and there are only as many chains as there were writers at a time. On SQLite there is
//!   one chain, because one transaction writes at a time.
//! * The lines and the head that they lead to are written in one transaction: a crash leaves both
//!   or neither. On PostgreSQL they travel in one statement.
//! * After a rollback, of a savepoint too, the head that a connection remembers is forgotten and
//!   read again. If it is not the one that is stored, the statement fails.
//! * Within a chain, lines have ascending ids.
//! * Lines in the trail file are in no chain yet. They join it when they are moved.
//!
//! # When you change it
//!
//! Run `src/domain/trail/tests.rs`, `tests/integration/trail.rs` and
//! `tests/integration/torture.rs`; `make bench` for `load`.

use diesel::prelude::*;

use crate::model::{ChainHash, ChainHead};
use crate::store::dialect::{has_table, on_either, try_to_hold};
use crate::store::schema::{audit_chains, audit_erased, audit_start};
use crate::store::transaction::Chain;
use crate::store::{AnyConnection, StoreError, Transaction};

/// How often a connection looks for a chain before it gives up. It needs a second time if another
/// one takes the chain that it has just begun.
const ATTEMPTS: usize = 10;

/// Takes a chain that no other connection holds, or begins one. It must not run in a transaction.
pub(in crate::store) fn take(connection: &mut AnyConnection) -> Result<Chain, StoreError> {
    for _ in 0..ATTEMPTS {
        let chains: Vec<i32> =
            audit_chains::table.order(audit_chains::chain).select(audit_chains::chain).load(connection)?;
        for number in chains {
            if try_to_hold(connection, number)? {
                return Ok(Chain { number, head: None });
            }
        }
        connection.transaction(begin)?;
    }
    Err(StoreError::Unreachable("the chains of the audit trail are all taken".to_owned()))
}

/// Whether another connection holds a chain: some process writes, or may. SQLite cannot tell.
pub(in crate::store) fn are_held(connection: &mut AnyConnection) -> Result<bool, StoreError> {
    if !has_table(connection, "audit_chains")? {
        return Ok(false);
    }
    let chains: Vec<i32> = audit_chains::table.select(audit_chains::chain).load(connection)?;
    for number in chains {
        if !try_to_hold(connection, number)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Begins a chain. Its number is counted, so that a chain that is removed is missed.
fn begin(connection: &mut AnyConnection) -> Result<(), StoreError> {
    diesel::update(audit_start::table).set(audit_start::chains.eq(audit_start::chains + 1)).execute(connection)?;
    let number: i32 = audit_start::table.select(audit_start::chains).first(connection)?;
    diesel::insert_into(audit_chains::table)
        .values((
            audit_chains::chain.eq(number),
            audit_chains::length.eq(0),
            audit_chains::head.eq(ChainHash::START.as_bytes().as_slice()),
        ))
        .execute(connection)?;
    Ok(())
}

/// The last line of the transaction's chain.
pub(super) fn head(transaction: &mut Transaction<'_>) -> Result<ChainHead, StoreError> {
    let Chain { number, head } = *transaction.chain();
    if let Some(head) = head {
        return Ok(head);
    }
    let stored: Option<(i64, Vec<u8>)> = on_either!(&mut **transaction, c => {
        audit_chains::table.find(number).select((audit_chains::length, audit_chains::head)).first(c).optional()?
    });
    // A head that somebody removed or damaged does not stop the service: verification finds it.
    Ok(stored.map_or(ChainHead::start(number), |(sequence, hash)| ChainHead {
        chain: number,
        sequence,
        hash: ChainHash::from_bytes(&hash).unwrap_or(ChainHash::START),
    }))
}

/// Remembers the head to which lines led that were added. On SQLite it is stored here, on
/// PostgreSQL it came with the lines.
pub(super) fn advance(transaction: &mut Transaction<'_>, head: ChainHead) -> Result<(), StoreError> {
    match &mut **transaction {
        #[cfg(feature = "sqlite")]
        AnyConnection::Sqlite(c) => {
            diesel::update(audit_chains::table.find(head.chain))
                .set((audit_chains::length.eq(head.sequence), audit_chains::head.eq(head.hash.as_bytes().as_slice())))
                .execute(c)?;
        }
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(_) => {}
    }
    transaction.chain().head = Some(head);
    Ok(())
}

/// Starts all chains over, when the trail was wiped.
pub(in crate::store) fn start_over(transaction: &mut Transaction<'_>) -> Result<(), StoreError> {
    transaction.chain().head = None;
    let connection = &mut **transaction;
    diesel::delete(audit_erased::table).execute(connection)?;
    diesel::update(audit_start::table).set(audit_start::uncovered.eq(0)).execute(connection)?;
    diesel::update(audit_chains::table)
        .set((audit_chains::length.eq(0), audit_chains::head.eq(ChainHash::START.as_bytes().as_slice())))
        .execute(connection)?;
    Ok(())
}

#[cfg(feature = "postgres")]
pub(super) use together::advance_with;

/// Lines and the head that they lead to, in one statement: a round trip less for every call.
#[cfg(feature = "postgres")]
mod together {
    use diesel::pg::{Pg, PgConnection};
    use diesel::prelude::*;
    use diesel::query_builder::{AstPass, QueryFragment, QueryId};
    use diesel::sql_types::{BigInt, Binary, Integer};

    use super::{ChainHead, StoreError};

    struct Together<'h, Q> {
        lines: Q,
        before: i64,
        head: &'h ChainHead,
    }

    /// Adds lines, and stores the head that they lead to. Fails if the head that is stored is not
    /// at `before`: a length must not be null.
    pub(in crate::store::audit) fn advance_with<Q: QueryFragment<Pg>>(
        connection: &mut PgConnection,
        lines: Q,
        before: i64,
        head: &ChainHead,
    ) -> Result<(), StoreError> {
        Together { lines, before, head }.execute(connection)?;
        Ok(())
    }

    impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for Together<'_, Q> {
        fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
            out.push_sql("WITH advanced AS (UPDATE audit_chains SET length = CASE WHEN length = ");
            out.push_bind_param::<BigInt, _>(&self.before)?;
            out.push_sql(" THEN ");
            out.push_bind_param::<BigInt, _>(&self.head.sequence)?;
            out.push_sql(" END, head = ");
            out.push_bind_param::<Binary, _>(self.head.hash.as_bytes())?;
            out.push_sql(" WHERE chain = ");
            out.push_bind_param::<Integer, _>(&self.head.chain)?;
            out.push_sql(") ");
            self.lines.walk_ast(out)
        }
    }

    impl<Q> QueryId for Together<'_, Q> {
        type QueryId = ();
        const HAS_STATIC_QUERY_ID: bool = false;
    }

    impl<Q> RunQueryDsl<PgConnection> for Together<'_, Q> {}
}
