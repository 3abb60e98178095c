//! Why a visitor does not get the page that they asked for.

use std::borrow::Cow;
use std::time::Duration;

use crate::domain::Error;
use crate::http::StatusCode;

/// Why a page is not shown.
#[derive(Debug)]
pub(super) enum Problem {
    /// The page needs a session: the visitor signs in first.
    NotSignedIn,
    /// The page needs an organisation: the user chooses one first.
    NoOrganisation,
    /// The user accepts the user agreement first.
    NotAgreed,
    /// The user may not see the page.
    Forbidden,
    /// Nothing is at this address, or nothing that this visitor may know of.
    NotFound,
    /// The page does not answer this method.
    Method,
    /// The form did not come from a page of this portal, or its session has ended since.
    Forged,
    /// The body is longer than the page takes.
    TooLarge,
    /// The body is not what a form of ours sends.
    Malformed,
    /// The visitor has to wait.
    Busy(Duration),
    /// The service is closed, until a time if that is known.
    Closed,
    /// The service failed.
    Failed(Cow<'static, str>),
}

impl Problem {
    /// The status of its page.
    pub(super) const fn status(&self) -> StatusCode {
        match self {
            Self::NotSignedIn | Self::NoOrganisation | Self::NotAgreed => StatusCode::SEE_OTHER,
            Self::Forbidden | Self::Forged => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Busy(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Closed => StatusCode::SERVICE_UNAVAILABLE,
            Self::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::InsufficientAccess | Error::UnknownOrganisation | Error::IncorrectPassword => Self::Forbidden,
            Error::OutOfHours | Error::Maintenance => Self::Closed,
            Error::Busy(busy) => Self::Busy(busy.retry_after),
            Error::Unavailable(_) | Error::MustBlock | Error::Unexpected(_) => Self::Failed(error.to_string().into()),
        }
    }
}

impl From<askama::Error> for Problem {
    fn from(error: askama::Error) -> Self {
        Self::Failed(format!("a template: {error}").into())
    }
}
