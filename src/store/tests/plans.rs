//! How SQLite finds what calls and workers ask for: by an index, never by reading a table that
//! grows with the years. It plans without counting rows, and does not use an index of some rows if
//! the condition has bound values, so a query that looks harmless may read everything. The
//! statements of reads by ULN and of searches stay prepared, too: diesel does not keep every kind.

use std::sync::{Arc, Mutex};

use diesel::connection::{Instrumentation, InstrumentationEvent};

use super::super::test_support::{TestStore, sqlite};
use super::super::{achievements, challenges, events, jobs, links, plans, uploads};
use super::*;
use crate::model::Ukprn;
use crate::store::learners::{self, Conditions};

/// Indexes that have few rows however long the service runs: they may be read from end to end.
const OF_FEW: [&str; 3] = ["jobs_open", "jobs_open_by_organisation", "uploads_to_check"];

type Query<'q> = &'q dyn Fn(&mut AnyConnection) -> Result<(), StoreError>;

#[derive(QueryableByName)]
struct Plan {
    #[diesel(sql_type = diesel::sql_types::Text)]
    detail: String,
}

fn connect(test: &TestStore) -> AnyConnection {
    let path = test.settings.url.trim_start_matches("sqlite:");
    AnyConnection::Sqlite(diesel::SqliteConnection::establish(path).unwrap())
}

/// The statements that the query sends, and how many of them diesel has newly kept prepared.
fn sent(connection: &mut AnyConnection, query: Query<'_>) -> (Vec<String>, usize) {
    let noted = Arc::new(Mutex::new((Vec::new(), 0)));
    let kept = Arc::clone(&noted);
    connection.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        let (statements, prepared) = &mut *kept.lock().unwrap();
        match event {
            InstrumentationEvent::StartQuery { query, .. } => statements.push(query.to_string()),
            InstrumentationEvent::CacheQuery { .. } => *prepared += 1,
            _ => {}
        }
    });
    query(connection).unwrap();
    connection.set_instrumentation(None::<Box<dyn Instrumentation>>);
    let (statements, prepared) = std::mem::take(&mut *noted.lock().unwrap());
    assert!(!statements.is_empty());
    (statements, prepared)
}

/// The plans of the statements that the query sends, without the values that it binds.
fn plans_of(connection: &mut AnyConnection, query: Query<'_>) -> Vec<String> {
    let (statements, _) = sent(connection, query);
    let explain = |text: &String| {
        let text = text.split(" -- binds").next().unwrap_or_default();
        diesel::sql_query(format!("EXPLAIN QUERY PLAN {text}")).load::<Plan>(connection).unwrap()
    };
    statements.iter().flat_map(explain).map(|Plan { detail }| detail).collect()
}

fn reads_everything(step: &str) -> bool {
    step.starts_with("SCAN ")
        && !step.starts_with("SCAN json_each")
        && !OF_FEW.iter().any(|index| step.ends_with(&format!("INDEX {index}")))
}

