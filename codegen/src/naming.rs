//! Converts names in the contract to names in Rust.

/// `MISIdentifier` → `mis_identifier`, `ULNsToRetrieve` → `ulns_to_retrieve`, `SchoolAtAge16` →
/// `school_at_age16`.
pub fn snake(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (index, &letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| letters.get(before));
        let after = letters.get(index + 1);
        // In "ULNs" the plural s ends the acronym; it does not start a word with the letter before
        // it.
        let plural = after == Some(&'s') && !letters.get(index + 2).is_some_and(|next| next.is_lowercase());
        let begins = before.is_some_and(|before| {
            !before.is_uppercase() || (after.is_some_and(|after| after.is_lowercase()) && !plural)
        });
        if letter == '_' || letter == '-' {
            out.push('_');
        } else {
            if letter.is_uppercase() && begins && !out.ends_with('_') {
                out.push('_');
            }
            out.extend(letter.to_lowercase());
        }
    }
    if is_keyword(&out) { format!("{out}_") } else { out }
}

/// `learnerByULN` → `LearnerByULN`.
pub fn camel(name: &str) -> String {
    let mut out = String::new();
    let mut upper = true;
    for letter in name.chars() {
        if !letter.is_alphanumeric() {
            upper = true;
        } else if upper {
            out.extend(letter.to_uppercase());
            upper = false;
        } else {
            out.push(letter);
        }
    }
    out
}

/// `FindLearnerResponse` → `FIND_LEARNER_RESPONSE`.
pub fn shout(name: &str) -> String {
    snake(name).trim_end_matches('_').to_uppercase()
}

/// The last part of a namespace, to distinguish types of the same name.
pub fn short(namespace: &str) -> String {
    camel(namespace.trim_end_matches('/').rsplit(['/', ':']).next().unwrap_or(namespace))
}

fn is_keyword(name: &str) -> bool {
    syn::parse_str::<syn::Ident>(name).is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acronyms_and_plurals_keep_together() {
        for (name, expected) in [
            ("MISIdentifier", "mis_identifier"),
            ("ULNsToRetrieve", "ulns_to_retrieve"),
            ("LinkedULNs", "linked_ulns"),
            ("retrieveULNs", "retrieve_ulns"),
            ("learnerByULN", "learner_by_uln"),
            ("SchoolAtAge16", "school_at_age16"),
            ("DateofBirth", "dateof_birth"),
            ("Type", "type_"),
            ("GetLearnerLearningEvents", "get_learner_learning_events"),
        ] {
            assert_eq!(snake(name), expected);
        }
    }
}
