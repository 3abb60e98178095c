//! Tests of `webauthn.rs`, with an authenticator in software.

#![allow(clippy::unwrap_used)]

#[path = "../../../../tests/integration/harness/authenticator.rs"]
mod authenticator;

use authenticator::Authenticator;

use super::*;

const ORIGIN: &str = "https://portal.example.org:8444";
const ACCOUNT: i32 = 7;

fn site() -> Site {
    Site::of(ORIGIN).unwrap()
}

/// A new passkey of the account, as it is stored.
fn registered(authenticator: &mut Authenticator) -> Key {
    let asked = site().ask_for_new(ACCOUNT, "ada@example.org", &[]).unwrap();
    let answer = authenticator.make(&asked.options, ORIGIN);
    site().new_key(&asked.state, &answer).unwrap()
}

#[test]
fn a_site_has_passkeys_if_its_origin_has_a_host_name() {
    for origin in ["https://localhost:8444", "https://portal.example.org", "https://10.example.org:1"] {
        assert!(Site::of(origin).is_some(), "{origin}");
    }
    for origin in ["https://127.0.0.1:8444", "https://[::1]:8444", "http://portal.example.org", "https://", ""] {
        assert!(Site::of(origin).is_none(), "{origin}");
    }
}

#[test]
fn a_passkey_that_was_made_signs_in_again_and_again() {
    let mut authenticator = Authenticator::new();
    let mut key = registered(&mut authenticator);
    assert_eq!(key.credential, authenticator.id());
    for _ in 0..3 {
        let asked = site().ask(std::slice::from_ref(&key)).unwrap();
        let answer = authenticator.sign(&asked.options, ORIGIN);
        let used = site().used_key(ACCOUNT, std::slice::from_ref(&key), &asked.state, &answer).unwrap();
        assert_eq!((&used.credential, &used.fixed), (&key.credential, &key.fixed));
        assert_ne!(used.counted, key.counted, "the counter has grown");
        key = used;
    }
}

#[test]
fn each_question_is_new_and_names_the_passkeys_that_are_known() {
    let key = registered(&mut Authenticator::new());
    let known = std::slice::from_ref(&key);
    let [new, again] = [(); 2].map(|()| site().ask_for_new(ACCOUNT, "ada@example.org", known).unwrap().options);
    assert!(new.contains(&key.credential) && new != again, "{new}");
    let [asked, again] = [(); 2].map(|()| site().ask(known).unwrap().options);
    assert!(asked.contains(&key.credential) && asked != again, "{asked}");
    assert!(site().ask(&[]).is_none(), "there is nothing to ask for");
}

#[test]
fn a_passkey_for_another_question_origin_or_host_is_not_taken() {
    let ask = || site().ask_for_new(ACCOUNT, "ada@example.org", &[]).unwrap();
    let (asked, mut authenticator) = (ask(), Authenticator::new());
    let answer = authenticator.make(&asked.options, ORIGIN);
    assert!(site().new_key(&ask().state, &answer).is_none(), "another question");
    let elsewhere = authenticator.make(&asked.options, "https://portal.example.com:8444");
    assert!(site().new_key(&asked.state, &elsewhere).is_none(), "another origin");
    let other_host = asked.options.replace("portal.example.org", "example.org");
    let elsewhere = authenticator.make(&other_host, ORIGIN);
    assert!(site().new_key(&asked.state, &elsewhere).is_none(), "another host name");
    for nothing in ["", "{}", "null", answer.trim_start_matches('{')] {
        assert!(site().new_key(&asked.state, nothing).is_none(), "{nothing}");
    }
    assert!(site().new_key("AAAA", &answer).is_none(), "a question that was never asked");
    assert!(site().new_key(&asked.state, &answer).is_some());
}

#[test]
fn a_sign_in_for_another_question_origin_host_or_key_is_refused() {
    let mut authenticator = Authenticator::new();
    let known = [registered(&mut authenticator)];
    let ask = || site().ask(&known).unwrap();
    let asked = ask();
    let used = |state: &str, answer: &str| site().used_key(ACCOUNT, &known, state, answer);
    let answer = authenticator.sign(&asked.options, ORIGIN);
    assert!(used(&ask().state, &answer).is_none(), "another question");
    let elsewhere = authenticator.sign(&asked.options, "https://portal.example.org");
    assert!(used(&asked.state, &elsewhere).is_none(), "another origin");
    let other_host = asked.options.replace("portal.example.org", "example.org");
    assert!(used(&asked.state, &authenticator.sign(&other_host, ORIGIN)).is_none(), "another host name");
    let stranger = Authenticator::new().sign(&asked.options, ORIGIN);
    assert!(used(&asked.state, &stranger).is_none(), "a passkey that the account does not have");
    let forged = stranger.replace(&id_of(&stranger), &authenticator.id());
    assert!(used(&asked.state, &forged).is_none(), "a signature by another key");
    for nothing in ["", "{}", "null", answer.trim_start_matches('{')] {
        assert!(used(&asked.state, nothing).is_none(), "{nothing}");
    }
    assert!(used(&asked.state, &answer).is_some());
}

#[test]
fn a_counter_that_does_not_grow_tells_a_copy() {
    let mut authenticator = Authenticator::new();
    let first = registered(&mut authenticator);
    let mut sign_in = |key: &Key, counter: u32| {
        let asked = site().ask(std::slice::from_ref(key)).unwrap();
        authenticator.counter = counter - 1;
        let answer = authenticator.sign(&asked.options, ORIGIN);
        site().used_key(ACCOUNT, std::slice::from_ref(key), &asked.state, &answer)
    };
    let used = sign_in(&first, 9).unwrap();
    assert!(sign_in(&used, 9).is_none() && sign_in(&used, 2).is_none());
    assert!(sign_in(&used, 10).is_some());
}

fn id_of(answer: &str) -> String {
    let answer: serde_json::Value = serde_json::from_str(answer).unwrap();
    answer.get("id").and_then(|id| id.as_str()).unwrap().to_owned()
}
