//! Random tokens for cookies and links: 256 bits as text, of which only the hash is stored.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

/// What the token against forged requests is derived for.
const FORM: &str = "learning-records 2026 form token of a session";

/// A secret text of 43 characters, letters, digits, `-` and `_`. Who has it is taken for its owner.
pub struct Token(Zeroizing<String>);

impl Token {
    /// A new one.
    pub(super) fn random() -> Self {
        Self(Zeroizing::new(URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())))
    }

    /// The text, for a cookie or a link.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What is stored of it.
    pub(super) fn hash(&self) -> String {
        hash(&self.0)
    }
}

/// What is stored of a token. No slow hash is needed, because nobody can guess a token.
pub(super) fn hash(token: &str) -> String {
    blake3::hash(token.as_bytes()).to_hex().to_string()
}

/// The token that every form of a session carries. Derived from the session's own, so that it is
/// stored nowhere, and says nothing about it.
pub(super) fn of_forms(session: &str) -> String {
    URL_SAFE_NO_PAD.encode(blake3::derive_key(FORM, session.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_long_and_never_the_same() {
        let (one, other) = (Token::random(), Token::random());
        assert_eq!(one.as_str().len(), 43);
        assert!(one.as_str() != other.as_str() && one.hash() != other.hash());
        assert_eq!(of_forms(one.as_str()), of_forms(one.as_str()));
        assert!(of_forms(one.as_str()) != of_forms(other.as_str()) && of_forms(one.as_str()) != one.as_str());
    }
}
