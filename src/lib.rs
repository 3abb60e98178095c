//! The Learning Records Service: one domain behind many doors.

pub mod config;
pub mod contract;
pub mod domain;
pub mod model;
pub mod pki;
pub mod soap;
pub mod tls;
pub mod xml;
