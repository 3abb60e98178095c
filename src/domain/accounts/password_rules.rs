//! Which passwords a user may choose (rules.md 7.4).

use super::super::{Error, passwords};

/// The minimum length in characters.
pub const SHORTEST: usize = 8;
/// The maximum length in characters (our choice).
pub const LONGEST: usize = 128;
/// The number of earlier passwords that may not be used again, with the present one.
pub(super) const NOT_AGAIN: i64 = 12;
/// The kinds of characters that a password must have, of four.
const KINDS: usize = 3;

/// Why a password may not be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordRefusal {
    /// It has fewer than 8 characters.
    TooShort,
    /// It has more than 128 characters.
    TooLong,
    /// It has fewer than three kinds of: capital letters, small letters, digits, others.
    TooFewKinds,
    /// It is among those that are tried first: a common one, a keyboard's row, or the user's name.
    Common,
    /// It is one of the user's last 12.
    UsedBefore,
}

/// Checks a password by itself. `about` is what others know about the user: names, parts of the
/// address.
pub(super) fn check(password: &str, about: &[&str]) -> Result<(), PasswordRefusal> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Err(PasswordRefusal::TooShort);
    }
    if length > LONGEST {
        return Err(PasswordRefusal::TooLong);
    }
    let is_other = |letter: char| !letter.is_alphabetic() && !letter.is_numeric();
    let kinds: [&dyn Fn(char) -> bool; 4] = [&char::is_uppercase, &char::is_lowercase, &char::is_numeric, &is_other];
    if kinds.iter().filter(|kind| password.chars().any(**kind)).count() < KINDS {
        return Err(PasswordRefusal::TooFewKinds);
    }
    // Three wrong ones lock the account, so a million guesses are far more than anybody has.
    if zxcvbn::zxcvbn(password, about).score() < zxcvbn::Score::Two {
        return Err(PasswordRefusal::Common);
    }
    Ok(())
}

/// Whether the password is one of these hashes. Each takes as long as a sign-in.
pub(super) fn is_one_of(password: &str, hashes: &[String]) -> Result<bool, Error> {
    for hash in hashes {
        if passwords::is_right(password, hash)? {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_needs_length_kinds_and_to_be_uncommon() {
        use PasswordRefusal::{Common, TooFewKinds, TooLong, TooShort};
        let long = format!("aB3{}", "-x".repeat(63));
        for (password, refused) in [
            ("", Some(TooShort)),
            ("aB3-xyz", Some(TooShort)),
            ("correcthorse", Some(TooFewKinds)),
            ("CORRECT-HORSE", Some(TooFewKinds)),
            ("Password1", Some(Common)),
            ("P@ssw0rd1", Some(Common)),
            ("Qwertyuiop1", Some(Common)),
            ("Aaaaaaaa1", Some(Common)),
            ("Adalind1", Some(Common)),
            ("Lantern-over-7-hills", None),
            ("tR4vel-kettle", None),
            ("Überfluß-1", None),
            (&long, Some(TooLong)),
        ] {
            assert_eq!(check(password, &["Adalind", "Testcase"]).err(), refused, "{password}");
        }
    }
}
