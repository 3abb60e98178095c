//! The test harness: a real `lrs` process on a real database, and actors who call it over mutual
//! TLS.

pub mod actor;
pub mod authenticator;
pub mod database;
pub mod deployment;
pub mod message;
pub mod program;
#[cfg(feature = "postgres")]
pub mod server;
pub mod tree;
pub mod visitor;
pub mod wire;

pub use actor::Actor;
pub use database::Database;
pub use deployment::{Deployment, Setup};
pub use wire::Answer;

/// Declares tests that run on each database: `on_both! { fn name(database) { ... } }` becomes
/// `name::sqlite` and `name::postgres`.
macro_rules! on_both {
    ($($(#[$attribute:meta])* fn $name:ident($database:ident) $body:block)+) => {$(
        mod $name {
            use super::*;

            fn run($database: $crate::harness::Database) $body

            $(#[$attribute])*
            #[test]
            fn sqlite() {
                run($crate::harness::Database::Sqlite);
            }

            #[cfg(feature = "postgres")]
            $(#[$attribute])*
            #[test]
            fn postgres() {
                run($crate::harness::Database::Postgres);
            }
        }
    )+};
}
pub(crate) use on_both;
