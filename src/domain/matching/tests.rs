//! The matching rules, including that the index probes find all that the rules accept.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use chrono::NaiveDate;
use proptest::prelude::*;

use super::super::names::{normalise, search_keys};
use super::score::{is_exact, score};
use super::*;
use crate::model::test_support::learner as synthetic;
use crate::model::{Address, Birth, Candidate, Gender, Learner, Names, Uln};

/// A synthetic learner with little more than the mandatory members.
pub(in crate::domain) fn learner(given: &str, family: &str, date_of_birth: &str, postcode: &str) -> Learner {
    let uln = Uln::from_stem(927_630_868).unwrap();
    let plain = synthetic(uln);
    Learner {
        names: Names { given: given.to_owned(), family: family.to_owned(), ..plain.names },
        birth: Birth { date: day(date_of_birth), ..plain.birth },
        address: Address::at(postcode.parse().unwrap()),
        ..plain
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn query(given: &str, family: &str, date_of_birth: &str, gender: Gender, postcode: &str) -> Query {
    Query::new(given, family, day(date_of_birth), gender, &postcode.parse().unwrap())
}

fn samantha() -> Query {
    query("Samantha", "Okafor", "2004-05-06", Gender::Female, "CV49EE")
}

/// The n-th valid ULN.
fn number(n: u32) -> Uln {
    (Uln::FIRST_STEM..).filter_map(Uln::from_stem).nth(usize::try_from(n).unwrap()).unwrap()
}

/// The learner as a candidate.
fn candidate_of(learner: &Learner) -> Candidate {
    Candidate {
        uln: learner.uln,
        master: learner.master,
        keys: search_keys(learner),
        date_of_birth: learner.birth.date,
        gender: learner.gender,
        school_at_16: learner.school_at_16.clone(),
        place_of_birth: learner.birth.place.clone(),
        email: learner.contact.email.clone(),
    }
}

fn candidate(n: u32, given: &str, family: &str, date_of_birth: &str, postcode: &str) -> Candidate {
    Candidate { uln: number(n), ..candidate_of(&learner(given, family, date_of_birth, postcode)) }
}

fn found(uln: Uln) -> Match {
    Match { uln, substituted: false }
}

/// What the SQL of a probe must select.
fn hits(probe: &Probe, c: &Candidate) -> bool {
    let keys = &c.keys;
    match probe {
        Probe::Exact { date_of_birth, family_phonetic, family, postcode } => {
            c.date_of_birth == *date_of_birth
                && keys.family_phonetic == *family_phonetic
                && keys.family == *family
                && keys.postcode == *postcode
        }
        Probe::Postcode { postcode } => keys.postcode == *postcode,
        Probe::Outward { dates, outward } => dates.contains(&c.date_of_birth) && keys.outward == *outward,
        Probe::FamilyPhonetic { dates, family_phonetic } => {
            dates.contains(&c.date_of_birth) && keys.family_phonetic == *family_phonetic
        }
        Probe::GivenPhonetic { dates, given_phonetic } => {
            dates.contains(&c.date_of_birth) && keys.given_phonetic == *given_phonetic
        }
        Probe::BothPhonetic { dates, family_phonetic, given_phonetic } => {
            dates.contains(&c.date_of_birth)
                && keys.family_phonetic == *family_phonetic
                && keys.given_phonetic == *given_phonetic
        }
    }
}

#[test]
fn exact_ignores_spacing_case_and_accents() {
    let c = candidate(0, "SAMÁNTHA", "O'kafor", "2004-05-06", "CV4 9EE");
    assert_eq!(classify(&samantha(), std::slice::from_ref(&c)), Ranking::Exact(found(c.uln)));
    assert!(hits(&exact_probe(&samantha()), &c));
}

#[test]
fn exact_takes_the_preferred_given_name() {
    let mut c = candidate(0, "Testing-Samantha", "Okafor", "2004-05-06", "CV4 9EE");
    c.keys.preferred_given = Some("SAMANTHA".to_owned());
    assert_eq!(classify(&samantha(), std::slice::from_ref(&c)), Ranking::Exact(found(c.uln)));
}

#[test]
fn another_postcode_or_gender_is_possible() {
    let c = candidate(0, "Samantha", "Okafor", "2004-05-06", "CV4 9QX");
    assert_eq!(classify(&samantha(), std::slice::from_ref(&c)), Ranking::Possible(vec![found(c.uln)]));
    let mut unknown = candidate(1, "Samantha", "Okafor", "2004-05-06", "CV4 9EE");
    unknown.gender = Gender::NotSpecified;
    assert_eq!(classify(&samantha(), std::slice::from_ref(&unknown)), Ranking::Possible(vec![found(unknown.uln)]));
    unknown.gender = Gender::Male;
    assert_eq!(classify(&samantha(), &[unknown]), Ranking::None);
}

#[test]
fn a_merged_learner_gives_its_master() {
    let master = candidate(0, "Sam", "Okafor", "2004-05-06", "LE1 1AA");
    let child = Candidate { master: Some(master.uln), ..candidate(1, "Samantha", "Okafor", "2004-05-06", "CV4 9EE") };
    let substituted = Match { uln: master.uln, substituted: true };
    assert_eq!(classify(&samantha(), &[child.clone(), master.clone()]), Ranking::Exact(substituted));
    let same_as_child = Candidate { uln: master.uln, master: None, ..child.clone() };
    assert_eq!(classify(&samantha(), &[child.clone(), same_as_child]), Ranking::Exact(found(master.uln)));
    let other_house = query("Samantha", "Okafor", "2004-05-06", Gender::Female, "YO1 7HH");
    assert_eq!(classify(&other_house, std::slice::from_ref(&child)), Ranking::Possible(vec![substituted]));
    assert_eq!(classify(&other_house, &[child, master.clone()]), Ranking::Possible(vec![found(master.uln)]));
}

#[test]
fn several_exact_matches_are_possible_ones_unless_a_refiner_decides() {
    let mut twin = candidate(0, "Samantha", "Okafor", "2004-05-06", "CV4 9EE");
    twin.email = Some("one@a.compatibilitytest.com".to_owned());
    let mut other = candidate(1, "Samantha", "Okafor", "2004-05-06", "CV4 9EE");
    other.email = Some("two@a.compatibilitytest.com".to_owned());
    let both = [other.clone(), twin.clone()];
    assert_eq!(classify(&samantha(), &both), Ranking::Possible(vec![found(twin.uln), found(other.uln)]));
    let refined = samantha().refined(None, None, None, Some("TWO@a.compatibilitytest.com"));
    assert_eq!(classify(&refined, &both), Ranking::Exact(found(other.uln)));
    let contradicted = samantha().refined(None, None, None, Some("three@a.compatibilitytest.com"));
    assert_eq!(classify(&contradicted, &both), Ranking::Possible(vec![found(twin.uln), found(other.uln)]));
}

#[test]
fn refiners_rank_possible_matches_and_turn_none_away() {
    let mut leeds = candidate(0, "Samantha", "Okafor", "2004-05-06", "LS1 4DY");
    leeds.place_of_birth = Some("Leeds".to_owned());
    let mut york = candidate(1, "Samantha", "Okafor", "2004-05-06", "LS1 4DY");
    york.place_of_birth = Some("York".to_owned());
    let unknown = candidate(2, "Samantha", "Okafor", "2004-05-06", "LS1 4DY");
    let all = [unknown.clone(), leeds.clone(), york.clone()];
    assert_eq!(
        classify(&samantha().refined(Some(""), None, Some("york"), None), &all),
        Ranking::Possible(vec![found(york.uln), found(leeds.uln), found(unknown.uln)])
    );
    // A refiner agrees even if it is written differently.
    for (asked, stored) in
        [("St. Mary\u{2019}s", "Saint Marys"), ("Truro, Cornwall", "TRURO"), ("St Ives", "St. Ives, Cornwall")]
    {
        let mut born = york.clone();
        born.place_of_birth = Some(stored.to_owned());
        let asked = samantha().refined(None, None, Some(asked), None);
        let ranked = classify(&asked, &[leeds.clone(), unknown.clone(), born.clone()]);
        assert_eq!(ranked, Ranking::Possible(vec![found(born.uln), found(leeds.uln), found(unknown.uln)]), "{stored}");
    }
}

#[test]
fn two_of_three_must_be_similar() {
    let cases = [
        ("Sam", "Okafor", "2004-05-06", "LS1 4DY", true),
        ("S", "Okafor", "2004-05-06", "LS1 4DY", true),
        ("Samanta", "Okaforr", "2004-05-06", "LS1 4DY", true),
        ("Piet", "Okafor", "2004-05-06", "CV4 7AL", true),
        ("Samantha", "Zwart", "2004-05-06", "CV4 7AL", true),
        ("Samantha", "Okafor", "2004-06-05", "LS1 4DY", true),
        ("Samantha", "Okafor", "2014-05-06", "LS1 4DY", true),
        ("Samantha", "Okafor", "2040-05-06", "LS1 4DY", true),
        ("Samantha", "Okafor", "2004-05-16", "LS1 4DY", true),
        ("Samantha", "Okafor", "2004-05-17", "LS1 4DY", false),
        ("Samantha", "Okafor", "1994-05-06", "LS1 4DY", false),
        // Equal postcode, one name equal and the other similar.
        ("Samantha", "Okafor", "1994-05-17", "CV4 9EE", true),
        ("Sam", "Okafor", "1994-05-17", "CV4 9EE", true),
        ("Samantha", "Okaffor", "1994-05-17", "CV4 9EE", true),
        ("Sam", "Okaffor", "1994-05-17", "CV4 9EE", false),
        ("Piet", "Okafor", "1994-05-17", "CV4 9EE", false),
        // A postcode one edit apart.
        ("Samantha", "Zwart", "2004-05-06", "CV5 9EE", true),
        ("Samantha", "Zwart", "2004-05-06", "CV5 9EF", false),
        // The names swapped.
        ("Okafor", "Samantha", "2004-05-06", "CV4 9EE", true),
        ("Okafor", "Sam", "2004-05-06", "LS1 4DY", true),
        ("Okafor", "Zwart", "2004-05-06", "CV4 9EE", false),
        // One name is a prefix of the other.
        ("Sam", "Okafor-Reed", "2004-05-06", "LS1 4DY", true),
        ("Samantha-Jane", "Oka", "2004-05-06", "LS1 4DY", true),
        ("Samantha", "Ok", "2004-05-06", "LS1 4DY", false),
        ("Samantha", "Okafor", "2005-06-06", "LS1 4DY", false),
        ("Piet", "Okafor", "2004-05-06", "LS1 4DY", false),
        ("Samantha", "Zwart", "2004-05-06", "LS1 4DY", false),
        ("Piet", "Zwart", "2004-05-06", "CV4 9EE", false),
    ];
    for (given, family, birth, postcode, expected) in cases {
        let c = candidate(0, given, family, birth, postcode);
        assert_eq!(classify(&samantha(), &[c]) != Ranking::None, expected, "{given} {family} {birth} {postcode}");
    }
}

#[test]
fn what_says_nothing_is_no_agreement() {
    let stranger = |given, family, postcode| candidate(0, given, family, "2004-05-06", postcode);
    let ask = |given, family, postcode: &str, c: &Candidate| {
        let query = query(given, family, "2004-05-06", Gender::Female, postcode);
        classify(&query, std::slice::from_ref(c)) != Ranking::None
    };
    assert!(!ask("Samantha", "Okafor", "ZZ99 3WZ", &stranger("Piet", "Okafor", "ZZ99 3WZ")));
    assert!(!ask("Samantha", "Okafor", "ZZ99 7ZZ", &stranger("Piet", "Okafor", "ZZ99 3WZ")));
    assert!(ask("Samantha", "Okafor", "ZZ99 3WZ", &stranger("Sam", "Okafor", "CV4 9EE")));
    for placeholder in [".", "-", "Unknown", "Not known", "NK", "UNKNOWN"] {
        assert!(
            !ask("Samantha", placeholder, "CV4 9EE", &stranger("Samantha", placeholder, "LS1 4DY")),
            "{placeholder}"
        );
        assert!(!ask(placeholder, "Okafor", "CV4 9EE", &stranger(placeholder, "Okafor", "LS1 4DY")), "{placeholder}");
        assert!(ask(placeholder, "Okafor", "CV4 9EE", &stranger("Sam", "Okafor", "CV4 9EE")), "{placeholder}");
    }
}

#[test]
fn twins_are_possible_matches_in_a_search_ranked_last_and_none_in_a_batch() {
    let twin = candidate(0, "Piet", "Okafor", "2004-05-06", "CV4 9EE");
    let worse = candidate(1, "Samanta", "Okafor", "2004-06-05", "LS1 4DY");
    let all = [twin.clone(), worse.clone()];
    assert_eq!(classify(&samantha(), &all), Ranking::Possible(vec![found(worse.uln), found(twin.uln)]));
    assert_eq!(classify(&samantha().demanding_likeness(), &all), Ranking::Possible(vec![found(worse.uln)]));
    assert_eq!(classify(&samantha().demanding_likeness(), &[twin]), Ranking::None);
    // Preferred names, swapped names and placeholders do not distinguish two people.
    let mut preferred = candidate(0, "Piet", "Okafor", "2004-05-06", "CV4 9EE");
    preferred.keys.preferred_given = Some("SAM".to_owned());
    let crossed = candidate(0, "Okafor", "Samantha", "2004-05-06", "CV4 9EE");
    let unknown = candidate(0, "-", "Okafor", "2004-05-06", "CV4 9EE");
    for c in [preferred, crossed, unknown] {
        assert_eq!(
            classify(&samantha().demanding_likeness(), std::slice::from_ref(&c)),
            Ranking::Possible(vec![found(c.uln)])
        );
    }
}

#[test]
fn the_best_comes_first_and_more_than_ten_are_too_many() {
    let worse = candidate(0, "Sam", "Okafor", "2004-05-06", "LS1 4DY");
    let better = candidate(1, "Samantha", "Okafor", "2004-05-06", "CV4 7AL");
    assert_eq!(
        classify(&samantha(), &[worse.clone(), better.clone(), worse.clone()]),
        Ranking::Possible(vec![found(better.uln), found(worse.uln)])
    );
    let many: Vec<_> = (0..11).map(|n| candidate(n, "Samantha", "Okafor", "2004-05-06", "CV4 7AL")).collect();
    assert_eq!(classify(&samantha(), &many), Ranking::TooMany);
    // Of too many, a refiner picks those that it agrees with, if there are any.
    let mut leeds = many.clone();
    leeds[3].place_of_birth = Some("Leeds".to_owned());
    let born = |place| samantha().refined(None, None, Some(place), None);
    assert_eq!(classify(&born("Leeds"), &leeds), Ranking::Possible(vec![found(leeds[3].uln)]));
    assert_eq!(classify(&born("York"), &leeds), Ranking::TooMany);
    assert!(
        matches!(classify(&samantha(), &many[..10]), Ranking::Possible(list) if list.len() == 10 && list.is_sorted_by_key(|m| m.uln))
    );
}

#[test]
fn names_agree_with_a_uln() {
    let mut learner = learner("Samantha", "Okafor", "2004-05-06", "CV4 9EE");
    learner.names.preferred_given = Some("Mimi".to_owned());
    learner.names.previous_family = Some("Reed".to_owned());
    for (given, family, expected) in [
        ("samantha", "OKAFOR", Agreement::Exact),
        ("Mimi", "Reed", Agreement::Exact),
        ("Sam", "Okafor", Agreement::Similar),
        ("Okafor", "Samantha", Agreement::Similar),
        ("Samantha", "Zwart", Agreement::No),
        ("Piet", "Okafor", Agreement::No),
    ] {
        assert_eq!(names_agree(&learner, given, family), expected, "{given} {family}");
    }
}

#[test]
fn probes_are_bounded() {
    for birth in ["2004-05-06", "2004-02-29", "1931-12-31"] {
        let query = query("Samantha", "Okafor", birth, Gender::Female, "CV4 9EE");
        let probes = wide_probes(&query, day("2026-01-01"));
        assert_eq!(probes.len(), 6);
        for probe in probes {
            if matches!(probe, Probe::Postcode { .. }) {
                continue;
            }
            let (Probe::Outward { dates, .. }
            | Probe::FamilyPhonetic { dates, .. }
            | Probe::GivenPhonetic { dates, .. }
            | Probe::BothPhonetic { dates, .. }) = probe
            else {
                unreachable!("an exact probe is not wide")
            };
            let mut unique = dates.clone();
            unique.sort();
            unique.dedup();
            assert!(dates.len() <= NEAR_DATES && unique.len() == dates.len());
        }
    }
    let number = |query: Query| wide_probes(&query, day("2026-01-01")).len();
    assert_eq!(number(query("-", "12", "2004-05-06", Gender::Female, "CV4 9EE")), 2);
    assert_eq!(number(query("Not known", "Okafor", "2004-05-06", Gender::Female, "ZZ99 3WZ")), 1);
}

fn names() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&[
        "Samantha",
        "Sam",
        "S",
        "Samanta",
        "Okafor",
        "Okaffor",
        "Ocafor",
        "Reed",
        "Reid",
        "William",
        "Bill",
        "Will",
        "Katherine",
        "Catherine",
        "Kat",
        "Smith",
        "Smyth",
        "Schmidt",
    ])
}

