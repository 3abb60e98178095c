//! Converts reports of merged, unmerged and deleted ULNs to the messages of LearnerService.

use std::borrow::Cow;

use chrono::NaiveDate;

use crate::contract::learner_service::{
    ArrayOfDeletedULN, ArrayOfMergedULN, ArrayOfUnmergedULN, DeletedULN, DeletedULNsReportResp, MergedULN,
    MergedUnmergedULNsReportResp, UnmergedULN,
};
use crate::domain::{Caller, LinkReport, ReportedChange, ReportedDays, ReportedKinds};
use crate::model::{Learner, LinkKind};
use crate::soap::door::{Door, Refused};

impl Door<'_> {
    /// The report of these days. The contract lets one date through that no calendar has,
    /// 29 February 1900: a report of no days.
    pub(super) fn link_report(
        &self,
        caller: &Caller<'_>,
        kinds: ReportedKinds,
        from: &str,
        until: Option<&str>,
    ) -> Result<LinkReport, Refused> {
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        let (Some(from), Ok(until)) = (day(from), until.map(|text| day(text).ok_or(())).transpose()) else {
            return Ok(LinkReport::NoDays);
        };
        Ok(self.domain.linking().report(caller, kinds, ReportedDays { from, until })?)
    }
}

pub(super) fn merged_ulns<'a>(report: LinkReport) -> MergedUnmergedULNsReportResp<'a> {
    let (unmerged, merged): (Vec<_>, Vec<_>) =
        changes(report).into_iter().partition(|change| change.kind == LinkKind::Unmerge);
    let merged = merged.into_iter().map(|change| {
        let (master, own) = (text_of(change.master.as_ref()), text_of(Some(&change.learner)));
        MergedULN {
            master_uln: master.uln,
            master_family_name: master.family,
            master_given_name: master.given,
            master_date_of_birth: master.born,
            merged_uln: own.uln,
            merged_family_name: own.family,
            merged_given_name: own.given,
            merged_date_of_birth: own.born,
            merged_date: owned(change.day),
        }
    });
    let unmerged = unmerged.into_iter().map(|change| {
        let (master, own) = (text_of(change.master.as_ref()), text_of(Some(&change.learner)));
        UnmergedULN {
            master_uln: master.uln,
            master_family_name: master.family,
            master_given_name: master.given,
            master_date_of_birth: master.born,
            unmerged_uln: own.uln,
            unmerged_family_name: own.family,
            unmerged_given_name: own.given,
            unmerged_date_of_birth: own.born,
            unmerged_date: owned(change.day),
        }
    });
    MergedUnmergedULNsReportResp {
        response_code: None,
        merged_ulns: Some(ArrayOfMergedULN { merged_uln: merged.collect() }),
        unmerged_ulns: Some(ArrayOfUnmergedULN { unmerged_uln: unmerged.collect() }),
    }
}

pub(super) fn deleted_ulns<'a>(report: LinkReport) -> DeletedULNsReportResp<'a> {
    let deleted = changes(report)
        .into_iter()
        .map(|change| DeletedULN { uln: owned(change.learner.uln), deleted_date: owned(change.day) });
    DeletedULNsReportResp {
        response_code: None,
        deleted_ulns: Some(ArrayOfDeletedULN { deleted_uln: deleted.collect() }),
    }
}

fn changes(report: LinkReport) -> Vec<ReportedChange> {
    match report {
        LinkReport::Changes(changes) => changes,
        LinkReport::Nothing | LinkReport::NoDays => Vec::new(),
    }
}

/// What a report has of a learner.
#[derive(Default)]
struct Texts<'a> {
    uln: Option<Cow<'a, str>>,
    family: Option<Cow<'a, str>>,
    given: Option<Cow<'a, str>>,
    born: Option<Cow<'a, str>>,
}

fn text_of<'a>(learner: Option<&Learner>) -> Texts<'a> {
    learner.map_or_else(Texts::default, |learner| Texts {
        uln: owned(learner.uln),
        family: owned(&learner.names.family),
        given: owned(&learner.names.given),
        born: owned(learner.birth.date),
    })
}

fn owned<'a>(text: impl ToString) -> Option<Cow<'a, str>> {
    Some(Cow::Owned(text.to_string()))
}
