#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Barrier;

use chrono::NaiveDate;

use super::*;
use crate::domain::format::Field;
use crate::domain::tests::ada;
use crate::domain::{Action, Claim};
use crate::model::{Door, Permissions, PlanStatus};
use crate::test_world::{PROVIDER, World, each_world};

const PRISON: &str = "90000052";

/// Two organisations that teach in custody.
fn two_prisons(world: &World) {
    world.add_organisation(PRISON, "PRIS52", "Synthetic Prison", true);
    for ukprn in [PROVIDER, PRISON] {
        let mut permissions = Permissions::for_roles(true, false);
        permissions.insert(Permission::MaintainPlans);
        world.administration().set_permissions(ukprn.parse().unwrap(), permissions).unwrap();
    }
}

fn by<T>(world: &World, ukprn: &str, action: Action, body: impl FnOnce(&Caller<'_>) -> T) -> T {
    world.call_by(Door::Portal, &Claim { ukprn: Some(ukprn), ..world.claim() }, action, body)
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn plan() -> PlanContent {
    let aim = PlanAim { aim: "Level 1 Award in Baking".into(), target: Some(day("2026-03-31")), ..PlanAim::default() };
    PlanContent {
        title: "From kitchen to bakery".into(),
        establishment: "HMP Testham".into(),
        starts: day("2025-09-01"),
        ends: None,
        status: PlanStatus::Active,
        aims: vec![aim],
    }
}

fn made(world: &World, uln: Uln) -> PlanId {
    let saved = by(world, PROVIDER, Action::CreatePlan, |c| world.service.plans().create(c, uln, &plan())).unwrap();
    let PlanSaved::Saved(id) = saved else { panic!("{saved:?}") };
    id
}

#[test]
fn a_plan_follows_the_learner_and_keeps_its_history() {
    each_world(|world| {
        two_prisons(world);
        let uln = world.registered(&ada());
        let id = made(world, uln);
        let plans = world.service.plans();
        let seen = by(world, PRISON, Action::ViewPlan, |c| plans.of_learner(c, uln)).unwrap().unwrap();
        assert_eq!((seen[0].holder.as_str(), seen[0].is_own), ("Synthetic College", false));
        assert!(by(world, PRISON, Action::ViewPlan, |c| plans.get(c, id)).unwrap().is_none(), "it is not theirs yet");
        let change = by(world, PRISON, Action::ChangePlan, |c| plans.change(c, id, 1, &plan())).unwrap();
        assert_eq!(change, PlanSaved::Unknown);

        let taken = by(world, PRISON, Action::TakeOverPlan, |c| plans.take_over(c, uln, id, "HMP Elsewhere"));
        assert_eq!(taken.unwrap(), PlanSaved::Saved(id));
        assert!(by(world, PROVIDER, Action::ViewPlan, |c| plans.get(c, id)).unwrap().is_none(), "it has gone on");
        let held = by(world, PRISON, Action::ViewPlan, |c| plans.held(c, None)).unwrap();
        assert_eq!((held[0].learner.as_str(), held[0].version), ("Adalind Testcase", 2));
        assert_eq!(held[0].content.establishment, "HMP Elsewhere");
        let versions = by(world, PRISON, Action::ViewPlan, |c| plans.versions(c, id)).unwrap().unwrap();
        let steps: Vec<_> = versions.iter().map(|version| (version.version, version.step)).collect();
        assert_eq!(steps, [(2, PlanStep::TakenOver), (1, PlanStep::Created)]);
        let actions: Vec<String> = world.trail(uln).into_iter().map(|(action, _)| action).collect();
        for action in ["create-plan", "take-over-plan", "view-plan"] {
            assert!(actions.contains(&action.to_owned()), "{actions:?}");
        }
    });
}

#[test]
fn a_plan_follows_a_merge_and_is_gone_with_a_deleted_learner() {
    each_world(|world| {
        two_prisons(world);
        let (uln, master) = (world.registered(&ada()), world.registered(&ada().with(Field::GivenName, "Zora")));
        let id = made(world, uln);
        world.merge(uln, master);
        let plans = world.service.plans();
        let seen = by(world, PROVIDER, Action::ViewPlan, |c| plans.of_learner(c, master)).unwrap().unwrap();
        assert_eq!((seen[0].id, seen[0].uln), (id, master));
        let gone = world.registered(&ada().with(Field::GivenName, "Yvo"));
        let lost = made(world, gone);
        world.delete(gone);
        assert!(by(world, PROVIDER, Action::ViewPlan, |c| plans.get(c, lost)).unwrap().is_none());
        let held = by(world, PROVIDER, Action::ViewPlan, |c| plans.held(c, None)).unwrap();
        assert_eq!(held.iter().map(|plan| plan.id).collect::<Vec<_>>(), [id]);
    });
}

#[test]
fn of_two_changes_one_is_stored() {
    each_world(|world| {
        two_prisons(world);
        let id = made(world, world.registered(&ada()));
        let barrier = Barrier::new(2);
        let change = || {
            barrier.wait();
            by(world, PROVIDER, Action::ChangePlan, |c| world.service.plans().change(c, id, 1, &plan())).unwrap()
        };
        let mut outcomes = std::thread::scope(|scope| {
            let (one, other) = (scope.spawn(change), scope.spawn(change));
            [one.join().unwrap(), other.join().unwrap()]
        });
        outcomes.sort_by_key(|outcome| *outcome == PlanSaved::Overtaken);
        assert_eq!(outcomes, [PlanSaved::Saved(id), PlanSaved::Overtaken]);
    });
}

#[test]
fn only_organisations_with_the_permission_see_plans_and_rules_are_kept() {
    each_world(|world| {
        let uln = world.registered(&ada());
        let plans = world.service.plans();
        let refused = by(world, PROVIDER, Action::ViewPlan, |c| plans.of_learner(c, uln));
        assert!(matches!(refused, Err(Error::InsufficientAccess)));
        let long = "x".repeat(LONGEST_LINE + 1);
        let faulty = PlanContent {
            title: String::new(),
            establishment: long.clone(),
            ends: Some(day("2025-08-31")),
            aims: vec![PlanAim::default(), PlanAim { outcome: long, aim: "A".into(), ..PlanAim::default() }],
            ..plan()
        };
        use PlanFault::{EndsBeforeStart, LongEstablishment, LongOutcome, NoAim, NoTitle};
        assert_eq!(faulty.faults(), [NoTitle, LongEstablishment, EndsBeforeStart, NoAim, LongOutcome]);
        assert_eq!(PlanContent { status: PlanStatus::Closed, ..plan() }.faults(), [PlanFault::ClosedWithoutEnd]);
        two_prisons(world);
        let saved = by(world, PROVIDER, Action::CreatePlan, |c| plans.create(c, uln, &faulty)).unwrap();
        assert_eq!(saved, PlanSaved::Faulty(faulty.faults()));
        assert!(by(world, PROVIDER, Action::ViewPlan, |c| plans.of_learner(c, uln)).unwrap().unwrap().is_empty());
    });
}
