//! Address and credentials of the caller: options or, if omitted, the environment, which `demo.env`
//! sets.

use clap::ValueEnum;
use std::path::PathBuf;

use super::failure::Failure;
use crate::client::{Client, Credentials};

/// The role of the caller, which decides the environment variables to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// A learner registration body: PROVIDER_CERT, PROVIDER_UKPRN, PROVIDER_ORGREF,
    /// PROVIDER_PASSWORD
    Provider,
    /// An awarding organisation: AO_CERT, AO_UKPRN, AO_ORGREF, AO_PASSWORD
    Awarding,
}

/// The caller's options. Those that are omitted are taken from the environment.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct CallerFlags {
    /// Role of the caller [default: provider]
    #[arg(long = "as", value_enum, value_name = "ROLE")]
    pub role: Option<Role>,
    /// Address of the service, such as https://localhost:8443 [environment: LRS_URL]
    #[arg(long)]
    pub url: Option<String>,
    /// PEM file of the authority that signed the server's certificate [environment: LRS_CA]
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// PEM file with the client certificate and its key [environment: PROVIDER_CERT or AO_CERT]
    #[arg(long, value_name = "FILE")]
    pub cert: Option<PathBuf>,
    /// The organisation's UKPRN [environment: PROVIDER_UKPRN or AO_UKPRN]
    #[arg(long, value_name = "UKPRN")]
    pub org_ukprn: Option<String>,
    /// The organisation's reference [environment: PROVIDER_ORGREF or AO_ORGREF]
    #[arg(long, value_name = "REF")]
    pub org_ref: Option<String>,
    /// The organisation's password; safer in the environment, because process lists show options
    /// [environment: PROVIDER_PASSWORD or AO_PASSWORD]
    #[arg(long, value_name = "PASSWORD")]
    pub org_password: Option<String>,
    /// The end user's name, for the service's audit trail [default: lrs call]
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,
}

impl Role {
    /// Prefix of the role's variables: `PROVIDER_CERT`, `AO_CERT`.
    const fn prefix(self) -> &'static str {
        match self {
            Role::Provider => "PROVIDER",
            Role::Awarding => "AO",
        }
    }

    /// A variable of the role, if it has a value.
    fn variable(self, name: &str, environment: &impl Fn(&str) -> Option<String>) -> Option<String> {
        environment(&format!("{}_{name}", self.prefix())).filter(|value| !value.is_empty())
    }

    /// The credentials of the role's organisation in the environment.
    pub fn credentials(self, environment: &impl Fn(&str) -> Option<String>) -> Credentials {
        Credentials {
            ukprn: self.variable("UKPRN", environment),
            org_ref: self.variable("ORGREF", environment),
            password: self.variable("PASSWORD", environment),
            user: None,
        }
    }
}

impl CallerFlags {
    /// Combines options and environment; options override. Address, authority and certificate are
    /// required.
    pub fn resolve(self, environment: impl Fn(&str) -> Option<String>) -> Result<Client, Failure> {
        let role = self.role.unwrap_or(Role::Provider);
        let known = role.credentials(&environment);
        let required = |flag: &str, variable: &str, value: Option<String>| {
            value.filter(|value| !value.is_empty()).ok_or_else(|| {
                Failure::Usage(format!(
                    "Give {flag}, or set {variable}. For the demo, run '. demo/demo.env' in this shell first."
                ))
            })
        };
        Ok(Client {
            url: required("--url", "LRS_URL", self.url.or_else(|| environment("LRS_URL")))?,
            ca: match self.ca {
                Some(file) => file,
                None => required("--ca", "LRS_CA", environment("LRS_CA"))?.into(),
            },
            cert: match self.cert {
                Some(file) => file,
                None => {
                    required("--cert", &format!("{}_CERT", role.prefix()), role.variable("CERT", &environment))?.into()
                }
            },
            credentials: Credentials {
                ukprn: self.org_ukprn.or(known.ukprn),
                org_ref: self.org_ref.or(known.org_ref),
                password: self.org_password.or(known.password),
                user: Some(self.user.unwrap_or_else(|| "lrs call".to_owned())),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

    fn demo(name: &str) -> Option<String> {
        let value = match name {
            "LRS_URL" => "https://localhost:8443",
            "LRS_CA" => "demo/pki/ca.pem",
            "PROVIDER_CERT" => "demo/pki/provider.pem",
            "PROVIDER_UKPRN" => "TEST0038",
            "PROVIDER_ORGREF" => "TEST38",
            "PROVIDER_PASSWORD" => "Synthetic-Pass16",
            "AO_CERT" => "demo/pki/awarding.pem",
            "AO_UKPRN" => "TEST0045",
            _ => return None,
        };
        Some(value.to_owned())
    }

    #[test]
    fn the_environment_fills_what_flags_leave_open() {
        let flags = CallerFlags { org_ukprn: Some("90000051".into()), ..CallerFlags::default() };
        let caller = flags.resolve(demo).unwrap();
        assert_eq!(caller.cert, PathBuf::from("demo/pki/provider.pem"));
        assert_eq!(caller.credentials.ukprn.as_deref(), Some("90000051"));
        assert_eq!(caller.credentials.org_ref.as_deref(), Some("TEST38"));
    }

    #[test]
    fn the_role_chooses_the_variables() {
        let caller = CallerFlags { role: Some(Role::Awarding), ..CallerFlags::default() }.resolve(demo).unwrap();
        assert_eq!(caller.cert, PathBuf::from("demo/pki/awarding.pem"));
        assert_eq!((caller.credentials.ukprn.as_deref(), caller.credentials.org_ref), (Some("TEST0045"), None));
    }

    #[test]
    fn a_missing_address_is_a_usage_error_that_names_flag_and_variable() {
        let Err(Failure::Usage(text)) = CallerFlags::default().resolve(|_| None) else {
            panic!("expected a usage error")
        };
        assert!(text.contains("--url") && text.contains("LRS_URL") && text.contains("demo.env"), "{text}");
    }
}
