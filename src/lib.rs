//! The Learning Records Service: one domain behind many doors.

pub mod config;
pub mod model;
pub mod tls;
