//! A copy has every row and every durable audit line, and either database gives it back unchanged.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use chrono::NaiveDate;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::*;
use crate::model::{AuditEntry, Door};
use crate::store::dialect::on_either;
use crate::store::test_support::{each_place, each_store};
use crate::store::{AnyConnection, Store, StoreError, migrations};

/// Rows with every type of value, and what is awkward in texts and numbers.
const ROWS: &str = "
    INSERT INTO organisations VALUES
        (7, 'TEST0001', 'TEST01', 'Zoë''s \"College\"', TRUE, FALSE, TRUE, 'find', NULL,
         '2025-06-01 12:00:00', '2025-06-01 12:00:00.120'),
        (9, 'TEST0002', 'TEST02', 'Two lines', FALSE, TRUE, FALSE, '', 'hash',
         '2025-06-01 12:00:00.123456', '1999-12-31 23:59:59.999999');
    INSERT INTO jobs (id, kind, organisation_id, user_name, door, submitted_at, state, attempts, turns, records,
                      records_done, settings)
        VALUES (9007199254740993, 'Registration', 7, 'a \\ and a tab\t', 'web-service', '2025-06-01 12:00:00',
                'Waiting', 0, 0, 2147483647, -1, '{\"a\":[1,\"]\"]}');
    INSERT INTO awarding_recognitions (organisation_id, status, ended_on) VALUES (9, 'Recognised', '2025-02-28');
    INSERT INTO service_minutes VALUES ('2025-06-01 12:01:00', TRUE);
    INSERT INTO job_records VALUES (9007199254740993, 1, ''), (9007199254740993, 2, '1000000000');
    INSERT INTO job_results (job_id, number, code) VALUES (9007199254740993, 1, 'RC001');";

/// A copy in memory.
#[derive(Default)]
struct Copied {
    contents: Option<Contents>,
    rows: Vec<String>,
}

impl Sink for Copied {
    type Error = StoreError;

    fn begin(&mut self, contents: &Contents) -> Result<(), StoreError> {
        self.contents = Some(contents.clone());
        Ok(())
    }

    fn row(&mut self, row: &str) -> Result<(), StoreError> {
        self.rows.push(row.to_owned());
        Ok(())
    }
}

impl Copied {
    fn of(store: &Store) -> Self {
        let mut copied = Self::default();
        copy(store, &mut copied).unwrap();
        copied
    }

    fn contents(&self) -> &Contents {
        self.contents.as_ref().unwrap()
    }

    fn load(&self, settings: &crate::store::StoreSettings) -> Result<(), StoreError> {
        let mut rows = self.rows.iter();
        load(&settings.url, self.contents(), || Ok(rows.next().cloned()))
    }

    /// The rows of each table, as values, because the databases put spaces in other places. The
    /// order of columns is the database's.
    fn tables(&self) -> HashMap<String, Vec<HashMap<String, serde_json::Value>>> {
        let mut rows = self.rows.iter();
        let tables = self.contents().tables.iter().map(|table| {
            let rows = rows.by_ref().take(usize::try_from(table.rows).unwrap());
            let rows = rows.map(|row| {
                let values: Vec<serde_json::Value> = serde_json::from_str(row).unwrap();
                table.columns.iter().cloned().zip(values).collect()
            });
            (table.name.clone(), rows.collect())
        });
        tables.collect()
    }

    fn actions(&self) -> Vec<String> {
        self.tables()["audit"].iter().map(|line| line["action"].as_str().unwrap().to_owned()).collect()
    }
}

/// An audit line as a release before the chains wrote it.
const LINE_BEFORE_CHAINS: &str = "INSERT INTO audit (at, organisation_ref, organisation_name, user_name, door, \
    action, outcome, record_shown) VALUES ('2025-06-01 12:00:01', 'TEST0001', 'Synthetic', 'tester', 'web-service', \
    'find-by-uln', 'WSRC0004', FALSE)";

fn entry(action: String) -> AuditEntry {
    AuditEntry {
        at: NaiveDate::from_ymd_opt(2025, 6, 1).unwrap().and_hms_micro_opt(12, 0, 1, 120_000).unwrap(),
        organisation_id: Some(1),
        organisation_ref: "TEST0001".to_owned(),
        organisation_name: "Synthetic \"College\"\nof Zoë".to_owned(),
        user_name: "tester".to_owned(),
        certificate: None,
        door: Door::WebService,
        action: action.into(),
        uln: None,
        outcome: "WSRC0004".to_owned(),
        record_shown: true,
        account_id: None,
        about_account_id: None,
    }
}

