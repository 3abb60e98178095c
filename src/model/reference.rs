//! The numbers of qualifications, with their check character, and of units (rules.md 6.1).

#[cfg(test)]
mod tests;
mod text;

use std::fmt;
use std::str::FromStr;

use text::{plain, with_slashes};

/// A qualification number (QAN): seven digits and a check character, `600/1166/X`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QualificationNumber([u8; 8]);

/// A unit number: a letter and seven digits, `K/501/5773`. How the letter derives from the digits
/// is not published, so any letter in use is accepted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitNumber([u8; 8]);

/// The subject of an achievement.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reference {
    /// A qualification.
    Qualification(QualificationNumber),
    /// A unit.
    Unit(UnitNumber),
}

/// The text is neither a qualification number with a correct check character nor a unit number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a reference is a qualification number such as 600/1166/X, of which the last character checks the others, or a unit number such as K/501/5773"
)]
pub struct InvalidReference;

/// The letters in use at the start of unit numbers.
const UNIT_LETTERS: &[u8] = b"ADFHJKLMRTY";

impl QualificationNumber {
    /// The qualification number for a stem, its first seven digits; `None` if the stem has more.
    pub fn from_stem(stem: u32) -> Option<Self> {
        if stem > 9_999_999 {
            return None;
        }
        let mut text = [b'0'; 8];
        let mut rest = stem;
        for digit in text.iter_mut().take(7).rev() {
            *digit += u8::try_from(rest % 10).ok()?;
            rest /= 10;
        }
        let check = check_character(&text);
        if let Some(last) = text.last_mut() {
            *last = check;
        }
        Some(Self(text))
    }

    /// The eight characters without slashes, as used for participation.
    pub fn as_plain(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl UnitNumber {
    /// The eight characters without slashes.
    pub fn as_plain(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// The check character for the first seven digits: their sum with weights 8 to 2, modulo 11; 10 is
/// written `X`.
fn check_character(text: &[u8; 8]) -> u8 {
    let sum: u32 = text
        .iter()
        .take(7)
        .zip((2..=8).rev())
        .map(|(&digit, weight)| u32::from(digit.wrapping_sub(b'0')) * weight)
        .sum();
    match u8::try_from(sum % 11) {
        Ok(r @ 0..=9) => b'0' + r,
        _ => b'X',
    }
}

impl FromStr for QualificationNumber {
    type Err = InvalidReference;

    /// Accepts either case, with or without slashes.
    fn from_str(text: &str) -> Result<Self, InvalidReference> {
        let plain = plain(text, 3, 8).ok_or(InvalidReference)?;
        let digits = plain.iter().take(7).all(u8::is_ascii_digit);
        if digits && plain.last() == Some(&check_character(&plain)) { Ok(Self(plain)) } else { Err(InvalidReference) }
    }
}

impl FromStr for UnitNumber {
    type Err = InvalidReference;

    /// Accepts either case, with or without slashes.
    fn from_str(text: &str) -> Result<Self, InvalidReference> {
        let plain = plain(text, 1, 5).ok_or(InvalidReference)?;
        match &plain {
            [letter, digits @ ..] if UNIT_LETTERS.contains(letter) && digits.iter().all(u8::is_ascii_digit) => {
                Ok(Self(plain))
            }
            _ => Err(InvalidReference),
        }
    }
}

impl FromStr for Reference {
    type Err = InvalidReference;

    fn from_str(text: &str) -> Result<Self, InvalidReference> {
        text.parse().map(Self::Qualification).or_else(|_| text.parse().map(Self::Unit))
    }
}

impl fmt::Display for QualificationNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        with_slashes(f, self.as_plain(), 3, 4)
    }
}

impl fmt::Display for UnitNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        with_slashes(f, self.as_plain(), 1, 3)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Qualification(number) => number.fmt(f),
            Self::Unit(number) => number.fmt(f),
        }
    }
}

impl fmt::Debug for QualificationNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "QualificationNumber({self})")
    }
}

impl fmt::Debug for UnitNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnitNumber({self})")
    }
}

impl fmt::Debug for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reference({self})")
    }
}
