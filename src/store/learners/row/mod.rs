//! Converts learners to rows and rows to learners.

mod keys;
mod read;
mod write;

pub(super) use self::keys::KeyColumns;
pub(super) use self::read::{Row, value};
pub(super) use self::write::Columns;
use crate::model::Learner;

/// A learner as stored.
#[derive(Clone)]
pub struct Stored {
    /// The learner.
    pub learner: Learner,
    /// Whether other learners were merged into this one.
    pub has_linked: bool,
}
