//! The requests of a provider's software, head and body, and synthetic people to register.

use learning_records::demo;
use learning_records::model::Learner;

use super::post;

const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const COMMON: &str = "http://schemas.datacontract.org/2004/07/Amor.Qcf.Service.Interface";

/// A request of LearnerService that begins with the caller's credentials.
pub fn learner_service(space: &str, root: &str, rest: &str) -> Vec<u8> {
    let demo::DemoOrganisation { ukprn, org_ref, password, .. } = &demo::ORGANISATIONS[0];
    let body = format!(
        "<s:Envelope xmlns:s=\"{SOAP}\"><s:Body><m:{root} xmlns:m=\"http://api.lrs.miap.gov.uk/{space}\">\
         <OrganisationRef>{org_ref}</OrganisationRef><UKPRN>{ukprn}</UKPRN><OrgPassword>{password}</OrgPassword>\
         <UserName>bench</UserName>{rest}</m:{root}></s:Body></s:Envelope>"
    );
    post("/LearnerService.svc", &body)
}

/// FindLearnerByULN of a learner.
pub fn find(learner: &Learner) -> Vec<u8> {
    let demo::DemoOrganisation { ukprn, password, .. } = &demo::ORGANISATIONS[0];
    let body = format!(
        "<s:Envelope xmlns:s=\"{SOAP}\"><s:Body><f:FindLearnerByULN xmlns:f=\"http://api.lrs.miap.gov.uk/findmsg\">\
         <FindType>FUL</FindType><UKPRN>{ukprn}</UKPRN><OrgPassword>{password}</OrgPassword><UserName>bench</UserName>\
         <ULN>{}</ULN><FamilyName>{}</FamilyName><GivenName>{}</GivenName></f:FindLearnerByULN></s:Body></s:Envelope>",
        learner.uln, learner.names.family, learner.names.given
    );
    post("/LearnerService.svc", &body)
}

/// VerifyLearner with the learner's details.
pub fn verify(learner: &Learner) -> Vec<u8> {
    let body = format!(
        "<LearnerToVerify><ULN>{}</ULN><FamilyName>{}</FamilyName><GivenName>{}</GivenName>\
         <DateOfBirth>{}</DateOfBirth><Gender>{}</Gender></LearnerToVerify>",
        learner.uln,
        learner.names.family,
        learner.names.given,
        learner.birth.date,
        learner.gender.code()
    );
    learner_service("reportmsg", "VerifyLearner", &body)
}

/// GetLearnerLearningEvents of a learner.
pub fn events(learner: &Learner) -> Vec<u8> {
    let demo::DemoOrganisation { ukprn, password, .. } = &demo::ORGANISATIONS[0];
    let body = format!(
        "<s:Envelope xmlns:s=\"{SOAP}\"><s:Body><t:GetLearnerLearningEvents xmlns:t=\"http://tempuri.org/\">\
         <t:invokingOrganisation xmlns:q=\"{COMMON}\"><q:Password>{password}</q:Password><q:Ukprn>{ukprn}</q:Ukprn>\
         <q:Username>bench</q:Username></t:invokingOrganisation><t:userType>ORG</t:userType><t:vendorID>1</t:vendorID>\
         <t:language>ENG</t:language><t:uln>{}</t:uln><t:givenName>{}</t:givenName><t:familyName>{}</t:familyName>\
         <t:dateOfBirth></t:dateOfBirth><t:gender></t:gender><t:getType>FULL</t:getType>\
         </t:GetLearnerLearningEvents></s:Body></s:Envelope>",
        learner.uln, learner.names.given, learner.names.family
    );
    post("/LearnerServiceR9.svc", &body)
}

/// FindLearnerByDemographics of a person.
pub fn search(person: &Person, gender: &str) -> Vec<u8> {
    let demo::DemoOrganisation { ukprn, org_ref, password, .. } = &demo::ORGANISATIONS[0];
    let Person { given, family, postcode, born } = person;
    let body = format!(
        "<s:Envelope xmlns:s=\"{SOAP}\"><s:Body>\
         <f:FindLearnerByDemographics xmlns:f=\"http://api.lrs.miap.gov.uk/findmsg\"><FindType>FUL</FindType>\
         <OrganisationRef>{org_ref}</OrganisationRef><UKPRN>{ukprn}</UKPRN><OrgPassword>{password}</OrgPassword>\
         <UserName>bench</UserName><FamilyName>{family}</FamilyName><GivenName>{given}</GivenName>\
         <DateOfBirth>{born}</DateOfBirth><Gender>{gender}</Gender><LastKnownPostCode>{postcode}</LastKnownPostCode>\
         </f:FindLearnerByDemographics></s:Body></s:Envelope>"
    );
    post("/LearnerService.svc", &body)
}

/// A synthetic person like nobody else: names, postcode and date of birth come from a number.
pub struct Person {
    pub given: String,
    pub family: String,
    pub postcode: String,
    pub born: String,
}

impl Person {
    pub fn new(number: u64) -> Self {
        let mut digits = Digits(number);
        Self {
            given: digits.name(4),
            family: digits.name(5),
            postcode: digits.postcode(),
            born: format!("{}-{:02}-{:02}", 1950 + digits.below(55), digits.below(12) + 1, digits.below(28) + 1),
        }
    }

    pub fn of_registration(&self) -> String {
        format!("{}<VerificationType>0</VerificationType><AbilityToShare>1</AbilityToShare>", self.details())
    }

    pub fn of_batch(&self, number: u64) -> String {
        format!(
            "<MISIdentifier>M{number}</MISIdentifier>{}<AbilityToShare>1</AbilityToShare>\
             <VerificationType>0</VerificationType>",
            self.details()
        )
    }

    fn details(&self) -> String {
        format!(
            "<GivenName>{}</GivenName><FamilyName>{}</FamilyName><LastKnownPostCode>{}</LastKnownPostCode>\
             <DateOfBirth>{}</DateOfBirth><Gender>2</Gender>",
            self.given, self.family, self.postcode, self.born
        )
    }
}

/// Pseudo-random numbers from a seed (splitmix64).
struct Digits(u64);

impl Digits {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }

    fn letter(&mut self, letters: &[u8]) -> char {
        let length = u64::try_from(letters.len()).unwrap_or(1);
        let at = usize::try_from(self.below(length)).unwrap_or(0);
        letters.get(at).copied().map_or('a', char::from)
    }

    /// One of 98,000. With few, a registration reads ever more learners with the same postcode,
    /// which no real register has.
    fn postcode(&mut self) -> String {
        const LETTERS: &[u8] = b"ABDEFGHJLN";
        let (district, sector) = (self.below(98) + 1, self.below(10));
        format!("ZZ{district} {sector}{}{}", self.letter(LETTERS), self.letter(LETTERS))
    }

    fn name(&mut self, syllables: usize) -> String {
        let mut name = format!("{}{}", self.letter(b"BDFGHKLMNPRSTVW"), self.letter(b"aeiou"));
        for _ in 1..syllables {
            name.push(self.letter(b"bdfgklmnprstv"));
            name.push(self.letter(b"aeiou"));
        }
        name
    }
}
