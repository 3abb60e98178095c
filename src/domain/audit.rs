//! The audit trail: what a call disclosed, and who saw a learning record (ViewAudit, rules.md 2.16).

use super::{Caller, Error, Service, codes};
use crate::model::{Permission, Uln};
use crate::store::Record;
use crate::store::audit;
pub use crate::store::audit::AuditLine;

/// Lines of one page (rules.md 2.16, our choice).
const PAGE_SIZE: i32 = 10;
/// A question about who saw a learning record.
#[derive(Clone, Copy)]
pub struct AuditQuery<'a> {
    /// The learner's number.
    pub uln: &'a str,
    /// Given name; it must be the learner's or similar.
    pub given_name: &'a str,
    /// Family name; it must be the learner's or similar.
    pub family_name: &'a str,
    /// The page, from 1; smaller numbers mean the first.
    pub page: i32,
}

/// One page of those who saw a record, newest first.
pub struct AuditPage {
    /// The lines.
    pub entries: Vec<AuditLine>,
    /// The number of pages.
    pub page_count: i32,
    /// This page, from 1.
    pub page_index: i32,
    /// Lines of a full page.
    pub page_size: i32,
    /// The number of lines of all pages.
    pub total_items: i32,
}

/// Who saw a learning record.
#[derive(Clone, Copy)]
pub struct Audit<'s>(pub(super) &'s Service);

impl Service {
    /// Queues the lines of the trail that say what a call did to whom; the call waits for them when it settles.
    pub(super) fn trail(&self, caller: &Caller<'_>, ulns: impl IntoIterator<Item = Option<Uln>>, outcome: &str) {
        let now = self.inner.clock.now();
        let entries = ulns.into_iter().map(|uln| caller.entry(now, uln, outcome)).collect();
        self.record(caller, Record { entries, ..Record::default() });
    }

    pub(super) fn record(&self, caller: &Caller<'_>, record: Record) {
        caller.call.keep(self.inner.store.add(record));
    }
}

impl Audit<'_> {
    /// ViewAudit: who saw the learner's record. A learner who is unknown, or whose names are others, gives an empty list (our choice).
    pub fn view(&self, caller: &Caller<'_>, query: &AuditQuery<'_>) -> Result<AuditPage, Error> {
        caller.require(Permission::ViewAudit)?;
        caller.call.must_be_able_to_block()?;
        self.0.may_look(caller)?;
        let page_index = query.page.max(1);
        let resolved =
            self.0.resolve(query.uln)?.filter(|found| found.names_agree(query.given_name, query.family_name));
        let Some(found) = resolved else {
            let uln: Option<Uln> = query.uln.parse().ok();
            self.0.missed(caller, usize::from(uln.is_some()));
            self.0.trail(caller, [uln], codes::NO_MATCH);
            return Ok(AuditPage {
                entries: Vec::new(),
                page_count: 0,
                page_index,
                page_size: PAGE_SIZE,
                total_items: 0,
            });
        };
        let ulns: Vec<Uln> = found.all_ulns().collect();
        let offset = i64::from(page_index - 1) * i64::from(PAGE_SIZE);
        self.0.inner.store.settle()?;
        let (total, entries) =
            self.0.inner.store.read(|store| audit::records_shown(store, &ulns, offset, i64::from(PAGE_SIZE)))?;
        self.0.trail(caller, [Some(found.learner.uln)], codes::FOUND);
        let total_items = i32::try_from(total).unwrap_or(i32::MAX);
        let page_count = total_items / PAGE_SIZE + i32::from(total_items % PAGE_SIZE > 0);
        Ok(AuditPage { entries, page_count, page_index, page_size: PAGE_SIZE, total_items })
    }
}
