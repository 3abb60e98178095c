//! Limits of the process: open files, and no core files.

use std::io;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Disables core files, which would contain passwords, keys and personal data.
///
/// # Errors
/// The system does not allow it.
pub fn forbid_core_files() -> io::Result<()> {
    Ok(setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?)
}

/// Raises the limit of open files to the system's maximum and returns it; `None` if there is no
/// limit.
pub fn raise_open_files() -> Option<u64> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    match setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        Ok(()) => maximum,
        Err(_) => current,
    }
}
