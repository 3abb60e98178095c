//! Why a command failed: a sentence for the person at the keyboard, and the exit code.

use std::fmt;
use std::io;
use std::process::ExitCode;

use crate::client::ClientError;
use crate::domain::codes;

/// Why a command did not do what it was asked to.
///
/// Texts say what happened and what to do next; they never hold a learner's data or a password.
#[derive(Debug)]
pub enum Failure {
    /// The command line is invalid: exit code 2.
    Usage(String),
    /// The work failed: exit code 1.
    Failed(String),
    /// The service replied with a fault, which has been printed: exit code 1.
    Fault,
    /// The file has findings, which have been printed: exit code 1.
    Findings,
    /// Standard output cannot be written. A closed pipe (`lrs ... | head`) is not an error.
    Output(io::Error),
}

impl Failure {
    /// The work failed: what was attempted, and the cause.
    pub fn doing(attempt: &str, cause: impl fmt::Display) -> Failure {
        Failure::Failed(format!("{attempt}: {cause}"))
    }

    /// The exit code of the process.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.number())
    }

    /// 0, 1 or 2.
    fn number(&self) -> u8 {
        match self {
            Failure::Usage(_) => 2,
            Failure::Failed(_) | Failure::Fault | Failure::Findings => 1,
            Failure::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => 0,
            Failure::Output(_) => 1,
        }
    }

    /// The sentence to print, unless everything has been printed already.
    pub fn message(&self) -> Option<String> {
        match self {
            Failure::Usage(text) => Some(format!("{text}\nFor more information, try '--help'.")),
            Failure::Failed(text) => Some(text.clone()),
            Failure::Fault | Failure::Findings => None,
            Failure::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => None,
            Failure::Output(error) => Some(format!("Cannot write the output: {error}")),
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
    fn usage_is_2_failures_and_faults_are_1_and_a_closed_pipe_is_0() {
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
