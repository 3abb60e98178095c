//! The published patterns (rules.md 2.1, 5.3), each as a function over text. None accepts empty
//! text.

use std::sync::LazyLock;

use regex::Regex;

fn compiled(pattern: &str) -> Option<Regex> {
    Regex::new(&format!("^(?:{pattern})$")).ok()
}

static POSTCODE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compiled(
        "[a-zA-Z]{1,2}[0-9rR][0-9a-zA-Z]? ?[0-9][abdefghjlnpqrstuwxyzABDEFGHJLNPQRSTUWXYZ]{2} ? ? ? ?|[bB][fF][pP][oO] ?[0-9]{1,4} ? ? ? ?",
    )
});
static EMAIL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compiled(
        r"[a-zA-Z0-9!#$%'*+\-/=?^_`{|}~]+(\.[a-zA-Z0-9!#$%'*+\-/=?^_`{|}~]+)*@[a-zA-Z0-9][a-zA-Z0-9\-]{0,61}[a-zA-Z0-9](\.[a-zA-Z0-9][a-zA-Z0-9\-]{0,61}[a-zA-Z0-9])*\.[a-zA-Z]{2,6}",
    )
});
static UCI: LazyLock<Option<Regex>> = LazyLock::new(|| compiled("[0-9]{5}[0-9A-Z][0-9]{6}[A-HJ-NP-RT-Z0-9]"));
static UPN: LazyLock<Option<Regex>> = LazyLock::new(|| compiled("[A-HJ-NP-RT-Z][0-9]{11}[0-9A-HJ-NP-RT-Z]"));

fn matches(pattern: &LazyLock<Option<Regex>>, text: &str) -> bool {
    pattern.as_ref().is_some_and(|pattern| pattern.is_match(text))
}

/// Ten digits, the first not 0 (`MIAPULN`). The check digit is not part of the format.
pub fn is_uln_pattern(text: &str) -> bool {
    text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0')
}

/// A postcode (`MIAPPostCode`).
pub fn is_postcode(text: &str) -> bool {
    text.len() <= 9 && matches(&POSTCODE, text)
}

/// An e-mail address (`MIAPEmail`), including the quirks of the published pattern.
pub fn is_email(text: &str) -> bool {
    text.len() <= 254 && matches(&EMAIL, text)
}

/// A date `yyyy-MM-dd` (`MIAPDate`): years 1800 to 2099, months of the right length, 29 February if
/// the last two digits of the year are divisible by 4.
pub fn is_date(text: &str) -> bool {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text.as_bytes() else { return false };
    let digits = [y1, y2, y3, y4, m1, m2, d1, d2];
    if !digits.iter().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let two = |tens: &u8, ones: &u8| (tens - b'0') * 10 + (ones - b'0');
    let (century, year, month, day) = (two(y1, y2), two(y3, y4), two(m1, m2), two(d1, d2));
    let length = match month {
        2 if year % 4 == 0 => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    (18..=20).contains(&century) && (1..=length).contains(&day)
}

/// A unique candidate identifier (rules.md 5.3, our check).
pub fn is_uci(text: &str) -> bool {
    matches(&UCI, text)
}

/// A unique pupil number with a correct check letter: the sum of the digits weighted 2 to 13,
/// modulo 23. A temporary number ends in a letter, which counts as its position among the check
/// letters.
pub fn is_upn(text: &str) -> bool {
    const LETTERS: &[u8; 23] = b"ABCDEFGHJKLMNPQRTUVWXYZ";
    if !matches(&UPN, text) {
        return false;
    }
    let Some((check, rest)) = text.as_bytes().split_first() else { return false };
    let value = |byte: &u8| match byte {
        b'0'..=b'9' => Some(usize::from(byte - b'0')),
        letter => LETTERS.iter().position(|each| each == letter),
    };
    let sum: Option<usize> = rest.iter().zip(2..).map(|(byte, weight)| Some(value(byte)? * weight)).sum();
    sum.and_then(|sum| LETTERS.get(sum % 23)) == Some(check)
}

/// Whether a name is on one line: no line break or tab.
pub fn is_one_line(name: &str) -> bool {
    !name.contains(['\t', '\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for good in ["2008-02-29", "1900-02-29", "1800-01-01", "2099-12-31", "2007-04-30"] {
            assert!(is_date(good), "{good}");
        }
        for bad in [
            "",
            "2007-02-29",
            "1799-12-31",
            "2100-01-01",
            "2007-04-31",
            "2007-13-01",
            "2007-00-01",
            "2007-1-1",
            "20O7-01-01",
        ] {
            assert!(!is_date(bad), "{bad}");
        }
    }

    #[test]
    fn patterns_compile_and_hold() {
        for good in ["CV1 2WT", "cv12wt", "CV1 2WT  ", "BFPO 123", "W1A 1AA"] {
            assert!(is_postcode(good), "{good}");
        }
        for bad in ["", "CV1", "CV1 2CO", "CV1 2WT     ", "1V1 2WT"] {
            assert!(!is_postcode(bad), "{bad}");
        }
        assert!(is_email("a.b@example.org") && !is_email("a@b") && !is_email("a&b@example.org"));
        assert!(is_uci("123450123456A") && !is_uci("123450123456I"));
        assert!(is_uln_pattern("1000000000") && !is_uln_pattern("0000000042"));
    }

    #[test]
    fn the_check_letter_of_a_pupil_number() {
        // The digits weighted 2 to 12 are 0 and the last, weighted 13, is 1; letter 13 of the list
        // (from 0) is P.
        assert!(is_upn("P000000000001") && !is_upn("A000000000001"));
        assert!(is_upn("A000000000000"));
    }
}
