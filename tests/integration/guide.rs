//! `PEOPLE.md` and what the demo prints: every command, run in a shell as a reader types it, gives what the text
//! around it promises.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use learning_records::contract::SERVICES;
use regex::Regex;

use crate::fixtures::carried;
use crate::harness::tree::Node;
use crate::harness::{Database, Deployment, on_both};

/// One command of the guide with the heading above it.
struct Promise {
    operation: String,
    /// `none` for a reply that has no code.
    code: String,
    note: String,
    command: String,
}

on_both! {
    fn every_command_of_the_guide_gives_the_code_above_it(database) {
        let deployment = Deployment::start(database);
        let guide = std::fs::read_to_string(deployment.dir().join("PEOPLE.md")).expect("the guide");
        let promises = promises(&guide);
        let mut wrong = Vec::new();
        for promise in &promises {
            deployment.reset();
            let output = in_shell(&deployment, &promise.command);
            if let Err(complaint) = promise.kept(&output) {
                wrong.push(format!("== {}, {}: {}\n{}\n{complaint}", promise.operation, promise.code, promise.note, promise.command));
            }
        }
        assert!(wrong.is_empty(), "{} of {} promises are not kept\n{}", wrong.len(), promises.len(), wrong.join("\n"));
        let operations: BTreeSet<&str> = promises.iter().map(|promise| promise.operation.as_str()).collect();
        for service in SERVICES {
            for operation in service.operations {
                let name = format!("{}.{}", service.name, operation.name);
                assert!(operations.contains(name.as_str()), "the guide has no request for {name}");
            }
        }
    }
}

/// The two commands that the demo prints when it is ready give the learner whom a find returns.
#[test]
fn the_printed_commands_find_the_learner() {
    let deployment = Deployment::start(Database::Sqlite);
    let said = deployment.output();
    let find = |word: &str| {
        let line = said.lines().map(str::trim).find(|line| line.starts_with(word));
        line.unwrap_or_else(|| panic!("the demo printed no {word}:\n{said}")).to_owned()
    };
    for command in [find("curl "), find(&format!("{} call ", crate::harness::deployment::LRS))] {
        let output = in_shell(&deployment, &command);
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{command}\n{told}\n{}", String::from_utf8_lossy(&output.stderr));
        let reply = reply_in(&told).unwrap_or(&told);
        let reply = Node::parse(reply);
        assert_eq!(reply.value("ResponseCode"), Some("WSRC0004"), "{told}");
        assert!(reply.find("Learner/LinkedULNs").is_some(), "{told}");
    }
}

/// A command as a person runs it who has read `demo.env` and has `lrs` on the path.
fn in_shell(deployment: &Deployment, command: &str) -> Output {
    let programs = Path::new(crate::harness::deployment::LRS).parent().expect("a folder");
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").expect("a path"));
    let script = format!(". ./demo.env\n{command}");
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).env("PATH", path).current_dir(deployment.dir()).stdin(Stdio::null());
    shell.output().expect("sh")
}

impl Promise {
    /// Whether a run of `lrs call` did what the heading says; otherwise what it did.
    fn kept(&self, output: &Output) -> Result<(), String> {
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        let reply =
            reply_in(&told).ok_or_else(|| format!("no reply:\n{told}\n{}", String::from_utf8_lossy(&output.stderr)))?;
        let reply = Node::parse(reply);
        let codes = carried(&reply);
        let expected: Vec<String> = match self.code.as_str() {
            "none" => Vec::new(),
            _ if self.note.contains("WSRC") => words_like(&self.note, r"WSRC\d{4}"),
            code => vec![code.to_owned()],
        };
        // A note may tell what a second time gives.
        let expected = if self.note.contains("a second time") { vec![self.code.clone()] } else { expected };
        if codes != expected {
            return Err(format!("carries {codes:?}, not {expected:?}"));
        }
        let flags: Vec<&str> = reply
            .descendants()
            .into_iter()
            .filter(|node| node.name == "FailureFlag")
            .map(|node| node.text.as_str())
            .collect();
        let promised = promised_flags(&self.note);
        let kept = match promised.as_slice() {
            [] => true,
            _ if self.note.contains("among the flags") => promised.iter().all(|flag| flags.contains(&flag.as_str())),
            _ => flags == promised,
        };
        if !kept {
            return Err(format!("has the flags {flags:?}, not {promised:?}"));
        }
        let fault = self.code.starts_with("WSEC000");
        if output.status.success() == fault {
            return Err(format!("ended with {}", output.status));
        }
        let meaning = format!("{}: ", self.code);
        if self.code != "none" && !told.lines().any(|line| line.starts_with(&meaning)) {
            return Err("does not explain the code".to_owned());
        }
        Ok(())
    }
}

/// The document that `lrs call` prints after the line with the HTTP status.
fn reply_in(told: &str) -> Option<&str> {
    let (_, rest) = told.split_once("\nReply, HTTP status ")?;
    let (_, rest) = rest.split_once("\n\n")?;
    rest.split_once("\n\n").map(|(document, _)| document)
}

/// The flags that a note names: `flags VRF1, VRF3`, `flags VRF1 to VRF6` or `VRF7 among the flags`.
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

/// The commands of the guide that call the service, each under its two headings.
fn promises(guide: &str) -> Vec<Promise> {
    let mut promises = Vec::new();
    let (mut operation, mut heading) = (String::new(), None);
    for line in guide.lines() {
        if let Some(name) = line.strip_prefix("## ") {
            name.clone_into(&mut operation);
        } else if let Some(text) = line.strip_prefix("### ") {
            assert!(heading.is_none(), "no command under {heading:?}");
            let (code, note) = text.split_once(": ").expect("a code and a note");
            heading = Some((code.to_owned(), note.to_owned()));
        } else if line.starts_with("lrs call ") {
            let (code, note) = heading.take().expect("a heading above the command");
            promises.push(Promise { operation: operation.clone(), code, note, command: line.to_owned() });
        }
    }
    assert!(promises.len() > 100, "the guide has only {} commands", promises.len());
    promises
}
