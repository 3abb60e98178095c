//! The organisations of the demonstration and their passwords, which are public and for the demonstration alone.

/// UKPRN of the provider, a learner registration body.
pub const PROVIDER_UKPRN: &str = "TEST0038";
/// Organisation reference of the provider.
pub const PROVIDER_ORG_REF: &str = "TEST38";
/// Password of the provider.
pub const PROVIDER_PASSWORD: &str = "demo-provider-pw";
/// UKPRN of the awarding organisation.
pub const AWARDING_UKPRN: &str = "TEST0045";
/// Organisation reference of the awarding organisation.
pub const AWARDING_ORG_REF: &str = "TEST45";
/// Password of the awarding organisation.
pub const AWARDING_PASSWORD: &str = "demo-awarding-pw";
/// UKPRN of an organisation without any permission, with the provider's certificate.
pub const LIMITED_UKPRN: &str = "TEST0007";
/// Organisation reference of the organisation without any permission.
pub const LIMITED_ORG_REF: &str = "TEST07";
/// Password of the organisation without any permission.
pub const LIMITED_PASSWORD: &str = "demo-limited--pw";
