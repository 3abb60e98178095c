//! The client of the batch operations, over mutual TLS.

use std::io::Write;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::{Look, Part, Submit, request};
use crate::cli::caller::Role;
use crate::cli::failure::{Failure, in_words};
use crate::client::{Client, Reply};
use crate::domain::registrations::{RegisteredRow, RegistrationRow};
use crate::domain::verifications::{Identity, VerificationRow, VerifiedRow};
use crate::domain::{Clock, codes};
use crate::files::{Answered, Batch, Expected, Finding, check, exception_file, registration_file, verification_file};
use crate::model::{JobKind, Ukprn, from_london_time};

/// Interval between requests while waiting for a job.
const ASKS_EVERY: Duration = Duration::from_millis(500);
/// Findings to print when a file is not sent.
const FINDINGS_SHOWN: usize = 5;

pub(super) fn submit(submit: Submit, out: &mut impl Write) -> Result<(), Failure> {
    let Submit { file, kind, job_type, wait, caller } = submit;
    let role = caller.role.unwrap_or(Role::Provider);
    let client = caller.resolve(|name| std::env::var(name).ok())?;
    let ukprn: Option<Ukprn> = client.credentials.ukprn.as_deref().and_then(|text| text.parse().ok());
    let bytes =
        std::fs::read(&file).map_err(|error| Failure::doing(&format!("Cannot read {}", file.display()), error))?;
    let name = file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let expected = Expected { kind: kind.map(JobKind::from), ukprn, ..Expected::on(Clock::system().today()) };
    let checked = check(&name, &bytes, &expected);
    let refused = checked.is_refused();
    let other_part = checked.batch.as_ref().and_then(|batch| other_part(batch, ukprn, role)).unwrap_or_default();
    let Some(batch) = checked.batch.filter(|_| !refused) else {
        let said: Vec<String> = checked.findings.iter().take(FINDINGS_SHOWN).map(in_a_line).collect();
        return Err(Failure::Failed(format!(
            "The file was not sent:\n  {}\n{other_part}For all findings: lrs check {}",
            said.join("\n  "),
            file.display()
        )));
    };
    if request::loses_identifiers(&batch) {
        writeln!(out, "UCI and UPN are not sent: the web service has no fields for them.")?;
    }
    let (operation, given) = request::operation(&batch, job_type);
    let reply = client.ask(operation, given, |node| request::add_records(node, &batch)).map_err(|error| match Failure::from(error) {
        Failure::Failed(text) if !checked.findings.is_empty() => Failure::Failed(format!(
            "{text}\nOne invalid record can make the web service refuse the whole batch. For all findings: lrs check {}",
            file.display()
        )),
        other => other,
    })?;
    let code = reply.value("ResponseCode").unwrap_or_default();
    let job = reply.value("JobID").or_else(|| reply.value("JobId")).unwrap_or_default();
    writeln!(out, "{}", in_words(code))?;
    if code != codes::BATCH_SUBMITTED && code != codes::VERIFY_BATCH_SUBMITTED {
        return Err(Failure::Failed("The service refused the batch.".to_owned()));
    }
    writeln!(out, "Job {job}")?;
    if wait {
        let reply = wait_for(&client, kind_of(&batch), job)?;
        return summary(&reply, out);
    }
    Ok(writeln!(out, "To follow its progress: lrs batch show {job}")?)
}

/// A hint where the file belongs to the caller's other role.
fn other_part(batch: &Batch, ukprn: Option<Ukprn>, role: Role) -> Option<&'static str> {
    if batch.header.ukprn.parse().ok() == ukprn {
        return None;
    }
    match (batch.layout.kind(), role) {
        (JobKind::Achievement, Role::Provider) => {
            Some("Achievements are submitted by awarding organisations: add '--as awarding'.\n")
        }
        (JobKind::Registration | JobKind::Verification, Role::Awarding) => {
            Some("Learners are submitted by learner registration bodies: add '--as provider'.\n")
        }
        _ => None,
    }
}

