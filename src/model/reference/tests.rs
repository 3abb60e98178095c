//! Numbers of qualifications and units: check characters and notations.

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
