//! Examples of batches: the four operations of LearnerService, and a request for the code of every
//! record.

use super::{Caller, Cast, LS, NOBODY, Operation, text, with};
use crate::demo::samples::{self, Sample};
use crate::domain::achievements::codes::ERROR_CODES;
use crate::domain::codes;
use crate::domain::registrations::codes as return_codes;

/// Commands that get the codes of some records.
#[derive(Debug, Clone)]
pub struct RecordExample {
    /// The codes with their meanings.
    pub codes: Vec<(&'static str, String)>,
    /// What the records are.
    pub note: &'static str,
    /// The commands.
    pub script: String,
}

/// Submits a sample, waits, and stores the job number in a variable.
pub(super) fn submitted(role: &str, sample: Sample) -> String {
    format!("JOB=$(lrs batch submit {role}{} --wait | sed -n 's/^Job //p')", sample.path())
}

/// The same without workers.
pub(super) fn left_waiting(role: &str, sample: Sample) -> String {
    submitted(role, sample).replace(" --wait", "")
}

/// Restores the awarding organisation's recognition after an example.
const RECOGNISED_AGAIN: &str = "lrs org recognition TEST0045 Recognised --config demo/lrs.toml";
/// Cancels the job in the variable.
pub(super) const CANCEL: &str = "lrs batch cancel \"$JOB\" --config demo/lrs.toml";
/// The note of examples that need a demo without workers.
pub(super) const WITHOUT_WORKERS: &str = "no workers: LRS_JOBS_WORKERS=0";
/// The same for a job that an operator cancelled.
pub(super) const CANCELLED: &str = "cancelled before a worker took it: LRS_JOBS_WORKERS=0";

impl Cast<'_> {
    pub(super) fn submit_registration(&self) -> Operation {
        let two = [
            ("JobType", "FUL"),
            ("LearnerRecordCount", "2"),
            ("Learner.MISIdentifier", "1"),
            ("Learner.GivenName", "Georgiana"),
            ("Learner.FamilyName", "Batchworth"),
            ("Learner.LastKnownPostCode", "ZZ44 1AA"),
            ("Learner.DateOfBirth", "2007-08-09"),
            ("Learner.Gender", "2"),
            ("Learner.AbilityToShare", "1"),
            ("Learner.VerificationType", "2"),
            ("Learner.ULN", self.exact.uln.as_str()),
            ("Learner.MISIdentifier", "2"),
            ("Learner.GivenName", &self.exact.names.given),
            ("Learner.FamilyName", &self.exact.names.family),
        ];
        let two = text(&two);
        Operation::new(LS, "submitBatchRegistration", ("JobType", "ALL"))
            .gives("WSRC0007", "two learners; JobID is the number of the job", two.clone())
            .gives("WSRC0007", "two learners searched for, none registered or changed", with(&two, "JobType", "CHK"))
            .gives("WSRC0017", "the count says three learners", with(&two, "LearnerRecordCount", "3"))
    }

    pub(super) fn registration_output() -> Operation {
        let (role, sample) = ("", samples::REGISTRATION_CODES);
        let get = "lrs call getBatchRegistrationOutput --JobID \"$JOB\"";
        Operation::new(LS, "getBatchRegistrationOutput", ("JobID", "first"))
            .gives("WSRC0018", "an unknown job", text(&[("JobID", "4711")]))
            .runs("WSRC0009", "a finished batch", format!("{}\n{get}", submitted(role, sample)))
            .runs("WSRC0008", WITHOUT_WORKERS, format!("{}\n{get}", left_waiting(role, sample)))
            .runs("WSRC0010", CANCELLED, format!("{}\n{CANCEL}\n{get}", left_waiting(role, sample)))
    }

    pub(super) fn submit_verification(&self) -> Operation {
        let two = [
            ("LearnerRecordCount", "2"),
            ("Learner.MISIdentifier", "1"),
            ("Learner.ULN", self.verify.uln.as_str()),
            ("Learner.FamilyName", &self.verify.names.family),
            ("Learner.GivenName", &self.verify.names.given),
            ("Learner.MISIdentifier", "2"),
            ("Learner.ULN", NOBODY),
            ("Learner.FamilyName", &self.verify.names.family),
            ("Learner.GivenName", &self.verify.names.given),
        ];
        let two = text(&two);
        Operation::new(LS, "submitVerifyBatch", ("LearnerRecordCount", "0"))
            .gives("WSRC0025", "two learners; JobID is the number of the job", two.clone())
            .gives("WSRC0030", "the count says three learners", with(&two, "LearnerRecordCount", "3"))
    }

    pub(super) fn verification_output() -> Operation {
        let (role, sample) = ("", samples::VERIFICATION_CODES);
        let get = "lrs call getVerifyBatchOutput --JobID \"$JOB\"";
        Operation::new(LS, "getVerifyBatchOutput", ("JobID", "first"))
            .gives("WSRC0018", "an unknown job", text(&[("JobID", "4711")]))
            .runs(
                "WSRC0027",
                "a finished batch, whose records have WSVRC001, WSVRC002, WSVRC003, WSVRC004, WSVRC005 and WSVRC006",
                format!("{}\n{get}", submitted(role, sample)),
            )
            .runs("WSRC0026", WITHOUT_WORKERS, format!("{}\n{get}", left_waiting(role, sample)))
            .runs("WSRC0028", CANCELLED, format!("{}\n{CANCEL}\n{get}", left_waiting(role, sample)))
    }
}

