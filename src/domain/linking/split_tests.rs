//! Splits on both databases: which events move, which do not, and that nobody else may.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use super::*;
use crate::domain::format::Field;
use crate::domain::tests::{ada, records};
use crate::domain::{Account, Action, Role};
use crate::model::{Door, EventSource, EventStatus, LearningEvent, LinkKind};
use crate::test_world::{PROVIDER, World, each_world};

fn reason() -> Reason {
    "two people shared it".parse().unwrap()
}

impl World {
    fn two_learners(&self) -> [Uln; 2] {
        ["CV4 9EE", "CV4 9EF"].map(|postcode| self.registered(&ada().with(Field::LastKnownPostCode, postcode)))
    }

    fn stored_event(&self, uln: Uln, source: EventSource) {
        let event = records::event(uln, source, EventStatus::Final, "a subject");
        self.stored.store.write(move |store| events::insert(store, std::slice::from_ref(&event))).unwrap();
    }

    fn events_under(&self, uln: Uln) -> Vec<LearningEvent> {
        self.as_desk(Action::ViewLinks, |caller| self.service.linking().events(caller, uln)).unwrap()
    }

    fn split(&self, from: Uln, to: Uln, events: &[i32]) -> Result<usize, SplitRefusal> {
        let split = Split { from, to, events: events.to_vec() };
        self.as_desk(Action::SplitLearner, |caller| self.service.linking().split(caller, &split, &reason())).unwrap()
    }

    fn as_desk<T>(&self, action: Action, body: impl FnOnce(&Caller<'_>) -> Result<T, Error>) -> Result<T, Error> {
        self.as_user(Role::ServiceDesk, action, body)
    }

    fn as_user<T>(
        &self,
        role: Role,
        action: Action,
        body: impl FnOnce(&Caller<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.service.call(Door::Portal, action, |call| {
            let account = Account { id: 7, name: "A. User" };
            let organisations = self.service.organisations();
            let caller =
                organisations.signed_in(call, PROVIDER.parse().unwrap(), account, [role].into_iter().collect())?;
            body(&caller)
        })
    }
}

fn ids(events: &[LearningEvent]) -> Vec<i32> {
    events.iter().map(|event| event.id).collect()
}

#[test]
fn events_move_to_the_other_person_and_back() {
    each_world(|world| {
        let [shared, own] = world.two_learners();
        for _ in 0..3 {
            world.stored_event(shared, EventSource::Ilr);
        }
        let before = ids(&world.events_under(shared));
        assert_eq!(world.split(shared, own, &before[..2]), Ok(2));
        assert_eq!(ids(&world.events_under(shared)), before[2..]);
        assert_eq!(ids(&world.events_under(own)), before[..2]);
        assert_eq!(records::events(world, &records::question(own.as_str())).events.len(), 2);

        let told = world.administration().link_history(own).unwrap();
        assert_eq!((told[0].kind, told[0].uln, told[0].master), (LinkKind::Split, shared, Some(own)));
        assert_eq!((told[0].reason.as_str(), told[0].user_name.as_str()), ("two people shared it", "A. User"));
        let line = ("split-learner".to_owned(), format!("events {} {}", before[0], before[1]));
        assert!(world.trail(shared).contains(&line) && world.trail(own).contains(&line));

        assert_eq!(world.split(own, shared, &before[..2]), Ok(2));
        assert_eq!(ids(&world.events_under(shared)), before);
    });
}

#[test]
fn nothing_moves_unless_everything_may() {
    each_world(|world| {
        let [shared, own] = world.two_learners();
        world.stored_event(shared, EventSource::Ilr);
        world.stored_event(shared, EventSource::Ao);
        world.stored_event(own, EventSource::Ao);
        let [achieved, participated] = ids(&world.events_under(shared))[..] else { panic!() };
        let others = ids(&world.events_under(own));
        assert_eq!(world.split(shared, shared, &[achieved]), Err(SplitRefusal::SameLearner));
        assert_eq!(world.split(shared, "1000000000".parse().unwrap(), &[achieved]), Err(SplitRefusal::NoLearner));
        assert_eq!(world.split(shared, own, &[]), Err(SplitRefusal::NoEvents));
        assert_eq!(world.split(shared, own, &[participated, others[0]]), Err(SplitRefusal::Elsewhere));
        assert_eq!(world.split(shared, own, &[participated, achieved]), Err(SplitRefusal::AlreadyThere));
        world.merge(shared, own);
        assert_eq!(world.split(shared, own, &[participated]), Err(SplitRefusal::NotActive));
        assert_eq!(ids(&world.events_under(shared)), [achieved, participated]);
        assert_eq!(ids(&world.events_under(own)), others);
        assert!(world.trail(own).contains(&("split-learner".to_owned(), "NotActive".to_owned())));
    });
}

#[test]
fn only_the_service_desk_splits() {
    each_world(|world| {
        let [shared, own] = world.two_learners();
        world.stored_event(shared, EventSource::Ilr);
        let split = Split { from: shared, to: own, events: ids(&world.events_under(shared)) };
        for role in Role::ALL.iter().filter(|role| **role != Role::ServiceDesk) {
            let refused = world.as_user(*role, Action::SplitLearner, |caller| {
                assert!(matches!(world.service.linking().events(caller, shared), Err(Error::InsufficientAccess)));
                world.service.linking().split(caller, &split, &reason())
            });
            assert!(matches!(refused, Err(Error::InsufficientAccess)), "{role:?}");
        }
        assert_eq!(ids(&world.events_under(shared)), split.events);
    });
}
