//! An e-mail address of a user.

use std::fmt;
use std::str::FromStr;

/// The maximum length of an address (RFC 5321, 4.5.3.1.3, less the angle brackets).
const LONGEST: usize = 254;
/// The maximum length of what stands before the sign (RFC 5321, 4.5.3.1.1).
const LONGEST_LOCAL: usize = 64;

/// An e-mail address: one `@`, a domain with a dot, ASCII without spaces or quotes. It contains
/// personal data: `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct EmailAddress(String);

/// The text is not an e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an e-mail address, like name@example.com")]
pub struct InvalidEmail;

impl EmailAddress {
    /// The address as it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address in lower case: two addresses with the same key are the same person's.
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// What stands before the `@`.
    pub fn local(&self) -> &str {
        self.0.split_once('@').map_or("", |(local, _)| local)
    }
}

impl FromStr for EmailAddress {
    type Err = InvalidEmail;

    fn from_str(text: &str) -> Result<Self, InvalidEmail> {
        let text = text.trim();
        let (local, domain) = text.split_once('@').ok_or(InvalidEmail)?;
        let is_dotted = |text: &str| text.split('.').all(|part| !part.is_empty());
        let local_characters = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&byte);
        let is_label = |label: &str| {
            label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        let is_address = text.len() <= LONGEST
            && local.len() <= LONGEST_LOCAL
            && is_dotted(local)
            && local.bytes().all(local_characters)
            && domain.contains('.')
            && is_dotted(domain)
            && domain.split('.').all(is_label);
        if is_address { Ok(Self(text.to_owned())) } else { Err(InvalidEmail) }
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn addresses_are_equal_whatever_their_case() {
        let address: EmailAddress = " Ada.O'Neil@School.Example ".parse().unwrap();
        assert_eq!(address.as_str(), "Ada.O'Neil@School.Example");
        assert_eq!(address.key(), "ada.o'neil@school.example");
        assert_eq!(address.local(), "Ada.O'Neil");
    }

    #[test]
    fn what_no_server_would_take_is_refused() {
        let long = format!("{}@example.com", "a".repeat(65));
        for text in [
            "",
            "ada",
            "ada@",
            "@example.com",
            "ada@example",
            "a b@example.com",
            "ada@@example.com",
            "ada@-a.com",
            "ada@example..com",
            ".ada@example.com",
            "ada@exam\r\nple.com",
            "ada@example.com\r\nBcc: b",
            &long,
        ] {
            assert_eq!(text.parse::<EmailAddress>(), Err(InvalidEmail), "{text}");
        }
    }
}
