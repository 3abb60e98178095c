//! A learner's request: the service desk shows what is held and who saw it, and gives it as a file;
//! an operator has the same on the command line.

use crate::flows::Person;
use crate::harness::visitor::Visitor;
use crate::harness::{Deployment, on_both};
use crate::portal::finding::spaced;
use crate::portal::records::find;

on_both! {
    fn what_is_held_about_a_learner_is_shown_and_kept_as_a_file(database) {
        let deployment = Deployment::start(database);
        let person = Person::new();
        let uln = person.register(&deployment.provider(), "1");
        let mut college = Visitor::signed_in(&deployment, "PORTAL_VIEW");
        let learner = find(&mut college, (&uln, &person.given, &person.family));
        college.open(&format!("{learner}/record"));

        let mut desk = Visitor::signed_in(&deployment, "PORTAL_DESK");
        desk.open("/desk/subjects");
        assert_eq!(desk.send(&[("uln", " ")]).errors(), ["Enter a ULN"]);
        assert_eq!(desk.send(&[("uln", "1100001018")]).errors(), ["ULN must have 10 digits, and its last digit must fit the others"]);
        let page = desk.send(&[("uln", &spaced(&uln))]);
        assert_eq!((page.status(), page.heading().as_str()), (200, "What is held about a learner"));
        assert!(!page.path.contains(&uln));
        assert_eq!(page.summary("ULNs"), Some(spaced(&uln)));
        assert_eq!(page.summary("Learning events").as_deref(), Some("Nothing"));
        assert!(page.text().contains("view-record"), "{}", page.text());
        let address = page.path.clone();
        let file = desk.follow("Download everything as a CSV file");
        assert_eq!(file.answer.header("content-disposition"), Some("attachment; filename=\"data-subject.csv\""));
        let text = String::from_utf8(file.answer.body.clone()).expect("UTF-8");
        for part in [&person.family, &person.postcode, "Details", "view-record", "What was disclosed and done"] {
            assert!(text.contains(part), "{part}: {text}");
        }

        // The same on the command line; and nobody else has it.
        let told = deployment.lrs(&["audit", "subject", &uln]);
        let printed = String::from_utf8_lossy(&told.stdout).into_owned();
        assert!(told.status.success() && printed.contains(&person.postcode) && printed.contains("view-subject"), "{printed}");
        let unknown = deployment.lrs(&["audit", "subject", "1000000000"]);
        assert!(String::from_utf8_lossy(&unknown.stderr).contains("No learner has this ULN."));
        for path in ["/desk/subjects", &address, &format!("{address}/csv")] {
            assert_eq!(college.open(path).status(), 403, "{path}");
        }
        assert!(deployment.log().lines().all(|line| !line.contains(&uln) && !line.contains(&person.family)));
    }
}
