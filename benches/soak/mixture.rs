//! The calls of a soak: what a provider's software sends in the proportions of a working day, and
//! which code each reply must have.

use std::collections::VecDeque;
use std::net::SocketAddr;

use learning_records::demo;
use learning_records::model::Learner;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::served::{Outcome, ask, connect, post};

const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const COMMON: &str = "http://schemas.datacontract.org/2004/07/Amor.Qcf.Service.Interface";
/// The learners of a batch.
const BATCH: u64 = 5;
/// The learners of its own that a client goes on updating.
const OWN: usize = 64;

/// A kind of call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    Find,
    Verify,
    Events,
    Update,
    Register,
    Batch,
}

/// Each kind, its name, and how many of a hundred calls it is.
pub const SHARES: [(Kind, &str, usize); 6] = [
    (Kind::Find, "find", 60),
    (Kind::Verify, "verify", 20),
    (Kind::Events, "events", 10),
    (Kind::Update, "update", 5),
    (Kind::Register, "register", 4),
    (Kind::Batch, "batch", 1),
];

/// A client with one kept-alive connection.
pub struct Client<'p> {
    stream: TlsStream<TcpStream>,
    answer: Vec<u8>,
    people: &'p [Learner],
    next_person: usize,
    order: Vec<Kind>,
    step: usize,
    own: VecDeque<Own>,
    /// Distinguishes what this client registers from what others register.
    number: u64,
    registered: u64,
    job: Option<String>,
}

/// A learner that this client registered.
struct Own {
    uln: String,
    fields: String,
    version: u32,
}

/// What a call was, and the code of its reply if that is not one that was asked for.
pub struct Called {
    pub kind: Kind,
    pub unasked: Option<String>,
}

impl<'p> Client<'p> {
    pub async fn connect(
        connector: &TlsConnector,
        address: SocketAddr,
        people: &'p [Learner],
        number: u64,
    ) -> Outcome<Self> {
        let stream = connect(connector, address).await?;
        let start = usize::try_from(number)?;
        Ok(Self {
            stream,
            answer: Vec::with_capacity(1 << 16),
            people,
            next_person: start * 997,
            order: order(),
            step: start * 7,
            own: VecDeque::new(),
            number,
            registered: 0,
            job: None,
        })
    }

    /// Makes the next call of the mixture.
    pub async fn call(&mut self) -> Outcome<Called> {
        let planned = self.order.get(self.step % self.order.len()).copied().unwrap_or(Kind::Find);
        self.step += 1;
        match planned {
            Kind::Find | Kind::Verify | Kind::Events => self.read(planned).await,
            Kind::Update => match self.own.pop_front() {
                Some(own) => self.update(own).await,
                None => self.register().await,
            },
            Kind::Register => self.register().await,
            Kind::Batch => self.batch().await,
        }
    }

    async fn read(&mut self, kind: Kind) -> Outcome<Called> {
        let learner = self.people.get(self.next_person % self.people.len()).ok_or("no people")?;
        self.next_person += 1;
        let (request, asked) = match kind {
            Kind::Verify => (verify(learner), "WSVRC001"),
            Kind::Events => (events(learner), "WSRC0004"),
            _ => (find(learner), "WSRC0004"),
        };
        let reply = self.exchange(&request).await?;
        Ok(Called { kind, unasked: unless(asked, &reply) })
    }

    async fn register(&mut self) -> Outcome<Called> {
        let fields = self.person();
        let body = format!("<Learner>{}</Learner>", fields.of_registration());
        let reply = self.exchange(&learner_service("regmsg", "RegisterLearner", &body)).await?;
        let unasked = unless("WSRC0005", &reply);
        if let (None, Some(uln)) = (&unasked, between(&reply, "ULN>")) {
            self.own.push_back(Own { uln: uln.to_owned(), fields: fields.of_registration(), version: 1 });
            self.own.truncate(OWN);
        }
        Ok(Called { kind: Kind::Register, unasked })
    }

