//! What is wrong with a field of a learner.

use std::fmt;

use super::{Field, Rule};

/// What is wrong with a field. It names field and rule, never the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub struct FieldError {
    /// The field.
    pub field: Field,
    /// The rule that its text breaks.
    pub rule: Rule,
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.field.name(), self.rule.requirement())
    }
}
