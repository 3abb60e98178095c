//! For every operation and every code that it can answer with: a request that produces it, on the data as the demonstration puts them.

mod achievements;
mod batches;

pub use batches::{RecordExample, of_records};

use super::FixtureError;
use super::people::People;
use crate::model::Learner;

/// A number with a good check digit that nobody has.
const NOBODY: &str = "9876543228";

/// In whose name a request is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// The provider.
    Provider,
    /// The awarding organisation.
    Awarding,
    /// The provider's certificate, and the organisation without permissions.
    Limited,
    /// The provider's certificate, and an organisation that does not exist.
    Unknown,
    /// The provider with a wrong password.
    WrongPassword,
}

/// A request and the code that it gives.
#[derive(Debug, Clone)]
pub struct Example {
    /// The service.
    pub service: &'static str,
    /// The operation.
    pub operation: &'static str,
    /// The code that travels, in the reply or in a fault; `none` for an operation whose replies have none.
    pub code: &'static str,
    /// What is special about the request.
    pub note: &'static str,
    /// How it is sent.
    pub request: Request,
}

/// How an example is sent.
#[derive(Debug, Clone)]
pub enum Request {
    /// As a call in somebody's name, with fields by their dotted names, in the order in which they stand on the command line.
    Call(Caller, Fields),
    /// By commands for the shell, the last of which is the call.
    Script(String),
}

/// Every example, by service and operation, best outcomes first.
///
/// # Errors
/// When the fixture lacks somebody.
pub fn all(people: &People) -> Result<Vec<Example>, FixtureError> {
    let learner = |role| people.role(role).map(|person| &person.learner);
    let cast = Cast {
        exact: learner("EXACT")?,
        child: learner("LINKED_CHILD")?,
        possible: learner("POSSIBLE")?,
        many: learner("MANY")?,
        verify: learner("VERIFY")?,
        update: learner("UPDATE")?,
        not_sharing: learner("NOT_SHARING")?,
        not_seen: learner("NOT_SEEN")?,
        no_events: learner("NO_EVENTS")?,
        deleted: learner("DELETED")?,
        non_ascii: learner("NON_ASCII")?,
    };
    let mut list = Vec::new();
    for operation in [
        cast.find_by_uln(),
        cast.find_by_demographics(),
        cast.register(),
        cast.update(),
        cast.verify(),
        cast.retrieve(),
        cast.submit_registration(),
        Cast::registration_output(),
        cast.submit_verification(),
        Cast::verification_output(),
        cast.learning_events(),
        cast.learner_record(),
        cast.learner_by_uln(),
        cast.update_subset(),
        cast.view_audit(),
        cast.organisation(),
    ] {
        list.extend(operation.examples());
    }
    list.extend(achievements::operations(cast.exact).into_iter().flat_map(Operation::examples));
    Ok(list)
}

/// The named people who appear in examples.
struct Cast<'a> {
    exact: &'a Learner,
    child: &'a Learner,
    possible: &'a Learner,
    many: &'a Learner,
    verify: &'a Learner,
    update: &'a Learner,
    not_sharing: &'a Learner,
    not_seen: &'a Learner,
    no_events: &'a Learner,
    deleted: &'a Learner,
    non_ascii: &'a Learner,
}

