//! Reading and writing messages, compared with a bare scan of the same bytes in the same run.
//!
//! Prints nanoseconds (the median of interleaved rounds) and ratios; run it with `make bench`. It
//! asserts no times.

use std::borrow::Cow;
use std::hint::black_box;
use std::time::Instant;

use learning_records::contract::learner_service::{
    FIND_LEARNER_BY_DEMOGRAPHICS, FIND_LEARNER_BY_ULN, FIND_LEARNER_RESPONSE, FindLearnerResp, Learner,
    LearnerArrayOfString, LearnerByDemographicsRqst, LearnerByULNRqst, LearnerToRegister, REGISTER_LEARNER,
    RegisterSingleLearnerRqst,
};
use learning_records::soap::envelope;
use learning_records::xml::{FromXml, Limits, Reader, Root, ToXml};
use quick_xml::NsReader;
use quick_xml::events::Event;

const ROUNDS: usize = 60;
const CALLS: u32 = 2_000;

fn main() {
    println!("{:<34}{:>12}{:>12}{:>10}", "message", "scan ns", "ours ns", "ratio");
    let by_uln = envelope_of(&FIND_LEARNER_BY_ULN, &by_uln());
    compare("read FindLearnerByULN", &by_uln, || read::<LearnerByULNRqst<'_>>(&by_uln));
    let demographics = envelope_of(&FIND_LEARNER_BY_DEMOGRAPHICS, &by_demographics());
    compare("read FindLearnerByDemographics", &demographics, || read::<LearnerByDemographicsRqst<'_>>(&demographics));
    let register = envelope_of(&REGISTER_LEARNER, &register());
    compare("read RegisterLearner", &register, || read::<RegisterSingleLearnerRqst<'_>>(&register));
    let reply = reply();
    let written = envelope_of(&FIND_LEARNER_RESPONSE, &reply);
    let mut out = String::new();
    compare("write a full FindLearnerResponse", &written, || {
        out.clear();
        write_envelope(&FIND_LEARNER_RESPONSE, &reply, &mut out);
        black_box(out.len());
    });
}

/// Times a bare scan of `document` and `ours` alternately, and prints the medians.
fn compare(name: &str, document: &str, mut ours: impl FnMut()) {
    let (mut scans, mut calls) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        scans.push(time(|| scan(document)));
        calls.push(time(&mut ours));
    }
    let (scan, call) = (median(scans), median(calls));
    println!("{name:<34}{scan:>12.0}{call:>12.0}{:>10.2}", call / scan);
}

fn time(mut work: impl FnMut()) -> f64 {
    let begin = Instant::now();
    for _ in 0..CALLS {
        work();
    }
    begin.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS)
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

fn scan(document: &str) {
    let mut reader = NsReader::from_str(document);
    loop {
        match black_box(reader.read_resolved_event()) {
            Ok((_, Event::Eof)) | Err(_) => break,
            Ok(_) => {}
        }
    }
}

fn read<'a, T: FromXml<'a>>(document: &'a str) {
    static LIMITS: Limits = Limits::INTERACTIVE;
    let outcome = (|| {
        let mut reader = Reader::new(document, &LIMITS).ok()?;
        let opened = envelope::open(&mut reader).ok()?;
        let request = T::from_xml(&mut reader, &opened.root).ok()?;
        envelope::close(&mut reader).ok()?;
        Some(request)
    })();
    assert!(black_box(outcome).is_some(), "the message of the bench is valid");
}

fn envelope_of<T: ToXml>(root: &Root, content: &T) -> String {
    let mut out = String::new();
    write_envelope(root, content, &mut out);
    out
}

fn write_envelope<T: ToXml>(root: &Root, content: &T, out: &mut String) {
    let prefix = envelope::Prefix("soapenv");
    envelope::begin(envelope::Version::V11, prefix, out);
    root.write(content, out);
    envelope::end(prefix, out);
}

fn some(text: &str) -> Option<Cow<'_, str>> {
    Some(Cow::Borrowed(text))
}

fn by_uln() -> LearnerByULNRqst<'static> {
    LearnerByULNRqst {
        find_type: "FUL".into(),
        ukprn: some("TEST0038"),
        organisation_ref: some("TEST38"),
        org_password: "synthetic-secret".into(),
        user_name: "Bench".into(),
        uln: "1026893096".into(),
        family_name: "Synthetic".into(),
        given_name: "Person".into(),
    }
}

