//! Links on both databases: rules, history, who may change them, and that every reading follows.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::as_conversions)]

use std::time::{Duration, Instant};

use super::*;
use crate::domain::format::{Field, FieldTexts};
use crate::domain::tests::{ada, records};
use crate::domain::{Account, Action, Found, Role};
use crate::model::{Door, EventSource, EventStatus, LinkKind};
use crate::test_world::{PROVIDER, World, each_world};

const POSTCODES: [&str; 4] = ["CV4 9EE", "CV4 9EF", "CV4 9EG", "CV4 9EH"];

fn merge(merged: &[Uln], master: Uln) -> LinkRequest {
    LinkRequest::Merge { merged: merged.to_vec(), master }
}

fn four(world: &World) -> [Uln; 4] {
    POSTCODES.map(|postcode| world.registered(&at(postcode)))
}

fn at(postcode: &str) -> FieldTexts<'_> {
    ada().with(Field::LastKnownPostCode, postcode)
}

impl World {
    fn change(&self, request: &LinkRequest) -> Linked {
        self.administration().change_links(request, &"the same person".parse().unwrap()).unwrap()
    }

    fn linked(&self, request: &LinkRequest) {
        assert!(matches!(self.change(request), Linked::Done(_)));
    }

    fn refused(&self, request: &LinkRequest) -> (usize, LinkRefusal) {
        match self.change(request) {
            Linked::Refused { place, why } => (place, why),
            Linked::Done(_) => panic!("not refused"),
        }
    }

    fn stands(&self, uln: Uln) -> (LearnerStatus, Option<Uln>) {
        (self.learner(uln).status, self.learner(uln).master)
    }

    fn changes(&self, uln: Uln) -> Vec<(LinkKind, Uln, Option<Uln>)> {
        let changes = self.administration().link_history(uln).unwrap();
        changes.iter().map(|change| (change.kind, change.uln, change.master)).collect()
    }
}

#[test]
fn merging_has_one_level() {
    each_world(|world| {
        let [a, b, c, d] = four(world);
        world.linked(&merge(&[a], b));
        world.linked(&merge(&[b], c));
        assert_eq!(world.stands(a), (LearnerStatus::Merged, Some(c)), "the numbers of a merged master follow");
        assert_eq!(world.stands(b), (LearnerStatus::Merged, Some(c)));
        assert_eq!(world.refused(&merge(&[a], d)), (0, LinkRefusal::Merged));
        assert_eq!(world.refused(&merge(&[d], a)), (0, LinkRefusal::MasterMerged));
        assert_eq!(world.refused(&merge(&[d], d)), (0, LinkRefusal::SameLearner));
        let nobody = "1000000000".parse().unwrap();
        assert_eq!(world.refused(&merge(&[d], nobody)), (0, LinkRefusal::NoMaster));
        assert_eq!(world.refused(&merge(&[nobody], d)), (0, LinkRefusal::NoLearner));
        assert_eq!(world.refused(&LinkRequest::Delete(vec![c])), (0, LinkRefusal::IsMaster));
        assert_eq!(world.refused(&LinkRequest::Delete(vec![a])), (0, LinkRefusal::Merged));
        assert_eq!(world.refused(&LinkRequest::Unmerge(vec![c])), (0, LinkRefusal::NotMerged));

        world.linked(&LinkRequest::Unmerge(vec![a]));
        assert_eq!(world.stands(a), (LearnerStatus::Active, None));
        assert!(matches!(world.find(a.as_str(), "Testcase", "Adalind"), Found::Exact(_)));
        match world.find(c.as_str(), "Testcase", "Adalind") {
            Found::Exact(found) => assert_eq!(found.linked_ulns, [b]),
            other => panic!("{}", other.code()),
        }
        world.linked(&LinkRequest::Unmerge(vec![b]));
        assert_eq!(world.stands(a), (LearnerStatus::Active, None), "what was unmerged by itself does not return");
        world.linked(&LinkRequest::Delete(vec![c]));
        assert_eq!(world.refused(&LinkRequest::Delete(vec![c])), (0, LinkRefusal::Deleted));
        assert_eq!(world.refused(&merge(&[a], c)), (0, LinkRefusal::MasterDeleted));
    });
}

