//! Names as they are compared: normalised text, phonetic keys, nicknames, and the search keys
//! stored with a learner. Pure; implements rules.md 4.1, where every algorithm is our choice.

mod nicknames;

use std::borrow::Cow;

use rphonetic::DoubleMetaphone;
use unicode_normalization::UnicodeNormalization;

pub use self::nicknames::full_given_name;
use crate::model::{Learner, SearchKeys};

/// The keys by which a learner is found.
pub fn search_keys(learner: &Learner) -> SearchKeys {
    let (names, postcode) = (&learner.names, &learner.address.postcode);
    let (given, family) = (normalise(&names.given), normalise(&names.family));
    SearchKeys {
        preferred_given: normalise_optional(names.preferred_given.as_deref()),
        previous_family: normalise_optional(names.previous_family.as_deref()),
        family_at_16: normalise_optional(names.family_at_16.as_deref()),
        postcode: postcode.key(),
        outward: postcode.outward().to_owned(),
        given_phonetic: given_phonetic(&given),
        family_phonetic: phonetic(&family),
        given,
        family,
    }
}

/// The form in which names are compared: composed, transliterated to ASCII, upper case, letters and
/// digits only, so that accents, hyphens, apostrophes and spaces make no difference. Text without
/// letters or digits is kept in upper case, so that it equals only itself.
pub fn normalise(name: &str) -> String {
    let ascii = if name.is_ascii() {
        Cow::Borrowed(name)
    } else {
        Cow::Owned(deunicode::deunicode(&name.nfkc().collect::<String>()))
    };
    let key: String = ascii.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    if key.is_empty() { name.trim().to_uppercase() } else { key }
}

/// [`normalise`] for an optional name; blank means absent.
pub fn normalise_optional(name: Option<&str>) -> Option<String> {
    name.map(normalise).filter(|key| !key.is_empty())
}

/// Whether a normalised name is a placeholder for an unknown one, and so says nothing about the
/// person (rules.md 4.2).
pub fn is_placeholder(normalised: &str) -> bool {
    matches!(normalised, "UNKNOWN" | "NOTKNOWN" | "NK") || !normalised.chars().any(char::is_alphanumeric)
}

/// [`normalise_optional`] for a place or school: `St` becomes `Saint`.
pub fn normalise_place(name: Option<&str>) -> Option<String> {
    let words = name?.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '\u{2019}');
    let whole: Vec<&str> = words.map(|word| if word.eq_ignore_ascii_case("st") { "Saint" } else { word }).collect();
    normalise_optional(Some(&whole.join(" ")))
}

/// The sound of a normalised name: the primary Double Metaphone code, up to four characters; empty
/// if it has none.
pub fn phonetic(normalised: &str) -> String {
    if normalised.is_ascii() {
        DoubleMetaphone::default().double_metaphone(normalised).primary()
    } else {
        String::new()
    }
}

/// The sound of a normalised given name, after replacing a nickname: `BILL` has the code of
/// `WILLIAM`.
pub fn given_phonetic(normalised: &str) -> String {
    phonetic(full_given_name(normalised))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn punctuation_case_and_accents_make_no_difference() {
        for (left, right) in [
            ("O'Brien-Smith", "obrien smith"),
            ("Zoë", "ZOE"),
            ("Zoe\u{308}", "Zoë"),
            ("Łukasz", "LUKASZ"),
            ("Sørensen", "Sorensen"),
            ("Weiß", "Weiss"),
            ("ﬁona", "Fiona"),
            ("  Anne  Marie ", "ANNEMARIE"),
        ] {
            assert_eq!(normalise(left), normalise(right), "{left} {right}");
        }
        assert_ne!(normalise("Jo"), normalise("Joe"));
    }

    #[test]
    fn text_without_letters_equals_itself_alone() {
        assert_eq!(normalise(" - "), "-");
        assert_ne!(normalise("-"), normalise("'"));
        assert_eq!(normalise_optional(Some("  ")), None);
    }

    #[test]
    fn nicknames_sound_like_the_full_name() {
        assert_eq!(full_given_name("BILL"), "WILLIAM");
        assert_eq!(given_phonetic("BILL"), given_phonetic("WILLIAM"));
        assert_eq!(full_given_name("XANTHE"), "XANTHE");
        assert_eq!(phonetic("SMITH"), phonetic("SMYTH"));
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(name in "\\PC{0,35}") {
            let once = normalise(&name);
            prop_assert_eq!(normalise(&once), once.clone());
            let _ = (phonetic(&once), given_phonetic(&once));
        }

        #[test]
        fn letter_case_and_separators_make_no_difference(name in "[A-Za-z]{1,10}[ '-][A-Za-z]{1,10}") {
            prop_assert_eq!(normalise(&name), normalise(&name.to_lowercase().replace([' ', '\'', '-'], "")));
        }
    }
}
