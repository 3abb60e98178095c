//! The file's name and its header values (rules.md 5.2, 5.3, 5.7, 5.8). Spreadsheets and correction
//! files skip the checks of values that conversion rewrites.

use super::{Expected, Format};
use crate::domain::format::is_email;
use crate::files::batch::Batch;
use crate::files::finding::Finding;
use crate::files::headings::Strictness;
use crate::files::layout::{Holds, Layout};
use crate::files::name::{self, Extension};
use crate::model::{SubmissionType, Ukprn};

/// The maximum length of the header's file name, in characters (our choice).
const LONGEST_NAME: usize = 254;
/// The advice when the file belongs to another organisation than the one it is checked or sent for.
const FOR_ANOTHER: &str = "If it is another organisation's file, check it with that organisation's --ukprn and send it in its part: \
                           lrs batch submit --as awarding, or --as provider. Otherwise correct the UKPRN.";

pub(super) fn check(
    file_name: &str,
    format: Format,
    batch: &Batch,
    strictness: Strictness,
    expected: &Expected,
    findings: &mut Vec<Finding>,
) {
    let layout = batch.layout;
    let row = (format == Format::Csv).then_some(2);
    let mut found: Vec<Finding> = Vec::new();
    if strictness == Strictness::Exact {
        found.extend(wrong_version(batch));
        found.extend(wrong_name(batch));
        found.extend(wrong_count(batch));
        found.extend(wrong_ukprn(batch, expected));
    }
    found.extend(wrong_submission(batch));
    found.extend(wrong_email(batch));
    findings.extend(found.into_iter().map(|finding| Finding { row: finding.row.or(row), ..finding }));

    if strictness == Strictness::Exact {
        findings.extend(wrong_file_name(file_name, format, batch, expected));
    }
    let count = batch.len();
    if count == 0 {
        findings.push(Finding::file(
            "the file",
            "no records",
            "must contain at least one",
            "Add records below the headings.",
        ));
    } else if count > layout.most_records {
        let most = layout.records(layout.most_records);
        findings.push(Finding::file(
            "the file",
            layout.records(count),
            format!("must contain at most {most}"),
            "Split it into several files.",
        ));
    }
}

fn wrong_version(batch: &Batch) -> Option<Finding> {
    let versions: Vec<&str> = Layout::of_kind(batch.layout.kind()).map(|layout| layout.version.as_str()).collect();
    let found = if batch.header.version.is_empty() { "empty" } else { "an unknown version" };
    (!versions.contains(&batch.header.version.as_str())).then(|| {
        let version = versions.join(" or ");
        Finding::file(
            batch.layout.heading_that_holds(Holds::Version),
            found,
            format!("must be {version}"),
            "Enter the version.",
        )
    })
}

fn wrong_name(batch: &Batch) -> Option<Finding> {
    let length = batch.header.name.chars().count();
    let heading = batch.layout.heading_that_holds(Holds::Name);
    match length {
        0 => Some(Finding::file(heading, "empty", "must not be empty", "Enter the file's name.")),
        1..=LONGEST_NAME => None,
        _ => Some(Finding::file(
            heading,
            format!("{length} characters"),
            format!("has at most {LONGEST_NAME} characters"),
            "Enter the file's name.",
        )),
    }
}

fn wrong_count(batch: &Batch) -> Option<Finding> {
    let count = &batch.header.count;
    let there = batch.layout.records(batch.len());
    let found = match count.parse::<usize>() {
        Ok(stated) if stated == batch.len() && count.bytes().all(|byte| byte.is_ascii_digit()) => return None,
        Ok(stated) => format!("a count of {stated}, but {there}"),
        Err(_) if count.is_empty() => "empty".to_owned(),
        Err(_) => "not a number".to_owned(),
    };
    let advice = format!("Enter {}, or add the missing records.", batch.len());
    Some(Finding::file(
        batch.layout.heading_that_holds(Holds::Count),
        found,
        "must be the number of records in the file",
        advice,
    ))
}

fn wrong_ukprn(batch: &Batch, expected: &Expected) -> Option<Finding> {
    let heading = batch.layout.heading_that_holds(Holds::Ukprn);
    let ukprn = &batch.header.ukprn;
    match (ukprn.parse::<Ukprn>(), expected.ukprn) {
        (Ok(own), Some(expected)) if own != expected => {
            Some(Finding::file(heading, "a different UKPRN", format!("must be {expected}"), FOR_ANOTHER))
        }
        (Ok(_), _) => None,
        (Err(_), _) => {
            let found =
                if ukprn.is_empty() { "empty".to_owned() } else { format!("{} characters", ukprn.chars().count()) };
            Some(Finding::file(
                heading,
                found,
                "has eight letters or digits",
                "Enter the UKPRN of the organisation that sends the file.",
            ))
        }
    }
}

fn wrong_submission(batch: &Batch) -> Option<Finding> {
    let heading = Some(batch.layout.heading_that_holds(Holds::Submission)).filter(|heading| !heading.is_empty())?;
    SubmissionType::from_word(&batch.header.submission).is_none().then(|| {
        let found = if batch.header.submission.is_empty() { "empty" } else { "another value" };
        Finding::file(
            heading,
            found,
            "must be P (provisional) or F (final)",
            "Enter P or F in the first row of records.",
        )
    })
}

fn wrong_email(batch: &Batch) -> Option<Finding> {
    let email = &batch.header.email;
    (!email.is_empty() && !is_email(email)).then(|| {
        let found = format!("text of {} characters", email.chars().count());
        Finding::file(
            batch.layout.heading_that_holds(Holds::Email),
            found,
            "is an e-mail address",
            "Correct the address, or leave it empty.",
        )
    })
}

fn wrong_file_name(file_name: &str, format: Format, batch: &Batch, expected: &Expected) -> Option<Finding> {
    let rule = name::rule(batch.layout);
    let rename = "Rename the file; lrs-check --output does this.";
    let (problem, advice) = match name::read(batch.layout, file_name) {
        Err(reason) => (reason, rename),
        Ok(read) if (read.extension == Extension::Xml) != (format == Format::Xml) => {
            ("its extension does not match its format", rename)
        }
        Ok(read) if expected.ukprn.is_some_and(|ukprn| ukprn != read.ukprn) => {
            ("its UKPRN is another organisation's", FOR_ANOTHER)
        }
        Ok(read) if batch.header.ukprn.parse() != Ok(read.ukprn) => ("its UKPRN is not the one in the file", rename),
        Ok(_) => return None,
    };
    Some(Finding::file("the file's name", problem, format!("must be {rule}"), advice))
}