    async fn update(&mut self, own: Own) -> Outcome<Called> {
        let town = format!("<LastKnownAddressTown>Town {}</LastKnownAddressTown><LastKnownPostCode>", own.version);
        let changed = own.fields.replacen("<LastKnownPostCode>", &town, 1);
        let body =
            format!("<Learner>{changed}<ULN>{}</ULN><VersionNumber>{}</VersionNumber></Learner>", own.uln, own.version);
        let reply = self.exchange(&learner_service("regmsg", "UpdateLearner", &body)).await?;
        self.own.push_back(Own { version: own.version + 1, ..own });
        Ok(Called { kind: Kind::Update, unasked: unless("WSRC0006", &reply) })
    }

    /// Submits a batch, or asks for the output of the one submitted before.
    async fn batch(&mut self) -> Outcome<Called> {
        let unasked = match self.job.take() {
            None => {
                let learners: String =
                    (0..BATCH).map(|number| format!("<Learner>{}</Learner>", self.person().of_batch(number))).collect();
                let head = format!("<JobType>FUL</JobType><LearnerRecordCount>{BATCH}</LearnerRecordCount>");
                let reply = self.exchange(&learner_service("batchmsg", "SubmitBatch", &(head + &learners))).await?;
                self.job = between(&reply, "JobID>").map(str::to_owned);
                unless("WSRC0007", &reply)
            }
            Some(job) => {
                let body = format!("<JobID>{job}</JobID>");
                let reply = self.exchange(&learner_service("batchmsg", "GetSubmitBatchOutput", &body)).await?;
                if reply.contains("WSRC0008") {
                    self.job = Some(job);
                    None
                } else {
                    unless("WSRC0009", &reply)
                }
            }
        };
        Ok(Called { kind: Kind::Batch, unasked })
    }

    async fn exchange(&mut self, request: &[u8]) -> Outcome<String> {
        let body = ask(&mut self.stream, request, &mut self.answer).await?;
        Ok(String::from_utf8_lossy(body).into_owned())
    }

    fn person(&mut self) -> Person {
        self.registered += 1;
        Person::new(self.number << 40 | self.registered)
    }
}

/// A hundred calls, each kind spread evenly.
fn order() -> Vec<Kind> {
    let mut places: Vec<(usize, Kind)> = SHARES
        .iter()
        .flat_map(|(kind, _, share)| (0..*share).map(move |number| ((2 * number + 1) * 10_000 / (2 * share), *kind)))
        .collect();
    places.sort_unstable();
    places.into_iter().map(|(_, kind)| kind).collect()
}

/// The code in a reply, unless it is the one asked for.
fn unless(asked: &str, reply: &str) -> Option<String> {
    if reply.contains(asked) {
        return None;
    }
    let code = between(reply, "ErrorCode>").or_else(|| between(reply, "ResponseCode>")).unwrap_or("no code");
    Some(code.to_owned())
}

fn between<'a>(text: &'a str, tag: &str) -> Option<&'a str> {
    text.split_once(tag)?.1.split('<').next()
}

fn learner_service(space: &str, root: &str, rest: &str) -> Vec<u8> {
    let demo::DemoOrganisation { ukprn, org_ref, password, .. } = &demo::ORGANISATIONS[0];
    let body = format!(
        "<s:Envelope xmlns:s=\"{SOAP}\"><s:Body><m:{root} xmlns:m=\"http://api.lrs.miap.gov.uk/{space}\">\
         <OrganisationRef>{org_ref}</OrganisationRef><UKPRN>{ukprn}</UKPRN><OrgPassword>{password}</OrgPassword>\
         <UserName>soak</UserName>{rest}</m:{root}></s:Body></s:Envelope>"
    );
    post("/LearnerService.svc", &body)
}

fn find(learner: &Learner) -> Vec<u8> {
    let demo::DemoOrganisation { ukprn, password, .. } = &demo::ORGANISATIONS[0];
    let body = format!(
        "<s:Envelope xmlns:s=\"{SOAP}\"><s:Body><f:FindLearnerByULN xmlns:f=\"http://api.lrs.miap.gov.uk/findmsg\">\
         <FindType>FUL</FindType><UKPRN>{ukprn}</UKPRN><OrgPassword>{password}</OrgPassword><UserName>soak</UserName>\
         <ULN>{}</ULN><FamilyName>{}</FamilyName><GivenName>{}</GivenName></f:FindLearnerByULN></s:Body></s:Envelope>",
        learner.uln, learner.names.family, learner.names.given
    );
    post("/LearnerService.svc", &body)
}

