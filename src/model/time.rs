//! Moments: UTC, to the microsecond, because that is what both databases keep.

use chrono::{NaiveDateTime, SubsecRound};

/// A moment in UTC, truncated to microseconds.
pub type Timestamp = NaiveDateTime;

/// Cuts a moment to the precision that is stored, so that what was written equals what is read.
pub fn to_microseconds(moment: NaiveDateTime) -> Timestamp {
    moment.trunc_subsecs(6)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn cuts_and_does_not_round() {
        let moment = chrono::DateTime::from_timestamp(1, 123_456_999).unwrap().naive_utc();
        assert_eq!(to_microseconds(moment), chrono::DateTime::from_timestamp(1, 123_456_000).unwrap().naive_utc());
    }
}
