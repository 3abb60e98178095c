//! Finding a learner.

use crate::harness::visitor::Visitor;
use crate::harness::{Deployment, on_both};

on_both! {
    fn a_learner_is_found_by_uln(database) {
        let deployment = Deployment::start(database);
        let mut visitor = Visitor::signed_in(&deployment, "PORTAL_ONLINE");
        let page = visitor.follow("Find a learner");
        assert_eq!(page.heading(), "Find a learner");
        let page = visitor.send(&[("uln", ""), ("given_name", ""), ("family_name", "")]);
        assert_eq!(page.errors(), ["Enter a ULN", "Enter a given name", "Enter a family name"]);
        let page = visitor.send(&[("uln", "12345"), ("given_name", "<b>Ann</b>"), ("family_name", "Example")]);
        assert_eq!(page.errors(), ["ULN must have 10 digits"]);
        assert!(page.answer.text().contains("&#60;b&#62;Ann"), "what was typed comes back, as text");
        let [uln, given, family] = ["1100001017", "Ottoline", "Quillfeather"]; // EXACT of fixtures/people.toml
        let page = visitor.send(&[("uln", uln), ("given_name", given), ("family_name", family)]);
        assert_eq!((page.status(), page.summary("Given name")), (200, Some(given.to_owned())));
        assert!(!page.path.contains(uln), "no personal data in addresses: {}", page.path);
        let path = page.path.clone();
        assert!(deployment.log().lines().all(|line| !line.contains(uln)));

        let mut colleague = Visitor::signed_in(&deployment, "PORTAL_VIEW");
        assert_eq!(colleague.open(&path).status(), 404, "a handle is good for its session alone");
        assert_eq!(visitor.page().status(), 200);
    }
}
