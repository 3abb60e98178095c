//! Checks the files every second, reloads them when they change, and warns once a day of what
//! expires soon.

use std::time::Duration;

use super::Trust;
use super::expiry::Told;

const INTERVAL: Duration = Duration::from_secs(1);

/// Starts the thread, which ends when the trust is dropped. An invalid new file is logged once, and
/// the old contents stay in use.
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
                Some(Ok(())) => log::info!("reloaded the certificate, trusted authorities and revocation lists"),
                Some(Err(error)) => {
                    log::error!("the certificates were not reloaded, and the old ones stay in use: {error}")
                }
            }
            told.tell(&Trust(inner));
            std::thread::sleep(INTERVAL);
        }
    };
    std::thread::Builder::new().name("lrs-tls-files".to_owned()).spawn(look).map(drop)
}
