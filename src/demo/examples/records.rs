//! Examples of LearnerServiceR9: learning records, the audit of access to them, and organisations.

use super::{Cast, Fields, NOBODY, Operation, R9, text, with};
use crate::demo::organisations::{AWARDING, PROVIDER};
use crate::model::Learner;

impl Cast<'_> {
    pub(super) fn learning_events(&self) -> Operation {
        let exact = r9_names(self.exact);
        Operation::new(R9, "GetLearnerLearningEvents", ("userType", "XXX"))
            .gives("WSRC0004", "events of every source", exact.clone())
            .gives("WSRC0004", "getType BRIEF: nine fields of each event", with(&exact, "getType", "BRIEF"))
            .gives("WSRC0004", "no events", r9_names(self.no_events))
            .gives(
                "WSRC0004",
                "userType LNR: the learner's own request, despite not sharing",
                with(&r9_names(self.not_sharing), "userType", "LNR"),
            )
            .gives("WSRC0022", "the ULN was merged into another", r9_names(self.child))
            .gives("WSEC0206", "the learner does not share", r9_names(self.not_sharing))
            .gives("WSEC0206", "the learner has not seen the privacy notice", r9_names(self.not_seen))
            .gives(
                "WSEC0208",
                "the names do not match",
                with(&with(&exact, "familyName", "Somebodyelse"), "givenName", "Wilfred"),
            )
            .gives("WSEC0208", "another date of birth", with(&exact, "dateOfBirth", "1991-01-01"))
            .gives("WSEC0136", "an invalid check digit", with(&exact, "uln", "1100001018"))
    }

    pub(super) fn learner_record(&self) -> Operation {
        let record = |learner: &Learner| with(&r9_names(learner), "contactType", "FTF");
        let exact = record(self.exact);
        Operation::new(R9, "GetLearnerRecord", ("userType", "XXX"))
            .gives("WSRC0004", "details and events", exact.clone())
            .gives("WSRC0004", "no events", record(self.no_events))
            .gives("WSRC0022", "the ULN was merged into another", record(self.child))
            .gives("WSEC0206", "the learner does not share", record(self.not_sharing))
            .gives("WSEC0208", "another postcode", with(&exact, "postcode", "ZZ99 9ZZ"))
            .gives("WSEC0136", "an invalid check digit", with(&exact, "uln", "1100001018"))
    }

    pub(super) fn learner_by_uln(&self) -> Operation {
        let exact = r9_names(self.exact);
        Operation::new(R9, "LearnerByUln", ("userType", "XXX"))
            .gives("WSRC0004", "ULN and names match", exact.clone())
            .gives("WSRC0022", "the ULN was merged into another", r9_names(self.child))
            .gives("WSRC0003", "the family name is only similar", with(&exact, "familyName", "Quillfether"))
            .gives("WSRC0001", "nobody has the ULN", with(&exact, "uln", NOBODY))
    }

    pub(super) fn update_subset(&self) -> Operation {
        let change = |learner: &Learner, ability: &str| {
            text(&[
                ("uln", learner.uln.as_str()),
                ("versionNumber", &learner.version.to_string()),
                ("abilityToShare", ability),
            ])
        };
        let nothing = change(self.exact, "NotProvided");
        Operation::new(R9, "UpdateLearnerSubsetFields", ("userType", "XXX"))
            .gives(
                "WSRC0006",
                "a new telephone number; WSRC0013 when sent again",
                with(&change(self.no_events, "NotProvided"), "telephoneNumber", "00000 000099"),
            )
            .gives("WSRC0013", "an outdated version number", with(&nothing, "versionNumber", "99"))
            .gives(
                "WSRC0014",
                "a sharing learner cannot go back to not having seen the privacy notice",
                change(self.exact, "FPNNotSeen"),
            )
            .gives("WSRC0019", "nobody has the ULN", with(&nothing, "uln", NOBODY))
            .gives("WSRC0020", "no changes", nothing)
            .gives("WSRC0022", "the ULN was merged into another", change(self.child, "NotProvided"))
    }

    pub(super) fn view_audit(&self) -> Operation {
        let names = |learner: &Learner, page: &str| {
            text(&[
                ("learnerUln", learner.uln.as_str()),
                ("learnerGivenName", &learner.names.given),
                ("learnerFamilyName", &learner.names.family),
                ("page", page),
            ])
        };
        let first = names(self.exact, "1");
        Operation::new(R9, "ViewAudit", ("page", "first"))
            .gives("none", "who saw the record, the latest first", first.clone())
            .gives("none", "nobody has the number: an empty list", with(&first, "learnerUln", NOBODY))
    }

    pub(super) fn organisation(&self) -> Operation {
        Operation::new(R9, "GetOrganisation", ("userType", "XXX"))
            .gives("WSRC0004", "by UKPRN", text(&[("ukPrn", PROVIDER.ukprn)]))
            .gives("WSRC0004", "by organisation reference", text(&[("orgRef", AWARDING.org_ref)]))
            .gives("WSRC0001", "an unknown organisation", text(&[("ukPrn", "99999999")]))
    }
}

fn r9_names(learner: &Learner) -> Fields {
    text(&[("uln", learner.uln.as_str()), ("givenName", &learner.names.given), ("familyName", &learner.names.family)])
}
