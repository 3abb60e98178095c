//! Looks after the files once a second, and loads them again when they change.

use std::time::Duration;

use super::Trust;

const INTERVAL: Duration = Duration::from_secs(1);

/// Starts the thread that looks; it ends when the trust is dropped. A new file that cannot be used is logged once, and the old ones stay
/// in use.
///
/// # Errors
/// The thread could not be started.
pub fn watch(trust: &Trust) -> std::io::Result<()> {
    let trust = trust.downgrade();
    let look = move || {
        loop {
            std::thread::sleep(INTERVAL);
            let Some(trust) = trust.upgrade() else { return };
            match trust.reload_if_changed() {
                None => {}
                Some(Ok(())) => log::info!("certificate, trust roots and revocation lists have been reloaded"),
                Some(Err(error)) => log::error!("the certificates in use are kept: {error}"),
            }
        }
    };
    std::thread::Builder::new().name("lrs-tls-files".to_owned()).spawn(look).map(drop)
}
