//! Recovery: a backup that is taken while the service is called has everything that was
//! acknowledged before, and a new server runs on what is restored from it.

#[cfg(feature = "postgres")]
#[path = "recovery/to_the_minute.rs"]
mod to_the_minute;

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use learning_records::store::{Store, StoreSettings};

use crate::flows::{Person, borrowed};
use crate::harness::actor::SOAP_HEADERS;
use crate::harness::deployment::LRS;
use crate::harness::{Actor, Database, Deployment, on_both};

const LS: &str = "LearnerService";

diesel::table! {
    audit (id) {
        id -> BigInt,
        action -> Text,
        uln -> Nullable<Text>,
    }
}

/// A learner who was registered, and how often the reply to a search for them has come.
struct Acknowledged {
    person: Person,
    uln: String,
    found: u32,
}

fn find(provider: &Actor<'_>, learner: &Acknowledged) -> String {
    let Acknowledged { person, uln, .. } = learner;
    provider.post(LS, &provider.credentials().find_by_uln("FUL", uln, &person.family, &person.given)).code()
}

/// Registers learners and finds them until the server is gone.
fn call_until(deployment: &Deployment, acknowledged: &Mutex<Vec<Acknowledged>>, ended: &AtomicBool) {
    let provider = deployment.provider();
    while !ended.load(Ordering::Relaxed) {
        let person = Person::new();
        let request = provider.credentials().register(&borrowed(&person.registration("1")));
        let Ok(answer) = provider.try_post(LS, SOAP_HEADERS, request.as_bytes()) else { return };
        assert_eq!(answer.code(), "WSRC0005", "{}", answer.text());
        let uln = answer.value("ULN");
        let find = provider.credentials().find_by_uln("FUL", &uln, &person.family, &person.given);
        let place = {
            let mut acknowledged = acknowledged.lock().expect("no panic");
            acknowledged.push(Acknowledged { person, uln, found: 0 });
            acknowledged.len() - 1
        };
        for _ in 0..5 {
            let Ok(answer) = provider.try_post(LS, SOAP_HEADERS, find.as_bytes()) else { return };
            assert_eq!(answer.code(), "WSRC0004");
            acknowledged.lock().expect("no panic")[place].found += 1;
        }
    }
}

/// Waits until so many learners were registered.
fn wait_for(acknowledged: &Mutex<Vec<Acknowledged>>, learners: usize) {
    let patience = Instant::now() + Duration::from_secs(60);
    while acknowledged.lock().expect("no panic").len() < learners {
        assert!(Instant::now() < patience, "too few learners were registered");
        thread::sleep(Duration::from_millis(5));
    }
}

/// The numbers of rows that `lrs backup verify` prints, by table.
fn counts(output: &Output) -> HashMap<String, i64> {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let row = |line: &str| {
        let mut words = line.split_whitespace();
        let number = words.next()?.parse().ok()?;
        Some((words.next()?.to_owned(), number))
    };
    text.lines().filter_map(row).collect()
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    number: i64,
}

fn open(url: &str) -> Store {
    Store::open(&StoreSettings { url: url.to_owned(), readers: 1 }).expect("the store")
}

fn count(store: &Store, table: &str) -> i64 {
    let query = format!("SELECT count(*) AS number FROM {table}");
    let Count { number } = store.read(|c| Ok(diesel::sql_query(&query).get_result(c)?)).expect("a number");
    number
}

/// How many audit lines there are by action and ULN.
fn audit_lines(store: &Store) -> HashMap<(String, String), u32> {
    let lines: Vec<(String, Option<String>)> =
        store.read(|c| Ok(audit::table.select((audit::action, audit::uln)).load(c)?)).expect("the trail");
    let mut counts = HashMap::new();
    for (action, uln) in lines {
        *counts.entry((action, uln.unwrap_or_default())).or_default() += 1;
    }
    counts
}

