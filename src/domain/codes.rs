//! All response codes of the service with their meanings: the single table behind replies, help
//! pages, `lrs call` and the demo (rules.md 3.1 to 3.3).

/// A response code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResponseCode {
    /// The code, as sent.
    pub code: &'static str,
    /// Its meaning.
    pub meaning: &'static str,
    /// The operations that return it; empty if any may.
    pub operations: &'static [&'static str],
}

/// Looks up a code.
pub fn lookup(code: &str) -> Option<&'static ResponseCode> {
    ALL.iter().find(|entry| entry.code == code)
}

/// Neither number is an organisation's, or the certificate may not act for it.
pub const UNKNOWN_ORGANISATION: &str = "WSEC0003";
/// The organisation lacks the permission.
pub const INSUFFICIENT_ACCESS: &str = "WSEC0006";
/// The organisation password is wrong.
pub const INCORRECT_PASSWORD: &str = "WSEC0005";
/// No match.
pub const NO_MATCH: &str = "WSRC0001";
/// Too many matches.
pub const TOO_MANY_MATCHES: &str = "WSRC0002";
/// Possible matches.
pub const POSSIBLE_MATCHES: &str = "WSRC0003";
/// Exact match, or found.
pub const FOUND: &str = "WSRC0004";
/// Learner registered.
pub const REGISTERED: &str = "WSRC0005";
/// Learner updated.
pub const UPDATED: &str = "WSRC0006";
/// Batch submitted.
pub const BATCH_SUBMITTED: &str = "WSRC0007";
/// Job not finished.
pub const BATCH_INCOMPLETE: &str = "WSRC0008";
/// Job done.
pub const BATCH_SUCCESSFUL: &str = "WSRC0009";
/// Job failed.
pub const BATCH_FAILED: &str = "WSRC0010";
/// Updated by somebody else meanwhile.
pub const STALE: &str = "WSRC0013";
/// Invalid change of the ability to share.
pub const INVALID_SHARING: &str = "WSRC0014";
/// Insufficient data.
pub const INSUFFICIENT_DATA: &str = "WSRC0015";
/// The stated count differs from the number of records.
pub const WRONG_COUNT: &str = "WSRC0017";
/// Unknown job.
pub const UNKNOWN_JOB: &str = "WSRC0018";
/// ULN not found for update.
pub const NOT_FOUND_FOR_UPDATE: &str = "WSRC0019";
/// No changes found.
pub const NO_CHANGE: &str = "WSRC0020";
/// Learner not registered.
pub const NOT_REGISTERED: &str = "WSRC0021";
/// Master substituted.
pub const MASTER_SUBSTITUTED: &str = "WSRC0022";
/// The days of a report are none (which of the next two means what is our choice).
pub const REPORT_NOT_FOUND: &str = "WSRC0023";
/// Nothing to report.
pub const NO_ULNS_FOR_REPORT: &str = "WSRC0024";
/// Verify batch submitted (this and the next three are our choice, rules.md 2.9).
pub const VERIFY_BATCH_SUBMITTED: &str = "WSRC0025";
/// Verify batch still running.
pub const VERIFY_BATCH_INCOMPLETE: &str = "WSRC0026";
/// Verify batch done.
pub const VERIFY_BATCH_SUCCESSFUL: &str = "WSRC0027";
/// Verify batch failed.
pub const VERIFY_BATCH_FAILED: &str = "WSRC0028";
/// The stated count of a verify batch differs from the number of records.
pub const VERIFY_WRONG_COUNT: &str = "WSRC0030";
/// The awarding organisation may not submit achievements.
pub const NOT_CONFIGURED: &str = "WSRC0043";
/// Data challenge created (this and the next four are our choice, rules.md 2.20).
pub const CHALLENGE_CREATED: &str = "WSRC0050";
/// Data challenge withdrawn.
pub const CHALLENGE_WITHDRAWN: &str = "WSRC0051";
/// The organisation has an open data challenge about this event.
pub const CHALLENGE_OPEN: &str = "WSRC0052";
/// The learning record has no such event.
pub const NO_SUCH_EVENT: &str = "WSRC0053";
/// The data challenge is settled already.
pub const CHALLENGE_SETTLED: &str = "WSRC0054";
/// The e-mail address of an achievement batch is malformed.
pub const INVALID_EMAIL: &str = "WSEC0044";
/// The submission type of an achievement batch is unknown.
pub const INVALID_SUBMISSION_TYPE: &str = "WSEC0045";
/// An achievement batch has too many records.
pub const TOO_MANY_ACHIEVEMENTS: &str = "WSEC0046";
/// An achievement batch has no records.
pub const NO_ACHIEVEMENT: &str = "WSEC0047";
/// Supplied ULN invalid.
pub const INVALID_ULN: &str = "WSEC0136";
/// The learner does not share data.
pub const NOT_SHARED: &str = "WSEC0206";
/// The learner could not be verified.
pub const NOT_VERIFIED: &str = "WSEC0208";
/// Viewing the audit and retrieving several learners have no code of their own; the trail records
/// that they were done.
pub const DONE: &str = "OK";

