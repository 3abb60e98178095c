//! Planned maintenance on both databases: what may be planned, who obeys it, and when.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Barrier;

use super::*;
use crate::domain::RuleSettings;
use crate::model::{Affected, Timestamp};
use crate::test_world::{World, each_world, noon};

/// A plan that breaks no rule: three days from now, for two hours.
fn plan() -> MaintenancePlan<'static> {
    let starts_at = noon() + TimeDelta::days(3);
    MaintenancePlan {
        starts_at: Some(starts_at),
        ends_at: starts_at + TimeDelta::hours(2),
        affects: Affected::Everything,
        explanation: "We install a new release.",
        urgent: false,
    }
}

fn planned(world: &World, plan: &MaintenancePlan<'_>) -> MaintenanceWindow {
    match world.administration().plan_maintenance(plan).unwrap() {
        Planned::Planned(window) => window,
        Planned::Refused(refusal) => panic!("{refusal}"),
    }
}

/// Whether a call by this door is refused for maintenance.
fn is_closed(service: &Service, door: Door) -> bool {
    match service.call(door, Action::SignIn, |_| Ok::<_, Error>(())) {
        Ok(()) => false,
        Err(Error::Maintenance) => true,
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn every_door_of_every_node_obeys_a_window_from_its_start_to_its_end() {
    each_world(|world| {
        let nodes = [world.service.clone(), world.another_node(RuleSettings::default())];
        let closed = || nodes.each_ref().map(|node| is_closed(node, Door::WebService));
        assert_eq!(closed(), [false; 2]);
        let operator = world.administration();
        let Planned::Planned(window) = operator.plan_maintenance(&plan()).unwrap() else { panic!("not planned") };
        operator.reach_every_node();
        assert_eq!(closed(), [false; 2], "it has not begun");
        world.clock.advance(TimeDelta::days(3));
        assert_eq!(closed(), [true; 2]);
        assert!(nodes.iter().all(|node| is_closed(node, Door::Portal)));
        assert!(!is_closed(&nodes[1], Door::CommandLine), "operators always come in");
        assert_eq!(nodes[1].maintenance().closing(Door::Portal).unwrap(), Some(window));
        world.clock.advance(TimeDelta::hours(2));
        assert_eq!(closed(), [false; 2], "nobody needs to open it");
    });
}

#[test]
fn a_node_learns_of_a_plan_and_of_its_end_before_the_operators_command_returns() {
    each_world(|world| {
        let other = world.another_node(RuleSettings::default());
        assert!(!is_closed(&other, Door::WebService));
        let operator = world.administration();
        let urgent = MaintenancePlan { starts_at: None, ends_at: noon() + TimeDelta::hours(1), urgent: true, ..plan() };
        let Planned::Planned(window) = operator.plan_maintenance(&urgent).unwrap() else { panic!("not planned") };
        operator.reach_every_node();
        assert!(is_closed(&other, Door::WebService) && is_closed(&world.service, Door::WebService));
        assert!(matches!(operator.cancel_maintenance(window.number).unwrap(), Cancelled::Cancelled(_)));
        operator.reach_every_node();
        assert!(!is_closed(&other, Door::WebService) && !is_closed(&world.service, Door::WebService));
    });
}

#[test]
fn a_part_may_be_closed_alone_and_its_minutes_count_only_if_web_services_are_closed() {
    each_world(|world| {
        let on = |affects| {
            let urgent = MaintenancePlan {
                starts_at: None,
                ends_at: world.clock.now() + TimeDelta::minutes(1),
                affects,
                urgent: true,
                ..plan()
            };
            planned(world, &urgent);
            let closed = [Door::WebService, Door::Portal].map(|door| is_closed(&world.service, door));
            world.service.status().note_minute(&[]).unwrap();
            world.clock.advance(TimeDelta::minutes(1));
            closed
        };
        assert_eq!(on(Affected::Portal), [false, true]);
        assert_eq!(on(Affected::WebServices), [true, false]);
        let month = world.service.status().month(noon().date()).unwrap();
        assert_eq!((month.measured_minutes, month.maintenance_minutes), (1, 1));
    });
}

#[test]
fn what_breaks_a_rule_is_not_planned() {
    each_world(|world| {
        let refusal = |plan: &MaintenancePlan<'_>| match world.administration().plan_maintenance(plan).unwrap() {
            Planned::Refused(refusal) => refusal,
            Planned::Planned(window) => panic!("{window:?}"),
        };
        let from = |starts_at: Timestamp| MaintenancePlan { starts_at: Some(starts_at), ..plan() };
        let until = |ends_at: Timestamp| MaintenancePlan { ends_at, ..plan() };
        let starts_at = plan().starts_at.unwrap();
        assert_eq!(refusal(&from(noon() - TimeDelta::seconds(1))), NotPlanned::InThePast);
        assert_eq!(refusal(&from(plan().ends_at)), NotPlanned::EndsBeforeStart);
        assert_eq!(refusal(&until(starts_at + TimeDelta::hours(72) + TimeDelta::seconds(1))), NotPlanned::TooLong);
        let soon = noon() + TimeDelta::hours(23);
        let too_soon = MaintenancePlan { ends_at: soon + TimeDelta::hours(1), ..from(soon) };
        assert_eq!(refusal(&too_soon), NotPlanned::TooSoon);
        let long = "x".repeat(301);
        for explanation in [" ", "two\nlines", &long] {
            assert_eq!(refusal(&MaintenancePlan { explanation, ..plan() }), NotPlanned::Explanation);
        }
        assert_eq!(world.service.maintenance().windows().unwrap(), [], "nothing was planned");

        let first = planned(world, &plan());
        assert_eq!(refusal(&plan()), NotPlanned::Overlaps(first.clone()));
        let part = MaintenancePlan { affects: Affected::Portal, ends_at: starts_at + TimeDelta::minutes(1), ..plan() };
        assert_eq!(refusal(&part), NotPlanned::Overlaps(first.clone()), "whatever is affected");
        planned(world, &MaintenancePlan { ends_at: first.ends_at + TimeDelta::hours(1), ..from(first.ends_at) });
        world.administration().cancel_maintenance(first.number).unwrap();
        planned(world, &plan());
    });
}

#[test]
fn of_two_operators_who_plan_the_same_time_one_is_refused() {
    each_world(|world| {
        let nodes = [world.service.clone(), world.another_node(RuleSettings::default())];
        let start = Barrier::new(nodes.len());
        let outcomes = std::thread::scope(|scope| {
            let threads = nodes.each_ref().map(|node| {
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    node.administration("operator").plan_maintenance(&plan()).unwrap()
                })
            });
            threads.map(|thread| thread.join().unwrap())
        });
        let planned = outcomes.iter().filter(|outcome| matches!(outcome, Planned::Planned(_))).count();
        assert_eq!((planned, world.service.maintenance().windows().unwrap().len()), (1, 1));
    });
}

