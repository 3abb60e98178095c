//! `lrs learner merge`, `unmerge`, `delete`, `restore` and `links`. The rules are the domain's.

use std::io::Write;

use super::read_uln;
use crate::cli::failure::Failure;
use crate::cli::{config, setup};
use crate::domain::{LinkEffect, LinkRequest, Linked, Standing};
use crate::model::{LearnerStatus, LinkKind, Reason, Uln, london_text};

/// The end of the help of `lrs learner merge`.
pub const MERGE_HELP: &str = "\
From then on, every door answers for the merged ULNs with the master's details and all events of both (WSRC0022). Learners that were merged into one \
of them before follow. No event is moved, so 'lrs learner unmerge' undoes it completely.

All ULNs are merged, or none. When the command ends, every server answers accordingly.

Examples:
  lrs learner merge 1100001025 --into 1100001017 --dry-run --config demo/lrs.toml
  lrs learner merge 1100001025 --into 1100001017 --reason 'One person, case 17' --config demo/lrs.toml";

/// What all changes of links have in common.
#[derive(Debug, clap::Args)]
pub struct Change {
    /// The ULNs: all of them, or none
    #[arg(required = true, value_name = "ULN")]
    ulns: Vec<String>,
    /// Why, in one line of at most 300 characters, which is kept
    #[arg(long, value_name = "TEXT", required_unless_present = "dry_run")]
    reason: Option<String>,
    /// Only print what would change
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    config: config::File,
}

/// Makes a change, or prints what it would do.
pub fn run(
    change: &Change,
    request: impl FnOnce(Vec<Uln>) -> LinkRequest,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let Change { ulns, reason, dry_run, config } = change;
    let ulns = ulns.iter().map(|text| read_uln(text)).collect::<Result<Vec<_>, _>>()?;
    let request = request(ulns);
    let linked = match reason {
        Some(reason) if !dry_run => {
            let reason: Reason =
                reason.parse().map_err(|error| Failure::Usage(format!("Invalid --reason: {error}.")))?;
            setup::administer(config, |admin| admin.change_links(&request, &reason))?
        }
        _ => setup::administer(config, |admin| admin.preview_links(&request))?,
    };
    match linked {
        Linked::Done(effects) => {
            writeln!(out, "{}", if *dry_run { "Would change:" } else { "Changed:" })?;
            effects.iter().try_for_each(|effect| print(effect, out))
        }
        Linked::Refused { place, why } => {
            Err(Failure::Failed(format!("Nothing was changed: ULN number {}: {why}.", place.saturating_add(1))))
        }
    }
}

fn print(effect: &LinkEffect, out: &mut impl Write) -> Result<(), Failure> {
    let LinkEffect { uln, before, after, events } = effect;
    let change = if before == after {
        format!("{}, as before", words(*after))
    } else {
        format!("{} -> {}", words(*before), words(*after))
    };
    Ok(writeln!(out, "  {uln}  {change}; events: {events}")?)
}

fn words(standing: Standing) -> String {
    match (standing.status, standing.master) {
        (LearnerStatus::Merged, Some(master)) => format!("merged into {master}"),
        (LearnerStatus::Merged, None) => "merged".to_owned(),
        (LearnerStatus::Active, _) => "active".to_owned(),
        (LearnerStatus::Deleted, _) => "deleted".to_owned(),
    }
}

