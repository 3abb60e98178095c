//! A single achievement: the rules of the batch, what happened to it, and two who change it at
//! once.

use std::thread;

use super::*;
use crate::domain::achievements::{AchievementChange, Acted, ShownAchievement};
use crate::domain::catalogue::{Offered, WhyNot};
use crate::model::{AchievementDone, Door, SubmissionType};

const FINAL: SubmissionType = SubmissionType::Final;

fn as_awarding<T>(world: &World, ukprn: &str, action: Action, body: impl FnOnce(&Caller<'_>) -> T) -> T {
    world.call_by(Door::Portal, &Claim { ukprn: Some(ukprn), ..world.claim() }, action, body)
}

fn submit_one(world: &World, submission: SubmissionType, row: &AchievementRow) -> Acted {
    as_awarding(world, AWARDING, Action::CreateAchievement, |caller| {
        world.service.achievements().submit(caller, submission, row).unwrap()
    })
}

fn created(world: &World, submission: SubmissionType, row: &AchievementRow) -> i32 {
    match submit_one(world, submission, row) {
        Acted::Done { id, done: AchievementDone::Created, standing, .. } if standing == submission => id,
        other => panic!("{other:?}"),
    }
}

fn change(world: &World, id: i32, version: i32, submission_type: SubmissionType, fields: &[(&str, &str)]) -> Acted {
    let mut row = AchievementRow::default();
    for (field, text) in fields.iter().chain(&[("ActionDate", "2025-07-31")]) {
        assert!(row.set(field, Some((*text).to_owned())), "{field}");
    }
    let change = AchievementChange { id, version, submission_type, row };
    as_awarding(world, AWARDING, Action::ChangeAchievement, |caller| {
        world.service.achievements().change(caller, &change).unwrap()
    })
}

fn shown(world: &World, ukprn: &str, id: i32) -> Option<ShownAchievement> {
    as_awarding(world, ukprn, Action::ViewAchievements, |caller| world.service.achievements().get(caller, id).unwrap())
}

const UPDATE: &[(&str, &str)] = &[("Action", "2"), ("Grade", "8"), ("ProviderUKPRN", PROVIDER)];

/// The same row gets the same code and the same audit line, alone or in a batch.
#[test]
fn a_row_gets_the_code_that_it_gets_in_a_batch() {
    each_world(|world| {
        import_catalogue(world);
        let reference = "UnitOrQualificationReferenceNumber";
        let rows: Vec<Vec<(&str, &str)>> = vec![
            vec![],
            vec![("Grade", "")],
            vec![("Grade", ""), ("LanguageForAssessment", "Latin")],
            vec![("ULN", "1234567890")],
            vec![("FamilyName", "Zwart")],
            vec![(reference, UNKNOWN)],
            vec![(reference, FOREIGN), ("Grade", "A")],
            vec![(reference, ENDED), ("Grade", "A")],
            vec![("Grade", "8")],
            vec![("Action", "2")],
            vec![("Action", "2"), ("Grade", "8")],
            vec![("AchievementAwardDate", "2025-08-01")],
            vec![("Grade", "A*")],
            WITHDRAW.to_vec(),
            vec![("Action", "3")],
            vec![("Action", "2"), ("Grade", "9")],
            REINSTATE.to_vec(),
            vec![(reference, UNIT), ("Grade", "")],
        ];
        for submission in [FINAL, SubmissionType::Provisional] {
            let born = if submission == FINAL { ["1990-01-01", "1991-01-01"] } else { ["1992-01-01", "1993-01-01"] };
            let [alone, batched] = born.map(|born| world.registered(&ada().with(Field::DateOfBirth, born)));
            for changes in &rows {
                let of = |uln: Uln| achievement(uln, changes);
                let code = match submit_one(world, submission, &of(alone)) {
                    Acted::Done { done, standing, .. } => format!("{}-{standing}", done.code()),
                    Acted::Refused(codes) => codes.first().copied().unwrap_or_default().to_owned(),
                    other => panic!("{other:?}"),
                };
                let (_, errors) = process(world, submission.code(), vec![of(batched)], 10);
                match errors.first() {
                    Some((_, of_batch)) => assert_eq!(code, *of_batch, "{changes:?}"),
                    None => assert!(code.ends_with(submission.code()), "{changes:?}: {code}"),
                }
            }
            let outcomes = |uln, action: &str| {
                let lines = world.trail(uln).into_iter().filter(|(line, _)| line == action);
                lines.map(|(_, outcome)| outcome).collect::<Vec<_>>()
            };
            assert_eq!(outcomes(alone, "create-achievement"), outcomes(batched, "submit-achievements"));
        }
    });
}

#[test]
fn what_happened_is_kept_with_the_door() {
    each_world(|world| {
        import_catalogue(world);
        let uln = world.registered(&ada());
        process(world, "P", vec![achievement(uln, &[])], 10);
        let page = as_awarding(world, AWARDING, Action::ViewAchievements, |caller| {
            world.service.achievements().newest(caller, None).unwrap()
        });
        let id = page.achievements[0].event.id;
        assert_eq!((page.achievements.len(), page.next), (1, None));
        assert!(matches!(change(world, id, 1, SubmissionType::Provisional, UPDATE), Acted::Done { .. }));
        assert!(matches!(change(world, id, 2, FINAL, UPDATE), Acted::Done { .. }));
        assert_eq!(change(world, id, 3, FINAL, UPDATE), Acted::Refused(vec!["B005"]));
        assert!(matches!(change(world, id, 3, FINAL, WITHDRAW), Acted::Done { .. }));
        assert_eq!(change(world, id, 4, FINAL, UPDATE), Acted::Refused(vec!["B008"]));
        assert!(matches!(change(world, id, 4, FINAL, REINSTATE), Acted::Done { .. }));
        let found = shown(world, AWARDING, id).unwrap();
        assert_eq!((found.version, found.uln, &*found.learner), (5, uln, "Adalind Testcase"));
        let steps: Vec<_> = found.steps.iter().map(|step| (step.done, step.door, step.grade.as_deref())).collect();
        assert_eq!(
            steps,
            [
                (AchievementDone::Created, Door::WebService, Some("7")),
                (AchievementDone::Updated, Door::Portal, Some("8")),
                (AchievementDone::PromotedToFinal, Door::Portal, Some("8")),
                (AchievementDone::Withdrawn, Door::Portal, Some("8")),
                (AchievementDone::Reinstated, Door::Portal, Some("8")),
            ]
        );
        assert_eq!(found.steps[3].action_reason.as_deref(), Some("Awarded by mistake"));
        // A withdrawn one stays apart from the one that was created after it.
        assert!(matches!(change(world, id, 5, FINAL, WITHDRAW), Acted::Done { .. }));
        let second = created(world, FINAL, &achievement(uln, &[]));
        assert_eq!(change(world, id, 6, FINAL, UPDATE), Acted::Refused(vec!["B008"]));
        assert_eq!(change(world, id, 6, FINAL, REINSTATE), Acted::Refused(vec!["B004"]));
        assert_eq!(change(world, second, 1, FINAL, &[("Action", "3")]), Acted::Refused(vec!["F015"]));
        let of_learner = as_awarding(world, AWARDING, Action::ViewAchievements, |caller| {
            world.service.achievements().of_learner(caller, uln).unwrap()
        });
        assert_eq!(of_learner.iter().map(|each| each.event.id).collect::<Vec<_>>(), [second, id]);
    });
}

#[test]
fn of_two_who_change_it_at_once_the_second_is_told() {
    each_world(|world| {
        import_catalogue(world);
        let uln = world.registered(&ada());
        let id = created(world, FINAL, &achievement(uln, &[]));
        for version in 1..=5 {
            let outcomes: Vec<Acted> = thread::scope(|scope| {
                let threads: Vec<_> = ["1", "2", "3", "4", "5", "6"]
                    .map(|grade| {
                        scope.spawn(move || {
                            let grade = if version % 2 == 0 { grade } else { "9" };
                            let other = format!("by {grade} in {version}");
                            let fields = [("Action", "2"), ("Grade", grade), ("ProviderUKPRN", PROVIDER)];
                            change(world, id, version, FINAL, &[&fields[..], &[("MISIdentifier", &*other)]].concat())
                        })
                    })
                    .into();
                threads.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Acted::Done { .. })).count(), 1);
            assert_eq!(outcomes.iter().filter(|outcome| **outcome == Acted::Overtaken).count(), 5);
        }
        assert_eq!(shown(world, AWARDING, id).unwrap().steps.len(), 6);
    });
}

