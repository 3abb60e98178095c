//! Learning records at the portal: the page of the events, its filter, who has seen it, and what to
//! do where it may not be shown.

use proptest::test_runner::{Config, TestRunner};

use super::finding;
use super::parity::{code, lines};
use crate::flows::Person;
use crate::harness::tree::Node;
use crate::harness::visitor::Visitor;
use crate::harness::{Actor, Deployment, on_both};

const R9: &str = "LearnerServiceR9";

/// Learners of the demo with events, by their ULN and names.
pub const OTTOLINE: (&str, &str, &str) = ("1100001017", "Ottoline", "Quillfeather");
const MERGED: (&str, &str, &str) = ("1100001033", "Barnaby", "Stoatgrove");
const NOT_SHARING: (&str, &str, &str) = ("1100001041", "Hesper", "Wrenfold");
const NOT_SEEN: (&str, &str, &str) = ("1100001068", "Caspian", "Mudlark");

/// Finds a learner by ULN; returns the address of their page.
pub fn find(visitor: &mut Visitor<'_>, (uln, given, family): (&str, &str, &str)) -> String {
    visitor.open("/learners/find");
    visitor.send(&[("way", "uln"), ("uln", uln), ("given_name", given), ("family_name", family)]).path.clone()
}

on_both! {
    fn a_record_is_shown_by_year_and_source(database) {
        let deployment = Deployment::shared(database);
        let mut visitor = Visitor::signed_in(deployment, "PORTAL_VIEW");
        let learner = find(&mut visitor, OTTOLINE);
        let page = visitor.follow("Learning record");
        assert_eq!(page.path, format!("{learner}/record"));
        assert_eq!(page.heading(), "Learning record Ottoline Quillfeather");
        assert_eq!(page.one("#count"), "The learning record has 9 events.");
        let headings = page.all("main h2");
        assert_eq!(headings, ["Credits", "Filter", "2057 to 2058", "2021 to 2022", "2020 to 2021", "2019 to 2020"]);
        let captions = page.all("caption");
        assert_eq!(&captions[2..5], [
            "Awarding organisations, 2020 to 2021",
            "Individualised learner record (ILR), 2020 to 2021",
            "National pupil database (NPD), 2020 to 2021",
        ]);
        assert_eq!(page.all("tbody tr").len(), 9);
        assert!(page.text().contains("WSRC0004") && !page.text().contains("9999999999"), "{}", page.text());
        assert_eq!(page.answer.header("cache-control"), Some("no-store"));
        assert!(page.summary("All levels").is_some_and(|credits| credits != "0"), "{}", page.text());

        let page = visitor.open(&format!("{learner}/record?year=2019&source=awarding"));
        assert_eq!(page.one("#count"), "The filter finds 3 events of 9.");
        assert_eq!(page.all("option[selected]"), ["2019 to 2020", "Awarding organisations", "Final and provisional"]);
        assert_eq!(visitor.follow("Show all events").all("tbody tr").len(), 9);
        let page = visitor.open(&format!("{learner}/record?year=%3Cb%3E&source=x&state=W&page=99"));
        assert_eq!(page.all("tbody tr").len(), 9, "what no filter knows is left out");
    }

    fn a_record_without_events_says_so(database) {
        let deployment = Deployment::shared(database);
        let person = Person::new();
        let uln = person.register(&deployment.provider(), "1");
        let mut visitor = Visitor::signed_in(deployment, "PORTAL_ONLINE");
        finding::open(&mut visitor, &uln, &person);
        let page = visitor.follow("Learning record");
        assert_eq!(page.one("#count"), "The learning record has no events.");
        assert_eq!(page.summary("All levels").as_deref(), Some("0"));
    }

    fn a_record_that_may_not_be_shown_says_what_to_do(database) {
        let deployment = Deployment::shared(database);
        for (user, who, heading) in [
            ("PORTAL_ONLINE", NOT_SEEN, "The learner has not seen the privacy notice"),
            ("PORTAL_ONLINE", NOT_SHARING, "The learner does not share their learning record"),
            ("PORTAL_VIEW", NOT_SHARING, "The learner does not share their learning record"),
        ] {
            let mut visitor = Visitor::signed_in(deployment, user);
            let learner = find(&mut visitor, who);
            let page = visitor.follow("Learning record");
            assert_eq!(page.heading(), format!("Learning record {heading}"));
            assert!(page.text().contains("WSEC0206") && page.all("table").is_empty());
            assert_eq!(page.all("main a").contains(&"Change privacy notice and sharing".to_owned()), user == "PORTAL_ONLINE");
            if user == "PORTAL_ONLINE" {
                let change = visitor.follow("Change privacy notice and sharing").path.clone();
                assert_eq!(change, format!("{learner}/change/sharing"));
            }
        }
    }

    fn people_see_who_has_seen_a_record(database) {
        let deployment = Deployment::shared(database);
        let person = Person::new();
        let uln = person.register(&deployment.provider(), "1");
        let mut visitor = Visitor::signed_in(deployment, "PORTAL_ONLINE");
        let learner = finding::open(&mut visitor, &uln, &person).path.clone();
        let nobody = visitor.open(&format!("{learner}/record/seen"));
        assert!(nobody.text().contains("Nobody has seen this learning record."));
        for _ in 0..11 {
            visitor.open(&format!("{learner}/record"));
        }
        let page = visitor.follow("Who has seen this learning record");
        assert_eq!(page.all("tbody tr").len(), 10);
        assert!(page.one("tbody tr").ends_with("Viewed the learning record"), "{}", page.one("tbody tr"));
        assert_eq!(visitor.open(&format!("{learner}/record/seen?page=2")).all("tbody tr").len(), 1);
    }

    fn nobody_opens_a_record_by_anothers_handle(database) {
        let deployment = Deployment::shared(database);
        let mut visitor = Visitor::signed_in(deployment, "PORTAL_VIEW");
        let learner = find(&mut visitor, OTTOLINE);
        for page in ["record", "record/seen"] {
            let path = format!("{learner}/{page}");
            assert_eq!(visitor.open(&path).status(), 200);
            assert_eq!(Visitor::signed_in(deployment, "PORTAL_ONLINE").open(&path).status(), 404);
            assert_eq!(Visitor::signed_in(deployment, "PORTAL_AO").open(&path).status(), 403);
            assert_eq!(Visitor::of(deployment).open(&path).heading(), "Sign in");
        }
    }

    fn both_doors_show_the_same_record_and_write_the_same_lines(database) {
        let deployment = Deployment::start(database);
        let provider = deployment.provider();
        let mut visitor = Visitor::of(&deployment);
        visitor.sign_in("PORTAL_ONLINE");
        let visitor = std::cell::RefCell::new(visitor);
        let cases = std::cell::Cell::new(0);
        let config = Config { cases: 12, failure_persistence: None, max_shrink_iters: 0, ..Config::default() };
        TestRunner::new(config).run(&(0..7_usize), |which| {
            let person = Person::new();
            let (uln, given, family) = match which {
                0 => owned(OTTOLINE),
                1 => owned(MERGED),
                2 => owned(NOT_SHARING),
                3 => owned(NOT_SEEN),
                share => (person.register(&provider, &(share - 4).to_string()), person.given.clone(), person.family.clone()),
            };
            let who = (&*uln, &*given, &*family);
            let (by_service, events) = record_of(&provider, who);
            let mut visitor = visitor.borrow_mut();
            let learner = find(&mut visitor, who);
            let page = visitor.open(&format!("{learner}/record"));
            let mut rows: Vec<String> = page.all("tbody tr td:nth-child(2)");
            rows.sort();
            assert_eq!((code(page), rows), (by_service, events), "{uln}");
            cases.set(cases.get() + 1);
            Ok(())
        }).unwrap();
        let [by_service, by_portal] =
            ["web-service", "portal"].map(|door| lines(&deployment, door, &["view-record"], cases.get()));
        assert_eq!(by_service.values().sum::<usize>(), cases.get());
        assert_eq!(by_service, by_portal);
    }
}

fn owned((uln, given, family): (&str, &str, &str)) -> (String, String, String) {
    (uln.to_owned(), given.to_owned(), family.to_owned())
}

/// The response code and the references of the events, sorted, as GetLearnerRecord has them.
fn record_of(provider: &Actor<'_>, (uln, given, family): (&str, &str, &str)) -> (String, Vec<String>) {
    let fields = [("uln", uln), ("givenName", given), ("familyName", family)];
    let answer = provider.post(R9, &provider.credentials().r9("GetLearnerRecord", &fields));
    let result = answer.result();
    let code = |node: &Node| node.value("SubjectCode").unwrap_or_default().to_owned();
    let mut events: Vec<String> =
        result.descendants().into_iter().filter(|node| node.name == "LearnerEvent").map(code).collect();
    events.sort();
    (answer.value("GetLearnerRecordResult/ResponseCode"), events)
}