#[test]
fn a_change_can_be_undone_and_its_history_stays() {
    each_world(|world| {
        let [a, b, c, _] = four(world);
        world.linked(&merge(&[a], b));
        world.linked(&merge(&[b], c));
        world.linked(&LinkRequest::Unmerge(vec![b]));
        assert_eq!(world.stands(b), (LearnerStatus::Active, None));
        assert_eq!(world.stands(a), (LearnerStatus::Merged, Some(b)), "who followed returns");
        match world.find(a.as_str(), "Testcase", "Adalind") {
            Found::MasterSubstituted(found) => assert_eq!((found.learner.uln, found.linked_ulns), (b, vec![a])),
            other => panic!("{}", other.code()),
        }
        assert!(
            matches!(world.find(c.as_str(), "Testcase", "Adalind"), Found::Exact(found) if found.linked_ulns.is_empty())
        );

        world.linked(&LinkRequest::Delete(vec![c]));
        assert_eq!(world.find(c.as_str(), "Testcase", "Adalind"), Found::None);
        world.linked(&LinkRequest::Restore(vec![c]));
        assert!(matches!(world.find(c.as_str(), "Testcase", "Adalind"), Found::Exact(_)));
        assert_eq!(world.refused(&LinkRequest::Restore(vec![c])), (0, LinkRefusal::NotDeleted));

        let expected = [
            (LinkKind::Restore, c, None),
            (LinkKind::Delete, c, None),
            (LinkKind::Unmerge, b, Some(c)),
            (LinkKind::Follow, a, Some(c)),
            (LinkKind::Merge, b, Some(c)),
        ];
        assert_eq!(world.changes(c), expected);
        let told = world.administration().link_history(c).unwrap();
        assert_eq!((told[0].reason.as_str(), told[0].user_name.as_str()), ("the same person", "operator"));
        assert_eq!((told[3].part_of, told[4].part_of), (Some(told[4].id), None));
        assert!(world.trail(a).contains(&("merge-learner".to_owned(), "Done".to_owned())));
        assert!(world.trail(c).contains(&("restore-learner".to_owned(), "NotDeleted".to_owned())));
    });
}

#[test]
fn all_are_changed_or_none_and_a_preview_changes_nothing() {
    each_world(|world| {
        let [a, b, c, d] = four(world);
        world.linked(&LinkRequest::Delete(vec![c]));
        assert_eq!(world.refused(&merge(&[a, b, a, c], d)), (2, LinkRefusal::Deleted));
        assert_eq!(world.stands(a), (LearnerStatus::Active, None));
        assert!(world.changes(a).is_empty());
        let preview = world.administration().preview_links(&merge(&[a, b], d)).unwrap();
        assert_eq!(world.stands(a), (LearnerStatus::Active, None));
        let Linked::Done(effects) = preview else { panic!("{preview:?}") };
        let changed: Vec<_> = effects.iter().map(|each| (each.uln, each.after.master)).collect();
        assert_eq!(changed, [(a, Some(d)), (d, None), (b, Some(d)), (d, None)]);
        world.linked(&merge(&[a, b, a], d));
        assert!(
            matches!(world.find(d.as_str(), "Testcase", "Adalind"), Found::Exact(found) if found.linked_ulns.len() == 2)
        );
        assert_eq!(world.changes(d).len(), 2);
    });
}

#[test]
fn only_operators_and_the_service_desk_change_links() {
    each_world(|world| {
        let [a, b, ..] = four(world);
        let request = merge(&[a], b);
        let reason = "the same person".parse().unwrap();
        let as_user = |role: Role| {
            world.service.call(Door::Portal, Action::MergeLearner, |call| {
                let account = Account { id: 7, name: "A. User" };
                let roles = [role].into_iter().collect();
                let organisations = world.service.organisations();
                let caller = organisations.signed_in(call, PROVIDER.parse().unwrap(), account, roles)?;
                let linking = world.service.linking();
                assert_eq!(linking.history(&caller, &[a]).is_ok(), role == Role::ServiceDesk);
                assert_eq!(linking.preview(&caller, &request).is_ok(), role == Role::ServiceDesk);
                linking.change(&caller, &request, &reason)
            })
        };
        for role in Role::ALL.iter().filter(|role| **role != Role::ServiceDesk) {
            assert!(matches!(as_user(*role), Err(Error::InsufficientAccess)), "{role:?}");
        }
        let by_program =
            world.call(Action::MergeLearner, |caller| world.service.linking().change(caller, &request, &reason));
        assert!(matches!(by_program, Err(Error::InsufficientAccess)));
        assert_eq!(world.stands(a), (LearnerStatus::Active, None));
        assert!(matches!(as_user(Role::ServiceDesk), Ok(Linked::Done(_))));
        let told = world.administration().link_history(a).unwrap();
        assert_eq!(told[0].user_name, "A. User");
        assert!(told[0].organisation_id.is_some());
    });
}

