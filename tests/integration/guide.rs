//! `PEOPLE.md` and the demo's output: every command, run in a shell as a reader would type it, does
//! what the text around it promises.

use std::collections::BTreeSet;
use std::process::Output;
use std::thread;
use std::time::Duration;

use learning_records::contract::SERVICES;
use learning_records::domain::achievements::codes::ERROR_CODES;
use learning_records::domain::codes;
use learning_records::domain::registrations::codes as return_codes;
use regex::Regex;

use crate::fixtures::carried;
use crate::harness::tree::Node;
use crate::harness::{Database, Deployment, Setup, on_both};

/// Commands in the guide, with the heading above them.
struct Promise {
    operation: String,
    /// `none` for a reply without a code; several if a batch returns them together.
    codes: Vec<String>,
    note: String,
    script: String,
    /// The command that restores the data.
    back: Option<String>,
}

on_both! {
    /// From top to bottom, as a reader goes through it, and a second time: every example leaves the
    /// demo as it was.
    fn every_command_of_the_guide_gives_the_code_above_it(database) {
        let mut deployment = Deployment::start(database);
        let idle = Deployment::with(database, Setup { environment: vec![("LRS_JOBS_WORKERS", "0".to_owned())] });
        let of = |deployment: &Deployment| promises(&std::fs::read_to_string(deployment.dir().join("PEOPLE.md")).expect("the guide"));
        let (promises, of_idle) = (of(&deployment), of(&idle));
        let mut wrong = Vec::new();
        for time in ["first", "second"] {
            if time == "second" {
                // A reader takes longer than the minutes after which wrong passwords and failed
                // verifications are forgiven.
                deployment.stop();
                deployment.launch();
            }
            for (promise, with_idle) in promises.iter().zip(&of_idle) {
                let waits = promise.note.contains("LRS_JOBS_WORKERS=0");
                    let (deployment, promise) = if waits { (&idle, with_idle) } else { (&deployment, promise) };
                let output = promise.played(deployment);
                if let Err(complaint) = promise.kept(&output) {
                    let Promise { operation, codes, note, script, .. } = promise;
                    wrong.push(format!("== {time} time: {operation}, {codes:?}: {note}\n{script}\n{complaint}"));
                }
                if let Some(back) = &promise.back {
                    let output = deployment.shell(back);
                    let told = String::from_utf8_lossy(&output.stdout).into_owned();
                    assert!(told.contains(" learners, "), "{back}\n{told}");
                }
            }
        }
        assert!(wrong.is_empty(), "{} of {} promises are not kept\n{}", wrong.len(), promises.len(), wrong.join("\n"));
    }
}

/// Every operation, and every code in each table, has a request, or the guide says why not in the
/// one place for that.
#[test]
fn the_guide_has_every_operation_and_every_code() {
    let deployment = Deployment::shared(Database::Sqlite);
    let guide = std::fs::read_to_string(deployment.dir().join("PEOPLE.md")).expect("the guide");
    let promises = promises(&guide);
    let operations: BTreeSet<&str> = promises.iter().map(|promise| promise.operation.as_str()).collect();
    for service in SERVICES {
        for operation in service.operations {
            let name = format!("{}.{}", service.name, operation.name);
            assert!(operations.contains(name.as_str()), "the guide has no request for {name}");
        }
    }
    let promised: BTreeSet<&str> = promises.iter().flat_map(|promise| &promise.codes).map(String::as_str).collect();
    let (_, explained) = guide.split_once("\n## Codes that no request above gets\n").expect("the section");
    let of_service = codes::ALL.iter().filter(|entry| !entry.code.starts_with("VRF")).map(|entry| entry.code);
    let of_records = return_codes::ALL.iter().map(|entry| entry.code).chain(ERROR_CODES.iter().map(|entry| entry.code));
    for code in of_service.chain(of_records) {
        let is_explained = explained.contains(&format!("**{code}**"));
        assert!(promised.contains(code) != is_explained, "{code} has a request: {}", promised.contains(code));
    }
}

