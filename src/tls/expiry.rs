//! Expiry of certificates and revocation lists, and the warnings for operators.

use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;

use super::Trust;
use crate::model::{Timestamp, london_day};

/// Operators are warned every day, from this long before expiry.
const AHEAD: TimeDelta = TimeDelta::days(60);
/// From this long before expiry, the warning is an error.
const URGENT: TimeDelta = TimeDelta::days(7);

/// What expires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item {
    /// The server's own certificate, or one above it in its file.
    Server,
    /// An authority whose client certificates are accepted.
    Authority,
    /// A revocation list, when its next update is due. It stays in use after that.
    List,
}

impl Item {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Server, Self::Authority, Self::List];

    /// The label in the metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Authority => "client_ca",
            Self::List => "revocation_list",
        }
    }
}

/// A certificate or list in use, and its expiry.
#[derive(Debug, Clone)]
pub struct Ending {
    /// Its kind.
    pub item: Item,
    /// When it expires.
    pub at: Timestamp,
    /// The subject of the certificate, or the issuer of the list.
    name: String,
    file: PathBuf,
}

/// A warning of an expiry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// One line, with the file and what to do.
    pub text: String,
    /// The same without the file, for people who are not on the machine.
    pub told: String,
    /// Whether it has expired or will within days.
    pub urgent: bool,
}

impl Ending {
    pub(super) fn of_certificate(item: Item, der: &[u8], file: &Path) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        let at = moment(certificate.validity().not_after.timestamp())?;
        Some(Self { item, at, name: certificate.subject().to_string(), file: file.to_owned() })
    }

    pub(super) fn of_list(next_update: i64, issuer: String, file: &Path) -> Option<Self> {
        Some(Self { item: Item::List, at: moment(next_update)?, name: issuer, file: file.to_owned() })
    }

    /// The warning due at a moment. Lists live for days or weeks, so only overdue ones get a
    /// warning.
    pub fn warning(&self, now: Timestamp) -> Option<Warning> {
        let left = self.at.signed_duration_since(now);
        let Self { item, at, name, file } = self;
        let (name, day) = (name.escape_debug(), london_day(*at));
        let over = left < TimeDelta::zero();
        let (what, then) = match item {
            Item::List if over => (
                format!("the revocation list of {name}"),
                format!("has been out of date since {day}: fetch the current one"),
            ),
            Item::List => return None,
            _ if left > AHEAD => return None,
            Item::Server => (format!("the server's certificate {name}"), format!("{}: renew it", ends(left, day))),
            Item::Authority => (
                format!("the certificate of authority {name}"),
                format!("{}: ask the authority for its new one", ends(left, day)),
            ),
        };
        let text = format!("{what} in {} {then}", file.display());
        let told = format!("{what} {then}");
        Some(Warning { text, told, urgent: *item != Item::List && left <= URGENT })
    }
}

fn moment(seconds: i64) -> Option<Timestamp> {
    Some(DateTime::from_timestamp(seconds, 0)?.naive_utc())
}

fn ends(left: TimeDelta, day: NaiveDate) -> String {
    if left < TimeDelta::zero() { format!("expired on {day}") } else { format!("expires {}, on {day}", ahead(left)) }
}

/// Hours below two days, then days.
fn ahead(left: TimeDelta) -> String {
    let hours = (left + TimeDelta::minutes(30)).num_hours();
    if hours < 48 { format!("in {hours} hours") } else { format!("in {} days", (hours + 12) / 24) }
}

/// When warnings were last logged: once a day, and again after every reload.
#[derive(Default)]
pub(super) struct Told(Option<(u64, NaiveDate)>);

impl Told {
    /// Logs the warnings that are due.
    pub(super) fn tell(&mut self, trust: &Trust) {
        let now = Utc::now().naive_utc();
        let present = Some((trust.generation(), now.date()));
        if self.0 == present {
            return;
        }
        self.0 = present;
        for Warning { text, urgent, .. } in trust.warnings(now) {
            if urgent { log::error!("{text}") } else { log::warn!("{text}") }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::pki::CertificateAuthority;

    fn told(item: Item, days: u32, later: TimeDelta) -> Option<Warning> {
        let authority = CertificateAuthority::create("Authority", 1).unwrap();
        let der = authority.issue_server(&["localhost"], days).unwrap();
        let ending = Ending::of_certificate(item, der.certificate_der(), Path::new("server.pem")).unwrap();
        ending.warning(Utc::now().naive_utc() + later)
    }

    #[test]
    fn warnings_become_urgent_as_expiry_nears() {
        assert_eq!(told(Item::Server, 61, TimeDelta::zero()), None);
        for (days, ahead, urgent) in
            [(60, "in 60 days", false), (30, "in 30 days", false), (7, "in 7 days", true), (1, "in 24 hours", true)]
        {
            let warning = told(Item::Server, days, TimeDelta::zero()).unwrap();
            assert!(
                warning.text.contains(&format!("CN=localhost in server.pem expires {ahead}, on ")),
                "{}",
                warning.text
            );
            assert_eq!(warning.urgent, urgent, "{}", warning.text);
            assert_eq!(warning.told, warning.text.replace(" in server.pem", ""));
        }
        let warning = told(Item::Authority, 1, TimeDelta::days(2)).unwrap();
        assert!(warning.urgent && warning.text.contains("expired on "), "{}", warning.text);
    }

    #[test]
    fn a_list_gives_a_warning_when_it_is_overdue() {
        let list = |next: TimeDelta| {
            let next = (Utc::now() + next).timestamp();
            let list = Ending::of_list(next, "CN=Authority".to_owned(), Path::new("list.crl")).unwrap();
            list.warning(Utc::now().naive_utc())
        };
        assert_eq!(list(TimeDelta::hours(1)), None);
        let late = list(TimeDelta::hours(-1)).unwrap();
        assert!(late.text.contains("CN=Authority in list.crl has been out of date since "), "{}", late.text);
    }
}
