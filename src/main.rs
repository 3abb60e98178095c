//! The `lrs` program.
fn main() {}
