//! One of two services with equal learners and catalogue, which gets its batches as messages or as
//! files.

use std::cell::RefCell;

use crate::cli::batch::request;
use crate::client::envelope::{self, Secrets};
use crate::client::fields::Node;
use crate::client::{Credentials, Reply, find};
use crate::contract::SERVICES;
use crate::domain::format::{Field, FieldTexts};
use crate::domain::registrations::JobType;
use crate::domain::{Pass, Registered, catalogue};
use crate::files::{self, Batch, Expected, Extension, Submitted};
use crate::model::{JobId, JobKind, Learner, Uln};
use crate::soap::Endpoint;
use crate::test_world::{AWARDING, PASSWORD, PROVIDER, World, noon};

/// Unknown ULNs: a valid one, and one with an invalid check digit.
pub(super) const NOBODYS: [&str; 2] = ["1000000019", "1000000018"];
pub(super) const GCSE: &str = "601/7001/3";
pub(super) const UNIT: &str = "K/599/5701";

/// Learners known from the start: given name, family name, date of birth, gender, postcode. The
/// last two are merged.
pub(super) const KNOWN: [[&str; 5]; 4] = [
    ["Adalind", "Testcase", "2004-02-03", "2", "CV4 9EE"],
    ["Bertram", "Fixture", "2001-11-30", "1", "ZZ1 1AA"],
    ["Cecily", "Sample", "1999-01-01", "9", "ZZ9 9ZZ"],
    ["Dorothea", "Specimen", "1998-12-31", "2", "ZZ8 8YY"],
];

/// One of the two services, with the ULNs of the known learners.
pub(super) struct Side {
    pub(super) world: World,
    known: Vec<Uln>,
}

impl Side {
    pub(super) fn new(world: World) -> Side {
        let known: Vec<Uln> = KNOWN.iter().map(|details| register(&world, *details)).collect();
        world.merge(known[3], known[2]);
        let administration = world.administration();
        let entries = [(GCSE, "GCSE (9 to 1)", "GCSE (9 to 1)"), (UNIT, "", "")].map(|(reference, kind, grading)| {
            let cell = |heading: &str| match heading {
                "Reference" => reference,
                "Title" => "Example",
                "Type" => kind,
                "Grading" => grading,
                "Credits" if kind.is_empty() => "4",
                "Owner" => AWARDING,
                "Availability" => "private",
                _ => "",
            };
            catalogue::entry(cell).unwrap()
        });
        administration.import_catalogue(entries, |_| ()).unwrap();
        Side { world, known }
    }

    /// The ULN in a record of this side.
    pub(super) fn uln(&self, choice: usize) -> Option<String> {
        match choice {
            0 => None,
            1 | 2 => Some(NOBODYS[choice - 1].to_owned()),
            known => Some(self.known[(known - 3) % self.known.len()].to_string()),
        }
    }

    /// Replaces the ULNs of this side by names that both sides share: those of known learners, and
    /// issued ones in order of appearance.
    pub(super) fn nameless(&self, text: &str) -> String {
        let digits = regex::Regex::new(r"\b[0-9]{10}\b").unwrap();
        let issued: RefCell<Vec<String>> = RefCell::default();
        let name = |found: &regex::Captures<'_>| {
            let number = &found[0];
            if let Some(known) = self.known.iter().position(|uln| uln.as_str() == number) {
                return format!("known-{known}");
            }
            if NOBODYS.contains(&number) {
                return number.to_owned();
            }
            let mut issued = issued.borrow_mut();
            let place = issued.iter().position(|each| each == number).unwrap_or_else(|| {
                issued.push(number.to_owned());
                issued.len() - 1
            });
            format!("issued-{place}")
        };
        digits.replace_all(text, name).into_owned()
    }

    /// The known learners as they are now, without their ULNs.
    pub(super) fn learners(&self) -> Vec<Learner> {
        let administration = self.world.administration();
        let learner = |uln: &Uln| {
            let learner = administration.learner(*uln).unwrap().unwrap();
            let uln = "1000000000".parse().unwrap();
            Learner { id: 0, uln, master: learner.master.map(|_| uln), ..learner }
        };
        self.known.iter().map(learner).collect()
    }

    /// Calls the web service.
    fn ask(&self, operation: &str, given: Vec<(&str, String)>, batch: Option<&Batch>) -> Reply {
        let found = find(SERVICES, operation, None).unwrap();
        let (ukprn, org_ref) =
            if found.service.name == "ExternalService" { (AWARDING, "TEST45") } else { (PROVIDER, "TEST38") };
        let text = |text: &str| Some(text.to_owned());
        let credentials =
            Credentials { ukprn: text(ukprn), org_ref: text(org_ref), password: text(PASSWORD), user: text("test") };
        let complete = |request: &mut Node| batch.into_iter().for_each(|batch| request::add_records(request, batch));
        let request = credentials.request(&found, given, complete).unwrap();
        let envelope = envelope::write(&request, Secrets::Written).unwrap();
        let endpoint = if ukprn == AWARDING { Endpoint::External } else { Endpoint::Learner };
        let called =
            endpoint.answer(&self.world.service, &self.world.peer, &envelope, true, &Pass::default()).ok().unwrap();
        let answered = called.settle_blocking().unwrap();
        let reply = Reply::read(&answered.body, Vec::new()).unwrap();
        assert!(!reply.is_fault, "{}\n{envelope}", reply.text);
        reply
    }

    /// Submits by web service. Returns the code, and the output of the finished job.
    pub(super) fn by_message(&self, batch: &Batch, job_type: JobType, fetch: &str) -> (String, Reply) {
        let (operation, given) = request::operation(batch, job_type);
        let submitted = self.ask(operation, given, Some(batch));
        let job = submitted.value("JobID").or(submitted.value("JobId")).unwrap().to_owned();
        self.world.work(5);
        let field = if fetch == "GetAchievementBatchJob" { "jobId" } else { "JobID" };
        (submitted.value("ResponseCode").unwrap().to_owned(), self.ask(fetch, vec![(field, job)], None))
    }

    /// Submits as a file. Returns the number of the finished job.
    pub(super) fn by_file(&self, batch: &Batch, job_type: JobType, extension: Extension) -> JobId {
        let ukprn = if batch.layout.kind() == JobKind::Achievement { AWARDING } else { PROVIDER };
        let file = files::convert(batch, Some(ukprn.parse().unwrap()), noon(), 1, extension).unwrap();
        let expected = Expected { ukprn: Some(ukprn.parse().unwrap()), ..Expected::on(noon().date()) };
        let checked = files::check(&file.name, file.text.as_bytes(), &expected);
        let refusals = format!("{:?}\n{}", checked.findings, file.text);
        let submitted =
            self.world.by_file(ukprn, |caller| files::submit(&self.world.service, caller, checked, job_type)).unwrap();
        let Submitted::Accepted(job) = submitted else { panic!("the file was refused: {refusals}") };
        self.world.work(7);
        job
    }
}

fn register(world: &World, [given_name, family_name, date_of_birth, gender, postcode]: [&str; 5]) -> Uln {
    let new = FieldTexts::default()
        .with(Field::GivenName, given_name)
        .with(Field::FamilyName, family_name)
        .with(Field::DateOfBirth, date_of_birth)
        .with(Field::Gender, gender)
        .with(Field::LastKnownPostCode, postcode)
        .with(Field::VerificationType, "1")
        .with(Field::AbilityToShare, "1");
    let registered = world.by_file(PROVIDER, |caller| world.service.learners().register(caller, &new.into())).unwrap();
    let Registered::Registered(uln) = registered else { panic!("the registration was refused") };
    uln
}
