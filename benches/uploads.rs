//! A file of 10,000 achievements uploaded at the portal and checked there, against `lrs check` of
//! the same file, in one run; and the memory that the service needs for it.
//!
//! The upload is measured from the first byte sent until the page's progress says that the check is
//! done, on one kept-alive connection; `lrs check` from the program's start to its end. The upload
//! may take three times as long, and 32 MiB of memory. Run it with `make bench`.

mod served;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use learning_records::demo::{self, population};
use served::visitor::{Visitor, header};
use served::{Children, Outcome, memory_kib, start_service};

const RECORDS: u32 = 10_000;
const ROUNDS: usize = 5;
const QUALIFICATION: &str = "601/7001/3";
const NAME: &str = "QCF_TEST0045_20250731_099.CSV";
/// The pause between two questions about the progress.
const PATIENCE: Duration = Duration::from_millis(5);

fn main() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let demo = folder.path().join("demo");
    let (service, _) = start_service(&demo, RECORDS)?;
    let process = service.id();
    let _children = Children(vec![service]);
    let path = folder.path().join(NAME);
    let file = file()?;
    std::fs::write(&path, &file)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut visitor = runtime.block_on(Visitor::signed_in(&demo, "PORTAL_AO"))?;
    println!("{RECORDS} achievements, {:.1} MB of CSV", f64::from(u32::try_from(file.len())?) / 1e6);
    let mut ratios = Vec::new();
    for number in 1..=ROUNDS {
        let tool = check(&path)?;
        let before = memory_kib(process, "VmRSS:");
        // This resets the kernel's record of the peak.
        let _ = std::fs::write(format!("/proc/{process}/clear_refs"), "5");
        let portal = runtime.block_on(upload(&mut visitor, &file))?;
        let peak = memory_kib(process, "VmHWM:").saturating_sub(before);
        println!(
            "  round {number}: lrs check {:>6.0} ms  portal {:>6.0} ms  ratio {:.2}  memory {:.1} MiB more",
            tool.as_secs_f64() * 1e3,
            portal.as_secs_f64() * 1e3,
            portal.as_secs_f64() / tool.as_secs_f64(),
            f64::from(u32::try_from(peak)?) / 1024.0
        );
        ratios.push(portal.as_secs_f64() / tool.as_secs_f64());
    }
    ratios.sort_by(f64::total_cmp);
    println!("  median ratio {:.2} (at most 3)", ratios.get(ROUNDS / 2).copied().unwrap_or(f64::NAN));
    Ok(())
}

/// Runs `lrs check`.
fn check(path: &Path) -> Outcome<Duration> {
    let begun = Instant::now();
    let status = Command::new(env!("CARGO_BIN_EXE_lrs")).arg("check").arg(path).stdout(Stdio::null()).status()?;
    let time = begun.elapsed();
    if status.success() { Ok(time) } else { Err(format!("lrs check: {status}").into()) }
}

/// Uploads the file to be checked, and waits until it is.
async fn upload(visitor: &mut Visitor, file: &str) -> Outcome<Duration> {
    let token = visitor.form_token("/batches/new").await?;
    let fields = [("csrf", &*token), ("kind", "find-out"), ("purpose", "check")];
    let begun = Instant::now();
    let answer = visitor.send_file("/batches/new", &fields, NAME, file).await?;
    let progress = header(&answer, "location").ok_or("the file was not accepted")? + "/progress";
    while !visitor.exchange("GET", &progress, "").await?.contains("\"finished\":true") {
        tokio::time::sleep(PATIENCE).await;
    }
    Ok(begun.elapsed())
}

/// A file without errors about the demo's learners.
fn file() -> Outcome<String> {
    let mut text = String::from(
        "FileVersion,FileName,UKPRN,SubmissionType,AchievementRecordCount,MISIdentifier,ULN,GivenName,FamilyName,\
         DateOfBirth,Gender,LearnerPostcode,ProviderUKPRN,UnitOrQualificationReferenceNumber,AchievementAwardDate,\
         Grade,LanguageForAssessment,Action,ActionDate,ActionReason\n",
    );
    let mut header = format!("1A,{NAME},{},F,{RECORDS}", demo::AWARDING.ukprn);
    for (learner, _) in population::people(demo::SEED, RECORDS)? {
        text.push_str(&format!(
            "{header},MIS-{uln},{uln},{},{},{},{},{},TEST0038,{QUALIFICATION},2024-08-22,7,English,1,2024-08-23,\n",
            learner.names.given,
            learner.names.family,
            learner.birth.date,
            learner.gender.code(),
            learner.address.postcode,
            uln = learner.uln,
        ));
        header = ",,,,".to_owned();
    }
    Ok(text)
}
