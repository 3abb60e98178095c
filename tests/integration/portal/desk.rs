//! The service desk's cases: logged, listed, rectified; who sees them; outages at Status.

use crate::harness::visitor::Visitor;
use crate::harness::{Deployment, on_both};

on_both! {
    fn a_case_is_logged_and_rectified(database) {
        let deployment = Deployment::shared(database);
        let mut desk = Visitor::signed_in(deployment, "PORTAL_DESK");
        assert_eq!(desk.open("/desk/incidents").heading(), "Cases of the service desk");
        desk.open("/desk/incidents/new");
        let page = desk.send(&[("summary", "")]);
        assert_eq!(page.errors(), ["Select what the case is about", "Select a category", "Enter what the user said"]);
        let page = desk.send(&[("kind", "request"), ("category", "1"), ("summary", "<i>An account</i>")]);
        assert_eq!(page.errors(), ["A request is of category 4: select that"]);
        let page = desk.send(&[("category", "4"), ("began", "20000")]);
        assert_eq!(page.errors(), ["Enter what everybody is told", "Minutes must be a whole number from 0 to 10,080, which is seven days"]);
        let page = desk.send(&[("began", "")]);
        let name = page.heading().replace("Request ", "");
        assert!(page.heading().starts_with("Request Case "), "{}", page.heading());
        assert_eq!(page.summary("What the user said").as_deref(), Some("<i>An account</i>"));
        assert_eq!(page.summary("State").as_deref(), Some("Open"));
        let path = page.path.clone();
        assert!(desk.open("/desk/incidents").text().contains(&name));

        // Nobody else sees it: neither the page nor its form.
        for other in ["PORTAL_SUPER", "PORTAL_AO"] {
            let mut other = Visitor::signed_in(deployment, other);
            for page in ["/desk/incidents", "/desk/incidents/rectified", "/desk/incidents/new", &path] {
                assert_eq!(other.open(page).status(), 403, "{page}");
            }
            let token = other.form_token();
            assert_eq!(other.post(&path, &[("csrf", &token), ("advice", "Nothing.")]).status(), 403);
        }
        desk.open(&path);
        assert_eq!(desk.send(&[("advice", "")]).errors(), ["Enter how the user was advised"]);
        let page = desk.send(&[("advice", "The account is there.")]);
        assert_eq!((page.path.as_str(), page.summary("State").as_deref()), (path.as_str(), Some("Rectified in time")));
        assert!(!page.text().contains("Record as rectified"));
        assert!(desk.open("/desk/incidents/rectified").text().contains(&name));
        assert_eq!(desk.open("/desk/incidents/99999").status(), 404);
        assert_eq!(desk.open("/desk/incidents/9a").status(), 404);
    }

    fn an_outage_is_shown_to_everybody(database) {
        let deployment = Deployment::start(database);
        let mut desk = Visitor::signed_in(&deployment, "PORTAL_DESK");
        desk.open("/desk/incidents/new");
        let page = desk.send(&[("kind", "incident"), ("category", "2"), ("summary", "Batches stand still.")]);
        assert_eq!(page.errors(), ["Enter what everybody is told: an incident of category 1 or 2 is shown at Status"]);
        let page = desk.send(&[("outage", "Batches are not processed."), ("began", "0")]);
        assert_eq!(page.summary("Shown at Status").as_deref(), Some("Batches are not processed."), "{}", page.text());
        let page = Visitor::of(&deployment).open("/status").text();
        assert!(page.contains("not rectified yet: Batches are not processed. (Case 1, category 2."), "{page}");
        assert!(!page.contains("Batches stand still."), "{page}");

        let (_, metrics) = deployment.operations("GET", "/metrics").expect("metrics");
        assert!(metrics.contains(r#"lrs_cases{category="2",state="open"} 1"#), "{metrics}");
        let slo = deployment.lrs(&["slo"]);
        let slo = String::from_utf8_lossy(&slo.stdout);
        assert!(slo.contains("category 2 (12 hours)        0 in time, 0 late, 1 still open; not measured"), "{slo}");
    }
}