/// The two commands that the demo prints when it is ready return the learner.
#[test]
fn the_printed_commands_find_the_learner() {
    let deployment = Deployment::start(Database::Sqlite);
    let said = deployment.output();
    let find = |word: &str| {
        let line = said.lines().map(str::trim).find(|line| line.starts_with(word));
        line.unwrap_or_else(|| panic!("the demo printed no {word}:\n{said}")).to_owned()
    };
    for command in [find("curl "), find(&format!("{} call ", crate::harness::deployment::LRS))] {
        let output = deployment.shell(&command);
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{command}\n{told}\n{}", String::from_utf8_lossy(&output.stderr));
        let reply = reply_in(&told).unwrap_or(&told);
        let reply = Node::parse(reply);
        assert_eq!(reply.value("ResponseCode"), Some("WSRC0004"), "{told}");
        assert!(reply.find("Learner/LinkedULNs").is_some(), "{told}");
    }
}

impl Promise {
    /// The output of the commands. One wrong password for each operation is more than may come
    /// without a pause, which a reader makes.
    fn played(&self, deployment: &Deployment) -> Output {
        loop {
            let output = deployment.shell(&self.script);
            if !String::from_utf8_lossy(&output.stdout).contains("Too many wrong passwords") {
                return output;
            }
            thread::sleep(Duration::from_secs(1));
        }
    }

    /// Whether a run of the commands did what the heading says; if not, what it did.
    fn kept(&self, output: &Output) -> Result<(), String> {
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        // The command that restores a setting is not part of the example.
        let last = self.script.lines().rfind(|line| !line.starts_with("lrs org ")).expect("a command");
        let told = told.trim_end_matches("TEST0045 is Recognised.\n").to_owned();
        if last.starts_with("lrs batch ") {
            return self.records_have_their_codes(output, &told);
        }
        if last.starts_with("lrs check ") {
            return self.the_report_names_every_code(&told);
        }
        let calls = last.starts_with("lrs call ");
        let reply = if calls { reply_in(&told) } else { Some(told.as_str()) };
        let nothing = || format!("no reply:\n{told}\n{}", String::from_utf8_lossy(&output.stderr));
        let reply = Node::parse(reply.filter(|text| !text.is_empty()).ok_or_else(nothing)?);
        self.reply_has_the_code(&reply)?;
        let [code] = self.codes.as_slice() else { return Err("a call has one code".to_owned()) };
        if output.status.success() == code.starts_with("WSEC000") {
            return Err(format!("ended with {}", output.status));
        }
        let meaning = format!("{code}: ");
        if calls && code != "none" && !told.lines().any(|line| line.starts_with(&meaning)) {
            return Err("does not explain the code".to_owned());
        }
        Ok(())
    }

    fn reply_has_the_code(&self, reply: &Node) -> Result<(), String> {
        let carried = carried(reply);
        let (codes, note) = (&self.codes, &self.note);
        let named = words_like(note, r"WS(?:RC0|VRC)\d{3}");
        let expected: Vec<String> = match codes.first().map(String::as_str) {
            Some("none") => Vec::new(),
            // A note may say what happens the second time.
            _ if named.is_empty() || note.contains("when sent again") => codes.clone(),
            // It names the records' codes: with the code of the whole, or alone.
            _ if named.contains(&codes[0]) => named,
            _ => codes.iter().cloned().chain(named).collect(),
        };
        if carried != expected {
            return Err(format!("carries {carried:?}, not {expected:?}"));
        }
        let flags: Vec<&str> = reply
            .descendants()
            .into_iter()
            .filter(|node| node.name == "FailureFlag")
            .map(|node| node.text.as_str())
            .collect();
        let promised = promised_flags(note);
        let kept = match promised.as_slice() {
            [] => true,
            _ if note.contains("among the flags") => promised.iter().all(|flag| flags.contains(&flag.as_str())),
            _ => flags == promised,
        };
        if kept { Ok(()) } else { Err(format!("has the flags {flags:?}, not {promised:?}")) }
    }

