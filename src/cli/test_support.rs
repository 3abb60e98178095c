//! Services for tests of batches: on each database, with one who registers learners and one who awards.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use chrono::{NaiveDate, TimeDelta};

use crate::domain::jobs::Step;
use crate::domain::{Call, Caller, Claim, Clock, MissLimits, NewOrganisation, RuleSettings, Service};
use crate::model::{Door, Fingerprint, Peer, Timestamp};
use crate::store::test_support::{TestStore, each_store};

/// Who registers and verifies learners.
pub(super) const PROVIDER: &str = "TEST0038";
/// Who awards.
pub(super) const AWARDING: &str = "TEST0045";
pub(super) const PASSWORD: &str = "synthetic-passwd";

/// The moment at which every service stands still.
pub(super) fn noon() -> Timestamp {
    NaiveDate::from_ymd_opt(2025, 7, 31).unwrap().and_hms_opt(12, 0, 0).unwrap()
}

pub(super) fn peer() -> Peer {
    Peer {
        fingerprint: Fingerprint::of_der(b"files"),
        subject: "CN=files".to_owned(),
        not_after: noon() + TimeDelta::days(365),
    }
}

/// A service for each database, its register empty, with its store.
pub(super) fn services() -> Vec<(Service, TestStore)> {
    // Time stands still, and many batches are submitted in it.
    let miss_limits = MissLimits { misses_per_hour: 0, failed_verifications_per_minute: 0, batch_records_per_hour: 0 };
    let rules = RuleSettings { miss_limits, ..RuleSettings::default() };
    let service = |stored: TestStore| {
        let service = Service::new(stored.store.clone(), rules.clone(), Clock::set_to(noon()));
        for (ukprn, org_ref, provider) in [(PROVIDER, "TEST38", true), (AWARDING, "TEST45", false)] {
            let new = NewOrganisation {
                ukprn: ukprn.parse().unwrap(),
                org_ref: org_ref.parse().unwrap(),
                name: "Synthetic",
                learner_registration_body: provider,
                awarding_organisation: !provider,
                permissions: None,
                password: Some(PASSWORD),
            };
            let administration = service.administration("test");
            administration.add_organisation(&new).unwrap();
            administration.register_certificate(ukprn.parse().unwrap(), &peer()).unwrap();
        }
        (service, stored)
    };
    each_store().into_iter().map(service).collect()
}

/// One settled call of an organisation, by the door of files.
pub(super) fn call<T>(service: &Service, ukprn: &str, body: impl FnOnce(&Caller<'_>) -> T) -> T {
    let call = Call::new(Door::File, "test", true);
    let peer = peer();
    let claim = Claim { peer: Some(&peer), ukprn: Some(ukprn), org_ref: None, password: PASSWORD, user_name: "test" };
    let outcome = body(&service.organisations().authenticate(&call, &claim).unwrap());
    call.settle_blocking().unwrap();
    outcome
}

/// Does every job that waits, in chunks of so many records.
pub(super) fn work(service: &Service, chunk: usize) {
    while let Some(mut job) = service.claim_job("test", Duration::from_secs(30)).unwrap() {
        while let Step::Done(..) = job.step(chunk).unwrap() {}
    }
}
