//! Puts the caller's credentials into whichever fields an operation has for them.

use super::fields::{self, Field};
use crate::contract::Element;

/// The credentials of a caller, as far as they are known.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Credentials {
    /// The organisation's UKPRN.
    pub ukprn: Option<String>,
    /// Its reference.
    pub org_ref: Option<String>,
    /// Its password.
    pub password: Option<String>,
    /// The end user's name.
    pub user: Option<String>,
}

impl Credentials {
    /// Adds the credentials to every credential field of the operation that the user did not fill.
    ///
    /// The fields are those of the contracts: the header of LearnerService, `invokingOrganisation`
    /// of LearnerServiceR9 in its two shapes, `invokingUser` of ExternalService (rules.md 2.0).
    pub fn fill(&self, root: &'static Element, given: &mut Vec<Field>) {
        let ukprn = self.ukprn.as_deref();
        let org_ref = self.org_ref.as_deref();
        let password = self.password.as_deref();
        let user = self.user.as_deref();
        let places = [
            ("OrganisationRef", org_ref),
            ("UKPRN", ukprn),
            ("OrgPassword", password),
            ("UserName", user),
            ("invokingOrganisation.OrganisationRef", org_ref),
            ("invokingOrganisation.Reference", org_ref),
            ("invokingOrganisation.Password", password),
            ("invokingOrganisation.Ukprn", ukprn),
            ("invokingOrganisation.Username", user),
            ("invokingUser.OrgPassword", password),
            ("invokingUser.OrganisationRef", org_ref),
            ("invokingUser.UserName", user),
        ];
        for (dotted, value) in places {
            if let Some(value) = value {
                supply(root, given, Field::new(dotted, value));
            }
        }
    }
}

/// Fills in values that nearly every call has, unless given: whole records, an organisation's user,
/// English.
pub fn fill_usual_values(root: &'static Element, given: &mut Vec<Field>) {
    let usual = [
        ("FindType", "FUL"),
        ("findType", "FUL"),
        ("getType", "FULL"),
        ("userType", "ORG"),
        ("vendorID", "1"),
        ("vendorId", "1"),
        ("language", "ENG"),
    ];
    for (name, value) in usual {
        supply(root, given, Field::new(name, value));
    }
}

fn supply(root: &'static Element, given: &mut Vec<Field>, field: Field) {
    let already = given.iter().any(|other| other.path == field.path);
    if !already && fields::exists(root, &field.path) {
        given.push(field);
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample_contract::{EVENTS, REGISTER};
    use super::*;

    fn credentials() -> Credentials {
        let known = |text: &str| Some(text.to_owned());
        Credentials {
            ukprn: known("TEST0038"),
            org_ref: known("TEST38"),
            password: known("Synthetic-Pass16"),
            user: known("lrs call"),
        }
    }

    #[test]
    fn credentials_go_where_the_operation_has_them_and_never_over_a_given_field() {
        let credentials = credentials();
        let mut fields = vec![Field::new("OrgPassword", "wrong-on-purpose")];
        credentials.fill(&REGISTER, &mut fields);
        assert_eq!(
            fields,
            [
                Field::new("OrgPassword", "wrong-on-purpose"),
                Field::new("OrganisationRef", "TEST38"),
                Field::new("UKPRN", "TEST0038"),
                Field::new("UserName", "lrs call"),
            ]
        );

        let mut fields = Vec::new();
        credentials.fill(&EVENTS, &mut fields);
        fill_usual_values(&EVENTS, &mut fields);
        assert_eq!(
            fields,
            [
                Field::new("invokingOrganisation.OrganisationRef", "TEST38"),
                Field::new("invokingOrganisation.Password", "Synthetic-Pass16"),
                Field::new("invokingOrganisation.Ukprn", "TEST0038"),
                Field::new("invokingOrganisation.Username", "lrs call"),
                Field::new("getType", "FULL"),
            ]
        );
    }
}
