//! Visitors who have to wait: what they are told, and when they may try again.

use super::finding::search;
use crate::flows::Person;
use crate::harness::visitor::Visitor;
use crate::harness::{Deployment, Setup, on_both};

on_both! {
    fn who_searches_too_often_is_told_when_to_try_again(database) {
        let setup = Setup { environment: vec![("LRS_LIMITS_MISSES_PER_HOUR", "3".to_owned())] };
        let deployment = Deployment::with(database, setup);
        let mut visitor = Visitor::signed_in(&deployment, "PORTAL_ONLINE");
        for _ in 0..3 {
            assert_eq!(search(&mut visitor, &Person::new()).status(), 200, "nobody is found");
        }
        let nobody = Person::new();
        let page = search(&mut visitor, &nobody);
        assert_eq!((page.status(), page.heading().as_str()), (429, "Try again in a moment"));
        assert_eq!(page.title(), "Try again in a moment - Learning Records");
        let wait: u64 = page.answer.header("retry-after").expect("a time").parse().expect("whole seconds");
        assert!((1100..=1200).contains(&wait), "a third of an hour: {wait}");
        assert_eq!(page.all("main p"), [
            "Too much was asked for at once, or too often.".to_owned(),
            format!("Nothing was changed. Try again in {} minutes.", wait.div_ceil(60)),
        ]);
        // Somebody who listens to the page finds their way in it, and out of it.
        assert_eq!(page.all("h1").len(), 1);
        for landmark in ["header", "main#main-content", "footer", "nav", "a.govuk-skip-link[href='#main-content']"] {
            assert!(!page.all(landmark).is_empty(), "no {landmark}");
        }
        assert!(page.text().contains("Sign out"), "the session goes on");
        for detail in [&nobody.given, &nobody.family, &nobody.postcode] {
            assert!(!page.answer.text().contains(detail.as_str()), "the address has no personal data, nor has the page");
        }
        assert_eq!(visitor.open("/learners/find").status(), 200, "other pages come");
        assert!(!deployment.log().contains("the page failed"), "{}", deployment.log());
        let (_, metrics) = deployment.operations("GET", "/metrics").expect("the operations listener");
        assert!(metrics.contains(r#"lrs_guesses_total{kind="miss_refused"} 1"#), "{metrics}");
        assert!(metrics.contains(r#"operation="/learners",outcome="fault",service="portal""#), "{metrics}");
    }
}
