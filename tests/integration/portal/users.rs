//! Super users manage the users of their organisation.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use diesel::RunQueryDsl;
use learning_records::store::{Store, StoreSettings};

use crate::harness::visitor::{Page, Visitor};
use crate::harness::{Deployment, on_both};

const PATIENCE: Duration = Duration::from_secs(30);

on_both! {
    fn a_super_user_invites_somebody_and_changes_what_they_may_do(database) {
        let deployment = Deployment::start(database);
        let mut visitor = Visitor::of(&deployment);
        visitor.sign_in("PORTAL_SUPER");
        visitor.open("/");
        let page = visitor.follow("Manage users");
        assert_eq!((page.heading().as_str(), page.all("tbody tr").len()), ("Users", 4), "{}", page.text());
        visitor.follow("Invite a user");
        let page = visitor.send(&[("email", "no address"), ("family_name", "O\u{2019}Hara <b>")]);
        assert_eq!(page.errors(), [
            "Enter a given name",
            "Enter an e-mail address such as name@college.example",
            "Describe how you checked the identity",
            "Choose at least one role",
        ]);
        assert!(page.answer.text().contains("value=\"O\u{2019}Hara &#60;b&#62;\""), "the form comes back as typed");
        let who = [("given_name", "Ida"), ("email", "exams@college.example"), ("identity_check", "Passport seen")];
        let page = visitor.send(&[&who[..], &[("roles", "super-user")]].concat());
        assert_eq!(page.errors(), ["Several people read this e-mail address. A super user needs a personal one"]);
        let page = visitor.send(&[("email", "ida@college.example"), ("roles", "service-desk")]);
        assert_eq!(page.errors(), ["Your organisation may not give one of these roles"]);
        let page = visitor.send(&[("email", "ida@college.example"), ("roles", "online"), ("roles", "batch")]);
        assert_eq!(page.heading(), "Ida O\u{2019}Hara <b>");
        assert_eq!(page.summary("Roles").as_deref(), Some("Online, Batch"), "{}", page.text());
        assert_eq!(page.summary("State").as_deref(), Some("Link sent"));
        let (path, link) = (address(page), letter(&deployment, "/invitation/"));
        visitor.open("/users/new");
        let again = [("given_name", "Ida"), ("family_name", "Other"), ("email", "Ida@College.example")];
        let page = visitor.send(&[&again[..], &[("identity_check", "Seen"), ("roles", "online")]].concat());
        assert_eq!(page.errors(), ["A user of your organisation has this e-mail address already"]);

        visitor.open(&format!("{path}/details"));
        let page = visitor.send(&[("telephone", "020 7946 0000"), ("given_name", "")]);
        assert_eq!(page.errors(), ["Enter a given name"]);
        let page = visitor.send(&[("given_name", "Ada")]);
        assert_eq!(page.summary("Telephone number").as_deref(), Some("020 7946 0000"));
        visitor.open(&format!("{path}/roles"));
        let page = visitor.send(&[("roles", "view-only")]);
        assert_eq!(page.summary("Roles").as_deref(), Some("View only"));

        let heading = |link: &str| Visitor::of(&deployment).open(link).heading();
        assert_eq!(heading(&link), "Choose a password");
        act(&mut visitor, "Send the link again", "Send the link");
        assert_eq!(heading(&link), "This link has ended", "the new one replaces it");
        assert_eq!(act(&mut visitor, "Suspend the user", "Suspend the user"), "Suspended");
        assert_eq!(act(&mut visitor, "Reinstate the user", "Reinstate the user"), "Link sent");
        visitor.follow("Remove the user");
        let page = visitor.press("Remove the user");
        assert!(address(page) == "/users" && page.text().contains("The user is removed"), "{}", page.text());
        assert_eq!(visitor.open(&path).status(), 404);
    }

    fn a_locked_user_is_unlocked_and_their_activity_is_seen(database) {
        let deployment = Deployment::start(database);
        let mut user = Visitor::of(&deployment);
        let email = deployment.variable("PORTAL_ONLINE");
        for _ in 0..3 {
            user.open("/sign-in");
            user.send(&[("email", email), ("password", "Wrong-password-1")]);
        }
        let mut visitor = Visitor::of(&deployment);
        visitor.sign_in("PORTAL_SUPER");
        visitor.open("/users");
        let page = visitor.follow("Owen Demo");
        assert_eq!(page.summary("State").as_deref(), Some("Locked"));
        assert_eq!(act(&mut visitor, "Unlock the account", "Unlock the account"), "Active");
        let path = address(visitor.page());
        user.sign_in("PORTAL_ONLINE");
        let page = visitor.follow("See what this user did");
        assert!(page.text().contains("Wrong password") && page.text().contains("Unlock user"), "{}", page.text());
        visitor.open(&path);
        assert_eq!(act(&mut visitor, "Reset the password", "Reset the password"), "Link sent");
        assert_eq!(user.open("/").heading(), "Sign in", "the session has ended");
        let link = letter(&deployment, "/reset-password/");
        assert_eq!(user.open(&link).heading(), "Choose a password");
    }

    fn the_last_super_user_stays_whatever_is_tried(database) {
        let deployment = Deployment::start(database);
        let mut visitor = Visitor::of(&deployment);
        visitor.sign_in("PORTAL_SUPER");
        visitor.open("/users");
        visitor.follow("Samira Demo");
        let path = address(visitor.page());
        let why = "This is the last super user of your organisation who can sign in";
        for act in ["Suspend the user", "Remove the user"] {
            visitor.open(&path);
            visitor.follow(act);
            let page = visitor.press(act);
            assert_eq!(page.status(), 422);
            assert!(page.text().contains(why), "{}", page.text());
        }
        visitor.open(&format!("{path}/roles"));
        let token = visitor.form_token();
        let page = visitor.post(&format!("{path}/roles"), &[("csrf", &token), ("roles", "online")]);
        assert!(page.errors().iter().any(|error| error.starts_with(why)), "{}", page.text());
        assert_eq!(visitor.open(&path).summary("Roles").as_deref(), Some("Super user"));
    }

    fn two_super_users_who_remove_each_other_at_once_leave_one(database) {
        let deployment = Deployment::start(database);
        let mut first = Visitor::of(&deployment);
        first.sign_in("PORTAL_SUPER");
        first.open("/users");
        first.follow("Owen Demo");
        let online = address(first.page());
        first.open(&format!("{online}/roles"));
        first.send(&[("roles", "super-user")]);
        first.open("/users");
        let own = address(first.follow("Samira Demo"));
        let mut second = Visitor::of(&deployment);
        second.sign_in("PORTAL_ONLINE");
        let tokens = [first.form_token(), second.form_token()];
        std::thread::scope(|scope| {
            let one = scope.spawn(|| first.post(&format!("{online}/suspend"), &[("csrf", &tokens[0])]).status());
            let other = scope.spawn(|| second.post(&format!("{own}/suspend"), &[("csrf", &tokens[1])]).status());
            let _ = (one.join().expect("an answer"), other.join().expect("an answer"));
        });
        let users = String::from_utf8(deployment.lrs(&["user", "list", "TEST0038"]).stdout).expect("text");
        let can = users.lines().filter(|line| line.contains("super-user") && !line.contains("uspended")).count();
        assert_eq!(can, 1, "{users}");
    }

    fn a_sensitive_act_asks_for_the_second_factor_again_and_loses_nothing(database) {
        let deployment = Deployment::start(database);
        let mut visitor = Visitor::of(&deployment);
        visitor.sign_in("PORTAL_SUPER");
        // The codes of before are used.
        make_factors_old(&deployment);
        visitor.open("/users/new");
        let fields = [("given_name", "Ida"), ("family_name", "\"><b>Late"), ("email", "ida@college.example")];
        let page = visitor.send(&[&fields[..], &[("identity_check", "Seen"), ("roles", "online"), ("roles", "batch")]].concat());
        assert_eq!(page.heading(), "Enter the code from your authenticator app");
        assert!(!page.answer.text().contains("<b>Late"), "what was typed is text");
        assert_eq!(visitor.send(&[("confirm_code", "")]).errors(), ["Enter the code from your authenticator app"]);
        let wrong = ["The code does not match, or was used before: enter the code that your app shows now"];
        assert_eq!(visitor.send(&[("confirm_code", "000000")]).errors(), wrong);
        let page = visitor.send(&[("confirm_code", &deployment.portal_code_in(30))]);
        assert_eq!(page.heading(), "Ida \"><b>Late", "{}", page.text());
        assert_eq!(page.summary("Roles").as_deref(), Some("Online, Batch"));
        assert_eq!(act(&mut visitor, "Suspend the user", "Suspend the user"), "Suspended", "for ten minutes it is enough");
        make_factors_old(&deployment);
        let path = address(visitor.page());
        let token = visitor.form_token();
        let page = visitor.post(&format!("{path}/remove"), &[("csrf", &token)]);
        assert_eq!(page.heading(), "Enter the code from your authenticator app");
        assert_eq!(visitor.open(&path).summary("State").as_deref(), Some("Suspended"), "nothing was done");
    }

    fn another_organisation_sees_and_changes_no_user(database) {
        let deployment = Deployment::shared(database);
        let mut visitor = Visitor::signed_in(deployment, "PORTAL_SUPER");
        visitor.open("/users");
        let path = address(visitor.follow("Samira Demo"));
        let mut other = Visitor::signed_in(deployment, "PORTAL_AO_SUPER");
        let page = other.open("/users");
        assert!(page.text().contains("Shona Demo") && !page.text().contains("Samira"), "{}", page.text());
        let token = other.form_token();
        for end in ["", "/activity", "/details", "/roles", "/suspend", "/remove"] {
            assert_eq!(other.open(&format!("{path}{end}")).status(), 404, "{end}");
            if !["", "/activity"].contains(&end) {
                let fields = [("csrf", token.as_str()), ("roles", "online"), ("given_name", "X"), ("family_name", "Y")];
                assert_eq!(other.post(&format!("{path}{end}"), &fields).status(), 404, "{end}");
            }
        }
        assert_eq!(visitor.open(&path).summary("State").as_deref(), Some("Active"));
    }
}

