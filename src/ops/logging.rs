//! The log: standard error, one line a message, one line a call. A call's line is built from key-value pairs, and only the keys of an
//! allow-list are ever written for it, whatever somebody adds to the statement that logs it.

use std::cell::RefCell;
use std::fmt;
use std::io::{self, Write};
use std::panic::PanicHookInfo;
use std::time::Duration;

use chrono::{DateTime, Utc};
use log::kv::{Key, Value, VisitSource};
use log::{LevelFilter, Record};

use super::gathered::{Gathered, flush_log};
use crate::config;
use crate::model::Fingerprint;

/// The target of call lines.
const CALLS: &str = "lrs::call";

/// What a call's line may say, in this order.
const FIELDS: [&str; 11] = [
    "request",
    "service",
    "operation",
    "outcome",
    "code",
    "status",
    "duration_us",
    "organisation",
    "certificate",
    "bytes_in",
    "bytes_out",
];

/// The longest value of a field.
const LONGEST_VALUE: usize = 40;

/// Names one request in the log and, as `X-Request-Id`, to its client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId(pub u64);

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// One answered request.
#[derive(Debug)]
pub struct CallLine<'a> {
    /// The request's name.
    pub request: RequestId,
    /// The service, or a dash for a request that reached none.
    pub service: &'static str,
    /// The operation of the contract.
    pub operation: &'static str,
    /// How it ended: `answer`, `fault`, `page` or `refused`.
    pub outcome: &'static str,
    /// Response or error code, or the reason of a refusal.
    pub code: &'static str,
    /// HTTP status.
    pub status: u16,
    /// Time it took.
    pub duration: Duration,
    /// Reference of the organisation, empty while it is not known.
    pub organisation: &'a str,
    /// The client's certificate, of which eight digits are written.
    pub certificate: Option<&'a Fingerprint>,
    /// Length of the request's body as it was sent.
    pub bytes_in: usize,
    /// Length of the answer's body as it is sent.
    pub bytes_out: usize,
}

/// Writes the line of one call.
pub fn log_call(line: &CallLine<'_>) {
    if !log::log_enabled!(target: CALLS, log::Level::Info) {
        return;
    }
    log::info!(
        target: CALLS,
        request:% = line.request,
        service = line.service,
        operation = line.operation,
        outcome = line.outcome,
        code = line.code,
        status = line.status,
        duration_us = u64::try_from(line.duration.as_micros()).unwrap_or(u64::MAX),
        organisation = line.organisation,
        certificate:% = Prefix(line.certificate),
        bytes_in = line.bytes_in,
        bytes_out = line.bytes_out;
        "call"
    );
}

/// Starts logging to standard error for the whole process: our own messages from the configured level on, other crates' from `warn` on
/// (what they say below that shows requests). A panic is logged by its place alone, since its text could hold data. Later calls do nothing.
pub fn init_log(settings: &config::Log) {
    let others = settings.level.min(LevelFilter::Warn);
    let started = env_logger::Builder::new()
        .filter_level(others)
        .filter_module("learning_records", settings.level)
        .filter_module("lrs", settings.level)
        .target(env_logger::Target::Pipe(Box::new(Gathered::start())))
        .format(|to, record| write_record(to, Utc::now(), record))
        .try_init();
    if started.is_ok() {
        std::panic::set_hook(Box::new(log_panic));
    }
}

fn log_panic(panic: &PanicHookInfo<'_>) {
    match panic.location() {
        Some(place) => log::error!("panic at {}:{}", place.file(), place.line()),
        None => log::error!("panic"),
    }
    flush_log();
}

fn write_record(to: &mut dyn Write, now: DateTime<Utc>, record: &Record<'_>) -> io::Result<()> {
    write_time(to, now)?;
    write!(to, " {:<5} ", record.level())?;
    if record.target() == CALLS {
        let mut fields = Fields { to, error: Ok(()) };
        fields.to.write_all(b"call")?;
        // The visitor keeps its own error, because the interface's cannot be made from one of writing.
        let _ = record.key_values().visit(&mut fields);
        fields.error?;
        writeln!(to)
    } else {
        // A message is one line, even if an error's text has several.
        let text = record.args().to_string().replace(['\n', '\r'], " ");
        writeln!(to, "{}: {text}", record.target())
    }
}

