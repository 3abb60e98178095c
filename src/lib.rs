//! The Learning Records Service: one domain behind many doors.

pub mod config;
pub mod model;
pub mod ops;
pub mod server;
pub mod tls;
