//! The domain on both databases: every operation, every outcome. All people and organisations are synthetic.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::string_slice
)]

mod achievements;
mod administration;
mod authentication;
mod batches;
mod concurrency;
mod days;
mod finding;
mod guessing;
mod records;
mod registering;
mod retention;
mod updating;
mod verifying;

use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
use chrono::{NaiveDate, TimeDelta};

use super::*;
use crate::model::{Door, Fingerprint, Learner, Organisation, Peer, Permissions, Timestamp, Uln};
use crate::store::organisations;
use crate::store::test_support::{TestStore, each_store};

pub(super) const PASSWORD: &str = "synthetic-passwd";
pub(super) const PROVIDER: &str = "TEST0001";
pub(super) const AWARDING: &str = "TEST0002";

/// A service over one database with a provider and an awarding organisation, at a time that stands still.
pub(super) struct World {
    pub(super) service: Service,
    pub(super) clock: Clock,
    pub(super) peer: Peer,
    pub(super) stored: TestStore,
}

pub(super) fn noon() -> Timestamp {
    NaiveDate::from_ymd_opt(2025, 6, 1).unwrap().and_hms_opt(12, 0, 0).unwrap()
}

pub(super) fn peer(name: &str) -> Peer {
    Peer {
        fingerprint: Fingerprint::of_der(name.as_bytes()),
        subject: format!("CN={name}"),
        not_after: noon() + TimeDelta::days(365),
    }
}

pub(super) fn each_world(test: impl Fn(&World)) {
    each_world_with(RuleSettings::default(), test);
}

pub(super) fn each_world_with(settings: RuleSettings, test: impl Fn(&World)) {
    for stored in each_store() {
        let clock = Clock::set_to(noon());
        let service = Service::new(stored.store.clone(), settings.clone(), clock.clone());
        let world = World { service, clock, peer: peer("supplier"), stored };
        world.add_organisation(PROVIDER, "TEST01", "Synthetic College", true);
        world.add_organisation(AWARDING, "TEST02", "Synthetic Awards", false);
        test(&world);
    }
}

impl World {
    /// Adds an organisation whose certificate is the supplier's and whose password hash is quick to check.
    fn add_organisation(&self, ukprn: &str, org_ref: &str, name: &str, provider: bool) {
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
        self.service.store().write(move |store| organisations::insert(store, &organisation, noon())).unwrap();
        self.administration().register_certificate(ukprn.parse().unwrap(), &self.peer).unwrap();
    }

    pub(super) fn administration(&self) -> Administration<'_> {
        self.service.administration("operator")
    }

    pub(super) fn claim(&self) -> Claim<'_> {
        Claim {
            peer: Some(&self.peer),
            ukprn: Some(PROVIDER),
            org_ref: None,
            password: PASSWORD,
            user_name: "A. Tester",
        }
    }

    /// One settled call of the provider.
    pub(super) fn call<T>(&self, operation: &'static str, body: impl FnOnce(&Caller<'_>) -> T) -> T {
        self.call_as(PROVIDER, operation, body)
    }

    pub(super) fn call_as<T>(&self, ukprn: &str, operation: &'static str, body: impl FnOnce(&Caller<'_>) -> T) -> T {
        let call = Call::new(Door::WebService, operation, true);
        let claim = Claim { ukprn: Some(ukprn), ..self.claim() };
        let outcome = body(&self.service.organisations().authenticate(&call, &claim).unwrap());
        call.settle_blocking().unwrap();
        outcome
    }

    pub(super) fn register(&self, new: &NewLearner<'_>) -> Registered {
        self.call("registerSingleLearner", |caller| self.service.register(caller, new)).unwrap()
    }

    pub(super) fn registered(&self, new: &NewLearner<'_>) -> Uln {
        match self.register(new) {
            Registered::Registered(uln) => uln,
            Registered::Refused => panic!("the registration was refused"),
        }
    }

    pub(super) fn find(&self, uln: &str, family_name: &str, given_name: &str) -> Found {
        let query = FindByUln { uln, family_name, given_name, find_type: FindType::Full };
        self.call("learnerByULN", |caller| self.service.find_by_uln(caller, &query)).unwrap()
    }

    pub(super) fn search(&self, query: &Demographics<'_>) -> Found {
        self.call("learnerByDemographics", |caller| self.service.find_by_demographics(caller, query)).unwrap()
    }

    pub(super) fn learner(&self, uln: Uln) -> Learner {
        self.administration().learner(uln).unwrap().unwrap()
    }

    /// Who did what about a learner, newest first: operation and outcome.
    pub(super) fn trail(&self, uln: Uln) -> Vec<(String, String)> {
        use diesel::prelude::*;
        diesel::table! { audit (id) { id -> BigInt, action -> Text, uln -> Text, outcome -> Text, } }
        self.stored.store.settle().unwrap();
        self.stored
            .store
            .read(|store| {
                Ok(audit::table
                    .filter(audit::uln.eq(uln.as_str()))
                    .order(audit::id.desc())
                    .select((audit::action, audit::outcome))
                    .load(store)?)
            })
            .unwrap()
    }
}

pub(super) fn ada() -> NewLearner<'static> {
    NewLearner {
        title: Some("Ms"),
        given_name: "Adalind",
        family_name: "Testcase",
        postcode: "CV49EE",
        date_of_birth: "2004-02-03",
        gender: "2",
        verification_type: "0",
        ability_to_share: "1",
        ..NewLearner::default()
    }
}

pub(super) fn details_of<'a>(new: &NewLearner<'a>) -> Demographics<'a> {
    Demographics {
        find_type: FindType::Full,
        family_name: new.family_name,
        given_name: new.given_name,
        date_of_birth: new.date_of_birth,
        gender: new.gender,
        postcode: new.postcode,
        previous_family_name: None,
        school_at_age_16: None,
        place_of_birth: None,
        email_address: None,
    }
}
