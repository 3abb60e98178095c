//! The pages behind links in e-mails, and operators who send them with `lrs user`. Each link works
//! once, also when it is used twice at the same moment.

use std::process::Output;

use super::users::letter;
use crate::harness::visitor::{Page, Visitor};
use crate::harness::{Deployment, on_both};

const PASSWORD: &str = "Teapot-Gravel-47";
const WRONG_CODE: &str = "The code does not match: enter the code that your app shows now";

on_both! {
    fn an_invited_user_sets_up_an_account_and_signs_in(database) {
        let deployment = Deployment::start(database);
        let link = invited(&deployment);
        let mut visitor = Visitor::of(&deployment);
        let page = visitor.open(&link);
        assert!(page.text().contains("The account of Ida Late, ida@college.example"), "{}", page.text());
        assert_eq!(visitor.send(&[("password", ""), ("again", "")]).errors(), ["Enter a new password"]);
        let different = ["The two passwords are different: enter the same one again"];
        assert_eq!(visitor.send(&[("password", PASSWORD), ("again", "Teapot")]).errors(), different);
        for (weak, why) in [
            ("Short-1", "Password must have 8 characters or more"),
            ("teapotgravel", "Password must have three of: capital letters, small letters, digits, other characters"),
            ("Password1!", "The password is easy to guess: choose another"),
        ] {
            let page = visitor.send(&[("password", weak), ("again", weak)]);
            assert_eq!(page.errors(), [why]);
            assert!(!page.answer.text().contains(weak), "a password is never shown again");
        }
        let page = visitor.send(&[("password", PASSWORD), ("again", PASSWORD)]);
        assert_eq!(page.heading(), "Set up your second factor");
        assert!(visitor.cookie("__Host-session").is_none(), "a password alone opens no session");
        assert_eq!(visitor.send(&[("code", "")]).errors(), ["Enter the code from your authenticator app"]);
        assert_eq!(visitor.send(&[("code", "000000")]).errors(), [WRONG_CODE]);
        let code = code(visitor.page());
        let page = visitor.send(&[("code", &code)]);
        assert_eq!((page.heading().as_str(), page.all("main code").len()), ("Your recovery codes", 10));
        let recovery = page.one("main code");
        assert_eq!(Visitor::of(&deployment).open(&link).heading(), "This link has ended");
        visitor.follow("Continue to the user agreement");
        assert_eq!(visitor.press("Accept the user agreement").path, "/");

        // A recovery code signs in once.
        for (other, works) in [(Visitor::of(&deployment), true), (Visitor::of(&deployment), false)] {
            let mut other = other;
            other.open("/sign-in");
            other.send(&[("email", "ida@college.example"), ("password", PASSWORD)]);
            other.follow("Use a recovery code");
            let page = other.send(&[("code", &recovery)]);
            assert_eq!(page.path == "/", works, "{}", page.text());
        }
    }

    fn a_forgotten_password_is_replaced_by_a_link_that_works_once(database) {
        let deployment = Deployment::start(database);
        let mut visitor = Visitor::of(&deployment);
        visitor.open("/reset-password");
        assert_eq!(visitor.send(&[("email", "")]).errors(), ["Enter your e-mail address"]);
        let unknown = visitor.send(&[("email", "nobody@college.example")]).text();
        visitor.open("/reset-password");
        let known = visitor.send(&[("email", deployment.variable("PORTAL_VIEW"))]).text();
        assert_eq!(known, unknown, "nobody learns who has an account");
        let link = letter(&deployment, "/reset-password/");
        let answers = at_once(&deployment, &link, &[("password", PASSWORD), ("again", PASSWORD)]);
        assert_eq!(answers.iter().filter(|heading| *heading == "Your password is changed").count(), 1, "{answers:?}");
        visitor.open("/sign-in");
        visitor.send(&[("email", deployment.variable("PORTAL_VIEW")), ("password", PASSWORD)]);
        assert_eq!(visitor.page().heading(), "Enter the code from your authenticator app");
    }

    fn a_lost_second_factor_is_replaced_with_the_password_and_a_link(database) {
        let deployment = Deployment::start(database);
        let email = deployment.variable("PORTAL_ONLINE");
        let mut visitor = Visitor::of(&deployment);
        visitor.sign_in("PORTAL_ONLINE");
        let reset = deployment.lrs(&["user", "reset", "TEST0038", email, "--second-factor"]);
        assert!(reset.status.success(), "{}", said(&reset));
        assert_eq!(visitor.open("/").heading(), "Sign in", "the session has ended");
        let link = letter(&deployment, "/second-factor/");
        assert_eq!(visitor.open(&link).heading(), "Enter your password");
        assert_eq!(visitor.send(&[("password", "")]).errors(), ["Enter your password"]);
        assert_eq!(visitor.send(&[("password", "Wrong-one-1")]).errors(), ["The password is not your account\u{2019}s"]);
        visitor.send(&[("password", deployment.variable("PORTAL_PASSWORD"))]);
        let code = code(visitor.page());
        let headings = at_once(&deployment, &link, &[("code", &code)]);
        assert_eq!(headings.iter().filter(|heading| *heading == "Your recovery codes").count(), 1, "{headings:?}");
        assert_eq!(visitor.open(&link).heading(), "This link has ended");
    }

    fn links_that_nobody_was_sent_lead_nowhere(database) {
        let deployment = Deployment::shared(database);
        let mut visitor = Visitor::of(deployment);
        for page in ["invitation", "reset-password", "second-factor"] {
            for token in ["0", &"A".repeat(43), "%00", "..%2f"] {
                let path = format!("/{page}/{token}");
                assert_eq!(visitor.open(&path).heading(), "This link has ended", "{path}");
                let fields = [("password", PASSWORD), ("again", PASSWORD), ("code", "123456")];
                assert_eq!(visitor.post(&path, &fields).heading(), "This link has ended", "{path}");
            }
        }
    }

    fn operators_manage_users_on_the_command_line(database) {
        let deployment = Deployment::start(database);
        invited(&deployment);
        let user = |act: &str, more: &[&str]| {
            let output = deployment.lrs(&[&["user", act, "TEST0038", "ida@college.example"], more].concat());
            (output.status.success(), said(&output))
        };
        assert!(user("role", &["--role", "batch", "--role", "view-only"]).0);
        assert!(user("suspend", &[]).0);
        let list = || said(&deployment.lrs(&["user", "list", "TEST0038"]));
        let line = |list: &str| list.lines().find(|line| line.contains("ida@")).unwrap_or_default().to_owned();
        assert!(line(&list()).contains("Suspended") && line(&list()).contains("batch,view-only"), "{}", list());
        assert!(user("reinstate", &[]).0 && line(&list()).contains("Invited"), "{}", list());
        assert!(user("reset", &[]).0);
        let (done, said) = user("role", &["--role", "awarding-organisation"]);
        assert!(!done && said.contains("cannot have users with these roles"), "{said}");
        let last = deployment.lrs(&["user", "suspend", "TEST0038", deployment.variable("PORTAL_SUPER")]);
        assert!(!last.status.success() && self::said(&last).contains("no other super user"), "{}", self::said(&last));
        let other = deployment.lrs(&["user", "suspend", "TEST0045", "ida@college.example"]);
        assert!(!other.status.success() && self::said(&other).contains("no user with this address"));
    }
}

/// Invites somebody by the command line. Returns the path of the link.
fn invited(deployment: &Deployment) -> String {
    let who = ["TEST0038", "ida@college.example", "--given", "Ida", "--family", "Late"];
    let output = deployment.lrs(&[&["user", "add"], &who[..], &["--role", "online", "--identity", "Seen"]].concat());
    let said = said(&output);
    let at = said.find("/invitation/").unwrap_or_else(|| panic!("no link: {said}"));
    said[at..].trim().to_owned()
}

/// Sends the form of a link from two browsers at the same moment. Returns what both are shown.
fn at_once(deployment: &Deployment, link: &str, fields: &[(&str, &str)]) -> Vec<String> {
    let start = std::sync::Barrier::new(2);
    std::thread::scope(|scope| {
        let both: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut visitor = Visitor::of(deployment);
                    start.wait();
                    visitor.post(link, fields).heading()
                })
            })
            .collect();
        both.into_iter().map(|each| each.join().expect("an answer")).collect()
    })
}

/// The code that an app shows after it was set up with the secret on the page.
fn code(page: &Page) -> String {
    crate::harness::visitor::code(&page.one("main code").replace(' ', ""), 0)
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
