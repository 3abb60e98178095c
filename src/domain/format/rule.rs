//! The rules that a field can break: wording and advice.

/// A rule that a field can break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// The field must be filled.
    Mandatory,
    /// At most this many characters.
    MaxLength(usize),
    /// No line breaks or tabs.
    OneLine,
    /// Ten digits, the first not 0.
    UlnPattern,
    /// A check digit that belongs to the number.
    CheckDigit,
    /// No control characters but tabs and line breaks.
    ControlCharacters,
    /// A date `yyyy-MM-dd` from 1800 to 2099.
    Date,
    /// A date that exists. Broken by a well-formed one such as 2006-02-30.
    DayOfCalendar,
    /// A year from 1800 to 2099. Broken by a well-formed date that exists.
    YearOfDate,
    /// A postcode.
    Postcode,
    /// An e-mail address.
    Email,
    /// One of these codes.
    OneOf(&'static [&'static str]),
    /// Nine digits.
    ScottishCandidateNumber,
    /// An ISO 3166-1 country, three letters (our choice, rules.md 2.2).
    Nationality,
    /// Required because the verification type is 999.
    DescriptionOfOther,
    /// A unique candidate identifier.
    Uci,
    /// A unique pupil number with a correct check letter.
    Upn,
    /// Eight letters or digits.
    Ukprn,
    /// A qualification number with a correct check character, or a unit number.
    Reference,
    /// Required when a qualification is created or updated.
    GradeOfQualification,
    /// Required when an achievement is withdrawn or reinstated.
    ReasonOfAction,
}

impl Rule {
    /// The rule in words.
    pub fn text(self) -> String {
        match self {
            Self::Mandatory => "must not be empty".to_owned(),
            Self::MaxLength(most) => format!("has at most {most} characters"),
            Self::OneLine => "stands on one line, without tabs".to_owned(),
            Self::UlnPattern => "has ten digits, the first of them not 0".to_owned(),
            Self::CheckDigit => "has the check digit that belongs to it".to_owned(),
            Self::ControlCharacters => "has no control characters".to_owned(),
            Self::Date => "is a date yyyy-mm-dd of the years 1800 to 2099".to_owned(),
            Self::DayOfCalendar => "is a day of the calendar".to_owned(),
            Self::YearOfDate => "is a date of the years 1800 to 2099".to_owned(),
            Self::Postcode => "is a postcode".to_owned(),
            Self::Email => "is an e-mail address".to_owned(),
            Self::OneOf(codes) => format!("is one of {}", codes.join(", ")),
            Self::ScottishCandidateNumber => "has nine digits".to_owned(),
            Self::Nationality => "is a country code of three letters (ISO 3166-1)".to_owned(),
            Self::DescriptionOfOther => "must not be empty when VerificationType is 999".to_owned(),
            Self::Uci => "is a unique candidate identifier: 13 characters".to_owned(),
            Self::Upn => "is a unique pupil number: a letter, 11 digits, a digit or letter, and the check letter fits".to_owned(),
            Self::Ukprn => "has eight letters or digits".to_owned(),
            Self::Reference => {
                "is a qualification number such as 600/1166/X, whose last character fits, or a unit number such as K/501/5773".to_owned()
            }
            Self::GradeOfQualification => "must not be empty where a qualification is created or updated".to_owned(),
            Self::ReasonOfAction => "must not be empty where an achievement is withdrawn or reinstated".to_owned(),
        }
    }

    /// The rule as a demand: "must have at most 35 characters".
    pub fn requirement(self) -> String {
        let text = self.text();
        match text.split_once(' ') {
            Some(("has", rest)) => format!("must have {rest}"),
            Some(("is", rest)) => format!("must be {rest}"),
            Some(("stands", rest)) => format!("must stand {rest}"),
            _ => text,
        }
    }

    /// What to do about it.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::Mandatory => "Fill it in.",
            Self::MaxLength(_) => "Shorten it.",
            Self::OneLine => "Write a space instead of the line break or tab, or delete it.",
            Self::UlnPattern => {
                "Copy the number again from its source. For a registration it may be empty: the learner is then searched by details."
            }
            Self::Date => {
                "Write year, month and day with hyphens, for example 2008-03-31. Spreadsheets change dates: format the column as text."
            }
            Self::DayOfCalendar => "There is no such day: check the month, which comes second, and the day.",
            Self::YearOfDate => "Check the year.",
            Self::CheckDigit => "Copy the number again from its source.",
            Self::ControlCharacters => "Delete what cannot be seen, or write the text again.",
            Self::Postcode => "Write the whole postcode, for example CV1 2WT.",
            Self::Email => "Correct the address, or leave it empty.",
            Self::OneOf(_) => "Use one of the codes, without further characters.",
            Self::ScottishCandidateNumber => {
                "Correct the number, or leave it empty. Spreadsheets drop leading zeros: format the column as text."
            }
            Self::Nationality => "Use the code of three letters, for example GBR, or leave it empty.",
            Self::DescriptionOfOther => "Say what was seen, or use another verification type.",
            Self::Uci | Self::Upn => "Copy the identifier again from its source, or leave it empty.",
            Self::Ukprn => "Fill in the UKPRN of the provider.",
            Self::Reference => "Copy the number again from its source, with or without slashes.",
            Self::GradeOfQualification => "Fill in the grade as the catalogue spells it.",
            Self::ReasonOfAction => "Say why.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_can_be_demanded() {
        for rule in [Rule::Mandatory, Rule::MaxLength(35), Rule::OneLine, Rule::CheckDigit, Rule::Date, Rule::Upn] {
            assert!(rule.requirement().starts_with("must "), "{}", rule.requirement());
        }
    }
}
