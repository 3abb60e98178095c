//! A bare server on the same HTTP and TLS libraries, with the same certificates: it reads the body
//! and answers with fixed bytes. What the service costs beyond it is the service's own. Client
//! certificates are checked by rustls, without revocation lists.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use actix_web::{App, HttpResponse, HttpServer, web};
use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ServerConfig, WebPkiClientVerifier};

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

/// Reads bodies and answers with fixed bytes, after the same handshakes as the service's.
fn run(demo: &Path, bytes: &str) -> Outcome<()> {
    let bytes: usize = bytes.parse()?;
    let tls = tls(&demo.join("pki"))?;
    actix_web::rt::System::new().block_on(async {
        let answer =
            move || async move { HttpResponse::Ok().content_type("text/xml; charset=utf-8").body("x".repeat(bytes)) };
        let server = HttpServer::new(move || App::new().default_service(web::to(move |_body: web::Bytes| answer())))
            .tcp_nodelay(true)
            .workers(std::thread::available_parallelism().map_or(1, usize::from))
            .bind_rustls_0_23("127.0.0.1:0", tls)?;
        let address = server.addrs().first().copied().ok_or("the bare server has no address")?;
        println!("The bare server answers on {address}");
        server.run().await?;
        Ok(())
    })
}

fn tls(pki: &Path) -> Outcome<ServerConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(pki.join("ca.pem"))?)?;
    let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build()?;
    let server = pki.join("server.pem");
    let chain = CertificateDer::pem_file_iter(&server)?.collect::<Result<Vec<_>, _>>()?;
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(clients)
        .with_single_cert(chain, PrivateKeyDer::from_pem_file(&server)?)?;
    config.send_tls13_tickets = 0;
    Ok(config)
}