#[test]
fn what_calls_and_workers_ask_for_is_found_by_an_index() {
    let test = sqlite();
    let mut connection = connect(&test);
    let ulns: [Uln; 1] = ["1100001017".parse().unwrap()];
    let awarder: Ukprn = "TEST0045".parse().unwrap();
    let (now, later) = (moment(1), moment(2));
    let lease = jobs::Lease { owner: "a worker".to_owned(), until: later };
    let certificate = "00".repeat(32).parse().unwrap();
    let dates = [moment(1).date(), moment(1).date() + chrono::Days::new(1)];
    let born = Conditions { dates: &dates, ..Default::default() };
    let queries: [(&str, Query<'_>); 17] = [
        ("achievements::of", &|c| achievements::of(c, &ulns, awarder).map(drop)),
        ("audit::records_shown", &|c| audit::records_shown(c, &ulns, 0, 10).map(drop)),
        ("challenges::about", &|c| challenges::about(c, &ulns).map(drop)),
        ("events::of", &|c| events::of(c, &ulns).map(drop)),
        ("events::count", &|c| events::count(c, ulns[0]).map(drop)),
        ("jobs::has_claimable", &|c| jobs::has_claimable(c, now, later).map(drop)),
        ("jobs::claim", &|c| jobs::claim(c, &lease, now, later).map(drop)),
        ("jobs::open_jobs", &|c| jobs::open_jobs(c, 1).map(drop)),
        ("jobs::open_jobs_of_certificate", &|c| jobs::open_jobs_of_certificate(c, certificate).map(drop)),
        ("jobs::depth", &|c| jobs::depth(c, now).map(drop)),
        ("learners::meeting, by family name", &|c| {
            learners::meeting(c, Conditions { family_phonetic: Some("KLRK"), ..born }, 500).map(drop)
        }),
        ("learners::meeting, by given name", &|c| {
            learners::meeting(c, Conditions { given_phonetic: Some("ALN"), ..born }, 500).map(drop)
        }),
        ("learners::meeting, by outward code", &|c| {
            learners::meeting(c, Conditions { outward: Some("LS1"), ..born }, 500).map(drop)
        }),
        ("links::about", &|c| links::about(c, &ulns).map(drop)),
        ("plans::of_learner", &|c| plans::of_learner(c, &ulns).map(drop)),
        ("uploads::claimable", &|c| uploads::claimable(c, now, later).map(drop)),
        ("uploads::newest", &|c| uploads::newest(c, 1, None, 10).map(drop)),
    ];
    for (name, query) in queries {
        let plan = plans_of(&mut connection, query);
        assert!(!plan.iter().any(|step| reads_everything(step)), "{name}: {plan:#?}");
        if name.starts_with("learners::meeting") {
            assert!(plan[0].contains("(date_of_birth=? AND "), "{name}: {plan:#?}");
        }
        if name.starts_with("achievements") {
            assert!(plan[0].contains("INDEX learning_events_by_uln (uln=?)"), "{name}: {plan:#?}");
        }
        if ["jobs::open_jobs", "jobs::claim", "jobs::has_claimable"].contains(&name) {
            assert!(plan.iter().any(|step| step.contains("INDEX jobs_open")), "{name}: {plan:#?}");
        }
    }
}

#[test]
fn the_statements_of_reads_and_searches_stay_prepared() {
    let test = sqlite();
    let mut connection = connect(&test);
    let ulns: [Uln; 1] = ["1100001017".parse().unwrap()];
    let dates = [moment(1).date(), moment(1).date() + chrono::Days::new(1)];
    let queries: [(&str, Query<'_>); 4] = [
        ("events::of", &|c| events::of(c, &ulns).map(drop)),
        ("learners::by_ulns", &|c| learners::by_ulns(c, &ulns).map(drop)),
        ("learners::born_and_named", &|c| {
            learners::born_and_named(c, dates[0], "KLRK", "CLARKE", "LS11AA", 500).map(drop)
        }),
        ("learners::living_at", &|c| learners::living_at(c, "LS11AA", 500).map(drop)),
    ];
    for (name, query) in queries {
        let (statements, prepared) = sent(&mut connection, query);
        assert_eq!(statements.len(), prepared, "{name}");
    }
    let (family_phonetic, given_phonetic, outward) = (Some("KLRK"), Some("ALN"), Some("LS1"));
    let all = Conditions::default();
    let searches = [
        ("family name", Conditions { family_phonetic, ..all }),
        ("given name", Conditions { given_phonetic, ..all }),
        ("both names", Conditions { family_phonetic, given_phonetic, ..all }),
        ("outward code", Conditions { outward, ..all }),
    ];
    for (name, conditions) in searches {
        let mut newly_prepared = |dates| {
            sent(&mut connection, &|c| learners::meeting(c, Conditions { dates, ..conditions }, 500).map(drop)).1
        };
        assert_eq!(newly_prepared(&dates[..1]), 1, "{name}");
        // It is the same statement for any number of dates.
        assert_eq!(newly_prepared(&dates), 0, "{name}");
    }
}
