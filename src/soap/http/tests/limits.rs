//! How much of a body is taken, and from whom.

use super::*;

#[test]
fn bodies_over_the_limit() {
    let stage = Stage::new();
    let over = 256 * 1024 + 1;
    let mut connection = stage.connect();
    connection.send(format!("POST {PATH} HTTP/1.1\r\nHost: localhost\r\n{XML}Content-Length: {over}\r\n\r\n")).unwrap();
    let response = connection.response(false).unwrap();
    assert_eq!((response.status, response.header("connection")), (413, Some("close")));
    assert!(connection.is_closed());

    // The other web service takes batches.
    let response = stage.ask(post_to("/ExternalService.svc", XML, vec![b'x'; over]));
    assert!(response.text().starts_with(&format!("1|Synthetic Provider|{over} blocking|")));
    assert_eq!(stage.ask(post(XML, vec![b'x'; over - 1])).status, 200);
}

#[test]
fn a_batch_is_answered_by_its_beginning_where_its_sender_is_not_known() {
    let stage = Stage::new();
    for (word, bytes, sent) in [("nobody", 16_384, 20_000), ("unclear", 262_144, 270_000)] {
        let mut connection = stage.connect();
        let head = "POST /ExternalService.svc HTTP/1.1\r\nHost: localhost\r\n";
        connection.send(format!("{head}{XML}Content-Length: 30000000\r\n\r\n{word}{}", "x".repeat(sent))).unwrap();
        let response = connection.response(false).unwrap();
        assert_eq!((response.status, response.header("connection")), (500, Some("close")), "{word}");
        assert_eq!(response.text(), format!("by {bytes} bytes"));
        assert!(connection.is_closed());
    }
    assert_eq!(stage.calls(), 0);
    assert_eq!(stage.ask(post_to("/ExternalService.svc", XML, "nobody")).status, 200, "a short one is a call");
    assert_eq!(stage.ask(post(XML, vec![b'x'; 100_000])).status, 200, "other services have no batches");
}
