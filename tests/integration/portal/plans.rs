//! Plans of learners in custody: made, changed, and taken over by another establishment.

use super::finding::open;
use crate::flows::Person;
use crate::harness::visitor::Visitor;
use crate::harness::{Deployment, on_both};

/// Makes a plan for the learner of this page, and returns its address.
pub fn plan(visitor: &mut Visitor<'_>, learner: &str, title: &str) -> String {
    visitor.open(&format!("{learner}/plans"));
    visitor.follow("Make a plan");
    let fields = [("title", title), ("establishment", "HMP Testham"), ("starts-day", "1"), ("starts-month", "9")];
    let page = visitor.send(&[&fields[..], &[("starts-year", "2025"), ("status", "Active")]].concat());
    assert_eq!(page.heading(), format!("Learner plan {title}"), "{}", page.text());
    page.path.clone()
}

on_both! {
    fn a_plan_is_made_changed_and_printed(database) {
        let deployment = Deployment::shared(database);
        let person = Person::new();
        let uln = person.register(&deployment.provider(), "1");
        let mut visitor = Visitor::signed_in(deployment, "PORTAL_ONLINE");
        let learner = open(&mut visitor, &uln, &person).path.clone();
        visitor.follow("Plans of the learner");
        assert!(visitor.page().text().contains("The learner has no plan yet."));
        visitor.follow("Make a plan");
        let page = visitor.send(&[("status", "Closed")]);
        assert_eq!(page.errors(), ["Enter the first day"]);
        let page = visitor.send(&[("starts-day", "31"), ("starts-month", "2"), ("starts-year", "2026")]);
        assert_eq!(page.errors(), ["First day must be a real date"]);
        let page = visitor.send(&[("starts-day", "1"), ("starts-month", "9"), ("starts-year", "2025"), ("status", "Closed")]);
        assert_eq!(page.errors(), ["Enter a title", "Enter an establishment", "Enter the last day of a closed plan"]);

        let address = plan(&mut visitor, &learner, "<b>Bakery</b>");
        assert!(!visitor.page().answer.text().contains("<b>Bakery"), "a title is text");
        visitor.follow("Add an aim");
        assert_eq!(visitor.send(&[]).errors(), ["Enter an aim"]);
        let page = visitor.send(&[("aim", "Level 1 Baking"), ("target-day", "31"), ("target-month", "3"), ("target-year", "2026")]);
        assert!(page.text().contains("Level 1 Baking 31 March 2026"), "{}", page.text());
        visitor.follow("Change aim 1: Level 1 Baking");
        let page = visitor.send(&[("outcome", "Passed"), ("comments", "With distinction")]);
        assert!(page.text().contains("Passed With distinction"), "{}", page.text());
        let page = visitor.open(&format!("{address}/print"));
        assert!(page.text().contains("Passed") && !page.text().contains("Add an aim"));
        visitor.open(&format!("{address}/history"));
        assert_eq!(visitor.page().all("main tbody tr").len(), 3);
        visitor.open(&format!("{address}/aims/1"));
        let page = visitor.press("Remove the aim");
        assert!(page.text().contains("The plan has no aims yet."), "{}", page.text());
        assert_eq!(visitor.open(&format!("{address}/aims/1")).status(), 404);

        visitor.open(&format!("{address}/change"));
        let token = visitor.form_token();
        let late = [("csrf", &*token), ("version", "1"), ("title", "Late"), ("establishment", "X"), ("starts-day", "1")];
        let rest = [("starts-month", "9"), ("starts-year", "2025"), ("status", "Draft")];
        let page = visitor.post(&format!("{address}/change"), &[&late[..], &rest].concat());
        assert!(page.errors()[0].starts_with("Somebody has changed the plan"), "{:?}", page.errors());
        assert!(visitor.open("/plans").text().contains("Bakery"));
        assert!(Visitor::signed_in(deployment, "PORTAL_VIEW").open("/plans").status() == 403);
    }

    fn a_plan_is_taken_over_by_the_next_establishment(database) {
        let deployment = Deployment::start(database);
        let person = Person::new();
        let uln = person.register(&deployment.provider(), "1");
        let mut first = Visitor::signed_in(&deployment, "PORTAL_SUPER");
        let learner = open(&mut first, &uln, &person).path.clone();
        let address = plan(&mut first, &learner, "Bakery");
        let mut second = Visitor::of_new_provider(&deployment);
        assert_eq!(second.open(&address).status(), 404, "it is not theirs yet");
        open(&mut second, &uln, &person);
        second.follow("Plans of the learner");
        second.follow("Bakery");
        assert_eq!(second.send(&[("establishment", "")]).errors(), ["Enter an establishment"]);
        let page = second.send(&[("establishment", "HMP Elsewhere")]);
        assert_eq!((page.path.as_str(), page.summary("Held by").as_deref()), (&*address, Some("Riverside")));
        assert_eq!(first.open(&address).status(), 404);
        second.open(&format!("{address}/history"));
        assert!(second.page().text().contains("HMP Elsewhere") && second.page().text().contains("HMP Testham"));
    }
}
