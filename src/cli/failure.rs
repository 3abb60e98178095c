//! Why a verb stopped, as a sentence for the person at the keyboard, and the exit code that goes with it.

use std::fmt;
use std::io;
use std::process::ExitCode;

use crate::client::ClientError;
use crate::domain::codes;

/// The end of a verb that did not do what it was asked to.
///
/// Texts say what happened and what to do next; they never hold a learner's data or a password.
#[derive(Debug)]
pub enum Failure {
    /// The command line does not make sense: exit code 2.
    Usage(String),
    /// The work could not be done: exit code 1.
    Failed(String),
    /// The service answered with a fault, which has been printed: exit code 1.
    Fault,
    /// A checked file has findings, which have been printed: exit code 1.
    Findings,
    /// Standard output could not be written. A closed pipe (`lrs ... | head`) is no failure.
    Output(io::Error),
}

impl Failure {
    /// A failure of the work, with what was being attempted and why it did not succeed.
    pub fn doing(attempt: &str, cause: impl fmt::Display) -> Failure {
        Failure::Failed(format!("{attempt}: {cause}"))
    }

    /// What the process answers to its caller.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.number())
    }

    /// The exit code as a number: 0, 1 or 2.
    fn number(&self) -> u8 {
        match self {
            Failure::Usage(_) => 2,
            Failure::Failed(_) | Failure::Fault | Failure::Findings => 1,
            Failure::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => 0,
            Failure::Output(_) => 1,
        }
    }

    /// The sentence to print, where there is something left to say.
    pub fn message(&self) -> Option<String> {
        match self {
            Failure::Usage(text) => Some(format!("{text}\nFor more, try '--help'.")),
            Failure::Failed(text) => Some(text.clone()),
            Failure::Fault | Failure::Findings => None,
            Failure::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => None,
            Failure::Output(error) => Some(format!("The output could not be written: {error}")),
        }
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Failure {
        match error {
            ClientError::Unknown(_) | ClientError::Field(_) => Failure::Usage(error.to_string()),
            ClientError::Fault { code, details } => {
                let code = code.as_deref().map_or_else(|| "A fault".to_owned(), in_words);
                Failure::Failed(format!("{code}\n{details}").trim_end().to_owned())
            }
            other => Failure::Failed(other.to_string()),
        }
    }
}

/// A code of the service with its meaning.
pub(super) fn in_words(code: &str) -> String {
    codes::lookup(code).map_or_else(|| code.to_owned(), |entry| format!("{code}: {}", entry.meaning))
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::Output(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usage_is_two_failure_and_fault_are_one_and_a_closed_pipe_is_none() {
        assert_eq!(Failure::Usage("no such field".into()).number(), 2);
        assert_eq!(Failure::Failed("no store".into()).number(), 1);
        assert_eq!(Failure::Fault.number(), 1);
        let closed = Failure::from(io::Error::from(io::ErrorKind::BrokenPipe));
        assert_eq!((closed.number(), closed.message()), (0, None));
        let full = Failure::from(io::Error::from(io::ErrorKind::StorageFull));
        assert_eq!(full.number(), 1);
    }

    #[test]
    fn a_usage_error_points_to_the_help() {
        let message = Failure::Usage("no such field".into()).message();
        assert!(message.is_some_and(|text| text.contains("--help")));
    }
}
