//! Achievements one by one: entered, changed, withdrawn and reinstated by their awarding
//! organisation, and seen by nobody else's.

use super::finding::open;
use crate::flows::Person;
use crate::harness::visitor::{Page, Visitor};
use crate::harness::{Deployment, on_both};

/// A qualification of the demo's awarding organisation.
const GCSE: &str = "601/7001/3";

/// The fields of the award that the tests enter.
pub const AWARD: [(&str, &str); 7] = [
    ("award_date-day", "22"),
    ("award_date-month", "8"),
    ("award_date-year", "2024"),
    ("grade", "7"),
    ("language", "Welsh"),
    ("provider", "TEST0038"),
    ("submission_type", "F"),
];

/// Verifies the learner and chooses the qualification, below this address.
pub fn begin<'v>(visitor: &'v mut Visitor<'_>, address: &str, uln: &str, person: &Person) -> &'v Page {
    visitor.open(address);
    visitor.send(&[("uln", uln), ("given_name", &person.given), ("family_name", &person.family)]);
    visitor.send(&[("search", GCSE)]);
    visitor.send(&[("reference", GCSE)])
}

/// Creates an achievement, and returns its address.
pub fn create(visitor: &mut Visitor<'_>, uln: &str, person: &Person) -> String {
    begin(visitor, "/achievements/new", uln, person);
    visitor.send(&AWARD);
    let page = visitor.press("Create the achievement");
    assert_eq!(page.heading(), "Achievement created", "{}", page.text());
    visitor.follow("See the achievement").path.clone()
}

/// The cells of a column of the timeline.
fn timeline(page: &Page, column: usize) -> Vec<String> {
    page.all(&format!("tbody tr td:nth-child({column})"))
}