/// Prints what was done to the links of a learner.
pub fn history(uln: Uln, config: &config::File, out: &mut impl Write) -> Result<(), Failure> {
    let changes = setup::administer(config, |admin| admin.link_history(uln))?;
    if changes.is_empty() {
        writeln!(out, "The links of this learner were never changed.")?;
    }
    for change in changes {
        let (at, by, reason) = (london_text(change.at), &change.user_name, change.reason.as_str());
        let done = match (change.kind, change.master) {
            (LinkKind::Merge, Some(master)) => format!("{} merged into {master}", change.uln),
            (LinkKind::Follow, Some(master)) => format!("{} followed to {master}", change.uln),
            (LinkKind::Unmerge, Some(master)) => format!("{} unmerged from {master}", change.uln),
            (LinkKind::Delete, _) => format!("{} deleted", change.uln),
            (LinkKind::Restore, _) => format!("{} restored", change.uln),
            (LinkKind::Split, Some(other)) => format!("learning events moved from {} to {other}", change.uln),
            (kind, None) => format!("{} {kind}", change.uln),
        };
        writeln!(out, "{at}  {done}, by {by}: {reason}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

    use super::super::{LearnerCommand, run};
    use super::*;

    const HEADINGS: &str =
        "ULN,FamilyName,GivenName,DateOfBirth,Gender,LastKnownPostCode,VerificationType,AbilityToShare\n";

    struct Place {
        _folder: tempfile::TempDir,
        config: config::File,
    }

    impl Place {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("lrs.toml");
            std::fs::write(&file, "[store]\nurl = \"lrs.db\"\n").unwrap();
            let config = config::File { config: Some(file) };
            setup::open(&config.load().unwrap()).unwrap().migrate().unwrap();
            let file = folder.path().join("learners.csv");
            let row = |uln| format!("{uln},Example,Ada,2004-02-29,2,ZZ99 9ZZ,0,1\n");
            std::fs::write(&file, format!("{HEADINGS}{}{}", row("1000000000"), row("1000000019"))).unwrap();
            run(LearnerCommand::Import { file, config: config.clone() }, &mut Vec::new()).unwrap();
            Self { _folder: folder, config }
        }

        fn change(&self, ulns: &[&str], dry_run: bool) -> Change {
            let reason = (!dry_run).then(|| "One person.".to_owned());
            let ulns = ulns.iter().map(|uln| (*uln).to_owned()).collect();
            Change { ulns, reason, dry_run, config: self.config.clone() }
        }

        fn say(&self, command: LearnerCommand) -> Result<String, String> {
            let mut out = Vec::new();
            match run(command, &mut out) {
                Ok(()) => Ok(String::from_utf8(out).unwrap()),
                Err(Failure::Failed(text) | Failure::Usage(text)) => Err(text),
                Err(other) => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn links_are_previewed_changed_and_told() {
        let place = Place::new();
        let merge = |dry_run| LearnerCommand::Merge {
            change: place.change(&["1000000000"], dry_run),
            into: "1000000019".to_owned(),
        };
        let expected =
            "  1000000000  active -> merged into 1000000019; events: 0\n  1000000019  active, as before; events: 0\n";
        assert_eq!(place.say(merge(true)), Ok(format!("Would change:\n{expected}")));
        assert_eq!(place.say(merge(false)), Ok(format!("Changed:\n{expected}")));
        assert_eq!(
            place.say(merge(false)),
            Err("Nothing was changed: ULN number 1: the learner is merged already; undo that first.".to_owned())
        );
        let delete = LearnerCommand::Delete { change: place.change(&["1000000019"], true) };
        assert!(place.say(delete).unwrap_err().contains("other ULNs are merged into the learner"));
        let unmerge = LearnerCommand::Unmerge { change: place.change(&["1000000000"], false) };
        assert!(place.say(unmerge).unwrap().starts_with("Changed:\n  1000000000  merged into 1000000019 -> active;"));
        let delete = LearnerCommand::Delete { change: place.change(&["1000000000", "1000000000"], false) };
        assert_eq!(place.say(delete), Ok("Changed:\n  1000000000  active -> deleted; events: 0\n".to_owned()));
        let restore = LearnerCommand::Restore { change: place.change(&["1000000000"], false) };
        assert!(place.say(restore).unwrap().contains("deleted -> active"));
        let history =
            place.say(LearnerCommand::Links { uln: "1000000000".to_owned(), config: place.config.clone() }).unwrap();
        let lines: Vec<_> = history.lines().collect();
        assert_eq!(lines.len(), 4, "{history}");
        assert!(lines[3].contains("1000000000 merged into 1000000019, by ") && lines[3].ends_with(": One person."));
        assert!(lines[0].contains("1000000000 restored"));
    }

    #[test]
    fn mistyped_values_are_refused_and_not_repeated() {
        let place = Place::new();
        let text = place.say(LearnerCommand::Delete { change: place.change(&["1000000018"], false) }).unwrap_err();
        assert!(text.starts_with("Invalid ULN") && !text.contains("1000000018"), "{text}");
        let change = Change { reason: Some(" ".to_owned()), ..place.change(&["1000000019"], false) };
        let text = place.say(LearnerCommand::Delete { change }).unwrap_err();
        assert_eq!(text, "Invalid --reason: a reason is one line of 1 to 300 characters.");
    }
}
