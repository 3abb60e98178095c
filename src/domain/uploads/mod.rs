//! Uploads: files that users send by a browser. An upload is received, checked by a worker, and
//! then submitted as a job, cancelled, or deleted after a while. What is wrong with a file is
//! found outside the domain, where files are read; the domain keeps it.

mod check;
mod intake;
mod own;
mod retention;

pub use check::{CheckSummary, CheckedUpload, HeldUpload, NewFinding, Terms};
pub use intake::{NewUpload, Received, UploadIntake};
pub use own::{FindingPage, UploadPage};

use super::Service;
pub use crate::model::{FindingKind, Upload, UploadFinding, UploadId, UploadState, Weight};

/// The largest file that can be uploaded, in bytes: that of the largest request (our choice).
pub const MOST_BYTES: usize = 32 * 1024 * 1024;

/// Findings on a page (our choice).
pub const FINDINGS_ON_A_PAGE: usize = 50;

/// Files that users upload.
#[derive(Clone, Copy)]
pub struct Uploads<'s>(pub(super) &'s Service);
