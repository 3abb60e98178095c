//! Examples of ExternalService: a batch of one achievement, in the name of the awarding organisation.

use super::{Caller, Operation, text, with};
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
        ("achievements.Achievement.FamilyName", &learner.family_name),
        ("achievements.Achievement.GivenName", &learner.given_name),
        ("achievements.Achievement.Grade", "7"),
        ("achievements.Achievement.ProviderUkprn", "TEST0038"),
        ("achievements.Achievement.Uln", learner.uln.as_str()),
        ("achievements.Achievement.UnitOrQualificationReferenceNumber", "601/7001/3"),
    ]);
    let none = one.iter().take(2).cloned().collect();
    let submit = Operation::new(SERVICE, "SubmitAchievementBatchJob", ("achievements.Achievement.Action", "create"))
        .gives("WSRC0007", "one achievement; JobId is the number to ask for", one.clone())
        .gives("WSEC0044", "no e-mail address", with(&one, "emailAddress", "results"))
        .gives("WSEC0045", "neither provisional nor final", with(&one, "submissionType", "X"))
        .gives("WSEC0047", "no achievement", none);
    let get = Operation::new(SERVICE, "GetAchievementBatchJob", ("jobId", "first")).gives(
        "WSRC0018",
        "no such job",
        text(&[("jobId", "4711")]),
    );
    [submit, get].map(|operation| Operation { caller: Caller::Awarding, ..operation })
}
