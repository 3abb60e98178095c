//! Changing a learner: old beside new, and what somebody else changed meanwhile.

use super::finding::open;
use crate::flows::{Person, borrowed};
use crate::harness::visitor::Visitor;
use crate::harness::{Deployment, on_both};

/// Cells of the rows of a table, by its caption.
fn table(visitor: &Visitor<'_>, caption: &str) -> Vec<Vec<String>> {
    let html = visitor.page().html();
    let selector = |css| scraper::Selector::parse(css).expect("a selector");
    let text = |element: scraper::ElementRef<'_>| element.text().collect::<String>().trim().to_owned();
    html.select(&selector("table"))
        .filter(|table| table.select(&selector("caption")).any(|element| text(element) == caption))
        .flat_map(|table| table.select(&selector("tbody tr")).collect::<Vec<_>>())
        .map(|row| row.select(&selector("th, td")).map(text).collect())
        .collect()
}

on_both! {
    fn a_change_is_seen_before_it_is_made(database) {
        let deployment = Deployment::shared(database);
        let person = Person::new();
        let uln = person.register(&deployment.provider(), "1");
        let mut visitor = Visitor::signed_in(deployment, "PORTAL_ONLINE");
        let learner = open(&mut visitor, &uln, &person).path.clone();
        visitor.open(&format!("{learner}/change/names"));
        assert_eq!(visitor.page().heading(), "Names");
        assert_eq!(visitor.send(&[]).errors(), ["Change something, or go back to the learner (WSRC0020)"]);
        assert_eq!(visitor.send(&[("given_name", "")]).errors(), ["Enter a given name"]);
        let page = visitor.send(&[("given_name", &person.given), ("title", "Dr"), ("preferred_given_name", "Mimi")]);
        assert_eq!(page.heading(), "Check your change");
        assert_eq!(table(&visitor, "Your change"), [["Title", "Empty", "Dr"], ["Preferred given name", "Empty", "Mimi"]]);
        let page = visitor.press("Save change");
        assert_eq!((page.summary("Title").as_deref(), page.summary("Preferred given name").as_deref()), (Some("Dr"), Some("Mimi")));
        assert!(page.text().contains("The learner was changed (WSRC0006)"));

        visitor.open(&format!("{learner}/change/birth"));
        let born = &[("date_of_birth-day", "30"), ("date_of_birth-month", "2"), ("date_of_birth-year", "2001")];
        assert_eq!(visitor.send(born).errors(), ["Date of birth must be a real date"]);
        visitor.open(&format!("{learner}/change/address"));
        assert_eq!(visitor.send(&[("postcode", "nowhere")]).errors(), ["Postcode must be complete, such as CV1 2WT"]);
        visitor.open(&format!("{learner}/change/school"));
        visitor.send(&[("school", "Testham High")]);
        assert_eq!(visitor.press("Save change").summary("School at age 16").as_deref(), Some("Testham High"));
        assert_eq!(visitor.open(&format!("{learner}/change/nothing")).status(), 404);
    }

    fn a_change_that_comes_second_shows_the_first_and_loses_nothing(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let person = Person::new();
        let uln = person.register(&provider, "1");
        let mut visitor = Visitor::signed_in(deployment, "PORTAL_ONLINE");
        let learner = open(&mut visitor, &uln, &person).path.clone();
        let theirs = |version: &str, field: &'static str, text: &str| {
            let mut fields = person.registration("1");
            fields.insert(4, (field, text.to_owned()));
            fields.extend([("ULN", uln.clone()), ("VersionNumber", version.to_owned())]);
            let updated = provider.post("LearnerService", &provider.credentials().update(&borrowed(&fields)));
            assert_eq!(updated.code(), "WSRC0006", "{}", updated.text());
        };
        visitor.open(&format!("{learner}/change/names"));
        visitor.send(&[("title", "Dr")]);
        let check = visitor.page().path.clone();
        theirs("1", "PlaceOfBirth", "Testham");
        let page = visitor.press("Save change");
        assert_eq!(page.status(), 422);
        assert!(page.one(".govuk-error-summary").contains("(WSRC0013)"), "{}", page.text());
        let changed = "Changed by somebody else since you opened the form";
        assert_eq!(table(&visitor, changed), [["Place of birth", "Empty", "Testham"]]);
        assert_eq!(table(&visitor, "Your change"), [["Title", "Empty", "Dr"]]);

        // The change is still there when the page is opened again, and a third one is noticed, too.
        theirs("2", "PlaceOfBirth", "Otterbrook");
        visitor.open(&check);
        assert_eq!(table(&visitor, changed), [["Place of birth", "Empty", "Otterbrook"]]);
        let page = visitor.press("Save change");
        assert_eq!((page.summary("Title").as_deref(), page.summary("Place of birth").as_deref()), (Some("Dr"), Some("Otterbrook")), "{}", page.text());
        visitor.open(&check);
        assert!(visitor.press("Save change").text().contains("nothing was changed (WSRC0020)"), "sent twice");
    }

    fn who_has_seen_the_privacy_notice_cannot_go_back(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let mut visitor = Visitor::signed_in(deployment, "PORTAL_ONLINE");
        let person = Person::new();
        let uln = person.register(&provider, "0");
        let page = open(&mut visitor, &uln, &person);
        assert!(page.text().contains("The learning record of this learner is not shared"));
        let learner = page.path.clone();
        let page = visitor.open(&format!("{learner}/change/sharing"));
        assert!(page.text().contains("Give the learner the privacy notice before you answer"));
        visitor.send(&[("sharing", "1")]);
        let page = visitor.press("Save change");
        assert_eq!(page.summary("Privacy notice and sharing").as_deref(), Some("Has seen the privacy notice, and shares data"));
        visitor.open(&format!("{learner}/change/sharing"));
        let page = visitor.send(&[("sharing", "0")]);
        assert_eq!(page.errors(), ["A learner who has seen the privacy notice cannot go back. Ask the service desk (WSRC0014)"]);
    }

    fn a_learner_is_not_overwritten_by_another_person(database) {
        let deployment = Deployment::shared(database);
        let person = Person::new();
        let uln = person.register(&deployment.provider(), "1");
        let mut visitor = Visitor::signed_in(deployment, "PORTAL_ONLINE");
        let learner = open(&mut visitor, &uln, &person).path.clone();
        for (section, fields) in [
            ("names", vec![("given_name", "Piet"), ("family_name", "Zwart")]),
            ("birth", vec![("date_of_birth-year", "1949"), ("gender", "1")]),
        ] {
            visitor.open(&format!("{learner}/change/{section}"));
            visitor.send(&fields);
            assert_eq!(visitor.page().heading(), "Check your change", "two or three of the five stay");
        }
        let foreign = visitor.page().path.clone();
        let other = Person::new();
        let other_uln = other.register(&deployment.provider(), "1");
        let other_page = open(&mut visitor, &other_uln, &other).path.clone();
        let change = foreign.rsplit('/').next().expect("a handle");
        assert_eq!(visitor.open(&format!("{other_page}/check/{change}")).status(), 404, "a change of another learner");
    }
}
