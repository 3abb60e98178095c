//! What the verbs that work on the store have in common: opening it, and the rules upon it.

use super::failure::Failure;
use crate::config::Config;
use crate::domain::{Clock, RuleSettings, Service};
use crate::store::{Store, StoreSettings};

/// Opens the store that the configuration names.
pub fn open(config: &Config) -> Result<Store, Failure> {
    let settings = StoreSettings { url: config.store.url.clone(), readers: config.store.readers };
    Store::open(&settings).map_err(|error| Failure::doing("The store could not be opened", format!("{error}\nCheck store.url.")))
}

/// Opens the store and refuses one whose tables are not those of this release.
pub fn open_ready(config: &Config) -> Result<Store, Failure> {
    let store = open(config)?;
    match store.is_ready() {
        Ok(true) => Ok(store),
        Ok(false) => Err(Failure::Failed("The store's tables are missing or of another release; run 'lrs migrate'.".to_owned())),
        Err(error) => Err(Failure::doing("The store could not be read", error)),
    }
}

/// The service's rules on the store.
pub fn service(config: &Config) -> Result<Service, Failure> {
    Ok(Service::new(open_ready(config)?, rules(config), Clock::system()))
}