    /// Each record in the printed file is named after its code there, and every code has a record.
    fn records_have_their_codes(&self, output: &Output, told: &str) -> Result<(), String> {
        // Earlier commands may have printed something.
        let file = told.find("MISIdentifier").map_or(0, |found| told[..found].rfind('\n').map_or(0, |end| end + 1));
        let mut reader = csv::Reader::from_reader(&told.as_bytes()[file..]);
        let headings = reader.headers().expect("headings").clone();
        let at = |names: &[&str]| headings.iter().position(|heading| names.contains(&heading));
        let (Some(name), Some(code)) = (at(&["MISIdentifier"]), at(&["ReturnCode", "ResponseCode", "ErrorCode"]))
        else {
            return Err(format!("no such file:\n{told}\n{}", String::from_utf8_lossy(&output.stderr)));
        };
        let mut seen = BTreeSet::new();
        for record in reader.records() {
            let record = record.expect("a record");
            if !record[name].starts_with(&record[code]) {
                return Err(format!("{} has {}:\n{told}", &record[name], &record[code]));
            }
            seen.insert(record[code].to_owned());
        }
        let promised: BTreeSet<String> = self.codes.iter().cloned().collect();
        if seen == promised { Ok(()) } else { Err(format!("has {seen:?}, not {promised:?}")) }
    }

    fn the_report_names_every_code(&self, told: &str) -> Result<(), String> {
        let missing: Vec<&String> = self.codes.iter().filter(|code| !told.contains(code.as_str())).collect();
        if missing.is_empty() { Ok(()) } else { Err(format!("does not say {missing:?}:\n{told}")) }
    }
}

/// The document that `lrs call` prints after the line with the HTTP status.
fn reply_in(told: &str) -> Option<&str> {
    let (_, rest) = told.split_once("\nReply, HTTP status ")?;
    let (_, rest) = rest.split_once("\n\n")?;
    rest.split_once("\n\n").map(|(document, _)| document)
}

/// The flags in a note: `flags VRF1, VRF3`, `flags VRF1 to VRF6` or `VRF7 among the flags`.
fn promised_flags(note: &str) -> Vec<String> {
    let named = words_like(note, r"VRF\d");
    let number = |flag: &String| flag.trim_start_matches("VRF").parse::<u8>().expect("a number");
    match named.as_slice() {
        [first, last] if note.contains(" to ") => {
            (number(first)..=number(last)).map(|number| format!("VRF{number}")).collect()
        }
        _ => named,
    }
}

fn words_like(text: &str, pattern: &str) -> Vec<String> {
    Regex::new(pattern).expect("a pattern").find_iter(text).map(|found| found.as_str().to_owned()).collect()
}

/// The commands of the guide, each with the two headings above it.
fn promises(guide: &str) -> Vec<Promise> {
    let mut promises = Vec::new();
    let (mut operation, mut heading) = (String::new(), None);
    let mut lines = guide.lines();
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix("## ") {
            name.clone_into(&mut operation);
        } else if let Some(text) = line.strip_prefix("### ") {
            assert!(heading.is_none(), "no command under {heading:?}");
            let (codes, note) = text.split_once(": ").expect("codes and a note");
            heading = Some((codes.split(", ").map(str::to_owned).collect(), note.to_owned()));
        } else if line == "```sh" {
            let script: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            let script = script.join("\n");
            // The introduction has a command without a heading.
            if let Some((codes, note)) = heading.take() {
                promises.push(Promise { operation: operation.clone(), codes, note, script, back: None });
            } else if let Some(last) = promises.last_mut() {
                last.back = Some(script);
            }
        }
    }
    assert!(promises.len() > 150, "the guide has only {} commands", promises.len());
    promises
}
