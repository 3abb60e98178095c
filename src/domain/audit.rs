//! The audit trail: what a call disclosed, and who saw a learning record (ViewAudit, rules.md
//! 2.16).

use super::caller::Party;
use super::{Action, Caller, Error, Service, codes};
use crate::model::{AuditEntry, Door, Permission, Timestamp, Uln};
use crate::store::audit;
pub use crate::store::audit::AuditLine;

/// Lines per page (rules.md 2.16, our choice).
const PAGE_SIZE: i32 = 10;
/// The name of the service's operators in the trail.
const OPERATOR: &str = "Operator";

/// A query for who saw a learning record.
#[derive(Clone, Copy)]
pub struct AuditQuery<'a> {
    /// The learner's ULN.
    pub uln: &'a str,
    /// Given name; it must equal the learner's or be similar.
    pub given_name: &'a str,
    /// Family name; it must equal the learner's or be similar.
    pub family_name: &'a str,
    /// The page, from 1; smaller numbers mean the first.
    pub page: i32,
}

/// A page of those who saw a learning record, newest first.
pub struct AuditPage {
    /// The lines.
    pub entries: Vec<AuditLine>,
    /// The number of pages.
    pub page_count: i32,
    /// This page, from 1.
    pub page_index: i32,
    /// The number of lines on a full page.
    pub page_size: i32,
    /// The number of lines on all pages.
    pub total_items: i32,
}

/// Who saw a learning record.
#[derive(Clone, Copy)]
pub struct Audit<'s>(pub(super) &'s Service);

impl Party<'_> {
    /// Builds an audit line for this party. All audit lines are built here.
    pub(super) fn line(
        &self,
        door: Door,
        action: Action,
        at: Timestamp,
        uln: Option<Uln>,
        outcome: &str,
    ) -> AuditEntry {
        let (organisation_id, organisation_ref, organisation_name) = match self {
            Party::Program { organisation, .. }
            | Party::User { organisation, .. }
            | Party::Worker { organisation, .. } => {
                (Some(organisation.id), organisation.ukprn.as_str(), organisation.name.as_str())
            }
            Party::Operator { .. } => (None, "", OPERATOR),
            Party::Stranger { claimed, .. } => (None, *claimed, ""),
            Party::Holder { .. } | Party::Visitor => (None, "", ""),
        };
        AuditEntry {
            at,
            organisation_id,
            organisation_ref: organisation_ref.to_owned(),
            organisation_name: organisation_name.to_owned(),
            user_name: self.user_name().to_owned(),
            certificate: self.certificate(),
            door,
            action: action.text().into(),
            uln,
            outcome: outcome.to_owned(),
            record_shown: false,
            account_id: self.account().map(|account| account.id),
            about_account_id: None,
        }
    }
}

impl Audit<'_> {
    /// ViewAudit: who saw the learning record. For an unknown learner, or names that differ, the
    /// list is empty (our choice).
    pub fn view(&self, caller: &Caller<'_>, query: &AuditQuery<'_>) -> Result<AuditPage, Error> {
        caller.require(Permission::ViewAudit)?;
        caller.call.must_be_able_to_block()?;
        self.0.may_look(caller)?;
        let uln: Option<Uln> = query.uln.parse().ok();
        let resolved = self.0.resolve(uln)?.filter(|found| found.names_agree(query.given_name, query.family_name));
        let Some(found) = resolved else {
            self.0.missed(caller, usize::from(uln.is_some()));
            caller.trail([uln], codes::NO_MATCH);
            return Ok(AuditPage::empty(query.page));
        };
        self.page(caller, found.learner.uln, &found.all_ulns().collect::<Vec<_>>(), query.page)
    }

    /// Who saw the learning record of a learner whom this person found, registered or verified in
    /// the same session: the ULN must not be one that was typed. The list is empty if the learner
    /// is not there any more.
    pub fn view_known(&self, caller: &Caller<'_>, uln: Uln, page: i32) -> Result<AuditPage, Error> {
        caller.require(Permission::ViewAudit)?;
        caller.call.must_be_able_to_block()?;
        let Some(found) = self.0.resolve(Some(uln))? else {
            caller.trail([Some(uln)], codes::NO_MATCH);
            return Ok(AuditPage::empty(page));
        };
        self.page(caller, found.learner.uln, &found.all_ulns().collect::<Vec<_>>(), page)
    }

    /// A page of the lines about any of the learner's ULNs.
    fn page(&self, caller: &Caller<'_>, uln: Uln, ulns: &[Uln], page: i32) -> Result<AuditPage, Error> {
        let page_index = page.max(1);
        let offset = i64::from(page_index - 1) * i64::from(PAGE_SIZE);
        self.0.inner.store.flush_trail()?;
        let (total, entries) =
            self.0.inner.store.read(|store| audit::records_shown(store, ulns, offset, i64::from(PAGE_SIZE)))?;
        caller.trail([Some(uln)], codes::FOUND);
        let total_items = i32::try_from(total).unwrap_or(i32::MAX);
        let page_count = total_items / PAGE_SIZE + i32::from(total_items % PAGE_SIZE > 0);
        Ok(AuditPage { entries, page_count, page_index, page_size: PAGE_SIZE, total_items })
    }
}

impl AuditPage {
    fn empty(page: i32) -> Self {
        Self { entries: Vec::new(), page_count: 0, page_index: page.max(1), page_size: PAGE_SIZE, total_items: 0 }
    }
}
