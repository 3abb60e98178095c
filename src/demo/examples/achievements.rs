//! Examples of ExternalService: a batch of one achievement, by the awarding organisation.

use super::batches::{
    CANCEL, CANCELLED, WITHOUT_WORKERS, left_waiting, not_configured, submitted, too_many_achievements,
};
use super::{Caller, Operation, text, with};
use crate::demo::samples;
use crate::model::Learner;

const SERVICE: &str = "ExternalService";

/// The two operations.
pub(super) fn operations(learner: &Learner) -> [Operation; 2] {
    let one = text(&[
        ("emailAddress", "results@awarding.compatibilitytest.com"),
        ("submissionType", "F"),
        ("achievements.Achievement.AchievementAwardDate", "2024-08-22T00:00:00"),
        ("achievements.Achievement.Action", "1"),
        ("achievements.Achievement.ActionDate", "2024-08-23T00:00:00"),
        ("achievements.Achievement.FamilyName", &learner.names.family),
        ("achievements.Achievement.GivenName", &learner.names.given),
        ("achievements.Achievement.Grade", "7"),
        ("achievements.Achievement.ProviderUkprn", "TEST0038"),
        ("achievements.Achievement.Uln", learner.uln.as_str()),
        ("achievements.Achievement.UnitOrQualificationReferenceNumber", "601/7001/3"),
    ]);
    let none = one.iter().take(2).cloned().collect();
    let submit = Operation::new(SERVICE, "SubmitAchievementBatchJob", ("achievements.Achievement.Action", "create"))
        .gives("WSRC0007", "one achievement; JobId is the number of the job", one.clone())
        .gives("WSEC0044", "an invalid e-mail address", with(&one, "emailAddress", "results"))
        .gives("WSEC0045", "a submission type other than provisional or final", with(&one, "submissionType", "X"))
        .gives("WSEC0047", "no achievements", none)
        .runs(
            "WSEC0046",
            "10,001 achievements",
            too_many_achievements(learner.uln.as_str(), &learner.names.given, &learner.names.family),
        )
        .runs("WSRC0043", "an awarding organisation that is not recognised yet", not_configured(&one));
    let (role, sample) = ("--as awarding ", samples::ACHIEVEMENTS);
    let job = "lrs call --as awarding GetAchievementBatchJob --jobId \"$JOB\"";
    let get = Operation::new(SERVICE, "GetAchievementBatchJob", ("jobId", "first"))
        .gives("WSRC0018", "an unknown job", text(&[("jobId", "4711")]))
        .runs(
            "WSRC0009",
            "two achievements created, one refused; the reply has the error file",
            format!("{}\n{job}", submitted(role, sample)),
        )
        .runs("WSRC0008", WITHOUT_WORKERS, format!("{}\n{job}", left_waiting(role, sample)))
        .runs("WSRC0010", CANCELLED, format!("{}\n{CANCEL}\n{job}", left_waiting(role, sample)));
    [submit, get].map(|operation| Operation { caller: Caller::Awarding, ..operation })
}
