//! Cases on both databases: limits, clocks, figures, and who may log and rectify.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use super::*;
use crate::domain::{Account, Action, Clock, Role, RuleSettings};
use crate::model::{Door, from_london_time, london_day};
use crate::store::test_support::each_store;
use crate::test_world::{PROVIDER, World, each_world};

fn reason(text: &str) -> Reason {
    text.parse().unwrap()
}

fn incident(category: Category) -> NewCase {
    let outage = matches!(category, Category::One | Category::Two)
        .then(|| (TimeDelta::minutes(30), reason("Finding learners fails.")));
    NewCase { kind: CaseKind::Incident, category, summary: reason("Nothing works."), outage }
}

/// On each database a world whose clock starts at nine on a Thursday in London.
fn at_nine(test: impl Fn(&World)) {
    let nine = from_london_time("2025-07-31T09:00:00".parse().unwrap());
    for stored in each_store() {
        test(&World::new(stored, RuleSettings::default(), Clock::set_to(nine)));
    }
}

impl World {
    fn as_role<T>(
        &self,
        role: Role,
        action: Action,
        act: impl FnOnce(&Caller<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.service.call(Door::Portal, action, |call| {
            let roles = [role].into_iter().collect();
            let account = Account { id: 7, name: "D. Desk" };
            let organisations = self.service.organisations();
            act(&organisations.signed_in(call, PROVIDER.parse().unwrap(), account, roles)?)
        })
    }

    fn logged(&self, new: &NewCase) -> i32 {
        match self.as_role(Role::ServiceDesk, Action::LogCase, |desk| self.service.desk().log(desk, new)).unwrap() {
            Logged::Logged(number) => number,
            Logged::Refused(why) => panic!("{why}"),
        }
    }

    fn rectify(&self, number: i32) -> Closed {
        let advice = reason("It works again.");
        self.as_role(Role::ServiceDesk, Action::RectifyCase, |desk| self.service.desk().rectify(desk, number, &advice))
            .unwrap()
    }

    fn clock_of(&self, number: i32) -> CaseClock {
        let found =
            self.as_role(Role::ServiceDesk, Action::ViewCases, |desk| self.service.desk().find(desk, number)).unwrap();
        found.unwrap().1
    }
}

#[test]
fn a_clock_runs_in_support_hours_and_stops_when_the_user_is_advised() {
    at_nine(|world| {
        let number = world.logged(&incident(Category::One));
        let state = || world.clock_of(number).state;
        assert_eq!(state(), ClockState::Running);
        world.clock.advance(TimeDelta::minutes(179));
        assert_eq!(state(), ClockState::Running);
        world.clock.advance(TimeDelta::minutes(1));
        assert_eq!(state(), ClockState::RunsOutSoon, "a quarter of four hours is left");
        assert_eq!(world.service.desk().to_escalate().unwrap()[0].0, number);
        world.clock.advance(TimeDelta::minutes(60));
        assert_eq!(state(), ClockState::RunsOutSoon, "at the very end");
        world.clock.advance(TimeDelta::minutes(1));
        assert_eq!(state(), ClockState::Late);
        assert_eq!(world.rectify(number), Closed::Rectified);
        world.clock.advance(TimeDelta::days(3));
        let clock = world.clock_of(number);
        assert_eq!((clock.state, clock.passed), (ClockState::TooLate, TimeDelta::minutes(241)));
        assert_eq!((world.rectify(number), world.rectify(99)), (Closed::Already, Closed::Unknown));
        assert!(world.service.desk().to_escalate().unwrap().is_empty());
    });
}

#[test]
fn the_figures_are_the_charters() {
    at_nine(|world| {
        let one = world.logged(&incident(Category::One));
        let late = world.logged(&incident(Category::One));
        let open = world.logged(&incident(Category::Two));
        let without = world.logged(&incident(Category::Three));
        world.logged(&NewCase::minor(CaseKind::Request, reason("A new account.")));
        world.clock.advance(TimeDelta::hours(4));
        world.rectify(one);
        world.clock.advance(TimeDelta::hours(4));
        world.rectify(late);
        world.rectify(without);
        // It is Friday, 09:00, and ten support hours have passed.
        world.clock.advance(TimeDelta::hours(16));
        let month = world.service.desk().month(london_day(world.clock.now())).unwrap();
        assert!(month.knows_holidays);
        // August has begun; all were logged in July.
        assert!(month.categories.iter().all(|each| (each.open, each.in_time, each.late) == (0, 0, 0)));
        let month = world.service.desk().month("2025-07-15".parse().unwrap()).unwrap();
        let figures: Vec<_> = month.categories.iter().map(|each| (each.in_time, each.late, each.open)).collect();
        assert_eq!(figures, [(1, 1, 0), (0, 0, 1), (1, 0, 0), (0, 0, 1)]);
        assert_eq!(month.categories[0].share(), Some(50.0));
        assert_eq!(month.categories[1].share(), None, "nothing is decided");
        assert_eq!(month.categories[2].share(), None, "there is no limit");
        let two = world.service.desk().open_figures().unwrap()[1];
        assert_eq!((two.open, two.run_out_soon, two.open_late), (1, 1, 0));
        world.clock.advance(TimeDelta::hours(4));
        let month = world.service.desk().month("2025-07-15".parse().unwrap()).unwrap();
        assert_eq!((month.categories[1].late, month.categories[1].share()), (1, Some(0.0)), "open and late");

        let list = |world: &World| {
            world.as_role(Role::ServiceDesk, Action::ViewCases, |desk| world.service.desk().open(desk)).unwrap().cases
        };
        let numbers: Vec<_> = list(world).iter().map(|(case, _)| case.number).collect();
        assert_eq!(numbers[0], open, "by the end of the clock");
        let rectified = world
            .as_role(Role::ServiceDesk, Action::ViewCases, |desk| world.service.desk().rectified(desk, None))
            .unwrap();
        assert_eq!(rectified.cases.iter().map(|(case, _)| case.number).collect::<Vec<_>>(), [without, late, one]);
        let below = world
            .as_role(Role::ServiceDesk, Action::ViewCases, |desk| world.service.desk().rectified(desk, Some(late)))
            .unwrap();
        assert_eq!((below.cases.len(), below.next), (1, None));
    });
}

#[test]
fn categories_and_outages_belong_to_incidents() {
    each_world(|world| {
        let refused = |new: NewCase| match world
            .as_role(Role::ServiceDesk, Action::LogCase, |desk| world.service.desk().log(desk, &new))
        {
            Ok(Logged::Refused(why)) => why,
            other => panic!("{other:?}"),
        };
        let request = NewCase::minor(CaseKind::Request, reason("Access."));
        assert_eq!(refused(NewCase { category: Category::One, ..request.clone() }), NotLogged::Category);
        let outage = incident(Category::One).outage;
        assert_eq!(refused(NewCase { outage: outage.clone(), ..request }), NotLogged::Outage);
        assert_eq!(refused(NewCase { outage: None, ..incident(Category::Two) }), NotLogged::NoOutage);
        assert_eq!(refused(NewCase { outage, ..incident(Category::Four) }), NotLogged::Outage);
        let ago = |ago| NewCase { outage: Some((ago, reason("Slow."))), ..incident(Category::Two) };
        assert_eq!(refused(ago(TimeDelta::days(8))), NotLogged::Began);
        assert_eq!(refused(ago(TimeDelta::minutes(-1))), NotLogged::Began);
    });
}

#[test]
fn only_operators_and_the_service_desk_see_cases() {
    each_world(|world| {
        let number = world.logged(&incident(Category::Four));
        let desk = world.service.desk();
        for role in Role::ALL.iter().copied().filter(|role| *role != Role::ServiceDesk) {
            assert!(world.as_role(role, Action::LogCase, |user| desk.log(user, &incident(Category::Four))).is_err());
            assert!(world.as_role(role, Action::ViewCases, |user| desk.open(user)).is_err());
            assert!(world.as_role(role, Action::ViewCases, |user| desk.rectified(user, None)).is_err());
            assert!(world.as_role(role, Action::ViewCases, |user| desk.find(user, number)).is_err());
            assert!(world.as_role(role, Action::RectifyCase, |user| desk.rectify(user, number, &reason("x"))).is_err());
        }
        assert_eq!(world.clock_of(number).state, ClockState::Running);
    });
}
