//! A learner's life through the doors: registered, found, changed, verified, read. Each test makes
//! people of its own, so that it can share a server with the others.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::harness::message::{Fields, elements};
use crate::harness::{Actor, Answer, Deployment, on_both};

const LS: &str = "LearnerService";
const R9: &str = "LearnerServiceR9";

/// A synthetic person whom no other test knows, and whom no search takes for another: name, day of
/// birth and postcode are all made from a number of the person's own.
pub struct Person {
    pub given: String,
    pub family: String,
    pub postcode: String,
    pub born: String,
    pub gender: &'static str,
}

impl Person {
    pub fn new() -> Person {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let mut digits = Scattered(u64::from(std::process::id()) << 32 | NEXT.fetch_add(1, Ordering::Relaxed));
        Person {
            given: digits.name(4),
            family: digits.name(5),
            postcode: format!("ZZ{} {}{}{}", digits.below(98) + 1, digits.below(10), digits.letter(), digits.letter()),
            born: format!("{}-{:02}-{:02}", 1950 + digits.below(55), digits.below(12) + 1, digits.below(28) + 1),
            gender: "2",
        }
    }

    /// The mandatory fields of a registration and a few others, in the order of the contract.
    pub fn registration(&self, share: &str) -> Vec<(&'static str, String)> {
        vec![
            ("GivenName", self.given.clone()),
            ("FamilyName", self.family.clone()),
            ("LastKnownPostCode", self.postcode.clone()),
            ("DateOfBirth", self.born.clone()),
            ("Gender", self.gender.to_owned()),
            ("VerificationType", "0".to_owned()),
            ("AbilityToShare", share.to_owned()),
        ]
    }

    /// Registers the person and returns the new ULN. Waits where the service says so, as when other
    /// clients of the organisation call all the time on a slow machine.
    pub fn register(&self, provider: &Actor<'_>, share: &str) -> String {
        let post = || provider.post(LS, &provider.credentials().register(&borrowed(&self.registration(share))));
        let mut answer = post();
        for _ in 0..20 {
            let Some(pause) = answer.retry_after() else { break };
            thread::sleep(pause);
            answer = post();
        }
        assert_eq!(answer.code(), "WSRC0005", "{}", answer.text());
        answer.value("ULN")
    }

    pub fn demographics(&self) -> [(&str, &str); 5] {
        [
            ("FamilyName", &self.family),
            ("GivenName", &self.given),
            ("DateOfBirth", &self.born),
            ("Gender", self.gender),
            ("LastKnownPostCode", &self.postcode),
        ]
    }
}

pub fn borrowed<'a>(fields: &'a [(&'a str, String)]) -> Vec<(&'a str, &'a str)> {
    fields.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

/// Pseudo-random numbers from a seed (splitmix64).
struct Scattered(u64);

impl Scattered {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }

    fn of(&mut self, list: &[u8]) -> char {
        char::from(list[self.below(list.len() as u64) as usize])
    }

    /// A letter that may end a postcode.
    fn letter(&mut self) -> char {
        self.of(b"ABDEFGHJLNPQRSTUWXYZ")
    }

    fn name(&mut self, syllables: usize) -> String {
        let first = self.of(b"BDFGHKLMNPRSTVW");
        let mut name = format!("{first}{}", self.of(b"aeiou"));
        for _ in 1..syllables {
            name.extend([self.of(b"bdfgklmnprstv"), self.of(b"aeiou")]);
        }
        name
    }
}

pub fn find(provider: &Actor<'_>, uln: &str, person: &Person) -> Answer {
    provider.post(LS, &provider.credentials().find_by_uln("FUL", uln, &person.family, &person.given))
}

pub fn update(provider: &Actor<'_>, fields: &Fields<'_>) -> String {
    provider.post(LS, &provider.credentials().update(fields)).code()
}

/// The mandatory fields with changes, then ULN and version: an UpdateLearner as a client sends it.
pub fn change<'a>(
    person: &'a Person,
    extra: &[(&'a str, &'a str)],
    uln: &'a str,
    version: &'a str,
) -> Vec<(&'a str, &'a str)> {
    const ORDER: [&str; 24] = [
        "Title",
        "GivenName",
        "MiddleOtherName",
        "FamilyName",
        "PreferredGivenName",
        "PreviousFamilyName",
        "FamilyNameAtAge16",
        "SchoolAtAge16",
        "LastKnownAddressLine1",
        "LastKnownAddressLine2",
        "LastKnownAddressTown",
        "LastKnownAddressCountyOrCity",
        "LastKnownPostCode",
        "DateOfAddressCapture",
        "DateOfBirth",
        "PlaceOfBirth",
        "Gender",
        "EmailAddress",
        "Nationality",
        "ScottishCandidateNumber",
        "VerificationType",
        "OtherVerificationDescription",
        "AbilityToShare",
        "Notes",
    ];
    let base = [
        ("GivenName", person.given.as_str()),
        ("FamilyName", person.family.as_str()),
        ("LastKnownPostCode", person.postcode.as_str()),
        ("DateOfBirth", person.born.as_str()),
        ("Gender", person.gender),
        ("VerificationType", "0"),
        ("AbilityToShare", "1"),
    ];
    let mut fields: Vec<(&str, &str)> =
        ORDER.iter().filter_map(|name| extra.iter().chain(&base).find(|(key, _)| key == name).copied()).collect();
    fields.extend([("ULN", uln), ("VersionNumber", version)]);
    fields
}

