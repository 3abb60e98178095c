//! Random sequences of actions against a simple model: every code, counter and visible event must
//! agree.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::*;

const CASES: u32 = 40;

/// A record's action, by the indexes of learner, reference, award date, grade and action.
#[derive(Debug, Clone, Copy)]
struct Act {
    learner: usize,
    reference: usize,
    date: usize,
    grade: usize,
    action: usize,
}

/// The learner, the ULN merged into the same learner, and a stranger's name.
const LEARNERS: usize = 3;
const REFERENCES: [&str; 3] = [GCSE, UNIT, FOREIGN];
const DATES: [&str; 3] = ["2024-08-22", "2025-07-31", "2025-08-01"];
/// For each reference two grades that it has, and one that it does not.
const GRADES: [[&str; 3]; 3] = [["7", "8", "A"], ["Pass", "", "7"], ["A", "B", "7"]];

fn acts() -> impl Strategy<Value = Vec<(bool, usize, Vec<Act>)>> {
    let act = (
        prop_oneof![6 => Just(0), 2 => Just(1), 1 => Just(2_usize)],
        prop_oneof![5 => Just(0), 3 => Just(1), 1 => Just(2_usize)],
        prop_oneof![6 => Just(0), 3 => Just(1), 1 => Just(2_usize)],
        prop_oneof![5 => Just(0), 5 => Just(1), 1 => Just(2_usize)],
        0_usize..4,
    )
        .prop_map(|(learner, reference, date, grade, action)| Act { learner, reference, date, grade, action });
    proptest::collection::vec((any::<bool>(), 1_usize..8, proptest::collection::vec(act, 1..24)), 1..5)
}

