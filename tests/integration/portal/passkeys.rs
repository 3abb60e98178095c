//! Passkeys: adding one, signing in with it and removing it, with an authenticator in software.

use super::users::letter;
use crate::harness::authenticator::Authenticator;
use crate::harness::visitor::{Page, Visitor};
use crate::harness::{Deployment, on_both};

const NOT_MADE: &str = "Your browser made no passkey that can be used here: try again";
const NOT_ACCEPTED: &str = "The passkey was not accepted: try it again, or enter the code that your app shows now";

on_both! {
    fn a_passkey_is_added_signs_in_and_is_removed(database) {
        let deployment = Deployment::start(database);
        let origin = deployment.variable("PORTAL_URL");
        let mut visitor = Visitor::of(&deployment);
        visitor.sign_in("PORTAL_VIEW");
        let page = visitor.follow("Your second factor and passkeys");
        assert!(page.text().contains("You have no passkeys"), "{}", page.text());
        let mut key = Authenticator::new();
        visitor.follow("Add a passkey");
        assert_eq!(visitor.send(&[("name", ""), ("answer", "")]).errors(), ["Enter a name for the passkey"]);
        let long = "x".repeat(51);
        assert_eq!(visitor.send(&[("name", &long)]).errors(), ["Name must have 50 characters or fewer"]);
        assert_eq!(visitor.send(&[("name", "Blue key"), ("answer", "{}")]).errors(), [NOT_MADE]);
        let elsewhere = key.make(&question(visitor.page()), "https://portal.example.com");
        assert_eq!(visitor.send(&[("name", "Blue key"), ("answer", &elsewhere)]).errors(), [NOT_MADE]);
        let answer = key.make(&question(visitor.page()), origin);
        let page = visitor.send(&[("name", "Blue key"), ("answer", &answer)]);
        assert_eq!(page.heading(), "Your second factor");
        let row = page.one("tbody tr");
        assert!(row.contains("Blue key") && row.contains("Not yet"), "{row}");
        // The same answer adds nothing, and neither does the same passkey to another question.
        visitor.follow("Add a passkey");
        assert_eq!(visitor.send(&[("name", "Again"), ("answer", &answer)]).errors(), [NOT_MADE]);
        let again = key.make(&question(visitor.page()), origin);
        assert_eq!(visitor.send(&[("name", "Again"), ("answer", &again)]).errors(), [NOT_MADE]);

        let mut other = at_second_factor(&deployment);
        let used = key.sign(&question(other.page()), origin);
        assert_eq!(other.send(&[("answer", &used)]).path, "/");
        assert!(!other.open("/account/second-factor").one("tbody tr").contains("Not yet"), "the use is noted");
        // An answer signs in once, and each question has one answer.
        let mut thief = at_second_factor(&deployment);
        assert_eq!(thief.send(&[("answer", &used)]).errors(), [NOT_ACCEPTED]);
        key.counter = 1;
        let copied = key.sign(&question(thief.page()), origin);
        assert_eq!(thief.send(&[("answer", &copied)]).errors(), [NOT_ACCEPTED], "the counter went back");
        key.counter = 50;
        let first = key.sign(&question(thief.page()), origin);
        assert_eq!(thief.send(&[("answer", "{}")]).errors(), [NOT_ACCEPTED]);
        assert_eq!(thief.send(&[("answer", &first)]).errors(), [NOT_ACCEPTED], "its question was answered");
        assert_eq!(thief.send(&[("answer", "")]).errors(), [NOT_ACCEPTED]);
        assert_eq!(thief.send(&[("code", "000000")]).heading(), "Sign in", "five wrong answers end a sign-in");

        visitor.open("/account/second-factor");
        let page = visitor.follow("Remove Blue key");
        assert_eq!(page.heading(), "Remove the passkey \u{201c}Blue key\u{201d}?");
        let path = page.path.clone();
        let page = visitor.press("Remove passkey");
        assert!(page.text().contains("You have no passkeys"), "{}", page.text());
        assert_eq!(visitor.open(&path).status(), 404);
        let page = at_second_factor(&deployment).page().clone();
        assert!(page.all("[data-passkey]").is_empty(), "there is none to ask for");
    }

    fn a_passkey_belongs_to_one_user(database) {
        let deployment = Deployment::start(database);
        let mut visitor = Visitor::of(&deployment);
        visitor.sign_in("PORTAL_VIEW");
        add(&mut visitor, &mut Authenticator::new());
        let path = visitor.follow("Remove Blue key").path.clone();
        let mut other = Visitor::of(&deployment);
        other.sign_in("PORTAL_SUPER");
        assert_eq!(other.open(&path).status(), 404);
        let token = other.form_token();
        assert_eq!(other.post(&path, &[("csrf", &token)]).status(), 404);
        assert!(visitor.open("/account/second-factor").one("tbody tr").contains("Blue key"));
    }

    fn a_reset_of_the_second_factor_removes_the_passkeys(database) {
        let deployment = Deployment::start(database);
        let mut visitor = Visitor::of(&deployment);
        visitor.sign_in("PORTAL_VIEW");
        add(&mut visitor, &mut Authenticator::new());
        let reset = ["user", "reset", "TEST0038", deployment.variable("PORTAL_VIEW"), "--second-factor"];
        let reset = deployment.lrs(&reset);
        assert!(reset.status.success(), "{}", String::from_utf8_lossy(&reset.stderr));
        let mut visitor = Visitor::of(&deployment);
        visitor.open(&letter(&deployment, "/second-factor/"));
        visitor.send(&[("password", deployment.variable("PORTAL_PASSWORD"))]);
        let secret = visitor.page().one("main p code").replace(' ', "");
        visitor.send(&[("code", &crate::harness::visitor::code(&secret, 0))]);
        visitor.follow("Continue");
        let page = visitor.open("/account/second-factor");
        assert!(page.text().contains("You have no passkeys"), "{}", page.text());
    }

    fn the_most_passkeys_of_a_user_are_ten(database) {
        let deployment = Deployment::start(database);
        let mut visitor = Visitor::of(&deployment);
        visitor.sign_in("PORTAL_VIEW");
        for _ in 0..10 {
            add(&mut visitor, &mut Authenticator::new());
        }
        assert_eq!(visitor.page().all("tbody tr").len(), 10);
        assert!(visitor.page().text().contains("You have 10 passkeys, which is the most"));
        assert_eq!(visitor.open("/account/passkeys/new").path, "/account/second-factor");
    }
}

/// Adds a passkey with the name "Blue key".
pub(super) fn add(visitor: &mut Visitor<'_>, key: &mut Authenticator) {
    let origin = visitor.deployment().variable("PORTAL_URL");
    let options = question(visitor.open("/account/passkeys/new"));
    let answer = key.make(&options, origin);
    let page = visitor.send(&[("name", "Blue key"), ("answer", &answer)]);
    assert_eq!(page.heading(), "Your second factor", "{}", page.text());
}

/// A user who has given the password.
fn at_second_factor(deployment: &Deployment) -> Visitor<'_> {
    let mut visitor = Visitor::of(deployment);
    visitor.open("/sign-in");
    visitor
        .send(&[("email", deployment.variable("PORTAL_VIEW")), ("password", deployment.variable("PORTAL_PASSWORD"))]);
    assert_eq!(visitor.page().heading(), "Enter the code from your authenticator app");
    visitor
}

/// What the script would ask the browser for.
fn question(page: &Page) -> String {
    let html = page.html();
    let found = html.select(&scraper::Selector::parse("[data-passkey]").expect("a selector")).next();
    found.and_then(|found| found.attr("data-options")).expect("a question").to_owned()
}
