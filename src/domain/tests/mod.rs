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

use chrono::{NaiveDate, TimeDelta};

use super::*;
use crate::model::{Door, Learner, Permission, Permissions, Timestamp, Uln};
use crate::store::organisations;
use crate::test_world::{AWARDING, PASSWORD, PROVIDER, World, each_world, each_world_with, noon, peer};

impl World {
    pub(super) fn register(&self, new: &NewLearner<'_>) -> Registered {
        self.call(Action::RegisterLearner, |caller| self.service.register(caller, new)).unwrap()
    }

    pub(super) fn registered(&self, new: &NewLearner<'_>) -> Uln {
        match self.register(new) {
            Registered::Registered(uln) => uln,
            Registered::Refused => panic!("the registration was refused"),
        }
    }

    pub(super) fn find(&self, uln: &str, family_name: &str, given_name: &str) -> Found {
        let query = FindByUln { uln, family_name, given_name, find_type: FindType::Full };
        self.call(Action::FindByUln, |caller| self.service.find_by_uln(caller, &query)).unwrap()
    }

    pub(super) fn search(&self, query: &Demographics<'_>) -> Found {
        self.call(Action::FindByDetails, |caller| self.service.find_by_demographics(caller, query)).unwrap()
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