/// An address for a database that does not exist or has no tables.
fn new_store(database: Database, deployment: &Deployment, name: &str) -> String {
    let file = || format!("sqlite:{}", deployment.dir().join(name).display());
    database.fresh().unwrap_or_else(file)
}

/// Runs `lrs` with the deployment's configuration, on another database.
fn lrs_on(url: &str, deployment: &Deployment, arguments: &[&str]) -> Output {
    let mut command = Command::new(LRS);
    command.args(arguments).current_dir(deployment.dir()).env("LRS_STORE_URL", url);
    command.stdin(Stdio::null()).output().expect("lrs runs")
}

/// Starts a backup and leaves it running.
fn create(dir: &Path, url: &str) -> Child {
    let mut command = Command::new(LRS);
    command.args(["backup", "create", "backup"]).current_dir(dir).env("LRS_STORE_URL", url);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("lrs runs")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout)
}

fn succeeds(output: Output) -> Output {
    assert!(output.status.success(), "{}", said(&output));
    output
}

fn refused(output: &Output, why: &str) {
    assert_eq!(output.status.code(), Some(1), "{}", said(output));
    assert!(said(output).contains(why), "{} has not {why:?}", said(output));
}

on_both! {
    fn what_was_acknowledged_before_a_backup_is_there_after_a_disaster(database) {
        let mut deployment = Deployment::start(database);
        let (acknowledged, ended) = (Mutex::new(Vec::new()), AtomicBool::new(false));
        succeeds(deployment.lrs(&["backup", "key", "backup.key"]));
        // Each learner who was registered before the backup, and the searches for them until then.
        let before: Vec<(usize, u32)> = thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| call_until(&deployment, &acknowledged, &ended));
            }
            wait_for(&acknowledged, 30);
            let before = acknowledged.lock().expect("no panic").iter().map(|each| each.found).enumerate().collect();
            succeeds(deployment.lrs(&["backup", "create", "backup", "--key-file", "backup.key"]));
            let made = acknowledged.lock().expect("no panic").len();
            wait_for(&acknowledged, made + 5);
            deployment.signal("-KILL");
            ended.store(true, Ordering::Relaxed);
            before
        });
        deployment.ended();

        let verified = deployment.lrs(&["backup", "verify", "backup", "--key-file", "backup.key"]);
        let counts = counts(&verified);
        let url = new_store(database, &deployment, "restored.db");
        let restore = ["backup", "restore", "backup", "--key-file", "backup.key"];
        let restored = succeeds(lrs_on(&url, &deployment, &restore));
        assert!(!said(&restored).contains("lrs migrate"), "{}", said(&restored));
        let store = open(&url);
        for (table, number) in &counts {
            assert_eq!(count(&store, table), *number, "{table}");
        }
        let lines = audit_lines(&store);
        let times = |action: &str, uln: &str| lines.get(&(action.to_owned(), uln.to_owned())).copied().unwrap_or(0);
        let acknowledged = acknowledged.into_inner().expect("no panic");
        assert!(acknowledged.len() > before.len() && before.iter().any(|(_, found)| *found > 0));
        for (place, found) in &before {
            let uln = &acknowledged[*place].uln;
            assert_eq!(times("register-learner", uln), 1, "the line of a registration");
            assert!(times("find-by-uln", uln) >= *found, "of {found} searches {} have a line", times("find-by-uln", uln));
        }
        assert_eq!(times("back-up", ""), 1);
        store.close();
        drop(store);

        succeeds(lrs_on(&url, &deployment, &["audit", "verify"]));

        deployment.set("LRS_STORE_URL", &url);
        deployment.launch();
        let provider = deployment.provider();
        for (place, _) in &before {
            assert_eq!(find(&provider, &acknowledged[*place]), "WSRC0004");
        }
        Person::new().register(&provider, "1");
        succeeds(lrs_on(&url, &deployment, &["audit", "verify"]));
    }

    /// An upgrade: the data of every earlier release, as fixtures/backups/README.md says.
    fn the_backup_of_every_release_is_restored_and_upgraded(database) {
        let mut deployment = Deployment::start(database);
        deployment.stop();
        let certificate = deployment.variable("PROVIDER_CERT").to_owned();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/backups");
        let backups = fs::read_dir(&folder).expect("the folder").map(|entry| entry.expect("an entry").path());
        let backups: Vec<_> = backups.filter(|path| path.extension().is_some_and(|ending| ending == "backup")).collect();
        assert!(!backups.is_empty());
        for backup in backups {
            let name = backup.file_name().expect("a name").to_string_lossy().into_owned();
            let backup = backup.display().to_string();
            let counts = counts(&deployment.lrs(&["backup", "verify", &backup]));
            assert!(counts["learners"] > 200 && counts["learning_events"] > 80 && counts["achievement_steps"] > 0, "{name}");
            let url = new_store(database, &deployment, &format!("{name}.db"));
            succeeds(lrs_on(&url, &deployment, &["backup", "restore", &backup]));
            succeeds(lrs_on(&url, &deployment, &["migrate"]));
            let store = open(&url);
            for (table, number) in &counts {
                assert_eq!(count(&store, table), *number, "{table} of {name}");
            }
            store.close();
            drop(store);
            succeeds(lrs_on(&url, &deployment, &["audit", "verify"]));
            // Its certificates are of an authority that is gone; the organisation gets a new one.
            succeeds(lrs_on(&url, &deployment, &["cert", "add", "TEST0038", &certificate]));

            deployment.set("LRS_STORE_URL", &url);
            deployment.launch();
            let provider = deployment.provider();
            let find = provider.credentials().find_by_uln("FUL", "1100001017", "Quillfeather", "Ottoline");
            assert_eq!(provider.post(LS, &find).code(), "WSRC0004", "{name}");
            Person::new().register(&provider, "1");
            deployment.stop();
            succeeds(lrs_on(&url, &deployment, &["audit", "verify"]));
        }
    }

    fn a_backup_that_is_damaged_or_has_another_key_is_refused(database) {
        let deployment = Deployment::start(database);
        for key in ["backup.key", "other.key"] {
            succeeds(deployment.lrs(&["backup", "key", key]));
        }
        refused(&deployment.lrs(&["backup", "key", "other.key"]), "exists");
        succeeds(deployment.lrs(&["backup", "create", "plain"]));
        succeeds(deployment.lrs(&["backup", "create", "encrypted", "--key-file", "backup.key"]));
        let again = deployment.lrs(&["backup", "create", "plain"]);
        refused(&again, "a backup never replaces a file");
        let path = |name: &str| deployment.dir().join(name);
        for name in ["plain", "encrypted", "backup.key"] {
            assert_eq!(fs::metadata(path(name)).expect("a file").permissions().mode() & 0o777, 0o600, "{name}");
        }
        let url = new_store(database, &deployment, "restored.db");
        // What verify refuses, restore refuses, too, and leaves nothing in the way of the next one.
        let both_refuse = |arguments: &[&str], why: &str| {
            let command = |name| ["backup", name].into_iter().chain(arguments.iter().copied()).collect::<Vec<_>>();
            refused(&deployment.lrs(&command("verify")), why);
            let restored = lrs_on(&url, &deployment, &command("restore"));
            refused(&restored, "Nothing was restored");
            refused(&restored, why);
        };
        both_refuse(&["encrypted", "--key-file", "other.key"], "another key");
        both_refuse(&["encrypted"], "--key-file");
        both_refuse(&["plain", "--key-file", "backup.key"], "not encrypted");
        both_refuse(&["no-such-file"], "No such file");
        both_refuse(&["lrs.toml"], "not a backup");
        let copy = |name: &str, change: &dyn Fn(&mut Vec<u8>)| {
            let mut content = fs::read(path(name)).expect("a backup");
            change(&mut content);
            fs::write(path("copy"), content).expect("written");
        };
        for (name, key) in [("plain", &[][..]), ("encrypted", &["--key-file", "backup.key"])] {
            let arguments: Vec<&str> = ["copy"].into_iter().chain(key.iter().copied()).collect();
            copy(name, &|content| { let middle = content.len() / 2; content[middle] ^= 1 });
            both_refuse(&arguments, "damaged");
            copy(name, &|content| content.truncate(content.len() - 1));
            both_refuse(&arguments, "damaged");
            copy(name, &|content| content.truncate(content.len() / 2));
            both_refuse(&arguments, "damaged");
        }
        fs::set_permissions(path("backup.key"), fs::Permissions::from_mode(0o644)).expect("permissions");
        refused(&deployment.lrs(&["backup", "create", "third", "--key-file", "backup.key"]), "chmod 600");
        assert!(!path("third").exists());

        succeeds(lrs_on(&url, &deployment, &["backup", "restore", "plain"]));
    }

    fn a_backup_is_never_restored_over_data(database) {
        let deployment = Deployment::start(database);
        let provider = deployment.provider();
        let (person, found) = (Person::new(), 0);
        let uln = person.register(&provider, "1");
        let learner = Acknowledged { person, uln, found };
        succeeds(deployment.lrs(&["backup", "create", "backup"]));
        refused(&deployment.lrs(&["backup", "restore", "backup"]), "a new database only");
        assert_eq!(find(&provider, &learner), "WSRC0004");
        // Neither into one that has its tables already.
        let url = new_store(database, &deployment, "migrated.db");
        succeeds(lrs_on(&url, &deployment, &["migrate"]));
        refused(&lrs_on(&url, &deployment, &["backup", "restore", "backup"]), "a new database only");
        assert_eq!(count(&open(&url), "learners"), 0);
    }

    fn a_backup_that_is_killed_leaves_no_file_of_its_name(database) {
        let deployment = Deployment::start(database);
        let dir = deployment.dir();
        let (backup, unfinished) = (dir.join("backup"), dir.join(".backup.unfinished"));
        let create = {
            let (dir, url) = (dir.clone(), deployment.store_url());
            move || create(&dir, &url)
        };
        // A backup that waits for another writer has begun its file.
        let store = open(&deployment.store_url());
        let (file, name, waiting) = (unfinished.clone(), backup.clone(), create.clone());
        store.write(move |c| {
            c.batch_execute("UPDATE registry_changes SET number = number")?;
            if database != Database::Sqlite {
                c.batch_execute("LOCK TABLE audit IN ACCESS EXCLUSIVE MODE")?;
            }
            let mut process = waiting();
            let patience = Instant::now() + Duration::from_secs(4);
            while !file.exists() && Instant::now() < patience {
                thread::sleep(Duration::from_millis(5));
            }
            thread::sleep(Duration::from_millis(50));
            process.kill().expect("killed");
            process.wait().expect("ended");
            assert!(file.exists() && !name.exists(), "it was not interrupted");
            Ok(())
        }).expect("committed");
        assert!(!backup.exists());
        // At any other moment, there is no backup or a whole one.
        for delay in (0..120).step_by(6) {
            let mut process = create();
            thread::sleep(Duration::from_millis(delay));
            process.kill().expect("killed");
            process.wait().expect("ended");
            if backup.exists() {
                succeeds(deployment.lrs(&["backup", "verify", "backup"]));
                fs::remove_file(&backup).expect("removed");
            }
        }
        // What was left does not keep the next one from being made.
        fs::write(&unfinished, vec![b'x'; 1_000_000]).expect("written");
        succeeds(deployment.lrs(&["backup", "create", "backup"]));
        succeeds(deployment.lrs(&["backup", "verify", "backup"]));
        assert!(!unfinished.exists());
    }
}
