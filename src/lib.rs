//! The Learning Records Service: one domain behind many doors.

pub mod contract;
pub mod domain;
pub mod model;
pub mod ops;
pub mod pki;
pub mod server;
pub mod store;
pub mod tls;
pub mod pki;
pub mod soap;
pub mod xml;
