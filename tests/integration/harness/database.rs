//! The two databases that a test can run on. A PostgreSQL test gets its own database on the server
//! started by `scripts/with-postgres`; if there is none, the test fails and says so.

/// The database of a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database {
    Sqlite,
    #[cfg(feature = "postgres")]
    Postgres,
}

impl Database {
    /// The address of a new, empty store; `None` if it is in the deployment's own folder.
    pub fn fresh(self) -> Option<String> {
        match self {
            Database::Sqlite => None,
            #[cfg(feature = "postgres")]
            Database::Postgres => Some(postgres::fresh()),
        }
    }
}

#[cfg(feature = "postgres")]
mod postgres {
    use std::sync::atomic::{AtomicU32, Ordering};

    use diesel::{Connection, PgConnection, RunQueryDsl};

    static NEXT: AtomicU32 = AtomicU32::new(1);

    pub(super) fn fresh() -> String {
        let server = std::env::var("LRS_TEST_POSTGRES_URL")
            .expect("LRS_TEST_POSTGRES_URL is not set: run `make test`, or `scripts/with-postgres cargo test --features postgres`");
        let name = format!("lrs_test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let mut connection = PgConnection::establish(&server).expect("the test server answers");
        diesel::sql_query(format!("CREATE DATABASE {name}")).execute(&mut connection).expect("a new database");
        let (address, _) = server.rsplit_once('/').expect("an address with a database");
        format!("{address}/{name}")
    }
}
