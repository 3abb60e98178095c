//! The world of the unit tests: on each database a service with a provider and an awarding
//! organisation, their common peer, and a clock that stands at noon. All people and organisations
//! are synthetic.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
use chrono::{NaiveDate, TimeDelta};

use crate::domain::jobs::Step;
use crate::domain::{
    Action, Administration, Caller, Claim, Clock, Error, LinkRequest, Linked, MissLimits, RuleSettings, Service,
};
use crate::model::{Door, Fingerprint, Organisation, Peer, Permissions, Timestamp, Uln};
use crate::store::organisations;
use crate::store::test_support::{TestStore, each_store};

/// The UKPRN of the organisation that registers and verifies learners, as in the demo.
pub(crate) const PROVIDER: &str = "TEST0038";
/// The UKPRN of the organisation that awards, as in the demo.
pub(crate) const AWARDING: &str = "TEST0045";
/// The password of both.
pub(crate) const PASSWORD: &str = "synthetic-passwd";

/// A service on one database.
pub(crate) struct World {
    pub(crate) service: Service,
    pub(crate) clock: Clock,
    pub(crate) peer: Peer,
    pub(crate) stored: TestStore,
}

/// The time of a world's clock: one in the afternoon in London.
pub(crate) fn noon() -> Timestamp {
    NaiveDate::from_ymd_opt(2025, 7, 31).unwrap().and_hms_opt(12, 0, 0).unwrap()
}

pub(crate) fn peer(name: &str) -> Peer {
    Peer {
        fingerprint: Fingerprint::of_der(name.as_bytes()),
        key: Fingerprint::of_der(format!("the key of {name}").as_bytes()),
        subject: format!("CN={name}"),
        not_after: noon() + TimeDelta::days(365),
    }
}

/// Runs a test on each database that is available.
pub(crate) fn each_world(test: impl Fn(&World)) {
    each_world_with(RuleSettings::default(), test);
}

pub(crate) fn each_world_with(rules: RuleSettings, test: impl Fn(&World)) {
    for stored in each_store() {
        test(&World::new(stored, rules.clone(), Clock::set_to(noon())));
    }
}

/// A world on each database without limits on misses: its time stands still, and many batches are
/// submitted.
pub(crate) fn worlds_without_limits() -> Vec<World> {
    let miss_limits = MissLimits { misses_per_hour: 0, failed_verifications_per_minute: 0, batch_records_per_hour: 0 };
    let rules = RuleSettings { miss_limits, ..RuleSettings::default() };
    each_store().into_iter().map(|stored| World::new(stored, rules.clone(), Clock::set_to(noon()))).collect()
}

impl World {
    pub(crate) fn new(stored: TestStore, rules: RuleSettings, clock: Clock) -> World {
        let service = Service::new(stored.store.clone().into(), rules, clock.clone());
        let peer = Peer { not_after: clock.now() + TimeDelta::days(365), ..peer("supplier") };
        let world = World { service, clock, peer, stored };
        world.add_organisation(PROVIDER, "TEST38", "Synthetic College", true);
        world.add_organisation(AWARDING, "TEST45", "Synthetic Awards", false);
        world
    }

    /// Adds an organisation that calls with the world's peer. Its password hash is quick to check.
    pub(crate) fn add_organisation(&self, ukprn: &str, org_ref: &str, name: &str, provider: bool) {
        let quick = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8, 1, 1, None).unwrap());
        let organisation = Organisation {
            id: 0,
            ukprn: ukprn.parse().unwrap(),
            org_ref: org_ref.parse().unwrap(),
            name: name.to_owned(),
            learner_registration_body: provider,
            awarding_organisation: !provider,
            active: true,
            permissions: Permissions::for_roles(provider, !provider),
            password_hash: Some(quick.hash_password(PASSWORD.as_bytes()).unwrap().to_string()),
        };
        let now = self.clock.now();
        self.service.store().write(move |store| organisations::insert(store, &organisation, now)).unwrap();
        self.administration().register_certificate(ukprn.parse().unwrap(), &self.peer).unwrap();
    }

    /// Another node: a service on the same database, with the same clock.
    pub(crate) fn another_node(&self, rules: RuleSettings) -> Service {
        Service::new(self.stored.reopened().into(), rules, self.clock.clone())
    }

    pub(crate) fn administration(&self) -> Administration<'_> {
        self.service.administration("operator")
    }

    /// Merges a learner into a master.
    pub(crate) fn merge(&self, merged: Uln, master: Uln) {
        self.link(&LinkRequest::Merge { merged: vec![merged], master });
    }

    /// Deletes a learner.
    pub(crate) fn delete(&self, uln: Uln) {
        self.link(&LinkRequest::Delete(vec![uln]));
    }

    fn link(&self, request: &LinkRequest) {
        let linked = self.administration().change_links(request, &"a test".parse().unwrap()).unwrap();
        assert!(matches!(linked, Linked::Done(_)), "{linked:?}");
    }

    /// The provider's credentials.
    pub(crate) fn claim(&self) -> Claim<'_> {
        Claim {
            peer: Some(&self.peer),
            ukprn: Some(PROVIDER),
            org_ref: None,
            password: PASSWORD,
            user_name: "A. Tester",
        }
    }

    /// A call by the provider.
    pub(crate) fn call<T>(&self, action: Action, body: impl FnOnce(&Caller<'_>) -> T) -> T {
        self.call_as(PROVIDER, action, body)
    }

    /// A call by an organisation.
    pub(crate) fn call_as<T>(&self, ukprn: &str, action: Action, body: impl FnOnce(&Caller<'_>) -> T) -> T {
        self.call_by(Door::WebService, &Claim { ukprn: Some(ukprn), ..self.claim() }, action, body)
    }

    /// A call by an organisation by the door of files.
    pub(crate) fn by_file<T>(&self, ukprn: &str, body: impl FnOnce(&Caller<'_>) -> T) -> T {
        self.call_by(Door::File, &Claim { ukprn: Some(ukprn), ..self.claim() }, Action::SignIn, body)
    }

    /// A call by the organisation that the claim names.
    pub(crate) fn call_by<T>(
        &self,
        door: Door,
        claim: &Claim<'_>,
        action: Action,
        body: impl FnOnce(&Caller<'_>) -> T,
    ) -> T {
        called(&self.service, door, claim, action, body)
    }

    /// A call by the provider on another node.
    pub(crate) fn on_node<T>(&self, node: &Service, body: impl FnOnce(&Caller<'_>) -> T) -> T {
        called(node, Door::WebService, &self.claim(), Action::SignIn, body)
    }

    /// Processes all waiting jobs, in chunks of this size.
    pub(crate) fn work(&self, chunk: usize) {
        while let Some(mut job) = self.service.claim_job("worker", Duration::from_secs(30)).unwrap() {
            while let Step::Done(..) = job.step(chunk).unwrap() {}
        }
    }
}

fn called<T>(node: &Service, door: Door, claim: &Claim<'_>, action: Action, body: impl FnOnce(&Caller<'_>) -> T) -> T {
    let called = node.call(door, action, |call| Ok::<_, Error>(body(&node.organisations().authenticate(call, claim)?)));
    called.unwrap()
}
