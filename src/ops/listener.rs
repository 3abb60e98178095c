//! The operations listener: plain HTTP on loopback, without authentication. `/livez` tells whether
//! the process runs, `/readyz` whether it can answer calls, `/health` the same as JSON with
//! reasons, `/metrics` the counters.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::http::header;
use actix_web::rt::time::timeout;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};

use super::gathered::flush_log;
use super::operations::{Findings, Operations};
use crate::config;

/// Maximum time for all probes.
const PATIENCE: Duration = Duration::from_secs(2);

/// Binds the listener (port 0 picks a free port). Returns the server, which runs when awaited, and
/// its address.
///
/// # Errors
/// The address cannot be bound.
pub fn bind(settings: &config::Operations, operations: Arc<Operations>) -> std::io::Result<(Server, SocketAddr)> {
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::from(Arc::clone(&operations)))
            .route("/livez", web::get().to(async || "alive\n"))
            .route("/readyz", web::get().to(ready))
            .route("/health", web::get().to(health))
            .route("/metrics", web::get().to(metrics))
            .route("/demo/reset", web::post().to(reset))
    })
    .workers(1)
    .worker_max_blocking_threads(4)
    .max_connections(64)
    .client_request_timeout(Duration::from_secs(5))
    .disable_signals()
    .shutdown_timeout(1)
    .bind(settings.listen)?;
    let address = server.addrs().first().copied().unwrap_or(settings.listen);
    Ok((server.run(), address))
}

async fn findings(operations: web::Data<Operations>) -> Findings {
    let looked = timeout(PATIENCE, web::block(move || operations.look())).await;
    match looked {
        Ok(Ok(findings)) => findings,
        Ok(Err(_)) => vec![("probes", Err("a probe failed".to_owned()))],
        Err(_) => vec![("probes", Err(format!("no result within {} s", PATIENCE.as_secs())))],
    }
}

async fn ready(operations: web::Data<Operations>) -> HttpResponse {
    let remarks: String = operations.remarks().iter().map(|remark| format!("{remark}\n")).collect();
    match findings(operations).await.into_iter().find_map(|(name, found)| found.err().map(|why| (name, why))) {
        None => HttpResponse::Ok().body(format!("ready\n{remarks}")),
        Some((name, why)) => HttpResponse::ServiceUnavailable().body(format!("{name}: {why}\n{remarks}")),
    }
}

