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

/// An address for a store, where no table is yet, and what must outlive it.
pub(crate) struct TestPlace {
    pub(crate) settings: StoreSettings,
    place: Box<dyn std::any::Any + Send + Sync>,
}

impl TestPlace {
    fn new(url: String, place: impl std::any::Any + Send + Sync) -> Self {
        Self { settings: StoreSettings { url, readers: 4 }, place: Box::new(place) }
    }

    fn open(self) -> TestStore {
        let store = Store::open(&self.settings).unwrap();
        store.migrate().unwrap();
        TestStore { store, settings: self.settings, _place: self.place }
    }
}

/// A place on each database that is available for tests.
pub(crate) fn each_place() -> Vec<TestPlace> {
    let mut places = Vec::new();
    #[cfg(feature = "sqlite")]
    places.push(sqlite_place());
    #[cfg(feature = "postgres")]
    places.extend(postgres_place());
    places
}

#[cfg(feature = "sqlite")]
pub(crate) fn sqlite() -> TestStore {
    sqlite_place().open()
}

#[cfg(feature = "postgres")]
pub(crate) fn postgres() -> Option<TestStore> {
    postgres_place().map(TestPlace::open)
}

#[cfg(feature = "sqlite")]
fn sqlite_place() -> TestPlace {
    let folder = tempfile::tempdir().unwrap();
    TestPlace::new(format!("sqlite:{}", folder.path().join("lrs.db").display()), folder)
}

#[cfg(feature = "postgres")]
fn postgres_place() -> Option<TestPlace> {
    let server = std::env::var("LRS_TEST_POSTGRES_URL").ok()?;
    let name = format!("lrs_test_{:016x}", rand::random::<u64>());
    let separator = if server.contains('?') { '&' } else { '?' };
    let url = format!("{server}{separator}options=-csearch_path%3D{name}");
    let schema = Schema { server, name };
    schema.run(&format!("CREATE SCHEMA {}", schema.name));
    Some(TestPlace::new(url, schema))
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
