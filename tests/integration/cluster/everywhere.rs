//! Any call on any node, and what one node changes holds on all.

use std::process::Command;

use super::Cluster;
use super::balanced::start;
use crate::achievements::{over, record, seen, try_submit};
use crate::flows::{Person, change, find, update};
use crate::harness::Deployment;
use crate::harness::deployment::Ports;
use crate::harness::visitor::Visitor;

const LS: &str = "LearnerService";

#[test]
fn any_call_goes_to_any_node_and_changes_hold_on_all() {
    let (cluster, _pgbouncer) = start();
    let Cluster { deployment, .. } = &cluster;
    let ports = cluster.ports();
    for first in 0..ports.len() {
        let [one, two, three] = [0, 1, 2].map(|step| ports[(first + step) % ports.len()]);
        a_learner_is_the_same_on_every_node(deployment, [one, two, three]);
    }
    a_session_holds_on_every_node(&cluster);
    the_portal_knows_where_visitors_come_from(&cluster);
    a_revoked_certificate_is_refused_by_every_node(deployment, [ports[0], ports[1], ports[2]]);
}

/// Each call follows the one before at once, on another node.
pub fn a_learner_is_the_same_on_every_node(deployment: &Deployment, [one, two, three]: [Ports; 3]) {
    let provider = |at: Ports| deployment.provider().at(at.services);
    let person = Person::new();
    let uln = person.register(&provider(one), "1");
    assert_eq!(find(&provider(two), &uln, &person).code(), "WSRC0004");
    let third = provider(three);
    let by_details = third.post(LS, &third.credentials().find_by_demographics("FUL", &person.demographics()));
    assert_eq!((by_details.code().as_str(), by_details.value("Learner/ULN")), ("WSRC0004", uln.clone()));
    let towns = [("LastKnownAddressTown", "Exampleton")];
    assert_eq!(update(&provider(two), &change(&person, &towns, &uln, "1")), "WSRC0006");
    assert_eq!(find(&provider(one), &uln, &person).value("Learner/LastKnownAddressTown"), "Exampleton");
    assert_eq!(update(&provider(three), &change(&person, &towns, &uln, "1")), "WSRC0013", "another version");

    let awarding = |at: Ports| deployment.awarding_organisation().at(at.services);
    let (code, job) = try_submit(&awarding(one), "", "Final", &[record(&uln, &person, &[])]).expect("an answer");
    assert_eq!(code, "WSRC0007");
    assert_eq!(over(&awarding(two), &job).value("Status"), Some("Successful"));
    assert_eq!(seen(&provider(three), &uln, &person).len(), 1);
}

fn a_session_holds_on_every_node(cluster: &Cluster) {
    let Cluster { deployment, .. } = cluster;
    let mut user = Visitor::of(deployment);
    cluster.send_visitors_to(0);
    user.sign_in("PORTAL_ONLINE");
    // What the page of the users says on each node; 401 for the page to sign in.
    let statuses = |user: &mut Visitor<'_>| {
        [2, 1, 0].map(|number| {
            cluster.send_visitors_to(number);
            let page = user.open("/users");
            if page.heading() == "Sign in" { 401 } else { page.status() }
        })
    };
    assert_eq!(statuses(&mut user), [403; 3], "signed in on each, and no super user");

    let mut manager = Visitor::of(deployment);
    cluster.send_visitors_to(1);
    manager.sign_in("PORTAL_SUPER");
    manager.open("/users");
    let path = manager.follow("Owen Demo").path.clone();
    let mut give = |roles: &str| {
        cluster.send_visitors_to(0);
        manager.open(&format!("{path}/roles"));
        let token = manager.form_token();
        let fields = [("csrf", token.as_str()), ("roles", roles)];
        assert_eq!(manager.post(&format!("{path}/roles"), &fields).status(), 200);
    };
    give("super-user");
    assert_eq!(statuses(&mut user), [401; 3], "other roles end a session");
    cluster.send_visitors_to(2);
    user.open("/sign-in");
    user.send(&[("email", deployment.variable("PORTAL_ONLINE")), ("password", deployment.variable("PORTAL_PASSWORD"))]);
    user.send(&[("code", &deployment.portal_code_in(30))]);
    assert_eq!(statuses(&mut user), [200; 3], "a super user on each");
    give("online");
    assert_eq!(statuses(&mut user), [401; 3]);
    manager.open("/");
    manager.press("Sign out");
    assert_eq!(statuses(&mut manager), [401; 3]);
}

/// Wrong passwords slow down the address that they come from, and no other.
fn the_portal_knows_where_visitors_come_from(cluster: &Cluster) {
    cluster.send_visitors_to(0);
    let Cluster { deployment, .. } = cluster;
    let address = format!("https://localhost:{}/sign-in", deployment.portal_port());
    let sent = |from: &str| {
        let mut curl = Command::new("curl");
        curl.args(["-s", "-o", "/dev/null", "-w", "%{http_code}", "--interface", from, "--cacert"]);
        curl.arg(deployment.dir().join(deployment.variable("LRS_CA")));
        let origin = format!("Origin: https://localhost:{}", deployment.portal_port());
        curl.args(["-H", &origin, "-d", "email=nobody%40college.example&password=Wrong-one-1", &address]);
        String::from_utf8_lossy(&curl.output().expect("curl").stdout).into_owned()
    };
    let answers: Vec<String> = (0..25).map(|_| sent("127.0.0.9")).take_while(|status| status == "422").collect();
    assert!(answers.len() < 25 && sent("127.0.0.9") == "429", "an address is slowed down: {answers:?}");
    assert_eq!(sent("127.0.0.10"), "422", "another visitor is not");
}

fn a_revoked_certificate_is_refused_by_every_node(deployment: &Deployment, nodes: [Ports; 3]) {
    let operator = |arguments: &[&str]| {
        let output = deployment.lrs(arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    operator(&["cert", "new", "renewed", "--dir", "pki"]);
    let fingerprint = operator(&["cert", "add", "TEST0038", "pki/renewed.pem"]).lines().next().expect("it").to_owned();
    let renewed = deployment.dir().join("pki/renewed.pem");
    let codes = || {
        nodes.map(|node| {
            let program = deployment.provider().at(node.services).speaking(&renewed, rustls::ALL_VERSIONS);
            let answer = program.post(LS, &program.credentials().find_by_uln("FUL", "1000000000", "Body", "No"));
            if answer.status == 200 { answer.code() } else { answer.fault().error }
        })
    };
    assert_eq!(codes(), ["WSRC0001"; 3]);
    operator(&["cert", "revoke", &fingerprint]);
    assert_eq!(codes(), ["WSEC0003"; 3]);
}