/// Goes to an act and does it. Returns the state of the user afterwards.
fn act(visitor: &mut Visitor<'_>, link: &str, button: &str) -> String {
    visitor.follow(link);
    let page = visitor.press(button);
    page.summary("State").unwrap_or_else(|| panic!("{link}: {}", page.text()))
}

/// The address of a page, without what was done before.
fn address(page: &Page) -> String {
    page.path.split('?').next().unwrap_or_default().to_owned()
}

/// The path of the link in a message that was sent.
pub(super) fn letter(deployment: &Deployment, beginning: &str) -> String {
    let folder: PathBuf = deployment.dir().join("mail");
    let deadline = Instant::now() + PATIENCE;
    loop {
        let files = std::fs::read_dir(&folder).into_iter().flatten().filter_map(Result::ok);
        let texts = files.map(|file| std::fs::read_to_string(file.path()).unwrap_or_default());
        for text in texts {
            let text = text.replace("=\r\n", "");
            if let Some((_, rest)) = text.split_once(beginning) {
                let token: String = rest
                    .chars()
                    .take_while(|letter| letter.is_ascii_alphanumeric() || "-_".contains(*letter))
                    .collect();
                return format!("{beginning}{token}");
            }
        }
        assert!(Instant::now() < deadline, "no message with {beginning}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Makes the second factors of all sessions older than sensitive acts allow.
fn make_factors_old(deployment: &Deployment) {
    let store = Store::open(&StoreSettings { url: deployment.store_url(), readers: 1 }).expect("a store");
    let change = "UPDATE sessions SET second_factor_at = '2020-01-01 00:00:00'";
    store.write(move |c| Ok(diesel::sql_query(change).execute(&mut **c).map(drop)?)).expect("changed");
}
