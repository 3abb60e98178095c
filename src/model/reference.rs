//! The numbers of qualifications, with their check character, and of units (rules.md 6.1).

use std::fmt;
use std::str::FromStr;

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

/// The eight characters in upper case. Both slashes must be present, or neither.
fn plain(text: &str, first: usize, second: usize) -> Option<[u8; 8]> {
    let bytes = text.as_bytes();
    let mut plain: [u8; 8] = match bytes.len() {
        8 => bytes.try_into().ok()?,
        10 if bytes.get(first) == Some(&b'/') && bytes.get(second) == Some(&b'/') => {
            let mut kept =
                bytes.iter().enumerate().filter(|(at, _)| *at != first && *at != second).map(|(_, byte)| *byte);
            let mut plain = [0; 8];
            for place in &mut plain {
                *place = kept.next()?;
            }
            plain
        }
        _ => return None,
    };
    plain.make_ascii_uppercase();
    Some(plain)
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

/// Writes eight characters with a slash before each of the two positions.
fn with_slashes(f: &mut fmt::Formatter<'_>, plain: &str, first: usize, second: usize) -> fmt::Result {
    let (head, rest) = plain.split_at_checked(first).unwrap_or((plain, ""));
    let (middle, tail) = rest.split_at_checked(second).unwrap_or((rest, ""));
    f.pad(&format!("{head}/{middle}/{tail}"))
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn worked_examples() {
        for text in ["600/1166/X", "500/4606/8", "601/7674/X", "603/4647/4"] {
            let number: QualificationNumber = text.parse().unwrap();
            assert_eq!(number.to_string(), text);
            assert_eq!(number.as_plain().parse(), Ok(number));
            assert_eq!(text.to_lowercase().parse(), Ok(number));
            assert_eq!(text.parse(), Ok(Reference::Qualification(number)));
        }
        let unit: UnitNumber = "K5015773".parse().unwrap();
        assert_eq!(unit.to_string(), "K/501/5773");
        assert_eq!("k/501/5773".parse(), Ok(Reference::Unit(unit)));
        let wrong = [
            "",
            "600/1166/1",
            "6001166/X",
            "600/1166X",
            "60/01166/X",
            "600-1166-X",
            "6001166X ",
            "B/501/5773",
            "K/5015/773",
            "K/501/577X",
            "6001166é",
            "K501577é",
        ];
        for text in wrong {
            assert_eq!(text.parse::<Reference>(), Err(InvalidReference), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_stem_gives_a_number_that_reads_back(stem in 0_u32..=9_999_999) {
            let number = QualificationNumber::from_stem(stem).unwrap();
            prop_assert_eq!(number.to_string().parse(), Ok(number));
            prop_assert_eq!(number.as_plain().parse(), Ok(number));
            let digits = format!("{stem:07}");
            prop_assert!(number.as_plain().starts_with(&digits));
        }

        #[test]
        fn one_wrong_digit_is_noticed(stem in 0_u32..=9_999_999, at in 0_usize..7, add in 1_u8..10) {
            let number = QualificationNumber::from_stem(stem).unwrap();
            let mut digits = number.as_plain().as_bytes().to_vec();
            digits[at] = b'0' + (digits[at] - b'0' + add) % 10;
            prop_assert!(String::from_utf8(digits).unwrap().parse::<QualificationNumber>().is_err());
        }

        #[test]
        fn two_neighbours_in_each_others_place_are_noticed(stem in 0_u32..=9_999_999, at in 0_usize..6) {
            let number = QualificationNumber::from_stem(stem).unwrap();
            let mut digits = number.as_plain().as_bytes().to_vec();
            prop_assume!(digits[at] != digits[at + 1]);
            digits.swap(at, at + 1);
            prop_assert!(String::from_utf8(digits).unwrap().parse::<QualificationNumber>().is_err());
        }

        #[test]
        fn of_eleven_check_characters_one_is_right(stem in 0_u32..=9_999_999) {
            let right = "0123456789X".chars().filter(|c| format!("{stem:07}{c}").parse::<Reference>().is_ok());
            prop_assert_eq!(right.count(), 1);
        }

        #[test]
        fn units_read_back(text in "[ADFHJKLMRTY]/[0-9]{3}/[0-9]{4}") {
            let unit: UnitNumber = text.parse().unwrap();
            prop_assert_eq!(unit.to_string(), text);
            prop_assert_eq!(unit.as_plain().parse(), Ok(unit));
        }

        #[test]
        fn any_text_is_answered(text in ".*") {
            let _ = text.parse::<Reference>();
        }
    }
}
