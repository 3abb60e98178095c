//! Erasure on both databases: who goes, who stays, and that a number does not come back.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use chrono::TimeDelta;

use super::*;
use crate::domain::LinkRequest;
use crate::domain::RuleSettings;
use crate::domain::format::Field;
use crate::domain::tests::{ada, records};
use crate::model::{EventSource, EventStatus};
use crate::test_world::{World, each_world_with};

const POSTCODES: [&str; 5] = ["CV4 9EE", "CV4 9EF", "CV4 9EG", "CV4 9EH", "CV4 9EJ"];

fn five(world: &World) -> [Uln; 5] {
    POSTCODES.map(|postcode| world.registered(&ada().with(Field::LastKnownPostCode, postcode)))
}

fn each_world_of_ten_years(test: impl Fn(&World)) {
    each_world_with(RuleSettings { kept_years: 10, ..RuleSettings::default() }, test);
}

impl World {
    fn given_event(&self, uln: Uln) {
        let loaded = self.clock.now();
        let event = records::event(uln, EventSource::Ilr, EventStatus::Final, "a subject");
        let event = LearningEvent {
            date_loaded: Some(loaded),
            achievement_award_date: None,
            participation_start_date: None,
            participation_end_date: None,
            ..event
        };
        self.stored.store.write(move |store| events::insert(store, std::slice::from_ref(&event))).unwrap();
    }

    fn is_there(&self, uln: Uln) -> bool {
        self.stored.store.read(|store| rows::by_uln(store, uln)).unwrap().is_some()
    }
}

#[test]
fn who_was_kept_long_enough_goes_with_everything_and_others_stay() {
    each_world_of_ten_years(|world| {
        let [gone, merged, master, with_event, linked_later] = five(world);
        for uln in [gone, merged] {
            world.given_event(uln);
        }
        world.merge(merged, master);
        let trail = world.trail(gone).len();
        assert!(trail > 0);

        world.clock.advance(TimeDelta::days(366 * 9));
        world.given_event(with_event);
        let reason = "two people".parse().unwrap();
        world.administration().change_links(&LinkRequest::Delete(vec![linked_later]), &reason).unwrap();

        world.clock.advance(TimeDelta::days(366 * 2));
        let counted = world.administration().erasable().unwrap();
        assert_eq!((counted.learners, counted.events), (3, 2));
        assert!(world.is_there(gone), "counting erases nothing");
        assert_eq!(world.administration().erase_past().unwrap(), counted);
        assert_eq!([gone, merged, master].map(|uln| world.is_there(uln)), [false; 3]);
        assert_eq!([with_event, linked_later].map(|uln| world.is_there(uln)), [true; 2]);
        assert!(world.trail(gone).is_empty(), "their lines are as old");
        let kept: Vec<_> = world.trail(linked_later).into_iter().map(|(action, _)| action).collect();
        assert_eq!(kept, ["delete-learner"], "the younger line stays, the older ones go");
        assert_eq!(world.stored.store.read(|store| events::of(store, &[gone, merged])).unwrap().len(), 0);
        assert!(world.stored.store.read(|store| erasure::was_erased(store, merged)).unwrap());

        let again = world.administration().erase_past().unwrap();
        assert_eq!(again, Erased::default());
    });
}

#[test]
fn nothing_goes_before_its_time() {
    each_world_of_ten_years(|world| {
        let all = five(world);
        world.clock.advance(TimeDelta::days(365 * 10 - 1));
        assert_eq!(world.administration().erase_past().unwrap(), Erased::default());
        assert!(all.into_iter().all(|uln| world.is_there(uln)));
    });
}
