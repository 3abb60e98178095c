//! The Learning Records Service: one domain behind many doors.

pub mod demo;
pub mod domain;
pub mod model;
pub mod pki;
pub mod store;
