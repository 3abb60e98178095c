//! A database of an earlier release keeps its data when its tables are migrated.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use crate::model::{Door, JobKind, Organisation, Permissions};
use crate::store::dialect::on_either;
use crate::store::jobs::{self, NewJob};
use crate::store::organisations;
use crate::store::schema::jobs as table;
use crate::store::test_support::each_store;
use crate::store::{AnyConnection, StoreError};

/// Runs a script of migration 0012, as it is for each database.
macro_rules! run_0012 {
    ($connection:expr, $file:literal) => {
        match &mut **$connection {
            #[cfg(feature = "sqlite")]
            AnyConnection::Sqlite(c) => {
                c.batch_execute(include_str!(concat!("../../../migrations/sqlite/0012_job_files/", $file)))
            }
            #[cfg(feature = "postgres")]
            AnyConnection::Postgres(c) => {
                c.batch_execute(include_str!(concat!("../../../migrations/postgres/0012_job_files/", $file)))
            }
        }
    };
}

/// Before 0012 the name of an achievement batch's file was in the settings of its job.
#[test]
fn an_achievement_job_of_an_earlier_release_gets_its_file_name() {
    let job = |kind, settings: &str| NewJob {
        kind,
        organisation_id: 1,
        user_name: "tester".to_owned(),
        certificate: None,
        door: Door::WebService,
        file_name: None,
        settings: settings.to_owned(),
    };
    let organisation = Organisation {
        id: 0,
        ukprn: "TEST0045".parse().unwrap(),
        org_ref: "TEST45".parse().unwrap(),
        name: "Synthetic Awards".to_owned(),
        learner_registration_body: true,
        awarding_organisation: true,
        active: true,
        permissions: Permissions::NONE,
        password_hash: None,
    };
    for each in each_store() {
        let organisation = organisation.clone();
        let now = super::moment(0);
        let achievements =
            job(JobKind::Achievement, r#"{"submission_type":"F","file_name":"QCF_TEST0045_20250731_040"}"#);
        let registrations = job(JobKind::Registration, r#"{"job_type":"Full"}"#);
        let ids = each
            .store
            .write(move |store| {
                organisations::insert(store, &organisation, now)?;
                let ids = [jobs::begin(store, &achievements, now)?, jobs::begin(store, &registrations, now)?];
                run_0012!(store, "down.sql")?;
                run_0012!(store, "up.sql")?;
                Ok(ids.map(|id| id.0))
            })
            .unwrap();
        let names: Vec<Option<String>> = each
            .store
            .read(|store| {
                let wanted = table::table.filter(table::id.eq_any(ids)).order(table::id).select(table::file_name);
                Ok::<_, StoreError>(on_either!(store, c => wanted.load(c)?))
            })
            .unwrap();
        assert_eq!(names, [Some("QCF_TEST0045_20250731_040".to_owned()), None]);
    }
}