fn verify(learner: &Learner) -> Vec<u8> {
    let body = format!(
        "<LearnerToVerify><ULN>{}</ULN><FamilyName>{}</FamilyName><GivenName>{}</GivenName>\
         <DateOfBirth>{}</DateOfBirth><Gender>{}</Gender></LearnerToVerify>",
        learner.uln,
        learner.names.family,
        learner.names.given,
        learner.birth.date,
        learner.gender.code()
    );
    learner_service("reportmsg", "VerifyLearner", &body)
}

fn events(learner: &Learner) -> Vec<u8> {
    let demo::DemoOrganisation { ukprn, password, .. } = &demo::ORGANISATIONS[0];
    let body = format!(
        "<s:Envelope xmlns:s=\"{SOAP}\"><s:Body><t:GetLearnerLearningEvents xmlns:t=\"http://tempuri.org/\">\
         <t:invokingOrganisation xmlns:q=\"{COMMON}\"><q:Password>{password}</q:Password><q:Ukprn>{ukprn}</q:Ukprn>\
         <q:Username>soak</q:Username></t:invokingOrganisation><t:userType>ORG</t:userType><t:vendorID>1</t:vendorID>\
         <t:language>ENG</t:language><t:uln>{}</t:uln><t:givenName>{}</t:givenName><t:familyName>{}</t:familyName>\
         <t:dateOfBirth></t:dateOfBirth><t:gender></t:gender><t:getType>FULL</t:getType>\
         </t:GetLearnerLearningEvents></s:Body></s:Envelope>",
        learner.uln, learner.names.given, learner.names.family
    );
    post("/LearnerServiceR9.svc", &body)
}

/// A synthetic person like nobody else: names, postcode and date of birth come from a number.
struct Person {
    given: String,
    family: String,
    postcode: String,
    born: String,
}

impl Person {
    fn new(number: u64) -> Self {
        let mut digits = Digits(number);
        Self {
            given: digits.name(4),
            family: digits.name(5),
            postcode: format!("ZZ{} {}WZ", digits.below(98) + 1, digits.below(10)),
            born: format!("{}-{:02}-{:02}", 1950 + digits.below(55), digits.below(12) + 1, digits.below(28) + 1),
        }
    }

    fn of_registration(&self) -> String {
        format!("{}<VerificationType>0</VerificationType><AbilityToShare>1</AbilityToShare>", self.details())
    }

    fn of_batch(&self, number: u64) -> String {
        format!(
            "<MISIdentifier>M{number}</MISIdentifier>{}<AbilityToShare>1</AbilityToShare>\
             <VerificationType>0</VerificationType>",
            self.details()
        )
    }

    fn details(&self) -> String {
        format!(
            "<GivenName>{}</GivenName><FamilyName>{}</FamilyName><LastKnownPostCode>{}</LastKnownPostCode>\
             <DateOfBirth>{}</DateOfBirth><Gender>2</Gender>",
            self.given, self.family, self.postcode, self.born
        )
    }
}

/// Pseudo-random numbers from a seed (splitmix64).
struct Digits(u64);

impl Digits {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }

    fn letter(&mut self, letters: &[u8]) -> char {
        let length = u64::try_from(letters.len()).unwrap_or(1);
        let at = usize::try_from(self.below(length)).unwrap_or(0);
        letters.get(at).copied().map_or('a', char::from)
    }

    fn name(&mut self, syllables: usize) -> String {
        let mut name = format!("{}{}", self.letter(b"BDFGHKLMNPRSTVW"), self.letter(b"aeiou"));
        for _ in 1..syllables {
            name.push(self.letter(b"bdfgklmnprstv"));
            name.push(self.letter(b"aeiou"));
        }
        name
    }
}