/// RFC 3339 with milliseconds. The part down to the second is kept for the calls of that second: to format it costs as much as the rest of
/// a line.
fn write_time(to: &mut dyn Write, now: DateTime<Utc>) -> io::Result<()> {
    thread_local! {
        static SECOND: RefCell<(i64, String)> = const { RefCell::new((i64::MIN, String::new())) };
    }
    SECOND.with_borrow_mut(|(second, text)| {
        if *second != now.timestamp() {
            *second = now.timestamp();
            *text = now.format("%Y-%m-%dT%H:%M:%S").to_string();
        }
        write!(to, "{text}.{:03}Z", now.timestamp_subsec_millis())
    })
}

/// Writes those pairs of a call that are on the list.
struct Fields<'w> {
    to: &'w mut dyn Write,
    error: io::Result<()>,
}

impl<'kvs> VisitSource<'kvs> for Fields<'_> {
    fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), log::kv::Error> {
        if self.error.is_ok() && FIELDS.contains(&key.as_str()) {
            self.error = self.field(key.as_str(), &value);
        }
        Ok(())
    }
}

impl Fields<'_> {
    fn field(&mut self, key: &str, value: &Value<'_>) -> io::Result<()> {
        write!(self.to, " {key}=")?;
        let mut plain = Plain { to: self.to, left: LONGEST_VALUE, error: Ok(()) };
        let _ = fmt::Write::write_fmt(&mut plain, format_args!("{value}"));
        plain.error
    }
}

/// Lets through what references, codes and numbers are made of, so that no value can begin a new field or line.
struct Plain<'w> {
    to: &'w mut dyn Write,
    left: usize,
    error: io::Result<()>,
}

impl fmt::Write for Plain<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':');
        let bytes = text.as_bytes().get(..self.left).unwrap_or(text.as_bytes());
        self.error = if bytes.iter().all(plain) {
            self.to.write_all(bytes)
        } else {
            let marked: Vec<u8> = bytes.iter().map(|byte| if plain(byte) { *byte } else { b'?' }).collect();
            self.to.write_all(&marked)
        };
        self.left = self.left.saturating_sub(text.len());
        Ok(())
    }
}

/// The first eight digits of a fingerprint, or a dash.
struct Prefix<'a>(Option<&'a Fingerprint>);

impl fmt::Display for Prefix<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(fingerprint) => fingerprint.as_bytes().iter().take(4).try_for_each(|byte| write!(f, "{byte:02x}")),
            None => f.write_str("-"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn written(record: &Record<'_>) -> String {
        let mut text = Vec::new();
        write_record(&mut text, DateTime::from_timestamp(1_700_000_000, 5_000_000).unwrap(), record).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn a_call_s_line_has_only_what_is_on_the_list() {
        let fields: &[(&str, Value<'_>)] = &[
            ("service", Value::from("LearnerService")),
            ("given_name", Value::from("Synthetic")),
            ("code", Value::from("WSRC0004")),
            ("status", Value::from(200)),
            ("organisation", Value::from("TEST38\nforged line=1")),
        ];
        let record = Record::builder()
            .target(CALLS)
            .level(log::Level::Info)
            .args(format_args!("Synthetic Person"))
            .key_values(&fields)
            .build();
        let expected = "2023-11-14T22:13:20.005Z INFO  call service=LearnerService code=WSRC0004 status=200 organisation=TEST38?forged?line?1\n";
        assert_eq!(written(&record), expected);
    }

    #[test]
    fn a_message_is_one_line() {
        let record = Record::builder().target("lrs").level(log::Level::Warn).args(format_args!("one\ntwo")).build();
        assert_eq!(written(&record), "2023-11-14T22:13:20.005Z WARN  lrs: one two\n");
    }

    #[test]
    fn a_certificate_is_written_by_eight_digits() {
        let fingerprint = Fingerprint::of_der(b"");
        assert_eq!(Prefix(Some(&fingerprint)).to_string(), "e3b0c442");
        assert_eq!(Prefix(None).to_string(), "-");
        assert_eq!(RequestId(255).to_string(), "00000000000000ff");
    }
}
