//! A session on the replica: that it is a standby of the primary, and waiting until it has replayed
//! a position.

use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;

use super::position::{self, Origin, Position};
use crate::store::StoreError;
use crate::store::connection::{Address, AnyConnection};

/// How often the standby is asked whether it has caught up: soon at first, because it usually needs
/// a millisecond or two, then less often.
const FIRST_PAUSE: Duration = Duration::from_micros(250);
const LONGEST_PAUSE: Duration = Duration::from_millis(4);

/// The settings of a session. Nobody waits longer for a statement ([`super::ANSWERS_WITHIN`]), and
/// a server that is promoted meanwhile takes no changes from here.
const SETTINGS: &str = "SET statement_timeout TO '1s'; SET default_transaction_read_only TO on";

/// A session on the replica.
pub(super) struct Session {
    pub(super) connection: AnyConnection,
    timeline: u32,
}

impl Session {
    /// Opens a session.
    ///
    /// # Errors
    /// The server cannot be reached, is not a standby, or has another database than the primary.
    pub(super) fn open(
        address: &Address,
        primary: impl FnOnce() -> Result<Origin, StoreError>,
    ) -> Result<Self, StoreError> {
        let mut connection = address.connect()?;
        connection.batch_execute(SETTINGS)?;
        let mut session = Self { connection, timeline: 0 };
        session.replayed()?;
        if position::origin(&mut session.connection)? != primary()? {
            return Err(StoreError::Address("the server is a standby of another database".to_owned()));
        }
        Ok(session)
    }

    /// Checks that the server answers and is a standby.
    pub(super) fn check(&mut self) -> Result<(), StoreError> {
        self.replayed().map(drop)
    }

    /// Waits until the standby has replayed this position of its primary; `false` if it has not
    /// until then, or follows another timeline.
    pub(super) fn reaches(&mut self, position: Position, until: Instant) -> Result<bool, StoreError> {
        if self.timeline != position.timeline {
            self.timeline = position::timeline(&mut self.connection)?;
        }
        if self.timeline != position.timeline {
            return Ok(false);
        }
        let mut pause = FIRST_PAUSE;
        while self.replayed()? < position.lsn {
            if Instant::now() >= until {
                return Ok(false);
            }
            thread::sleep(pause);
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        Ok(true)
    }

    fn replayed(&mut self) -> Result<u64, StoreError> {
        let replayed = position::replayed(&mut self.connection)?;
        replayed.ok_or_else(|| StoreError::Address("the server is not a standby".to_owned()))
    }
}
