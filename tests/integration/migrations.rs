//! Migrations forwards and backwards with data in place: what an earlier release knows is there
//! after `lrs migrate --back-to`, and after the upgrade that follows.

use std::collections::BTreeMap;
use std::process::Output;

use diesel::prelude::*;
use learning_records::store::AnyConnection;

use crate::flows::Person;
use crate::harness::{Database, Deployment, on_both};

/// The last migration before the portal's tables.
const BEFORE_THE_PORTAL: &str = "0012";

#[derive(QueryableByName)]
struct Table {
    #[diesel(sql_type = diesel::sql_types::Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    number: i64,
}

/// The number of rows of every table.
fn rows(database: Database, deployment: &Deployment) -> BTreeMap<String, i64> {
    let url = deployment.store_url();
    let mut connection = AnyConnection::establish(url.trim_start_matches("sqlite:")).expect("the database");
    let tables = match database {
        Database::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
        #[cfg(feature = "postgres")]
        Database::Postgres => {
            "SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = current_schema()"
        }
    };
    let tables: Vec<Table> = diesel::sql_query(tables).load(&mut connection).expect("the tables");
    let count = |Table { name }: Table| {
        let query = format!("SELECT count(*) AS number FROM {name}");
        let Count { number } = diesel::sql_query(query).get_result(&mut connection).expect("a number");
        (name, number)
    };
    tables.into_iter().map(count).filter(|(name, _)| name != "__diesel_schema_migrations").collect()
}

fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    text
}

fn refused(output: &Output, why: &str) {
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains(why), "{text}");
}

/// The names of the migrations, oldest first.
fn migrations(deployment: &Deployment, state: &str) -> Vec<String> {
    let listed = said(&deployment.lrs(&["migrate", "--list"]));
    let names = listed.lines().filter_map(|line| line.strip_prefix(state));
    names.map(|name| name.trim().to_owned()).collect()
}

fn number(migration: &str) -> &str {
    migration.split('_').next().unwrap_or_default()
}

on_both! {
    fn what_an_earlier_release_knows_stays_when_the_tables_go_back_and_forth(database) {
        let mut deployment = Deployment::start(database);
        let person = Person::new();
        let uln = person.register(&deployment.provider(), "1");
        deployment.stop();
        let all = migrations(&deployment, "applied");
        assert!(migrations(&deployment, "pending").is_empty());
        refused(&deployment.lrs(&["migrate", "--back-to", "9999"]), "there is no migration 9999");

        // One by one, as far as a release that has no portal.
        let mut before = rows(database, &deployment);
        assert!(before["audit"] > 0 && before["learners"] > 1 && before["learning_events"] > 0);
        for pair in all.windows(2).rev() {
            let [earlier, later] = pair else { unreachable!() };
            if number(earlier) < BEFORE_THE_PORTAL {
                break;
            }
            let undone = said(&deployment.lrs(&["migrate", "--back-to", number(earlier)]));
            assert_eq!(undone, format!("Undid {later}\n"));
            let after = rows(database, &deployment);
            for (table, number) in &after {
                assert_eq!(before.get(table), Some(number), "rows of {table} without {later}");
            }
            before = after;
        }
        refused(&deployment.lrs(&["serve"]), "lrs migrate");
        refused(&deployment.lrs(&["migrate", "--back-to", number(&all[all.len() - 1])]), "does not have");
        let pending = migrations(&deployment, "pending");
        assert_eq!(migrations(&deployment, "applied").len() + pending.len(), all.len());

        // The upgrade finds everything that was kept.
        let applied = said(&deployment.lrs(&["migrate"]));
        assert_eq!(applied.lines().filter_map(|line| line.strip_prefix("Applied ")).count(), pending.len());
        let after = rows(database, &deployment);
        for (table, number) in &before {
            assert_eq!(after.get(table), Some(number), "rows of {table} after the upgrade");
        }
        said(&deployment.lrs(&["audit", "verify"]));
        deployment.launch();
        let provider = deployment.provider();
        let find = provider.credentials().find_by_uln("FUL", &uln, &person.family, &person.given);
        assert_eq!(provider.post("LearnerService", &find).code(), "WSRC0004");
        Person::new().register(&provider, "1");
        deployment.stop();
        said(&deployment.lrs(&["audit", "verify"]));

        // The oldest ones can be undone, too; what they made is gone then.
        let undone = said(&deployment.lrs(&["migrate", "--back-to", number(&all[0])]));
        assert_eq!(undone.lines().count(), all.len() - 1, "{undone}");
        assert!(said(&deployment.lrs(&["migrate", "--back-to", number(&all[0])])).contains("no later migration"));
        said(&deployment.lrs(&["migrate"]));
        assert!(migrations(&deployment, "pending").is_empty());
    }
}
