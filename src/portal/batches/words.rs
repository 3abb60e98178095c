//! How batches are spoken of: kinds, states, times, counts, and the findings of a check.

use crate::domain::achievements::codes as achievement_codes;
use crate::domain::codes;
use crate::domain::registrations::codes as registration_codes;
use crate::domain::uploads::{FindingKind, Upload, UploadFinding, UploadState, Weight};
use crate::model::{Job, JobKind, JobState, Timestamp, london_time};
use crate::portal::blocks::Anchor;
use crate::portal::components::{Cell, Html, Table, Tag};

/// The kind of a batch.
pub(super) const fn kind(kind: JobKind) -> &'static str {
    match kind {
        JobKind::Registration => "Registrations",
        JobKind::Verification => "Verifications",
        JobKind::Achievement => "Achievements",
    }
}

/// The kind of a file, if it is known.
pub(super) fn kind_of(upload: &Upload) -> &'static str {
    upload.kind.map_or("Not known yet", kind)
}

/// The state of a file.
pub(super) fn state_of(upload: &Upload) -> Tag {
    match upload.state {
        UploadState::Received | UploadState::Checking => Tag::coloured("Being checked", "blue"),
        UploadState::Ready if upload.check_only => Tag::coloured("Checked", "green"),
        UploadState::Ready => Tag::coloured("Ready to submit", "green"),
        UploadState::Refused => Tag::coloured("Cannot be submitted", "red"),
        UploadState::Submitted => Tag::new("Submitted"),
        UploadState::Cancelled => Tag::coloured("Cancelled", "grey"),
    }
}

/// The state of a job; `attention` records of it need attention.
pub(super) fn state(job: &Job, attention: i64) -> Tag {
    match job.state {
        JobState::Waiting => Tag::coloured("Waiting", "blue"),
        JobState::InProgress => Tag::coloured("In progress", "blue"),
        JobState::Successful if attention > 0 => Tag::coloured("Finished with problems", "yellow"),
        JobState::Successful => Tag::coloured("Finished", "green"),
        JobState::Failed => Tag::coloured("Failed", "red"),
        JobState::Cancelled => Tag::coloured("Cancelled", "grey"),
    }
}

/// A time as people say it, in London: `31 July 2025 at 14:05`.
pub(in crate::portal) fn time(moment: Timestamp) -> String {
    london_time(moment).format("%-d %B %Y at %H:%M").to_string()
}

/// A number of things.
pub(super) fn count(number: impl TryInto<i64>, one: &str, several: &str) -> String {
    let number = number.try_into().unwrap_or(i64::MAX);
    format!("{number} {}", if number == 1 { one } else { several })
}

/// The size of a file.
pub(in crate::portal) fn size(bytes: i64) -> String {
    match bytes {
        ..1024 => count(bytes, "byte", "bytes"),
        1024..1_048_576 => format!("{} KB", bytes / 1024),
        _ => format!("{} MB", bytes / 1_048_576),
    }
}

/// What a code of a record means, and what to do about it.
pub(super) fn meaning(kind: JobKind, code: &str) -> (String, String) {
    let known = match kind {
        JobKind::Registration => registration_codes::lookup(code).map(|entry| (entry.meaning, entry.advice)),
        JobKind::Verification => verification(code),
        JobKind::Achievement => achievement_codes::lookup(code).map(|entry| (entry.meaning, entry.advice)),
    };
    match known {
        Some((meaning, advice)) => (meaning.to_owned(), advice.to_owned()),
        None if kind == JobKind::Achievement => (done(code), String::new()),
        None => (String::new(), String::new()),
    }
}

fn verification(code: &str) -> Option<(&'static str, &'static str)> {
    if code == registration_codes::INCORRECT_FORMAT {
        let entry = registration_codes::lookup(code)?;
        return Some((entry.meaning, entry.advice));
    }
    codes::lookup(code).map(|entry| (entry.meaning, ""))
}

/// `created-F` in words.
fn done(code: &str) -> String {
    let mut parts = code.split('-');
    let what = match parts.next().unwrap_or_default() {
        "created" => "Achievement created",
        "updated" => "Achievement updated",
        "promoted" => "Provisional achievement made final",
        "withdrawn" => "Achievement withdrawn",
        "reinstated" => "Achievement reinstated",
        _ => return code.to_owned(),
    };
    let standing = if parts.next() == Some("P") { "provisional" } else { "final" };
    let merged = if parts.next().is_some() { ". The learner has another ULN now" } else { "" };
    format!("{what}, {standing}{merged}.")
}

/// Whether a record with this code needs attention.
pub(super) fn needs_attention(kind: JobKind, code: &str) -> bool {
    match kind {
        JobKind::Registration => crate::domain::exceptions::CODES.contains(&code),
        JobKind::Verification => !matches!(code, "WSVRC001" | "WSVRC002"),
        JobKind::Achievement => achievement_codes::lookup(code).is_some(),
    }
}

/// Where the findings of a check are found by kind: a table with a link to each.
pub(super) fn kinds(kinds: &[FindingKind], link: impl Fn(i32) -> String) -> Table {
    let rows = kinds.iter().map(|each| {
        let link = Html::of(&Anchor::new(weight(each), link(each.kind)));
        [
            Cell::from(link),
            Cell::from(each.heading.as_str()),
            Cell::from(sentence(&each.rule)),
            Cell::from(each.advice.as_str()),
            Cell::numeric(each.findings.to_string()),
        ]
    });
    let head = [
        Cell::from("What it means"),
        Cell::from("Column"),
        Cell::from("Rule"),
        Cell::from("What to do"),
        Cell::numeric("Number"),
    ];
    rows.fold(Table::new("Findings by kind").head(head), Table::row)
}

/// Findings, row by row.
pub(in crate::portal) fn plain_findings<'f>(
    kinds: &[FindingKind],
    findings: impl IntoIterator<Item = &'f UploadFinding>,
) -> Table {
    let rows = findings.into_iter().filter_map(|finding| {
        let kind = kinds.iter().find(|each| each.kind == finding.kind)?;
        Some([
            Cell::from(finding.row.map_or_else(|| "File".to_owned(), |row| row.to_string())),
            Cell::from(kind.heading.as_str()),
            Cell::from(weight(kind)),
            Cell::from(format!("{} {}", sentence(&finding.found), sentence(&kind.rule))),
            Cell::from(kind.advice.as_str()),
        ])
    });
    let head = ["Row", "Column", "What it means", "What is wrong", "What to do"];
    rows.fold(Table::new("Findings by row").head(head), Table::row)
}

fn weight(kind: &FindingKind) -> String {
    match kind.weight {
        Weight::File => "The file would be refused".to_owned(),
        Weight::Record => format!("The record would be refused ({})", kind.code),
        Weight::Remark => "Have a look".to_owned(),
    }
}

/// A text as a sentence.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let rest = letters.as_str();
    format!("{first}{rest}{}", if rest.ends_with('.') { "" } else { "." })
}
