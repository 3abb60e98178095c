//! The calls of a soak: what a provider's software sends in the proportions of a working day, and
//! which code each reply must have.

use std::collections::VecDeque;
use std::net::SocketAddr;

use learning_records::model::Learner;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::served::messages::{Person, events, find, learner_service, verify};
use crate::served::{Outcome, ask, connect};

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

    /// Goes on with a new connection, after a call that failed.
    pub async fn reconnect(&mut self, connector: &TlsConnector, address: SocketAddr) -> Outcome<()> {
        self.stream = connect(connector, address).await?;
        Ok(())
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
