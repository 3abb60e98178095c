//! Looks after the files once a second, loads them again when they change, and tells once a day what will end soon.

use std::time::Duration;

use super::Trust;
use super::expiry::Told;

const INTERVAL: Duration = Duration::from_secs(1);

/// Starts the thread that looks; it ends when the trust is dropped. A new file that cannot be used is logged once, and the old ones stay
/// in use.
///
/// # Errors
/// The thread could not be started.
pub fn watch(trust: &Trust) -> std::io::Result<()> {
    let trust = trust.downgrade();
    let look = move || {
        let mut told = Told::default();
        while let Some(inner) = trust.upgrade() {
            match inner.reload_if_changed() {
                None => {}
                Some(Ok(())) => log::info!("certificate, trust roots and revocation lists have been reloaded"),
                Some(Err(error)) => log::error!("the certificates in use are kept: {error}"),
            }
            told.tell(&Trust(inner));
            std::thread::sleep(INTERVAL);
        }
    };
    std::thread::Builder::new().name("lrs-tls-files".to_owned()).spawn(look).map(drop)
}
