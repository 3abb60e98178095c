//! What a user of one organisation does is not there for a user of another, on any route.

use learning_records::portal::route_table;
use rcgen::KeyPair;

use super::achievements;
use super::batches::{NAME, checked, is_over, registrations, similar, until};
use super::certificate_requests::request;
use super::challenges::missing;
use super::finding::{open, search};
use super::passkeys::add;
use super::plans::plan;
use crate::flows::Person;
use crate::harness::authenticator::Authenticator;
use crate::harness::visitor::Visitor;
use crate::harness::{Deployment, on_both};

/// Routes whose parameter does not belong to an organisation, or is a secret that is sent by
/// e-mail.
const OF_NOBODY: [&str; 5] = ["/status/", "/developers/", "/batches/templates/", "{token}", "/demo/"];

/// The routes of awarding organisations, which learning providers may not open.
const OF_AWARDING: [&str; 2] = ["/achievements", "/entries"];

on_both! {
    fn a_second_organisation_sees_nothing_of_the_first(database) {
        let deployment = Deployment::start(database);
        let mut first = Visitor::signed_in(&deployment, "PORTAL_SUPER");
        let person = Person::new();
        let addresses = work(&deployment, &mut first, &person);
        let mut second = Visitor::of_new_provider(&deployment);
        let shown = shown(&mut second, &[&*person.family, NAME, "Samira", "super@college.example"], &addresses, |route| {
            !OF_AWARDING.iter().any(|part| route.starts_with(part))
        });
        assert!(shown.is_empty(), "{} routes show something:\n{}", shown.len(), shown.join("\n"));
        // Nothing of it has changed either.
        for address in &addresses {
            let page = first.open(address);
            assert!(matches!(page.status(), 200 | 303), "{address}: {}", page.status());
        }
    }

    fn a_second_awarding_organisation_sees_nothing_of_the_first(database) {
        let deployment = Deployment::start(database);
        let person = Person::new();
        let uln = person.register(&deployment.provider(), "1");
        let mut first = Visitor::signed_in(&deployment, "PORTAL_AO");
        let mut addresses = vec![achievements::create(&mut first, &uln, &person)];
        addresses.push(achievements::begin(&mut first, "/achievements/new", &uln, &person).path.clone());
        addresses.push(achievements::begin(&mut first, "/entries/new", &uln, &person).path.clone());
        first.send(&[("award_date-day", "1"), ("award_date-month", "2"), ("award_date-year", "2099"), ("provider", "TEST0038")]);
        first.press("Make the entry");
        addresses.push(first.follow("See the entry").path.replace("/achievements/", "/entries/"));
        first.open("/achievements");
        addresses.push(first.send(&[("uln", &*uln)]).path.clone());
        let mut second = Visitor::of_new_awarding_organisation(&deployment);
        let shown = shown(&mut second, &[&*person.family, &*uln], &addresses, |route| {
            OF_AWARDING.iter().any(|part| route.starts_with(part))
        });
        assert!(shown.is_empty(), "{} routes show something:\n{}", shown.len(), shown.join("\n"));
        for address in &addresses {
            assert_eq!(first.open(address).status(), 200, "{address}");
        }
    }
}

/// What these routes show of the first organisation to a user of another one: words that belong to
/// the first, or a page where there should be none.
fn shown(
    second: &mut Visitor<'_>,
    words: &[&str],
    addresses: &[String],
    is_asked: impl Fn(&str) -> bool,
) -> Vec<String> {
    let token = second.form_token();
    let mut shown = Vec::new();
    for (method, route, _) in route_table() {
        if OF_NOBODY.iter().any(|part| route.contains(part)) || route == "/sign-out" || !is_asked(route) {
            continue;
        }
        let of_route: Vec<String> = match route.contains('{') {
            // Those of the service desk are closed to all others, whatever the number.
            true if route.starts_with("/desk/") => vec![route.replace("{number}", "1").replace("{handle}", "1")],
            true => {
                addresses.iter().filter_map(|address| filled(route, address)).filter(|path| !is_fixed(path)).collect()
            }
            false => vec![route.to_owned()],
        };
        assert!(!of_route.is_empty(), "{route}: the first organisation has made nothing that this route shows");
        for address in of_route {
            let page = match method {
                "GET" => second.ask("GET", &address, "", b""),
                _ => second.post(&address, &[("csrf", &token), ("rows", "all"), ("close_reason", "x")]).clone(),
            };
            let text = page.answer.text();
            let tells = words.iter().any(|word| text.contains(word));
            let refused = matches!(page.status(), 403 | 404);
            if tells || (route.contains('{') && !refused) {
                shown.push(format!("{method} {address} ({route}): {} {}", page.status(), page.heading()));
            }
        }
    }
    shown
}

/// Does at the first organisation what the portal keeps, and returns the addresses that show it.
fn work(deployment: &Deployment, first: &mut Visitor<'_>, person: &Person) -> Vec<String> {
    let mut addresses = Vec::new();
    let uln = person.register(&deployment.provider(), "1");
    let learner = open(first, &uln, person).path.clone();
    addresses.push(learner.clone());
    addresses.push(learner.replace("/learners/", "/plans/new/"));
    addresses.push(plan(first, &learner, "A plan"));
    addresses.push(missing(first, &learner));
    first.open(&format!("{learner}/change/names"));
    addresses.push(first.page().path.clone());
    addresses.push(first.send(&[("given_name", &person.given), ("title", "Dr")]).path.clone());
    let results = search(first, &similar(person)).path.clone();
    addresses.push(results.replace("/results/", "/find/"));
    addresses.push(results);
    search(first, &Person { family: person.family.clone(), ..Person::new() });
    addresses.push(first.press("Register a new learner").path.clone());

    let text = registrations(&[(person, "2"), (&similar(person), "2")]);
    addresses.push(checked(first, "submit", NAME, text.as_bytes()).path.clone());
    checked(first, "submit", NAME, text.as_bytes());
    let batch = first.press("Submit the batch").path.clone();
    until(first, &batch, is_over);
    addresses.push(format!("/exceptions/{}-2", batch.trim_start_matches("/batches/")));
    addresses.push(batch);
    first.open("/users");
    addresses.push(first.follow("Samira Demo").path.clone());
    first.open("/certificates");
    addresses.push(first.follow("Revoke").path.clone());
    first.open("/certificates/new");
    let pem = request(&KeyPair::generate().expect("a key"));
    addresses.push(first.send_file(&[("request", &pem)], "", b"").path.clone());
    add(first, &mut Authenticator::new());
    addresses.push(first.follow("Remove Blue key").path.clone());
    addresses
}

/// The address of this route for what another address shows: both begin with the same noun, and
/// what the other has at the first parameter stands there.
fn filled(route: &str, address: &str) -> Option<String> {
    let mut of_address = address.split('/');
    let mut segments = Vec::new();
    for segment in route.split('/') {
        let given = of_address.next();
        match (segment.starts_with('{'), given) {
            (true, Some(given)) => segments.push(given),
            // What the other address does not say is something that any of these pages knows.
            (true, None) => segments.push("names"),
            (false, Some(given)) if given == segment => segments.push(segment),
            (false, _) if segments.len() > 2 => segments.push(segment),
            (false, _) => return None,
        }
    }
    Some(segments.join("/"))
}

/// Whether a route without parameters has this path.
fn is_fixed(path: &str) -> bool {
    route_table().iter().any(|(_, route, _)| *route == path)
}
