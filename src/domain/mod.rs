//! The rules of the service.

pub mod matching;
pub mod names;
pub mod verification;
