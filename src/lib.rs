//! The Learning Records Service.
//!
//! ```text
//! MIS clients ─ mTLS ─► http ─► soap ───┐
//!                                       ├─► domain ──► store ──► SQLite or PostgreSQL
//! operators ──────────► cli ────────────┘      ▲
//!                                              └── model: values with invariants
//! ```
//!
//! Imports run one way: `cli` → edges (`http`, `soap`, `portal`, `files`, `workers`, `demo`) →
//! `domain` → `store` → `model`. `contract` is compiled from `wsdl/` and `schemas/`; `xml` reads
//! and writes what it describes.

pub mod backup;
pub mod cli;
pub mod client;
pub mod config;
pub mod contract;
pub mod demo;
pub mod domain;
pub mod files;
pub mod http;
pub mod mail;
pub mod manual;
pub mod model;
pub mod ops;
pub mod pki;
pub mod portal;
pub mod soap;
pub mod store;
#[cfg(test)]
mod test_world;
pub mod tls;
pub mod workers;
pub mod xml;