/// Adds the rows, and a piece of a file, whose bytes the databases write differently.
fn rows(connection: &mut AnyConnection) -> Result<(), StoreError> {
    use crate::store::schema::job_files;
    connection.batch_execute(ROWS)?;
    // PostgreSQL does not count numbers that it did not give itself.
    #[cfg(feature = "postgres")]
    if let AnyConnection::Postgres(c) = connection {
        c.batch_execute(
            "SELECT setval(pg_get_serial_sequence('jobs', 'id'), 9007199254740993), \
             setval(pg_get_serial_sequence('organisations', 'id'), 9)",
        )?;
    }
    let bytes: Vec<u8> = (0..=255).collect();
    let piece = (job_files::job_id.eq(9_007_199_254_740_993), job_files::piece.eq(0), job_files::bytes.eq(bytes));
    on_either!(connection, c => diesel::insert_into(job_files::table).values(piece).execute(c)?);
    Ok(())
}

/// Adds the rows, and audit lines.
fn add_rows(store: &Store) {
    store.write(|c| rows(c)).unwrap();
    for number in 0..3 {
        store.record(vec![entry(format!("line {number}"))]).wait().unwrap();
        if number == 0 {
            // On SQLite, the others are still in the trail file when they are copied.
            store.flush_trail().unwrap();
        }
    }
}

fn last_job(store: &Store) -> i64 {
    store
        .write(|c| {
            c.batch_execute(
                "INSERT INTO jobs (kind, organisation_id, user_name, door, submitted_at, state, attempts, turns, records, \
                 records_done, settings) VALUES ('Registration', 7, 'x', 'web-service', '2025-06-01 12:00:00', 'Waiting', \
                 0, 0, 0, 0, '')",
            )?;
            let jobs = crate::store::schema::jobs::table;
            let last = jobs.select(diesel::dsl::max(crate::store::schema::jobs::id));
            Ok(on_either!(&mut **c, c => last.first::<Option<i64>>(c)?).unwrap())
        })
        .unwrap()
}

#[test]
fn either_database_gives_back_what_either_held() {
    for from in each_store() {
        add_rows(&from.store);
        let copied = Copied::of(&from.store);
        assert_eq!(copied.actions(), ["line 0", "line 1", "line 2"], "from {}", copied.contents().database);
        for into in each_place() {
            copied.load(&into.settings).unwrap();
            let restored = Store::open(&into.settings).unwrap();
            assert!(restored.is_ready().unwrap());
            let again = Copied::of(&restored);
            let way = format!("{} to {}", copied.contents().database, again.contents().database);
            assert_eq!(again.tables(), copied.tables(), "{way}");
            assert_eq!(again.contents().migrations, copied.contents().migrations, "{way}");
            // SQLite counts audit lines by their rows, which are never deleted alone.
            let kept = |contents: &Contents| -> BTreeMap<String, i64> {
                let given = contents.numbering.clone().into_iter();
                given.filter(|(table, last)| *last > 0 && table != "audit").collect()
            };
            assert_eq!(kept(again.contents()), kept(copied.contents()), "{way}");
        }
    }
}

#[test]
fn indexes_and_references_are_there_again() {
    for from in each_store() {
        add_rows(&from.store);
        for into in each_place() {
            Copied::of(&from.store).load(&into.settings).unwrap();
            let restored = Store::open(&into.settings).unwrap();
            let orphan = restored.write(|c| Ok(c.batch_execute("UPDATE jobs SET organisation_id = 12345")?));
            assert!(orphan.is_err(), "a reference is missing");
        }
        let made = |store: &Store| store.read(schema).unwrap();
        for into in each_place() {
            Copied::of(&from.store).load(&into.settings).unwrap();
            let restored = Store::open(&into.settings).unwrap();
            if restored.is_embedded() == from.store.is_embedded() {
                assert_eq!(made(&restored), made(&from.store));
            }
        }
    }
}

#[derive(QueryableByName)]
struct Made {
    #[diesel(sql_type = diesel::sql_types::Text)]
    statement: String,
}

/// The statements that make indexes and references, whatever the schema's name.
fn schema(connection: &mut AnyConnection) -> Result<Vec<String>, StoreError> {
    let query = match connection {
        #[cfg(feature = "sqlite")]
        AnyConnection::Sqlite(_) => {
            "SELECT sql AS statement FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%'"
        }
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(_) => {
            "SELECT replace(indexdef, schemaname, 'schema') AS statement FROM pg_indexes WHERE schemaname = current_schema() \
             UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint \
             WHERE connamespace = current_schema()::regnamespace"
        }
    };
    let made: Vec<Made> = on_either!(connection, c => diesel::sql_query(query).load(c))?;
    let mut made: Vec<String> = made.into_iter().map(|Made { statement }| statement).collect();
    made.sort();
    Ok(made)
}

#[test]
fn a_number_that_was_given_is_not_given_again() {
    for from in each_store() {
        add_rows(&from.store);
        let last = last_job(&from.store);
        from.store.write(move |c| Ok(c.batch_execute(&format!("DELETE FROM jobs WHERE id = {last}"))?)).unwrap();
        for into in each_place() {
            Copied::of(&from.store).load(&into.settings).unwrap();
            assert_eq!(last_job(&Store::open(&into.settings).unwrap()), last + 1);
        }
    }
}

