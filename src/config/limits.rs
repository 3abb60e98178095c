//! `[limits]`: what a client can make the service hold, wait for or do at once (our choice, from the defaults of other SOAP stacks).

use std::time::Duration;

use super::ConfigError;
use super::reader::Reader;

/// Sizes in bytes, times in seconds, numbers for the whole process.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Longest request body, before and after decompression: 200 learners with all their fields fit.
    pub body_bytes: usize,
    /// The same for a service that takes batches.
    pub batch_body_bytes: usize,
    /// Memory for all request bodies in flight. By default six of the longest: with the buffers of TLS and HTTP beside
    /// them, forty that come at once hold less than 256 MB.
    pub bodies_bytes: usize,
    /// Memory for the bodies in flight of one certificate.
    pub bodies_bytes_by_certificate: usize,
    /// A connection's first request line and headers must be there after this time.
    pub header_timeout: Duration,
    /// A body may take this long, and longer only while `minimum_rate` is kept.
    pub body_timeout: Duration,
    /// Bytes a second that earn a body more time than `body_timeout`.
    pub minimum_rate: u64,
    /// A connection without a request is closed after this time.
    pub idle: Duration,
    /// A TLS handshake must be complete after this time.
    pub handshake_timeout: Duration,
    /// Connections at once whose client has not said its whole TLS hello.
    pub waiting: usize,
    /// Those of one address, or of one network (/64) of IP version 6.
    pub waiting_by_address: usize,
    /// TLS handshakes in progress at once.
    pub handshakes: usize,
    /// Connections at once, after their handshake.
    pub connections: usize,
    /// Those of one client certificate; never more than half of all.
    pub connections_by_certificate: usize,
    /// Those of one organisation, whose last call was its own; never more than half of all.
    pub connections_by_organisation: usize,
    /// Answers that nobody was found, or that details are not the learner's, for an organisation and certificate; 0 is without limit.
    pub misses_per_hour: u32,
    /// Failed verifications of one number by them; 0 is without limit.
    pub failed_verifications_per_minute: u32,
    /// Records of learners that they submit in batches; 0 is without limit.
    pub batch_records_per_hour: u32,
}

impl Limits {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, ConfigError> {
        let defaults = Self::default();
        let some = |n: &usize| if *n == 0 { Err("must be more than 0".to_owned()) } else { Ok(()) };
        let time = |t: &Duration| if t.is_zero() { Err("must be more than 0 seconds".to_owned()) } else { Ok(()) };
        let body_bytes = reader.get_checked("limits.body_bytes", defaults.body_bytes, some)?;
        let batch_body_bytes = reader.get_checked("limits.batch_body_bytes", defaults.batch_body_bytes, some)?;
        let longest = body_bytes.max(batch_body_bytes);
        let room = |n: &usize| match *n < longest {
            true => {
                Err(format!("must be at least {longest}, the length of the longest request (limits.batch_body_bytes)"))
            }
            false => Ok(()),
        };
        let (all, each) = (defaults.bodies_bytes.max(longest), defaults.bodies_bytes_by_certificate.max(longest));
        Ok(Self {
            body_bytes,
            batch_body_bytes,
            bodies_bytes: reader.get_checked("limits.bodies_bytes", all, room)?,
            bodies_bytes_by_certificate: reader.get_checked("limits.bodies_bytes_by_certificate", each, room)?,
            header_timeout: reader.get_checked("limits.header_timeout_s", defaults.header_timeout, time)?,
            body_timeout: reader.get_checked("limits.body_timeout_s", defaults.body_timeout, time)?,
            minimum_rate: reader.get_checked("limits.minimum_rate", defaults.minimum_rate, |n| {
                if *n == 0 { Err("must be more than 0 bytes a second".to_owned()) } else { Ok(()) }
            })?,
            idle: reader.get_checked("limits.idle_s", defaults.idle, time)?,
            handshake_timeout: reader.get_checked("limits.handshake_timeout_s", defaults.handshake_timeout, time)?,
            waiting: reader.get_checked("limits.waiting", defaults.waiting, some)?,
            waiting_by_address: reader.get_checked("limits.waiting_by_address", defaults.waiting_by_address, some)?,
            handshakes: reader.get_checked("limits.handshakes", defaults.handshakes, some)?,
            connections: reader.get_checked("limits.connections", defaults.connections, some)?,
            connections_by_certificate: reader.get_checked(
                "limits.connections_by_certificate",
                defaults.connections_by_certificate,
                some,
            )?,
            connections_by_organisation: reader.get_checked(
                "limits.connections_by_organisation",
                defaults.connections_by_organisation,
                some,
            )?,
            misses_per_hour: reader.get("limits.misses_per_hour", defaults.misses_per_hour)?,
            failed_verifications_per_minute: reader
                .get("limits.failed_verifications_per_minute", defaults.failed_verifications_per_minute)?,
            batch_records_per_hour: reader.get("limits.batch_records_per_hour", defaults.batch_records_per_hour)?,
        })
    }
}

/// Open files that are not clients' connections: the database, the log, threads, and the operations listener with its own connections.
const OTHER_FILES: u64 = 192;

/// Connections that were only just taken from the system, or cut and not yet closed. Part of [`OTHER_FILES`].
const IN_PASSING: usize = 64;

/// Connections that do not stand have at most this part of all files for each phase, and of `connections` for those that are too many.
const PART: usize = 8;

impl Limits {
    /// Lowers what is held at once to what fits the number of files that the process may have open: one for each connection. Gives the number
    /// of connections that was asked for, where that is lowered.
    #[must_use]
    pub fn fit(&mut self, open_files: Option<u64>) -> Option<usize> {
        let files = usize::try_from(open_files?.saturating_sub(OTHER_FILES)).unwrap_or(usize::MAX);
        let part = (files / PART).max(1);
        self.waiting = self.waiting.min(part);
        self.handshakes = self.handshakes.min(part);
        let standing = files.saturating_sub(self.waiting).saturating_sub(self.handshakes);
        let fitting = (standing / (PART + 1)).saturating_mul(PART).max(1);
        let asked = self.connections;
        self.connections = asked.min(fitting);
        (asked > fitting).then_some(asked)
    }

    /// How many connections beyond `connections` may stand for as long as it takes to tell them so.
    pub const fn told(&self) -> usize {
        self.connections.div_ceil(PART)
    }

    /// How many connections may be open in whatever phase: while there are more, the system keeps those that come.
    pub const fn open(&self) -> usize {
        let standing = self.connections.saturating_add(self.told());
        standing.saturating_add(self.waiting).saturating_add(self.handshakes).saturating_add(IN_PASSING)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 2 * 1024 * 1024,
            batch_body_bytes: 32 * 1024 * 1024,
            bodies_bytes: 192 * 1024 * 1024,
            bodies_bytes_by_certificate: 64 * 1024 * 1024,
            header_timeout: Duration::from_secs(5),
            body_timeout: Duration::from_secs(10),
            minimum_rate: 4096,
            idle: Duration::from_secs(60),
            handshake_timeout: Duration::from_secs(5),
            waiting: 4096,
            waiting_by_address: 1024,
            handshakes: 1024,
            connections: 4096,
            connections_by_certificate: 512,
            connections_by_organisation: 1024,
            misses_per_hour: 10_000,
            failed_verifications_per_minute: 5,
            batch_records_per_hour: 100_000,
        }
    }
}
