//! Signing in and out.

use std::time::{Duration, Instant};

use crate::harness::visitor::Visitor;
use crate::harness::{Deployment, on_both};

on_both! {
    fn a_user_signs_in_with_a_password_and_a_code_and_out_again(database) {
        let deployment = Deployment::start(database);
        let mut visitor = Visitor::of(&deployment);
        let page = visitor.open("/");
        assert_eq!((page.status(), page.path.as_str(), page.heading().as_str()), (200, "/sign-in", "Sign in"));
        let page = visitor.send(&[("email", ""), ("password", "")]);
        assert_eq!(page.errors(), ["Enter your e-mail address", "Enter your password"]);

        let email = deployment.variable("PORTAL_ONLINE");
        let mut refused = |email: &str, password: &str| {
            let page = visitor.send(&[("email", email), ("password", password)]);
            assert_eq!(page.status(), 422);
            page.errors()
        };
        let wrong = refused(email, "Wrong-password-1");
        assert_eq!(wrong, refused("nobody@college.example", deployment.variable("PORTAL_PASSWORD")));
        assert_eq!(wrong.len(), 1);

        let page = visitor.send(&[("email", email), ("password", deployment.variable("PORTAL_PASSWORD"))]);
        assert_eq!(page.heading(), "Enter the code from your authenticator app");
        assert!(visitor.cookie("__Host-session").is_none(), "a password alone opens no session");
        assert_eq!(visitor.open("/").heading(), "Sign in");
        visitor.open("/sign-in/second-factor");
        assert_eq!(visitor.send(&[("code", "000000")]).errors().len(), 1);
        let page = visitor.send(&[("code", &deployment.portal_code())]);
        assert_eq!((page.status(), page.heading().as_str()), (200, "Demonstration College"));
        let session = visitor.cookie("__Host-session").expect("a session").to_owned();

        let page = visitor.press("Sign out");
        assert_eq!(page.heading(), "Sign in");
        visitor.set_cookie("__Host-session", &session);
        assert_eq!(visitor.open("/").heading(), "Sign in", "the session is over, not only forgotten");
    }

    fn the_demo_shows_the_messages_that_it_does_not_send(database) {
        let deployment = Deployment::shared(database);
        let mut visitor = Visitor::of(deployment);
        visitor.open("/reset-password");
        visitor.send(&[("email", deployment.variable("PORTAL_AO_SUPER"))]);
        let deadline = Instant::now() + Duration::from_secs(30);
        while !visitor.open("/demo/mail").text().contains(deployment.variable("PORTAL_AO_SUPER")) {
            assert!(Instant::now() < deadline, "no message: {}", visitor.page().text());
            std::thread::sleep(Duration::from_millis(100));
        }
        visitor.follow("Messages of this demonstration");
        let page = visitor.follow("A new password for Learning Records");
        assert_eq!(page.heading(), "A new password for Learning Records");
        let link = page.one("main p a");
        let token = link.strip_prefix(&format!("{}/reset-password/", deployment.variable("PORTAL_URL")));
        let path = format!("/reset-password/{}", token.expect("a whole link"));
        assert_eq!(visitor.open(&path).heading(), "Choose a password");
        for path in ["/demo/mail/999999", "/demo/mail/..%2flrs", "/demo/mail/-1", "/demo/mail/1.eml"] {
            assert_eq!(visitor.open(path).status(), 404, "{path}");
        }
    }

    fn a_code_is_used_once(database) {
        let deployment = Deployment::start(database);
        let code = deployment.portal_code();
        let enter = |code: &str| {
            let mut visitor = Visitor::of(&deployment);
            visitor.open("/sign-in");
            let password = deployment.variable("PORTAL_PASSWORD");
            visitor.send(&[("email", deployment.variable("PORTAL_VIEW")), ("password", password)]);
            visitor.send(&[("code", code)]).heading()
        };
        assert_eq!(enter(&code), "Demonstration College");
        assert_eq!(enter(&code), "Enter the code from your authenticator app");
    }
}
