//! Tests of `model/uln.rs`.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use proptest::prelude::*;

use super::*;

/// The rule in its other form (rules.md 1.2): the sum of all ten digits with weights 10 to 1 is
/// 10 modulo 11.
fn full_sum_is_ten(text: &str) -> bool {
    let sum: u32 = text.bytes().zip((1..=10).rev()).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    sum % 11 == 10
}

#[test]
fn worked_examples() {
    let valid = [
        "9276308686",
        "1026893096",
        "6936002314",
        "4444599390",
        "1964986809",
        "8383558804",
        "7667649978",
        "1174112637",
        "1000000000",
        "1000000019",
        "1000000027",
        "1000000035",
        "1000000043",
        "1000000051",
        "1000000078",
        "1000000086",
        "1000000094",
        "1000000108",
    ];
    for text in valid {
        assert_eq!(text.parse::<Uln>().unwrap().as_str(), text);
    }
    let invalid = [
        "1026893097",
        "1234567890",
        "6666666666",
        "9999999999",
        "0123456789",
        "0000000042",
        "",
        "927630868",
        "92763086860",
        " 9276308686",
        "92763O8686",
    ];
    for text in invalid {
        assert_eq!(text.parse::<Uln>(), Err(InvalidUln), "{text}");
    }
    for last in 0..10 {
        assert_eq!(format!("100000006{last}").parse::<Uln>(), Err(InvalidUln));
    }
    assert_eq!(Uln::from_stem(100_000_006), None);
}

#[test]
fn first_ulns_in_order() {
    let first: Vec<String> = (100_000_000..).filter_map(Uln::from_stem).take(10).map(|uln| uln.to_string()).collect();
    assert_eq!(first[0], "1000000000");
    assert_eq!(first[6], "1000000078");
    assert_eq!(first[9], "1000000108");
}

#[test]
fn debug_shows_no_digit() {
    assert_eq!(format!("{:?}", Uln::from_stem(927_630_868).unwrap()), "Uln(..)");
}

proptest! {
    #[test]
    fn both_wordings_agree(text in "[1-9][0-9]{9}") {
        prop_assert_eq!(text.parse::<Uln>().is_ok(), full_sum_is_ten(&text));
    }

    #[test]
    fn a_stem_gives_a_valid_uln_or_none(stem in 0_u32..) {
        if let Some(uln) = Uln::from_stem(stem) {
            prop_assert!(uln.as_str().starts_with(&stem.to_string()));
            prop_assert_eq!(uln.as_str().parse::<Uln>(), Ok(uln));
        }
    }

    #[test]
    fn one_wrong_digit_is_noticed(stem in Uln::FIRST_STEM..=Uln::LAST_STEM, at in 0_usize..10, add in 1_u8..10) {
        if let Some(uln) = Uln::from_stem(stem) {
            let mut digits = uln.as_str().as_bytes().to_vec();
            digits[at] = b'0' + (digits[at] - b'0' + add) % 10;
            prop_assert!(String::from_utf8(digits).unwrap().parse::<Uln>().is_err());
        }
    }

    #[test]
    fn any_text_is_answered(text in ".*") {
        let _ = text.parse::<Uln>();
    }
}