fn by_demographics() -> LearnerByDemographicsRqst<'static> {
    LearnerByDemographicsRqst {
        find_type: "FUL".into(),
        ukprn: some("TEST0038"),
        organisation_ref: some("TEST38"),
        org_password: "synthetic-secret".into(),
        user_name: "Bench".into(),
        family_name: "Synthetic".into(),
        given_name: "Person".into(),
        date_of_birth: "1990-01-31".into(),
        gender: "1".into(),
        last_known_post_code: "ZZ99 9ZZ".into(),
        previous_family_name: some("Former"),
        school_at_age16: some("Synthetic School"),
        place_of_birth: some("Nowhere"),
        email_address: some("person@synthetic.compatibilitytest.com"),
    }
}

fn register() -> RegisterSingleLearnerRqst<'static> {
    RegisterSingleLearnerRqst {
        ukprn: some("TEST0038"),
        organisation_ref: some("TEST38"),
        org_password: "synthetic-secret".into(),
        user_name: "Bench".into(),
        learner: LearnerToRegister {
            title: some("Mx"),
            given_name: "Person".into(),
            family_name: "Synthetic".into(),
            last_known_address_line1: some("1 Nowhere Street"),
            last_known_address_town: some("Nowhere"),
            last_known_post_code: "ZZ99 9ZZ".into(),
            date_of_birth: "1990-01-31".into(),
            gender: "1".into(),
            email_address: some("person@synthetic.compatibilitytest.com"),
            verification_type: "1".into(),
            ability_to_share: "1".into(),
            ..LearnerToRegister::default()
        },
    }
}

/// A reply with all of its 32 fields.
fn reply() -> FindLearnerResp<'static> {
    let learner = Learner {
        created_date: some("2012-05-25"),
        last_updated_date: some("2012-05-25"),
        uln: some("1026893096"),
        master_substituted: some("Y"),
        title: some("Mx"),
        given_name: some("Person"),
        middle_other_name: some("Middle"),
        family_name: some("Synthetic"),
        preferred_given_name: some("Preferred"),
        previous_family_name: some("Former"),
        family_name_at_age16: some("Former"),
        school_at_age16: some("Synthetic School Foundation "),
        last_known_address_line1: some("1 Nowhere Street"),
        last_known_address_line2: some("Nowhere Park"),
        last_known_address_town: some("Nowhere"),
        last_known_address_county_or_city: some("Noshire"),
        last_known_post_code: some("ZZ99 9ZZ"),
        date_of_address_capture: some("2008-07-13"),
        date_of_birth: some("1990-01-31"),
        place_of_birth: some("Nowhere"),
        gender: some("1"),
        email_address: some("person@synthetic.compatibilitytest.com"),
        nationality: some("GBR"),
        scottish_candidate_number: some("145589606"),
        verification_type: some("999"),
        other_verification_description: some("A synthetic document"),
        tier_level: some("1"),
        ability_to_share: some("1"),
        learner_status: some("1"),
        linked_ulns: Some(LearnerArrayOfString { uln: vec!["4444599390".into()] }),
        notes: some("A note that says nothing."),
        version_number: 1,
    };
    FindLearnerResp {
        response_code: some("WSRC0004"),
        uln: some("1026893096"),
        family_name: some("Synthetic"),
        given_name: some("Person"),
        learner: vec![learner],
        ..FindLearnerResp::default()
    }
}
