//! The log: one line per message and per call, on standard error. The line of a call has only the
//! fields of [`CallLine`], which list all that may be logged about a call.

use std::cell::RefCell;
use std::fmt;
use std::io::{self, Write};
use std::panic::PanicHookInfo;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use log::{LevelFilter, Record};

use super::gathered::{Gathered, flush_log};
use crate::config;
use crate::model::Fingerprint;

/// The log target of calls.
const CALLS: &str = "lrs::call";

/// A line of a library that says the same as the one before is written again after this long.
const REPEATED_AFTER: Duration = Duration::from_secs(10);

/// Maximum length of a field's text.
const LONGEST_TEXT: usize = 40;

/// Identifies a request in the log and, as `X-Request-Id`, in its response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId(pub u64);

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// A completed request.
#[derive(Debug)]
pub struct CallLine<'a> {
    /// The request's ID.
    pub request: RequestId,
    /// The web service, or a dash if the request reached none.
    pub service: &'static str,
    /// The operation of the contract.
    pub operation: &'static str,
    /// How it ended: `answer`, `fault`, `page` or `refused`.
    pub outcome: &'static str,
    /// Response or error code, or the reason of a refusal.
    pub code: &'static str,
    /// HTTP status.
    pub status: u16,
    /// Duration.
    pub duration: Duration,
    /// Reference of the organisation, empty if unknown.
    pub organisation: &'a str,
    /// The client's certificate, logged as eight digits.
    pub certificate: Option<&'a Fingerprint>,
    /// Length of the request's body as sent.
    pub bytes_in: usize,
    /// Length of the response's body as sent.
    pub bytes_out: usize,
}

/// Logs a call.
pub fn log_call(line: &CallLine<'_>) {
    thread_local! {
        static TEXT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    }
    if !log::log_enabled!(target: CALLS, log::Level::Info) {
        return;
    }
    // Not through `log`, whose formatting costs several times as much.
    TEXT.with_borrow_mut(|text| {
        text.clear();
        // Neither write can fail.
        let _ = line.write(text, Utc::now()).and_then(|()| Gathered.write_all(text));
    });
}

impl CallLine<'_> {
    fn write(&self, to: &mut Vec<u8>, now: DateTime<Utc>) -> io::Result<()> {
        let Self {
            request,
            service,
            operation,
            outcome,
            code,
            status,
            duration,
            organisation,
            certificate,
            bytes_in,
            bytes_out,
        } = self;
        write_time(to, now)?;
        write!(to, " INFO  call request={request}")?;
        for (name, text) in [("service", service), ("operation", operation), ("outcome", outcome), ("code", code)] {
            write_text(to, name, text);
        }
        write!(to, " status={status} duration_us={}", duration.as_micros())?;
        write_text(to, "organisation", organisation);
        writeln!(to, " certificate={} bytes_in={bytes_in} bytes_out={bytes_out}", Prefix(*certificate))
    }
}

/// Replaces everything but the characters of references and codes, so that no text can begin a new
/// field or line.
fn write_text(to: &mut Vec<u8>, name: &str, text: &str) {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':');
    to.push(b' ');
    to.extend_from_slice(name.as_bytes());
    to.push(b'=');
    to.extend(text.bytes().take(LONGEST_TEXT).map(|byte| if plain(&byte) { byte } else { b'?' }));
}

/// The last line of a library. One that says the same soon after is left out: the HTTP server, for
/// one, says every half second that it can accept no connection.
#[derive(Default)]
struct LastOfLibrary(Mutex<Option<(String, Instant)>>);

impl LastOfLibrary {
    fn is_repeated_by(&self, record: &Record<'_>, now: Instant) -> bool {
        if record.target().starts_with("learning_records") || record.target().starts_with("lrs") {
            return false;
        }
        let text = record.args().to_string();
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_same = last.as_ref().is_some_and(|(said, when)| *said == text && now < *when + REPEATED_AFTER);
        if !is_same {
            *last = Some((text, now));
        }
        is_same
    }
}

/// Starts logging to standard error for the whole process: our own messages from the configured
/// level, other crates' from `warn`, because lower levels show requests. Panics are logged with
/// their location but not their text, which could contain data. Later calls do nothing.
pub fn init_log(settings: &config::Log) {
    let others = settings.level.min(LevelFilter::Warn);
    let last = LastOfLibrary::default();
    let started = env_logger::Builder::new()
        .filter_level(others)
        .filter_module("learning_records", settings.level)
        .filter_module("lrs", settings.level)
        .target(env_logger::Target::Pipe(Box::new(Gathered::start())))
        .format(move |to, record| match last.is_repeated_by(record, Instant::now()) {
            true => Ok(()),
            false => write_record(to, Utc::now(), record),
        })
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
    // One line per message, even if an error's text has several.
    let text = record.args().to_string().replace(['\n', '\r'], " ");
    writeln!(to, "{}: {text}", record.target())
}

/// RFC 3339 with milliseconds. The text of the second is cached: formatting it costs as much as the
/// rest of the line.
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

/// The first eight hexadecimal digits of a fingerprint, or a dash.
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
    fn a_call_s_line_cannot_be_forged() {
        let line = CallLine {
            request: RequestId(255),
            service: "LearnerService",
            operation: "learnerByULN",
            outcome: "answer",
            code: "WSRC0004",
            status: 200,
            duration: Duration::from_micros(1_234),
            organisation: "TEST38\nforged line=1 and so on, for longer than any reference is",
            certificate: None,
            bytes_in: 600,
            bytes_out: 1_500,
        };
        let mut text = Vec::new();
        line.write(&mut text, DateTime::from_timestamp(1_700_000_000, 5_000_000).unwrap()).unwrap();
        let expected = "2023-11-14T22:13:20.005Z INFO  call request=00000000000000ff service=LearnerService operation=learnerByULN \
                        outcome=answer code=WSRC0004 status=200 duration_us=1234 \
                        organisation=TEST38?forged?line?1?and?so?on??for?long certificate=- bytes_in=600 bytes_out=1500\n";
        assert_eq!(String::from_utf8(text).unwrap(), expected);
    }

    #[test]
    fn a_message_is_one_line() {
        let record = Record::builder().target("lrs").level(log::Level::Warn).args(format_args!("one\ntwo")).build();
        assert_eq!(written(&record), "2023-11-14T22:13:20.005Z WARN  lrs: one two\n");
    }

    #[test]
    fn a_library_that_repeats_itself_is_heard_once() {
        let last = LastOfLibrary::default();
        let (now, soon) = (Instant::now(), Instant::now() + Duration::from_secs(5));
        let repeats = |target: &str, text: &str, when| {
            let mut record = Record::builder();
            last.is_repeated_by(&record.target(target).args(format_args!("{text}")).build(), when)
        };
        assert!(!repeats("actix_server::accept", "no files", now));
        assert!(repeats("actix_server::accept", "no files", soon));
        assert!(!repeats("actix_server::accept", "no files", now + REPEATED_AFTER));
        assert!(!repeats("actix_server::accept", "something else", now + REPEATED_AFTER));
        for _ in 0..2 {
            assert!(!repeats("learning_records", "ours", now), "our own lines say what they say");
        }
    }

    #[test]
    fn a_certificate_is_written_by_eight_digits() {
        let fingerprint = Fingerprint::of_der(b"");
        assert_eq!(Prefix(Some(&fingerprint)).to_string(), "e3b0c442");
        assert_eq!(Prefix(None).to_string(), "-");
        assert_eq!(RequestId(255).to_string(), "00000000000000ff");
    }
}
