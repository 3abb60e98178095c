//! Why an operator's act was refused.

use chrono::NaiveDate;

use crate::domain::Error;
use crate::model::{Fingerprint, JobId, Ukprn};
use crate::store::StoreError;

/// Why an operator's action was refused. The texts contain no secrets.
#[derive(Debug, thiserror::Error)]
pub enum AdministrationError {
    /// The UKPRN or reference is taken.
    #[error("an organisation with this UKPRN or reference already exists")]
    OrganisationExists,
    /// No organisation has this UKPRN.
    #[error("there is no organisation with UKPRN {0}")]
    UnknownOrganisation(Ukprn),
    /// No certificate has this fingerprint, or it is already revoked.
    #[error("there is no valid certificate with fingerprint {0}")]
    UnknownCertificate(Fingerprint),
    /// The certificate is revoked, permanently.
    #[error("the certificate {0} has been revoked")]
    RevokedCertificate(Fingerprint),
    /// No request for a certificate with this number waits.
    #[error("no request {0} for a certificate waits")]
    UnknownRequest(i32),
    /// The certificate is for another key than the request's.
    #[error("the certificate has another key than request {0}")]
    OtherKey(i32),
    /// The organisation has as many certificates as it may have through requests.
    #[error("the organisation {0} has two certificates that can be used")]
    TooManyCertificates(Ukprn),
    /// The password's length violates the contract.
    #[error("a password must have exactly 16 characters, not all of them spaces")]
    PasswordForm,
    /// The user belongs to the organisation already.
    #[error("this user is already in the organisation")]
    UserExists,
    /// The text is not the secret of a second factor.
    #[error("the secret of a second factor must be base32, with 26 characters or more")]
    FactorSecret,
    /// No job has this number.
    #[error("there is no job {0}")]
    UnknownJob(JobId),
    /// The job has ended and cannot be changed.
    #[error("job {0} has already finished")]
    JobIsOver(JobId),
    /// The job's records have been deleted.
    #[error("the records of job {0} were deleted on {1}, because it finished long ago")]
    RecordsDeleted(JobId, NaiveDate),
    /// The service failed.
    #[error(transparent)]
    Service(#[from] Error),
}

impl From<StoreError> for AdministrationError {
    fn from(error: StoreError) -> Self {
        Self::Service(error.into())
    }
}