async fn health(operations: web::Data<Operations>) -> HttpResponse {
    let findings = findings(operations.clone()).await;
    let well = findings.iter().all(|(_, found)| found.is_ok());
    let checks: Vec<String> = findings
        .iter()
        .map(|(name, found)| format!("{}:{}", json(name), json(found.as_ref().err().map_or("ok", String::as_str))))
        .collect();
    let remarks: Vec<String> = operations.remarks().iter().map(|remark| json(remark)).collect();
    let body = format!(
        "{{\"status\":{},\"version\":{},\"uptime_s\":{},\"connections\":{},\"checks\":{{{}}},\"warnings\":[{}]}}\n",
        json(if well { "ok" } else { "failing" }),
        json(env!("CARGO_PKG_VERSION")),
        operations.started.elapsed().as_secs(),
        operations.metrics.open_connections(),
        checks.join(","),
        remarks.join(","),
    );
    let mut response = if well { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    response.content_type("application/json").body(body)
}

async fn metrics(operations: web::Data<Operations>) -> HttpResponse {
    let looked = operations.clone();
    let look = move || {
        // So that the log has the lines behind each count.
        flush_log();
        looked.refreshes.iter().for_each(|refresh| refresh(&looked.metrics));
    };
    // Metrics that cannot be updated in time keep their last value.
    let _ = timeout(PATIENCE, web::block(look)).await;
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(operations.metrics.render())
}

async fn reset(request: HttpRequest, operations: web::Data<Operations>) -> HttpResponse {
    if operations.reset.is_none() {
        return HttpResponse::NotFound().finish();
    }
    // A page in a browser can post to loopback, but only with an Origin header.
    if request.headers().contains_key(header::ORIGIN) {
        return HttpResponse::Forbidden().body("requests from browsers are not allowed\n");
    }
    match web::block(move || operations.reset.as_ref().map(|reset| reset())).await {
        Ok(Some(Ok(done))) => HttpResponse::Ok().body(format!("{done}\n")),
        Ok(Some(Err(why))) => HttpResponse::InternalServerError().body(format!("{why}\n")),
        Ok(None) => HttpResponse::NotFound().finish(),
        Err(_) => HttpResponse::InternalServerError().body("the reset failed\n"),
    }
}

/// Writes a JSON string.
fn json(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push(' '),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use std::io::{Read, Write};
    use std::net::TcpStream;

    use super::super::Metrics;
    use super::*;

    fn operations() -> Operations {
        Operations::new(Arc::new(Metrics::new().unwrap()))
    }

    /// The responses of a listener to these request lines with headers.
    fn answers(operations: Operations, requests: &[&str]) -> Vec<String> {
        let operations = Arc::new(operations);
        let (to_here, address) = std::sync::mpsc::channel();
        let running = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async {
                let settings = config::Operations { listen: SocketAddr::from(([127, 0, 0, 1], 0)) };
                let (server, address) = bind(&settings, operations).unwrap();
                to_here.send((server.handle(), address)).unwrap();
                server.await.unwrap();
            });
        });
        let (handle, address) = address.recv().unwrap();
        let ask = |request: &&str| {
            let mut stream = TcpStream::connect(address).unwrap();
            write!(stream, "{request}\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            answer
        };
        let answers = requests.iter().map(ask).collect();
        drop(handle.stop(true));
        running.join().unwrap();
        answers
    }

    #[test]
    fn a_healthy_service() {
        let operations = operations().with_probe("database", || Ok(())).with_remarks(|| vec!["ends soon".to_owned()]);
        operations.metrics.refused("method");
        let answers = answers(
            operations,
            &[
                "GET /livez HTTP/1.1",
                "GET /readyz HTTP/1.1",
                "GET /health HTTP/1.1",
                "GET /metrics HTTP/1.1",
                "POST /demo/reset HTTP/1.1",
            ],
        );
        let [live, ready, health, metrics, reset] = answers.as_slice() else { panic!("five answers") };
        assert!(live.starts_with("HTTP/1.1 200 ") && live.ends_with("alive\n"), "{live}");
        assert!(ready.starts_with("HTTP/1.1 200 ") && ready.ends_with("ready\nends soon\n"), "{ready}");
        assert!(health.contains(r#""status":"ok""#) && health.contains(r#""database":"ok""#), "{health}");
        assert!(health.contains(r#""warnings":["ends soon"]"#), "{health}");
        assert!(metrics.contains("lrs_refused_total{reason=\"method\"} 1"), "{metrics}");
        assert!(reset.starts_with("HTTP/1.1 404 "), "{reset}");
    }

    #[test]
    fn a_failing_probe_makes_it_unready_and_the_reset_is_no_browser_s() {
        let operations = operations()
            .with_probe("database", || Err("not \"reachable\"".to_owned()))
            .with_reset(|| Ok("30 learners".to_owned()));
        let answers = answers(
            operations,
            &[
                "GET /livez HTTP/1.1",
                "GET /readyz HTTP/1.1",
                "GET /health HTTP/1.1",
                "POST /demo/reset HTTP/1.1",
                "POST /demo/reset HTTP/1.1\r\nOrigin: https://elsewhere.example",
            ],
        );
        let [live, ready, health, reset, foreign] = answers.as_slice() else { panic!("five answers") };
        assert!(live.starts_with("HTTP/1.1 200 "), "{live}");
        assert!(ready.starts_with("HTTP/1.1 503 ") && ready.contains("database: not"), "{ready}");
        assert!(
            health.starts_with("HTTP/1.1 503 ") && health.contains(r#""database":"not \"reachable\"""#),
            "{health}"
        );
        assert!(reset.starts_with("HTTP/1.1 200 ") && reset.ends_with("30 learners\n"), "{reset}");
        assert!(foreign.starts_with("HTTP/1.1 403 "), "{foreign}");
    }

    #[test]
    fn a_probe_that_hangs_is_a_failure() {
        let operations = operations().with_probe("database", || {
            std::thread::sleep(PATIENCE * 2);
            Ok(())
        });
        let answers = answers(operations, &["GET /readyz HTTP/1.1"]);
        assert!(
            answers.iter().all(|a| a.starts_with("HTTP/1.1 503 ") && a.contains("no result within 2 s")),
            "{answers:?}"
        );
    }
}
