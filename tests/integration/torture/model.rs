//! The expected results of achievement batches, in a few lines: the reference with which the crash
//! test compares the service. It also generates the records, some for each rule. It knows neither
//! database nor wire format.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::achievements::{GCSE, UNIT, record};
use crate::flows::Person;

const GRADES: [&str; 5] = ["9", "7", "5", "4", "1"];
/// Award dates for each learner and reference.
const DAYS: u64 = 24;
const UNKNOWN_REFERENCE: &str = "600/1166/X";
const NOBODY: &str = "1000000000";

/// A learner of a series.
pub struct Learner {
    pub person: Person,
    pub uln: String,
}

/// A record that was sent: whom it is about, and the expected result.
pub struct Expected {
    /// The ULN in the record.
    pub uln: String,
    /// What is stored with the record: an error code, or what was done and the achievement's type
    /// (`created-F`).
    pub code: String,
}

/// A batch to send, with the expected result of each record.
pub struct Batch {
    pub submission_type: &'static str,
    pub records: Vec<String>,
    pub expected: Vec<Expected>,
}

/// An achievement as the store must hold it: ULN, reference, award date, status, status before it
/// was withdrawn, grade.
pub type Row = (String, String, Option<NaiveDate>, String, Option<String>, Option<String>);

/// Index of the learner, reference, number of the day.
type Key = (usize, &'static str, u64);
/// `P` or `F`, and the grade.
type Standing = (&'static str, &'static str);

/// Learners whose achievements arrive batch by batch, each once the one before has ended:
/// provisional and final alternately.
pub struct Series {
    pub learners: Vec<Learner>,
    live: BTreeMap<Key, Standing>,
    withdrawn: BTreeMap<Key, Vec<Standing>>,
    batches: usize,
    dice: Dice,
}

impl Series {
    pub fn new(learners: Vec<Learner>, seed: u64) -> Series {
        Series { learners, live: BTreeMap::new(), withdrawn: BTreeMap::new(), batches: 0, dice: Dice(seed) }
    }

    /// The next batch. The model assumes that all of it will be processed.
    pub fn batch(&mut self, size: usize) -> Batch {
        let submission_type = if self.batches.is_multiple_of(2) { "P" } else { "F" };
        self.batches += 1;
        let (records, expected) = (0..size).map(|_| self.record(submission_type)).unzip();
        Batch { submission_type, records, expected }
    }

    /// A record: mostly an action on an achievement of the series, sometimes one that is refused
    /// before any.
    fn record(&mut self, submission: &'static str) -> (String, Expected) {
        let learner = self.dice.below(self.learners.len() as u64) as usize;
        let reference = if self.dice.below(3) == 0 { UNIT } else { GCSE };
        let day = self.dice.below(DAYS);
        let grade = if reference == UNIT { "Pass" } else { GRADES[self.dice.below(GRADES.len() as u64) as usize] };
        let action = [1, 1, 1, 2, 2, 3, 4][self.dice.below(7) as usize];
        let (refused, wrong) = match self.dice.below(100) {
            0 if action < 3 && reference == GCSE => ("F011", Some(("Grade", ""))),
            1 => ("F012", Some(("LanguageForAssessment", "Latin"))),
            2 => ("L001", Some(("Uln", NOBODY))),
            // Another name might happen to be similar to the learner's; another birthday never is.
            3 => ("L002", Some(("DateofBirth", "1901-01-01T00:00:00"))),
            4 => ("B001", Some(("UnitOrQualificationReferenceNumber", UNKNOWN_REFERENCE))),
            5 if action < 3 => ("B006", Some(("AchievementAwardDate", "2099-01-01T00:00:00"))),
            6 if action < 3 => ("B007", Some(("Grade", "no grade"))),
            _ => ("", None),
        };
        let (awarded, action_text) = (format!("{}T00:00:00", date(day)), action.to_string());
        let mut changes = vec![
            ("UnitOrQualificationReferenceNumber", reference),
            ("AchievementAwardDate", &*awarded),
            ("Grade", grade),
            ("Action", &*action_text),
            ("ActionReason", "As the model says, at some length, so that a record is as long as real ones are."),
        ];
        if let Some((name, value)) = wrong {
            changes.retain(|(changed, _)| *changed != name);
            changes.push((name, value));
        }
        let code = match wrong {
            Some(_) => refused.to_owned(),
            None => self.act((learner, reference, day), action, grade, submission),
        };
        let Learner { person, uln } = &self.learners[learner];
        let text = record(uln, person, &changes);
        let uln = if refused == "L001" { NOBODY.to_owned() } else { uln.clone() };
        (text, Expected { uln, code })
    }

    fn act(&mut self, key: Key, action: u8, grade: &'static str, submission: &'static str) -> String {
        let live = self.live.get(&key).copied();
        let earlier = self.withdrawn.entry(key).or_default();
        match (action, live) {
            (1, None) => {
                self.live.insert(key, (submission, grade));
                format!("created-{submission}")
            }
            (1 | 2, Some(("P", _))) if submission == "F" => {
                self.live.insert(key, ("F", grade));
                "promoted-F".to_owned()
            }
            (1, Some(_)) => "B004".to_owned(),
            (2, None) if earlier.is_empty() => "B005".to_owned(),
            (2, None) => "B008".to_owned(),
            (2, Some((standing, _))) if standing != submission => "B010".to_owned(),
            (2, Some((_, before))) if before == grade => "B005".to_owned(),
            (2, Some(_)) => {
                self.live.insert(key, (submission, grade));
                format!("updated-{submission}")
            }
            (3, Some(standing)) => {
                self.live.remove(&key);
                earlier.push(standing);
                format!("withdrawn-{}", standing.0)
            }
            (4, Some(_)) if !earlier.is_empty() => "B004".to_owned(),
            (4, None) if !earlier.is_empty() => {
                let standing = earlier.pop().expect("one that is not empty");
                self.live.insert(key, standing);
                format!("reinstated-{}", standing.0)
            }
            _ => "B005".to_owned(),
        }
    }

    /// Everything that the store must hold about these learners, including withdrawn achievements.
    pub fn rows(&self) -> Vec<Row> {
        let row = |key: &Key, status: &str, from: Option<&str>, grade: &str| {
            let (learner, reference, day) = *key;
            let uln = self.learners[learner].uln.clone();
            let reference = reference.to_owned();
            (uln, reference, Some(date(day)), status.to_owned(), from.map(str::to_owned), Some(grade.to_owned()))
        };
        let live = self.live.iter().map(|(key, (standing, grade))| row(key, standing, None, grade));
        let withdrawn = self.withdrawn.iter().flat_map(|(key, earlier)| {
            earlier.iter().map(move |(standing, grade)| row(key, "W", Some(standing), grade))
        });
        live.chain(withdrawn).collect()
    }
}

/// An award date in the distant past.
fn date(day: u64) -> NaiveDate {
    let first = NaiveDate::from_ymd_opt(2012, 1, 14).expect("a day");
    first + chrono::Days::new(30 * day)
}

/// Repeatable pseudo-random numbers (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (bits ^ (bits >> 31)) % sides
    }
}
