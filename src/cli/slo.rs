//! `lrs slo`: the service levels of the charter, from the service's own measurements.

use std::io::Write;

use chrono::{Months, NaiveDate, TimeDelta};

use super::failure::Failure;
use super::{config, setup};
use crate::domain::desk::{CategoryFigures, DeskMonth, TARGET as TO_RECTIFY};
use crate::domain::service_levels::{BatchTimes, FunctionMonth, ServiceMonth, SizeTimes, TARGET};
use crate::domain::{Clock, support_hours};

/// Print the service levels: availability, processing times of batches, and cases of the
/// service desk
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Times are measured from entry to exit: for a call, from the request's headers to the reply; for a batch, from its durable submission to its
last record. A function is down in any minute in which no server was up, or in which all calls of it failed with an internal error (WSEC0999).
Maintenance of the web services ('lrs maintenance plan', service.maintenance) does not count. Every minute, each server records that it is up.

Cases of the service desk are counted in the month in which they were logged, from the logged call to the user being advised, in support hours:
08:00 to 18:00, Monday to Friday, without public holidays of England.

Examples:
  lrs slo
  lrs slo --month 2025-06 --months 3 --config /etc/lrs/lrs.toml")]
pub struct Slo {
    /// The last month to print, such as 2025-06 [default: the current month]
    #[arg(long, value_name = "YYYY-MM", value_parser = month)]
    month: Option<NaiveDate>,
    /// Number of months to print
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=120))]
    months: u32,
    #[command(flatten)]
    config: config::File,
}

fn month(text: &str) -> Result<NaiveDate, String> {
    format!("{text}-01").parse().map_err(|_| "expected a month such as 2025-06".to_owned())
}

/// Runs the command.
pub fn run(slo: &Slo, out: &mut impl Write) -> Result<(), Failure> {
    let last = slo.month.unwrap_or_else(|| Clock::system().today());
    let months = (0..slo.months).rev().filter_map(|back| last.checked_sub_months(Months::new(back)));
    let months = setup::administer(&slo.config, |admin| {
        let service = admin.service();
        months
            .map(|month| Ok((service.status().month(month)?, service.desk().month(month)?)))
            .collect::<Result<Vec<_>, _>>()
    })?;
    months.iter().try_for_each(|(month, desk)| print(month, desk, out))
}

fn print(month: &ServiceMonth, desk: &DeskMonth, out: &mut impl Write) -> Result<(), Failure> {
    let ServiceMonth { month, measured_minutes, maintenance_minutes, down_minutes, functions, batches, outages: _ } =
        month;
    writeln!(out, "{}, measured entry to exit", month.format("%Y-%m"))?;
    writeln!(
        out,
        "  {measured_minutes} minutes measured, {down_minutes} with no server up, {maintenance_minutes} in maintenance"
    )?;
    writeln!(out, "\n  Availability by function (target {TARGET:.2} %)")?;
    for FunctionMonth { function, answered, failed, down_minutes, available } in functions {
        let verdict = if *available < TARGET { "  BELOW TARGET" } else { "" };
        writeln!(
            out,
            "    {function:<28} {available:>7.3} %  {answered} calls answered, {failed} failed, {down_minutes} min down{verdict}"
        )?;
    }
    if functions.is_empty() {
        writeln!(out, "    no calls")?;
    }
    writeln!(out, "\n  Batches, from submission to last record (target: all within 48 hours)")?;
    for BatchTimes { kind, finished, unsuccessful, median, longest, late, by_size } in batches {
        let verdict = if *late > 0 { "  BELOW TARGET" } else { "" };
        writeln!(
            out,
            "    {:<28} {finished} finished, {unsuccessful} unsuccessful; median {}, longest {}, over 48 hours: {late}{verdict}",
            kind.code(),
            clock(*median),
            clock(*longest)
        )?;
        for SizeTimes { from, to, finished, median, longest } in by_size {
            let size = format!("{from} to {to} records");
            let (median, longest) = (clock(*median), clock(*longest));
            writeln!(out, "      {size:<26} {finished} finished; median {median}, longest {longest}")?;
        }
    }
    print_desk(desk, out)?;
    writeln!(out)?;
    Ok(())
}

fn print_desk(desk: &DeskMonth, out: &mut impl Write) -> Result<(), Failure> {
    writeln!(out, "\n  Cases logged with the service desk, rectified within support hours (target {TO_RECTIFY:.0} %)")?;
    for figures in &desk.categories {
        let CategoryFigures { category, limit, in_time, late, open, .. } = figures;
        let limit = limit.map_or_else(|| "no limit".to_owned(), |limit| format!("{} hours", limit.num_hours()));
        let share = match figures.share() {
            Some(share) if share < TO_RECTIFY => format!("{share:.1} %  BELOW TARGET"),
            Some(share) => format!("{share:.1} %"),
            None => "not measured".to_owned(),
        };
        let name = format!("category {category} ({limit})");
        writeln!(out, "    {name:<28} {in_time} in time, {late} late, {open} still open; {share}")?;
    }
    if !desk.knows_holidays {
        let (first, last) = support_hours::years();
        writeln!(
            out,
            "    warning: public holidays are known for {first} to {last} only; others count as working days"
        )?;
    }
    Ok(())
}

/// Hours, minutes and seconds, or milliseconds below a minute.
fn clock(took: TimeDelta) -> String {
    let milliseconds = took.num_milliseconds();
    if milliseconds < 60_000 {
        return format!("{}.{:03} s", milliseconds / 1000, milliseconds % 1000);
    }
    let seconds = took.num_seconds();
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_service_that_was_never_up_has_no_numbers_and_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("lrs.toml");
        std::fs::write(&file, "[store]\nurl = \"lrs.db\"\n").unwrap();
        let config = config::File { config: Some(file) };
        setup::open(&config.load().unwrap()).unwrap().migrate().unwrap();
        let mut out = Vec::new();
        run(&Slo { month: Some(month("2025-06").unwrap()), months: 2, config: config.clone() }, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.starts_with("2025-05, measured entry to exit\n") && text.contains("\n2025-06,"), "{text}");
        assert!(text.contains("no calls") && text.contains("Registration"), "{text}");
        assert!(
            text.contains("category 1 (4 hours)         0 in time, 0 late, 0 still open; not measured\n"),
            "{text}"
        );
        assert!(text.contains("category 3 (no limit)") && !text.contains("warning"), "{text}");
        let mut out = Vec::new();
        run(&Slo { month: Some(month("2023-06").unwrap()), months: 1, config }, &mut out).unwrap();
        assert!(String::from_utf8(out).unwrap().contains("warning: public holidays are known for 2024 to 2028 only"));
    }

    #[test]
    fn times_are_written_for_people() {
        assert_eq!(clock(TimeDelta::milliseconds(1234)), "1.234 s");
        assert_eq!(clock(TimeDelta::seconds(3 * 3600 + 62)), "03:01:02");
        assert!(month("2025-13").is_err());
    }
}
