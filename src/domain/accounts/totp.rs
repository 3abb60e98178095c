//! The second factor: codes by time (RFC 6238: six digits, thirty seconds, SHA-1, as every
//! authenticator app has them).

use totp_rs::{Builder, Secret, Totp};

use crate::model::Timestamp;

/// The name of the service in authenticator apps.
const ISSUER: &str = "Learning Records";

/// The time step whose code this is, if it is right now, was 30 seconds ago or will be in 30
/// seconds. Spaces in the code do not matter. Whether the step was used before is the caller's to
/// check.
pub(super) fn step_of(secret: &str, code: &str, now: Timestamp) -> Option<i64> {
    let code: String = code.chars().filter(|character| !character.is_whitespace()).collect();
    let seconds = u64::try_from(now.and_utc().timestamp()).ok()?;
    let is_code = code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit());
    let step = totp(secret)?.check(&code, seconds).filter(|_| is_code)?;
    i64::try_from(step).ok()
}

/// Whether the text can be the secret of a second factor: base32 of at least 128 bits.
pub(super) fn is_secret(secret: &str) -> bool {
    totp(secret).is_some()
}

/// A new secret: 160 random bits in base32, the length that RFC 4226 recommends.
pub(super) fn new_secret() -> String {
    Secret::new_stack(rand::random()).to_base32()
}

/// The secret as a URL, for a QR code that authenticator apps read.
pub(super) fn url(secret: &str, email: &str) -> Option<String> {
    let secret = Secret::try_from_base32(secret).ok()?;
    let totp = Builder::new().with_secret(secret).with_issuer(Some(ISSUER)).with_account_name(email).build().ok()?;
    totp.to_url().ok()
}

fn totp(secret: &str) -> Option<Totp> {
    Builder::new().with_secret(Secret::try_from_base32(secret).ok()?).build().ok()
}

/// The code at this time, for tests.
#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(in crate::domain) fn code(secret: &str, now: Timestamp) -> String {
    totp(secret).unwrap().generate(u64::try_from(now.and_utc().timestamp()).unwrap()).to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use chrono::DateTime;

    use super::*;

    /// The secret of RFC 6238's test vectors, `12345678901234567890`.
    const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    fn at(seconds: i64) -> Timestamp {
        DateTime::from_timestamp(seconds, 0).unwrap().naive_utc()
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        // Appendix B, its last six digits.
        for (seconds, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code(SECRET, at(seconds)), expected);
            assert_eq!(step_of(SECRET, expected, at(seconds)), Some(seconds / 30));
        }
    }

    #[test]
    fn a_code_is_right_for_a_minute_and_a_half() {
        let now = 1_111_111_111;
        let shown = code(SECRET, at(now));
        let (first, second) = shown.split_at(3);
        let typed = format!(" {first} {second}");
        for seconds in [now - 30, now, now + 30] {
            assert_eq!(step_of(SECRET, &typed, at(seconds)), Some(now / 30));
        }
        assert_eq!(step_of(SECRET, &typed, at(now + 60)), None);
        assert_eq!(step_of(SECRET, &typed, at(now - 60)), None);
        for text in ["", "12345", "1234567", "abcdef", "０５０４７１", "+50471"] {
            assert_eq!(step_of(SECRET, text, at(now)), None, "{text}");
        }
    }

    #[test]
    fn a_new_secret_has_a_url_for_apps() {
        let secret = new_secret();
        assert!(secret.len() == 32 && secret != new_secret());
        let url = url(&secret, "ada.o'neil@school.example").unwrap();
        assert!(url.starts_with("otpauth://totp/Learning%20Records:"), "{url}");
        assert!(url.contains(&format!("secret={secret}")) && url.contains("issuer=Learning%20Records"), "{url}");
        assert_eq!(Totp::from_url(&url).unwrap().account_name(), "ada.o'neil@school.example");
    }

    #[test]
    fn short_secrets_are_none() {
        assert!(is_secret(SECRET));
        for text in ["", "GEZDGNBV", "not base32!"] {
            assert!(!is_secret(text), "{text}");
        }
    }
}
