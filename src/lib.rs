//! The Learning Records Service: one domain behind many doors.

pub mod cli;
pub mod config;
pub mod contract;
pub mod demo;
pub mod domain;
pub mod model;
pub mod ops;
pub mod pki;
pub mod server;
pub mod soap;
pub mod store;
pub mod tls;
pub mod xml;
