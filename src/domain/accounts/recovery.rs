//! Recovery codes: ten, of 80 random bits each, for those who have lost their second factor. Each
//! works once, and only hashes are stored.

use zeroize::Zeroizing;

use super::token;

/// The number of codes (our choice).
const COUNT: usize = 10;
/// Letters and digits that nobody takes for others (Crockford's base32).
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// The letters of a code.
const LENGTH: usize = 16;

/// New codes, as they are shown once: four groups of four.
pub(super) fn new_codes() -> Vec<Zeroizing<String>> {
    (0..COUNT).map(|_| code()).collect()
}

fn code() -> Zeroizing<String> {
    let mut code = Zeroizing::new(String::with_capacity(LENGTH + 3));
    for (place, byte) in rand::random::<[u8; LENGTH]>().into_iter().enumerate() {
        if place > 0 && place % 4 == 0 {
            code.push('-');
        }
        // Five of eight random bits are five random bits.
        code.push(LETTERS.get(usize::from(byte & 31)).copied().map_or('0', char::from));
    }
    code
}

/// What is stored of a code of an account, however it is typed: small letters, spaces and dashes do
/// not matter, nor does O for 0, or I and L for 1.
pub(super) fn hash(account_id: i32, typed: &str) -> String {
    let letters = typed.chars().filter(char::is_ascii_alphanumeric).map(|letter| match letter.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        letter => letter,
    });
    let code: Zeroizing<String> = Zeroizing::new(letters.collect());
    token::hash(&format!("{account_id} {}", *code))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::HashSet;

    use super::*;

    #[test]
    fn codes_are_different_and_may_be_typed_in_many_ways() {
        let codes = new_codes();
        assert_eq!(codes.iter().map(|code| code.as_str()).collect::<HashSet<_>>().len(), 10);
        let first = codes.first().unwrap();
        assert!(first.len() == 19 && first.split('-').all(|group| group.len() == 4), "{}", **first);
        assert_eq!(hash(7, first), hash(7, &first.to_lowercase().replace('-', " ")));
        assert_ne!(hash(7, first), hash(8, first));
        assert_eq!(hash(7, "0123-1"), hash(7, "o1 23 l"));
    }
}
