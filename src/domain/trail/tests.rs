//! The chains of the trail on both databases: whole after everything that the service itself does,
//! and broken by everything that it does not.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use chrono::TimeDelta;
use diesel::prelude::*;

use super::*;
use crate::domain::RuleSettings;
use crate::domain::tests::ada;
use crate::model::{AuditEntry, Door};
use crate::store::Transaction;
use crate::test_world::{World, each_world, each_world_with};

impl World {
    fn verified(&self, kept: &[ChainHead]) -> Result<WholeTrail, BrokenTrail> {
        self.administration().verify_trail(kept).unwrap()
    }

    fn whole(&self) -> WholeTrail {
        self.verified(&[]).unwrap_or_else(|broken| panic!("{broken}"))
    }

    fn damage(&self) -> Option<Damage> {
        self.verified(&[]).err().map(|broken| broken.damage)
    }

    /// Runs a statement as somebody would who may do everything with the database.
    fn tamper(&self, statement: impl Into<String>) {
        let statement = statement.into();
        self.stored.store.write(move |store| Ok(diesel::sql_query(&*statement).execute(&mut **store)?)).unwrap();
    }

    /// Runs a statement that the database must refuse.
    fn refusal_of(&self, statement: &'static str) -> String {
        let outcome = self.stored.store.write(move |store| Ok(diesel::sql_query(statement).execute(&mut **store)?));
        outcome.unwrap_err().to_string()
    }

    fn unprotect(&self) {
        if self.stored.store.is_embedded() {
            self.tamper("DROP TRIGGER audit_is_never_changed");
            self.tamper("DROP TRIGGER audit_is_never_deleted");
        } else {
            self.tamper("ALTER TABLE audit DISABLE TRIGGER USER");
        }
    }

    /// Sixteen lines, which pass through the trail file on SQLite.
    fn some_calls(&self) {
        for _ in 0..16 {
            self.administration().learner("1000000000".parse().unwrap()).unwrap();
        }
        self.stored.store.flush_trail().unwrap();
    }
}

fn entry(outcome: &str, at: Timestamp) -> AuditEntry {
    AuditEntry {
        at,
        organisation_id: None,
        organisation_ref: String::new(),
        organisation_name: "Synthetic \"College\"\nof Zoë".to_owned(),
        user_name: "tester".to_owned(),
        certificate: None,
        door: Door::CommandLine,
        action: "a-test".into(),
        uln: None,
        outcome: outcome.to_owned(),
        record_shown: true,
        account_id: Some(1),
        about_account_id: None,
    }
}

#[test]
fn everything_that_the_service_does_leaves_a_whole_trail() {
    each_world(|world| {
        world.registered(&ada());
        world.find("1000000000", "Nobody", "No");
        world.some_calls();
        let whole = world.whole();
        assert!(whole.lines > 12, "{whole:?}");
        assert_eq!((whole.erased, whole.uncovered, whole.heads.len()), (0, 0, 1));
        assert_eq!(whole.heads[0].sequence.unsigned_abs(), whole.lines);
        let again = world.verified(&whole.heads).unwrap();
        assert_eq!((again.agreed, again.outlived), (1, 0));

        world.administration().wipe().unwrap();
        assert_eq!(world.whole().lines, 1, "the line of the wipe");
        world.some_calls();
        assert!(world.whole().lines > 12);
    });
}