#[test]
fn ten_thousand_events_follow_within_100_milliseconds() {
    each_world(|world| {
        let [a, b, ..] = four(world);
        let of = |uln| records::event(uln, EventSource::Ilr, EventStatus::Final, "a subject");
        let events: Vec<_> = (0..10_000).map(|number| of(if number % 2 == 0 { a } else { b })).collect();
        world.stored.store.write(move |store| crate::store::events::insert(store, &events)).unwrap();
        let request = merge(&[a], b);
        let mut fastest = Duration::MAX;
        for _ in 0..5 {
            let begun = Instant::now();
            world.linked(&request);
            fastest = fastest.min(begun.elapsed());
            assert_eq!((shown(world, a), shown(world, b)), (10_000, 10_000));
            world.linked(&LinkRequest::Unmerge(vec![a]));
            assert_eq!((shown(world, a), shown(world, b)), (5_000, 5_000));
        }
        assert!(fastest < Duration::from_millis(100), "{fastest:?}");
    });
}

/// The number of events that the learner's record shows.
fn shown(world: &World, uln: Uln) -> usize {
    records::events(world, &records::question(uln.as_str())).events.len()
}

#[test]
fn two_desks_that_merge_crosswise_do_not_make_a_ring() {
    each_world(|world| {
        let [a, b, ..] = four(world);
        let node = world.another_node(crate::domain::RuleSettings::default());
        let reason: Reason = "the same person".parse().unwrap();
        std::thread::scope(|scope| {
            let one = scope.spawn(|| world.administration().change_links(&merge(&[a], b), &reason).unwrap());
            let other = scope.spawn(|| node.administration("operator").change_links(&merge(&[b], a), &reason).unwrap());
            let done = [one.join().unwrap(), other.join().unwrap()];
            assert_eq!(done.iter().filter(|linked| matches!(linked, Linked::Done(_))).count(), 1, "{done:?}");
        });
        let masters = [world.stands(a).1, world.stands(b).1];
        assert!(masters == [Some(b), None] || masters == [None, Some(a)], "{masters:?}");
    });
}

#[test]
fn changes_are_reported_to_organisations_that_know_the_learner() {
    const NEIGHBOUR: &str = "90000077";
    each_world(|world| {
        world.add_organisation(NEIGHBOUR, "NEIGH1", "A neighbour", true);
        let [a, b, c, _] = four(world);
        world.linked(&merge(&[a], b));
        world.linked(&LinkRequest::Delete(vec![c]));
        let today = world.service.inner.clock.today();
        let report = |ukprn: &str, kinds: ReportedKinds, from, until| {
            let days = ReportedDays { from, until };
            world
                .call_as(ukprn, Action::ReportLinks, |caller| world.service.linking().report(caller, kinds, days))
                .unwrap()
        };
        let told = |report: LinkReport| match report {
            LinkReport::Changes(changes) => changes
                .into_iter()
                .map(|change| (change.kind, change.learner.uln, change.master.map(|master| master.uln), change.day))
                .collect(),
            LinkReport::Nothing | LinkReport::NoDays => Vec::new(),
        };
        let merged = vec![(LinkKind::Merge, a, Some(b), today)];
        assert_eq!(told(report(PROVIDER, ReportedKinds::MergedAndUnmerged, today, None)), merged);
        let deleted = vec![(LinkKind::Delete, c, None, today)];
        assert_eq!(told(report(PROVIDER, ReportedKinds::Deleted, today, Some(today))), deleted);
        assert!(world.trail(a).contains(&("report-link-changes".to_owned(), "WSRC0004".to_owned())));

        // Another organisation is told once it has seen the record, and of that learner alone.
        assert!(report(NEIGHBOUR, ReportedKinds::MergedAndUnmerged, today, None) == LinkReport::Nothing);
        let question = records::question(b.as_str());
        world
            .call_as(NEIGHBOUR, Action::ViewEvents, |caller| {
                world.service.records().events(caller, &question).map(drop)
            })
            .unwrap();
        assert_eq!(told(report(NEIGHBOUR, ReportedKinds::MergedAndUnmerged, today, None)), merged);
        assert!(report(NEIGHBOUR, ReportedKinds::Deleted, today, None) == LinkReport::Nothing);

        let yesterday = today.pred_opt().unwrap();
        assert!(report(PROVIDER, ReportedKinds::Deleted, yesterday, Some(yesterday)) == LinkReport::Nothing);
        assert!(report(PROVIDER, ReportedKinds::Deleted, today, Some(yesterday)) == LinkReport::NoDays);
    });
}
