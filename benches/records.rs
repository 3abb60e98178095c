//! A learning record of 300 events: GetLearnerLearningEvents beside a bare server with a reply of
//! the same size, and its page at the portal beside the call. The service should reach half of the
//! bare server's rate, and the page may take three times as long as the call. Run it with `make
//! bench`.

mod served;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDate;
use learning_records::demo::{self, population};
use learning_records::domain::{Clock, Database, RuleSettings, Service};
use learning_records::model::{AbilityToShare, EventSource, EventStatus, Learner, LearningEvent};
use served::rounds::{CONNECTIONS, Connections, side_by_side};
use served::turns::{Turn, page_beside_call};
use served::visitor::Visitor;
use served::{Children, Outcome, ask, bare, connect, connector, post, start_service};

const LEARNERS: u32 = 10_000;
const EVENTS: i32 = 300;
/// Learners whose records are read.
const READ: usize = 100;

fn main() -> Outcome<()> {
    if let Some(outcome) = bare::run_if_asked() {
        return outcome;
    }
    let folder = tempfile::tempdir()?;
    let demo = folder.path().join("demo");
    let (service, address) = start_service(&demo, LEARNERS)?;
    let mut children = Children(vec![service]);
    let everybody = population::people(demo::SEED, LEARNERS)?.map(|(learner, _)| learner);
    let shares = |learner: &Learner| learner.ability_to_share == AbilityToShare::Shares;
    let learners: Vec<Learner> = everybody.filter(shares).take(READ).collect();
    add_events(&demo, &learners)?;
    let requests: Vec<Vec<u8>> = learners.iter().map(call).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let bytes = runtime.block_on(reply_bytes(&demo, address, requests.first().ok_or("no learner")?))?;
    let (bare, bare_address) = bare::start(&demo, bytes)?;
    children.0.push(bare);
    println!("GetLearnerLearningEvents (FULL) of {EVENTS} events, {bytes} bytes, {CONNECTIONS} kept-alive connections");
    let connector = connector(&demo, "provider")?;
    let is_found = |body: &[u8]| memchr::memmem::find(body, b"ResponseCode>WSRC0004<").is_some();
    let first = requests.first().cloned().unwrap_or_default();
    let requests: Arc<[Vec<u8>]> = requests.into();
    runtime.block_on(side_by_side(&connector, bare_address, address, &requests, is_found, Connections::Kept))?;
    drop(children.0.pop().map(|mut bare| (bare.kill(), bare.wait())));
    runtime.block_on(page(&demo, address, &first, learners.first().ok_or("no learner")?))
}

/// The page of a learning record beside the call, for the same learner.
async fn page(demo: &Path, address: SocketAddr, call: &[u8], learner: &Learner) -> Outcome<()> {
    let mut visitor = Visitor::signed_in(demo, "PORTAL_ONLINE").await?;
    let path = format!("{}/record", visitor.learner_page(learner).await?);
    let page = visitor.request("GET", &path, "");
    let mut caller = connect(&connector(demo, "provider")?, address).await?;
    println!("The page of a learning record beside the call, {EVENTS} events, one kept-alive connection each");
    let call = Turn { stream: &mut caller, request: call };
    page_beside_call(call, Turn { stream: &mut visitor.stream, request: &page }, "the call", 3).await
}

async fn reply_bytes(demo: &Path, address: SocketAddr, request: &[u8]) -> Outcome<usize> {
    let mut stream = connect(&connector(demo, "provider")?, address).await?;
    Ok(ask(&mut stream, request, &mut Vec::new()).await?.len())
}

/// Gives each learner events until there are as many as measured, in the demo's own database.
fn add_events(demo: &Path, learners: &[Learner]) -> Outcome<()> {
    let database = Database::open(&demo.join("lrs.db").to_string_lossy(), 1)?;
    let service = Service::new(database, RuleSettings::default(), Clock::system());
    let events = learners.iter().flat_map(|learner| (0..EVENTS).map(|number| event(learner, number)));
    service.administration("bench").import_events(events)?;
    Ok(())
}

fn event(learner: &Learner, number: i32) -> LearningEvent {
    let year = 2000 + number % 25;
    let day = NaiveDate::from_ymd_opt(year, 1 + u32::try_from(number % 12).unwrap_or(0), 15);
    LearningEvent {
        id: 0,
        uln: learner.uln,
        source: EventSource::Npd,
        status: EventStatus::Final,
        achievement_award_date: day,
        achievement_provider_name: "A School of the Bench".to_owned(),
        achievement_provider_ukprn: "90000001".to_owned(),
        awarding_organisation_name: Some("An Awarding Organisation of the Bench".to_owned()),
        awarding_organisation_ukprn: Some("100060".to_owned()),
        collection_type: Some("A".to_owned()),
        credits: 0,
        date_loaded: None,
        grade: Some("A".to_owned()),
        language_for_assessment: None,
        level: None,
        participation_start_date: day,
        participation_end_date: day,
        qualification_type: Some("GCE A level".to_owned()),
        restriction: Some("0".to_owned()),
        return_number: Some("01".to_owned()),
        subject: format!("Subject {number}"),
        subject_code: format!("5{:07}", number),
        under_data_challenge: false,
    }
}

fn call(learner: &Learner) -> Vec<u8> {
    let provider = demo::ORGANISATIONS[0];
    let body = format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><t:GetLearnerLearningEvents xmlns:t=\"http://tempuri.org/\"><t:invokingOrganisation xmlns:q=\"http://schemas.datacontract.org/2004/07/Amor.Qcf.Service.Interface\"><q:Password>{}</q:Password><q:Ukprn>{}</q:Ukprn><q:Username>bench</q:Username></t:invokingOrganisation><t:userType>ORG</t:userType><t:vendorID>1</t:vendorID><t:language>ENG</t:language><t:uln>{}</t:uln><t:givenName>{}</t:givenName><t:familyName>{}</t:familyName><t:dateOfBirth></t:dateOfBirth><t:gender></t:gender><t:getType>FULL</t:getType></t:GetLearnerLearningEvents></s:Body></s:Envelope>",
        provider.password, provider.ukprn, learner.uln, learner.names.given, learner.names.family
    );
    post("/LearnerServiceR9.svc", &body)
}
