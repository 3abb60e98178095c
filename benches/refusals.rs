//! The cost of refusing requests that are unreasonably large, deep or compressed: processor time
//! and memory for each, including the connection, the handshake and reading the request.
//!
//! Prints milliseconds and KiB; run it with `make bench`. It asserts nothing; the tests send the
//! same requests and limit the memory.

mod served;

#[path = "../tests/integration/hostile/forms.rs"]
mod forms;
#[path = "../tests/integration/hostile/large.rs"]
#[allow(clippy::expect_used, reason = "shared with the tests")]
mod large;

use std::net::SocketAddr;

use learning_records::pki::CertificateAuthority;
use served::visitor::portal_address;
use served::{Children, Outcome, connect, connector, memory_kib, start_service};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsConnector;

const LEARNERS: u32 = 1_000;
const ROUNDS: usize = 5;

fn main() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let demo = folder.path().join("demo");
    let (service, address) = start_service(&demo, LEARNERS)?;
    let process = service.id();
    let _children = Children(vec![service]);
    let provider = connector(&demo, "provider")?;
    // Issued by the trusted authority, but not registered for any organisation.
    let pki = demo.join("pki");
    let authority = std::fs::read_to_string(pki.join("ca.pem"))? + &std::fs::read_to_string(pki.join("ca.key"))?;
    let nobody = CertificateAuthority::load(&authority)?.issue_client("nobody", 30)?;
    std::fs::write(pki.join("nobody.pem"), nobody.pem().as_bytes())?;
    let nobody = connector(&demo, "nobody")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    println!("{:<40}{:<10}{:>8}{:>8}{:>14}{:>10}", "refused", "sent by", "MB", "answer", "processor ms", "peak KiB");
    let cases = large::cases();
    let forms = forms::cases();
    let portal = portal_address(&demo)?;
    let by_nobody =
        cases.iter().filter(|case| case.name.contains("of entities")).map(|case| (&nobody, "nobody", address, case));
    let by_provider = cases.iter().map(|case| (&provider, "provider", address, case));
    let by_browser = forms.iter().map(|case| (&nobody, "browser", portal, case));
    for (connector, sender, address, case) in by_provider.chain(by_nobody).chain(by_browser) {
        let mut times = Vec::new();
        let (mut peak, mut status) = (0, String::new());
        for _ in 0..ROUNDS {
            let memory = memory_kib(process, "VmRSS:");
            // This resets the kernel's record of the peak.
            let _ = std::fs::write(format!("/proc/{process}/clear_refs"), "5");
            let before = processor_ns(process)?;
            status = runtime.block_on(send(connector, address, &case.bytes))?;
            times.push(processor_ns(process)?.saturating_sub(before));
            peak = peak.max(memory_kib(process, "VmHWM:").saturating_sub(memory));
        }
        times.sort_unstable();
        let median = f64::from(u32::try_from(times.get(ROUNDS / 2).copied().unwrap_or_default() / 1_000)?) / 1e3;
        let size = f64::from(u32::try_from(case.bytes.len())?) / 1e6;
        println!("{:<40}{sender:<10}{size:>8.1}{status:>8}{median:>14.1}{peak:>10}", case.name);
    }
    Ok(())
}

/// Sends a request on a new connection and returns the status of the answer, which may arrive
/// before the whole request has been sent.
async fn send(connector: &TlsConnector, address: SocketAddr, request: &[u8]) -> Outcome<String> {
    let (mut reader, mut writer) = tokio::io::split(connect(connector, address).await?);
    let sending = async {
        // The server stops reading as soon as it has decided to refuse.
        let _ = writer.write_all(request).await;
        let _ = writer.flush().await;
    };
    let mut answer = [0; 12];
    let (_, read) = tokio::join!(sending, reader.read_exact(&mut answer));
    read?;
    Ok(String::from_utf8_lossy(&answer).split(' ').next_back().unwrap_or_default().to_owned())
}

/// The processor time of all live threads, if the system reports it.
fn processor_ns(process: u32) -> Outcome<u64> {
    let mut sum = 0;
    for thread in std::fs::read_dir(format!("/proc/{process}/task"))? {
        let text = std::fs::read_to_string(thread?.path().join("schedstat")).unwrap_or_default();
        sum += text.split(' ').next().and_then(|time| time.parse::<u64>().ok()).unwrap_or_default();
    }
    Ok(sum)
}