#[test]
fn an_entry_waits_for_its_result() {
    each_world(|world| {
        import_catalogue(world);
        let uln = world.registered(&ada());
        let expected = |day| [("Grade", ""), ("AchievementAwardDate", day)];
        let provisional = SubmissionType::Provisional;
        assert_eq!(
            submit_one(world, FINAL, &achievement(uln, &expected("2025-08-21"))),
            Acted::Refused(vec!["F011"]),
            "an entry is provisional"
        );
        assert_eq!(
            submit_one(world, provisional, &achievement(uln, &expected("2025-07-31"))),
            Acted::Refused(vec!["F011"]),
            "an entry expects its award"
        );
        let later = created(world, provisional, &achievement(uln, &expected("2026-01-15")));
        let first = created(world, provisional, &achievement(uln, &expected("2025-08-21")));
        let shown_events = events(world, uln);
        assert_eq!(shown_events.len(), 2);
        assert!(shown_events.iter().all(|event| event.status == EventStatus::Provisional && event.grade.is_none()));
        let entries = |world: &World| {
            let entries = as_awarding(world, AWARDING, Action::ViewAchievements, |caller| {
                world.service.achievements().entries(caller).unwrap()
            });
            let ids = |of: Vec<crate::model::Achievement>| of.iter().map(|each| each.event.id).collect::<Vec<_>>();
            (ids(entries.waiting), ids(entries.completed))
        };
        assert_eq!(entries(world), (vec![first, later], vec![]));
        // A result by file completes the entry that is expected first, whatever its day.
        let (counters, errors) =
            process(world, "F", vec![achievement(uln, &[("AchievementAwardDate", "2025-07-30")])], 10);
        assert_eq!((counters.promoted_to_final, errors), (1, vec![]));
        assert_eq!(entries(world), (vec![later], vec![first]));
        // The result of the other one cannot take the day of that.
        let result = |day| {
            let of = [("Action", "2"), ("Grade", "9"), ("ProviderUKPRN", PROVIDER), ("AchievementAwardDate", day)];
            change(world, later, 1, FINAL, &of)
        };
        assert_eq!(result("2025-07-30"), Acted::Refused(vec!["B004"]));
        assert_eq!(result("2025-08-01"), Acted::Refused(vec!["B006"]));
        assert!(matches!(result("2025-07-31"), Acted::Done { done: AchievementDone::PromotedToFinal, .. }));
        assert_eq!(entries(world), (vec![], vec![first, later]));
        let found = shown(world, AWARDING, later).unwrap();
        let steps: Vec<_> = found.steps.iter().map(|step| (step.done, step.grade.as_deref())).collect();
        assert_eq!(steps, [(AchievementDone::Created, None), (AchievementDone::PromotedToFinal, Some("9"))]);
        assert_eq!(found.achievement.event.achievement_award_date, NaiveDate::from_ymd_opt(2025, 7, 31));
    });
}

