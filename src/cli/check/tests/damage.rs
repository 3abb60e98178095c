//! Damaged files: the service accepts exactly those that the tool passes.

use std::cell::RefCell;
use std::fs;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::TestRunner;

use super::{sample, submit};
use crate::domain::jobs::JobQuery;
use crate::files::{self, Batch, Expected, Submitted};
use crate::model::{JobKind, JobState};
use crate::test_world::{AWARDING, PROVIDER, noon, worlds_without_limits};

/// Some damage to a file.
#[derive(Debug, Clone)]
enum Damage {
    None,
    Name(&'static str),
    /// Up to a separator of the first two lines.
    Header(Index, &'static str),
    Drop(Index),
    Repeat(Index, usize),
    Byte(Index, u8),
    Insert(Index, &'static str),
    Cut(Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    let names = select(vec![
        "LRB_TEST0038_310720251400.csv",
        "LRB_TEST0039_310720251400.CSV",
        "VLD_TEST0038_310720251400.CSV",
        "QCF_TEST0045_20250731_1.CSV",
        "LRB_TEST0038_310720251400.XML",
        "learners",
    ]);
    let cells = select(vec![
        "",
        "1A",
        "2A",
        "3A",
        "9",
        "TEST0045",
        "0",
        "1",
        "8",
        "08",
        "P",
        "Final",
        "X",
        "a@b",
        "somebody@example.org",
    ]);
    let inserted = select(vec!["\n", "\r\n", ",", "\"", "\u{feff}", "\u{0}", "<x/>", "&", "é"]);
    let place = any::<Index>;
    prop_oneof![
        1 => Just(Damage::None),
        1 => names.prop_map(Damage::Name),
        3 => (place(), cells).prop_map(|(at, cell)| Damage::Header(at, cell)),
        1 => place().prop_map(Damage::Drop),
        1 => (place(), select(vec![1_usize, 2, 200])).prop_map(|(at, times)| Damage::Repeat(at, times)),
        1 => (place(), any::<u8>()).prop_map(|(at, byte)| Damage::Byte(at, byte)),
        1 => (place(), inserted).prop_map(|(at, text)| Damage::Insert(at, text)),
        1 => place().prop_map(Damage::Cut),
    ]
}

impl Damage {
    fn apply(&self, name: &mut String, bytes: &mut Vec<u8>) {
        let lines = |bytes: &[u8]| bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>();
        match self {
            Damage::None => {}
            Damage::Name(other) => *name = (*other).to_owned(),
            Damage::Header(at, cell) => {
                let text = String::from_utf8_lossy(bytes).into_owned();
                let end = text.match_indices('\n').nth(1).map_or(text.len(), |(end, _)| end);
                let is_separator = |character| [',', '<', '>', '\r', '\n'].contains(&character);
                let mut cells: Vec<&str> = text[..end].split_inclusive(is_separator).collect();
                let at = at.index(cells.len());
                let separator = cells[at].chars().last().filter(|last| is_separator(*last)).map(String::from);
                let changed = format!("{cell}{}", separator.unwrap_or_default());
                cells[at] = &changed;
                *bytes = (cells.concat() + &text[end..]).into_bytes();
            }
            Damage::Drop(at) => {
                let mut all = lines(bytes);
                all.remove(at.index(all.len()));
                *bytes = all.concat();
            }
            Damage::Repeat(at, times) => {
                let mut all = lines(bytes);
                let at = at.index(all.len());
                let line = all[at].clone();
                all.splice(at..at, std::iter::repeat_n(line, *times));
                *bytes = all.concat();
            }
            Damage::Byte(at, byte) => {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            Damage::Insert(at, text) => {
                let at = at.index(bytes.len());
                bytes.splice(at..at, text.bytes());
            }
            Damage::Cut(at) => bytes.truncate(at.index(bytes.len())),
        }
    }
}

/// Whatever the damage, the service creates a job, with the same number of records, exactly when
/// the tool passes the file.
#[test]
fn the_service_takes_a_file_exactly_when_the_tool_does() {
    let samples = [
        ("registration/clean/LRB_TEST0038_310720251400.CSV", PROVIDER),
        ("registration/clean/LRB_TEST0038_310720251403.CSV", PROVIDER),
        ("registration/clean/LRB_TEST0038_310720251430.XML", PROVIDER),
        ("verification/clean/VLD_TEST0038_310720251400.CSV", PROVIDER),
        ("verification/clean/VLD_TEST0038_310720251430.XML", PROVIDER),
        ("achievement/clean/QCF_TEST0045_20250731_001.CSV", AWARDING),
        ("achievement/clean/QCF_TEST0045_20250731_030.XML", AWARDING),
    ];
    let cases = (select(samples.to_vec()), proptest::collection::vec(damage(), 1..3));
    for world in worlds_without_limits() {
        let outcomes = RefCell::new([0, 0]);
        let jobs = || world.administration().jobs(&JobQuery { limit: 10_000, ..JobQuery::default() }).unwrap().jobs;
        let mut runner = TestRunner::new(ProptestConfig { cases: 96, ..ProptestConfig::default() });
        let result = runner.run(&cases, |((path, ukprn), damages)| {
            let mut name = path.rsplit('/').next().unwrap().to_owned();
            let mut bytes = fs::read(sample(path)).unwrap();
            for damage in damages {
                if !bytes.is_empty() {
                    damage.apply(&mut name, &mut bytes);
                }
            }
            let expected = Expected { ukprn: Some(ukprn.parse().unwrap()), ..Expected::on(noon().date()) };
            let checked = files::check(&name, &bytes, &expected);
            let (passes, before) = (!checked.is_refused(), jobs().len());
            let records = checked.batch.as_ref().map_or(0, Batch::len);
            let findings = format!("{:?}", checked.findings);
            let owner = match checked.batch.as_ref().map(|batch| batch.layout.kind()) {
                Some(JobKind::Achievement) => AWARDING,
                _ => PROVIDER,
            };
            let submitted = submit(&world, owner, checked);
            let after = jobs();
            outcomes.borrow_mut()[usize::from(passes)] += 1;
            match submitted {
                Submitted::Accepted(id) => {
                    prop_assert!(passes, "the service took what the tool refuses: {findings}");
                    prop_assert_eq!(after.len(), before + 1);
                    let job = after.iter().find(|job| job.id == id).unwrap();
                    prop_assert_eq!(usize::try_from(job.records_done), Ok(records));
                    prop_assert_eq!(job.state, JobState::Successful);
                }
                Submitted::Refused(reasons) => {
                    prop_assert!(!passes, "the service refused what the tool lets pass: {reasons:?}");
                    prop_assert!(!reasons.is_empty());
                    prop_assert_eq!(after.len(), before);
                }
            }
            Ok(())
        });
        result.unwrap();
        let [refused, passed] = outcomes.into_inner();
        assert!(refused > 10 && passed > 5, "{refused} refused, {passed} passed");
    }
}
