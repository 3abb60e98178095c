//! Verifying a learner's details, field by field.

use crate::flows::Person;
use crate::harness::visitor::Visitor;
use crate::harness::{Deployment, on_both};

fn verify(
    visitor: &mut Visitor<'_>,
    uln: &str,
    given: &str,
    family: &str,
    born: &str,
    gender: &str,
) -> (String, Vec<String>) {
    let mut date = born.split('-');
    let [year, month, day] = [(); 3].map(|()| date.next().unwrap_or_default());
    visitor.open("/verify");
    let mut fields = vec![
        ("uln", uln),
        ("given_name", given),
        ("family_name", family),
        ("date_of_birth-day", day),
        ("date_of_birth-month", month),
        ("date_of_birth-year", year),
    ];
    if !gender.is_empty() {
        fields.push(("gender", gender));
    }
    let page = visitor.send(&fields);
    (page.heading(), page.all("tbody td:last-child"))
}

on_both! {
    fn each_detail_is_told_in_words(database) {
        let deployment = Deployment::shared(database);
        let person = Person::new();
        let uln = person.register(&deployment.provider(), "1");
        let (given, family) = (person.given.as_str(), person.family.as_str());
        for user in ["PORTAL_AO", "PORTAL_VIEW"] {
            let mut visitor = Visitor::signed_in(deployment, user);
            let mut told = |uln: &str, given: &str, family: &str, born: &str, gender: &str, heading: &str, outcomes: &[&str], code: &str| {
                let (shown, each) = verify(&mut visitor, uln, given, family, born, gender);
                assert_eq!(shown, heading);
                assert_eq!(each, outcomes);
                assert!(visitor.page().text().contains(code), "{code}");
                assert!(!visitor.page().path.contains(uln));
            };
            told(&uln, given, family, &person.born, "2", "The details match", &["Held", "Matches", "Matches", "Matches", "Matches"], "WSVRC001");
            told(&uln, given, family, "", "", "The details match", &["Held", "Matches", "Matches", "Not compared", "Not compared"], "WSVRC001");
            let similar = format!("Similar: the register has {given}");
            told(&uln, &given[..4], family, "", "", "The details are similar", &["Held", &similar, "Matches", "Not compared", "Not compared"], "WSVRC003");
            told(&uln, given, family, "1901-01-01", "", "The details do not match", &["Held", "Matches, or is similar", "Matches, or is similar", "Does not match", "Not compared"], "WSVRC005");
            told("1000000000", given, family, "", "", "Nobody has this ULN", &["Not held"], "WSVRC006");
        }
    }

    fn what_is_missing_is_asked_for(database) {
        let deployment = Deployment::shared(database);
        let mut visitor = Visitor::signed_in(deployment, "PORTAL_AO");
        visitor.open("/verify");
        assert_eq!(visitor.send(&[("uln", "")]).errors(), ["Enter a ULN", "Enter a given name", "Enter a family name"]);
        let page = visitor.send(&[("uln", "1000000001"), ("given_name", "<i>"), ("family_name", "B"), ("date_of_birth-day", "1")]);
        assert_eq!(page.errors(), ["Check the ULN: its last digit does not fit the others", "Date of birth must be a real date"]);
        assert!(!page.answer.text().contains("<i>"));
        assert_eq!(visitor.open("/learners/find").status(), 403, "awarding organisations verify, and see nobody");
    }
}
