//! Those who guess: passwords, numbers and details. They are slowed and seen, and nobody else waits for them.

use std::thread;

use crate::harness::{Actor, Answer, Deployment, on_both};

const LS: &str = "LearnerService";
const SERVICE_IS_BUSY: &str = "WSEC0999";

/// The answer tells its client to come again later.
fn is_busy(answer: &Answer) -> bool {
    let Some(seconds) = answer.header("Retry-After") else { return false };
    assert!(seconds.parse::<u64>().expect("whole seconds") > 0);
    assert_eq!(answer.fault().error, SERVICE_IS_BUSY);
    true
}

/// The request of somebody with another password, which changes with the number.
fn with_password(actor: &Actor<'_>, number: usize) -> String {
    let mut credentials = actor.credentials();
    credentials.password = format!("guess-{number:010}");
    credentials.find_by_uln("FUL", "1000000000", "Body", "No")
}

fn question(actor: &Actor<'_>) -> String {
    actor.credentials().find_by_uln("FUL", "1000000000", "Body", "No")
}

/// A counter of the metrics, 0 while nothing was counted.
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
            // The first call of another organisation, whose password nobody remembers.
            assert_eq!(other.post(LS, &verify).value("VerifiedLearner/ResponseCode"), "WSVRC006");
            wrong = guessers.into_iter().map(|guesser| guesser.join().expect("a guesser")).sum();
        });
        assert!((10..100).contains(&wrong), "{wrong} of 1,000 were checked");
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
        for number in 0..30 {
            let answer = provider.post(LS, &with_password(&provider, number));
            match is_busy(&answer) {
                true => refused += 1,
                false => assert_eq!(answer.fault().error, "WSEC0005"),
            }
            assert!(number >= 10 || refused == 0, "the first ten are not slowed");
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
}