on_both! {
    fn an_achievement_is_entered_after_the_learner_is_verified(database) {
        let deployment = Deployment::shared(database);
        let person = Person::new();
        let uln = person.register(&deployment.provider(), "1");
        let mut visitor = Visitor::signed_in(deployment, "PORTAL_AO");
        visitor.open("/achievements");
        visitor.follow("Enter an achievement");
        assert_eq!(visitor.send(&[]).errors(), ["Enter a ULN", "Enter a given name", "Enter a family name"]);
        let spaced = format!("{} {} {}", &uln[..3], &uln[3..6], &uln[6..]);
        let page = visitor.send(&[("uln", &*spaced), ("given_name", "Zwart"), ("family_name", "Zwart")]);
        assert_eq!(page.heading(), "The details do not match");
        visitor.open("/achievements/new");
        let page = visitor.send(&[("uln", &*spaced), ("given_name", &person.given), ("family_name", &person.family)]);
        assert_eq!(page.heading(), format!("{} {} Which qualification or unit?", person.given, person.family));
        assert!(!page.path.contains(&person.family) && !page.path.contains(&uln), "{}", page.path);

        assert_eq!(visitor.send(&[("search", " ")]).errors(), ["Enter a number or words of the title"]);
        let page = visitor.send(&[("search", "no such thing")]);
        assert!(page.text().contains("may submit nothing that has these words"), "{}", page.text());
        visitor.send(&[("search", "english LANGUAGE gcse")]);
        assert_eq!(visitor.press("Continue").errors(), ["Choose a qualification or unit"]);
        let page = visitor.send(&[("reference", GCSE)]);
        assert!(page.heading().ends_with("The award"), "{}", page.heading());

        let page = visitor.send(&[("provider", "1"), ("award_date-day", "31"), ("award_date-month", "2"), ("award_date-year", "2024")]);
        assert_eq!(
            page.errors(),
            [
                "Award date must be a real date (F010)",
                "Choose a grade (F011)",
                "Enter the UKPRN of the provider: 8 digits (F008)",
                "Choose whether it is final or provisional",
            ]
        );
        let future = [&AWARD[..2], &[("award_date-year", "2099")], &AWARD[3..]].concat();
        let page = visitor.send(&future);
        assert!(page.heading().contains("Check the achievement"), "{}", page.text());
        assert_eq!(page.summary("Grade").as_deref(), Some("7"));
        let page = visitor.press("Create the achievement");
        assert_eq!(page.errors(), ["The award date lies in the future (B006)"]);
        assert_eq!(page.status(), 422);
        visitor.send(&AWARD);
        let page = visitor.press("Create the achievement");
        assert_eq!(page.heading(), "Achievement created");
        let again = page.path.replace("/done", "/check");
        assert_eq!(visitor.open(&again).heading(), "Achievement created", "it is created once");

        let page = visitor.follow("See the achievement");
        assert_eq!(page.summary("Learner"), Some(format!("{} {}", person.given, person.family)));
        assert_eq!(page.summary("Award date").as_deref(), Some("22 August 2024"));
        assert_eq!((page.summary("State").as_deref(), timeline(page, 7)), (Some("Final"), vec!["Portal".to_owned()]));
        // Once more is the same achievement.
        begin(&mut visitor, "/achievements/new", &uln, &person);
        visitor.send(&AWARD);
        let page = visitor.press("Create the achievement");
        assert!(page.errors()[0].ends_with("are the same (B004)"), "{:?}", page.errors());
    }

    fn an_achievement_is_changed_withdrawn_and_reinstated(database) {
        let deployment = Deployment::shared(database);
        let person = Person::new();
        let uln = person.register(&deployment.provider(), "1");
        let mut visitor = Visitor::signed_in(deployment, "PORTAL_AO");
        let address = create(&mut visitor, &uln, &person);
        visitor.follow("Change the achievement");
        assert_eq!(visitor.send(&[]).errors(), ["There is no such achievement to be updated, withdrawn or reinstated, or nothing about it would change (B005)"]);
        assert_eq!(visitor.send(&[("provider", "")]).errors(), ["Enter the UKPRN of the provider: 8 digits (F008)"]);
        let page = visitor.send(&[("grade", "8"), ("provider", "TEST0038"), ("mis_identifier", "<b>row 7</b>")]);
        assert_eq!(page.summary("Grade").as_deref(), Some("8"), "{}", page.text());
        assert!(!page.answer.text().contains("<b>row"), "an identifier is text");
        // Somebody else opened the form before that.
        let token = visitor.form_token();
        let late = [("csrf", &*token), ("version", "1"), ("grade", "9"), ("language", "none"), ("provider", "TEST0038")];
        let page = visitor.post(&format!("{address}/change"), &late);
        assert!(page.errors()[0].starts_with("Somebody has changed the achievement"), "{:?}", page.errors());

        visitor.open(&address);
        visitor.follow("Withdraw the achievement");
        assert_eq!(visitor.send(&[("reason", "")]).errors(), ["Enter a reason of at most 255 characters (F015)"]);
        let page = visitor.send(&[("reason", "Awarded by mistake")]);
        assert_eq!(page.summary("State").as_deref(), Some("Withdrawn"), "{}", page.text());
        visitor.follow("Reinstate the achievement");
        let page = visitor.send(&[("reason", "Withdrawn by mistake")]);
        assert_eq!(page.summary("State").as_deref(), Some("Final"));
        assert_eq!(timeline(page, 2), ["Created", "Changed", "Withdrawn", "Reinstated"]);
        assert_eq!(timeline(page, 8), ["", "", "Awarded by mistake", "Withdrawn by mistake"]);

        visitor.open("/achievements");
        assert!(visitor.page().all("tbody a").len() > 1);
        assert_eq!(visitor.send(&[("uln", "12")]).errors().len(), 1);
        let page = visitor.send(&[("uln", &*uln)]);
        assert!(!page.path.contains(&uln), "{}", page.path);
        assert_eq!(page.all("tbody tr").len(), 1, "{}", page.text());
        for user in ["PORTAL_SUPER", "PORTAL_AO_SUPER", "PORTAL_DESK"] {
            assert_eq!(Visitor::signed_in(deployment, user).open(&address).status(), 403, "{user}");
        }
    }

    fn an_entry_is_made_and_gets_its_result(database) {
        let deployment = Deployment::shared(database);
        let person = Person::new();
        let uln = person.register(&deployment.provider(), "1");
        let mut visitor = Visitor::signed_in(deployment, "PORTAL_AO");
        begin(&mut visitor, "/entries/new", &uln, &person);
        let past = [("award_date-day", "1"), ("award_date-month", "2"), ("award_date-year", "2024"), ("provider", "TEST0038")];
        let page = visitor.send(&[&past[..], &[("language", "none")]].concat());
        assert_eq!(page.errors(), ["Expected award date must be after today: enter the result as an achievement"]);
        let page = visitor.send(&[("award_date-year", "2099")]);
        assert_eq!(page.heading(), "Check the entry", "{}", page.text());
        assert_eq!((page.summary("Expected award date").as_deref(), page.summary("Grade")), (Some("1 February 2099"), None));
        assert_eq!(visitor.press("Make the entry").heading(), "Entry made");
        let page = visitor.follow("See the entry");
        assert_eq!(page.summary("State").as_deref(), Some("Waiting for a result"), "{}", page.text());
        // The learner's record shows it as provisional, without a grade.
        let mut college = Visitor::signed_in(deployment, "PORTAL_ONLINE");
        let learner = open(&mut college, &uln, &person).path.clone();
        let record = college.open(&format!("{learner}/record"));
        assert!(record.all("tbody td").iter().any(|cell| cell == "Provisional"), "{}", record.text());

        let address = visitor.page().path.replace("/achievements/", "/entries/");
        assert!(!visitor.open("/entries").all("tbody a").is_empty());
        visitor.open(&address);
        let page = visitor.send(&[]);
        assert_eq!(page.errors(), ["Enter the award date (F010)", "Choose a grade (F011)"]);
        let page = visitor.send(&[&AWARD[..2], &[("award_date-year", "2099"), ("grade", "9")]].concat());
        assert_eq!(page.errors(), ["The award date lies in the future (B006)"]);
        let page = visitor.send(&AWARD[..3]);
        assert_eq!(page.summary("State").as_deref(), Some("Final"), "{}", page.text());
        assert_eq!((page.summary("Grade").as_deref(), page.summary("Award date").as_deref()), (Some("9"), Some("22 August 2024")));
        assert_eq!(timeline(page, 2), ["Created", "Made final"]);
        let done = page.path.clone();
        assert_eq!(visitor.open(&address).path, done, "it waits no longer");
        assert!(visitor.open("/entries").text().contains("Results"));
    }

    fn another_awarding_organisation_sees_none_of_it(database) {
        let deployment = Deployment::start(database);
        let person = Person::new();
        let uln = person.register(&deployment.provider(), "1");
        let mut first = Visitor::signed_in(&deployment, "PORTAL_AO");
        let address = create(&mut first, &uln, &person);
        let kept = begin(&mut first, "/achievements/new", &uln, &person).path.clone();
        let mut second = Visitor::of_new_awarding_organisation(&deployment);
        let token = second.form_token();
        for page in ["", "/change", "/withdraw", "/reinstate"] {
            let path = format!("{address}{page}");
            assert_eq!(second.open(&path).status(), 404, "{path}");
            if !page.is_empty() {
                let sent = [("csrf", &*token), ("version", "1"), ("reason", "x"), ("grade", "9"), ("provider", "TEST0038")];
                assert_eq!(second.post(&path, &sent).status(), 404, "{path}");
            }
        }
        for page in ["qualification", "award", "check", "done"] {
            assert_eq!(second.open(&kept.replace("award", page)).status(), 404, "{page}");
        }
        assert!(second.open("/achievements").text().contains("submitted no achievements yet"));
        let page = second.send(&[("uln", &*uln)]);
        assert!(page.text().contains("submitted no achievement for this ULN"), "{}", page.text());
        // Its search says why it may not submit what belongs to the first.
        second.open("/achievements/new");
        second.send(&[("uln", &*uln), ("given_name", &person.given), ("family_name", &person.family)]);
        let page = second.send(&[("search", GCSE)]);
        assert!(page.text().contains("It belongs to another awarding organisation") && page.text().contains("(B002)"));
        assert_eq!(first.open(&address).summary("State").as_deref(), Some("Final"));
    }
}
