//! Whose certificate is accepted, and for how long.

use rustls::HandshakeKind;
use rustls::version::{TLS12, TLS13};

use super::*;

impl Stage {
    /// Whether this client gets an answer on a new connection.
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
    assert!(stage.refused("certificate_expired") && stage.refused("certificate_untrusted"));
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
    assert_eq!(stage.gateway.calls.load(Ordering::SeqCst), 3);
}

#[test]
fn a_revoked_certificate_is_refused_on_a_resumed_session() {
    for version in [&TLS12, &TLS13] {
        let stage = Stage::new();
        let bad = stage.pki.client(8, "Bad");
        let config = Arc::new(stage.pki.client_config_for(&bad, version));
        let mut first = stage.connect_with(config.clone()).unwrap();
        assert_eq!(first.ask(post(XML, "<a/>")).status, 200);
        let mut second = stage.connect_with(config.clone()).unwrap();
        assert_eq!(second.stream.conn.handshake_kind(), Some(HandshakeKind::Resumed), "{version:?}");
        assert_eq!(second.ask(post(XML, "<a/>")).status, 200);

        stage.pki.revoke(&[&bad]);
        stage.trust.reload().unwrap();
        let mut third = stage.connect_with(config).unwrap();
        assert_eq!(third.stream.conn.handshake_kind(), Some(HandshakeKind::Resumed), "{version:?}");
        let response = third.ask(post(XML, "<a/>"));
        assert_eq!((response.status, response.header("connection")), (403, Some("close")), "{version:?}");
        assert!(third.is_closed());
        assert_eq!(stage.gateway.calls.load(Ordering::SeqCst), 2);
        assert!(stage.refused("certificate_revoked"));
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
