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

fn tables(database: Database, url: &str) -> Vec<Table> {
    let mut connection = AnyConnection::establish(url.trim_start_matches("sqlite:")).expect("the database");
    let tables = match database {
        Database::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
        #[cfg(feature = "postgres")]
        Database::Postgres => {
            "SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = current_schema()"
        }
    };
    diesel::sql_query(tables).load(&mut connection).expect("the tables")
}

/// The number of rows of every table.
fn rows(database: Database, deployment: &Deployment) -> BTreeMap<String, i64> {
    let url = deployment.store_url();
    let mut connection = AnyConnection::establish(url.trim_start_matches("sqlite:")).expect("the database");
    let count = |Table { name }: Table| {
        let query = format!("SELECT count(*) AS number FROM {name}");
        let Count { number } = diesel::sql_query(query).get_result(&mut connection).expect("a number");
        (name, number)
    };
    tables(database, &url).into_iter().map(count).filter(|(name, _)| name != "__diesel_schema_migrations").collect()
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
        refused(&deployment.lrs(&["migrate", "--back-to", "0001"]), "a server, a worker or another command");
        // What a killed server leaves of the audit trail is not lost.
        deployment.signal("-KILL");
        deployment.ended();
        let all = migrations(&deployment, "applied");
        assert!(migrations(&deployment, "pending").is_empty());
        refused(&deployment.lrs(&["migrate", "--back-to", "9999"]), "there is no migration '9999'");

        // One by one, as far as a release that has no portal. What was left of the trail is moved
        // before.
        said(&deployment.lrs(&["audit", "verify"]));
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
            // The first one is done on the tables of this release, so it leaves a line.
            if later == &all[all.len() - 1] {
                before.entry("audit".to_owned()).and_modify(|lines| *lines += 1);
            }
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
        assert_eq!(applied.lines().filter_map(|line| line.strip_prefix("Applied ")).collect::<Vec<_>>(), pending);
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
        let undone = said(&deployment.lrs(&["migrate", "--back-to", &all[0]]));
        assert_eq!(undone.lines().count(), all.len() - 1, "{undone}");
        assert!(said(&deployment.lrs(&["migrate", "--back-to", number(&all[0])])).contains("no later migration"));
        said(&deployment.lrs(&["migrate"]));
        assert!(migrations(&deployment, "pending").is_empty());
    }
    fn a_list_of_migrations_changes_nothing_and_tells_of_a_later_release(database) {
        let deployment = Deployment::start(database);
        let all = migrations(&deployment, "applied");
        let list = ["migrate", "--list"];
        match database.fresh() {
            Some(empty) => {
                let listed = said(&deployment.shell(&format!("LRS_STORE_URL='{empty}' lrs migrate --list")));
                assert_eq!(listed.lines().filter(|line| line.starts_with("pending")).count(), all.len());
                assert!(tables(database, &empty).is_empty());
            }
            None => {
                let missing = deployment.shell("LRS_STORE_URL=sqlite:missing.db lrs migrate --list");
                refused(&missing, "There is no database");
                assert!(!deployment.dir().join("missing.db").exists());
            }
        }
        let url = deployment.store_url();
        let mut connection = AnyConnection::establish(url.trim_start_matches("sqlite:")).expect("the database");
        diesel::sql_query("INSERT INTO __diesel_schema_migrations (version) VALUES ('9998')")
            .execute(&mut connection)
            .expect("a migration of a later release");
        drop(connection);
        assert_eq!(migrations(&deployment, "unknown"), ["9998"]);
        assert_eq!(said(&deployment.lrs(&list)).lines().count(), all.len() + 1);
        refused(&deployment.lrs(&["migrate", "--back-to", "0012"]), "9998, which this release does not know");
        refused(&deployment.lrs(&["migrate", "--back-to", "9998"]), "9998");
        assert_eq!(migrations(&deployment, "applied"), all);
    }
}
