//! Calls beyond the limits: what they are told, what they leave behind, and whom they do not touch.

use std::time::{Duration, Instant};

use super::*;
use crate::domain::{Limit, LoadLimits, Pass};

fn limits(by_organisation: u32) -> RuleSettings {
    let load_limits = LoadLimits { calls_per_second_by_organisation: by_organisation, ..LoadLimits::default() };
    RuleSettings { load_limits, ..RuleSettings::default() }
}

/// Whether a call of an organisation is let in.
fn is_served(world: &World, ukprn: &str, pass: &Pass, may_block: bool) -> bool {
    let claim = Claim { ukprn: Some(ukprn), ..world.claim() };
    let called = world.service.begin(Door::WebService, Action::FindByUln, may_block, pass, |call| {
        world.service.organisations().authenticate(call, &claim).map(drop)
    });
    match called.settle_blocking().unwrap() {
        Ok(()) => true,
        Err(Error::Busy(busy)) => {
            assert!(busy.retry_after > Duration::ZERO);
            false
        }
        Err(error) => panic!("{error}"),
    }
}

/// The lines with this outcome, once so many have come: nobody waits for the line of a refused
/// call.
fn lines(world: &World, outcome: &str, expected: i64) -> i64 {
    use diesel::prelude::*;
    diesel::table! { audit (id) { id -> BigInt, outcome -> Text, } }
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        world.service.store().write(|_| Ok(())).unwrap();
        world.service.store().flush_trail().unwrap();
        let count = audit::table.filter(audit::outcome.eq(outcome)).count();
        let count = world.service.store().read(|store| Ok(count.get_result(store)?)).unwrap();
        if count >= expected || Instant::now() > deadline {
            return count;
        }
    }
}

#[test]
fn a_burst_leaves_one_line_and_the_next_one_another() {
    each_world_with(limits(1), |world| {
        for _ in 0..20 {
            is_served(world, PROVIDER, &Pass::default(), true);
        }
        assert!(is_served(world, AWARDING, &Pass::default(), true), "another organisation");
        assert_eq!(lines(world, "too many calls a second", 1), 1);
        world.clock.advance(TimeDelta::seconds(61));
        for _ in 0..20 {
            is_served(world, PROVIDER, &Pass::default(), true);
        }
        assert_eq!(lines(world, "too many calls a second", 2), 2);
    });
}

#[test]
fn a_call_that_waited_is_counted_once() {
    each_world_with(limits(1), |world| {
        // The first one checks the password, so it may block.
        let passes = [true, false, false].map(|may_block| (Pass::default(), may_block));
        let served = passes.each_ref().map(|(pass, may_block)| is_served(world, PROVIDER, pass, *may_block));
        // The last one was promised a time, and is served when it asks again.
        assert_eq!(served, [true, true, false]);
        assert!(is_served(world, PROVIDER, &passes[2].0, false));
        let (_, waited, refused) = world.service.status().held_back()[0];
        assert_eq!((waited, refused), (1, 0));
    });
}

#[test]
fn a_call_at_work_has_its_slot_until_its_request_is_over() {
    let load_limits = LoadLimits { calls_at_once_by_organisation: 1, ..LoadLimits::default() };
    each_world_with(RuleSettings { load_limits, ..RuleSettings::default() }, |world| {
        let first = Pass::default();
        assert!(is_served(world, PROVIDER, &first, true));
        assert!(is_served(world, PROVIDER, &first, true), "the same call again");
        assert!(!is_served(world, PROVIDER, &Pass::default(), true));
        assert!(is_served(world, PROVIDER, &Pass::default(), false), "it competes for nothing");
        assert!(is_served(world, AWARDING, &Pass::default(), true));
        drop(first);
        assert!(is_served(world, PROVIDER, &Pass::default(), true));
        let counts = world.service.status().held_back();
        let at_once = counts.iter().find(|(limit, ..)| *limit == Limit::AtOnceOfOrganisation).unwrap();
        assert_eq!((at_once.1, at_once.2), (1, 1), "it did not wait for its turn");
    });
}
