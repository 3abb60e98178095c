//! Methods, paths, media types, and the shape of responses.

use super::*;

#[test]
fn a_call_and_its_answer() {
    let stage = Stage::new();
    let mut connection = stage.connect();
    for _ in 0..3 {
        let response = connection.ask(post(XML, "<a>word</a>"));
        assert_eq!((response.status, response.text()), (200, "0|Synthetic Provider|11|<a>word</a>"));
        assert_eq!(response.header("content-type"), Some("text/xml; charset=utf-8"));
        assert_eq!(response.header("cache-control"), Some("no-store"));
        assert_eq!(response.header("content-encoding"), None);
        assert_eq!(response.header("x-request-id").map(str::len), Some(16));
        assert_eq!(response.header("server"), None);
        assert_eq!(response.header("transfer-encoding"), None);
    }
    let text = stage.metrics.render();
    let counted = r#"lrs_calls_total{code="WSRC0004",operation="word",outcome="answer",service="LearnerService"} 3"#;
    assert!(text.contains(counted) && text.contains("lrs_connections 1"), "{text}");
    drop(connection);
    for _ in 0..100 {
        if stage.metrics.open_connections() == 0 {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("the connection is still counted");
}

#[test]
fn soap_1_2_is_answered_as_soap_1_2() {
    let stage = Stage::new();
    let response = stage
        .ask(post("Content-Type: application/soap+xml; charset=utf-8; action=\"\"\r\nSOAPAction: \"\"\r\n", "<a/>"));
    assert_eq!(response.status, 200);
    assert_eq!(response.header("content-type"), Some("application/soap+xml; charset=utf-8"));
}

#[test]
fn paths_in_any_case_and_with_any_query() {
    let stage = Stage::new();
    let mut connection = stage.connect();
    for path in ["/LearnerService.svc?singleWsdl", "/learnerservice.SVC?singlewsdl", "/LEARNERSERVICE.svc?a=b&c"] {
        assert!(connection.ask(post_to(path, XML, "<a/>")).text().starts_with("0|"), "{path}");
    }
    assert!(connection.ask(post_to("/ExternalService.svc", XML, "<a/>")).text().starts_with("1|"));
    for path in [
        "/",
        "/LearnerService",
        "/LearnerService.svc/",
        "//LearnerService.svc",
        "/OtherService.svc",
        "/../LearnerService.svc",
    ] {
        let response = stage.ask(post_to(path, XML, "<a/>"));
        assert_eq!(response.status, 404, "{path}");
        assert_eq!(response.header("location"), None);
    }
}

#[test]
fn pages_by_get_and_head() {
    let stage = Stage::new();
    let mut connection = stage.connect();
    let get = connection.ask("GET /learnerservice.svc?WSDL HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_eq!(get.status, 200);
    assert!(get.text().starts_with("page 0 WSDL "));
    let head = connection.ask("HEAD /learnerservice.svc?WSDL HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), get.header("content-length"));
    assert_eq!(head.header("content-type"), get.header("content-type"));
    let packed =
        connection.ask("GET /ExternalService.svc HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n");
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    assert_eq!(packed.header("vary"), Some("Accept-Encoding"));
    assert_eq!(connection.ask("GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 404);
    assert_eq!(connection.ask(post(XML, "<a/>")).status, 200);
}

#[test]
fn other_methods_are_not_allowed() {
    let stage = Stage::new();
    let mut connection = stage.connect();
    for method in ["PUT", "DELETE", "OPTIONS", "PATCH", "M-POST", "TRACE", "PROPFIND"] {
        let response = connection.ask(format!("{method} {PATH} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        assert_eq!(response.status, 405, "{method}");
        assert_eq!(response.header("allow"), Some("GET, HEAD, POST"), "{method}");
    }
    let response = stage.ask(format!("PUT {PATH} HTTP/1.1\r\nHost: localhost\r\n{XML}Content-Length: 4\r\n\r\n<a/>"));
    assert_eq!(response.status, 405);
    assert!(stage.refused("method"));
}

#[test]
fn other_media_types_are_not_supported() {
    let stage = Stage::new();
    for header in [
        "",
        "Content-Type: application/json\r\n",
        "Content-Type: application/xml\r\n",
        "Content-Type: multipart/related; type=\"text/xml\"; boundary=b\r\n",
        "Content-Type: text/xml; charset=iso-8859-1\r\n",
        "Content-Type: text/xml; charset=utf-7\r\n",
        "Content-Type: text/xml\r\nContent-Encoding: br\r\n",
        "Content-Type: text/xml\r\nContent-Encoding: gzip, gzip\r\n",
    ] {
        let response = stage.ask(post(header, "<a/>"));
        assert_eq!(response.status, 415, "{header}");
        assert_eq!(response.header("connection"), Some("close"), "{header}");
    }
    assert_eq!(stage.calls(), 0);
    for header in [
        "Content-Type: text/xml\r\nAccept: application/xml\r\n",
        "Content-Type: text/xml; charset=\"UTF-8\"\r\nConnection: TE\r\nTE: deflate,gzip;q=0.3\r\n",
    ] {
        assert_eq!(stage.ask(post(header, "<a/>")).status, 200, "{header}");
    }
}

#[test]
fn http_1_0_works_with_and_without_keep_alive() {
    let stage = Stage::new();
    let mut connection = stage.connect();
    let request = |extra: &str| format!("POST {PATH} HTTP/1.0\r\n{extra}{XML}Content-Length: 4\r\n\r\n<a/>");
    let response = connection.ask(request("Connection: keep-alive\r\n"));
    assert!(response.head.starts_with("HTTP/1.0 200"), "{}", response.head);
    let response = connection.ask(request(""));
    assert_eq!(response.status, 200);
    assert!(connection.is_closed());
}

#[test]
fn expect_100_continue_is_answered_at_once() {
    let stage = Stage::new();
    let mut connection = stage.connect();
    connection
        .send(format!(
            "POST {PATH} HTTP/1.1\r\nHost: localhost\r\n{XML}Expect: 100-continue\r\nContent-Length: 4\r\n\r\n"
        ))
        .unwrap();
    assert_eq!(connection.response(true).unwrap().status, 100);
    connection.send("<a/>").unwrap();
    assert_eq!(connection.response(false).unwrap().status, 200);
}

#[test]
fn chunked_bodies_in_many_pieces() {
    let stage = Stage::new();
    let mut connection = stage.connect();
    for _ in 0..2 {
        connection
            .send(format!("POST {PATH} HTTP/1.1\r\nHost: localhost\r\n{XML}Transfer-Encoding: chunked\r\n\r\n"))
            .unwrap();
        for piece in ["<a>", "w", "o", "rd", "</a>"] {
            connection.send(format!("{:x}\r\n{piece}\r\n", piece.len())).unwrap();
        }
        connection.send("0\r\n\r\n").unwrap();
        assert!(connection.response(false).unwrap().text().ends_with("|11|<a>word</a>"));
    }
}

#[test]
fn requests_that_lie_about_their_length() {
    let stage = Stage::new();
    for (headers, body) in [
        ("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
        ("Content-Length: 4\r\nContent-Length: 5\r\n", "<a/>"),
        ("Content-Length: +4\r\n", "<a/>"),
        ("Transfer-Encoding: chunked\r\n", "ffffffffffffffffff\r\n"),
        ("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"),
        ("Transfer-Encoding: chunked\r\n", "zz\r\n"),
        ("X: a\r\n b\r\n", ""),
    ] {
        let mut connection = stage.connect();
        connection.send(format!("POST {PATH} HTTP/1.1\r\nHost: localhost\r\n{XML}{headers}\r\n{body}")).unwrap();
        let response = connection.response(false).unwrap();
        assert_eq!(response.status, 400, "{headers}");
        assert!(connection.is_closed(), "{headers}");
    }
    assert_eq!(stage.calls(), 0);
}

#[test]
fn maintenance_is_what_clients_look_for() {
    let stage = Stage::new();
    stage.handler.calls.gateway.maintenance.store(true, Ordering::SeqCst);
    let response = stage.ask(post(XML, "<a/>"));
    assert_eq!(response.status, 405);
    assert!(response.text().contains("<Code>UnsupportedHttpVerb</Code>") && response.text().ends_with("</Error>"));
    assert_eq!(response.header("content-type"), Some("application/xml"));
    assert_eq!(stage.ask(format!("GET {PATH}?wsdl HTTP/1.1\r\nHost: localhost\r\n\r\n")).status, 200);
    stage.handler.calls.gateway.maintenance.store(false, Ordering::SeqCst);
    assert_eq!(stage.ask(post(XML, "<a/>")).status, 200);
}

#[test]
fn calls_that_must_wait_fail_or_are_not_settled() {
    let stage = Stage::new();
    let mut connection = stage.connect();
    assert!(connection.ask(post(XML, "wait")).text().ends_with("|4 blocking|wait"));
    assert_eq!(stage.calls(), 2);
    let response = connection.ask(post(XML, "panic"));
    assert_eq!((response.status, response.text()), (500, "fault 0 Internal"));
    let response = connection.ask(post(XML, "unsettled"));
    assert_eq!((response.status, response.text()), (500, "not settled"));
    assert_eq!(response.header("retry-after"), Some("7"), "the gateway's own word");
    assert_eq!(connection.ask(post(XML, "wait and panic")).status, 500);
    assert_eq!(connection.ask(post(XML, "<a/>")).status, 200);
}

#[test]
fn a_long_body_or_a_slow_database_goes_to_a_waiting_thread() {
    let stage = Stage::new();
    let long = format!("<a>{}</a>", "x".repeat(100_000));
    assert!(stage.ask(post(XML, &long)).text().contains(" blocking|"));
    let stage = Stage::with(true);
    assert!(stage.ask(post(XML, "<a/>")).text().contains(" blocking|"));
    assert_eq!(stage.calls(), 1);
}
