//! The whole service under load, compared with a bare server in the same run: learnerByULN over
//! kept-alive mutual TLS.
//!
//! Three processes: this one sends the calls; `lrs demo` answers with 100,000 learners on SQLite,
//! with credentials, audit and log enabled; and a bare server on the same HTTP and TLS libraries
//! answers with a fixed body of the same length. Rounds alternate between the two; medians and
//! ratios are printed. Run it with `make bench`.

mod served;

use std::sync::Arc;

use served::rounds::{CONNECTIONS, Connections, side_by_side};
use served::{Children, Outcome, bare, connector, finds, start_service};

const LEARNERS: u32 = 100_000;
const REPLY_BYTES: usize = 1_500;

fn main() -> Outcome<()> {
    if let Some(outcome) = bare::run_if_asked() {
        return outcome;
    }
    let folder = tempfile::tempdir()?;
    let demo = folder.path().join("demo");
    let (service, address) = start_service(&demo, LEARNERS)?;
    let (bare, bare_address) = bare::start(&demo, REPLY_BYTES)?;
    let _children = Children(vec![service, bare]);
    let requests: Arc<[Vec<u8>]> = finds(LEARNERS)?.into();
    println!("learnerByULN, {CONNECTIONS} kept-alive connections over mutual TLS, {LEARNERS} learners on SQLite");
    let connector = connector(&demo, "provider")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let is_found = |body: &[u8]| memchr::memmem::find(body, b"<ResponseCode>WSRC0004<").is_some();
    runtime.block_on(side_by_side(&connector, bare_address, address, &requests, is_found, Connections::Kept))
}
