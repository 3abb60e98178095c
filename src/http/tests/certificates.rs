//! Which certificates are accepted, and for how long.

use rustls::HandshakeKind;
use rustls::version::{TLS12, TLS13};

use super::*;

impl Stage {
    /// Whether this client gets a response on a new connection.
    fn lets_in(&self, identity: Option<&Identity>) -> bool {
        let connection = self.connect_with(Arc::new(self.pki.client_config(identity)));
        connection
            .is_ok_and(|mut c| c.send(post(XML, "<a/>")).is_ok() && c.response(false).is_ok_and(|r| r.status == 200))
    }
}

#[test]
fn a_good_certificate_is_required() {
    let stage = Stage::new();
    assert!(stage.lets_in(Some(&stage.good)));
    assert!(!stage.lets_in(None));
    assert!(!stage.lets_in(Some(&stage.pki.expired_client(5))));
    assert!(!stage.lets_in(Some(&Pki::new().client(6, "Stranger"))));
    assert!(!stage.lets_in(Some(&stage.pki.server(7))));
    for reason in ["certificate_expired", "certificate_untrusted", "certificate_purpose"] {
        assert!(stage.refused(reason), "{reason}");
    }
}

#[test]
fn a_revoked_certificate_is_refused_on_a_new_connection() {
    let stage = Stage::new();
    let bad = stage.pki.client(8, "Bad");
    assert!(stage.lets_in(Some(&bad)));
    stage.pki.revoke(&[&bad]);
    stage.trust.reload().unwrap();
    assert!(!stage.lets_in(Some(&bad)));
    assert!(stage.refused("certificate_revoked"));
    assert!(stage.lets_in(Some(&stage.good)));
    stage.pki.revoke(&[]);
    stage.trust.reload().unwrap();
    assert!(stage.lets_in(Some(&bad)));
}

#[test]
fn a_revoked_certificate_is_refused_on_a_connection_that_stands() {
    let stage = Stage::new();
    let bad = stage.pki.client(8, "Bad");
    let mut standing = stage.connect_with(Arc::new(stage.pki.client_config(Some(&bad)))).unwrap();
    let mut other = stage.connect();
    assert_eq!(standing.ask(post(XML, "<a/>")).status, 200);
    assert_eq!(other.ask(post(XML, "<a/>")).status, 200);
    stage.pki.revoke(&[&bad]);
    stage.trust.reload().unwrap();
    let response = standing.ask(post(XML, "<a/>"));
    assert_eq!((response.status, response.header("connection")), (403, Some("close")));
    assert!(standing.is_closed());
    assert_eq!(other.ask(post(XML, "<a/>")).status, 200);
    assert_eq!(stage.calls(), 3);
}

#[test]
fn a_revoked_certificate_is_refused_on_a_resumed_session() {
    let stage = Stage::new();
    let bad = stage.pki.client(8, "Bad");
    let config = Arc::new(stage.pki.client_config_for(&bad, &TLS12));
    let mut first = stage.connect_with(config.clone()).unwrap();
    assert_eq!(first.ask(post(XML, "<a/>")).status, 200);
    let mut second = stage.connect_with(config.clone()).unwrap();
    assert_eq!(second.stream.conn.handshake_kind(), Some(HandshakeKind::Resumed));
    assert_eq!(second.ask(post(XML, "<a/>")).status, 200);

    stage.pki.revoke(&[&bad]);
    stage.trust.reload().unwrap();
    let mut third = stage.connect_with(config).unwrap();
    assert_eq!(third.stream.conn.handshake_kind(), Some(HandshakeKind::Resumed));
    let response = third.ask(post(XML, "<a/>"));
    assert_eq!((response.status, response.header("connection")), (403, Some("close")));
    assert!(third.is_closed());
    assert_eq!(stage.calls(), 2);
    assert!(stage.refused("certificate_revoked"));
}

#[test]
fn every_session_of_tls_1_3_begins_with_a_whole_handshake() {
    let stage = Stage::new();
    let config = Arc::new(stage.pki.client_config_for(&stage.good, &TLS13));
    for _ in 0..3 {
        let mut connection = stage.connect_with(config.clone()).unwrap();
        assert_eq!(connection.ask(post(XML, "<a/>")).status, 200);
        assert_eq!(connection.stream.conn.handshake_kind(), Some(HandshakeKind::Full));
    }
}

