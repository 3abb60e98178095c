//! The domain on both databases: every operation, every outcome. All people and organisations are
//! synthetic.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::string_slice
)]

mod account_links;
mod achievements;
mod administration;
mod authentication;
pub(in crate::domain) mod batches;
mod challenges;
mod concurrency;
mod crowding;
mod days;
mod finding;
mod guessing;
mod jobs;
pub(in crate::domain) mod records;
mod registering;
mod retention;
mod signing_in;
mod updating;
mod verifying;

use chrono::{NaiveDate, TimeDelta};

use super::format::{Field, FieldTexts};
use super::verification::Claimed;
use super::*;
use crate::model::{Door, Learner, Permission, Permissions, Timestamp, Uln};
use crate::store::organisations;
use crate::test_world::{AWARDING, PASSWORD, PROVIDER, World, each_world, each_world_with, noon, peer};

impl World {
    pub(super) fn register(&self, new: &FieldTexts<'_>) -> Registered {
        self.call(Action::RegisterLearner, |caller| self.service.learners().register(caller, &(*new).into())).unwrap()
    }

    pub(in crate::domain) fn registered(&self, new: &FieldTexts<'_>) -> Uln {
        match self.register(new) {
            Registered::Registered(uln) => uln,
            Registered::Refused(_) => panic!("the registration was refused"),
        }
    }

    pub(in crate::domain) fn find(&self, uln: &str, family_name: &str, given_name: &str) -> Found {
        let query = FindByUln { uln: uln.parse().ok(), family_name, given_name };
        self.call(Action::FindByUln, |caller| self.service.learners().find(caller, &query)).unwrap()
    }

    pub(super) fn search(&self, query: &FieldTexts<'_>) -> Found {
        self.call(Action::FindByDetails, |caller| self.service.learners().search(caller, query)).unwrap()
    }

    pub(in crate::domain) fn learner(&self, uln: Uln) -> Learner {
        self.administration().learner(uln).unwrap().unwrap()
    }

    /// Who did what about a learner, newest first: operation and outcome.
    pub(in crate::domain) fn trail(&self, uln: Uln) -> Vec<(String, String)> {
        use diesel::prelude::*;
        diesel::table! { audit (id) { id -> BigInt, action -> Text, uln -> Text, outcome -> Text, } }
        self.stored.store.flush_trail().unwrap();
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

pub(in crate::domain) fn ada() -> FieldTexts<'static> {
    FieldTexts::default()
        .with(Field::Title, "Ms")
        .with(Field::GivenName, "Adalind")
        .with(Field::FamilyName, "Testcase")
        .with(Field::LastKnownPostCode, "CV49EE")
        .with(Field::DateOfBirth, "2004-02-03")
        .with(Field::Gender, "2")
        .with(Field::VerificationType, "0")
        .with(Field::AbilityToShare, "1")
}
