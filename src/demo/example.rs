//! What an example is: a request with the credentials of a caller, and the code that it gets.

use crate::domain::codes;

/// Fields and their values, by dotted names.
pub type Fields = Vec<(&'static str, String)>;

/// Whose credentials a request has.
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

/// A request and the code that it gets.
#[derive(Debug, Clone)]
pub struct Example {
    /// The service.
    pub service: &'static str,
    /// The operation.
    pub operation: &'static str,
    /// The code in the reply or fault; `none` for operations whose replies have none.
    pub code: &'static str,
    /// What is special about this request.
    pub note: &'static str,
    /// How it is sent.
    pub request: Request,
}

/// How an example is sent.
#[derive(Debug, Clone)]
pub enum Request {
    /// A call with these fields, by their dotted names, in the order of the command line.
    Call(Caller, Fields),
    /// Shell commands. The call is the last one, except for one that restores a setting.
    Script(String),
}

impl Example {
    /// Whether the request changes the data: another learner, batch or data challenge.
    pub fn changes_data(&self) -> bool {
        match &self.request {
            Request::Call(..) => {
                let changes = [
                    codes::REGISTERED,
                    codes::UPDATED,
                    codes::BATCH_SUBMITTED,
                    codes::VERIFY_BATCH_SUBMITTED,
                    codes::CHALLENGE_CREATED,
                ];
                changes.contains(&self.code)
            }
            Request::Script(script) => submits(script) || script.contains("lrs call CreateDataChallenge "),
        }
    }
}

/// Whether commands submit a batch.
pub(super) fn submits(script: &str) -> bool {
    script.contains("lrs batch submit ")
}
