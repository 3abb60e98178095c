//! Postcodes: the contract's pattern, canonical spacing, and the parts used in searches (rules.md
//! 2.1, 4.1).

use std::fmt;
use std::str::FromStr;

/// A postcode in the format `OUTWARD INWARD`, upper case, one space: `CV4 9EE`, `BFPO 12`. Personal
/// data: `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Postcode(String);

/// The text does not match the pattern of `MIAPPostCode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a postcode")]
pub struct InvalidPostcode;

/// Letters that never occur in the inward code.
const NOT_INWARD: &[u8] = b"CIKMOV";
/// `MIAPPostCode` has a maxLength of 9, trailing spaces included.
const MAX_LENGTH: usize = 9;
/// The maximum number of trailing spaces in the pattern.
const MAX_TRAILING_SPACES: usize = 4;

impl Postcode {
    /// The canonical text, with one space between the parts.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The outward code: `CV4` in `CV4 9EE`, `BFPO` in `BFPO 12`.
    pub fn outward(&self) -> &str {
        self.0.split_once(' ').map_or(self.0.as_str(), |(outward, _)| outward)
    }

    /// The text without its space, used to compare and index postcodes.
    pub fn key(&self) -> String {
        self.0.replace(' ', "")
    }
}

impl FromStr for Postcode {
    type Err = InvalidPostcode;

    /// Accepts exactly what the pattern of `MIAPPostCode` accepts: either case, the inner space
    /// optional, up to four trailing spaces.
    fn from_str(text: &str) -> Result<Self, InvalidPostcode> {
        let trimmed = text.trim_end_matches(' ');
        if text.len() > MAX_LENGTH || text.len() - trimmed.len() > MAX_TRAILING_SPACES {
            return Err(InvalidPostcode);
        }
        let upper = trimmed.to_ascii_uppercase();
        let parts = bfpo(&upper).or_else(|| civilian(&upper)).ok_or(InvalidPostcode)?;
        Ok(Self(format!("{} {}", parts.0, parts.1)))
    }
}

/// `BFPO ?[0-9]{1,4}`.
fn bfpo(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix("BFPO")?;
    let number = rest.strip_prefix(' ').unwrap_or(rest);
    let well_formed = (1..=4).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    well_formed.then_some(("BFPO", number))
}

/// `[A-Z]{1,2}[0-9R][0-9A-Z]? ?[0-9][ABD-HJLNP-UW-Z]{2}`.
fn civilian(text: &str) -> Option<(&str, &str)> {
    let (outward, inward) = text.split_at_checked(text.len().checked_sub(3)?)?;
    let outward = outward.strip_suffix(' ').unwrap_or(outward);
    let [digit, first, second] = inward.as_bytes() else { return None };
    let inward_letter = |b: &u8| b.is_ascii_uppercase() && !NOT_INWARD.contains(b);
    (digit.is_ascii_digit() && inward_letter(first) && inward_letter(second) && is_outward(outward.as_bytes()))
        .then_some((outward, inward))
}

fn is_outward(outward: &[u8]) -> bool {
    let district = |b: &u8| b.is_ascii_digit() || *b == b'R';
    match outward {
        [area, d] => area.is_ascii_uppercase() && district(d),
        [area, second, third] => {
            area.is_ascii_uppercase()
                && ((district(second) && third.is_ascii_alphanumeric())
                    || (second.is_ascii_uppercase() && district(third)))
        }
        [area, second, d, last] => {
            area.is_ascii_uppercase() && second.is_ascii_uppercase() && district(d) && last.is_ascii_alphanumeric()
        }
        _ => false,
    }
}

impl fmt::Display for Postcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Postcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Postcode(..)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;
    use regex::Regex;

    use super::*;

    /// The contract's pattern, as published.
    const PATTERN: &str = "^(?:[a-zA-Z]{1,2}[0-9rR][0-9a-zA-Z]? ?[0-9][abdefghjlnpqrstuwxyzABDEFGHJLNPQRSTUWXYZ]{2} ? ? ? ?|[bB][fF][pP][oO] ?[0-9]{1,4} ? ? ? ?)$";

    #[test]
    fn canonical_spacing_and_parts() {
        let spaced =
            |text: &str| text.parse::<Postcode>().map(|p| (p.as_str().to_owned(), p.outward().to_owned(), p.key()));
        let parts = |a: &str, b: &str, c: &str| Ok((a.to_owned(), b.to_owned(), c.to_owned()));
        assert_eq!(spaced("CV49EE"), parts("CV4 9EE", "CV4", "CV49EE"));
        assert_eq!(spaced("cv4 9ee "), parts("CV4 9EE", "CV4", "CV49EE"));
        assert_eq!(spaced("SW1A1AA"), parts("SW1A 1AA", "SW1A", "SW1A1AA"));
        assert_eq!(spaced("M1 1AE   "), parts("M1 1AE", "M1", "M11AE"));
        assert_eq!(spaced("gir0aa"), parts("GIR 0AA", "GIR", "GIR0AA"));
        assert_eq!(spaced("bfpo12"), parts("BFPO 12", "BFPO", "BFPO12"));
        for wrong in [
            "",
            " ",
            "CV4",
            "CV4  9EE",
            "CV4 9CE",
            "CV4 99E",
            " CV4 9EE",
            "1V4 9EE",
            "CVX 9EE",
            "BFPO",
            "BFPO 12345",
            "ABC1 9EE",
            "CV49EE     ",
            "É1 1AE",
        ] {
            assert_eq!(spaced(wrong), Err(InvalidPostcode), "{wrong:?}");
        }
    }

    proptest! {
        #[test]
        fn accepts_what_the_contract_accepts(text in "[a-zA-Z]{1,2}[0-9rR]?[0-9a-zA-Z]? {0,2}[0-9][a-zA-Z]{2} {0,5}|[bB][fF][pP][oO] ?[0-9]{0,5} {0,5}|.{0,9}") {
            let contract = Regex::new(PATTERN).unwrap().is_match(&text) && text.chars().count() <= 9;
            prop_assert_eq!(text.parse::<Postcode>().is_ok(), contract);
        }

        #[test]
        fn canonical_form_reads_back(text in "[A-Z]{1,2}[0-9][0-9A-Z]?[0-9][A-BD-HJLNP-UW-Z]{2}") {
            let postcode: Postcode = text.parse().unwrap();
            prop_assert_eq!(postcode.key(), text);
            prop_assert_eq!(postcode.as_str().parse::<Postcode>(), Ok(postcode));
        }
    }
}
