//! Limits of size, pace and time.

use std::time::Instant;

use super::*;

#[test]
fn a_chunked_body_over_the_limit_closes_the_connection() {
    let stage = Stage::new();
    let mut connection = stage.connect();
    connection
        .send(format!("POST {PATH} HTTP/1.1\r\nHost: localhost\r\n{XML}Transfer-Encoding: chunked\r\n\r\n"))
        .unwrap();
    let piece = format!("4000\r\n{}\r\n", "x".repeat(0x4000));
    let started = Instant::now();
    let mut sent = 0;
    // The client never ends its body; the server responds, and closes soon after.
    while connection.send(&piece).is_ok() && started.elapsed() < Duration::from_secs(8) {
        sent += piece.len();
        std::thread::sleep(Duration::from_millis(if sent > 300_000 { 50 } else { 0 }));
    }
    assert!(started.elapsed() < Duration::from_secs(5), "still open after {:?}", started.elapsed());
    assert!(stage.refused("body_too_large"));
    assert_eq!(stage.calls(), 0);
}

#[test]
fn the_413_of_a_chunked_body_is_seen() {
    let stage = Stage::new();
    let mut connection = stage.connect();
    let body = format!("50000\r\n{}\r\n0\r\n\r\n", "x".repeat(0x50000));
    connection
        .send(format!("POST {PATH} HTTP/1.1\r\nHost: localhost\r\n{XML}Transfer-Encoding: chunked\r\n\r\n{body}"))
        .unwrap();
    let response = connection.response(false).unwrap();
    assert_eq!((response.status, response.header("connection")), (413, Some("close")));
    assert!(connection.is_closed());
}

#[test]
fn a_body_that_stalls_is_given_up() {
    for how in ["Content-Length: 1000\r\n\r\n<a>wo", "Transfer-Encoding: chunked\r\n\r\n5\r\n<a>wo\r\n"] {
        let stage = Stage::with(|limits| limits.body_timeout = Duration::from_millis(500));
        let mut connection = stage.connect();
        let started = Instant::now();
        connection.send(format!("POST {PATH} HTTP/1.1\r\nHost: localhost\r\n{XML}{how}")).unwrap();
        let response = connection.response(false).unwrap();
        assert_eq!((response.status, response.header("connection")), (408, Some("close")), "{how}");
        assert!(started.elapsed() >= Duration::from_millis(450) && started.elapsed() < Duration::from_secs(5));
        assert!(connection.is_closed(), "{how}");
        assert!(started.elapsed() < Duration::from_secs(9), "{how}");
        assert!(stage.refused("body_slow"));
    }
}

#[test]
fn a_body_that_keeps_the_pace_may_take_longer_and_a_dribble_may_not() {
    let stage = Stage::with(|limits| {
        limits.body_timeout = Duration::from_millis(500);
        limits.minimum_rate = 1000;
    });
    let head = |length| format!("POST {PATH} HTTP/1.1\r\nHost: localhost\r\n{XML}Content-Length: {length}\r\n\r\n");
    let mut steady = stage.connect();
    steady.send(head(3000)).unwrap();
    for _ in 0..10 {
        steady.send("x".repeat(300)).unwrap();
        std::thread::sleep(Duration::from_millis(120));
    }
    assert_eq!(steady.response(false).unwrap().status, 200);

    let mut dribble = stage.connect();
    dribble.send(head(3000)).unwrap();
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(9) && !stage.refused("body_slow") {
        let _ = dribble.send("x");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
    assert_eq!(dribble.response(false).unwrap().status, 408);
}

#[test]
fn a_head_that_stalls_and_a_connection_that_idles_are_closed() {
    let stage = Stage::with(|limits| {
        limits.header_timeout = Duration::from_millis(500);
        limits.idle = Duration::from_millis(800);
    });
    let mut stalled = stage.connect();
    let started = Instant::now();
    stalled.send("POST /LearnerService.svc HTTP/1.1\r\nHost: loc").unwrap();
    assert_eq!(stalled.response(false).unwrap().status, 408);
    assert!(stalled.is_closed() && started.elapsed() < Duration::from_secs(3));

    let mut idle = stage.connect();
    assert_eq!(idle.ask(post(XML, "<a/>")).status, 200);
    let started = Instant::now();
    assert!(idle.is_closed());
    assert!(
        started.elapsed() > Duration::from_millis(500) && started.elapsed() < Duration::from_secs(4),
        "{:?}",
        started.elapsed()
    );
}

#[test]
fn heads_that_are_too_long() {
    let stage = Stage::new();
    let many: String = (0..200).map(|n| format!("X-{n}: y\r\n")).collect();
    assert_eq!(stage.ask(post(&format!("{XML}{many}"), "")).status, 431);
    // Unfinished, and exactly what actix-http reads of a head: it resets a connection that has sent
    // more, and this client may meet the reset before it reads the answer.
    let mut connection = stage.connect();
    let head = format!("POST {PATH} HTTP/1.1\r\nHost: localhost\r\nX: ");
    connection.send(format!("{head}{}", "y".repeat(131_072 - head.len()))).unwrap();
    assert_eq!(connection.response(false).unwrap().status, 431);
}

#[test]
fn stalled_handshakes_keep_nobody_out_and_end() {
    let stage = Stage::with(|limits| limits.handshake_timeout = Duration::from_secs(4));
    let mut stalled: Vec<TcpStream> = (0..400).map(|_| stage.tcp()).collect();
    for stream in &mut stalled {
        stream.write_all(&[0x16, 0x03, 0x01]).unwrap();
    }
    let started = Instant::now();
    assert_eq!(stage.ask(post(XML, "<a/>")).status, 200);
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    let mut buffer = [0; 16];
    for mut stream in stalled {
        assert!(matches!(stream.read(&mut buffer), Ok(0) | Err(_)));
    }
    assert!(started.elapsed() < Duration::from_secs(9), "{:?}", started.elapsed());
}

#[test]
fn a_later_head_that_stalls_and_an_answer_that_nobody_reads_end_too() {
    let stage = Stage::with(|limits| {
        limits.header_timeout = Duration::from_millis(500);
        limits.idle = Duration::from_millis(800);
        limits.minimum_rate = 1_000_000_000;
    });
    let mut stalled = stage.connect();
    assert_eq!(stalled.ask(post(XML, "<a/>")).status, 200);
    stalled.send("POST /LearnerService.svc HTTP/1.1\r\nHost: loc").unwrap();
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(5) && stalled.send("o").is_ok() {
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());

    let mut deaf = stage.connect();
    deaf.send(post(XML, "huge")).unwrap();
    for _ in 0..60 {
        std::thread::sleep(Duration::from_millis(100));
        if stage.calls() == 2 && stage.metrics.open_connections() == 0 {
            return;
        }
    }
    panic!("the connection is still open");
}
