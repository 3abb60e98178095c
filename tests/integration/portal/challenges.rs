//! Data challenges at the portal: a college finds a grade wrong, the awarding organisation asks and
//! corrects it, the record shows it with its history; who sees what; what is refused.

use std::time::{Duration, Instant};

use super::finding;
use super::records::{OTTOLINE, find};
use crate::flows::Person;
use crate::harness::visitor::Visitor;
use crate::harness::{Deployment, on_both};

const ENGLISH: &str = "Demonstration GCSE (9-1) in English Language";

/// Whom to ask, and the evidence.
const ABOUT: [(&str, &str); 3] = [
    ("information", "The certificate <b>says</b> 8.\r\nSeen on 1 July."),
    ("contact_name", "O'Hara & <i>Co</i>"),
    ("telephone", "00000 000000"),
];

/// Raises a challenge about the event of this link, and returns the address of its page.
fn raise(visitor: &mut Visitor<'_>, event: &str, fields: &[(&str, &str)]) -> String {
    let learner = find(visitor, OTTOLINE);
    visitor.open(&format!("{learner}/record"));
    visitor.follow(event);
    visitor.follow("Report a problem");
    let page = visitor.send(&[&ABOUT[..], fields].concat());
    assert!(page.heading().starts_with("Data challenge LEDC"), "{}", page.text());
    page.path.split('?').next().expect("a path").to_owned()
}

/// The address of a challenge that says that an event of this learner is missing.
pub fn missing(visitor: &mut Visitor<'_>, learner: &str) -> String {
    visitor.open(&format!("{learner}/record"));
    visitor.follow("Report a missing event");
    let page = visitor.send(&[&ABOUT[..], &[("subject", "Bakery"), ("grade", "Pass")]].concat());
    assert!(page.text().contains("You have raised data challenge LEDC"), "{}", page.text());
    page.path.split('?').next().expect("a path").to_owned()
}

/// Waits until the demo has a message with this subject for a user, and returns its text.
fn message(deployment: &Deployment, subject: &str, variable: &str) -> String {
    let mut visitor = Visitor::of(deployment);
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let page = visitor.open("/demo/mail");
        let is_there = |row: &String| row.starts_with(subject) && row.contains(deployment.variable(variable));
        if page.all("tbody tr").iter().any(is_there) {
            return visitor.follow(subject).text();
        }
        assert!(Instant::now() < deadline, "no message {subject:?}: {}", page.text());
        std::thread::sleep(Duration::from_millis(100));
    }
}

