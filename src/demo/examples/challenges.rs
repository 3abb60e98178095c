//! Examples of data challenges, by the operations that LearnerServiceR9 has from an earlier
//! release.

use super::{Cast, Fields, Operation, R9, text, with};
use crate::demo::shell::quote;
use crate::model::Learner;

/// The number of an event of the learner for exact matches: the demo's events are numbered in the
/// order of `people.toml`.
const EVENT: &str = "5";

impl Cast<'_> {
    pub(super) fn create_challenge(&self) -> Operation {
        let missing = missing(self.exact);
        let grade = wrong_grade(self.exact);
        Operation::new(R9, "CreateDataChallenge", ("challengeType", "wrong"))
            .gives("WSRC0050", "an event is missing; DataChallengeReference is the reference", missing.clone())
            .gives("WSRC0050", "a grade is wrong", grade.clone())
            .gives("WSRC0053", "no such event", with(&grade, "learningEvent1Id", "999999"))
            .gives("WSRC0015", "no evidence", with(&missing, "additionalInformation", ""))
            .gives("WSEC0206", "the learner does not share", self::missing(self.not_sharing))
            .gives("WSEC0208", "another date of birth", with(&missing, "dateOfBirth", "1991-01-01T00:00:00"))
            .gives("WSEC0136", "an invalid check digit", with(&missing, "uln", "1100001018"))
            .runs("WSRC0052", "the same event for the second time", format!("{0} > /dev/null\n{0}", call(&grade)))
    }

    pub(super) fn list_challenges(&self) -> Operation {
        let list = text(&[("uln", self.exact.uln.as_str())]);
        let script =
            format!("{} > /dev/null\nlrs call ListDataChallenge --uln {}", call(&missing(self.exact)), self.exact.uln);
        Operation::new(R9, "ListDataChallenge", ("userType", "XXX"))
            .gives("WSRC0001", "none about the learner", text(&[("uln", self.no_events.uln.as_str())]))
            .gives("WSEC0136", "an invalid check digit", with(&list, "uln", "1100001018"))
            .runs("WSRC0004", "one about the learner", script)
    }

    pub(super) fn delete_challenge(&self) -> Operation {
        let uln = self.exact.uln.as_str();
        let delete = text(&[("uln", uln), ("referenceNumber", "LEDC99999999")]);
        let created = format!(
            "REFERENCE=$({} | sed -n 's/.*DataChallengeReference>\\(LEDC[0-9]*\\)<.*/\\1/p')",
            call(&missing(self.exact))
        );
        let call = format!("lrs call DeleteDataChallenge --uln {uln} --referenceNumber \"$REFERENCE\"");
        Operation::new(R9, "DeleteDataChallenge", ("userType", "XXX"))
            .gives("WSRC0001", "no such reference", delete.clone())
            .gives("WSEC0136", "an invalid check digit", with(&delete, "uln", "1100001018"))
            .runs("WSRC0051", "the data challenge is withdrawn", format!("{created}\n{call}"))
            .runs("WSRC0054", "it is withdrawn already", format!("{created}\n{call} > /dev/null\n{call}"))
    }
}

/// Says that an event of the learner is missing.
fn missing(learner: &Learner) -> Fields {
    let born = format!("{}T00:00:00", learner.birth.date);
    text(&[
        ("challengeType", "missing-event"),
        ("uln", learner.uln.as_str()),
        ("givenName", &learner.names.given),
        ("familyName", &learner.names.family),
        ("dateOfBirth", &born),
        ("contactName", "A. Tester"),
        ("telephone", "00000 000000"),
        ("emailAddress", "tester@college.example"),
        ("additionalInformation", "The certificate is here."),
        ("learningEvent1Id", "0"),
        ("learningEvent2Id", "0"),
    ])
}

/// Says that the grade of an event is wrong.
fn wrong_grade(learner: &Learner) -> Fields {
    let fields = with(&missing(learner), "challengeType", "wrong-detail");
    with(&with(&fields, "learningEvent1Id", EVENT), "suppliedAchievedGrade", "8")
}

/// The command that sends it.
fn call(fields: &Fields) -> String {
    let options: Vec<String> = fields.iter().map(|(name, value)| format!("--{name} {}", quote(value))).collect();
    format!("lrs call CreateDataChallenge {}", options.join(" "))
}
