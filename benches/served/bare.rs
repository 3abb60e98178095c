//! A bare server on the same HTTP and TLS libraries, with the same certificates: it reads the body
//! and answers with fixed bytes. What the service costs beyond it is the service's own.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use actix_web::{App, HttpResponse, HttpServer, web};
use learning_records::tls;

use super::{Outcome, wait_for_address};

/// Becomes the bare server if the command line says so: call it first in `main`.
pub fn run_if_asked() -> Option<Outcome<()>> {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.as_slice() {
        [_, flag, folder, bytes] if flag == "--bare" => Some(run(Path::new(folder), bytes)),
        _ => None,
    }
}

/// Starts this bench's own program as a bare server whose answers have this many bytes.
pub fn start(demo: &Path, bytes: usize) -> Outcome<(Child, SocketAddr)> {
    let program = std::env::current_exe()?;
    let child = Command::new(program).arg("--bare").arg(demo).arg(bytes.to_string()).stdout(Stdio::piped()).spawn()?;
    wait_for_address(child, "The bare server answers on ")
}

/// Reads bodies and answers with fixed bytes; everything else is set up as in the service.
fn run(demo: &Path, bytes: &str) -> Outcome<()> {
    let bytes: usize = bytes.parse()?;
    let pki = demo.join("pki");
    let trust = tls::Trust::load(&tls::Files {
        certificate: pki.join("server.pem"),
        key: pki.join("server.pem"),
        client_ca: pki.join("ca.pem"),
        revocation_lists: Vec::<PathBuf>::new(),
    })?;
    actix_web::rt::System::new().block_on(async {
        let answer =
            move || async move { HttpResponse::Ok().content_type("text/xml; charset=utf-8").body("x".repeat(bytes)) };
        let server = HttpServer::new(move || App::new().default_service(web::to(move |_body: web::Bytes| answer())))
            .tcp_nodelay(true)
            .workers(std::thread::available_parallelism().map_or(1, usize::from))
            .bind_rustls_0_23("127.0.0.1:0", trust.server_config(tls::Clients::Certified)?)?;
        let address = server.addrs().first().copied().ok_or("the bare server has no address")?;
        println!("The bare server answers on {address}");
        server.run().await?;
        Ok(())
    })
}
