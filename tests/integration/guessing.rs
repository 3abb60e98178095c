//! Guessing of passwords, ULNs and details: those who guess are slowed down and reported, and
//! nobody else waits for them.

use std::thread;

use crate::harness::{Actor, Answer, Deployment, on_both};

const LS: &str = "LearnerService";

fn is_busy(answer: &Answer) -> bool {
    answer.retry_after().is_some()
}

/// The caller's request with a wrong password, different for each number.
fn with_password(actor: &Actor<'_>, number: usize) -> String {
    let mut credentials = actor.credentials();
    credentials.password = format!("guess-{number:010}");
    credentials.find_by_uln("FUL", "1000000000", "Body", "No")
}

fn question(actor: &Actor<'_>) -> String {
    actor.credentials().find_by_uln("FUL", "1000000000", "Body", "No")
}

/// A counter in the metrics; 0 if nothing was counted.
fn counted(deployment: &Deployment, series: &str) -> u64 {
    let (_, text) = deployment.operations("GET", "/metrics").expect("the operations listener");
    let line = text.lines().find_map(|line| line.strip_prefix(series));
    line.map_or(0, |count| count.trim().parse().expect("a count"))
}

on_both! {
    fn a_thousand_wrong_passwords_are_slowed_seen_and_harm_nobody_else(database) {
        let deployment = Deployment::start(database);
        let (provider, other) = (deployment.provider(), deployment.awarding_organisation());
        let verify = other.credentials().verify(&[("ULN", "1000000000"), ("FamilyName", "Body"), ("GivenName", "No")]);
        let mut wrong = 0;
        thread::scope(|scope| {
            let guessers: Vec<_> = (0..20).map(|connection| scope.spawn({
                let provider = &provider;
                move || {
                    let answers = (0..50).map(|number| provider.post(LS, &with_password(provider, connection * 50 + number)));
                    answers.filter(|answer| !is_busy(answer)).map(|answer| assert_eq!(answer.fault().error, "WSEC0005")).count()
                }
            })).collect();
            // The first call of another organisation, whose password is not cached.
            assert_eq!(other.post(LS, &verify).value("VerifiedLearner/ResponseCode"), "WSVRC006");
            wrong = guessers.into_iter().map(|guesser| guesser.join().expect("a guesser")).sum();
        });
        assert!((20..100).contains(&wrong), "{wrong} of 1,000 were checked");
        assert_eq!(counted(&deployment, r#"lrs_guesses_total{kind="wrong_password"}"#), u64::try_from(wrong).unwrap());
        assert!(counted(&deployment, r#"lrs_guesses_total{kind="password_refused"}"#) >= u64::try_from(900 - wrong).unwrap());
        assert!(deployment.log().contains("10 wrong passwords for "), "{}", deployment.log());
        assert!(is_busy(&provider.post(LS, &with_password(&provider, 1))));
    }

    fn the_right_password_still_works_beside_wrong_ones(database) {
        let deployment = Deployment::start(database);
        let provider = deployment.provider();
        assert_eq!(provider.post(LS, &question(&provider)).code(), "WSRC0001");
        let mut refused = 0;
        for number in 0..50 {
            let answer = provider.post(LS, &with_password(&provider, number));
            match is_busy(&answer) {
                true => refused += 1,
                false => assert_eq!(answer.fault().error, "WSEC0005"),
            }
            assert!(number >= 20 || refused == 0, "the first twenty are not slowed");
            assert_eq!(provider.post(LS, &question(&provider)).code(), "WSRC0001");
        }
        assert!(refused > 0);
    }

    fn the_first_calls_of_an_organisation_may_come_all_at_once(database) {
        let deployment = Deployment::start(database);
        let provider = deployment.provider();
        thread::scope(|scope| {
            let calls: Vec<_> = (0..40).map(|_| scope.spawn(|| provider.post(LS, &question(&provider)))).collect();
            for call in calls {
                assert_eq!(call.join().expect("a client").code(), "WSRC0001");
            }
        });
    }

    fn numbers_cannot_be_tried_one_after_the_other(database) {
        let deployment = Deployment::start(database);
        let (provider, other) = (deployment.provider(), deployment.awarding_organisation());
        let numbers = valid_numbers();
        let mut calls = 0;
        let refused = numbers.chunks(200).map(|list| {
            let list: Vec<&str> = list.iter().map(String::as_str).collect();
            provider.post(LS, &provider.credentials().retrieve(&list))
        }).inspect(|_| calls += 1).find(is_busy);
        assert!(refused.is_some_and(|answer| answer.fault().further.contains("found nobody")), "after {calls} calls");
        assert!((50..60).contains(&calls), "refused after {calls} calls of 200 numbers");
        assert!(is_busy(&provider.post(LS, &question(&provider))), "nor with another operation");
        let verify = other.credentials().verify(&[("ULN", "1000000000"), ("FamilyName", "Body"), ("GivenName", "No")]);
        assert_eq!(other.post(LS, &verify).value("VerifiedLearner/ResponseCode"), "WSVRC006");
        assert!(counted(&deployment, r#"lrs_guesses_total{kind="miss"}"#) >= 10_000);
        assert!(counted(&deployment, r#"lrs_guesses_total{kind="miss_refused"}"#) >= 2);
        let alarms = deployment.log().matches("has had too many misses").count();
        assert_eq!(alarms, 1, "one line in an hour");
    }

    fn a_date_of_birth_cannot_be_tried_out(database) {
        let deployment = Deployment::start(database);
        let provider = deployment.provider();
        let registered = provider.post(LS, &provider.credentials().register(&[
            ("GivenName", "Ottilie"), ("FamilyName", "Quantrill"), ("LastKnownPostCode", "CV4 9EE"), ("DateOfBirth", "2004-05-06"),
            ("Gender", "2"), ("VerificationType", "0"), ("AbilityToShare", "1"),
        ]));
        let uln = registered.value("ULN");
        let verify = |born: &str| provider.post(LS, &provider.credentials().verify(&[
            ("ULN", &uln), ("FamilyName", "False"), ("GivenName", "Name"), ("DateOfBirth", born),
        ]));
        for day in 1..=5 {
            let answer = verify(&format!("2004-05-{day:02}"));
            assert_eq!(answer.value("VerifiedLearner/ResponseCode"), "WSVRC005");
            assert!(answer.text().contains("VRF7"), "the flags stay as the contract has them");
        }
        let answer = verify("2004-05-06");
        assert!(is_busy(&answer), "{}", answer.text());
        assert!(!answer.text().contains(&uln));
        assert_eq!(provider.post(LS, &provider.credentials().find_by_uln("FUL", &uln, "Quantrill", "Ottilie")).code(), "WSRC0004");
    }
}

/// As many valid ULNs as no organisation may miss in an hour (rules.md 1.2), outside the range of
/// the demo.
fn valid_numbers() -> Vec<String> {
    let check = |stem: u64| {
        let sum: u64 =
            stem.to_string().bytes().zip(2..=10_u64).map(|(digit, place)| u64::from(digit - b'0') * (12 - place)).sum();
        (!sum.is_multiple_of(11)).then(|| format!("{stem}{}", 10 - sum % 11))
    };
    (700_000_000..).filter_map(check).take(12_000).collect()
}
