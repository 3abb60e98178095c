//! Stores for tests: a temporary SQLite file and, if LRS_TEST_POSTGRES_URL names a server, a
//! PostgreSQL schema.

#![allow(clippy::unwrap_used)]

use super::{Store, StoreSettings};

/// A store with its tables, and what must outlive it.
pub(crate) struct TestStore {
    pub(crate) store: Store,
    pub(crate) settings: StoreSettings,
    _place: Box<dyn std::any::Any + Send + Sync>,
}

impl TestStore {
    /// A second store on the same database, as another process or node would open it.
    pub(crate) fn reopened(&self) -> Store {
        Store::open(&self.settings).unwrap()
    }
}

/// A fresh store on each database that is available for tests.
pub(crate) fn each_store() -> Vec<TestStore> {
    let mut stores = Vec::new();
    #[cfg(feature = "sqlite")]
    stores.push(sqlite());
    #[cfg(feature = "postgres")]
    stores.extend(postgres());
    stores
}

#[cfg(feature = "sqlite")]
pub(crate) fn sqlite() -> TestStore {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("lrs.db").display());
    open(url, folder)
}

#[cfg(feature = "postgres")]
pub(crate) fn postgres() -> Option<TestStore> {
    let server = std::env::var("LRS_TEST_POSTGRES_URL").ok()?;
    let name = format!("lrs_test_{:016x}", rand::random::<u64>());
    let separator = if server.contains('?') { '&' } else { '?' };
    let url = format!("{server}{separator}options=-csearch_path%3D{name}");
    let schema = Schema { server, name };
    schema.run(&format!("CREATE SCHEMA {}", schema.name));
    Some(open(url, schema))
}

fn open(url: String, place: impl std::any::Any + Send + Sync) -> TestStore {
    let settings = StoreSettings { url, readers: 4 };
    let store = Store::open(&settings).unwrap();
    store.migrate().unwrap();
    TestStore { store, settings, _place: Box::new(place) }
}

#[cfg(feature = "postgres")]
struct Schema {
    server: String,
    name: String,
}

#[cfg(feature = "postgres")]
impl Schema {
    fn run(&self, statement: &str) {
        use diesel::connection::{Connection, SimpleConnection};
        diesel::PgConnection::establish(&self.server).unwrap().batch_execute(statement).unwrap();
    }
}

#[cfg(feature = "postgres")]
impl Drop for Schema {
    fn drop(&mut self) {
        self.run(&format!("DROP SCHEMA {} CASCADE", self.name));
    }
}
