//! The file that a batch comes in: its name is kept with the job, and its bytes where the door
//! wants that.

use std::fmt;

/// Largest file that is kept with a job, in bytes: as large as the largest request (our choice).
pub const MOST_FILE_BYTES: usize = 32 * 1024 * 1024;

/// A file as it was uploaded. It may hold personal data: `Debug` shows its size alone.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Upload {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
}

impl Upload {
    /// A file of which only the name is kept.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), bytes: Vec::new() }
    }

    /// A file that is kept with its job; `None` where it is larger than [`MOST_FILE_BYTES`].
    pub fn kept(name: impl Into<String>, bytes: Vec<u8>) -> Option<Self> {
        (bytes.len() <= MOST_FILE_BYTES).then(|| Self { name: name.into(), bytes })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its bytes; none where only the name is kept.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload").field("size", &self.bytes.len()).finish_non_exhaustive()
    }
}
