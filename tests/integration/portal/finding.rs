//! Finding a learner: by ULN, by details, what was found, and the learner's page.

use crate::flows::{Person, borrowed};
use crate::harness::visitor::{Page, Visitor};
use crate::harness::{Deployment, on_both};

/// The fields of a search by details.
pub fn details(person: &Person) -> Vec<(&'static str, String)> {
    let born: Vec<&str> = person.born.split('-').collect();
    vec![
        ("way", "details".to_owned()),
        ("given_name", person.given.clone()),
        ("family_name", person.family.clone()),
        ("date_of_birth-day", born[2].to_owned()),
        ("date_of_birth-month", born[1].to_owned()),
        ("date_of_birth-year", born[0].to_owned()),
        ("gender", person.gender.to_owned()),
        ("postcode", person.postcode.clone()),
    ]
}

/// Searches for a person by details.
pub fn search<'v>(visitor: &'v mut Visitor<'_>, person: &Person) -> &'v Page {
    visitor.open("/learners/find");
    visitor.send(&borrowed(&details(person)))
}

/// Opens the page of a learner.
pub fn open<'v>(visitor: &'v mut Visitor<'_>, uln: &str, person: &Person) -> &'v Page {
    open_learner(visitor, uln, &person.given, &person.family);
    visitor.page()
}

/// Opens the page of a learner by number and names, and returns its address.
pub fn open_learner(visitor: &mut Visitor<'_>, uln: &str, given: &str, family: &str) -> String {
    visitor.open("/learners/find");
    visitor.send(&[("way", "uln"), ("uln", uln), ("given_name", given), ("family_name", family)]).path.clone()
}

/// A number in groups, as the pages show it.
pub fn spaced(uln: &str) -> String {
    format!("{} {} {}", &uln[..3], &uln[3..6], &uln[6..])
}

