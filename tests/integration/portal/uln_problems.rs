//! Problems with ULNs: reported by a college, worked by the service desk, and the outcome at once
//! at every door.

use crate::flows::Person;
use crate::harness::visitor::{Page, Visitor};
use crate::harness::{Deployment, on_both};
use crate::portal::finding::{open, spaced};
use crate::portal::records::{OTTOLINE, find};

on_both! {
    fn two_ulns_of_one_person_are_reported_and_merged(database) {
        let deployment = Deployment::start(database);
        let provider = deployment.provider();
        let person = Person::new();
        let second = Person { postcode: "LU4 9QX".to_owned(), given: person.given.clone(), family: person.family.clone(), born: person.born.clone(), gender: "2" };
        let (master, doubled) = (person.register(&provider, "1"), second.register(&provider, "1"));

        let mut college = Visitor::signed_in(&deployment, "PORTAL_ONLINE");
        college.open("/uln-problems/new");
        let page = college.send(&[("uln", "")]);
        assert_eq!(page.errors(), [
            "Enter a ULN",
            "Enter a given name",
            "Enter a family name",
            "Select what is wrong with the ULN",
            "Enter what you know about the problem"
        ]);
        let report = [("uln", doubled.as_str()), ("given_name", &person.given), ("family_name", "Other"), ("problem", "created-incorrectly"), ("other", &spaced(&master)), ("explanation", "<b>She has two.</b>")];
        assert_eq!(college.send(&report).errors(), ["No learner has this ULN with these names (WSRC0001)"]);
        let page = college.send(&[("family_name", &person.family)]);
        assert!(page.text().contains("It is case 1 of the service desk") && page.text().contains("Not yet"), "{}", page.text());
        assert!(!page.path.contains(&doubled));
        assert!(!Visitor::signed_in(&deployment, "PORTAL_AO").open("/uln-problems").text().contains("A ULN was created incorrectly"), "another organisation");
        for path in ["/desk/uln-problems", "/desk/uln-problems/1"] {
            assert_eq!(college.open(path).status(), 403);
        }

        let mut desk = Visitor::signed_in(&deployment, "PORTAL_DESK");
        assert!(desk.open("/desk/uln-problems").text().contains("Case 1"));
        let page = desk.follow("Case 1");
        assert_eq!(page.summary("What the user knows").as_deref(), Some("<b>She has two.</b>"));
        let text = page.text();
        assert!(text.contains(&format!("ULN {}", spaced(&master))) && text.contains("Differs"), "{text}");
        assert_eq!(desk.send(&[("beside", "12")]).errors(), ["ULN must have 10 digits, and its last digit must fit the others"]);
        desk.open("/desk/uln-problems/1");
        assert_eq!(desk.send(&[("reason", "")]).errors(), ["Select what to do", "Enter why"]);
        let page = desk.send(&[("act", "merge-first"), ("reason", "One person, as her passport says.")]);
        assert_eq!(page.heading(), "Case 1 Check the change");
        assert!(!page.path.contains(&doubled) && page.text().contains(&format!("Merged into {}", spaced(&master))), "{}", page.text());
        let page = desk.press("Change the links");
        assert!(page.text().contains("The links are changed."), "{}", page.text());
        assert!(page.text().contains("One person, as her passport says."));

        // Every door answers accordingly, at once.
        let found = provider.post("LearnerService", &provider.credentials().find_by_uln("FUL", &doubled, &person.family, &person.given));
        assert_eq!((found.code().as_str(), found.value("Learner/ULN")), ("WSRC0022", master.clone()));
        assert_eq!(open(&mut college, &doubled, &person).one("#uln"), spaced(&master));

        // It can be undone.
        desk.open("/desk/uln-problems/1");
        desk.send(&[("act", "unmerge-first"), ("reason", "Two people after all.")]);
        desk.press("Change the links");
        assert_eq!(open(&mut college, &doubled, &person).one("#uln"), spaced(&doubled));
        desk.open("/desk/uln-problems/1");
        desk.send(&[("act", "delete-first"), ("reason", "It was registered by mistake.")]);
        let check = desk.page().path.clone();
        desk.press("Change the links");
        assert_eq!(open(&mut college, &doubled, &person).errors(), ["No learner has this ULN with these names (WSRC0001)"]);
        assert!(desk.open(&check).text().contains("This cannot be done: the learner is deleted."));

        desk.open("/desk/uln-problems/1");
        desk.follow("Advise the user, and record the case as rectified");
        desk.send(&[("advice", "The number is deleted; use the other one.")]);
        assert!(college.open("/uln-problems").text().contains("The number is deleted; use the other one."));
        assert!(deployment.log().lines().all(|line| !line.contains(&doubled) && !line.contains(&master)));
    }

    fn events_of_two_people_who_shared_a_uln_are_moved_apart(database) {
        let deployment = Deployment::start(database);
        let person = Person::new();
        let own = person.register(&deployment.provider(), "1");
        let (shared, given, family) = OTTOLINE;
        let mut college = Visitor::signed_in(&deployment, "PORTAL_ONLINE");
        college.open("/uln-problems/new");
        college.send(&[("uln", shared), ("given_name", given), ("family_name", family), ("problem", "shared"), ("other", &own), ("explanation", "Two people use it.")]);

        let mut desk = Visitor::signed_in(&deployment, "PORTAL_DESK");
        desk.open("/desk/uln-problems/1");
        let page = desk.follow("Move learning events between the two");
        assert_eq!(page.heading(), "Case 1 Move learning events");
        let offered = values(page, "first");
        assert_eq!((offered.len(), values(page, "second").len()), (9, 0));
        assert_eq!(desk.send(&[("reason", "")]).errors(), ["Select the events that move to the other ULN", "Enter why"]);
        let page = desk.send(&[("first", &offered[0]), ("first", &offered[1]), ("reason", "Their certificates say so.")]);
        assert_eq!(page.heading(), "Case 1 Check the events that move");
        assert_eq!(page.all("tbody tr").len(), 2);
        assert!(!page.path.contains(&own) && page.text().contains(&format!("to {}", spaced(&own))), "{}", page.text());
        let check = page.path.clone();
        let page = desk.press("Move the events");
        assert!(page.text().contains("The learning events have moved."), "{}", page.text());
        assert!(page.text().contains(&format!("Learning events moved from {} to {}", spaced(shared), spaced(&own))));

        // Both records answer accordingly, at once; and what was moved is not moved again.
        let learner = find(&mut college, OTTOLINE);
        assert_eq!(college.open(&format!("{learner}/record")).one("#count"), "The learning record has 7 events.");
        let learner = find(&mut college, (&own, &person.given, &person.family));
        assert_eq!(college.open(&format!("{learner}/record")).one("#count"), "The learning record has 2 events.");
        desk.open(&check);
        let page = desk.press("Move the events");
        assert!(page.text().contains("Nothing was moved: one of the learning events is no longer under this ULN"), "{}", page.text());
    }
}

/// The values that the page offers to choose from in a field.
fn values(page: &Page, field: &str) -> Vec<String> {
    let boxes = scraper::Selector::parse(&format!("input[name='{field}']")).unwrap();
    page.html().select(&boxes).filter_map(|each| each.attr("value").map(str::to_owned)).collect()
}