#[test]
fn what_is_rolled_back_leaves_no_gap() {
    each_world(|world| {
        let at = world.clock.now();
        let store = &world.stored.store;
        let add = move |store: &mut Transaction<'_>, outcome: &str| {
            audit::insert(store, [entry(outcome, at), entry(outcome, at)].iter())
        };
        store.write(move |store| add(store, "stays")).unwrap();
        let refused: Result<(), _> = store.write(move |store| {
            add(store, "goes")?;
            Err(StoreError::Corrupt("a test"))
        });
        assert!(refused.is_err());
        store.write(move |store| add(store, "stays, too")).unwrap();
        // The same in one group, where each has a savepoint of its own, while the writer is busy.
        std::thread::scope(|scope| {
            let busy = |_: &mut Transaction<'_>| {
                std::thread::sleep(std::time::Duration::from_millis(200));
                Ok(())
            };
            scope.spawn(move || store.write(busy).unwrap());
            std::thread::sleep(std::time::Duration::from_millis(50));
            for number in 0..30 {
                scope.spawn(move || {
                    let outcome = store.write(move |store| {
                        add(store, "perhaps")?;
                        match number % 3 {
                            0 => Err(StoreError::Corrupt("a test")),
                            1 => panic!("a test"),
                            _ => Ok(()),
                        }
                    });
                    assert_eq!(outcome.is_ok(), number % 3 == 2);
                });
            }
            for _ in 0..10 {
                scope.spawn(move || store.record(vec![entry("read", at)]).wait().unwrap());
            }
        });
        store.flush_trail().unwrap();
        let whole = world.whole();
        let mut lines = 0;
        for_each_in(world, |_| lines += 1);
        assert_eq!(whole.lines, lines);
        let mut perhaps = 0;
        for_each_in(world, |text| perhaps += u64::from(text.contains("\"perhaps\"")));
        assert_eq!(perhaps, 20);
    });
}

fn for_each_in(world: &World, mut act: impl FnMut(&str)) {
    let each = |line: &Line| {
        act(std::str::from_utf8(&line.text(ChainHash::START)).unwrap());
        Ok::<_, ()>(())
    };
    world.stored.store.snapshot(|store| for_each_line(store, each)).unwrap().unwrap();
}

#[test]
fn each_writer_on_postgresql_has_a_chain_and_gives_it_back() {
    each_world(|world| {
        let embedded = world.stored.store.is_embedded();
        let at = world.clock.now();
        let others: Vec<_> = (0..3).map(|_| world.stored.reopened()).collect();
        std::thread::scope(|scope| {
            for store in others.iter().chain([&world.stored.store]) {
                scope.spawn(move || {
                    for _ in 0..20 {
                        store.write(move |store| audit::insert(store, [entry("busy", at)].iter())).unwrap();
                    }
                });
            }
        });
        assert_eq!(world.whole().heads.len(), if embedded { 1 } else { 4 });
        for store in others {
            store.close();
        }
        // Chains that nobody holds any more are continued.
        let later = world.stored.reopened();
        later.write(move |store| audit::insert(store, [entry("later", at)].iter())).unwrap();
        let whole = world.whole();
        assert_eq!(whole.heads.len(), if embedded { 1 } else { 4 });
        assert!(whole.lines > 80);
    });
}

#[test]
fn the_database_refuses_to_change_the_trail() {
    each_world(|world| {
        world.some_calls();
        for statement in ["UPDATE audit SET outcome = 'x' WHERE sequence = 3", "DELETE FROM audit WHERE sequence = 3"] {
            assert!(world.refusal_of(statement).contains("append-only"), "{statement}");
        }
        if !world.stored.store.is_embedded() {
            assert!(world.refusal_of("TRUNCATE audit").contains("append-only"));
        }
        world.whole();
    });
}