fn in_a_line(finding: &Finding) -> String {
    let Finding { row, column, found, rule, advice, .. } = finding;
    let place = row.map_or_else(String::new, |row| format!("row {row}, "));
    format!("{place}{column} {rule}; found {found}. {advice}")
}

fn kind_of(batch: &Batch) -> JobKind {
    batch.layout.kind()
}

/// Polls until the job has finished.
fn wait_for(client: &Client, kind: JobKind, job: &str) -> Result<Reply, Failure> {
    let style = ProgressStyle::with_template("{spinner} job {msg}, {elapsed}")
        .unwrap_or_else(|_| ProgressStyle::default_spinner());
    let bar = ProgressBar::new_spinner().with_style(style);
    loop {
        let reply = output_of(client, kind, job)?;
        let code = reply.value("ResponseCode").unwrap_or_default();
        if code != codes::BATCH_INCOMPLETE && code != codes::VERIFY_BATCH_INCOMPLETE {
            bar.finish_and_clear();
            return Ok(reply);
        }
        bar.set_message(format!("{job}: {}", status(&reply)));
        bar.tick();
        std::thread::sleep(ASKS_EVERY);
    }
}

fn status(reply: &Reply) -> &str {
    reply.value("JobStatus").or_else(|| reply.value("Status")).unwrap_or("unknown")
}

pub(super) fn show(look: Look, part: Part, out: &mut impl Write) -> Result<(), Failure> {
    let job = look.job.to_string();
    let client = look.caller.resolve(|name| std::env::var(name).ok())?;
    let kinds: &[JobKind] = match look.kind {
        Some(kind) => &[JobKind::from(kind)],
        None => JobKind::ALL,
    };
    let mut refusal = None;
    for kind in kinds {
        match output_of(&client, *kind, &job) {
            Ok(reply) if reply.value("ResponseCode") == Some(codes::UNKNOWN_JOB) => {}
            Ok(reply) => return print(&reply, *kind, &client, part, out),
            // The organisation may be allowed to read another kind of job.
            Err(error) => refusal = Some(error),
        }
    }
    Err(refusal.unwrap_or_else(|| Failure::Failed(in_words(codes::UNKNOWN_JOB))))
}

fn output_of(client: &Client, kind: JobKind, job: &str) -> Result<Reply, Failure> {
    let (operation, field) = match kind {
        JobKind::Registration => ("getBatchRegistrationOutput", "JobID"),
        JobKind::Verification => ("getVerifyBatchOutput", "JobID"),
        JobKind::Achievement => ("GetAchievementBatchJob", "jobId"),
    };
    Ok(client.ask(operation, vec![(field, job.to_owned())], |_| {})?)
}

fn print(reply: &Reply, kind: JobKind, client: &Client, part: Part, out: &mut impl Write) -> Result<(), Failure> {
    if part == Part::Summary {
        return summary(reply, out);
    }
    let code = reply.value("ResponseCode").unwrap_or_default();
    let is_done = [codes::BATCH_SUCCESSFUL, codes::VERIFY_BATCH_SUCCESSFUL].contains(&code);
    if !is_done && kind != JobKind::Achievement {
        return Err(Failure::Failed(in_words(code)));
    }
    let text = match (kind, part) {
        (JobKind::Achievement, Part::Errors) => reply.value("AchievementBatchErrorFile").map(str::to_owned),
        (JobKind::Achievement, _) => {
            return Err(Failure::Usage(
                "Achievement jobs have no output file. Use 'lrs batch show' or 'lrs batch errors'.".to_owned(),
            ));
        }
        (JobKind::Registration, part) => {
            let rows: Vec<RegisteredRow> =
                reply.elements("Learner").iter().map(|learner| registered(learner)).collect();
            let file = if part == Part::Errors { exception_file } else { registration_file };
            file(&answered(reply, client)?, &rows).map(|file| file.text)
        }
        (JobKind::Verification, _) => {
            let rows: Vec<VerifiedRow> =
                reply.elements("VerifiedLearner").iter().map(|learner| verified(learner)).collect();
            verification_file(&answered(reply, client)?, &rows).map(|file| file.text)
        }
    };
    match text {
        Some(text) => Ok(out.write_all(text.as_bytes())?),
        None => Err(Failure::Failed("No records of the job need attention.".to_owned())),
    }
}

