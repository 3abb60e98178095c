//! Why an operator's act was refused.

use chrono::NaiveDate;

use crate::domain::Error;
use crate::model::{Fingerprint, JobId, Ukprn};
use crate::store::StoreError;

/// Why an operator's act was refused. Texts hold no secret.
#[derive(Debug, thiserror::Error)]
pub enum AdministrationError {
    /// An organisation of this UKPRN or reference is there already.
    #[error("an organisation with this UKPRN or reference already exists")]
    OrganisationExists,
    /// No organisation has this UKPRN.
    #[error("there is no organisation with UKPRN {0}")]
    UnknownOrganisation(Ukprn),
    /// No certificate has this fingerprint, or it was revoked before.
    #[error("there is no valid certificate with fingerprint {0}")]
    UnknownCertificate(Fingerprint),
    /// The certificate was revoked: nothing revives it.
    #[error("the certificate {0} has been revoked")]
    RevokedCertificate(Fingerprint),
    /// The password has not the length that the contract demands.
    #[error("a password must have exactly 16 characters, not all of them spaces")]
    PasswordForm,
    /// No job has this number.
    #[error("there is no job {0}")]
    UnknownJob(JobId),
    /// Nothing can be changed about the job any more.
    #[error("job {0} has already finished")]
    JobIsOver(JobId),
    /// The records of the job are kept no more.
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
