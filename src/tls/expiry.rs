//! When what the files of `[tls]` hold ends, and how far ahead operators are told.

use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;

use super::Trust;
use crate::model::{Timestamp, london_day};

/// Operators are told so many days ahead, every day.
const AHEAD: TimeDelta = TimeDelta::days(60);
/// From so many days ahead on there is nothing more urgent.
const URGENT: TimeDelta = TimeDelta::days(7);

/// What ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item {
    /// The server's own certificate, or one of those above it in its file.
    Server,
    /// An authority whose client certificates are accepted.
    Authority,
    /// A revocation list: when the next one was due. It counts for longer.
    List,
}

impl Item {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Server, Self::Authority, Self::List];

    /// In one word, for the metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Authority => "client_ca",
            Self::List => "revocation_list",
        }
    }
}

/// A certificate or list in use, and when it ends.
#[derive(Debug, Clone)]
pub struct Ending {
    /// What it is.
    pub item: Item,
    /// The end.
    pub at: Timestamp,
    /// Subject of the certificate, or issuer of the list.
    name: String,
    file: PathBuf,
}

/// What operators are told of an end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// One line of text, with the file and what to do.
    pub text: String,
    /// Whether there are only days left, or none.
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

    /// What is to be told of it at a moment. Lists live for days or weeks, so that of them only a late one is worth a word.
    pub fn warning(&self, now: Timestamp) -> Option<Warning> {
        let left = self.at.signed_duration_since(now);
        let Self { item, at, name, file } = self;
        let (name, file, day) = (name.escape_debug(), file.display(), london_day(*at));
        let over = left < TimeDelta::zero();
        let text = match item {
            Item::List if over => {
                format!("the revocation list of {name} in {file} is out of date since {day}: fetch the next one")
            }
            Item::List => return None,
            _ if left > AHEAD => return None,
            Item::Server if over => format!("the server's certificate {name} in {file} ended on {day}: renew it"),
            Item::Server => {
                format!("the server's certificate {name} in {file} ends {}, on {day}: renew it", ahead(left))
            }
            Item::Authority if over => {
                format!("the authority {name} in {file} ended on {day}: ask it for its new certificate")
            }
            Item::Authority => {
                let ahead = ahead(left);
                format!("the authority {name} in {file} ends {ahead}, on {day}: ask it for its new certificate")
            }
        };
        Some(Warning { text, urgent: *item != Item::List && left <= URGENT })
    }
}

fn moment(seconds: i64) -> Option<Timestamp> {
    Some(DateTime::from_timestamp(seconds, 0)?.naive_utc())
}

/// Hours, where whole days would say too little.
fn ahead(left: TimeDelta) -> String {
    let hours = (left + TimeDelta::minutes(30)).num_hours();
    if hours < 48 { format!("in {hours} hours") } else { format!("in {} days", (hours + 12) / 24) }
}

/// What has been told, and when: each day once, and again after every change of the files.
#[derive(Default)]
pub(super) struct Told(Option<(u64, NaiveDate)>);

impl Told {
    /// Writes what is due into the log.
    pub(super) fn tell(&mut self, trust: &Trust) {
        let now = Utc::now().naive_utc();
        let present = Some((trust.generation(), now.date()));
        if self.0 == present {
            return;
        }
        self.0 = present;
        for Warning { text, urgent } in trust.warnings(now) {
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
    fn the_nearer_the_end_the_more_is_told() {
        assert_eq!(told(Item::Server, 61, TimeDelta::zero()), None);
        for (days, ahead, urgent) in
            [(60, "in 60 days", false), (30, "in 30 days", false), (7, "in 7 days", true), (1, "in 24 hours", true)]
        {
            let warning = told(Item::Server, days, TimeDelta::zero()).unwrap();
            assert!(
                warning.text.contains(&format!("CN=localhost in server.pem ends {ahead}, on ")),
                "{}",
                warning.text
            );
            assert_eq!(warning.urgent, urgent, "{}", warning.text);
        }
        let warning = told(Item::Authority, 1, TimeDelta::days(2)).unwrap();
        assert!(warning.urgent && warning.text.contains("ended on "), "{}", warning.text);
    }

    #[test]
    fn a_list_is_told_when_the_next_one_is_late() {
        let list = |next: TimeDelta| {
            let next = (Utc::now() + next).timestamp();
            let list = Ending::of_list(next, "CN=Authority".to_owned(), Path::new("list.crl")).unwrap();
            list.warning(Utc::now().naive_utc())
        };
        assert_eq!(list(TimeDelta::hours(1)), None);
        let late = list(TimeDelta::hours(-1)).unwrap();
        assert!(late.text.contains("CN=Authority in list.crl is out of date since "), "{}", late.text);
    }
}