/// An achievement in the model: whether it is final, and its grade.
type Standing = (bool, &'static str);

#[derive(Default)]
struct Model {
    live: BTreeMap<(usize, usize), Standing>,
    withdrawn: BTreeMap<(usize, usize), Vec<Standing>>,
}

impl Model {
    /// The code of a record, or what was done and whether the achievement is final.
    fn act(&mut self, act: Act, is_final: bool) -> Result<(&'static str, bool), &'static str> {
        let key = (act.reference, act.date);
        if act.learner == 2 {
            return Err("L002");
        }
        if act.reference == 2 {
            return Err("B002");
        }
        let writes = act.action < 2;
        let is_entry = writes && act.date == 2 && !is_final && act.reference == 1 && act.grade == 1;
        if writes && act.date == 2 && !is_entry {
            return Err("B006");
        }
        if writes && act.grade == 2 {
            return Err("B007");
        }
        // An empty grade of a unit is a pass.
        let grade = match act.reference {
            1 if is_entry => "",
            1 => "Pass",
            other => GRADES[other][act.grade],
        };
        // The result of an entry is a record of another day.
        let entry = (act.reference, 2);
        if writes
            && !is_entry
            && !self.live.contains_key(&key)
            && self.live.get(&entry).is_some_and(|(_, grade)| grade.is_empty())
        {
            let standing = self.live.remove(&entry).unwrap();
            self.live.insert(key, standing);
        }
        let live = self.live.get(&key).copied();
        match (act.action, live) {
            (0, None) => {
                self.live.insert(key, (is_final, grade));
                Ok(("created", is_final))
            }
            (0 | 1, Some((false, _))) if is_final => {
                self.live.insert(key, (true, grade));
                Ok(("promoted", true))
            }
            (0, Some((false, ""))) if !is_entry => {
                self.live.insert(key, (false, grade));
                Ok(("updated", false))
            }
            (0, Some(_)) => Err("B004"),
            (1, None) if self.withdrawn.contains_key(&key) => Err("B008"),
            (1, Some((true, _))) if !is_final => Err("B010"),
            (1, Some((_, before))) if before != grade => {
                self.live.insert(key, (is_final, grade));
                Ok(("updated", is_final))
            }
            (2, Some(standing)) => {
                self.live.remove(&key);
                self.withdrawn.entry(key).or_default().push(standing);
                Ok(("withdrawn", standing.0))
            }
            (3, Some(_)) if self.withdrawn.contains_key(&key) => Err("B004"),
            (3, None) if self.withdrawn.contains_key(&key) => {
                let earlier = self.withdrawn.get_mut(&key).unwrap();
                let standing = earlier.pop().unwrap();
                if earlier.is_empty() {
                    self.withdrawn.remove(&key);
                }
                self.live.insert(key, standing);
                Ok(("reinstated", standing.0))
            }
            _ => Err("B005"),
        }
    }
}

fn add(counters: &mut Counters, outcome: Result<(&str, bool), &str>) {
    let counter = match outcome {
        Ok((_, true)) => &mut counters.successful_final,
        Ok((_, false)) => &mut counters.successful_provisional,
        Err(code) if code.starts_with('L') => &mut counters.learner_errors,
        Err(_) => &mut counters.business_errors,
    };
    *counter += 1;
    match outcome.map(|(done, _)| done) {
        Ok("created") => counters.created += 1,
        Ok("updated") => counters.updated += 1,
        Ok("promoted") => counters.promoted_to_final += 1,
        Ok("withdrawn") => counters.withdrawn += 1,
        Ok(_) => counters.reinstated += 1,
        Err(_) => {}
    }
}

#[test]
fn random_sequences_come_to_what_the_model_says() {
    each_world(|world| {
        import_catalogue(world);
        let born = RefCell::new(NaiveDate::from_ymd_opt(1990, 1, 1).unwrap());
        let mut runner = TestRunner::new(Config { cases: CASES, ..Config::default() });
        let outcome = runner.run(&acts(), |batches| {
            // Every case has its own learners.
            let register = |postcode| {
                let mut born = born.borrow_mut();
                *born += TimeDelta::days(3);
                world.registered(
                    &ada().with(Field::DateOfBirth, &*born.to_string()).with(Field::LastKnownPostCode, postcode),
                )
            };
            let (uln, merged) = (register("CV49EE"), register("CV5 6AA"));
            world.merge(merged, uln);
            let mut model = Model::default();
            for (is_final, chunk, acts) in batches {
                let mut expected = Counters::default();
                let mut lines = Vec::new();
                for (number, act) in (1..).zip(&acts) {
                    let outcome = model.act(*act, is_final);
                    add(&mut expected, outcome);
                    match outcome {
                        Err(code) => lines.push((number, code.to_owned())),
                        Ok(_) if act.learner == 1 => lines.push((number, "L003".to_owned())),
                        Ok(_) => {}
                    }
                }
                let rows = acts.iter().map(|act| row(act, uln, merged)).collect();
                let came_to = process(world, if is_final { "F" } else { "P" }, rows, chunk);
                prop_assert_eq!(came_to, (expected, lines));
                let shown: Vec<_> = events(world, uln).iter().map(described).collect();
                let unique: BTreeSet<_> = shown.iter().cloned().collect();
                prop_assert_eq!(shown.len(), unique.len());
                let in_model = model.live.iter().map(|((reference, date), (is_final, grade))| {
                    let status = if *is_final { "F" } else { "P" };
                    [REFERENCES[*reference], DATES[*date], grade, status].join(" ")
                });
                prop_assert_eq!(unique, in_model.collect::<BTreeSet<_>>());
            }
            Ok(())
        });
        outcome.unwrap();
    });
}

fn row(act: &Act, uln: Uln, merged: Uln) -> AchievementRow {
    let number = (act.action + 1).to_string();
    assert!(act.learner < LEARNERS);
    achievement(
        if act.learner == 1 { merged } else { uln },
        &[
            ("FamilyName", if act.learner == 2 { "Zwart" } else { "Testcase" }),
            ("UnitOrQualificationReferenceNumber", REFERENCES[act.reference]),
            ("AchievementAwardDate", DATES[act.date]),
            ("Grade", GRADES[act.reference][act.grade]),
            ("Action", &number),
            ("ActionReason", "As the model says"),
        ],
    )
}

fn described(event: &LearningEvent) -> String {
    let date = event.achievement_award_date.unwrap().to_string();
    [&event.subject_code, &date, event.grade.as_deref().unwrap_or_default(), event.status.code()].join(" ")
}
