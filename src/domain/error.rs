//! Why the domain refuses a call. Business outcomes are no errors: each function has an enum for them.

use crate::store::StoreError;

/// A refusal that ends the call with a fault. Texts hold no personal data.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// Neither UKPRN nor organisation reference is known, or the certificate may not act for the organisation (WSEC0003).
    #[error("unknown organisation")]
    UnknownOrganisation,
    /// The organisation password is wrong (WSEC0005).
    #[error("incorrect password")]
    IncorrectPassword,
    /// The organisation may not do this (WSEC0006).
    #[error("insufficient access")]
    InsufficientAccess,
    /// The service is closed at this time of the day (WSEC0004).
    #[error("out of hours")]
    OutOfHours,
    /// The store does not answer (WSEC0999).
    #[error("the store is unavailable: {0}")]
    Unavailable(#[from] StoreError),
    /// The call needs work that takes long, and its thread serves others: run the call again where it may block. Never seen by a client.
    #[error("the call must run where it may block")]
    MustBlock,
    /// Something that must not happen (WSEC0999).
    #[error("unexpected: {0}")]
    Unexpected(&'static str),
}
