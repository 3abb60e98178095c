//! Backup files: a copy of the database in one file, which can be checked without a database. What
//! is copied is the domain's business.
//!
//! # The file
//!
//! ```text
//! lrs-backup 1\n             the version of this format
//! {"release": ... }\n        the header as JSON: what the file contains, and how it is encrypted
//! content                    or, with a key, chunks of the content (see `seal`)
//!
//! content:  rows, one per line, compressed (deflate) │ BLAKE3 of everything before it
//! ```
//!
//! The header is readable without a key: it has no data of people, only names of tables and numbers
//! of rows. With a key, each chunk authenticates the header.

mod error;
mod header;
mod key;
mod read;
mod seal;
#[cfg(test)]
mod tests;
mod write;

pub use error::BackupError;
pub use header::Header;
pub use key::Key;
pub use read::Backup;
pub use write::Writer;
