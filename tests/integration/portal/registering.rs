//! Registering a learner: from a search that found nobody, or nobody who is the learner.

use super::finding::{details, search, spaced};
use crate::flows::{Person, borrowed};
use crate::harness::visitor::Visitor;
use crate::harness::{Deployment, on_both};

/// Answers the question pages up to the check of the answers.
pub fn answer_questions(visitor: &mut Visitor<'_>) {
    assert_eq!(visitor.page().heading(), "Other names", "{}", visitor.page().text());
    visitor.send(&[("title", "Ms")]);
    visitor.send(&[("address_1", "1 Example Row"), ("town", "Testham")]);
    visitor.send(&[("place_of_birth", "Testham"), ("nationality", "GBR")]);
    visitor.send(&[("evidence", "2")]);
    visitor.send(&[("sharing", "1")]);
    assert_eq!(visitor.page().heading(), "Check the details of the new learner", "{}", visitor.page().text());
}

on_both! {
    fn a_learner_whom_nobody_is_like_is_registered(database) {
        let deployment = Deployment::shared(database);
        let person = Person::new();
        let mut visitor = Visitor::signed_in(deployment, "PORTAL_ONLINE");
        search(&mut visitor, &person);
        visitor.press("Register a new learner");
        answer_questions(&mut visitor);
        let check = visitor.page().path.clone();
        for (key, value) in [("Given name", &*person.given), ("Title", "Ms"), ("Town", "Testham"), ("Proof of identity", "Passport"), ("Notes", "Not given")] {
            assert_eq!(visitor.page().summary(key).as_deref(), Some(value), "{key}");
        }
        let page = visitor.press("Register learner");
        assert_eq!(page.heading(), "Learner registered");
        let uln = page.html().select(&scraper::Selector::parse("[data-copy]").expect("a selector")).next()
            .and_then(|button| button.attr("data-copy").map(str::to_owned)).expect("a ULN");
        assert!(page.text().contains(&spaced(&uln)));
        assert!(!page.path.contains(&uln));
        let done = page.path.clone();
        assert_eq!(visitor.open(&check).path, done, "who goes back registers nobody a second time");

        let page = visitor.press("View the learner");
        assert_eq!((page.one("#uln"), page.summary("Place of birth").as_deref()), (spaced(&uln), Some("Testham")));
        visitor.open(&done);
        let page = visitor.press("Register another from the same address");
        assert_eq!(page.heading(), "Find a learner");
        let sibling = Person { given: Person::new().given, family: Person::new().family, born: "2007-01-02".to_owned(), ..Person::new() };
        let mut asked = details(&sibling);
        asked.retain(|(name, _)| *name != "postcode");
        let page = visitor.send(&borrowed(&asked));
        assert!(page.heading().starts_with("No learner found"), "{}", page.heading());
        visitor.press("Register a new learner");
        answer_questions(&mut visitor);
        let postcode = person.postcode.replace(' ', "");
        assert_eq!(visitor.page().summary("Last known postcode").map(|text| text.replace(' ', "")), Some(postcode));
        assert_eq!(visitor.press("Register learner").heading(), "Learner registered");
    }

    fn possible_matches_are_dismissed_with_a_reason(database) {
        let deployment = Deployment::shared(database);
        let person = Person::new();
        person.register(&deployment.provider(), "1");
        let twin = Person { given: Person::new().given, family: person.family.clone(), born: person.born.clone(), postcode: person.postcode.clone(), gender: "1" };
        let twin = Person { gender: "2", ..twin };
        let mut visitor = Visitor::signed_in(deployment, "PORTAL_ONLINE");
        assert_eq!(search(&mut visitor, &twin).heading(), "1 possible match");
        let page = visitor.press("Register a new learner");
        assert_eq!(page.errors(), ["Choose why none of these is the learner"]);
        let step = page.path.trim_end_matches("/register").replace("/results/", "/register/");
        visitor.open(&format!("{step}/evidence"));
        visitor.send(&[("evidence", "2")]);
        visitor.send(&[("sharing", "1")]);
        let page = visitor.press("Register learner");
        assert!(page.one(".govuk-error-summary").contains("Search again, and say why none of the learners found is the one (WSRC0021)"), "{}", page.text());
        assert!(page.title().starts_with("Error: "));

        search(&mut visitor, &twin);
        visitor.send(&[("reason", "relative")]);
        answer_questions(&mut visitor);
        assert_eq!(visitor.press("Register learner").heading(), "Learner registered");
    }

    fn what_is_wrong_is_told_at_its_question(database) {
        let deployment = Deployment::shared(database);
        let mut visitor = Visitor::signed_in(deployment, "PORTAL_SUPER");
        search(&mut visitor, &Person { born: "2025-01-01".to_owned(), ..Person::new() });
        visitor.press("Register a new learner");
        let base = visitor.page().path.trim_end_matches("names").to_owned();
        let long = "x".repeat(36);
        assert_eq!(visitor.send(&[("title", &long)]).errors(), ["Title must have at most 35 characters"]);
        assert!(visitor.page().answer.text().contains(&long), "what was typed comes back");
        visitor.open(&format!("{base}more"));
        assert_eq!(visitor.send(&[("email", "nobody"), ("nationality", "XX")]).errors(), [
            "Nationality must be a country code of three letters (ISO 3166-1)",
            "E-mail address must look like name@example.org"
        ]);
        visitor.open(&format!("{base}address"));
        assert_eq!(visitor.send(&[("address_date-day", "31"), ("address_date-month", "2"), ("address_date-year", "2020")]).errors(), ["When the address was given must be a real date"]);
        visitor.open(&format!("{base}evidence"));
        assert_eq!(visitor.send(&[]).errors(), ["Choose what you saw as proof of identity"]);
        assert_eq!(visitor.send(&[("evidence", "999")]).errors(), ["Describe what you saw as proof of identity"]);
        visitor.send(&[("evidence", "999"), ("other_evidence", "A letter")]);
        assert_eq!(visitor.send(&[]).errors(), ["Choose whether the learner has seen the privacy notice"]);
        visitor.send(&[("sharing", "0")]);
        assert_eq!(visitor.page().summary("What you saw").as_deref(), Some("A letter"));
        let page = visitor.press("Register learner");
        assert!(page.one(".govuk-error-summary").contains("Learners must be 13 to 110 years old"), "{}", page.text());
        assert_eq!(visitor.open(&format!("{base}nothing")).status(), 404);
        let search_again = base.replace("/register/", "/find/");
        visitor.open(search_again.trim_end_matches('/'));
        let page = visitor.send(&[("way", "details"), ("gender", "2"), ("date_of_birth-day", "1"), ("date_of_birth-month", "1"), ("date_of_birth-year", "2001")]);
        assert!(page.heading().starts_with("No learner found"), "{}", page.text());
        visitor.press("Register a new learner");
        let check = visitor.page().path.replace("/names", "/check");
        assert_eq!(visitor.open(&check).summary("What you saw").as_deref(), Some("A letter"), "the answers are carried over");
        assert_eq!(visitor.press("Register learner").heading(), "Learner registered");
    }
}