/// Calls are acknowledged all the time, so that the trail file grows, is moved, and starts new
/// generations while copies are made.
#[test]
fn every_acknowledged_line_is_in_a_copy_exactly_once() {
    for each in each_store() {
        let (acknowledged, ended) = (Mutex::new(Vec::new()), AtomicBool::new(false));
        thread::scope(|scope| {
            for thread in 0..3 {
                let (store, acknowledged, ended) = (&each.store, &acknowledged, &ended);
                scope.spawn(move || {
                    for number in 0.. {
                        if ended.load(Ordering::Relaxed) {
                            break;
                        }
                        let action = format!("{thread} {number}");
                        // Long, because a generation ends with its 16th megabyte.
                        let entry = AuditEntry { user_name: "x".repeat(8_000), ..entry(action.clone()) };
                        store.record(vec![entry]).wait().unwrap();
                        acknowledged.lock().unwrap().push(action);
                        thread::sleep(Duration::from_millis(2));
                    }
                });
            }
            for _ in 0..12 {
                thread::sleep(Duration::from_millis(150));
                let before = acknowledged.lock().unwrap().clone();
                let mut times: HashMap<String, u32> = HashMap::new();
                for action in Copied::of(&each.store).actions() {
                    *times.entry(action).or_default() += 1;
                }
                let lost: Vec<&String> = before.iter().filter(|action| !times.contains_key(*action)).collect();
                assert!(lost.is_empty(), "of {} lines {lost:?} are missing", before.len());
                assert!(times.values().all(|times| *times == 1), "a line is there twice");
            }
            ended.store(true, Ordering::Relaxed);
        });
    }
}

#[test]
fn a_copy_of_an_earlier_release_is_migrated_after_it_is_loaded() {
    for from in each_place() {
        let old = Store::open(&from.settings).unwrap();
        let mut connection = old.inner.address.connect().unwrap();
        let all = { Copied::of(&each_store()[0].store).contents().migrations.clone() };
        let (earlier, later) = all.split_at(all.iter().position(|version| version.as_str() == "0020").unwrap());
        assert!(later.len() > 3);
        migrations::run_these(&mut connection, earlier).unwrap();
        rows(&mut connection).unwrap();
        for _ in 0..3 {
            connection.batch_execute(LINE_BEFORE_CHAINS).unwrap();
        }
        drop(connection);
        for into in each_place() {
            Copied::of(&old).load(&into.settings).unwrap();
            let restored = Store::open(&into.settings).unwrap();
            assert!(!restored.is_ready().unwrap());
            let applied = restored.migrate().unwrap();
            let numbers: Vec<&str> = applied.iter().filter_map(|name| name.split('_').next()).collect();
            assert_eq!(numbers, later);
            assert!(restored.is_ready().unwrap());
            let tables = Copied::of(&restored).tables();
            assert_eq!((tables["organisations"].len(), tables["job_files"].len(), tables["audit"].len()), (2, 1, 3));
            assert_eq!(tables["audit_start"][0]["uncovered"], 3);
        }
    }
}

#[test]
fn what_cannot_be_loaded_leaves_nothing_and_says_why() {
    for from in each_store() {
        add_rows(&from.store);
        let refused = |change: &dyn Fn(&mut Copied), why: &str| {
            for into in each_place() {
                let mut copied = Copied::of(&from.store);
                change(&mut copied);
                let error = copied.load(&into.settings).unwrap_err().to_string();
                assert!(error.contains(why), "{error}");
                // Nothing is in the way of the backup that is restored next.
                Copied::of(&from.store).load(&into.settings).unwrap();
                let error = Copied::of(&from.store).load(&into.settings).unwrap_err().to_string();
                assert!(error.contains("restored into a new database only"), "{error}");
            }
        };
        refused(&|copied| copied.rows.truncate(3), "does not have the rows");
        refused(&|copied| copied.rows.push("[]".to_owned()), "does not have the rows");
        refused(&|copied| copied.contents.as_mut().unwrap().migrations.push("9999".to_owned()), "later release");
        refused(
            &|copied| copied.contents.as_mut().unwrap().tables[0].columns[0] = "other".to_owned(),
            "tables of the backup",
        );
        refused(
            &|copied| copied.contents.as_mut().unwrap().tables[0].name = "other".to_owned(),
            "tables of the backup",
        );
    }
}

#[cfg(feature = "sqlite")]
#[test]
fn files_of_an_earlier_database_are_not_mixed_up_with_a_new_one() {
    let from = crate::store::test_support::sqlite();
    let copied = Copied::of(&from.store);
    for left in ["", "-wal", "-trail"] {
        let folder = tempfile::tempdir().unwrap();
        let url = folder.path().join("lrs.db").display().to_string();
        let (path, settings) = (format!("{url}{left}"), crate::store::StoreSettings { url, readers: 1 });
        std::fs::write(&path, "something").unwrap();
        let error = copied.load(&settings).unwrap_err().to_string();
        assert!(error.contains(&path) && error.contains("exists"), "{error}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "something was left");
        std::fs::remove_file(&path).unwrap();
        copied.load(&settings).unwrap();
    }
}
