//! `lrs cert`: which client certificates may act for which organisations.

mod new;

use clap::Subcommand;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::{config, setup};
use crate::model::{Fingerprint, OrgRef, Peer};

/// Register, list and revoke client certificates; make some for development
#[derive(Debug, Subcommand)]
pub enum Cert {
    New(new::New),
    /// Let a client certificate act for an organisation
    #[command(after_help = "One certificate may act for several organisations, and an organisation may have several certificates.\n\n\
                            Example:\n  lrs cert add TEST38 demo/pki/provider.pem --config demo/lrs.toml")]
    Add {
        /// The organisation's reference
        organisation: OrgRef,
        /// PEM or DER file of the certificate; a key in it is not read
        certificate: PathBuf,
        #[command(flatten)]
        config: config::File,
    },
    /// List certificates with the organisations that they may act for
    #[command(after_help = "Example:\n  lrs cert list --config demo/lrs.toml")]
    List {
        #[command(flatten)]
        config: config::File,
    },
    /// Refuse a certificate from now on, for every organisation
    #[command(after_help = "A revoked certificate stays revoked; give the organisation a new one. Connections that are open are refused at \
                            their next request.\n\n\
                            Example:\n  lrs cert revoke 3f1c... --config demo/lrs.toml")]
    Revoke {
        /// SHA-256 fingerprint of the certificate, as 'lrs cert list' shows it
        fingerprint: Fingerprint,
        #[command(flatten)]
        config: config::File,
    },
}
