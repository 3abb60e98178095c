//! What protects people at a browser: headers, cookies, the origin of forms.

use crate::harness::visitor::Visitor;
use crate::harness::{Database, Deployment};

#[test]
fn every_answer_carries_the_headers_that_keep_it_safe() {
    let deployment = Deployment::shared(Database::Sqlite);
    let mut visitor = Visitor::signed_in(deployment, "PORTAL_SUPER");
    for path in ["/", "/sign-in", "/learners/find", "/not-a-page", "/learners/none"] {
        let page = visitor.ask("GET", path, "", b"");
        let header = |name: &str| page.answer.header(name).unwrap_or_default().to_owned();
        assert!(header("content-security-policy").starts_with("default-src 'none'; "), "{path}");
        assert!(!header("content-security-policy").contains("unsafe"), "{path}");
        assert_eq!(header("cache-control"), "no-store", "{path}");
        assert_eq!(header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        let html = page.answer.text();
        assert!(!html.contains("<style") && !html.contains(" style=") && !html.contains("javascript:"), "{path}");
    }
}

#[test]
fn the_cookie_of_a_session_is_kept_from_scripts_other_hosts_and_plain_connections() {
    let deployment = Deployment::shared(Database::Sqlite);
    let mut visitor = Visitor::of(deployment);
    visitor.open("/sign-in");
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("email", deployment.variable("PORTAL_AO"))
        .append_pair("password", deployment.variable("PORTAL_PASSWORD"))
        .finish();
    let headers = "Content-Type: application/x-www-form-urlencoded\r\nOrigin: https://localhost\r\n";
    let page = visitor.ask("POST", "/sign-in", headers, body.as_bytes());
    let cookie = page.answer.header("set-cookie").expect("a cookie");
    for attribute in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax"] {
        assert!(cookie.starts_with("__Host-") && cookie.contains(attribute), "{cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
}

#[test]
fn a_form_of_another_site_or_session_changes_nothing() {
    let deployment = Deployment::shared(Database::Sqlite);
    let mut visitor = Visitor::signed_in(deployment, "PORTAL_BATCH");
    let token = visitor.open("/learners/find").html();
    let token = token.select(&scraper::Selector::parse("input[name=csrf]").expect("css")).next().expect("a token");
    let token = token.attr("value").expect("a value").to_owned();
    assert_eq!(token.len(), 43);
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let mut status = |headers: &str, token: &str| {
        let body = format!("csrf={token}&uln=1");
        visitor.ask("POST", "/learners/find", &format!("{form}{headers}"), body.as_bytes()).status()
    };
    assert_eq!(status("Origin: https://localhost\r\n", &token), 422, "its own form");
    assert_eq!(status("", &token), 422, "a browser that says nothing has the token");
    assert_eq!(status("Origin: https://localhost\r\n", ""), 403);
    assert_eq!(status("Origin: https://localhost\r\n", &"A".repeat(43)), 403);
    assert_eq!(status("Origin: https://evil.example\r\n", &token), 403);
    assert_eq!(status("Origin: null\r\nSec-Fetch-Site: cross-site\r\n", &token), 403);
    // Without a session there is no token: the browser must say that the form is ours.
    let mut stranger = Visitor::of(deployment);
    let body = b"email=a@college.example&password=Wrong-password-1";
    for headers in ["", "Origin: https://evil.example\r\n", "Sec-Fetch-Site: cross-site\r\n"] {
        assert_eq!(stranger.ask("POST", "/sign-in", &format!("{form}{headers}"), body).status(), 403, "{headers}");
    }
}

#[test]
fn what_is_no_form_is_refused() {
    let deployment = Deployment::shared(Database::Sqlite);
    let mut visitor = Visitor::of(deployment);
    let ours = "Origin: https://localhost\r\n";
    let json = format!("{ours}Content-Type: application/json\r\n");
    assert_eq!(visitor.ask("POST", "/sign-in", &json, b"{}").status(), 400);
    let form = format!("{ours}Content-Type: application/x-www-form-urlencoded\r\n");
    let long = format!("email={}", "a".repeat(100_000));
    assert_eq!(visitor.ask("POST", "/sign-in", &form, long.as_bytes()).status(), 413);
    assert_eq!(visitor.ask("DELETE", "/sign-in", "", b"").status(), 405);
    assert_eq!(visitor.ask("POST", "/", &form, b"").status(), 405);
}
