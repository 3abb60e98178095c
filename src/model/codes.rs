//! The closed code lists of the contract (rules.md 2.2): each value and its wire code.

mod event;
mod learner;

pub use event::{EventSource, EventStatus};
pub use learner::{AbilityToShare, Gender, LearnerStatus, TierLevel, VerificationType};

/// The text is not a code in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a code of the list {list}")]
pub struct UnknownCode {
    /// The list's name, e.g. `Gender`.
    pub list: &'static str,
}

/// Declares a code list: the enum, conversions to and from the wire code, and all values in order.
macro_rules! code_list {
    ($(#[$meta:meta])* $name:ident { $($(#[doc = $doc:literal])+ $variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[doc = $doc])+ $variant),+ }

        impl $name {
            /// All values of the list.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code, as sent and as stored.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// The meaning of the code, in a sentence.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+).trim_ascii()),+ }
            }
        }

        impl FromStr for $name {
            type Err = UnknownCode;

            fn from_str(code: &str) -> Result<Self, UnknownCode> {
                match code {
                    $($code => Ok(Self::$variant),)+
                    _ => Err(UnknownCode { list: stringify!($name) }),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.code())
            }
        }
    };
}
pub(super) use code_list;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_code_reads_back() {
        for value in Gender::ALL {
            assert_eq!(value.code().parse(), Ok(*value));
            assert_eq!(value.code(), value.number().to_string());
        }
        for value in VerificationType::ALL {
            assert_eq!(value.code().parse(), Ok(*value));
            assert_eq!(value.code(), value.number().to_string());
        }
        for value in TierLevel::ALL {
            assert_eq!(value.code().parse(), Ok(*value));
            assert_eq!(value.code(), value.number().to_string());
        }
        for value in AbilityToShare::ALL {
            assert_eq!(value.code().parse(), Ok(*value));
            assert_eq!(value.code(), value.number().to_string());
        }
        for value in LearnerStatus::ALL {
            assert_eq!(value.code().parse(), Ok(*value));
            assert_eq!(value.code(), value.number().to_string());
        }
        for value in EventSource::ALL {
            assert_eq!(value.code().parse(), Ok(*value));
        }
        for value in EventStatus::ALL {
            assert_eq!(value.code().parse(), Ok(*value));
        }
    }

    #[test]
    fn other_text_is_refused() {
        for text in ["", "3", "01", " 1", "M"] {
            assert_eq!(text.parse::<Gender>(), Err(UnknownCode { list: "Gender" }));
        }
        assert!("8".parse::<VerificationType>().is_err());
        assert!("ao".parse::<EventSource>().is_err());
    }

    #[test]
    fn tier_level_follows_the_verification_type() {
        let tiers: Vec<_> = VerificationType::ALL.iter().map(|v| v.tier_level().code()).collect();
        assert_eq!(tiers, ["0", "1", "2", "2", "2", "2", "1", "2", "1"]);
    }
}
