//! Looks after the certificates of listeners: their files are watched, and operators see how long
//! they are good for.

use std::io;

use chrono::Utc;

use crate::ops::{Metrics, Operations};
use crate::tls::{self, Item, Trust};

/// Watches the files, and shows their ends in health and metrics.
///
/// # Errors
/// Cannot start the thread that watches.
pub fn look_after(trust: &Trust, health: Operations) -> io::Result<Operations> {
    tls::watch(trust)?;
    let [probed, remarked, shown] = [trust.clone(), trust.clone(), trust.clone()];
    Ok(health
        .with_probe("certificate", move || match probed.not_after() {
            not_after if not_after < Utc::now().naive_utc() => Err(format!("ended on {not_after}")),
            _ => Ok(()),
        })
        .with_remarks(move || {
            let warnings = remarked.warnings(Utc::now().naive_utc());
            warnings.into_iter().map(|warning| format!("certificate: {}", warning.text)).collect()
        })
        .with_refresh(move |metrics| show_ends(&shown, metrics)))
}

/// Reports how long certificates and lists remain valid: for each kind, the first to expire.
fn show_ends(trust: &Trust, metrics: &Metrics) {
    let (endings, now) = (trust.endings(), Utc::now().naive_utc());
    for item in Item::ALL {
        let first = endings.iter().filter(|ending| ending.item == item).map(|ending| ending.at).min();
        if let Some(first) = first {
            metrics.ends(item.name(), first.signed_duration_since(now).num_seconds());
        }
    }
}
