//! Values that are valid by construction: a ULN, a postcode, a learner, an organisation. Code
//! that receives one need not check it again. No I/O, SQL or XML.

mod achievement;
mod audit;
mod case;
mod catalogue;
mod certificate;
mod chain;
mod challenge;
mod codes;
mod email;
mod event;
mod exception;
mod grading;
mod job;
mod learner;
mod link;
mod maintenance;
mod message;
mod organisation;
mod permission;
mod plain;
mod plan;
mod postcode;
mod reference;
#[cfg(test)]
pub(crate) mod test_support;
mod time;
mod uln;
mod uln_problem;
mod upload;

pub use achievement::{
    Achievement, AchievementAction, AchievementDone, AchievementStep, AssessmentLanguage, SubmissionType,
};
pub use audit::{AuditEntry, Door};
pub use case::{Case, CaseKind, Category, Outage, Rectified};
pub use catalogue::{Availability, CatalogueEntry, Recognition, RecognitionStatus};
pub use certificate::{Fingerprint, InvalidFingerprint, Peer};
pub use chain::{ChainHash, ChainHead, InvalidChainHead};
pub use challenge::{
    Challenge, ChallengeId, ChallengeKind, ChallengeState, ChallengeStep, EventField, EventTexts, EventVersion,
    InvalidChallengeId,
};
pub use codes::{
    AbilityToShare, EventSource, EventStatus, Gender, LearnerStatus, TierLevel, UnknownCode, VerificationType,
};
pub use email::{EmailAddress, InvalidEmail};
pub use event::LearningEvent;
pub use exception::{Exception, ExceptionId, InvalidExceptionId, WayOfWorking, WorkedException};
pub use grading::{GRADE_SETS, Grading, InvalidGrading, LONGEST_GRADE};
pub use job::{Job, JobId, JobKind, JobRecord, JobState};
pub use learner::{Address, Birth, Candidate, Contact, Evidence, Identifiers, Learner, Names, SearchKeys};
pub use link::{InvalidReason, LinkChange, LinkKind, Reason};
pub use maintenance::{Affected, MaintenanceWindow};
pub use message::MessageKind;
pub use organisation::{InvalidOrgRef, InvalidUkprn, OrgRef, Organisation, Ukprn};
pub use permission::{Permission, Permissions, UnknownPermission};
pub use plain::plain;
pub use plan::{PlanId, PlanStatus, PlanStep};
pub use postcode::{InvalidPostcode, Postcode};
pub use reference::{InvalidReference, QualificationNumber, Reference, UnitNumber};
pub use time::{Timestamp, from_london_time, london_day, london_midnight, london_text, london_time, to_microseconds};
pub use uln::{InvalidUln, Uln};
pub use uln_problem::{UlnProblem, UlnProblemKind};
pub use upload::{FindingKind, Upload, UploadFinding, UploadId, UploadState, Weight};
