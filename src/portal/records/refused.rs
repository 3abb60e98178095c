//! What to do where a learning record may not be shown.

use crate::domain::LearnerRecord;
use crate::model::{AbilityToShare, Permission};
use crate::portal::answer::Answer;
use crate::portal::blocks::Blocks;
use crate::portal::problem::Problem;
use crate::portal::visit::Visit;

/// The page that stands in the record's place.
pub(super) fn page(visit: &Visit<'_>, learner: &str, record: &LearnerRecord) -> Result<Answer, Problem> {
    let (heading, said): (&str, &[&str]) = match record.sharing {
        None => (
            "This learner cannot be verified",
            &[
                "The register no longer has a learner with this ULN: it may have been deleted since you found it.",
                "Find the learner again by their details. If the learner says that the ULN is theirs, tell the service desk.",
            ],
        ),
        Some(AbilityToShare::NotSeen) => (
            "The learner has not seen the privacy notice",
            &[
                "A learning record is shown only after the learner has seen the privacy notice and shares data.",
                "Give the learner the privacy notice, and ask whether they share their learning record. \
                 Then change \u{201c}Privacy notice and sharing\u{201d} to what they say.",
            ],
        ),
        Some(AbilityToShare::DoesNotShare | AbilityToShare::Shares) => (
            "The learner does not share their learning record",
            &[
                "The learner saw the privacy notice, and chose not to share their learning record. Respect that choice.",
                "If the learner tells you that they have changed their mind, change \u{201c}Privacy notice and sharing\u{201d}.",
            ],
        ),
    };
    let mut page = Blocks::new(visit, heading).caption("Learning record").back(learner);
    page = said.iter().fold(page, |page, text| page.say(*text));
    page = match record.sharing {
        Some(_) if visit.may(Permission::UpdateLearner) => {
            page.link("Change privacy notice and sharing", format!("{learner}/change/sharing"))
        }
        Some(_) => page.say("You may not change learners. Ask somebody at your organisation who may."),
        None => page.link("Find a learner", "/learners/find"),
    };
    Answer::page(&page.say(format!("Code for the service desk: {}", record.outcome.code())))
}
