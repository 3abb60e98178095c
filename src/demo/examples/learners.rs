//! Examples of LearnerService: find, register, update, verify and retrieve learners.

use super::{Cast, Fields, LS, NOBODY, Operation, text, with};
use crate::model::{Learner, Names};

impl Cast<'_> {
    pub(super) fn find_by_uln(&self) -> Operation {
        let find =
            |uln: &str, family: &str, given: &str| text(&[("ULN", uln), ("FamilyName", family), ("GivenName", given)]);
        let find_learner = |l: &Learner| find(l.uln.as_str(), &l.names.family, &l.names.given);
        let exact = self.exact;
        Operation::new(LS, "learnerByULN", ("FamilyName", ""))
            .gives("WSRC0004", "ULN and names match", find_learner(exact))
            .gives("WSRC0004", "FindType CHK: only the code", with(&find_learner(exact), "FindType", "CHK"))
            .gives(
                "WSRC0004",
                "by preferred given name and previous family name",
                find(self.verify.uln.as_str(), "Umberhay", "Mina"),
            )
            .gives(
                "WSRC0004",
                "accents do not matter",
                find(self.non_ascii.uln.as_str(), "Lukaszynska Brancovic", "Zoe Aslaug"),
            )
            .gives("WSRC0022", "the ULN was merged into another", find_learner(self.child))
            .gives(
                "WSRC0003",
                "the family name is only similar",
                find(exact.uln.as_str(), "Quillfether", &exact.names.given),
            )
            .gives("WSRC0001", "nobody has the ULN", find(NOBODY, &exact.names.family, &exact.names.given))
            .gives("WSRC0001", "the names do not match", find(exact.uln.as_str(), "Somebodyelse", "Wilfred"))
            .gives("WSRC0001", "the learner was deleted", find_learner(self.deleted))
    }

    pub(super) fn find_by_demographics(&self) -> Operation {
        let nobody = [
            ("FamilyName", "Nosuchfamily"),
            ("GivenName", "Zebedee"),
            ("DateOfBirth", "1991-01-01"),
            ("Gender", "1"),
            ("LastKnownPostCode", "ZZ99 9ZZ"),
        ];
        Operation::new(LS, "learnerByDemographics", ("LastKnownPostCode", "NOWHERE"))
            .gives("WSRC0004", "all five demographics match", demographics(self.exact))
            .gives("WSRC0004", "FindType CHK: only the code", with(&demographics(self.exact), "FindType", "CHK"))
            .gives("WSRC0022", "the learner found was merged into another", demographics(self.child))
            .gives(
                "WSRC0003",
                "another postcode and another gender",
                with(&with(&demographics(self.possible), "LastKnownPostCode", "ZZ15 1AA"), "Gender", "1"),
            )
            .gives(
                "WSRC0002",
                "twelve similar learners",
                with(&demographics(self.many), "LastKnownPostCode", "ZZ20 9ZZ"),
            )
            .gives("WSRC0001", "no such learner", text(&nobody))
    }

    pub(super) fn register(&self) -> Operation {
        let new = [
            ("Learner.GivenName", "Peregrine"),
            ("Learner.FamilyName", "Newcomer"),
            ("Learner.LastKnownPostCode", "ZZ30 1AA"),
            ("Learner.DateOfBirth", "2007-05-04"),
            ("Learner.Gender", "1"),
            ("Learner.VerificationType", "0"),
            ("Learner.AbilityToShare", "1"),
        ];
        Operation::new(LS, "registerSingleLearner", ("Learner.Gender", "X"))
            .gives("WSRC0005", "a new learner; WSRC0021 when sent again", text(&new))
            .gives("WSRC0021", "a learner with the same details exists", details(self.exact))
            .gives(
                "WSRC0021",
                "older than 110 years",
                with(&with(&text(&new), "Learner.DateOfBirth", "1890-05-04"), "Learner.GivenName", "Methuselah"),
            )
    }

    pub(super) fn update(&self) -> Operation {
        let change = |learner: &Learner| {
            let mut fields = details(learner);
            fields.extend(text(&[
                ("Learner.ULN", learner.uln.as_str()),
                ("Learner.VersionNumber", &learner.version.to_string()),
            ]));
            fields
        };
        let exact = change(self.exact);
        let another = [
            ("Learner.GivenName", "Wilfred"),
            ("Learner.FamilyName", "Somebodyelse"),
            ("Learner.LastKnownPostCode", "ZZ99 9ZZ"),
            ("Learner.DateOfBirth", "1991-01-01"),
        ];
        Operation::new(LS, "updateSingleLearner", ("Learner.VersionNumber", "one"))
            .gives(
                "WSRC0006",
                "a new town; WSRC0013 when sent again",
                with(&change(self.update), "Learner.LastKnownAddressTown", "Otterbrook"),
            )
            .gives("WSRC0013", "an outdated version number", with(&exact, "Learner.VersionNumber", "99"))
            .gives(
                "WSRC0014",
                "a sharing learner cannot go back to not having seen the privacy notice",
                with(&exact, "Learner.AbilityToShare", "0"),
            )
            .gives(
                "WSRC0014",
                "a refusal to share is not accepted by web service",
                with(&exact, "Learner.AbilityToShare", "2"),
            )
            .gives(
                "WSRC0015",
                "a different person",
                another.iter().fold(exact.clone(), |all, (name, value)| with(&all, name, value)),
            )
            .gives("WSRC0019", "nobody has the ULN", with(&exact, "Learner.ULN", NOBODY))
            .gives("WSRC0020", "no changes", exact)
            .gives("WSRC0022", "the ULN was merged into another", change(self.child))
    }

    pub(super) fn verify(&self) -> Operation {
        let verify = |uln: &str, family: &str, given: &str| {
            text(&[
                ("LearnerToVerify.ULN", uln),
                ("LearnerToVerify.FamilyName", family),
                ("LearnerToVerify.GivenName", given),
            ])
        };
        let Learner { uln, names: Names { family: family_name, given: given_name, .. }, .. } = self.verify;
        let child = self.child;
        let whole = with(
            &with(
                &verify(uln.as_str(), family_name, given_name),
                "LearnerToVerify.DateOfBirth",
                &self.verify.birth.date.to_string(),
            ),
            "LearnerToVerify.Gender",
            self.verify.gender.code(),
        );
        Operation::new(LS, "verifyLearner", ("LearnerToVerify.DateOfBirth", "yesterday"))
            .gives("WSVRC001", "every detail matches", whole.clone())
            .gives("WSVRC001", "only names, with the preferred given name", verify(uln.as_str(), family_name, "Mina"))
            .gives(
                "WSVRC002",
                "the ULN was merged into another",
                verify(child.uln.as_str(), &child.names.family, &child.names.given),
            )
            .gives(
                "WSVRC003",
                "the previous family name: flags VRF2 to VRF5",
                verify(uln.as_str(), "Umberhay", given_name),
            )
            .gives(
                "WSVRC003",
                "names swapped: flags VRF1, VRF3, VRF5, VRF6",
                verify(uln.as_str(), given_name, family_name),
            )
            .gives(
                "WSVRC004",
                "merged, and the family name is only similar",
                verify(child.uln.as_str(), "Stoatgrov", &child.names.given),
            )
            .gives(
                "WSVRC005",
                "another date of birth: VRF7 among the flags",
                with(&whole, "LearnerToVerify.DateOfBirth", "1997-01-31"),
            )
            .gives("WSVRC005", "another gender: VRF8 among the flags", with(&whole, "LearnerToVerify.Gender", "1"))
            .gives("WSVRC005", "other names: flags VRF1 to VRF6", verify(uln.as_str(), "Somebodyelse", "Wilfred"))
            .gives("WSVRC006", "nobody has the ULN", verify(NOBODY, family_name, given_name))
    }

    pub(super) fn retrieve(&self) -> Operation {
        let ulns = |ulns: &[&str]| ulns.iter().map(|uln| ("ULNsToRetrieve.ULN", (*uln).to_owned())).collect::<Fields>();
        let (exact, child) = (self.exact.uln, self.child.uln);
        Operation::new(LS, "retrieveULNs", ("ULNsToRetrieve.ULN", "123456789"))
            .gives("WSRC0004", "found", ulns(&[exact.as_str()]))
            .gives("WSRC0022", "a merged ULN", ulns(&[child.as_str()]))
            .gives("WSRC0001", "nobody has the ULN", ulns(&[NOBODY]))
            .gives(
                "WSRC0004",
                "three numbers: WSRC0004, WSRC0022 and WSRC0001",
                ulns(&[exact.as_str(), child.as_str(), NOBODY]),
            )
    }

    pub(super) fn merged_report() -> Operation {
        Self::report("getMergedUnmergedULNsReport")
    }

    pub(super) fn deleted_report() -> Operation {
        Self::report("getDeletedULNsReport")
    }

    /// The demo's merged and deleted learners were so when they were imported.
    fn report(operation: &'static str) -> Operation {
        let days = |from: &str, until: &str| text(&[("FromDate", from), ("ToDate", until)]);
        Operation::new(LS, operation, ("FromDate", "01/02/2001"))
            .gives("WSRC0024", "nothing was changed in these days", days("2001-01-01", "2001-12-31"))
            .gives("WSRC0023", "the first day is after the last", days("2002-01-01", "2001-12-31"))
    }
}

fn demographics(learner: &Learner) -> Fields {
    text(&[
        ("FamilyName", &learner.names.family),
        ("GivenName", &learner.names.given),
        ("DateOfBirth", &learner.birth.date.to_string()),
        ("Gender", learner.gender.code()),
        ("LastKnownPostCode", learner.address.postcode.as_str()),
    ])
}

/// The mandatory fields of a learner to register or update.
fn details(learner: &Learner) -> Fields {
    text(&[
        ("Learner.GivenName", &learner.names.given),
        ("Learner.FamilyName", &learner.names.family),
        ("Learner.LastKnownPostCode", learner.address.postcode.as_str()),
        ("Learner.DateOfBirth", &learner.birth.date.to_string()),
        ("Learner.Gender", learner.gender.code()),
        ("Learner.VerificationType", learner.evidence.verification_type.code()),
        ("Learner.AbilityToShare", learner.ability_to_share.code()),
    ])
}
