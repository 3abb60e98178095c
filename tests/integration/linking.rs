//! Merging, unmerging, deleting and restoring by `lrs learner`: the running server answers at once,
//! by web service and portal, and a killed command leaves all or nothing.

use std::thread;
use std::time::{Duration, Instant};

use learning_records::model::{EventSource, EventStatus, LearnerStatus, LearningEvent, LinkKind, Timestamp, Uln};
use learning_records::store::{Store, StoreSettings, events, learners, links};

use crate::flows::Person;
use crate::harness::message::REPORT;
use crate::harness::visitor::Visitor;
use crate::harness::{Actor, Answer, Deployment, on_both};
use crate::portal::finding::{open, spaced};

fn find(provider: &Actor<'_>, uln: &str, person: &Person) -> Answer {
    provider.post("LearnerService", &provider.credentials().find_by_uln("FUL", uln, &person.family, &person.given))
}

/// Runs `lrs learner` and returns what it printed.
fn learner(deployment: &Deployment, arguments: &[&str]) -> String {
    let output = deployment.lrs(&[&["learner"], arguments].concat());
    let (printed, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}");
    printed.into_owned()
}

fn event(uln: Uln, at: Timestamp) -> LearningEvent {
    LearningEvent {
        id: 0,
        uln,
        source: EventSource::Ilr,
        status: EventStatus::Final,
        achievement_award_date: None,
        achievement_provider_name: String::new(),
        achievement_provider_ukprn: String::new(),
        awarding_organisation_name: None,
        awarding_organisation_ukprn: None,
        collection_type: None,
        credits: 3,
        date_loaded: Some(at),
        grade: None,
        language_for_assessment: None,
        level: None,
        participation_start_date: None,
        participation_end_date: None,
        qualification_type: None,
        restriction: None,
        return_number: None,
        subject: "A synthetic subject".to_owned(),
        subject_code: "600/1166/X".to_owned(),
        under_data_challenge: false,
    }
}

fn store(deployment: &Deployment) -> Store {
    Store::open(&StoreSettings { url: deployment.store_url(), readers: 1 }).expect("the store")
}

