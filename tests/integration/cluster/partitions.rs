//! Learners and their events divided into partitions by ULN, by `packaging/partition.sql`.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl};

use super::everywhere::a_learner_is_the_same_on_every_node;
use super::packaged;
use crate::achievements::{over, record, seen, try_submit};
use crate::flows::{Person, find};
use crate::harness::deployment::Ports;
use crate::harness::{Database, Deployment};

#[derive(QueryableByName)]
struct Plan {
    #[diesel(sql_type = diesel::sql_types::Text, column_name = "QUERY PLAN")]
    line: String,
}

/// The partitions that a query looks into.
fn partitions(connection: &mut PgConnection, query: &str) -> usize {
    let plan: Vec<Plan> = diesel::sql_query(format!("EXPLAIN {query}")).load(connection).expect(query);
    plan.iter().filter(|Plan { line }| line.contains("Scan using") || line.contains("Seq Scan")).count()
}

/// What a backup says of its rows and tables.
fn counted(deployment: &Deployment, file: &str) -> String {
    let told = lrs(deployment, &["backup", "create", file]);
    told.split_once(": ").and_then(|(_, counts)| counts.split_once(" tables")).expect("counts").0.to_owned()
}

fn lrs(deployment: &Deployment, arguments: &[&str]) -> String {
    let output = deployment.lrs(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn the_service_runs_on_partitions_and_finds_a_uln_in_one() {
    let mut deployment = Deployment::start(Database::Postgres);
    assert_eq!(deployment.stop(), Some(0));
    let counts = |file| counted(&deployment, file).split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let before = counts("before");
    let mut connection = PgConnection::establish(&deployment.store_url()).expect("the database");
    // PostgreSQL runs what is sent together in one transaction, which the script begins itself.
    for part in packaged("partition.sql").split_inclusive("COMMIT;\n") {
        connection.batch_execute(part).expect("the script");
    }
    let after = counts("after");
    // One line of the audit trail for the backup itself.
    let rows = |counts: &[String]| counts[0].parse::<u32>().expect("rows");
    assert_eq!((rows(&after), &after[1..]), (rows(&before) + 1, &before[1..]), "a backup has every row once");
    assert_eq!(partitions(&mut connection, "SELECT * FROM learners WHERE uln = '1000000000'"), 1);
    assert_eq!(partitions(&mut connection, "SELECT * FROM learners WHERE date_of_birth = '2001-01-01'"), 16);

    deployment.launch();
    let own = Ports { services: deployment.port(), portal: deployment.portal_port(), operations: 0 };
    a_learner_is_the_same_on_every_node(&deployment, [own, own, own]);
    let (provider, awarding) = (deployment.provider(), deployment.awarding_organisation());
    let people = [Person::new(), Person::new()];
    let ulns = people.each_ref().map(|person| person.register(&provider, "1"));
    let (_, job) = try_submit(&awarding, "", "Final", &[record(&ulns[0], &people[0], &[])]).expect("an answer");
    assert_eq!(over(&awarding, &job).value("Status"), Some("Successful"));
    lrs(&deployment, &["learner", "merge", &ulns[0], "--into", &ulns[1], "--reason", "the same person"]);
    assert_eq!(find(&provider, &ulns[0], &people[1]).code(), "WSRC0022", "the master is substituted");
    assert_eq!(seen(&provider, &ulns[1], &people[1]).len(), 1, "the event went to another partition");
}