/// Commands for every code of a record.
pub fn of_records() -> Vec<RecordExample> {
    let output = |sample| format!("{}\nlrs batch output \"$JOB\"", submitted("", sample));
    let errors = |sample| format!("{}\nlrs batch errors --as awarding \"$JOB\"", submitted("--as awarding ", sample));
    let check = |sample: Sample| format!("lrs check {}", sample.path());
    let example = |sample, note, script| RecordExample { codes: named_in(sample), note, script };
    vec![
        example(
            samples::REGISTRATION_CODES,
            "records of a registration batch; each learner is named after the ReturnCode",
            output(samples::REGISTRATION_CODES),
        ),
        example(
            samples::REGISTRATION_CODES_OF_FILES,
            "records of a registration file; the web service has no UCI and UPN, and RC011 for the age",
            check(samples::REGISTRATION_CODES_OF_FILES),
        ),
        example(
            samples::VERIFICATION_CODES,
            "records of a verification batch; each learner is named after the ResponseCode",
            output(samples::VERIFICATION_CODES),
        ),
        example(
            samples::VERIFICATION_CODES_OF_FILES,
            "an invalid record of a verification file; the web service refuses the whole batch with WSEC0001",
            check(samples::VERIFICATION_CODES_OF_FILES),
        ),
        example(
            samples::ACHIEVEMENT_ERRORS,
            "records of an achievement batch; each learner is named after the ErrorCode, and those with other names prepare the ground",
            errors(samples::ACHIEVEMENT_ERRORS),
        ),
        example(
            samples::UNRECOGNISED,
            "the awarding organisation's recognition has ended",
            format!(
                "lrs org recognition TEST0045 Surrendered --ended 2024-03-31 --config demo/lrs.toml\n{}\n{RECOGNISED_AGAIN}",
                errors(samples::UNRECOGNISED)
            ),
        ),
        example(
            samples::PROVISIONAL,
            "a final achievement sent again in a provisional batch",
            errors(samples::PROVISIONAL),
        ),
    ]
}

/// The codes after which the records of a sample are named, in the order of the tables.
fn named_in(sample: Sample) -> Vec<(&'static str, String)> {
    let of_registration = return_codes::ALL.iter().map(|entry| (entry.code, entry.meaning.to_owned()));
    let of_verification = codes::ALL.iter().filter(|entry| entry.code.starts_with("WSVRC"));
    let of_verification = of_verification.map(|entry| (entry.code, entry.meaning.to_owned()));
    let of_achievements = ERROR_CODES.iter().map(|entry| match entry.field {
        "" => (entry.code, entry.meaning.to_owned()),
        field => (entry.code, format!("{field}. {}", entry.meaning)),
    });
    of_registration
        .chain(of_verification)
        .chain(of_achievements)
        // With the cell's quotation mark, so that RC001 is not found in WSVRC001.
        .filter(|(code, _)| sample.text.contains(&format!("\"{code}")))
        .collect()
}

/// One achievement too many for a batch. It is too long for a command line, so curl sends it.
pub(super) fn too_many_achievements(uln: &str, given_name: &str, family_name: &str) -> String {
    format!(
        "\
ACHIEVEMENT='<Achievement><AchievementAwardDate>2024-08-22T00:00:00</AchievementAwardDate><Action>1</Action><ActionDate>2024-08-23T00:00:00</ActionDate><FamilyName>{family_name}</FamilyName><GivenName>{given_name}</GivenName><Grade>7</Grade><ProviderUkprn>TEST0038</ProviderUkprn><Uln>{uln}</Uln><UnitOrQualificationReferenceNumber>601/7001/3</UnitOrQualificationReferenceNumber></Achievement>'
{{
  echo '<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><SubmitAchievementBatchJob xmlns=\"http://api.lrs.qcf.gov.uk/services\">'
  echo '<invokingUser xmlns:m=\"http://api.lrs.qcf.gov.uk/model\">'
  echo \"<m:OrgPassword>$AO_PASSWORD</m:OrgPassword><m:OrganisationRef>$AO_ORGREF</m:OrganisationRef><m:UserName>curl</m:UserName></invokingUser>\"
  echo '<emailAddress/><submissionType>F</submissionType><achievements>'
  yes \"$ACHIEVEMENT\" | head -n 10001
  echo '</achievements></SubmitAchievementBatchJob></s:Body></s:Envelope>'
}} |
curl -s --cacert \"$LRS_CA\" --cert \"$AO_CERT\" -H 'Content-Type: text/xml; charset=utf-8' --data-binary @- \"$LRS_URL/ExternalService.svc\""
    )
}

/// A submission by an awarding organisation that is not recognised.
pub(super) fn not_configured(fields: &[(&'static str, String)]) -> String {
    let submit = crate::demo::shell::call("lrs", Caller::Awarding, "SubmitAchievementBatchJob", fields);
    format!("lrs org recognition TEST0045 Applied --config demo/lrs.toml\n{submit}\n{RECOGNISED_AGAIN}")
}
