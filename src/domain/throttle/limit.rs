//! The limits on the load of one organisation or certificate: their names, and what a refused
//! caller is told.

/// What a call went beyond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Limit {
    /// Calls per second of an organisation.
    RateOfOrganisation,
    /// Calls per second of a certificate.
    RateOfCertificate,
    /// Calls at once of an organisation.
    AtOnceOfOrganisation,
    /// Calls at once of a certificate.
    AtOnceOfCertificate,
    /// Calls at once of all organisations, where the caller's has several.
    AtOnce,
    /// Unfinished batches of an organisation.
    BatchesOfOrganisation,
    /// Unfinished batches of a certificate.
    BatchesOfCertificate,
}

impl Limit {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::RateOfOrganisation,
        Self::RateOfCertificate,
        Self::AtOnceOfOrganisation,
        Self::AtOnceOfCertificate,
        Self::AtOnce,
        Self::BatchesOfOrganisation,
        Self::BatchesOfCertificate,
    ];

    /// Its name in metrics, and the setting that it stands for.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RateOfOrganisation => "calls_per_second_by_organisation",
            Self::RateOfCertificate => "calls_per_second_by_certificate",
            Self::AtOnceOfOrganisation => "calls_at_once_by_organisation",
            Self::AtOnceOfCertificate => "calls_at_once_by_certificate",
            Self::AtOnce => "calls_at_once",
            Self::BatchesOfOrganisation => "open_each",
            Self::BatchesOfCertificate => "open_by_certificate",
        }
    }

    /// What there was too much of, in the audit trail and for people.
    pub const fn text(self) -> &'static str {
        match self {
            Self::RateOfOrganisation => "too many calls a second",
            Self::RateOfCertificate => "too many calls a second with one certificate",
            Self::AtOnceOfOrganisation => "too many calls at once",
            Self::AtOnceOfCertificate => "too many calls at once with one certificate",
            Self::AtOnce => "too many calls at once in all",
            Self::BatchesOfOrganisation => "too many unfinished batches",
            Self::BatchesOfCertificate => "too many unfinished batches with one certificate",
        }
    }

    /// A sentence for the caller.
    pub(in crate::domain) const fn why(self) -> &'static str {
        match self {
            Self::RateOfOrganisation => "Your organisation makes too many calls a second.",
            Self::RateOfCertificate => "Too many calls a second are made with this certificate.",
            Self::AtOnceOfOrganisation => "Your organisation makes too many calls at once.",
            Self::AtOnceOfCertificate => "Too many calls at once are made with this certificate.",
            Self::AtOnce => "The service has too many calls at once.",
            Self::BatchesOfOrganisation => "Your organisation has too many batches that are not finished yet.",
            Self::BatchesOfCertificate => {
                "Too many batches that were submitted with this certificate are not finished yet."
            }
        }
    }

    /// Its place among all of them.
    pub(super) fn index(self) -> usize {
        Self::ALL.iter().position(|each| *each == self).unwrap_or_default()
    }
}