#[test]
fn maintenance_is_announced_for_a_week() {
    each_world(|world| {
        let announced = || world.service.maintenance().announced().unwrap();
        let starts_at = noon() + TimeDelta::days(8);
        let later = MaintenancePlan { starts_at: Some(starts_at), ends_at: starts_at + TimeDelta::hours(1), ..plan() };
        let window = planned(world, &later);
        assert_eq!(announced(), None, "too early");
        world.clock.advance(TimeDelta::days(1));
        assert_eq!(announced().as_ref(), Some(&window));
        world.clock.advance(TimeDelta::days(7));
        assert_eq!(announced().as_ref(), Some(&window), "while it is on");
        world.clock.advance(TimeDelta::hours(1));
        assert_eq!(announced(), None);
    });
}

#[test]
fn each_change_of_the_plan_has_its_audit_line() {
    each_world(|world| {
        let operator = world.administration();
        let number = planned(world, &plan()).number;
        assert!(matches!(operator.plan_maintenance(&plan()).unwrap(), Planned::Refused(_)));
        assert!(matches!(operator.cancel_maintenance(number).unwrap(), Cancelled::Cancelled(_)));
        assert!(matches!(operator.cancel_maintenance(number).unwrap(), Cancelled::Over(_)));
        assert_eq!(operator.cancel_maintenance(number + 1).unwrap(), Cancelled::Unknown);
        let found = changes_in_the_trail(world);
        let outcome = format!("maintenance {number}");
        let expected = ["plan-maintenance", "cancel-maintenance"];
        assert_eq!(found, expected.map(|action| (action.to_owned(), outcome.clone(), "command-line".to_owned())));
    });
}

/// The audit lines of changes of the plan: action, outcome, door.
fn changes_in_the_trail(world: &World) -> Vec<(String, String, String)> {
    use diesel::prelude::*;
    diesel::table! { audit (id) { id -> BigInt, action -> Text, outcome -> Text, door -> Text, } }
    let lines = audit::table.filter(audit::action.like("%-maintenance")).order(audit::id).select((
        audit::action,
        audit::outcome,
        audit::door,
    ));
    world.stored.store.read(|store| Ok(lines.load(store)?)).unwrap()
}
