//! The Learning Records Service: one domain behind many doors.

pub mod contract;
pub mod domain;
pub mod model;
pub mod pki;
pub mod soap;
pub mod xml;
