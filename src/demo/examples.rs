//! For every operation and every code that it can reply with, a request that gets this code with
//! the demo's original data.

mod achievements;
mod batches;
mod challenges;
mod learners;
mod records;

pub use batches::{RecordExample, of_records};

use super::FixtureError;
use super::example::{Caller, Example, Fields, Request};
use super::people::People;
use crate::model::Learner;

/// A valid ULN that nobody has.
const NOBODY: &str = "9876543228";

/// Every example, by web service and operation, successes first.
///
/// # Errors
/// Somebody is missing in the fixtures.
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
        Cast::merged_report(),
        Cast::deleted_report(),
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
        cast.create_challenge(),
        cast.list_challenges(),
        cast.delete_challenge(),
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

/// An operation with its own outcomes. The fields of the first are also used for the refusals that
/// all operations share.
struct Operation {
    service: &'static str,
    name: &'static str,
    outcomes: Vec<(&'static str, &'static str, Fields)>,
    /// Outcomes that need more than one command.
    scripts: Vec<(&'static str, &'static str, String)>,
    /// A field with an invalid value.
    malformed: (&'static str, &'static str),
    /// Who normally calls it.
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
            call("WSEC0001", "an invalid value", caller, wrong),
            call("WSEC0003", "an unknown organisation", Caller::Unknown, usual.clone()),
            call("WSEC0005", "a wrong password", Caller::WrongPassword, usual.clone()),
            call("WSEC0006", "an organisation without permissions", Caller::Limited, usual),
        ];
        own.chain(scripts).chain(shared).collect()
    }
}

/// The fields, with another value for one of them.
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
