//! Super users are told by e-mail before a certificate of their organisation ends: 60, 30 and 7
//! days ahead, once each (our choice).

use chrono::TimeDelta;

use super::outbox::tell;
use super::{Error, Role, Roles, Service};
use crate::model::{MessageKind, Timestamp};
use crate::store::{StoreError, Transaction, accounts, organisations as rows};

/// When they are told, in days ahead of the end, the last warning first.
const WARNINGS: [(i32, MessageKind); 3] = [
    (7, MessageKind::CertificateEndsIn7),
    (30, MessageKind::CertificateEndsIn30),
    (60, MessageKind::CertificateEndsIn60),
];

impl Service {
    /// Tells the super users whose certificates end soon, if they were not told before, by this
    /// node or another. Returns the number of messages. Runs on a thread that may block.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn warn_of_certificates(&self) -> Result<usize, Error> {
        let (store, now) = (&self.inner.store, self.inner.clock.now());
        let mut messages = 0;
        for row in store.read(rows::all_certificates)? {
            let Some((days, kind)) = due(&row, now) else { continue };
            messages += store.write(move |store| {
                // Another node may have been quicker.
                if !rows::note_warning(store, row.fingerprint, days)? {
                    return Ok(0);
                }
                row.organisations.iter().map(|id| tell_super_users(store, *id, kind, now)).sum()
            })?;
        }
        Ok(messages)
    }
}

/// The warning that is due about a certificate.
fn due(row: &rows::Certificate, now: Timestamp) -> Option<(i32, MessageKind)> {
    let left = row.not_after.signed_duration_since(now);
    if row.revoked_at.is_some() || left <= TimeDelta::zero() {
        return None;
    }
    let (days, kind) = WARNINGS.into_iter().find(|(days, _)| left <= TimeDelta::days(i64::from(*days)))?;
    row.warned_days.is_none_or(|warned| warned > days).then_some((days, kind))
}

fn tell_super_users(
    store: &mut Transaction<'_>,
    organisation: i32,
    kind: MessageKind,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let name = rows::all(store)?.into_iter().find(|each| each.id == organisation).map(|each| each.name);
    let mut messages = 0;
    for (account, membership) in accounts::users::of_organisation(store, organisation)? {
        let roles: Roles = membership.roles.parse().unwrap_or_default();
        if roles.contains(Role::SuperUser) && !membership.suspended && account.password_hash.is_some() {
            tell(store, &account, kind, name.as_deref(), None, now)?;
            messages += 1;
        }
    }
    Ok(messages)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::model::Fingerprint;
    use crate::test_world::noon;

    #[test]
    fn each_warning_is_due_once_and_none_after_the_end() {
        let row = |days: i64, warned_days| rows::Certificate {
            fingerprint: Fingerprint::of_der(b"synthetic"),
            subject: String::new(),
            not_after: noon() + TimeDelta::days(days),
            registered_at: noon(),
            revoked_at: None,
            warned_days,
            organisations: Vec::new(),
        };
        let due = |days, warned| super::due(&row(days, warned), noon()).map(|(days, _)| days);
        let cases =
            [(61, None), (60, None), (31, Some(60)), (30, Some(60)), (8, Some(30)), (7, Some(30)), (1, Some(7))];
        assert_eq!(
            cases.map(|(days, warned)| due(days, warned)),
            [None, Some(60), None, Some(30), None, Some(7), None]
        );
        assert_eq!(due(5, None), Some(7), "one that was registered late gets the last warning alone");
        assert_eq!(due(0, None), None);
        let revoked = rows::Certificate { revoked_at: Some(noon()), ..row(5, None) };
        assert_eq!(super::due(&revoked, noon()), None);
    }
}
