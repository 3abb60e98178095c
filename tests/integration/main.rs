//! The integration tests: a real `lrs` process, real databases, real TLS sockets. A single binary,
//! to link only once; a module for each promise that the service must keep.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::string_slice
)]

mod achievements;
mod advice;
mod basic_profile;
mod batches;
mod bodies;
mod browser;
mod certificates;
mod check;
#[cfg(feature = "postgres")]
mod cluster;
mod conformance;
mod contract;
mod corpus;
mod crowds;
mod data_challenges;
mod documents;
mod envelopes;
mod faults;
mod fixtures;
mod flows;
mod guessing;
mod guide;
mod harness;
mod hostile;
mod http;
mod interop;
mod layers;
mod life;
mod linking;
mod load;
mod mail;
mod migrations;
mod nodes;
mod portal;
mod privacy;
mod process;
mod published;
mod queue;
mod recovery;
mod refusals;
mod refused;
#[cfg(feature = "postgres")]
mod replica;
mod rules;
mod scanners;
mod searching;
mod tls;
mod torture;
mod trail;
mod xerces;