#[test]
fn whatever_else_is_done_to_it_is_found() {
    const CASES: &[(&str, Damage)] = &[
        ("UPDATE audit SET outcome = 'Another' WHERE sequence = 3", Damage::Changed),
        ("UPDATE audit SET uln = '1000000017' WHERE sequence = 4", Damage::Changed),
        ("UPDATE audit SET at = '2025-07-31 12:00:00.000001' WHERE sequence = 5", Damage::Changed),
        ("UPDATE audit SET about_account_id = 0 WHERE sequence = 6", Damage::Changed),
        ("UPDATE audit SET record_shown = NOT record_shown WHERE sequence = 7", Damage::Changed),
        ("UPDATE audit SET hash = NULL WHERE sequence = 8", Damage::Changed),
        ("UPDATE audit SET sequence = NULL WHERE sequence = 8", Damage::Inserted),
        ("UPDATE audit SET chain = NULL WHERE sequence = 8", Damage::Outside),
        ("UPDATE audit SET chain = 7 WHERE sequence = 8", Damage::UnknownChain),
        ("DELETE FROM audit WHERE sequence = 5", Damage::Missing { until: 5 }),
        ("DELETE FROM audit WHERE sequence BETWEEN 5 AND 7", Damage::Missing { until: 7 }),
        ("DELETE FROM audit WHERE sequence = 1", Damage::Missing { until: 1 }),
        ("UPDATE audit_chains SET length = length - 1", Damage::Inserted),
        ("UPDATE audit_chains SET length = 0", Damage::Inserted),
        ("DELETE FROM audit_chains", Damage::NoChain),
        ("DELETE FROM audit_start", Damage::NoChain),
        ("INSERT INTO audit_chains SELECT 9, length, head FROM audit_chains", Damage::UnknownChain),
        ("INSERT INTO audit_erased SELECT 1, 4, head, '2025-07-31' FROM audit_chains", Damage::Inserted),
        (
            "INSERT INTO audit (at, organisation_ref, organisation_name, user_name, door, action, outcome, record_shown) \
             SELECT at, '', '', '', door, action, outcome, record_shown FROM audit WHERE sequence = 3",
            Damage::Outside,
        ),
        (
            "INSERT INTO audit (at, organisation_ref, organisation_name, user_name, door, action, outcome, record_shown, chain, sequence, hash) \
             SELECT at, organisation_ref, organisation_name, user_name, door, action, outcome, record_shown, chain, sequence, hash \
             FROM audit WHERE sequence = 3",
            Damage::Inserted,
        ),
    ];
    const TABLES: [&str; 4] = ["audit", "audit_chains", "audit_erased", "audit_start"];
    each_world(|world| {
        world.some_calls();
        world.unprotect();
        for table in TABLES {
            world.tamper(format!("CREATE TABLE {table}_kept AS SELECT * FROM {table}"));
        }
        for (statement, damage) in CASES {
            world.tamper(*statement);
            assert_eq!(world.damage(), Some(*damage), "{statement}");
            for table in TABLES {
                world.tamper(format!("DELETE FROM {table}"));
                world.tamper(format!("INSERT INTO {table} SELECT * FROM {table}_kept"));
            }
            world.whole();
        }
    });
    each_world(|world| {
        world.some_calls();
        world.unprotect();
        let lines = i64::try_from(world.whole().lines).unwrap();
        world.tamper("DELETE FROM audit WHERE sequence > (SELECT length FROM audit_chains) - 2");
        let broken = world.verified(&[]).unwrap_err();
        assert_eq!((broken.sequence, broken.damage), (Some(lines - 1), Damage::Missing { until: lines }));
        world.tamper("DELETE FROM audit");
        assert_eq!(world.damage(), Some(Damage::Missing { until: lines }));
    });
}

/// Who knows the chains can cut one and record the cut. Only what was kept elsewhere shows that.
#[test]
fn a_chain_that_was_cut_and_recorded_anew_is_found_by_its_head() {
    each_world(|world| {
        world.some_calls();
        let kept = world.whole().heads;
        world.unprotect();
        world.tamper("DELETE FROM audit WHERE sequence > 5");
        world.tamper("UPDATE audit_chains SET length = 5, head = (SELECT hash FROM audit WHERE sequence = 5)");
        assert_eq!(world.whole().lines, 5, "nothing in the database shows it");
        let broken = world.verified(&kept).unwrap_err();
        assert_eq!((broken.sequence, broken.damage), (Some(6), Damage::Missing { until: kept[0].sequence }));
        world.clock.advance(TimeDelta::seconds(1));
        world.some_calls();
        world.whole();
        assert_eq!(world.verified(&kept).unwrap_err().damage, Damage::Rewritten);
    });
}

