//! Organisations and the two numbers that identify them.

use std::fmt;
use std::str::FromStr;

use super::Permissions;

/// Declares an identifier with a fixed number of ASCII letters and digits, stored in upper case.
macro_rules! identifier {
    ($(#[$meta:meta])* $name:ident, $error:ident, $length:literal, $message:literal) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $length]);

        #[doc = concat!("The text is not ", $message, ".")]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
        #[error($message)]
        pub struct $error;

        impl $name {
            /// The characters, in upper case.
            pub fn as_str(&self) -> &str {
                std::str::from_utf8(&self.0).unwrap_or_default()
            }
        }

        impl FromStr for $name {
            type Err = $error;

            fn from_str(text: &str) -> Result<Self, $error> {
                let mut bytes: [u8; $length] = text.as_bytes().try_into().map_err(|_| $error)?;
                if !bytes.iter().all(u8::is_ascii_alphanumeric) {
                    return Err($error);
                }
                bytes.make_ascii_uppercase();
                Ok(Self(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.as_str())
            }
        }
    };
}

identifier! {
    /// UK provider reference number: eight letters or digits (`MIAPUKPRN`, rules.md 2.1; test
    /// systems use letters).
    Ukprn, InvalidUkprn, 8, "a UKPRN of eight letters or digits"
}

identifier! {
    /// Organisation reference: six letters or digits (`MIAPOrganisationRef`, rules.md 2.1).
    OrgRef, InvalidOrgRef, 6, "an organisation reference of six letters or digits"
}

/// An organisation that may use the service.
#[derive(Clone, PartialEq, Eq)]
pub struct Organisation {
    /// The internal number; 0 before the organisation is stored.
    pub id: i32,
    /// UK provider reference number.
    pub ukprn: Ukprn,
    /// Organisation reference.
    pub org_ref: OrgRef,
    /// Name.
    pub name: String,
    /// Whether it is a learner registration body (LRB).
    pub learner_registration_body: bool,
    /// Whether it is an awarding organisation (AO).
    pub awarding_organisation: bool,
    /// Whether it may call the service at all.
    pub active: bool,
    /// What it is allowed to do.
    pub permissions: Permissions,
    /// The argon2id hash of the organisation's password in PHC form; without it nobody can sign in.
    pub password_hash: Option<String>,
}

impl fmt::Debug for Organisation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Organisation")
            .field("id", &self.id)
            .field("ukprn", &self.ukprn)
            .field("org_ref", &self.org_ref)
            .field("active", &self.active)
            .field("permissions", &self.permissions)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_upper_case_and_of_fixed_length() {
        assert_eq!("test0038".parse::<Ukprn>().map(|u| u.to_string()), Ok("TEST0038".to_owned()));
        assert_eq!("TEST38".parse::<OrgRef>().map(|r| r.to_string()), Ok("TEST38".to_owned()));
        for wrong in ["", "TEST003", "TEST00388", "TEST 038", "TEST003é"] {
            assert_eq!(wrong.parse::<Ukprn>(), Err(InvalidUkprn));
        }
        assert_eq!("TEST3-".parse::<OrgRef>(), Err(InvalidOrgRef));
    }
}
