//! The portal and the web service are two doors to one service: for the same details both have the
//! same outcome and the same audit line, but for the door and who came through it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use learning_records::store::{Store, StoreSettings};
use proptest::test_runner::{Config, TestRunner};

use super::finding;
use super::registering::answer_questions;
use crate::flows::Person;
use crate::harness::visitor::{Page, Visitor};
use crate::harness::{Actor, Deployment, on_both};

const LS: &str = "LearnerService";

diesel::table! {
    audit (id) {
        id -> BigInt,
        organisation_id -> Nullable<Integer>,
        door -> Text,
        action -> Text,
        uln -> Nullable<Text>,
        outcome -> Text,
        record_shown -> Bool,
    }
}

/// A line without its door: organisation, action, ULN, outcome, whether a record was shown.
pub type Line = (Option<i32>, String, Option<String>, String, bool);

/// Waits until the trail has this many lines of each door, and counts each line.
pub fn lines(deployment: &Deployment, door: &str, actions: &[&str], enough: usize) -> BTreeMap<Line, usize> {
    let store = Store::open(&StoreSettings { url: deployment.store_url(), readers: 1 }).unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let found: Vec<Line> = store
            .read(|store| {
                let of_door = audit::table.filter(audit::door.eq(door)).filter(audit::action.eq_any(actions));
                let columns = (audit::organisation_id, audit::action, audit::uln, audit::outcome, audit::record_shown);
                Ok(of_door.select(columns).load(store)?)
            })
            .unwrap();
        if found.len() >= enough || Instant::now() > deadline {
            return found.into_iter().fold(BTreeMap::new(), |mut counts, line| {
                *counts.entry(line).or_default() += 1;
                counts
            });
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

const ACTIONS: [&str; 4] = ["find-by-uln", "find-by-details", "verify-learner", "update-learner"];

/// The first code that a page quotes.
pub fn code(page: &Page) -> String {
    let text = page.one("main");
    let start =
        ["WSRC", "WSVRC", "WSEC"].iter().find_map(|kind| text.find(kind)).unwrap_or_else(|| panic!("no code: {text}"));
    text[start..].chars().take_while(char::is_ascii_alphanumeric).collect()
}

/// The person as somebody writes them down.
fn written(person: &Person, slips: (u8, u8, u8, u8, u8)) -> Person {
    let (given, family, born, postcode, gender) = slips;
    let cut = |text: &str, how: u8| match how {
        0 => text.to_owned(),
        1 => text.to_uppercase(),
        2 => text[..4].to_owned(),
        _ => "Zwart".to_owned(),
    };
    Person {
        given: cut(&person.given, given),
        family: cut(&person.family, family),
        born: match born {
            0 => person.born.clone(),
            1 => one_digit_off(&person.born),
            _ => "1949-12-31".to_owned(),
        },
        postcode: if postcode == 0 { person.postcode.clone() } else { "LU4 9QX".to_owned() },
        gender: ["2", "9", "1"][usize::from(gender)],
    }
}

/// Another date of the calendar, with one digit changed: the last of the day, or else of the year.
fn one_digit_off(date: &str) -> String {
    let changed = |place: usize, by: u8| {
        let digit = (date.as_bytes()[place] - b'0' + by) % 10;
        format!("{}{digit}{}", &date[..place], &date[place + 1..])
    };
    let mut dates =
        [9, 3].into_iter().flat_map(|place| (1..10).map(move |by| (place, by))).map(|(place, by)| changed(place, by));
    dates.find(|date| date.parse::<chrono::NaiveDate>().is_ok()).expect("a date")
}

/// Both doors, for one learner as somebody writes them down: a find, a search, a verification.
fn compare(provider: &Actor<'_>, visitor: &mut Visitor<'_>, uln: &str, asked: &Person) {
    let by_uln = provider.post(LS, &provider.credentials().find_by_uln("FUL", uln, &asked.family, &asked.given));
    assert_eq!(code(finding::open(visitor, uln, asked)), by_uln.code(), "find by ULN");

    let searched = provider.post(LS, &provider.credentials().find_by_demographics("FUL", &asked.demographics()));
    assert_eq!(code(finding::search(visitor, asked)), searched.code(), "find by details");

    let fields = [
        ("ULN", uln),
        ("FamilyName", &*asked.family),
        ("GivenName", &*asked.given),
        ("DateOfBirth", &*asked.born),
        ("Gender", asked.gender),
    ];
    let verified = provider.post(LS, &provider.credentials().verify(&fields));
    let mut form = finding::details(asked);
    form.retain(|(name, _)| !["way", "postcode"].contains(name));
    form.push(("uln", uln.to_owned()));
    visitor.open("/verify");
    let page = visitor.send(&crate::flows::borrowed(&form));
    assert_eq!(code(page), verified.value("VerifiedLearner/ResponseCode"), "verify");
}

on_both! {
    fn both_doors_answer_alike_and_write_the_same_lines(database) {
        let deployment = Deployment::start(database);
        let provider = deployment.provider();
        let mut visitor = Visitor::of(&deployment);
        visitor.sign_in("PORTAL_ONLINE");
        let visitor = std::cell::RefCell::new(visitor);
        let cases = std::cell::Cell::new(0);
        let slips = (0..4_u8, 0..4_u8, 0..3_u8, 0..2_u8, 0..3_u8);
        let config = Config { cases: 12, failure_persistence: None, max_shrink_iters: 0, ..Config::default() };
        TestRunner::new(config).run(&slips, |slips| {
            let person = Person::new();
            let uln = person.register(&provider, "1");
            compare(&provider, &mut visitor.borrow_mut(), &uln, &written(&person, slips));
            cases.set(cases.get() + 1);
            Ok(())
        }).unwrap();
        let visitor = &mut *visitor.borrow_mut();

        // A change of the same learner by each door.
        let person = Person::new();
        let uln = person.register(&provider, "1");
        let mut fields = person.registration("1");
        fields.insert(0, ("Title", "Dr".to_owned()));
        fields.extend([("ULN", uln.clone()), ("VersionNumber", "1".to_owned())]);
        let updated = provider.post(LS, &provider.credentials().update(&crate::flows::borrowed(&fields)));
        let learner = finding::open(visitor, &uln, &person).path.clone();
        finding_line(&provider, &uln, &person);
        visitor.open(&format!("{learner}/change/names"));
        visitor.send(&[("title", "Prof")]);
        assert_eq!(code(visitor.press("Save change")), updated.code());

        // A registration by each door, after the same search.
        let (first, second) = (Person::new(), Person::new());
        let searched = provider.post(LS, &provider.credentials().find_by_demographics("FUL", &first.demographics()));
        first.register(&provider, "1");
        assert_eq!(code(finding::search(visitor, &second)), searched.code());
        visitor.press("Register a new learner");
        answer_questions(visitor);
        assert_eq!(code(visitor.press("Register learner")), "WSRC0005");

        let enough = cases.get() * 3 + 3;
        let [by_service, by_portal] = ["web-service", "portal"].map(|door| lines(&deployment, door, &ACTIONS, enough));
        assert!(by_service.values().sum::<usize>() >= enough, "{by_service:?}");
        assert_eq!(by_service, by_portal);
    }
}

/// The find that the change by the portal begins with.
fn finding_line(provider: &Actor<'_>, uln: &str, person: &Person) {
    let found = provider.post(LS, &provider.credentials().find_by_uln("FUL", uln, &person.family, &person.given));
    assert_eq!(found.code(), "WSRC0004");
}