#[test]
fn erased_lines_are_told_from_missing_ones() {
    let rules = RuleSettings { kept_years: 10, ..RuleSettings::default() };
    each_world_with(rules, |world| {
        world.some_calls();
        let old = world.whole();
        world.clock.advance(TimeDelta::days(366 * 11));
        world.some_calls();
        let younger = world.whole();
        let counted = world.administration().erasable().unwrap();
        let erased = world.administration().erase_past().unwrap();
        assert_eq!(counted.audit_lines, erased.audit_lines);
        assert_eq!(u64::try_from(erased.audit_lines).unwrap(), old.lines);
        let whole = world.verified(&old.heads).unwrap();
        assert_eq!(whole.erased, old.lines);
        assert_eq!((whole.agreed, whole.outlived), (1, 0), "the last that was erased is still known");
        let kept = ChainHead { sequence: 3, ..old.heads[0] };
        assert_eq!(world.verified(&[kept]).unwrap().outlived, 1);
        assert_eq!(world.verified(&younger.heads).unwrap().agreed, 1);

        assert!(world.refusal_of("DELETE FROM audit").contains("append-only"), "only what was erased is open");
        world.some_calls();
        world.whole();
        world.unprotect();
        world.tamper("DELETE FROM audit WHERE sequence = (SELECT through + 1 FROM audit_erased WHERE chain = 1)");
        assert!(matches!(world.damage(), Some(Damage::Missing { .. })));
    });
}

#[test]
fn lines_from_before_the_chains_are_counted_and_can_be_erased() {
    let rules = RuleSettings { kept_years: 10, ..RuleSettings::default() };
    each_world_with(rules, |world| {
        world.some_calls();
        world.unprotect();
        // As the migration finds them.
        world.tamper("UPDATE audit SET chain = NULL, sequence = NULL, hash = NULL");
        world.tamper("UPDATE audit_start SET uncovered = (SELECT max(id) FROM audit)");
        let start = if world.stored.store.is_embedded() {
            "UPDATE audit_chains SET length = 0, head = zeroblob(32)"
        } else {
            "UPDATE audit_chains SET length = 0, head = decode(repeat('00', 32), 'hex')"
        };
        world.tamper(start);
        // On PostgreSQL the writer still knows the head that was; a rollback makes it look.
        let _: Result<(), _> = world.stored.store.write(|_| Err(StoreError::Corrupt("a test")));
        let before = world.whole();
        assert!(before.uncovered > 12 && before.lines == 0, "{before:?}");
        world.some_calls();
        let whole = world.whole();
        assert_eq!(whole.uncovered, before.uncovered);
        world.clock.advance(TimeDelta::days(366 * 11));
        world.some_calls();
        world.administration().erase_past().unwrap();
        let after = world.whole();
        assert_eq!((after.uncovered, after.erased), (0, whole.lines));
    });
}

#[test]
fn what_is_exported_can_be_verified_by_anybody() {
    each_world(|world| {
        world.some_calls();
        let mut lines = Vec::new();
        let taken = world.administration().export_trail(TrailDays::default(), |line| {
            lines.push(String::from_utf8(line.to_vec()).unwrap());
            Ok::<_, ()>(())
        });
        assert_eq!(taken.unwrap(), Ok(()));
        assert!(lines.last().unwrap().contains("\"export-trail\""), "its own line is there, too");
        let mut previous = ChainHash::START.to_string();
        for (line, sequence) in lines.iter().zip(1..) {
            let (text, hash) = line.rsplit_once(",\"hash\":\"").unwrap();
            let expected = format!("{{\"chain\":1,\"sequence\":{sequence},\"previous\":\"{previous}\",\"at\":\"2025-");
            assert!(text.starts_with(&expected), "{line}");
            previous = ChainHash::of(format!("{text}}}").as_bytes()).to_string();
            assert_eq!(hash, format!("{previous}\"}}"));
        }
        let none = TrailDays { from: noon_after(world, 1), until: None };
        let on_the_day = TrailDays { from: noon_after(world, 0), until: noon_after(world, 0) };
        for (days, some) in [(none, false), (on_the_day, true)] {
            let mut count = 0;
            let taken = world.administration().export_trail(days, |_| {
                count += 1;
                Ok::<_, ()>(())
            });
            taken.unwrap().unwrap();
            assert_eq!(count > 0, some);
        }
        let stopped = world.administration().export_trail(TrailDays::default(), |_| Err("full"));
        assert_eq!(stopped.unwrap(), Err("full"));
    });
}

fn noon_after(world: &World, days: i64) -> Option<NaiveDate> {
    Some((world.clock.now() + TimeDelta::days(days)).date())
}