const FINDS: &[&str] = &["learnerByULN", "learnerByDemographics", "LearnerByUln"];
const UPDATES: &[&str] = &["updateSingleLearner", "UpdateLearnerSubsetFields"];
const RECORDS: &[&str] = &["GetLearnerLearningEvents", "GetLearnerRecord", "CreateDataChallenge"];
const REPORTS: &[&str] = &["getMergedUnmergedULNsReport", "getDeletedULNsReport"];
const VERIFY: &[&str] = &["verifyLearner"];
const BATCH_OUTPUT: &[&str] = &["getBatchRegistrationOutput", "GetAchievementBatchJob"];
const VERIFY_OUTPUT: &[&str] = &["getVerifyBatchOutput"];
const CREATE_CHALLENGE: &[&str] = &["CreateDataChallenge"];
const DELETE_CHALLENGE: &[&str] = &["DeleteDataChallenge"];
const ACHIEVEMENTS: &[&str] = &["SubmitAchievementBatchJob"];

const fn entry(code: &'static str, meaning: &'static str, operations: &'static [&'static str]) -> ResponseCode {
    ResponseCode { code, meaning, operations }
}

/// All errors, in the order of the codes.
pub const ALL: &[ResponseCode] = &[
    entry(
        NO_MATCH,
        "No match.",
        &[
            "learnerByULN",
            "learnerByDemographics",
            "LearnerByUln",
            "retrieveULNs",
            "GetOrganisation",
            "ListDataChallenge",
            "DeleteDataChallenge",
        ],
    ),
    entry(
        TOO_MANY_MATCHES,
        "Too many matches: more than 10. Give more of the optional details.",
        &["learnerByDemographics"],
    ),
    entry(POSSIBLE_MATCHES, "Possible matches: 1 to 10 learners are similar.", FINDS),
    entry(
        FOUND,
        "Exact match, or found.",
        &[
            "learnerByULN",
            "learnerByDemographics",
            "LearnerByUln",
            "retrieveULNs",
            "GetLearnerLearningEvents",
            "GetLearnerRecord",
            "GetOrganisation",
            "ListDataChallenge",
            "getMergedUnmergedULNsReport",
            "getDeletedULNsReport",
        ],
    ),
    entry(REGISTERED, "Learner successfully registered.", &["registerSingleLearner"]),
    entry(UPDATED, "Learner successfully updated.", UPDATES),
    entry(BATCH_SUBMITTED, "Batch successfully submitted.", &["submitBatchRegistration", "SubmitAchievementBatchJob"]),
    entry(BATCH_INCOMPLETE, "Batch incomplete: still running.", BATCH_OUTPUT),
    entry(BATCH_SUCCESSFUL, "Batch successful: every record was processed.", BATCH_OUTPUT),
    entry(BATCH_FAILED, "Batch failed, or was cancelled.", BATCH_OUTPUT),
    entry(STALE, "The ULN has been updated since you last obtained the details: find it again, then update.", UPDATES),
    entry(INVALID_SHARING, "Invalid change of the Ability to Share status.", UPDATES),
    entry(
        INSUFFICIENT_DATA,
        "Insufficient data.",
        &["updateSingleLearner", "UpdateLearnerSubsetFields", "CreateDataChallenge"],
    ),
    entry(
        WRONG_COUNT,
        "Record count incorrect: it differs from the number of learners sent.",
        &["submitBatchRegistration"],
    ),
    entry(
        UNKNOWN_JOB,
        "Unknown job.",
        &["getBatchRegistrationOutput", "getVerifyBatchOutput", "GetAchievementBatchJob"],
    ),
    entry(NOT_FOUND_FOR_UPDATE, "ULN not found for update.", UPDATES),
    entry(NO_CHANGE, "No changes found, therefore the learner was not updated.", UPDATES),
    entry(
        NOT_REGISTERED,
        "The learner could not be registered: a learner with the same given name, family name, date of birth, gender and postcode exists, \
         or the registration procedure was not followed.",
        &["registerSingleLearner"],
    ),
    entry(
        MASTER_SUBSTITUTED,
        "Master record substituted: the ULN asked for was merged into another.",
        &[
            "learnerByULN",
            "learnerByDemographics",
            "LearnerByUln",
            "retrieveULNs",
            "updateSingleLearner",
            "UpdateLearnerSubsetFields",
            "GetLearnerLearningEvents",
            "GetLearnerRecord",
        ],
    ),
    entry(REPORT_NOT_FOUND, "ULNs for report not found: the first day is after the last.", REPORTS),
    entry(
        NO_ULNS_FOR_REPORT,
        "No ULNs for report: nothing was changed in these days about learners whom the organisation registered or whose record it was shown.",
        REPORTS,
    ),
    entry(VERIFY_BATCH_SUBMITTED, "Verify batch successfully submitted.", &["submitVerifyBatch"]),
    entry(VERIFY_BATCH_INCOMPLETE, "Verify batch incomplete: still running.", VERIFY_OUTPUT),
    entry(VERIFY_BATCH_SUCCESSFUL, "Verify batch successful.", VERIFY_OUTPUT),
    entry(VERIFY_BATCH_FAILED, "Verify batch failed.", VERIFY_OUTPUT),
    entry(VERIFY_WRONG_COUNT, "Batch learner verification record count incorrect.", &["submitVerifyBatch"]),
    entry(
        NOT_CONFIGURED,
        "The awarding organisation is not configured to submit achievement batches: contact the helpdesk.",
        ACHIEVEMENTS,
    ),
    entry(CHALLENGE_CREATED, "Data challenge successfully created.", CREATE_CHALLENGE),
    entry(CHALLENGE_WITHDRAWN, "Data challenge withdrawn.", DELETE_CHALLENGE),
    entry(CHALLENGE_OPEN, "Your organisation has an open data challenge about this event.", CREATE_CHALLENGE),
    entry(
        NO_SUCH_EVENT,
        "The learning record has no such event, or the type of challenge needs another.",
        CREATE_CHALLENGE,
    ),
    entry(CHALLENGE_SETTLED, "The data challenge is settled already.", DELETE_CHALLENGE),
    entry(
        "WSEC0001",
        "Invalid request, The request was badly formed - this may include missing mandatory parameters, or invalid data types.",
        &[],
    ),
    entry("WSEC0002", "Unknown request: the operation is not supported.", &[]),
    entry("WSEC0003", "Unknown organisation: not recognised, or not authorised for this certificate.", &[]),
    entry("WSEC0004", "Out of hours: outside operational hours.", &[]),
    entry("WSEC0005", "Incorrect password: the organisation password is wrong.", &[]),
    entry("WSEC0006", "Insufficient access: the organisation is not allowed to do this.", &[]),
    entry(INVALID_EMAIL, "Email address not valid.", ACHIEVEMENTS),
    entry(INVALID_SUBMISSION_TYPE, "Submission type not valid.", ACHIEVEMENTS),
    entry(TOO_MANY_ACHIEVEMENTS, "Number of achievements exceeds the maximum of 10,000.", ACHIEVEMENTS),
    entry(NO_ACHIEVEMENT, "Must contain at least one achievement record.", ACHIEVEMENTS),
    entry(
        INVALID_ULN,
        "Supplied ULN is invalid.",
        &[
            "GetLearnerLearningEvents",
            "GetLearnerRecord",
            "CreateDataChallenge",
            "ListDataChallenge",
            "DeleteDataChallenge",
        ],
    ),
    entry(NOT_SHARED, "Learner has not opted to share data: no events returned.", RECORDS),
    entry(NOT_VERIFIED, "Learner could not be verified.", RECORDS),
    entry("WSEC0999", "Unknown exception.", &[]),
    entry("WSVRC001", "Successful match: each incoming parameter matches exactly.", VERIFY),
    entry("WSVRC002", "Successful linked match: as WSVRC001, but the record found is a linked learner.", VERIFY),
    entry("WSVRC003", "Similar match: the ULN was found, but given name or family name is only similar.", VERIFY),
    entry("WSVRC004", "Similar linked match: as WSVRC003, but the record found is a linked learner.", VERIFY),
    entry("WSVRC005", "Learner does not match: the ULN exists, but other details do not match.", VERIFY),
    entry("WSVRC006", "ULN not found.", VERIFY),
    entry("VRF1", "The given name differs from the LRS given name.", VERIFY),
    entry("VRF2", "The given name differs from the LRS family name.", VERIFY),
    entry("VRF3", "The given name differs from the LRS previous family name.", VERIFY),
    entry("VRF4", "The family name differs from the LRS given name.", VERIFY),
    entry("VRF5", "The family name differs from the LRS family name.", VERIFY),
    entry("VRF6", "The family name differs from the LRS previous family name.", VERIFY),
    entry("VRF7", "The date of birth differs.", VERIFY),
    entry("VRF8", "The gender differs.", VERIFY),
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn codes_are_unique_and_have_the_published_form() {
        for (position, entry) in ALL.iter().enumerate() {
            assert_eq!(ALL.iter().position(|other| other.code == entry.code), Some(position), "{}", entry.code);
            let digits = if entry.code.starts_with("WSVRC") {
                3
            } else if entry.code.starts_with("VRF") {
                1
            } else {
                4
            };
            assert_eq!(entry.code.bytes().filter(u8::is_ascii_digit).count(), digits, "{}", entry.code);
        }
        assert_eq!(lookup("WSRC0004").unwrap().code, FOUND);
        assert_eq!(lookup("WSRC4"), None);
    }
}
