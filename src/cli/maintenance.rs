//! `lrs maintenance`: plans maintenance, lists it, cancels it.

use std::io::Write;

use chrono::NaiveDateTime;
use clap::Subcommand;

use super::failure::Failure;
use super::{config, setup};
use crate::domain::{Cancelled, MaintenancePlan, NotPlanned, Planned};
use crate::model::{Affected, MaintenanceWindow, Timestamp, from_london_time, london_time};

/// Plan maintenance, which is announced and then obeyed by every server
#[derive(Debug, Subcommand)]
pub enum MaintenanceCommand {
    /// Plan maintenance and announce it
    #[command(after_help = "\
Times are those of London. The portal announces the maintenance on every page from seven days before its start, and lists it at /maintenance
and in a calendar. From start to end, callers get the reply that they know from the service during maintenance (HTTP 405 with
UnsupportedHttpVerb), and people a page that says when the service returns. Batches that were accepted are still processed.

Maintenance is planned at least 24 hours ahead. With --urgent it may start sooner, even now. It lasts at most 72 hours, and does not overlap
with any other. When the command ends, every server knows the plan.

Examples:
  lrs maintenance plan --from '2025-08-02 18:00' --until '2025-08-02 20:00' --text 'We install a new release.'
  lrs maintenance plan --from now --until '2025-08-01 13:30' --urgent --affects portal --text 'We repair the sign-in.'")]
    Plan(Plan),
    /// List maintenance that is planned or on, and with --all that of the past year
    #[command(
        after_help = "Examples:\n  lrs maintenance list\n  lrs maintenance list --all --config /etc/lrs/lrs.toml"
    )]
    List {
        /// Also list what is past or was cancelled
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        config: config::File,
    },
    /// Cancel planned maintenance, or end it if it is on
    #[command(after_help = "\
When the command ends, every server is open again. Calendars show the maintenance as cancelled.

Example:
  lrs maintenance cancel 3")]
    Cancel {
        /// The number of the maintenance
        number: i32,
        #[command(flatten)]
        config: config::File,
    },
}

/// Maintenance to plan.
#[derive(Debug, clap::Args)]
pub struct Plan {
    /// Start in London, such as '2025-08-02 18:00', or 'now'
    #[arg(long, value_name = "TIME", value_parser = start)]
    from: Start,
    /// End in London
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Timestamp,
    /// What is closed meanwhile: everything, web-services or portal
    #[arg(long, value_name = "PART", default_value = "everything", value_parser = affected)]
    affects: Affected,
    /// What people are told about it, in one line of at most 300 characters
    #[arg(long)]
    text: String,
    /// Allow a start within 24 hours
    #[arg(long)]
    urgent: bool,
    #[command(flatten)]
    config: config::File,
}

/// When maintenance starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    Now,
    At(Timestamp),
}

fn start(text: &str) -> Result<Start, String> {
    if text.eq_ignore_ascii_case("now") { Ok(Start::Now) } else { time(text).map(Start::At) }
}

/// A time in London, as UTC. An hour that the clocks skip in March does not exist.
fn time(text: &str) -> Result<Timestamp, String> {
    let shown = NaiveDateTime::parse_from_str(&text.replace('T', " "), "%Y-%m-%d %H:%M")
        .map_err(|_| "expected a date and time such as '2025-08-02 18:00'".to_owned())?;
    let time = from_london_time(shown);
    if london_time(time) == shown { Ok(time) } else { Err("the clocks in London skip this time".to_owned()) }
}

fn affected(text: &str) -> Result<Affected, String> {
    let codes = || Affected::ALL.iter().map(|each| each.code()).collect::<Vec<_>>().join(", ");
    text.parse().map_err(|_| format!("expected one of {}", codes()))
}

/// Runs the command.
pub fn run(command: &MaintenanceCommand, out: &mut impl Write) -> Result<(), Failure> {
    match command {
        MaintenanceCommand::Plan(plan) => self::plan(plan, out),
        MaintenanceCommand::List { all, config } => list(*all, config, out),
        MaintenanceCommand::Cancel { number, config } => cancel(*number, config, out),
    }
}

