//! Callers and a visitor who never stop, and what came of their calls.

use std::collections::BTreeSet;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::flows::{Person, borrowed};
use crate::harness::actor::{SOAP_HEADERS, request};
use crate::harness::visitor::Visitor;
use crate::harness::wire::{Answer, Connection};
use crate::harness::{Actor, Deployment};

/// Callers that keep their connection, and callers that open one for each call.
const KEEPING: usize = 4;
const OPENING: usize = 2;
/// Between two calls of a caller.
const PAUSE: Duration = Duration::from_millis(10);

/// What came of the calls.
pub struct Load<'d> {
    deployment: &'d Deployment,
    is_over: AtomicBool,
    /// Answers that told a caller to close its connection.
    pub told_to_close: AtomicUsize,
    /// When a call succeeded.
    successes: Mutex<Vec<Instant>>,
    /// When a call failed, and how.
    failures: Mutex<Vec<(Instant, String)>>,
    registered: Mutex<Vec<(String, Person)>>,
    longest_call: Mutex<Duration>,
}

impl<'d> Load<'d> {
    /// Calls a deployment, while something is done to it.
    pub fn during(
        deployment: &'d Deployment,
        visitor: Option<&mut Visitor<'d>>,
        act: impl FnOnce(&Load<'d>),
    ) -> Load<'d> {
        let load = Load {
            deployment,
            is_over: AtomicBool::new(false),
            told_to_close: AtomicUsize::new(0),
            successes: Mutex::default(),
            failures: Mutex::default(),
            registered: Mutex::default(),
            longest_call: Mutex::default(),
        };
        thread::scope(|scope| {
            let load = &load;
            for number in 0..KEEPING + OPENING {
                scope.spawn(move || load.call_on(number < KEEPING));
            }
            if let Some(visitor) = visitor {
                scope.spawn(move || load.visit(visitor));
                scope.spawn(move || load.read_pages());
            }
            // Ends the callers also if the test fails here.
            let _over = Over(&load.is_over);
            load.await_calls(20);
            act(load);
            load.await_calls(20);
        });
        load
    }

