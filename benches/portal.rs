//! A learner's page at the portal beside learnerByULN, in one run and for the same learner. The
//! page may take twice as long as the call. Run it with `make bench`.

mod served;

use std::net::SocketAddr;
use std::path::Path;

use learning_records::demo::{self, population};
use served::turns::{Turn, page_beside_call};
use served::visitor::Visitor;
use served::{Children, Outcome, connect, connector, finds, start_service};

const LEARNERS: u32 = 10_000;

fn main() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let demo = folder.path().join("demo");
    let (service, address) = start_service(&demo, LEARNERS)?;
    let _children = Children(vec![service]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(measure(&demo, address))
}

async fn measure(demo: &Path, address: SocketAddr) -> Outcome<()> {
    let call = finds(LEARNERS)?.into_iter().next().ok_or("no learner")?;
    let (learner, _) = population::people(demo::SEED, LEARNERS)?.next().ok_or("no learner")?;
    let mut visitor = Visitor::signed_in(demo, "PORTAL_ONLINE").await?;
    let path = visitor.learner_page(&learner).await?;
    let page = visitor.request("GET", &path, "");
    let mut caller = connect(&connector(demo, "provider")?, address).await?;
    println!("A learner's page beside learnerByULN, {LEARNERS} learners on SQLite, one kept-alive connection each");
    let call = Turn { stream: &mut caller, request: &call };
    page_beside_call(call, Turn { stream: &mut visitor.stream, request: &page }, "learnerByULN", 2).await
}