fn plan(plan: &Plan, out: &mut impl Write) -> Result<(), Failure> {
    let Plan { from, until, affects, text, urgent, config } = plan;
    let starts_at = match from {
        Start::Now => None,
        Start::At(time) => Some(*time),
    };
    let plan = MaintenancePlan { starts_at, ends_at: *until, affects: *affects, explanation: text, urgent: *urgent };
    match setup::administer(config, |admin| admin.plan_maintenance(&plan))? {
        Planned::Planned(window) => {
            writeln!(out, "Planned, and known to every server:")?;
            print(&window, "", out)
        }
        Planned::Refused(refusal) => Err(refused(&refusal)),
    }
}

fn refused(refusal: &NotPlanned) -> Failure {
    let next = match refusal {
        NotPlanned::InThePast => " To start at once, use --from now --urgent.".to_owned(),
        NotPlanned::TooSoon => " Choose a later start, or add --urgent.".to_owned(),
        NotPlanned::Overlaps(other) => {
            format!(
                " That is {}. Choose another time, or cancel it with 'lrs maintenance cancel {}'.",
                period(other),
                other.number
            )
        }
        NotPlanned::EndsBeforeStart | NotPlanned::TooLong => " Check --from and --until.".to_owned(),
        NotPlanned::Explanation => " Check --text.".to_owned(),
    };
    Failure::Failed(format!("Nothing was planned: {refusal}.{next}"))
}

fn list(all: bool, config: &config::File, out: &mut impl Write) -> Result<(), Failure> {
    let (windows, now) = setup::administer(config, |admin| {
        Ok((admin.service().maintenance().windows()?, admin.service().clock().now()))
    })?;
    let listed: Vec<_> = windows.iter().filter(|window| all || !window.is_over(now)).collect();
    if listed.is_empty() {
        writeln!(out, "No maintenance is planned.")?;
    }
    listed.into_iter().try_for_each(|window| print(window, state(window, now), out))
}

fn state(window: &MaintenanceWindow, now: Timestamp) -> &'static str {
    if window.is_on(now) {
        " (now)"
    } else if window.cancelled_at.is_some() {
        " (cancelled)"
    } else if window.is_over(now) {
        " (past)"
    } else {
        ""
    }
}

fn cancel(number: i32, config: &config::File, out: &mut impl Write) -> Result<(), Failure> {
    match setup::administer(config, |admin| admin.cancel_maintenance(number))? {
        Cancelled::Cancelled(window) => {
            writeln!(out, "Cancelled, and known to every server:")?;
            print(&window, "", out)
        }
        Cancelled::Unknown => Err(Failure::Failed(format!(
            "Nothing was changed: there is no maintenance {number}. To list it, run 'lrs maintenance list --all'."
        ))),
        Cancelled::Over(window) => {
            let why = if window.cancelled_at.is_some() { "was cancelled before" } else { "is past" };
            Err(Failure::Failed(format!("Nothing was changed: maintenance {number} {why}.")))
        }
    }
}

fn print(window: &MaintenanceWindow, state: &str, out: &mut impl Write) -> Result<(), Failure> {
    let MaintenanceWindow { number, affects, explanation, .. } = window;
    Ok(writeln!(out, "  {number}  {}, {affects}{state}\n     {explanation}", period(window))?)
}