#[test]
fn pages_too_are_for_good_certificates() {
    let stage = Stage::new();
    let bad = stage.pki.client(8, "Bad");
    let mut standing = stage.connect_with(Arc::new(stage.pki.client_config(Some(&bad)))).unwrap();
    let page = format!("GET {PATH}?wsdl HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_eq!(standing.ask(&page).status, 200);
    stage.pki.revoke(&[&bad]);
    stage.trust.reload().unwrap();
    assert_eq!(standing.ask(&page).status, 403);
    assert!(standing.is_closed());
}

#[test]
fn new_files_are_used_without_a_restart() {
    let stage = Stage::new();
    let shown = || stage.connect().stream.conn.peer_certificates().unwrap()[0].clone().into_owned();
    let before = shown();
    let new = stage.pki.server(2);
    stage.pki.serve_with(&new);
    for _ in 0..50 {
        std::thread::sleep(Duration::from_millis(100));
        if shown() != before {
            assert_eq!(shown(), new.der());
            return;
        }
    }
    panic!("the old certificate is still shown");
}

#[test]
fn only_http_1_1_is_negotiated() {
    let stage = Stage::new();
    let mut config = stage.pki.client_config(Some(&stage.good));
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let connection = stage.connect_with(Arc::new(config)).unwrap();
    assert_eq!(connection.stream.conn.alpn_protocol(), Some(&b"http/1.1"[..]));
}

/// An authority renewed with a new key keeps its name; each generation has its own list.
#[test]
fn lists_are_matched_to_their_authority_by_its_signature() {
    let stage = Stage::new();
    let new = Pki::new();
    let authority = |pki: &Pki| std::fs::read_to_string(pki.path("ca.pem")).unwrap();
    let (old_root, new_root) = (authority(&stage.pki), authority(&new));
    let (old_good, old_bad) = (stage.pki.client(8, "Old, good"), stage.pki.client(9, "Old, bad"));
    // With the numbers swapped, so that a list applied to both would be noticed.
    let (new_good, new_bad) = (new.client(9, "New, good"), new.client(8, "New, bad"));
    let old_list = stage.pki.list(&[&old_bad], None);
    let new_list = new.list(&[&new_bad], None);

    for (roots, lists, old_bad_gets_in) in [
        (format!("{old_root}{new_root}"), new_list.clone(), true),
        (format!("{new_root}{old_root}"), new_list.clone(), true),
        (format!("{old_root}{new_root}"), format!("{old_list}{new_list}"), false),
        (format!("{new_root}{old_root}"), format!("{new_list}{old_list}"), false),
        (format!("{new_root}{old_root}"), format!("{old_list}{new_list}{old_list}"), false),
    ] {
        stage.pki.write("ca.pem", &roots);
        stage.pki.write("list.crl", &lists);
        stage.trust.reload().unwrap();
        assert!(stage.lets_in(Some(&old_good)) && stage.lets_in(Some(&new_good)));
        assert!(!stage.lets_in(Some(&new_bad)));
        assert_eq!(stage.lets_in(Some(&old_bad)), old_bad_gets_in);
    }
    // A generation that is no longer trusted may leave its list behind.
    stage.pki.write("ca.pem", &new_root);
    stage.trust.reload().unwrap();
    assert!(stage.lets_in(Some(&new_good)) && !stage.lets_in(Some(&new_bad)) && !stage.lets_in(Some(&old_good)));
}

#[test]
fn a_list_counts_wherever_it_says_that_it_is_published() {
    let stage = Stage::new();
    let published = |serial, uri: Option<&str>| {
        stage.pki.issue(serial, "Client", |params| {
            params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
            params.crl_distribution_points =
                uri.map(|uri| rcgen::CrlDistributionPoint { uris: vec![uri.to_owned()] }).into_iter().collect();
        })
    };
    let here = "http://pki.example/here.crl";
    let clients = [published(8, None), published(9, Some(here)), published(10, Some("http://pki.example/there.crl"))];
    for point in [None, Some(here), Some("ldap://pki.example/cn=list")] {
        stage.pki.write("list.crl", &stage.pki.list(&clients.each_ref(), point));
        stage.trust.reload().unwrap();
        for client in &clients {
            assert!(!stage.lets_in(Some(client)), "{} with {point:?}", client.serial);
        }
        assert!(stage.lets_in(Some(&stage.good)));
    }
}

#[test]
fn every_authority_of_a_file_with_a_byte_order_mark_is_trusted() {
    let stage = Stage::new();
    let other = Pki::new();
    let root = |pki: &Pki| std::fs::read_to_string(pki.path("ca.pem")).unwrap();
    let both = format!("\u{FEFF}{}{}", root(&stage.pki), root(&other));
    stage.pki.write("ca.pem", &both);
    stage.trust.reload().unwrap();
    assert!(stage.lets_in(Some(&stage.good)) && stage.lets_in(Some(&other.client(6, "Other"))));
    stage.pki.write("ca.pem", &both.replacen("-----END", "----END", 1));
    let error = stage.trust.reload().unwrap_err().to_string();
    assert!(error.contains("ca.pem: certificate 1, which begins on line 1,"), "{error}");
    assert!(stage.lets_in(Some(&stage.good)), "what was loaded before stays in use");
}
