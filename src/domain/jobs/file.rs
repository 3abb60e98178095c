//! The file in which a batch was submitted. The job stores its name and, if the door asks for it,
//! its content. A file that was uploaded stays where it is, and the upload names the job.

use std::fmt;

use crate::model::UploadId;

/// The maximum size of a stored file in bytes: that of the largest request (our choice).
pub const MOST_FILE_BYTES: usize = 32 * 1024 * 1024;

/// A file as submitted. It may contain personal data, so `Debug` shows only its size.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct BatchFile {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    pub(super) upload: Option<UploadId>,
}

impl BatchFile {
    /// A file of which only the name is stored.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), bytes: Vec::new(), upload: None }
    }

    /// A file that was uploaded before, of which records are submitted. The upload can be submitted
    /// only once.
    pub fn uploaded(name: impl Into<String>, upload: UploadId) -> Self {
        Self { name: name.into(), bytes: Vec::new(), upload: Some(upload) }
    }

    /// A file to store with its job; `None` if it is larger than [`MOST_FILE_BYTES`].
    pub fn kept(name: impl Into<String>, bytes: Vec<u8>) -> Option<Self> {
        (bytes.len() <= MOST_FILE_BYTES).then(|| Self { name: name.into(), bytes, upload: None })
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The content; empty if the job does not store it.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for BatchFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchFile").field("size", &self.bytes.len()).finish_non_exhaustive()
    }
}
