//! What a user did, from the audit trail, without naming any learner.

use chrono::TimeDelta;

use super::super::super::{Action, Error};
use super::super::outcome;
use super::Users;
use crate::model::Timestamp;
use crate::store::accounts::users;

/// Lines on a page (our choice).
const PAGE: i64 = 50;
/// How far back activity is shown (our choice).
const SHOWN: TimeDelta = TimeDelta::days(90);

/// A thing that a user did, or that was done with the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// When (UTC).
    pub at: Timestamp,
    /// What; `None` for an action of a later release.
    pub action: Option<Action>,
    /// The outcome, as in the trail: words, or a response code.
    pub outcome: String,
    /// Who did it, if it was somebody else.
    pub by: Option<String>,
}

/// A page of a user's activity, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivityPage {
    /// The lines.
    pub lines: Vec<Activity>,
    /// This page, from 1.
    pub page: i64,
    /// The number of pages, at least 1.
    pub pages: i64,
}

impl Users<'_> {
    /// A page of what a user did for the organisation in the last 90 days, and of sign-ins
    /// ([`Action::ViewUserActivity`]). `None` if the organisation has no such user.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn activity(&self, account_id: i32, page: i64) -> Result<Option<ActivityPage>, Error> {
        let inner = &self.accounts.0.inner;
        let (now, organisation_id) = (inner.clock.now(), self.organisation.id);
        let since = now.checked_sub_signed(SHOWN).unwrap_or(now);
        let page = page.clamp(1, i64::from(u16::MAX));
        inner.store.flush_trail()?;
        let found = inner.store.read(|store| {
            if users::user(store, organisation_id, account_id)?.is_none() {
                return Ok(None);
            }
            let offset = (page - 1) * PAGE;
            Ok(Some(users::activity(store, organisation_id, account_id, since, offset, PAGE)?))
        })?;
        let entry = self.entry(Action::ViewUserActivity, now, account_id, outcome::DONE);
        self.caller.call.keep(inner.store.record(vec![entry]));
        Ok(found.map(|(total, lines)| ActivityPage {
            lines: lines
                .into_iter()
                .map(|line| Activity {
                    at: line.at,
                    action: Action::of_line(&line.action),
                    outcome: line.outcome,
                    by: (line.account_id != Some(account_id)).then_some(line.user_name),
                })
                .collect(),
            page,
            pages: (total + PAGE - 1).max(PAGE) / PAGE,
        }))
    }
}
