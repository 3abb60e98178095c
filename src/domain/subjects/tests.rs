//! Reports about one person on both databases: what is in them, and who may have one.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use super::*;
use crate::domain::format::Field;
use crate::domain::tests::{ada, records};
use crate::domain::{Account, Action, Role};
use crate::model::{Door, EventSource, EventStatus, LearnerStatus};
use crate::store::events;
use crate::test_world::{PROVIDER, World, each_world};

impl World {
    fn subject(&self, uln: Uln) -> SubjectReport {
        self.administration().subject(uln).unwrap().unwrap()
    }
}

impl SubjectReport {
    fn rows(&self, title: &str) -> &[Vec<String>] {
        &self.sections.iter().find(|section| section.title == title).unwrap().rows
    }
}

#[test]
fn a_report_has_what_is_held_under_every_uln_of_the_person() {
    each_world(|world| {
        let [merged, master, other] = ["CV4 9EE", "CV4 9EF", "CV4 9EG"]
            .map(|postcode| world.registered(&ada().with(Field::LastKnownPostCode, postcode)));
        for uln in [merged, master, other] {
            let event = records::event(uln, EventSource::Ilr, EventStatus::Withdrawn, "a subject");
            world.stored.store.write(move |store| events::insert(store, std::slice::from_ref(&event))).unwrap();
        }
        records::events(world, &records::question(merged.as_str()));
        world.merge(merged, master);
        for asked in [merged, master] {
            let report = world.subject(asked);
            assert_eq!(report.ulns, [master, merged]);
            let details = report.rows("Details");
            for expected in [
                [merged.as_str(), "LastKnownPostCode", "CV4 9EE"],
                [master.as_str(), "LastKnownPostCode", "CV4 9EF"],
                [merged.as_str(), "LearnerStatus", "Merged"],
            ] {
                assert!(details.iter().any(|row| row == &expected), "{expected:?}");
            }
            let events = report.rows("Learning events");
            assert_eq!(
                events.iter().map(|row| row[1].as_str()).collect::<Vec<_>>(),
                [merged.as_str(), master.as_str()]
            );
            assert_eq!((events[0][3].as_str(), report.rows("Learner plans").len()), ("W", 0), "withdrawn ones too");
            assert_eq!(report.rows("Changes of links")[0][1], "merge");
            let disclosed = report.rows("What was disclosed and done");
            assert!(disclosed.iter().any(|row| row[5] == Action::ViewEvents.text() && row[7] == "Y"), "{disclosed:?}");
            assert!(disclosed.iter().all(|row| row[1] != other.as_str()));
        }
        let asked = world.subject(master);
        assert!(
            asked.rows("What was disclosed and done").iter().any(|row| row[5] == "view-subject"),
            "the report itself"
        );
    });
}

#[test]
fn a_deleted_learner_is_reported_and_an_unknown_one_is_not() {
    each_world(|world| {
        let uln = world.registered(&ada());
        world.delete(uln);
        assert_eq!(world.learner(uln).status, LearnerStatus::Deleted);
        assert!(world.subject(uln).rows("Details").iter().any(|row| row[1] == "FamilyName"));
        assert!(world.administration().subject("1000000000".parse().unwrap()).unwrap().is_none());
    });
}

#[test]
fn every_section_has_a_text_for_each_column() {
    each_world(|world| {
        let uln = world.registered(&ada());
        let event = records::event(uln, EventSource::Ao, EventStatus::Final, "a subject");
        world.stored.store.write(move |store| events::insert(store, std::slice::from_ref(&event))).unwrap();
        for section in world.subject(uln).sections {
            assert!(section.rows.iter().all(|row| row.len() == section.columns.len()), "{}", section.title);
        }
    });
}

#[test]
fn only_operators_and_the_service_desk_have_reports() {
    each_world(|world| {
        let uln = world.registered(&ada());
        for role in Role::ALL {
            let had = world.service.call(Door::Portal, Action::ViewSubject, |call| {
                let organisations = world.service.organisations();
                let account = Account { id: 7, name: "A. User" };
                let caller =
                    organisations.signed_in(call, PROVIDER.parse().unwrap(), account, [*role].into_iter().collect())?;
                world.service.subjects().report(&caller, uln)
            });
            match had {
                Ok(Some(_)) => assert_eq!(*role, Role::ServiceDesk),
                Err(Error::InsufficientAccess) => assert_ne!(*role, Role::ServiceDesk),
                _ => panic!("{role:?}"),
            }
        }
    });
}
