//! The code refers to sections of docs/rules.md: every reference leads to an existing heading, and
//! to an existing row of its table if it names one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// Where references are looked for.
const PLACES: &[&str] = &[
    "src",
    "codegen",
    "tests",
    "benches",
    "fuzz",
    "migrations",
    "wsdl",
    "schemas",
    "scripts",
    "docs",
    "fixtures",
    "packaging",
    "build.rs",
    "Makefile",
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
];

/// Folders of generated files.
const BUILT: &[&str] = &["target", "node_modules", "corpus", "__pycache__"];

/// The sections of the page by number, each with the row numbers of its tables.
struct Rules(BTreeMap<String, BTreeSet<String>>);

impl Rules {
    fn read(page: &str) -> Rules {
        let heading = Regex::new(r"^#{2,3} (\d+(?:\.\d+)?) ").expect("a pattern");
        let row = Regex::new(r"^\| (\d+) \|").expect("a pattern");
        let mut sections: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut current = String::new();
        for line in page.lines() {
            if let Some(found) = heading.captures(line) {
                current = found[1].to_owned();
                let is_new = sections.insert(current.clone(), BTreeSet::new()).is_none();
                assert!(is_new, "docs/rules.md: two sections have the number {current}");
            } else if let Some(found) = row.captures(line) {
                sections.entry(current.clone()).or_default().insert(found[1].to_owned());
            }
        }
        Rules(sections)
    }

    /// What is wrong with a reference.
    fn fault(&self, reference: &Reference) -> Option<String> {
        if reference.sections.is_empty() {
            return Some("names no section".to_owned());
        }
        if let Some(missing) = reference.sections.iter().find(|number| !self.0.contains_key(*number)) {
            return Some(format!("there is no section {missing}"));
        }
        let (row, section) = (reference.row.as_ref()?, reference.sections.last()?);
        let is_there = self.0.get(section).is_some_and(|rows| rows.contains(row));
        (!is_there).then(|| format!("section {section} has no row {row}"))
    }
}

#[derive(Debug, PartialEq)]
struct Reference {
    line: usize,
    text: String,
    sections: Vec<String>,
    row: Option<String>,
}

/// The references of a text. A name that belongs to a link or a path names the page and no section
/// of it.
fn references(text: &str) -> Vec<Reference> {
    let pattern = Regex::new(
        r"(?P<before>/|\[|\]\(|`)?\b(?P<page>rules\.md)\b(?P<list> \d+(?:\.\d+)?\b(?:(?:,| and| to) \d+(?:\.\d+)?\b)*)?(?:, row (?P<row>\d+))?",
    )
    .expect("a pattern");
    let number = Regex::new(r"\d+(?:\.\d+)?").expect("a pattern");
    let (flat, starts) = flat(text);
    let is_name = |found: &regex::Captures<'_>| found.name("before").is_some() && found.name("list").is_none();
    pattern
        .captures_iter(&flat)
        .filter(|found| !is_name(found))
        .map(|found| {
            let list = found.name("list").map_or("", |list| list.as_str());
            let at = found.name("page").expect("a page").start();
            Reference {
                line: starts.partition_point(|start| *start <= at),
                text: found[0].to_owned(),
                sections: number.find_iter(list).map(|number| number.as_str().to_owned()).collect(),
                row: found.name("row").map(|row| row.as_str().to_owned()),
            }
        })
        .collect()
}

/// The text as one line, because a comment may break within a reference; and the offset of each
/// original line.
fn flat(text: &str) -> (String, Vec<usize>) {
    let mut flat = String::new();
    let mut starts = Vec::new();
    for line in text.lines() {
        starts.push(flat.len());
        flat.push_str(line.trim_start().trim_start_matches(['/', '!', '#', '*', '-']).trim());
        flat.push(' ');
    }
    (flat, starts)
}

#[test]
fn every_reference_leads_to_a_rule_that_is_there() {
    let rules = Rules::read(&read("docs/rules.md"));
    let mut wrong = Vec::new();
    let mut seen = BTreeMap::new();
    for file in files() {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        let name = file.strip_prefix(root()).expect("a file of this project").display().to_string();
        if name == file!() || !text.contains("rules.md") {
            continue;
        }
        for reference in references(&text) {
            *seen.entry(name.split('/').next().expect("a name").to_owned()).or_insert(0) += 1;
            if let Some(fault) = rules.fault(&reference) {
                wrong.push(format!("{name}:{}: {:?}: {fault}", reference.line, reference.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{} references lead nowhere:\n{}", wrong.len(), wrong.join("\n"));
    for place in ["src", "wsdl", "tests"] {
        assert!(seen.get(place).is_some_and(|count| *count > 0), "no reference was seen in {place}: {seen:?}");
    }
}

/// The page refers to its own sections in brackets: (4.2).
#[test]
fn the_page_refers_to_sections_that_it_has() {
    let page = read("docs/rules.md");
    let rules = Rules::read(&page);
    let bracket = Regex::new(r"\((\d+\.\d+(?:, \d+\.\d+)*)[,)]").expect("a pattern");
    let numbers: Vec<String> = bracket
        .captures_iter(&page)
        .flat_map(|found| found[1].split(", ").map(str::to_owned).collect::<Vec<_>>())
        .collect();
    assert!(numbers.len() > 10, "{numbers:?}");
    for number in numbers {
        assert!(rules.0.contains_key(&number), "docs/rules.md refers to {number}, which it does not have");
    }
}

#[test]
fn references_are_seen_in_every_form() {
    let rules = Rules::read("## 9 Levels\n| no | level |\n|---|---|\n| 12 | size |\n### 9.1 More\n### 9.10 Most\n");
    let faults = |text: &str| -> Vec<(usize, Option<String>)> {
        references(text).iter().map(|reference| (reference.line, rules.fault(reference))).collect()
    };
    for right in [
        "(rules.md 9)",
        "(rules.md 9, row 12)",
        "rules.md 9.1: 5",
        "rules.md 9.1, 9.10, our choice",
        "rules.md 9.1 to 9.10.",
        "/// see rules.md\n    /// 9.1",
        "rules.md 9, 9.1, row by row",
    ] {
        assert!(matches!(faults(right).as_slice(), [(1, None)]), "{right}: {:?}", faults(right));
    }
    for (text, fault) in [
        ("rules.md 8", "there is no section 8"),
        ("rules.md 9.1, 9.2", "there is no section 9.2"),
        ("rules.md 9.1 to 9.11", "there is no section 9.11"),
        ("rules.md 9, row 13", "section 9 has no row 13"),
        ("[rules.md 8](rules.md)", "there is no section 8"),
        ("rules.md 9.1, row 12", "section 9.1 has no row 12"),
        ("as rules.md says", "names no section"),
        ("rules.md, our choice", "names no section"),
    ] {
        assert_eq!(faults(&format!("a line\n{text}")), [(2, Some(fault.to_owned()))], "{text}");
    }
    assert_eq!(
        references(
            "[the rules](docs/rules.md), `docs/rules.md`, `rules.md`, [x](rules.md#4-rules), [rules.md](rules.md)"
        ),
        []
    );
}

fn files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    for place in PLACES {
        let path = root().join(place);
        assert!(path.exists(), "{place} is not there");
        collect(&path, &mut files);
    }
    files
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    if !path.is_dir() {
        files.push(path.to_owned());
        return;
    }
    let entries = fs::read_dir(path).expect("a folder").map(|entry| entry.expect("an entry").path());
    for entry in entries.filter(|entry| !BUILT.iter().any(|built| entry.ends_with(built))) {
        collect(&entry, files);
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}