/// Fields by their dotted names.
pub type Fields = Vec<(&'static str, String)>;

/// An operation with its own outcomes. The first one's fields serve for the refusals that every operation shares.
struct Operation {
    service: &'static str,
    name: &'static str,
    outcomes: Vec<(&'static str, &'static str, Fields)>,
    /// Outcomes that take more than one command.
    scripts: Vec<(&'static str, &'static str, String)>,
    /// A field with a value that the contract does not allow.
    malformed: (&'static str, &'static str),
    /// Who calls it when all is well.
    caller: Caller,
}

impl Operation {
    fn new(service: &'static str, name: &'static str, malformed: (&'static str, &'static str)) -> Self {
        Self { service, name, outcomes: Vec::new(), scripts: Vec::new(), malformed, caller: Caller::Provider }
    }

    fn gives(mut self, code: &'static str, note: &'static str, fields: Fields) -> Self {
        self.outcomes.push((code, note, fields));
        self
    }

    fn runs(mut self, code: &'static str, note: &'static str, script: String) -> Self {
        self.scripts.push((code, note, script));
        self
    }

    fn examples(self) -> Vec<Example> {
        let Self { service, name: operation, outcomes, scripts, malformed, caller } = self;
        let usual = outcomes.first().map(|(_, _, fields)| fields.clone()).unwrap_or_default();
        let wrong = with(&usual, malformed.0, malformed.1);
        let example = |code, note, request| Example { service, operation, code, note, request };
        let call = |code, note, caller, fields| example(code, note, Request::Call(caller, fields));
        let own = outcomes.into_iter().map(|(code, note, fields)| call(code, note, caller, fields));
        let scripts = scripts.into_iter().map(|(code, note, script)| example(code, note, Request::Script(script)));
        let shared = [
            call("WSEC0001", "a value that the contract does not allow", caller, wrong),
            call("WSEC0003", "an organisation that does not exist", Caller::Unknown, usual.clone()),
            call("WSEC0005", "a wrong password", Caller::WrongPassword, usual.clone()),
            call("WSEC0006", "an organisation without permissions", Caller::Limited, usual),
        ];
        own.chain(scripts).chain(shared).collect()
    }
}

/// The fields with another value for one of them.
fn with(fields: &Fields, name: &'static str, value: &str) -> Fields {
    let mut changed: Fields = fields.iter().filter(|(field, _)| *field != name).cloned().collect();
    changed.push((name, value.to_owned()));
    changed
}

fn text(fields: &[(&'static str, &str)]) -> Fields {
    fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
}

const LS: &str = "LearnerService";
const R9: &str = "LearnerServiceR9";

impl Cast<'_> {
    fn find_by_uln(&self) -> Operation {
        let find =
            |uln: &str, family: &str, given: &str| text(&[("ULN", uln), ("FamilyName", family), ("GivenName", given)]);
        let find_learner = |l: &Learner| find(l.uln.as_str(), &l.family_name, &l.given_name);
        let exact = self.exact;
        Operation::new(LS, "learnerByULN", ("FamilyName", ""))
            .gives("WSRC0004", "number and names agree", find_learner(exact))
            .gives("WSRC0004", "the code alone", with(&find_learner(exact), "FindType", "CHK"))
            .gives(
                "WSRC0004",
                "preferred given name and previous family name",
                find(self.verify.uln.as_str(), "Umberhay", "Mina"),
            )
            .gives(
                "WSRC0004",
                "accents make no difference",
                find(self.non_ascii.uln.as_str(), "Lukaszynska Brancovic", "Zoe Aslaug"),
            )
            .gives("WSRC0022", "the number was merged into another", find_learner(self.child))
            .gives(
                "WSRC0003",
                "the family name is only similar",
                find(exact.uln.as_str(), "Quillfether", &exact.given_name),
            )
            .gives("WSRC0001", "nobody has the number", find(NOBODY, &exact.family_name, &exact.given_name))
            .gives("WSRC0001", "the names are another's", find(exact.uln.as_str(), "Somebodyelse", "Wilfred"))
            .gives("WSRC0001", "the learner was deleted", find_learner(self.deleted))
    }

    fn find_by_demographics(&self) -> Operation {
        let nobody = [
            ("FamilyName", "Nosuchfamily"),
            ("GivenName", "Zebedee"),
            ("DateOfBirth", "1991-01-01"),
            ("Gender", "1"),
            ("LastKnownPostCode", "ZZ99 9ZZ"),
        ];
        Operation::new(LS, "learnerByDemographics", ("LastKnownPostCode", "NOWHERE"))
            .gives("WSRC0004", "all five demographics agree", demographics(self.exact))
            .gives("WSRC0004", "the code alone", with(&demographics(self.exact), "FindType", "CHK"))
            .gives("WSRC0022", "the record found was merged into another", demographics(self.child))
            .gives(
                "WSRC0003",
                "another postcode and another gender",
                with(&with(&demographics(self.possible), "LastKnownPostCode", "ZZ15 1AA"), "Gender", "1"),
            )
            .gives(
                "WSRC0002",
                "twelve learners are alike",
                with(&demographics(self.many), "LastKnownPostCode", "ZZ20 9ZZ"),
            )
            .gives("WSRC0001", "nobody is like that", text(&nobody))
    }

    fn register(&self) -> Operation {
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
            .gives("WSRC0005", "a new learner; a second time it is WSRC0021", text(&new))
            .gives("WSRC0021", "a learner with the same details exists", details(self.exact))
            .gives(
                "WSRC0021",
                "older than 110 years",
                with(&with(&text(&new), "Learner.DateOfBirth", "1890-05-04"), "Learner.GivenName", "Methuselah"),
            )
    }

    fn update(&self) -> Operation {
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
                "a new town; a second time it is WSRC0013",
                with(&change(self.update), "Learner.LastKnownAddressTown", "Otterbrook"),
            )
            .gives("WSRC0013", "another version than the record has", with(&exact, "Learner.VersionNumber", "99"))
            .gives(
                "WSRC0014",
                "a learner who shares may not un-see the notice",
                with(&exact, "Learner.AbilityToShare", "0"),
            )
            .gives("WSRC0014", "nobody refuses through a web service", with(&exact, "Learner.AbilityToShare", "2"))
            .gives(
                "WSRC0015",
                "another person altogether",
                another.iter().fold(exact.clone(), |all, (name, value)| with(&all, name, value)),
            )
            .gives("WSRC0019", "nobody has the number", with(&exact, "Learner.ULN", NOBODY))
            .gives("WSRC0020", "nothing differs", exact)
            .gives("WSRC0022", "the number was merged into another", change(self.child))
    }

    fn verify(&self) -> Operation {
        let verify = |uln: &str, family: &str, given: &str| {
            text(&[
                ("LearnerToVerify.ULN", uln),
                ("LearnerToVerify.FamilyName", family),
                ("LearnerToVerify.GivenName", given),
            ])
        };
        let Learner { uln, family_name, given_name, .. } = self.verify;
        let child = self.child;
        let whole = with(
            &with(
                &verify(uln.as_str(), family_name, given_name),
                "LearnerToVerify.DateOfBirth",
                &self.verify.date_of_birth.to_string(),
            ),
            "LearnerToVerify.Gender",
            self.verify.gender.code(),
        );
        Operation::new(LS, "verifyLearner", ("LearnerToVerify.DateOfBirth", "yesterday"))
            .gives("WSVRC001", "every detail agrees", whole.clone())
            .gives("WSVRC001", "names alone, the preferred given name", verify(uln.as_str(), family_name, "Mina"))
            .gives(
                "WSVRC002",
                "the number was merged into another",
                verify(child.uln.as_str(), &child.family_name, &child.given_name),
            )
            .gives(
                "WSVRC003",
                "the previous family name: flags VRF2 to VRF5",
                verify(uln.as_str(), "Umberhay", given_name),
            )
            .gives(
                "WSVRC003",
                "names exchanged: flags VRF1, VRF3, VRF5, VRF6",
                verify(uln.as_str(), given_name, family_name),
            )
            .gives(
                "WSVRC004",
                "merged, and the family name is only similar",
                verify(child.uln.as_str(), "Stoatgrov", &child.given_name),
            )
            .gives(
                "WSVRC005",
                "another date of birth, VRF7 among the flags",
                with(&whole, "LearnerToVerify.DateOfBirth", "1997-01-31"),
            )
            .gives("WSVRC005", "another gender, VRF8 among the flags", with(&whole, "LearnerToVerify.Gender", "1"))
            .gives("WSVRC005", "other names: flags VRF1 to VRF6", verify(uln.as_str(), "Somebodyelse", "Wilfred"))
            .gives("WSVRC006", "nobody has the number", verify(NOBODY, family_name, given_name))
    }

    fn retrieve(&self) -> Operation {
        let ulns = |ulns: &[&str]| ulns.iter().map(|uln| ("ULNsToRetrieve.ULN", (*uln).to_owned())).collect::<Fields>();
        let (exact, child) = (self.exact.uln, self.child.uln);
        Operation::new(LS, "retrieveULNs", ("ULNsToRetrieve.ULN", "123456789"))
            .gives("WSRC0004", "found", ulns(&[exact.as_str()]))
            .gives("WSRC0022", "merged into another", ulns(&[child.as_str()]))
            .gives("WSRC0001", "nobody has the number", ulns(&[NOBODY]))
            .gives(
                "WSRC0004",
                "three numbers: WSRC0004, WSRC0022 and WSRC0001",
                ulns(&[exact.as_str(), child.as_str(), NOBODY]),
            )
    }

    fn learning_events(&self) -> Operation {
        let exact = r9_names(self.exact);
        Operation::new(R9, "GetLearnerLearningEvents", ("userType", "XXX"))
            .gives("WSRC0004", "events of every source", exact.clone())
            .gives("WSRC0004", "nine members of each event", with(&exact, "getType", "BRIEF"))
            .gives("WSRC0004", "no events", r9_names(self.no_events))
            .gives(
                "WSRC0004",
                "the learner's own request, who does not share",
                with(&r9_names(self.not_sharing), "userType", "LNR"),
            )
            .gives("WSRC0022", "the number was merged into another", r9_names(self.child))
            .gives("WSEC0206", "the learner does not share", r9_names(self.not_sharing))
            .gives("WSEC0206", "the learner has not seen the privacy notice", r9_names(self.not_seen))
            .gives(
                "WSEC0208",
                "the names are another's",
                with(&with(&exact, "familyName", "Somebodyelse"), "givenName", "Wilfred"),
            )
            .gives("WSEC0208", "another date of birth", with(&exact, "dateOfBirth", "1991-01-01"))
            .gives("WSEC0136", "a wrong check digit", with(&exact, "uln", "1100001018"))
    }

    fn learner_record(&self) -> Operation {
        let record = |learner: &Learner| with(&r9_names(learner), "contactType", "FTF");
        let exact = record(self.exact);
        Operation::new(R9, "GetLearnerRecord", ("userType", "XXX"))
            .gives("WSRC0004", "details and events", exact.clone())
            .gives("WSRC0004", "no events", record(self.no_events))
            .gives("WSRC0022", "the number was merged into another", record(self.child))
            .gives("WSEC0206", "the learner does not share", record(self.not_sharing))
            .gives("WSEC0208", "another postcode", with(&exact, "postcode", "ZZ99 9ZZ"))
            .gives("WSEC0136", "a wrong check digit", with(&exact, "uln", "1100001018"))
    }

    fn learner_by_uln(&self) -> Operation {
        let exact = r9_names(self.exact);
        Operation::new(R9, "LearnerByUln", ("userType", "XXX"))
            .gives("WSRC0004", "number and names agree", exact.clone())
            .gives("WSRC0022", "the number was merged into another", r9_names(self.child))
            .gives("WSRC0003", "the family name is only similar", with(&exact, "familyName", "Quillfether"))
            .gives("WSRC0001", "nobody has the number", with(&exact, "uln", NOBODY))
    }

    fn update_subset(&self) -> Operation {
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
                "a new telephone number; a second time it is WSRC0013",
                with(&change(self.no_events, "NotProvided"), "telephoneNumber", "00000 000099"),
            )
            .gives("WSRC0013", "another version than the record has", with(&nothing, "versionNumber", "99"))
            .gives("WSRC0014", "a learner who shares may not un-see the notice", change(self.exact, "FPNNotSeen"))
            .gives("WSRC0019", "nobody has the number", with(&nothing, "uln", NOBODY))
            .gives("WSRC0020", "nothing differs", nothing)
            .gives("WSRC0022", "the number was merged into another", change(self.child, "NotProvided"))
    }

    fn view_audit(&self) -> Operation {
        let names = |learner: &Learner, page: &str| {
            text(&[
                ("learnerUln", learner.uln.as_str()),
                ("learnerGivenName", &learner.given_name),
                ("learnerFamilyName", &learner.family_name),
                ("page", page),
            ])
        };
        let first = names(self.exact, "1");
        Operation::new(R9, "ViewAudit", ("page", "first"))
            .gives("none", "who saw the record, the latest first", first.clone())
            .gives("none", "nobody has the number: an empty list", with(&first, "learnerUln", NOBODY))
    }

    fn organisation(&self) -> Operation {
        use super::organisations::{AWARDING, PROVIDER};

        Operation::new(R9, "GetOrganisation", ("userType", "XXX"))
            .gives("WSRC0004", "by UKPRN", text(&[("ukPrn", PROVIDER.ukprn)]))
            .gives("WSRC0004", "by organisation reference", text(&[("orgRef", AWARDING.org_ref)]))
            .gives("WSRC0001", "no such organisation", text(&[("ukPrn", "99999999")]))
    }
}

fn demographics(learner: &Learner) -> Fields {
    text(&[
        ("FamilyName", &learner.family_name),
        ("GivenName", &learner.given_name),
        ("DateOfBirth", &learner.date_of_birth.to_string()),
        ("Gender", learner.gender.code()),
        ("LastKnownPostCode", learner.postcode.as_str()),
    ])
}

/// The mandatory members of a learner to be registered or updated.
fn details(learner: &Learner) -> Fields {
    text(&[
        ("Learner.GivenName", &learner.given_name),
        ("Learner.FamilyName", &learner.family_name),
        ("Learner.LastKnownPostCode", learner.postcode.as_str()),
        ("Learner.DateOfBirth", &learner.date_of_birth.to_string()),
        ("Learner.Gender", learner.gender.code()),
        ("Learner.VerificationType", learner.verification_type.code()),
        ("Learner.AbilityToShare", learner.ability_to_share.code()),
    ])
}

fn r9_names(learner: &Learner) -> Fields {
    text(&[("uln", learner.uln.as_str()), ("givenName", &learner.given_name), ("familyName", &learner.family_name)])
}
