//! For every operation and every code that it can answer with: a request that produces it, on the data as the demonstration puts them.

mod achievements;
mod batches;
mod learners;
mod records;

pub use batches::{RecordExample, of_records};

use super::FixtureError;
use super::people::People;
use crate::domain::codes;
use crate::model::Learner;

/// A number with a good check digit that nobody has.
const NOBODY: &str = "9876543228";

/// In whose name a request is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// The provider.
    Provider,
    /// The awarding organisation.
    Awarding,
    /// The provider's certificate, and the organisation without permissions.
    Limited,
    /// The provider's certificate, and an organisation that does not exist.
    Unknown,
    /// The provider with a wrong password.
    WrongPassword,
}

/// A request and the code that it gives.
#[derive(Debug, Clone)]
pub struct Example {
    /// The service.
    pub service: &'static str,
    /// The operation.
    pub operation: &'static str,
    /// The code that travels, in the reply or in a fault; `none` for an operation whose replies have none.
    pub code: &'static str,
    /// What is special about the request.
    pub note: &'static str,
    /// How it is sent.
    pub request: Request,
}

/// How an example is sent.
#[derive(Debug, Clone)]
pub enum Request {
    /// As a call in somebody's name, with fields by their dotted names, in the order in which they stand on the command line.
    Call(Caller, Fields),
    /// By commands for the shell; the call is the last of them, but for one that puts a setting back.
    Script(String),
}

impl Example {
    /// Whether the request leaves the data other than it found them: another learner, or another batch.
    pub fn changes_data(&self) -> bool {
        match &self.request {
            Request::Call(..) => {
                [codes::REGISTERED, codes::UPDATED, codes::BATCH_SUBMITTED, codes::VERIFY_BATCH_SUBMITTED]
                    .contains(&self.code)
            }
            Request::Script(script) => submits(script),
        }
    }
}

/// Whether commands submit a batch.
pub(super) fn submits(script: &str) -> bool {
    script.contains("lrs batch submit ")
}

/// Every example, by service and operation, best outcomes first.
///
/// # Errors
/// When the fixture lacks somebody.
pub fn all(people: &People) -> Result<Vec<Example>, FixtureError> {
    let learner = |role| people.role(role).map(|person| &person.learner);
    let cast = Cast {
        exact: learner("EXACT")?,
        child: learner("LINKED_CHILD")?,
        possible: learner("POSSIBLE")?,
        many: learner("MANY")?,
        verify: learner("VERIFY")?,
        update: learner("UPDATE")?,
        not_sharing: learner("NOT_SHARING")?,
        not_seen: learner("NOT_SEEN")?,
        no_events: learner("NO_EVENTS")?,
        deleted: learner("DELETED")?,
        non_ascii: learner("NON_ASCII")?,
    };
    let mut list = Vec::new();
    for operation in [
        cast.find_by_uln(),
        cast.find_by_demographics(),
        cast.register(),
        cast.update(),
        cast.verify(),
        cast.retrieve(),
        cast.submit_registration(),
        Cast::registration_output(),
        cast.submit_verification(),
        Cast::verification_output(),
        cast.learning_events(),
        cast.learner_record(),
        cast.learner_by_uln(),
        cast.update_subset(),
        cast.view_audit(),
        cast.organisation(),
    ] {
        list.extend(operation.examples());
    }
    list.extend(achievements::operations(cast.exact).into_iter().flat_map(Operation::examples));
    Ok(list)
}

/// The named people who appear in examples.
struct Cast<'a> {
    exact: &'a Learner,
    child: &'a Learner,
    possible: &'a Learner,
    many: &'a Learner,
    verify: &'a Learner,
    update: &'a Learner,
    not_sharing: &'a Learner,
    not_seen: &'a Learner,
    no_events: &'a Learner,
    deleted: &'a Learner,
    non_ascii: &'a Learner,
}

/// Fields by their dotted names.
pub type Fields = Vec<(&'static str, String)>;

/// An operation with its own outcomes. The first one's fields serve for the refusals that every operation shares.
struct Operation {
    service: &'static str,
    name: &'static str,
    outcomes: Vec<(&'static str, &'static str, Fields)>,
    /// Outcomes that take more than one command.
    scripts: Vec<(&'static str, &'static str, String)>,
    /// A field with a value that the contract does not allow.
    malformed: (&'static str, &'static str),
    /// Who calls it when all is well.
    caller: Caller,
}

impl Operation {
    fn new(service: &'static str, name: &'static str, malformed: (&'static str, &'static str)) -> Self {
        Self { service, name, outcomes: Vec::new(), scripts: Vec::new(), malformed, caller: Caller::Provider }
    }

    fn gives(mut self, code: &'static str, note: &'static str, fields: Fields) -> Self {
        self.outcomes.push((code, note, fields));
        self
    }

    fn runs(mut self, code: &'static str, note: &'static str, script: String) -> Self {
        self.scripts.push((code, note, script));
        self
    }

    fn examples(self) -> Vec<Example> {
        let Self { service, name: operation, outcomes, scripts, malformed, caller } = self;
        let usual = outcomes.first().map(|(_, _, fields)| fields.clone()).unwrap_or_default();
        let wrong = with(&usual, malformed.0, malformed.1);
        let example = |code, note, request| Example { service, operation, code, note, request };
        let call = |code, note, caller, fields| example(code, note, Request::Call(caller, fields));
        let own = outcomes.into_iter().map(|(code, note, fields)| call(code, note, caller, fields));
        let scripts = scripts.into_iter().map(|(code, note, script)| example(code, note, Request::Script(script)));
        let shared = [
            call("WSEC0001", "a value that the contract does not allow", caller, wrong),
            call("WSEC0003", "an organisation that does not exist", Caller::Unknown, usual.clone()),
            call("WSEC0005", "a wrong password", Caller::WrongPassword, usual.clone()),
            call("WSEC0006", "an organisation without permissions", Caller::Limited, usual),
        ];
        own.chain(scripts).chain(shared).collect()
    }
}

/// The fields with another value for one of them.
fn with(fields: &Fields, name: &'static str, value: &str) -> Fields {
    let mut changed: Fields = fields.iter().filter(|(field, _)| *field != name).cloned().collect();
    changed.push((name, value.to_owned()));
    changed
}

fn text(fields: &[(&'static str, &str)]) -> Fields {
    fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
}

const LS: &str = "LearnerService";
const R9: &str = "LearnerServiceR9";
