//! Who is found by details that differ slightly from the register's, and who is not confused with
//! somebody else (rules.md 4.2).

use std::fmt::Write;
use std::fs;

use diesel::prelude::*;
use learning_records::model::Uln;
use learning_records::store::{Store, StoreSettings};

use crate::batches::{finished, learners_of, submit};
use crate::flows::Person;
use crate::harness::{Actor, Deployment, on_both};

const LS: &str = "LearnerService";

/// The code of a search for the person, with changed details.
fn search(provider: &Actor<'_>, person: &Person, changes: &[(&str, &str)]) -> String {
    let mut details = person.demographics();
    for (name, value) in changes {
        details.iter_mut().find(|(field, _)| field == name).unwrap().1 = value;
    }
    provider.post(LS, &provider.credentials().find_by_demographics("FUL", &details)).code()
}

/// A person for one test, with an unmistakable name, born on a day with many others.
fn zephaniah() -> Person {
    let person = Person::new();
    Person { given: format!("Zephaniah{}", person.given), born: "2004-05-16".to_owned(), ..person }
}

on_both! {
    fn a_slip_in_one_detail_does_not_hide_a_learner(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let person = zephaniah();
        person.register(&provider, "1");
        let found = |changes: &[(&str, &str)]| search(&provider, &person, changes);
        let (given, family) = (person.given.as_str(), person.family.as_str());
        let elsewhere = ("LastKnownPostCode", "YO1 7HH");
        assert_eq!(found(&[]), "WSRC0004");
        assert_eq!(found(&[("GivenName", family), ("FamilyName", given)]), "WSRC0003", "names in each other's field");
        for (born, code) in [
            ("2004-05-17", "WSRC0003"),
            ("2004-05-26", "WSRC0003"),
            ("2004-06-16", "WSRC0003"),
            ("2040-05-16", "WSRC0003"),
            ("2013-05-16", "WSRC0001"),
            ("1994-05-16", "WSRC0001"),
            ("2004-05-23", "WSRC0001"),
            ("2005-06-16", "WSRC0001"),
        ] {
            assert_eq!(found(&[("DateOfBirth", born), elsewhere]), code, "{born}");
        }
        // The postcode and the names find a learner despite a wrong date.
        assert_eq!(found(&[("DateOfBirth", "1987-11-29")]), "WSRC0003");
        assert_eq!(found(&[("DateOfBirth", "1987-11-29"), ("GivenName", "Zephaniah")]), "WSRC0003");
        assert_eq!(found(&[("DateOfBirth", "1987-11-29"), ("GivenName", "Piet")]), "WSRC0001");
        assert_eq!(found(&[("GivenName", "Zephaniah"), elsewhere]), "WSRC0003", "one name begins the other");
        assert_eq!(found(&[("FamilyName", &format!("{family}-Smith")), elsewhere]), "WSRC0003");
    }

    fn strangers_without_a_home_or_a_name_are_not_taken_for_each_other(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let homeless = Person { postcode: "ZZ99 3WZ".to_owned(), ..zephaniah() };
        homeless.register(&provider, "1");
        assert_eq!(search(&provider, &homeless, &[]), "WSRC0004");
        assert_eq!(search(&provider, &homeless, &[("GivenName", "Piet")]), "WSRC0001");
        let nameless = Person { family: "Not known".to_owned(), ..zephaniah() };
        nameless.register(&provider, "1");
        assert_eq!(search(&provider, &nameless, &[]), "WSRC0004");
        assert_eq!(search(&provider, &nameless, &[("LastKnownPostCode", "YO1 7HH")]), "WSRC0001");
    }

    fn a_refiner_that_differs_turns_nobody_away(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let person = zephaniah();
        let mut registration = person.registration("1");
        registration.insert(4, ("PlaceOfBirth", "St. Ives, Cornwall".to_owned()));
        let registered = provider.post(LS, &provider.credentials().register(&crate::flows::borrowed(&registration)));
        assert_eq!(registered.code(), "WSRC0005", "{}", registered.text());
        for place in ["St Ives", "Truro"] {
            let mut details = person.demographics().to_vec();
            details[4].1 = "YO1 7HH";
            details.push(("PlaceOfBirth", place));
            let answer = provider.post(LS, &provider.credentials().find_by_demographics("FUL", &details));
            assert_eq!((answer.code().as_str(), answer.value("Learner/FamilyName")), ("WSRC0003", person.family.clone()), "{place}");
        }
    }

    fn a_gender_that_is_not_known_does_not_spoil_a_verification(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let person = Person::new();
        let uln = person.register(&provider, "1");
        for (gender, code) in [("0", "WSVRC001"), ("9", "WSVRC001"), ("2", "WSVRC001"), ("1", "WSVRC005")] {
            let verified = provider.post(LS, &provider.credentials().verify(&[
                ("ULN", &uln), ("FamilyName", &person.family), ("GivenName", &person.given), ("Gender", gender),
            ]));
            assert_eq!(verified.value("VerifiedLearner/ResponseCode"), code, "{gender}");
        }
    }

    fn twins_in_one_batch_are_two_learners(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let first = zephaniah();
        let twin = Person { given: "Ottoline".to_owned(), family: first.family.clone(), postcode: first.postcode.clone(),
            born: first.born.clone(), gender: first.gender };
        let misspelt = Person { given: first.given.replace("Zeph", "Zep"), family: first.family.clone(),
            postcode: "YO1 7HH".to_owned(), born: first.born.clone(), gender: first.gender };
        let job = submit(deployment, "FUL", &[first.registration("1"), twin.registration("1"), misspelt.registration("1")]);
        let answer = finished(deployment, &job);
        let codes: Vec<String> = learners_of(&answer).iter().map(|learner| learner.value("ReturnCode").unwrap().to_owned()).collect();
        assert_eq!(codes, ["RC001", "RC001", "RC007"], "{}", answer.text());
        assert_eq!(search(&provider, &first, &[("GivenName", "Ottoline")]), "WSRC0004");
        // A search for a third one shows both.
        assert_eq!(search(&provider, &first, &[("GivenName", "Balthasar")]), "WSRC0003");
    }
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = diesel::sql_types::Text)]
    detail: String,
}