/// Start and end in London, without the day of the end if it is the same.
fn period(window: &MaintenanceWindow) -> String {
    let (start, end) = (london_time(window.starts_at), london_time(window.ends_at));
    let until = if start.date() == end.date() { end.format("%H:%M") } else { end.format("%Y-%m-%d %H:%M") };
    format!("{} to {until}", start.format("%Y-%m-%d %H:%M"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use chrono::TimeDelta;

    use super::*;
    use crate::domain::Clock;

    /// A database in a folder of its own.
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
            Self { _folder: folder, config }
        }

        fn plan(&self, from: Start, hours: i64, text: &str, urgent: bool) -> Plan {
            let start = match from {
                Start::Now => Clock::system().now(),
                Start::At(time) => time,
            };
            let (until, affects) = (start + TimeDelta::hours(hours), Affected::Everything);
            Plan { from, until, affects, text: text.to_owned(), urgent, config: self.config.clone() }
        }

        fn run(&self, command: &MaintenanceCommand) -> Result<String, String> {
            let mut out = Vec::new();
            match run(command, &mut out) {
                Ok(()) => Ok(String::from_utf8(out).unwrap()),
                Err(Failure::Failed(text)) => Err(text),
                Err(other) => panic!("{other:?}"),
            }
        }

        fn list(&self, all: bool) -> String {
            self.run(&MaintenanceCommand::List { all, config: self.config.clone() }).unwrap()
        }

        fn cancel(&self, number: i32) -> Result<String, String> {
            self.run(&MaintenanceCommand::Cancel { number, config: self.config.clone() })
        }
    }

    #[test]
    fn maintenance_is_planned_listed_and_cancelled() {
        let place = Place::new();
        assert_eq!(place.list(true), "No maintenance is planned.\n");
        let next_week = Start::At(Clock::system().now() + TimeDelta::days(7));
        let plan = || MaintenanceCommand::Plan(place.plan(next_week, 2, "A new release.", false));
        let said = place.run(&plan()).unwrap();
        assert!(
            said.starts_with("Planned, and known to every server:\n  1  20") && said.ends_with("     A new release.\n")
        );
        let refused = place.run(&plan()).unwrap_err();
        assert!(refused.contains("it overlaps with maintenance 1. That is 20"), "{refused}");
        assert!(refused.ends_with("or cancel it with 'lrs maintenance cancel 1'."), "{refused}");
        let now = MaintenanceCommand::Plan(place.plan(Start::Now, 1, "A repair.", true));
        place.run(&now).unwrap();
        let listed = place.list(false);
        assert!(listed.contains("everything (now)\n     A repair.\n  1  "), "by start: {listed}");
        assert!(place.cancel(1).unwrap().starts_with("Cancelled, and known to every server:\n  1  "));
        assert!(place.cancel(2).is_ok());
        assert_eq!(place.list(false), "No maintenance is planned.\n");
        assert!(place.list(true).contains("everything (cancelled)\n     A new release."));
        assert!(place.cancel(1).unwrap_err().ends_with("maintenance 1 was cancelled before."));
        assert!(place.cancel(9).unwrap_err().contains("there is no maintenance 9. To list it, run"));
    }

    #[test]
    fn a_refusal_says_what_to_do() {
        let place = Place::new();
        let refused = |from, hours, text: &str| {
            place.run(&MaintenanceCommand::Plan(place.plan(from, hours, text, false))).unwrap_err()
        };
        let later = Start::At(Clock::system().now() + TimeDelta::days(2));
        assert!(refused(Start::Now, 1, "x").ends_with("not marked as urgent. Choose a later start, or add --urgent."));
        let past = Start::At(Clock::system().now() - TimeDelta::days(1));
        assert!(
            refused(past, 48, "x").ends_with("the start is in the past. To start at once, use --from now --urgent.")
        );
        assert!(refused(later, -1, "x").ends_with("the end is not after the start. Check --from and --until."));
        assert!(refused(later, 73, "x").ends_with("it takes longer than 72 hours. Check --from and --until."));
        assert!(refused(later, 1, " ").ends_with("one line of 1 to 300 characters. Check --text."));
    }

    #[test]
    fn times_are_those_of_london() {
        let utc = |text: &str| time(text).map(|time| time.to_string());
        assert_eq!(utc("2025-08-02 18:00"), Ok("2025-08-02 17:00:00".to_owned()));
        assert_eq!(utc("2025-12-02T18:00"), Ok("2025-12-02 18:00:00".to_owned()));
        assert_eq!(utc("2025-03-30 01:30"), Err("the clocks in London skip this time".to_owned()));
        assert!(utc("2 August").unwrap_err().contains("such as '2025-08-02 18:00'"));
        assert_eq!((start("Now"), start("x").is_err()), (Ok(Start::Now), true));
        assert!(affected("the lot").unwrap_err().ends_with("everything, web-services, portal"));
    }
}