on_both! {
    fn a_grade_is_challenged_and_corrected(database) {
        let deployment = Deployment::start(database);
        let mut college = Visitor::signed_in(&deployment, "PORTAL_ONLINE");
        let mut awarding = Visitor::signed_in(&deployment, "PORTAL_AO");
        let learner = find(&mut college, OTTOLINE);
        college.open(&format!("{learner}/record"));
        let page = college.follow(ENGLISH);
        assert_eq!(page.heading(), "Learning event Demonstration GCSE (9-1) in English Language");
        assert_eq!((page.summary("Grade").as_deref(), page.summary("State").as_deref()), (Some("7"), Some("Final")));
        let event = page.path.clone();
        college.follow("Report a problem");
        let page = college.send(&[("email", "nobody")]);
        assert_eq!(page.errors(), ["Select what is wrong"]);
        let page = college.send(&[("kind", "wrong-detail"), ("contact_name", ""), ("award-date-day", "31"), ("award-date-month", "2")]);
        assert_eq!(page.errors(), [
            "Award date must be a real date",
            "Change each detail that is wrong to what it should be",
            "Enter the name of somebody to ask, in 100 characters or fewer",
            "Enter a telephone number, in 100 characters or fewer",
            "Enter an email address, like name@example.com",
        ]);
        let address = raise(&mut college, ENGLISH, &[("kind", "wrong-detail"), ("grade", "8")]);
        let page = college.page();
        assert_eq!(page.summary("Who decides").as_deref(), Some("Demonstration Awarding Organisation"));
        assert_eq!(page.summary("Whom to ask").as_deref(), Some("O'Hara & <i>Co</i>, 00000 000000, online@college.example"));
        assert_eq!(page.summary("Evidence").as_deref(), Some("The certificate <b>says</b> 8. Seen on 1 July."));
        assert!(page.all("tbody tr").contains(&"Grade 7 8 7".to_owned()), "{:?}", page.all("tbody tr"));
        assert!(!page.answer.text().contains("<b>says") && !page.answer.text().contains("<i>Co"));
        let reference = page.heading().replace("Data challenge ", "");
        let page = college.open("/");
        assert!(page.text().contains("1 data challenge raised by you and open"), "{}", page.text());
        let page = college.open(&format!("{learner}/record"));
        assert!(page.text().contains("Under data challenge"), "the record is marked: {}", page.text());
        assert!(college.open(&event).text().contains(&reference));

        // The awarding organisation is told, without a word about anybody, and asks.
        let told = message(&deployment, "A data challenge waits for you", "PORTAL_AO");
        for secret in [OTTOLINE.0, OTTOLINE.1, OTTOLINE.2, &reference, "certificate"] {
            assert!(!told.contains(secret), "{told}");
        }
        assert!(awarding.open("/").text().contains("1 data challenge for you to decide"));
        assert!(awarding.follow("1 data challenge for you to decide").text().contains(&reference));
        let page = awarding.follow(&reference);
        assert!(page.text().contains("says") && !page.text().contains("Withdraw the data challenge"), "{}", page.text());
        assert_eq!(awarding.send(&[("question", "")]).errors(), ["Enter what you want to know"]);
        let page = awarding.send(&[("question", "Which <u>certificate</u>?")]);
        assert_eq!((page.path.as_str(), page.summary("State").as_deref()), (&*format!("{address}?done=saved"), Some("In progress")));
        message(&deployment, "Your data challenge was answered", "PORTAL_ONLINE");
        let page = college.open(&address);
        assert!(page.text().contains("Which <u>certificate</u>?") && !page.text().contains("What do you decide?"));
        assert_eq!(college.send(&[("answer", " ")]).errors(), ["Enter your answer"]);
        college.send(&[("answer", "Number 12.")]);

        // It corrects the event: the fields have what was proposed.
        awarding.open(&address);
        assert_eq!(awarding.send(&[("message", "")]).errors(), ["Select what you decide"]);
        assert_eq!(awarding.send(&[("decision", "reject")]).errors(), ["Enter the reason"]);
        assert_eq!(awarding.send(&[("decision", "correct"), ("grade", "B")]).errors(), ["The catalogue has no such grade for this qualification or unit"]);
        let page = awarding.send(&[("decision", "correct"), ("grade", "8")]);
        assert_eq!(page.summary("State").as_deref(), Some("Resolved, corrected"), "{}", page.text());
        assert_eq!(page.summary("Clock").as_deref(), Some("Settled in time"));
        assert!(page.all("tbody tr").contains(&"Grade 7 8 8".to_owned()));
        assert!(!page.text().contains("What do you decide?"));
        assert!(awarding.open("/challenges").text().contains("No data challenge waits for a decision."));
        assert!(awarding.open("/challenges?state=settled&kind=wrong-detail").text().contains(&reference));
        assert!(!awarding.open("/challenges?state=all&kind=not-mine").text().contains(&reference));

        let page = college.open(&format!("{learner}/record"));
        assert!(page.text().contains("Corrected") && !page.text().contains("Under data challenge"), "{}", page.text());
        let page = college.follow(ENGLISH);
        assert_eq!(page.summary("Grade").as_deref(), Some("8"));
        assert!(page.all("tbody tr").iter().any(|row| row.ends_with(&format!("{reference} Grade 7 8"))), "{:?}", page.all("tbody tr"));
        assert!(college.open("/challenges?whose=raised&state=all").text().contains(&reference));

        // Its case at the service desk was rectified with it.
        let mut desk = Visitor::signed_in(&deployment, "PORTAL_DESK");
        let page = desk.open("/desk/incidents/rectified");
        assert!(page.text().contains(&format!("Data challenge {reference}")), "{}", page.text());
        assert_eq!(desk.open(&address).status(), 404, "the awarding organisation decided about it");
        assert!(deployment.log().lines().all(|line| !line.contains(OTTOLINE.0)));
    }

    fn each_sees_its_own_challenges(database) {
        let deployment = Deployment::start(database);
        let mut college = Visitor::signed_in(&deployment, "PORTAL_ONLINE");
        let mut awarding = Visitor::signed_in(&deployment, "PORTAL_AO");
        let mut desk = Visitor::signed_in(&deployment, "PORTAL_DESK");
        let mut other = Visitor::of_new_provider(&deployment);
        let english = raise(&mut college, ENGLISH, &[("kind", "not-mine")]);
        let person = Person::new();
        let uln = person.register(&deployment.provider(), "1");
        let learner = finding::open(&mut college, &uln, &person).path.clone();
        let bakery = missing(&mut college, &learner);
        for (who, address, seen) in [(0, &english, true), (0, &bakery, false), (1, &english, false), (1, &bakery, true), (2, &english, false), (2, &bakery, false)] {
            let who = [&mut awarding, &mut desk, &mut other].into_iter().nth(who).expect("somebody");
            assert_eq!(who.open(address).status() == 200, seen, "{address}");
            let reference = address.replace("/challenges/", "");
            assert_eq!(who.open("/challenges?state=all").text().contains(&reference), seen, "{address}");
            if !seen {
                let token = who.form_token();
                let decide = [("csrf", &*token), ("act", "decide"), ("decision", "reject"), ("message", "No.")];
                assert_eq!(who.post(address, &decide).status(), 404);
            }
        }
        // Each has its own acts: who decides may not withdraw, who raised it may not decide.
        for (who, act) in [(&mut awarding, "withdraw"), (&mut college, "ask")] {
            let token = who.form_token();
            assert_eq!(who.post(&english, &[("csrf", &*token), ("act", act), ("question", "?")]).status(), 404, "{act}");
        }
        college.open(&english);
        let page = college.press("Withdraw the data challenge");
        assert_eq!(page.summary("State").as_deref(), Some("Withdrawn"));
        desk.open(&bakery);
        let page = desk.send(&[("decision", "elsewhere"), ("message", "It came with the ILR.")]);
        assert_eq!(page.summary("State").as_deref(), Some("Resolved, corrected"), "{}", page.text());
        assert!(college.open(&bakery).text().contains("It came with the ILR."));
        for wrong in ["/challenges/LEDC00009999", "/challenges/1", "/challenges/LEDC1"] {
            assert_eq!(college.open(wrong).status(), 404);
        }
        let mut batch = Visitor::signed_in(&deployment, "PORTAL_BATCH");
        for path in ["/challenges", &english] {
            assert_eq!(batch.open(path).status(), 403);
        }
    }

    fn two_who_decide_at_once_are_told_apart(database) {
        let deployment = Deployment::start(database);
        let mut college = Visitor::signed_in(&deployment, "PORTAL_ONLINE");
        let address = raise(&mut college, ENGLISH, &[("kind", "duplicate-events"), ("other", &other_event(&deployment))]);
        let mut awarding = Visitor::signed_in(&deployment, "PORTAL_AO");
        let token = (awarding.form_token(), college.form_token());
        let (decided, withdrawn) = std::thread::scope(|scope| {
            let (address, (one, two)) = (&address, &token);
            let reject = [("csrf", &**one), ("act", "decide"), ("decision", "reject"), ("message", "They differ.")];
            let decided = scope.spawn(move || awarding.post(address, &reject).path.clone());
            let withdrawn = college.post(address, &[("csrf", two), ("act", "withdraw")]).path.clone();
            (decided.join().expect("decided"), withdrawn)
        });
        let mut ends = [decided, withdrawn];
        ends.sort();
        assert_eq!(ends, [format!("{address}?done=overtaken"), format!("{address}?done=saved")]);
    }

    fn hostile_text_is_text_and_what_no_form_sends_is_refused(database) {
        let deployment = Deployment::start(database);
        let mut college = Visitor::signed_in(&deployment, "PORTAL_ONLINE");
        let learner = find(&mut college, OTTOLINE);
        for path in ["record/0", "record/999999", "record/x", "record/999999/problem", "record/%00/problem"] {
            assert_eq!(college.open(&format!("{learner}/{path}")).status(), 404, "{path}");
        }
        college.open(&format!("{learner}/record"));
        let form = format!("{}/problem", college.follow(ENGLISH).path);
        let token = college.form_token();
        let long = "x".repeat(2_001);
        let sent = |kind: &str, information: &str, other: &str| {
            [("csrf", &*token), ("kind", kind), ("information", information), ("other", other), ("contact_name", "A\u{0}\u{1b}[2J"), ("telephone", "0"), ("email", "a@b.example")].map(|(name, value)| (name.to_owned(), value.to_owned()))
        };
        let post = |visitor: &mut Visitor<'_>, kind: &str, information: &str, other: &str| {
            let sent = sent(kind, information, other);
            let fields: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (&**name, &**value)).collect();
            visitor.post(&form, &fields).status()
        };
        for (kind, information, other) in [("missing-event", "x", ""), ("wrong", "x", ""), ("other", "", ""), ("other", &long, ""), ("duplicate-events", "x", "999999"), ("duplicate-events", "x", "")] {
            assert_eq!(post(&mut college, kind, information, other), 422, "{kind} {other}");
        }
        assert_eq!(post(&mut college, "other", "\u{0}\u{1b}[2J<script>alert(1)</script>\u{202e}", ""), 200);
        let page = college.page();
        assert!(page.text().contains("[2J<script>alert(1)</script>"), "{}", page.text());
        assert!(!page.answer.text().contains("<script>alert") && !page.answer.text().contains('\u{1b}'));
        assert_eq!(post(&mut college, "other", "x", ""), 422, "the event has been challenged");
        assert!(college.page().errors()[0].starts_with("Your organisation has challenged this event: see LEDC"));
    }

    fn the_service_desk_decides_about_the_ilr(database) {
        let deployment = Deployment::start(database);
        let mut college = Visitor::signed_in(&deployment, "PORTAL_ONLINE");
        let learner = find(&mut college, OTTOLINE);
        college.open(&format!("{learner}/record?source=ilr"));
        let link = college.page().all("tbody a").into_iter().next().expect("an event");
        let address = raise(&mut college, &link, &[("kind", "wrong-detail"), ("provider", "Another College")]);
        assert_eq!(college.page().summary("Who decides").as_deref(), Some("The service desk"));
        let mut desk = Visitor::signed_in(&deployment, "PORTAL_DESK");
        assert!(desk.open("/desk/incidents").text().contains("Data challenge LEDC"));
        desk.open(&address);
        let page = desk.send(&[("decision", "correct")]);
        assert!(page.all("tbody tr").iter().any(|row| row.starts_with("Provider ") && row.ends_with("Another College Another College")), "{}", page.text());
        assert!(desk.open("/desk/incidents").text().contains("No case is open."));
    }
}

/// The number of an event of the learner besides the one in English.
fn other_event(deployment: &Deployment) -> String {
    let mut college = Visitor::signed_in(deployment, "PORTAL_ONLINE");
    let learner = find(&mut college, OTTOLINE);
    college.open(&format!("{learner}/record"));
    let path = college.follow("Demonstration GCSE (9-1) in Mathematics").path.clone();
    path.rsplit('/').next().expect("a number").to_owned()
}