on_both! {
    fn every_door_answers_by_the_links_at_once(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let person = Person::new();
        let second = Person { postcode: "LU4 9QX".to_owned(), given: person.given.clone(), family: person.family.clone(), born: person.born.clone(), gender: "2" };
        let (master, merged) = (person.register(&provider, "1"), second.register(&provider, "1"));
        let mut visitor = Visitor::signed_in(deployment, "PORTAL_ONLINE");
        // Both have been read, so that they are cached.
        for uln in [&master, &merged] {
            assert_eq!(find(&provider, uln, &person).code(), "WSRC0004");
            assert_eq!(open(&mut visitor, uln, &person).one("#uln"), spaced(uln));
        }
        let preview = learner(deployment, &["merge", &merged, "--into", &master, "--dry-run"]);
        assert!(preview.starts_with("Would change:\n"), "{preview}");
        assert_eq!(find(&provider, &merged, &person).code(), "WSRC0004");

        learner(deployment, &["merge", &merged, "--into", &master, "--reason", "One person."]);
        let found = find(&provider, &merged, &person);
        assert_eq!((found.code().as_str(), found.value("Learner/ULN")), ("WSRC0022", master.clone()));
        let page = open(&mut visitor, &merged, &person);
        assert_eq!(page.one("#uln"), spaced(&master));
        assert!(page.text().contains(&format!("The ULN {} is linked", spaced(&merged))), "{}", page.text());
        let events = provider.post("LearnerServiceR9", &provider.credentials().learning_events("ORG", "FULL", &merged, &person.given, &person.family));
        assert!(events.text().contains(&format!("FoundULN>{master}<")), "{}", events.text());

        learner(deployment, &["unmerge", &merged, "--reason", "Two people."]);
        assert_eq!(find(&provider, &merged, &person).code(), "WSRC0004");
        assert_eq!(open(&mut visitor, &merged, &person).one("#uln"), spaced(&merged));

        learner(deployment, &["delete", &merged, "--reason", "By mistake."]);
        assert_eq!(find(&provider, &merged, &person).code(), "WSRC0001");
        assert_eq!(open(&mut visitor, &merged, &person).errors(), ["No learner has this ULN with these names (WSRC0001)"]);

        learner(deployment, &["restore", &merged, "--reason", "Not by mistake."]);
        assert_eq!(find(&provider, &merged, &person).code(), "WSRC0004");
        assert_eq!(open(&mut visitor, &merged, &person).one("#uln"), spaced(&merged));
        assert_eq!(learner(deployment, &["links", &merged]).lines().count(), 4);
        assert!(deployment.log().lines().all(|line| !line.contains(&merged)));
    }

    fn changes_are_reported_to_organisations_that_know_the_learners(database) {
        let deployment = Deployment::shared(database);
        let (provider, awarding) = (deployment.provider(), deployment.awarding_organisation());
        let people = [Person::new(), Person::new(), Person::new()];
        let [master, merged, deleted] = [0, 1, 2].map(|place: usize| people[place].register(&provider, "1"));
        let report = |actor: &Actor<'_>, operation: &str| {
            let day = learning_records::domain::Clock::system().today().to_string();
            actor.post("LearnerService", &actor.credentials().request(REPORT, operation, &format!("<FromDate>{day}</FromDate>")))
        };
        learner(deployment, &["merge", &merged, "--into", &master, "--reason", "One person."]);
        learner(deployment, &["unmerge", &merged, "--reason", "Two people."]);
        learner(deployment, &["delete", &deleted, "--reason", "By mistake."]);

        let answer = report(&provider, "GetMergedUnmergedULNsReport");
        assert_eq!(answer.code(), "WSRC0004");
        for kind in ["Merged", "Unmerged"] {
            let row = answer.text().split(&format!("<{kind}ULN>")).find(|row| row.contains(&format!("<MasterULN>{master}<"))).map(str::to_owned);
            let row = row.unwrap_or_else(|| panic!("{kind}: {}", answer.text()));
            assert!(row.contains(&format!("{kind}ULN>{merged}<")) || answer.text().contains(&format!("<{kind}ULN>{merged}<")), "{row}");
            assert!(row.contains(&format!("<MasterFamilyName>{}<", people[0].family)), "{row}");
        }
        let answer = report(&provider, "GetDeletedULNsReport");
        assert!(answer.text().contains(&format!("<ULN>{deleted}<")) && !answer.text().contains(&merged), "{}", answer.text());

        assert!(report(&awarding, "GetDeletedULNsReport").text().contains("WSEC0006"), "may not retrieve ULNs");
    }

    fn a_killed_merge_is_whole_or_undone(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let [a, b] = [Person::new(), Person::new()].map(|person| person.register(&provider, "1"));
        let ulns: [Uln; 2] = [a.parse().expect("a ULN"), b.parse().expect("a ULN")];
        let store = store(deployment);
        let now = learning_records::domain::Clock::system().now();
        let rows: Vec<_> = (0..10_000).map(|number| event(ulns[number % 2], now)).collect();
        store.write(move |store| events::insert(store, &rows)).expect("events");
        let merged = || store.read(|store| Ok(learners::by_uln(store, ulns[0])?.expect("a learner"))).expect("read").learner.status == LearnerStatus::Merged;
        let merge = || deployment.spawn(&["learner", "merge", &a, "--into", &b, "--reason", "One person."]);

        // How long it takes from the start of the program.
        let begun = Instant::now();
        let mut whole = merge();
        while !merged() {
            assert!(begun.elapsed() < Duration::from_secs(60), "the merge");
            thread::sleep(Duration::from_millis(1));
        }
        let usual = begun.elapsed();
        whole.wait().expect("the end");

        let (mut done, mut undone) = (0, 0);
        for attempt in 0..40_u32 {
            learner(deployment, &["unmerge", &a, "--reason", "Again."]);
            let before = store.read(|store| links::about(store, &ulns)).expect("the history").len();
            let mut process = merge();
            thread::sleep(usual * (attempt % 20 + 8) / 20);
            process.kill().expect("kill -9");
            process.wait().expect("the end");
            let (from, to) = store.read(|store| Ok((learners::by_uln(store, ulns[0])?, learners::by_uln(store, ulns[1])?))).expect("read");
            let (from, to) = (from.expect("a learner"), to.expect("a learner"));
            let history = store.read(|store| links::about(store, &ulns)).expect("the history");
            let is_merged = from.learner.status == LearnerStatus::Merged;
            assert_eq!(from.learner.master, is_merged.then_some(ulns[1]));
            assert_eq!(to.has_linked, is_merged);
            assert_eq!(history.len(), before + usize::from(is_merged));
            assert_eq!(history.first().map(|change| change.kind), Some(if is_merged { LinkKind::Merge } else { LinkKind::Unmerge }));
            if is_merged {
                done += 1;
            } else {
                undone += 1;
                learner(deployment, &["merge", &a, "--into", &b, "--reason", "One person."]);
            }
            if done > 2 && undone > 2 {
                return;
            }
        }
        panic!("killed 40 times: {done} merges done, {undone} undone");
    }
}
