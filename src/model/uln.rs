//! The unique learner number: ten digits, the last of which is a check digit (rules.md 1).

use std::fmt;
use std::str::FromStr;

/// A unique learner number with a correct check digit.
///
/// It is personal data: `Debug` hides the digits; `Display` shows them, and is for replies, not for
/// logs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uln([u8; 10]);

/// The text is not a ULN: not ten digits, a leading 0, a stem that is never issued, or a wrong
/// check digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a ULN is ten digits: the first is not 0 and the last is the check digit")]
pub struct InvalidUln;

impl Uln {
    /// The smallest stem. A stem is the first nine digits of a ULN.
    pub const FIRST_STEM: u32 = 100_000_000;
    /// The largest stem.
    pub const LAST_STEM: u32 = 999_999_999;

    /// The ULN for a nine-digit stem; `None` if the stem is out of range or never issued (its
    /// weighted sum is a multiple of 11, rules.md 1.2).
    pub fn from_stem(stem: u32) -> Option<Self> {
        if !(Self::FIRST_STEM..=Self::LAST_STEM).contains(&stem) {
            return None;
        }
        let mut text = [b'0'; 10];
        let mut rest = stem;
        for digit in text.iter_mut().take(9).rev() {
            *digit += u8::try_from(rest % 10).ok()?;
            rest /= 10;
        }
        let check = check_digit(&text)?;
        if let Some(last) = text.last_mut() {
            *last = check;
        }
        Some(Self(text))
    }

    /// The ten digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// The check digit in ASCII for the first nine digits: `10 - r`, where `r` is their sum with
/// weights 10 to 2, modulo 11. There is no check digit for `r = 0`.
fn check_digit(text: &[u8; 10]) -> Option<u8> {
    let sum: u32 =
        text.iter().zip((2..=10).rev()).map(|(&digit, weight)| u32::from(digit.wrapping_sub(b'0')) * weight).sum();
    match u8::try_from(sum % 11) {
        Ok(r @ 1..=10) => Some(b'0' + 10 - r),
        _ => None,
    }
}

impl FromStr for Uln {
    type Err = InvalidUln;

    /// Strict: exactly ten digits, without white space.
    fn from_str(text: &str) -> Result<Self, InvalidUln> {
        let digits: [u8; 10] = text.as_bytes().try_into().map_err(|_| InvalidUln)?;
        let well_formed = digits.iter().all(u8::is_ascii_digit) && digits.first() != Some(&b'0');
        if well_formed && check_digit(&digits) == digits.last().copied() { Ok(Self(digits)) } else { Err(InvalidUln) }
    }
}

impl fmt::Display for Uln {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Uln {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Uln(..)")
    }
}

#[cfg(test)]
mod tests;