/// SQLite plans searches by statistics that an open connection reloads only when it has to: an
/// import into a running server used to leave all its searches slow until it was restarted.
#[test]
fn an_open_connection_plans_by_what_another_process_imported() {
    let deployment = Deployment::start(crate::harness::Database::Sqlite);
    let store = || Store::open(&StoreSettings { url: deployment.store_url(), readers: 1 }).unwrap();
    let dates = (1..=28).map(|day| format!("'2004-05-{day:02}'")).collect::<Vec<_>>().join(", ");
    let plans = |store: &Store| -> Vec<String> {
        // A connection notices a schema change when it runs a statement, not when it explains one.
        store.read(|c| Ok(diesel::sql_query("SELECT uln AS detail FROM learners LIMIT 1").load::<Step>(c)?)).unwrap();
        ["outward = 'LS1'", "family_phonetic = 'TST'", "given_phonetic = 'AN'"]
            .iter()
            .map(|condition| {
                let question = format!(
                    "EXPLAIN QUERY PLAN SELECT uln, given_key FROM learners WHERE date_of_birth IN ({dates}) AND status <> '3' AND {condition} LIMIT 500"
                );
                store.read(|c| Ok(diesel::sql_query(&question).load::<Step>(c)?)).unwrap().remove(0).detail
            })
            .collect()
    };
    let open = store();
    let before = plans(&open);

    let mut file =
        "ULN,GivenName,FamilyName,DateOfBirth,Gender,LastKnownPostCode,VerificationType,AbilityToShare\n".to_owned();
    for (number, uln) in (500_000_000..).filter_map(Uln::from_stem).take(20_000).enumerate() {
        let (day, district) = (number % 28 + 1, number % 97 + 1);
        writeln!(file, "{uln},Given{number},Family{number},2004-05-{day:02},2,LS{district} 1AA,1,1").unwrap();
    }
    let path = deployment.dir().join("people.csv");
    fs::write(&path, file).unwrap();
    let config = deployment.dir().join("lrs.toml");
    let imported = deployment.lrs(&["learner", "import", "--config", config.to_str().unwrap(), path.to_str().unwrap()]);
    assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));

    assert_eq!(plans(&open), plans(&store()));
    assert_ne!(plans(&open), before, "the plans do not tell old statistics from new ones");
}