/// The web service does not say when a batch was submitted; its start is close.
fn answered(reply: &Reply, client: &Client) -> Result<Answered<'static>, Failure> {
    let ukprn = client.credentials.ukprn.as_deref().and_then(|text| text.parse().ok());
    let ukprn = ukprn
        .ok_or_else(|| Failure::Usage("Give --org-ukprn; the file contains the organisation's UKPRN.".to_owned()))?;
    let begun = reply.value("JobStartedDateTime");
    let begun = begun.and_then(|text| chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").ok());
    Ok(Answered { name: None, ukprn, submitted_at: begun.map_or_else(|| Clock::system().now(), from_london_time) })
}

pub(super) fn registered(learner: &[(&str, &str)]) -> RegisteredRow {
    let mut row = RegistrationRow::default();
    for (name, text) in learner {
        row.set(name, Some((*text).to_owned()));
    }
    RegisteredRow { row, code: value(learner, "ReturnCode").unwrap_or_default() }
}

pub(super) fn verified(learner: &[(&str, &str)]) -> VerifiedRow {
    let mut row = VerificationRow::default();
    row.set("MISIdentifier", value(learner, "MISIdentifier"));
    for name in ["ULN", "FamilyName", "GivenName", "DateOfBirth", "Gender"] {
        row.set(name, value(learner, &format!("Searched{name}")));
    }
    let found = value(learner, "ULN").zip(value(learner, "DateOfBirth").and_then(|text| text.parse().ok()));
    VerifiedRow {
        row,
        code: value(learner, "ResponseCode").unwrap_or_default(),
        learner: found.map(|(uln, date_of_birth)| Identity {
            uln,
            family_name: value(learner, "FamilyName").unwrap_or_default(),
            given_name: value(learner, "GivenName").unwrap_or_default(),
            date_of_birth,
            gender: value(learner, "Gender").unwrap_or_default(),
        }),
        flags: learner.iter().filter(|(name, _)| *name == "FailureFlag").map(|(_, flag)| (*flag).to_owned()).collect(),
    }
}

fn value(element: &[(&str, &str)], name: &str) -> Option<String> {
    element.iter().find(|(leaf, _)| *leaf == name).map(|(_, text)| (*text).to_owned())
}

/// Prints the reply without its records.
fn summary(reply: &Reply, out: &mut impl Write) -> Result<(), Failure> {
    for response in ["GetSubmitBatchOutputResponse", "GetVerifyBatchOutputResponse", "GetAchievementBatchJobResult"] {
        for (name, text) in reply.elements(response).into_iter().flatten() {
            match name {
                "ResponseCode" => writeln!(out, "{}", in_words(text))?,
                "AchievementBatchErrorFile" => writeln!(out, "  {name}: {} lines", text.lines().count())?,
                _ => writeln!(out, "  {name}: {text}")?,
            }
        }
    }
    let mut codes: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    let records = reply.elements("Learner").into_iter().chain(reply.elements("VerifiedLearner"));
    for (_, code) in records.flatten().filter(|(name, _)| ["ReturnCode", "ResponseCode"].contains(name)) {
        *codes.entry(code).or_default() += 1;
    }
    for (code, count) in codes {
        let meaning = crate::domain::registrations::codes::lookup(code).map(|entry| entry.meaning);
        let meaning = meaning.or_else(|| codes::lookup(code).map(|entry| entry.meaning)).unwrap_or_default();
        writeln!(out, "  {count:>4} x {code}: {meaning}")?;
    }
    Ok(())
}
