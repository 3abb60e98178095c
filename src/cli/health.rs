//! `lrs health`: asks a running service for its health, over its operations listener.

use std::io::Write;
use std::time::Duration;
use ureq::Agent;

use super::failure::Failure;

/// Long enough for a busy service, short enough for a probe.
const PATIENCE: Duration = Duration::from_secs(5);

/// Check the health of a running service
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  lrs health --operations 127.0.0.1:9090\n\nExit code: 0 if the service is healthy, 1 if it is not or does not respond."
)]
pub struct Health {
    /// Address of the operations listener
    #[arg(long, default_value = "127.0.0.1:9090", value_name = "HOST:PORT")]
    operations: String,
}

/// Runs the command.
pub fn run(health: &Health, out: &mut impl Write) -> Result<(), Failure> {
    let address = format!("http://{}/health", health.operations);
    let agent: Agent =
        Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE)).proxy(None).build().into();
    let mut response = agent.get(&address).call().map_err(|error| {
        Failure::Failed(format!(
            "No response from {address}: {error}\nIs the service running? When it starts, it prints its operations address."
        ))
    })?;
    let status = response.status();
    let body =
        response.body_mut().read_to_string().map_err(|error| Failure::doing("Cannot read the response", error))?;
    writeln!(out, "{}", body.trim_end())?;
    if status.is_success() {
        Ok(())
    } else {
        Err(Failure::Failed(format!("The service is unhealthy (HTTP status {}).", status.as_u16())))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;
    use std::io::Read;
    use std::net::TcpListener;

    fn ask(reply: &'static str) -> (Result<(), Failure>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let operations = listener.local_addr().unwrap().to_string();
        let answering = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 1024]).unwrap();
            stream.write_all(reply.as_bytes()).unwrap();
        });
        let mut out = Vec::new();
        let result = run(&Health { operations }, &mut out);
        answering.join().unwrap();
        (result, String::from_utf8(out).unwrap())
    }

    #[test]
    fn a_healthy_service_is_shown() {
        let (result, text) = ask("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n");
        assert!(result.is_ok());
        assert_eq!(text, "ok\n");
    }

    #[test]
    fn an_unhealthy_service_is_a_failure_with_its_reason() {
        let (result, text) = ask("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 13\r\n\r\nstore: locked");
        let Err(Failure::Failed(message)) = result else { panic!("expected a failure") };
        assert!(message.contains("503"));
        assert_eq!(text, "store: locked\n");
    }

    #[test]
    fn no_listener_is_a_failure_with_advice() {
        let health = Health { operations: "127.0.0.1:1".into() };
        let Err(Failure::Failed(message)) = run(&health, &mut Vec::new()) else { panic!("expected a failure") };
        assert!(message.contains("Is the service running?"));
    }
}