on_both! {
    fn a_learner_is_registered_found_changed_verified_and_read(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let person = Person::new();

        let none = provider.post(LS, &provider.credentials().find_by_demographics("FUL", &person.demographics()));
        assert_eq!(none.code(), "WSRC0001");
        let uln = person.register(&provider, "1");

        let found = find(&provider, &uln, &person);
        assert_eq!(found.code(), "WSRC0004");
        assert_eq!(found.value("Learner/VersionNumber"), "1");
        let found = provider.post(LS, &provider.credentials().find_by_demographics("FUL", &person.demographics()));
        assert_eq!((found.code().as_str(), found.value("Learner/ULN")), ("WSRC0004", uln.clone()));
        let checked = provider.post(LS, &provider.credentials().find_by_demographics("CHK", &person.demographics()));
        assert_eq!(checked.code(), "WSRC0004");
        assert!(checked.result().child("Learner").is_none(), "CHK returns no learner");

        assert_eq!(update(&provider, &change(&person, &[("LastKnownAddressTown", "Exampleton")], &uln, "1")), "WSRC0006");
        let found = find(&provider, &uln, &person);
        assert_eq!(found.value("Learner/LastKnownAddressTown"), "Exampleton");
        assert_eq!(found.value("Learner/VersionNumber"), "2");

        assert_eq!(update(&provider, &change(&person, &[("LastKnownAddressTown", "Sampleham")], &uln, "1")), "WSRC0013");
        assert_eq!(update(&provider, &change(&person, &[("LastKnownAddressTown", "Exampleton")], &uln, "2")), "WSRC0020");
        assert_eq!(update(&provider, &change(&person, &[("AbilityToShare", "2")], &uln, "2")), "WSRC0014");
        assert_eq!(update(&provider, &change(&person, &[], "1000000000", "1")), "WSRC0019");
        assert_eq!(find(&provider, &uln, &person).value("Learner/VersionNumber"), "2", "a refused change changes nothing");

        let verified = provider.post(LS, &provider.credentials().verify(&[
            ("ULN", &uln), ("FamilyName", &person.family), ("GivenName", &person.given),
            ("DateOfBirth", person.born.as_str()), ("Gender", person.gender),
        ]));
        assert_eq!(verified.value("VerifiedLearner/ResponseCode"), "WSVRC001");

        let record = provider.post(R9, &provider.credentials().learning_events("ORG", "FULL", &uln, &person.given, &person.family));
        assert_eq!(record.value("GetLearnerLearningEventsResult/ResponseCode"), "WSRC0004");
        assert!(record.result().find("LearnerRecord").is_some_and(|list| list.children.is_empty()));
    }

    fn the_same_learner_is_not_registered_twice(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let person = Person::new();
        person.register(&provider, "1");
        let again = provider.post(LS, &provider.credentials().register(&borrowed(&person.registration("1"))));
        assert_eq!(again.code(), "WSRC0021");
        assert!(again.result().child("ULN").is_none());
    }

    fn two_registrations_at_once_give_one_learner(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        for _ in 0..5 {
            let person = Person::new();
            let request = provider.credentials().register(&borrowed(&person.registration("1")));
            let codes: Vec<String> = std::thread::scope(|scope| {
                let calls: Vec<_> = (0..4).map(|_| scope.spawn(|| provider.post(LS, &request).code())).collect();
                calls.into_iter().map(|call| call.join().expect("a call")).collect()
            });
            assert_eq!(codes.iter().filter(|code| *code == "WSRC0005").count(), 1, "{codes:?}");
            assert_eq!(codes.iter().filter(|code| *code == "WSRC0021").count(), 3, "{codes:?}");
        }
    }

    fn only_one_of_two_changes_of_the_same_version_is_taken(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let person = Person::new();
        let uln = person.register(&provider, "1");
        let towns = ["Exampleton", "Sampleham", "Testbury", "Mockford"];
        let codes: Vec<String> = std::thread::scope(|scope| {
            let calls: Vec<_> = towns
                .iter()
                .map(|town| {
                    let (provider, person, uln) = (&provider, &person, &uln);
                    scope.spawn(move || update(provider, &change(person, &[("LastKnownAddressTown", town)], uln, "1")))
                })
                .collect();
            calls.into_iter().map(|call| call.join().expect("a call")).collect()
        });
        assert_eq!(codes.iter().filter(|code| *code == "WSRC0006").count(), 1, "{codes:?}");
        assert_eq!(codes.iter().filter(|code| *code == "WSRC0013").count(), 3, "{codes:?}");
    }

    fn a_learner_who_did_not_agree_to_share_has_no_record_to_show(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let person = Person::new();
        let uln = person.register(&provider, "2");
        let events = |user_type| {
            let request = provider.credentials().learning_events(user_type, "FULL", &uln, &person.given, &person.family);
            provider.post(R9, &request).value("GetLearnerLearningEventsResult/ResponseCode")
        };
        assert_eq!(events("ORG"), "WSEC0206");
        assert_eq!(events("LNR"), "WSRC0004");
        let wrong = provider.credentials().learning_events("ORG", "FULL", &uln, "Quentin", "Zzyzx");
        let wrong = provider.post(R9, &wrong);
        assert_eq!(wrong.value("GetLearnerLearningEventsResult/ResponseCode"), "WSEC0208");
        assert!(wrong.result().find("LearnerRecord").is_some());
    }

    fn a_date_of_birth_is_the_day_that_the_client_means(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let person = Person { born: "1990-07-01".to_owned(), ..Person::new() };
        let uln = person.register(&provider, "1");
        for (sent, code) in [
            ("1990-07-01T00:00:00", "WSRC0004"),
            ("1990-06-30T23:00:00Z", "WSRC0004"),
            ("1990-07-01T23:00:00", "WSRC0004"),
            ("1990-07-01T23:00:00+01:00", "WSRC0004"),
            ("1990-06-30T24:00:00", "WSRC0004"),
            ("1990-07-01T24:00:00", "WSEC0208"),
            ("1990-06-30T23:00:00+01:00", "WSEC0208"),
            ("1990-06-30T00:00:00", "WSEC0208"),
        ] {
            let answer = provider.post(R9, &provider.credentials().r9("GetLearnerRecord", &[
                ("uln", &uln), ("givenName", &person.given), ("familyName", &person.family), ("dateOfBirth", sent),
            ]));
            assert_eq!(answer.value("GetLearnerRecordResult/ResponseCode"), code, "{sent}");
            if code == "WSRC0004" {
                assert_eq!(answer.value("GetLearnerRecordResult/IncomingDateOfBirth"), "1990-07-01T00:00:00", "{sent}");
            }
        }
    }

    fn a_name_in_base64_is_stored_as_the_name_that_it_is(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let person = Person { given: "Si\u{e2}n".to_owned(), family: format!("M\u{fc}ller-{}", Person::new().family), ..Person::new() };
        let encoded = |name: &str, value: &str| format!(
            "<{name} xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:x=\"http://www.w3.org/2001/XMLSchema\" i:type=\"x:base64Binary\">{}</{name}>",
            STANDARD.encode(value)
        );
        let request = provider.credentials().register(&borrowed(&person.registration("1")))
            .replace(&elements(&[("GivenName", &person.given)]), &encoded("GivenName", &person.given))
            .replace(&elements(&[("FamilyName", &person.family)]), &encoded("FamilyName", &person.family));
        assert_eq!(request.matches("x:base64Binary").count(), 2, "both names are encoded");
        let uln = provider.post(LS, &request).value("ULN");
        let found = find(&provider, &uln, &person);
        assert_eq!(found.code(), "WSRC0004");
        assert_eq!(found.value("Learner/GivenName"), person.given);
        assert_eq!(found.value("Learner/FamilyName"), person.family);

        let broken = request.replace(&STANDARD.encode(&person.given), "Si");
        let answer = provider.post(LS, &broken);
        assert_eq!((answer.status, answer.fault().error.as_str()), (500, "WSEC0001"));
    }

    fn verification_names_what_differs(database) {
        let deployment = Deployment::shared(database);
        let (provider, awarding) = (deployment.provider(), deployment.awarding_organisation());
        let person = Person::new();
        let uln = person.register(&provider, "1");
        let differs = awarding.post(LS, &awarding.credentials().verify(&[
            ("ULN", &uln), ("FamilyName", &person.family), ("GivenName", &person.given),
            ("DateOfBirth", "1990-01-01"), ("Gender", "1"),
        ]));
        assert_eq!(differs.value("VerifiedLearner/ResponseCode"), "WSVRC005");
        let result = differs.result();
        let flags: Vec<&str> = result.descendants().into_iter().filter(|node| node.name == "FailureFlag").map(|node| node.text.as_str()).collect();
        assert!(flags.contains(&"VRF7") && flags.contains(&"VRF8") && !flags.contains(&"VRF1") && !flags.contains(&"VRF5"), "{flags:?}");
        let unknown = awarding.post(LS, &awarding.credentials().verify(&[
            ("ULN", "1000000000"), ("FamilyName", &person.family), ("GivenName", &person.given),
        ]));
        assert_eq!(unknown.value("VerifiedLearner/ResponseCode"), "WSVRC006");
    }

    fn several_ulns_are_retrieved_in_the_order_asked(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let (first, second) = (Person::new(), Person::new());
        let (a, b) = (first.register(&provider, "1"), second.register(&provider, "1"));
        let answer = provider.post(LS, &provider.credentials().retrieve(&[&b, "1000000000", &a]));
        let result = answer.result();
        let rows: Vec<(&str, &str)> = result.find("RetrievedULNs").expect("a list").children.iter()
            .map(|row| (row.value("ULN").unwrap_or_default(), row.value("ResponseCode").unwrap_or_default()))
            .collect();
        assert_eq!(rows, [(b.as_str(), "WSRC0004"), ("1000000000", "WSRC0001"), (a.as_str(), "WSRC0004")]);
    }

    fn every_look_at_a_record_is_in_the_audit(database) {
        let deployment = Deployment::shared(database);
        let provider = deployment.provider();
        let person = Person::new();
        let uln = person.register(&provider, "1");
        let looks = 12;
        for _ in 0..looks {
            provider.post(R9, &provider.credentials().learning_events("ORG", "BRIEF", &uln, &person.given, &person.family));
        }
        let audit = |page: &str| provider.post(R9, &provider.credentials().r9("ViewAudit", &[
            ("learnerUln", &uln), ("learnerGivenName", &person.given), ("learnerFamilyName", &person.family), ("page", page),
        ]));
        let first = audit("1");
        assert_eq!(first.value("PageSize"), "10");
        assert!(first.value("TotalItems").parse::<u32>().expect("a number") >= looks);
        assert_eq!(first.result().find("List").expect("a list").children.len(), 10);
        assert_eq!(first.value("List/PlrAccessEntryResponse/User"), "integration test");
        let stranger = provider.post(R9, &provider.credentials().r9("ViewAudit", &[
            ("learnerUln", "1000000000"), ("learnerGivenName", "No"), ("learnerFamilyName", "Body"), ("page", "1"),
        ]));
        assert_eq!(stranger.value("TotalItems"), "0");
    }

    fn an_organisation_does_what_its_role_allows_and_no_more(database) {
        let deployment = Deployment::shared(database);
        let (provider, awarding) = (deployment.provider(), deployment.awarding_organisation());
        let person = Person::new();
        let uln = person.register(&provider, "1");
        let answer = awarding.post(LS, &awarding.credentials().find_by_uln("FUL", &uln, &person.family, &person.given));
        assert_eq!((answer.status, answer.fault().error.as_str()), (500, "WSEC0006"));
        let answer = awarding.post(LS, &awarding.credentials().register(&borrowed(&Person::new().registration("1"))));
        assert_eq!(answer.fault().error, "WSEC0006");
        let answer = awarding.post(R9, &awarding.credentials().learning_events("ORG", "FULL", &uln, &person.given, &person.family));
        assert_eq!(answer.fault().error, "WSEC0006");
    }

    fn a_wrong_password_and_an_unknown_organisation_are_told_apart(database) {
        let deployment = Deployment::shared(database);
        let (provider, awarding) = (deployment.provider(), deployment.awarding_organisation());
        let find = |credentials: &crate::harness::message::Credentials| credentials.find_by_uln("FUL", "1000000000", "Body", "No");

        let mut wrong = provider.credentials();
        wrong.password = "not-the-password".to_owned();
        assert_eq!(provider.post(LS, &find(&wrong)).fault().error, "WSEC0005");

        let mut unknown = provider.credentials();
        unknown.ukprn = "99999999".to_owned();
        assert_eq!(provider.post(LS, &find(&unknown)).fault().error, "WSEC0003");

        // The right credentials with a certificate that is not registered for that organisation.
        assert_eq!(awarding.post(LS, &find(&provider.credentials())).fault().error, "WSEC0003");
        assert_eq!(provider.post(LS, &find(&provider.credentials())).code(), "WSRC0001");
    }
}
