//! No personal data leaks: at every log level, neither log nor metrics nor health contain a name, a
//! ULN, a date of birth, an address or a password.

use std::collections::BTreeSet;

use crate::fixtures;
use crate::flows::{Person, borrowed};
use crate::harness::{Deployment, Setup, on_both};

const LS: &str = "LearnerService";
/// Where something could leave.
const PLACES: [&str; 3] = ["log", "metrics", "health"];

on_both! {
    fn logs_and_metrics_name_nobody(database) {
        let setup = Setup { environment: vec![("LRS_LOG_LEVEL", "trace".to_owned()), ("RUST_LOG", "trace".to_owned())] };
        let deployment = Deployment::with(database, setup);
        let (provider, awarding) = (deployment.provider(), deployment.awarding_organisation());

        let mut secrets: BTreeSet<String> = BTreeSet::new();
        for actor in [&provider, &awarding] {
            secrets.insert(actor.credentials().password);
            secrets.insert(actor.credentials().user_name);
        }
        fixtures::play_all(&deployment, |_, _| ());
        secrets.extend(fixtures::personal_values());

        let person = Person::new();
        let uln = person.register(&provider, "1");
        secrets.extend([uln.clone(), person.given.clone(), person.family.clone(), person.born.clone(), person.postcode.clone()]);
        let again = provider.credentials().register(&borrowed(&person.registration("1")));
        provider.post(LS, &again);
        // Truncated within a name, with an invalid facet, with a wrong password, as something other
        // than SOAP.
        provider.post(LS, &again[..again.find(&person.family).expect("the name") + 8]);
        provider.post(LS, &again.replace(&person.family, &person.family.repeat(5)));
        provider.post(LS, &again.replace(&person.born, &format!("{}T", person.born)));
        provider.post(LS, &again.replace("<GivenName>", &format!("<{}>", person.given)));
        let mut wrong = provider.credentials();
        wrong.password = "Sixteen-Letters!".to_owned();
        secrets.insert(wrong.password.clone());
        provider.post(LS, &wrong.register(&borrowed(&person.registration("1"))));
        provider.ask("GET", &format!("/LearnerService.svc?uln={uln}&family={}", person.family));
        provider.ask("GET", &format!("/{}", person.family));

        let told = [
            deployment.log(),
            deployment.operations("GET", "/metrics").expect("metrics").1,
            deployment.operations("GET", "/health").expect("health").1,
        ];
        let log = &told[0];
        assert!(log.lines().count() > 50, "a log at trace level: {log}");
        let mut found = Vec::new();
        let lower = told.each_ref().map(|text| text.to_lowercase());
        for secret in secrets.iter().filter(|secret| secret.chars().count() >= 3) {
            // Most are nowhere, and a word is sought only in a text that has its letters.
            let sought = secret.to_lowercase();
            let Some(word) = lower.iter().any(|text| text.contains(&sought)).then(|| as_a_word(&sought)) else { continue };
            for (line, place) in lower.iter().zip(PLACES).flat_map(|(text, place)| text.lines().map(move |line| (line, place))) {
                if word.is_match(line) {
                    found.push(format!("{place}: {secret:?} in: {line}"));
                }
            }
        }
        assert!(found.is_empty(), "{}", found.join("\n"));
    }
}

/// The word, with neither letter nor digit before or behind it.
fn as_a_word(word: &str) -> regex::Regex {
    regex::Regex::new(&format!(r"(^|[^\p{{L}}\p{{N}}]){}($|[^\p{{L}}\p{{N}}])", regex::escape(word)))
        .expect("a pattern")
}