/// Two results of one chunk, each on the day that the other entry had.
#[test]
fn results_in_one_batch_take_free_days() {
    each_world(|world| {
        import_catalogue(world);
        let uln = world.registered(&ada());
        let entry = |day| achievement(uln, &[("Grade", ""), ("AchievementAwardDate", day)]);
        process(world, "P", vec![entry("2025-08-02"), entry("2025-08-01")], 10);
        world.clock.advance(TimeDelta::days(2));
        let result = |day, grade| achievement(uln, &[("AchievementAwardDate", day), ("Grade", grade)]);
        let rows = vec![result("2025-07-31", "1"), result("2025-08-01", "2"), result("2025-08-02", "3")];
        let (counters, errors) = process(world, "F", rows, 10);
        assert_eq!((counters.promoted_to_final, counters.created, errors), (2, 1, vec![]));
        assert_eq!(events(world, uln).len(), 3);
    });
}

#[test]
fn another_awarding_organisation_has_none_of_it() {
    each_world(|world| {
        import_catalogue(world);
        world.add_organisation("TEST0052", "TEST52", "Other Awards", false);
        let uln = world.registered(&ada());
        let id = created(world, FINAL, &achievement(uln, &[]));
        assert!(shown(world, "TEST0052", id).is_none());
        let (newest, of_learner, acted) = as_awarding(world, "TEST0052", Action::ViewAchievements, |caller| {
            let achievements = world.service.achievements();
            let row = achievement(uln, &[("Action", "2"), ("Grade", "8")]);
            let change = AchievementChange { id, version: 1, submission_type: FINAL, row };
            (
                achievements.newest(caller, None).unwrap().achievements,
                achievements.of_learner(caller, uln).unwrap(),
                achievements.change(caller, &change).unwrap(),
            )
        });
        assert_eq!((newest.len(), of_learner.len(), acted), (0, 0, Acted::Unknown));
        let refused = world.call(Action::ViewAchievements, |caller| world.service.achievements().get(caller, id).err());
        assert!(matches!(refused, Some(Error::InsufficientAccess)), "a provider may not ask");
    });
}

#[test]
fn the_search_offers_what_may_be_submitted_and_says_why_not() {
    each_world(|world| {
        import_catalogue(world);
        let search = |text: &str| -> Offered {
            as_awarding(world, AWARDING, Action::SearchCatalogue, |caller| {
                world.service.catalogue().search(caller, text).unwrap()
            })
        };
        let references =
            |offered: &Offered| offered.open.iter().map(|entry| entry.reference.to_string()).collect::<Vec<_>>();
        let all = search("eXAMple");
        assert_eq!(references(&all), [GCSE, ENDED, UNIT]);
        let closed: Vec<_> = all.closed.iter().map(|(entry, why)| (entry.reference.to_string(), *why)).collect();
        assert_eq!(closed, [(FOREIGN.to_owned(), WhyNot::OfAnother)]);
        assert_eq!(references(&search("60170013 example")), [GCSE]);
        assert_eq!(references(&search("601/70")), [GCSE, ENDED]);
        for nothing in ["", "%", "_", "601/7001/3 other"] {
            assert_eq!(search(nothing), Offered::default(), "{nothing}");
        }
        let applied = Recognition { status: RecognitionStatus::Applied, ended_on: None };
        world.administration().set_recognition(AWARDING.parse().unwrap(), applied).unwrap();
        let all = search("example");
        assert_eq!((all.open.len(), all.closed.len()), (0, 4));
        assert!(all.closed.iter().all(|(_, why)| *why == WhyNot::NotRecognised));
        let uln = world.registered(&ada());
        assert_eq!(submit_one(world, FINAL, &achievement(uln, &[])), Acted::NotConfigured);
    });
}