on_both! {
    fn a_learner_is_found_by_uln(database) {
        let deployment = Deployment::shared(database);
        let person = Person::new();
        let uln = person.register(&deployment.provider(), "1");
        let mut visitor = Visitor::signed_in(deployment, "PORTAL_ONLINE");
        let page = visitor.open("/learners/find");
        assert_eq!(page.heading(), "Find a learner");
        assert_eq!(visitor.send(&[]).errors(), ["Choose how to find the learner"]);
        let page = visitor.send(&[("way", "uln"), ("uln", ""), ("given_name", ""), ("family_name", "")]);
        assert_eq!(page.errors(), ["Enter a given name", "Enter a family name", "Enter a ULN"]);
        assert_eq!(page.status(), 422);
        let page = visitor.send(&[("way", "uln"), ("uln", "12345"), ("given_name", "<b>Ann</b>"), ("family_name", "Example")]);
        assert_eq!(page.errors(), ["ULN must have 10 digits, and the first must not be 0"]);
        assert!(page.answer.text().contains("&#60;b&#62;Ann"), "what was typed comes back, as text");
        let page = visitor.send(&[("way", "uln"), ("uln", "1000000001"), ("given_name", "Ann"), ("family_name", "Example")]);
        assert_eq!(page.errors(), ["Check the ULN: its last digit does not fit the others"]);
        let page = visitor.send(&[("way", "uln"), ("uln", &uln), ("given_name", "Ann"), ("family_name", "Example")]);
        assert_eq!(page.errors(), ["No learner has this ULN with these names (WSRC0001)"]);

        let page = visitor.send(&[("way", "uln"), ("uln", &spaced(&uln)), ("given_name", &person.given), ("family_name", &person.family)]);
        assert_eq!(page.status(), 200);
        assert_eq!(page.heading(), format!("Learner {} {}", person.given, person.family));
        assert_eq!(page.one("#uln"), spaced(&uln));
        assert_eq!(page.summary("Last known postcode"), Some(person.postcode.clone()));
        assert_eq!(page.summary("Middle or other names").as_deref(), Some("Not held"));
        assert!(!page.path.contains(&uln) && page.text().contains("WSRC0004"), "{}", page.path);
        assert_eq!(page.answer.header("cache-control"), Some("no-store"));
        assert!(deployment.log().lines().all(|line| !line.contains(&uln)));
    }

    fn a_similar_name_is_a_possible_match(database) {
        let deployment = Deployment::shared(database);
        let person = Person::new();
        let uln = person.register(&deployment.provider(), "1");
        let similar = Person { given: person.given[..4].to_owned(), ..Person { family: person.family.clone(), ..Person::new() } };
        let mut visitor = Visitor::signed_in(deployment, "PORTAL_VIEW");
        let page = open(&mut visitor, &uln, &similar);
        assert_eq!(page.heading(), "1 possible match");
        assert!(page.text().contains("WSRC0003"));
        assert_eq!(page.all(".govuk-tag").into_iter().filter(|tag| tag != "Demonstration").collect::<Vec<_>>(), ["Similar", "Matches"]);
        assert_eq!(visitor.press("Choose match 1").one("#uln"), spaced(&uln));
    }

    fn a_learner_is_found_by_details(database) {
        let deployment = Deployment::shared(database);
        let person = Person::new();
        let mut visitor = Visitor::signed_in(deployment, "PORTAL_ONLINE");
        visitor.open("/learners/find");
        assert_eq!(visitor.send(&[("way", "details"), ("given_name", ""), ("family_name", "")]).errors(), [
            "Enter a given name",
            "Enter a family name",
            "Enter a date of birth",
            "Choose a gender, or \u{201c}Not known\u{201d}",
            "Enter a postcode"
        ]);
        let page = search(&mut visitor, &person);
        assert_eq!(page.heading(), format!("No learner found for {} {}", person.given, person.family));
        assert!(page.text().contains("WSRC0001"));

        let uln = person.register(&deployment.provider(), "1");
        let elsewhere = Person { postcode: "LU4 9QX".to_owned(), given: person.given.clone(), family: person.family.clone(), born: person.born.clone(), gender: "9" };
        let page = search(&mut visitor, &elsewhere);
        assert_eq!(page.heading(), "1 possible match");
        let tags: Vec<String> = page.all("td .govuk-tag");
        assert_eq!(tags, ["Matches", "Matches", "Matches", "Differs", "Differs"]);
        visitor.follow("Change the search");
        assert_eq!(visitor.page().answer.text().matches("value=\"LU49QX\"").count(), 1, "the search comes back");
        let page = search(&mut visitor, &person);
        assert_eq!(page.one("#uln"), spaced(&uln));
    }

    fn too_many_are_narrowed(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let person = Person::new();
        for n in 0..11 {
            let postcode = format!("CV{} {}EE", n % 9 + 1, n / 9 + 1);
            let mut registration = Person { postcode, given: person.given.clone(), family: person.family.clone(), born: person.born.clone(), gender: "2" }.registration("1");
            if n == 0 {
                registration.insert(4, ("PlaceOfBirth", "Testham".to_owned()));
            }
            assert_eq!(provider.post("LearnerService", &provider.credentials().register(&borrowed(&registration))).code(), "WSRC0005");
        }
        let mut visitor = Visitor::signed_in(deployment, "PORTAL_ONLINE");
        let page = search(&mut visitor, &person);
        assert_eq!(page.heading(), "Too many learners match");
        assert_eq!(page.all("main .govuk-list--bullet li"), ["Place of birth"]);
        assert!(page.text().contains("WSRC0002"));
        visitor.follow("Change the search");
        let page = visitor.send(&[("way", "details"), ("place_of_birth", "Testham"), ("gender", "2")]);
        assert_eq!(page.heading(), "1 possible match");
        assert!(page.all("td .govuk-tag").ends_with(&["Matches".to_owned()]), "the place of birth");
    }

    fn linked_ulns_are_shown_as_such(database) {
        let deployment = Deployment::shared(database);
        let barnaby = Person { given: "Barnaby".to_owned(), family: "Stoatgrove".to_owned(), ..Person::new() };
        let mut visitor = Visitor::signed_in(deployment, "PORTAL_ONLINE");
        let page = open(&mut visitor, "1100001033", &barnaby);
        assert_eq!(page.one("#uln"), "110 000 1025");
        assert!(page.text().contains("The ULN 110 000 1033 is linked: it was merged into this one"), "{}", page.text());
        assert!(page.text().contains("WSRC0022"));
        let child = Person { postcode: "ZZ12 3EQ".to_owned(), born: "1999-11-05".to_owned(), gender: "1", ..barnaby };
        let page = search(&mut visitor, &child);
        assert_eq!(page.heading(), "1 match, by a linked ULN");
        assert!(page.text().contains("This record stands for the one that matched") && page.text().contains("WSRC0022"));
        assert!(!page.text().contains("Register a new learner"));
        assert_eq!(visitor.press("Choose match 1").one("#uln"), "110 000 1025");
        let barnaby = child;
        let page = open(&mut visitor, "1100001025", &barnaby);
        assert_eq!(page.all("main .govuk-list--bullet li"), ["110 000 1033"]);
        assert!(page.text().contains("WSRC0004"));
    }

    fn names_are_text_whatever_characters_they_have(database) {
        let deployment = Deployment::shared(database);
        let given = "<script>alert(1)</script>";
        let person = Person { given: given.to_owned(), family: "\"><img src=x onerror=a>".to_owned(), ..Person::new() };
        let uln = person.register(&deployment.provider(), "1");
        let mut visitor = Visitor::signed_in(deployment, "PORTAL_ONLINE");
        let learner = open(&mut visitor, &uln, &person).path.clone();
        let elsewhere = Person { postcode: "LU4 9QX".to_owned(), given: person.given.clone(), family: person.family.clone(), born: person.born.clone(), gender: "2" };
        let results = search(&mut visitor, &elsewhere).path.clone();
        for path in [learner.clone(), results, format!("{learner}/change/names"), "/learners/find".to_owned()] {
            let page = visitor.open(&path);
            assert_eq!(page.status(), 200, "{path}");
            assert!(!page.answer.text().contains("<script>alert") && !page.answer.text().contains("<img"), "{path}");
            assert_eq!(page.all("main img").len() + page.all("main script").len(), 0, "{path}");
        }
        assert!(visitor.open(&learner).heading().contains(given), "the name is there, as text");
    }

    fn a_handle_is_the_session_s_own(database) {
        let deployment = Deployment::shared(database);
        let person = Person::new();
        let uln = person.register(&deployment.provider(), "1");
        let mut visitor = Visitor::signed_in(deployment, "PORTAL_ONLINE");
        let learner = open(&mut visitor, &uln, &person).path.clone();
        let elsewhere = Person { postcode: "LU4 9QX".to_owned(), given: person.given.clone(), family: person.family.clone(), born: person.born.clone(), gender: "2" };
        let results = search(&mut visitor, &elsewhere).path.clone();
        visitor.open(&format!("{learner}/change/names"));
        let check = visitor.send(&[("title", "Dr")]).path.clone();
        let step = results.replace("/results/", "/register/") + "/names";
        let again = results.replace("/results/", "/find/");
        let handle = results.rsplit('/').next().expect("a handle").to_owned();
        assert_eq!(visitor.open(&format!("/learners/{handle}")).status(), 404, "a search is no learner");
        for (other, statuses) in [("PORTAL_SUPER", [404; 5]), ("PORTAL_VIEW", [404, 404, 404, 403, 403]), ("PORTAL_AO", [403; 5])] {
            let mut other_visitor = Visitor::signed_in(deployment, other);
            let seen = [&learner, &results, &again, &step, &check].map(|path| other_visitor.open(path).status());
            assert_eq!(seen, statuses, "{other}");
        }
        let mut nobody = Visitor::of(deployment);
        assert_eq!(nobody.open(&learner).heading(), "Sign in");
        assert_eq!(visitor.open(&learner).status(), 200);
        for unknown in ["/learners/0", "/learners/results/0", "/learners/register/0/names", "/learners/0/check/0"] {
            assert_eq!(visitor.open(unknown).status(), 404, "{unknown}");
        }
    }

    fn who_may_only_look_gets_no_way_to_change(database) {
        let deployment = Deployment::shared(database);
        let person = Person::new();
        let mut visitor = Visitor::signed_in(deployment, "PORTAL_VIEW");
        let page = search(&mut visitor, &person);
        assert!(!page.text().contains("Register a new learner"), "{}", page.text());
        let uln = person.register(&deployment.provider(), "1");
        let page = open(&mut visitor, &uln, &person);
        assert_eq!((page.heading(), page.text().contains("Change")), (format!("Learner {} {}", person.given, person.family), false));
        let forbidden = format!("{}/change/names", page.path);
        assert_eq!(visitor.open(&forbidden).status(), 403);
    }

    fn home_has_the_tasks_of_the_roles(database) {
        let deployment = Deployment::shared(database);
        for (user, tasks) in [
            ("PORTAL_ONLINE", &["Find a learner", "Register a learner", "Verify a learner", "Check a file"][..]),
            ("PORTAL_VIEW", &["Find a learner", "Verify a learner", "Check a file"]),
            ("PORTAL_BATCH", &["Find a learner", "Verify a learner", "Upload a file", "Check a file"]),
            (
                "PORTAL_AO",
                &["Verify a learner", "Enter an achievement", "Entries and results", "Upload a file", "Check a file"],
            ),
        ] {
            let mut visitor = Visitor::signed_in(deployment, user);
            let home = visitor.open("/");
            assert_eq!(home.all("main h2 a"), tasks, "{user}");
            let has_batches = home.all("main h2").iter().any(|heading| heading.starts_with("Batches of "));
            assert_eq!(has_batches, tasks.contains(&"Upload a file"), "{user}");
        }
    }
}
