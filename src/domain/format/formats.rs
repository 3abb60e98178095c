//! How the value of a field must look.

use super::{Rule, has_nine_digits, is_email, is_nationality, is_postcode, is_uci, is_uln_pattern, is_upn, no_day};

/// What the text of a field must look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// At most this many characters.
    Text(usize),
    /// A name: at most 35 characters, on one line.
    Name,
    /// A ULN.
    Uln,
    /// A postcode.
    Postcode,
    /// A day of the years 1800 to 2099, `yyyy-MM-dd`.
    Day,
    /// An e-mail address.
    Email,
    /// One of these codes.
    Code(&'static [&'static str]),
    /// A country code of ISO 3166-1.
    Nationality,
    /// Nine digits.
    ScottishCandidateNumber,
    /// A unique candidate identifier.
    Uci,
    /// A unique pupil number.
    Upn,
}

/// The most characters of a name.
const NAME: usize = 35;

impl Format {
    /// The most characters that a text may have; `None` where the format says all.
    pub const fn longest(self) -> Option<usize> {
        match self {
            Self::Text(most) => Some(most),
            Self::Name => Some(NAME),
            Self::Postcode => Some(9),
            Self::Email => Some(254),
            Self::Nationality => Some(3),
            Self::Uci | Self::Upn => Some(13),
            Self::Uln | Self::Day | Self::Code(_) | Self::ScottishCandidateNumber => None,
        }
    }

    /// The rule that a text breaks by its length.
    pub fn too_long(self, text: &str) -> Option<Rule> {
        // A text never has more characters than bytes.
        let most = self.longest().filter(|most| text.len() > *most && text.chars().count() > *most)?;
        Some(Rule::MaxLength(most))
    }

    /// The rule that a text breaks. That a name stands on one line is left to the field.
    pub(super) fn broken(self, text: &str) -> Option<Rule> {
        let right = match self {
            Self::Text(_) | Self::Name => return self.too_long(text),
            Self::Day => return no_day(text),
            Self::Uln => is_uln_pattern(text),
            Self::Postcode => is_postcode(text),
            Self::Email => is_email(text),
            Self::Code(codes) => codes.contains(&text),
            Self::Nationality => is_nationality(text),
            Self::ScottishCandidateNumber => has_nine_digits(text),
            Self::Uci => is_uci(text),
            Self::Upn => is_upn(text),
        };
        (!right).then(|| if self == Self::Uln { Rule::UlnPattern } else { self.rule() })
    }

    /// The rule of the format as a whole.
    pub(super) const fn rule(self) -> Rule {
        match self {
            Self::Text(most) => Rule::MaxLength(most),
            Self::Name => Rule::MaxLength(NAME),
            Self::Uln => Rule::CheckDigit,
            Self::Postcode => Rule::Postcode,
            Self::Day => Rule::Date,
            Self::Email => Rule::Email,
            Self::Code(codes) => Rule::OneOf(codes),
            Self::Nationality => Rule::Nationality,
            Self::ScottishCandidateNumber => Rule::ScottishCandidateNumber,
            Self::Uci => Rule::Uci,
            Self::Upn => Rule::Upn,
        }
    }
}
