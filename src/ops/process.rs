//! What the system allows this process: how many files and connections it may hold open, and no picture of its memory on the disk.

use std::io;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// A crash leaves no core file: it would hold passwords, keys and people's data.
///
/// # Errors
/// The system refuses.
pub fn forbid_core_files() -> io::Result<()> {
    Ok(setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?)
}

/// Raises the number of open files to what the system allows, and gives that; `None` where there is no bound.
pub fn raise_open_files() -> Option<u64> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    match setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        Ok(()) => maximum,
        Err(_) => current,
    }
}