fn births() -> impl Strategy<Value = NaiveDate> {
    (prop::sample::select(&[1994, 2004, 2005]), prop::sample::select(&[2, 5, 6]), prop::sample::select(&[2, 5, 6, 28]))
        .prop_map(|(y, m, d)| NaiveDate::from_ymd_opt(y, m, d).unwrap())
}

fn postcodes() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&["CV4 9EE", "CV4 7AL", "LS1 4DY"])
}

prop_compose! {
    fn candidates()(given in names(), family in names(), earlier in prop::option::of(names()), birth in births(), postcode in postcodes(), n in 0_u32..40, gender in prop::sample::select(Gender::ALL)) -> Candidate {
        let mut learner = learner(given, family, "2004-05-06", postcode);
        learner.names.previous_family = earlier.map(str::to_owned);
        (learner.birth.date, learner.gender, learner.uln) = (birth, gender, number(n));
        candidate_of(&learner)
    }
}

prop_compose! {
    fn queries()(given in names(), family in names(), birth in births(), postcode in postcodes(), gender in prop::sample::select(Gender::ALL)) -> Query {
        Query::new(given, family, birth, gender, &postcode.parse().unwrap())
    }
}

proptest! {
    #[test]
    fn an_exact_match_is_probed(query in queries(), candidate in candidates()) {
        if is_exact(&query, &candidate) {
            prop_assert!(hits(&exact_probe(&query), &candidate));
        }
    }

    #[test]
    fn probes_find_what_the_module_promises(query in queries(), c in candidates()) {
        let probed = wide_probes(&query, day("2026-01-01")).iter().any(|probe| hits(probe, &c));
        let closeness = date_closeness(query.date_of_birth, c.date_of_birth);
        let same_place = c.keys.outward == query.outward;
        let sounds = [c.keys.family_phonetic == query.family_phonetic, c.keys.given_phonetic == query.given_phonetic];
        let promised = same_place || sounds == [true, true] || (closeness > Some(DateCloseness::Slip) && sounds != [false, false]);
        if score(&query, &c).is_some() && promised {
            prop_assert!(probed);
        }
    }

    #[test]
    fn order_and_repetition_of_candidates_do_not_matter(query in queries(), list in prop::collection::vec(candidates(), 0..14)) {
        let mut unique = list;
        unique.sort_by_key(|c| c.uln);
        unique.dedup_by_key(|c| c.uln);
        let mut doubled: Vec<_> = unique.iter().rev().cloned().collect();
        doubled.extend(unique.clone());
        prop_assert_eq!(classify(&query, &unique), classify(&query, &doubled));
    }

    #[test]
    fn closeness_and_similarity_are_symmetric(a in births(), b in births(), left in names(), right in names()) {
        prop_assert_eq!(date_closeness(a, b), date_closeness(b, a));
        let (left, right) = (normalise(left), normalise(right));
        prop_assert_eq!(similar_family(&left, &right), similar_family(&right, &left));
        prop_assert_eq!(similar_given(&left, &right), similar_given(&right, &left));
    }
}
