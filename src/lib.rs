//! The Learning Records Service: one domain behind many doors.

pub mod cli;