    /// Waits for so many more calls that succeed.
    pub fn await_calls(&self, count: usize) {
        let (before, deadline) = (self.successes().len(), Instant::now() + super::PATIENCE);
        while self.successes().len() < before + count {
            assert!(Instant::now() < deadline, "calls do not succeed: {:?}", self.failures().last());
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn call_on(&self, keeps: bool) {
        let provider = self.deployment.provider();
        let mut connection = None;
        while !self.is_over.load(Ordering::Relaxed) {
            let person = Person::new();
            let register = provider.credentials().register(&borrowed(&person.registration("1")));
            let Some(answer) = self.call(&provider, &mut connection, keeps, &register, "WSRC0005") else { continue };
            let uln = answer.value("ULN");
            let find = provider.credentials().find_by_uln("FUL", &uln, &person.family, &person.given);
            self.registered.lock().unwrap_or_else(PoisonError::into_inner).push((uln, person));
            self.call(&provider, &mut connection, keeps, &find, "WSRC0004");
        }
    }

    fn call(
        &self,
        provider: &Actor<'_>,
        connection: &mut Option<Connection>,
        keeps: bool,
        envelope: &str,
        expected: &str,
    ) -> Option<Answer> {
        let begun = Instant::now();
        let outcome = send(provider, connection, &call_of(envelope));
        self.note_duration(begun.elapsed());
        let outcome = match outcome {
            Err(error) => Err(error.to_string()),
            Ok(answer) if answer.status != 200 => Err(format!("{} {}", answer.status, answer.text())),
            Ok(answer) if answer.code() != expected => Err(format!("{} instead of {expected}", answer.code())),
            Ok(answer) => Ok(answer),
        };
        let closes = outcome.as_ref().is_ok_and(|answer| self.closes(answer));
        if closes || !keeps || outcome.is_err() {
            *connection = None;
        }
        self.note(outcome.as_ref().map(drop).map_err(Clone::clone));
        thread::sleep(PAUSE);
        outcome.ok()
    }

    /// Opens the portal's first page, which tells who is signed in.
    fn visit(&self, visitor: &mut Visitor<'_>) {
        while !self.is_over.load(Ordering::Relaxed) {
            let page = visitor.open("/");
            let is_signed_in = page.status() == 200 && page.heading() != "Sign in";
            self.note(if is_signed_in { Ok(()) } else { Err(format!("{} {}", page.status(), page.text())) });
            thread::sleep(PAUSE);
        }
    }

    /// Opens a page again and again on one connection, as a browser does.
    fn read_pages(&self) {
        let (browser, mut connection) = (self.deployment.nobody().at(self.deployment.portal_port()), None);
        while !self.is_over.load(Ordering::Relaxed) {
            let outcome = send(&browser, &mut connection, &request("GET", "/status", "", b""));
            if outcome.as_ref().map_or(true, |answer| self.closes(answer)) {
                connection = None;
            }
            self.note(match outcome {
                Ok(answer) if answer.status == 200 => Ok(()),
                Ok(answer) => Err(format!("/status: {} {}", answer.status, answer.text())),
                Err(error) => Err(format!("/status: {error}")),
            });
            thread::sleep(PAUSE);
        }
    }

    /// Whether an answer says that its connection closes; counts those.
    fn closes(&self, answer: &Answer) -> bool {
        let closes = answer.header("Connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
        self.told_to_close.fetch_add(usize::from(closes), Ordering::Relaxed);
        closes
    }

    fn note(&self, outcome: Result<(), String>) {
        match outcome {
            Ok(()) => self.successes.lock().unwrap_or_else(PoisonError::into_inner).push(Instant::now()),
            Err(why) => {
                self.failures.lock().unwrap_or_else(PoisonError::into_inner).push((Instant::now(), why));
            }
        }
    }

    fn note_duration(&self, took: Duration) {
        let mut longest = self.longest_call.lock().unwrap_or_else(PoisonError::into_inner);
        *longest = took.max(*longest);
    }

    /// How long the longest call took, whatever came of it.
    pub fn longest_call(&self) -> Duration {
        *self.longest_call.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When calls succeeded, in order.
    pub fn successes(&self) -> Vec<Instant> {
        let mut successes = self.successes.lock().unwrap_or_else(PoisonError::into_inner).clone();
        successes.sort();
        successes
    }

    /// When calls failed and how, in order.
    pub fn failures(&self) -> Vec<(Instant, String)> {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner).clone();
        failures.sort();
        failures
    }

    /// The longest time without a call that succeeded.
    pub fn longest_silence(&self) -> Duration {
        self.successes().windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or_default()
    }

    /// Looks for everybody who got a ULN, and returns how many these are. Nobody may have got the
    /// ULN of another.
    pub fn find_everybody(&self) -> usize {
        let registered = self.registered.lock().unwrap_or_else(PoisonError::into_inner);
        let provider = self.deployment.provider();
        let mut connection = None;
        let mut ulns = BTreeSet::new();
        for (uln, person) in registered.iter() {
            assert!(ulns.insert(uln), "a ULN was issued twice");
            let find = provider.credentials().find_by_uln("FUL", uln, &person.family, &person.given);
            let answer = send(&provider, &mut connection, &call_of(&find)).expect("an answer");
            assert_eq!(answer.code(), "WSRC0004", "a learner whose registration was acknowledged is missing");
        }
        ulns.len()
    }
}

struct Over<'l>(&'l AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Sends a request on the connection, or on a new one.
fn send(actor: &Actor<'_>, connection: &mut Option<Connection>, bytes: &[u8]) -> io::Result<Answer> {
    let connection = match connection {
        Some(connection) => connection,
        none => none.insert(actor.connect()?),
    };
    connection.send(bytes)?;
    connection.receive()
}

fn call_of(envelope: &str) -> Vec<u8> {
    request("POST", "/LearnerService.svc", SOAP_HEADERS, envelope.as_bytes())
}
